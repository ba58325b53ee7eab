//! The client at the other end of a connection, as calls see it.

use std::{
    net::SocketAddr,
    sync::{
        Arc, Mutex, OnceLock, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use tokio::sync::{Notify, Semaphore};

/// How long a client may leave an answer unread before it is cut off.
const MAX_UNREAD_TIME: Duration = Duration::from_secs(60);

/// The client at the other end of a connection: its open calls, and the answers that it has not read.
#[derive(Clone, Debug)]
pub(crate) struct Peer(Arc<PeerState>);

impl Default for Peer {
    /// One whose address is not known.
    fn default() -> Self {
        Self(Arc::new(PeerState::at(None)))
    }
}

#[derive(Debug)]
struct PeerState {
    /// Where it is.
    address: Option<SocketAddr>,
    calls: AtomicUsize,
    /// Whether it ever made a call.
    called: AtomicBool,
    /// Its parts of the rooms for requests under way.
    parts: [OnceLock<Arc<Semaphore>>; 2],
    /// Bytes of answers that wait to be read.
    unread: AtomicUsize,
    /// Some were read.
    read: Notify,
    /// When a call last began or ended, or a piece of an answer was read.
    used: Mutex<Instant>,
}

impl PeerState {
    fn at(address: Option<SocketAddr>) -> Self {
        let (calls, unread) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let (called, used) = (AtomicBool::new(false), Mutex::new(Instant::now()));
        Self { address, calls, called, parts: Default::default(), unread, read: Notify::new(), used }
    }
}

impl Peer {
    /// One that has not called yet.
    pub(super) fn at(address: SocketAddr) -> Self {
        Self(Arc::new(PeerState::at(Some(address))))
    }

    /// Where it is.
    pub(crate) fn address(&self) -> Option<SocketAddr> {
        self.0.address
    }

    /// Its part of a room for requests under way, 0 or 1, which is made the first time.
    pub(crate) fn part(&self, room: usize, make: impl FnOnce() -> Arc<Semaphore>) -> Arc<Semaphore> {
        Arc::clone(self.0.parts[room].get_or_init(make))
    }

    /// Counts a call until it is dropped.
    pub(crate) fn begin_call(&self) -> OpenCall {
        self.0.calls.fetch_add(1, Ordering::AcqRel);
        self.0.called.store(true, Ordering::Relaxed);
        self.touch();
        OpenCall(self.clone())
    }

    /// Records activity.
    pub(crate) fn touch(&self) {
        *self.0.used.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
    }

    /// Counts bytes of an answer that wait to be read. Returns how many bytes wait now.
    pub(crate) fn leaves_unread(&self, bytes: usize) -> usize {
        self.touch();
        self.0.unread.fetch_add(bytes, Ordering::AcqRel) + bytes
    }

    /// Counts bytes that were read.
    pub(crate) fn reads(&self, bytes: usize) {
        self.0.unread.fetch_sub(bytes, Ordering::AcqRel);
        self.0.read.notify_waiters();
    }

    /// Waits until at most `most` bytes are unread.
    pub(crate) async fn has_read(&self, most: usize) {
        loop {
            let read = self.0.read.notified();
            if self.0.unread.load(Ordering::Acquire) <= most {
                return;
            }
            read.await;
        }
    }

    /// How many calls are open.
    pub(super) fn calls(&self) -> usize {
        self.0.calls.load(Ordering::Acquire)
    }

    /// Whether it ever made a call.
    pub(super) fn has_called(&self) -> bool {
        self.0.called.load(Ordering::Relaxed)
    }

    pub(super) fn last_used(&self) -> Instant {
        *self.0.used.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn is_idle(&self) -> bool {
        self.calls() == 0
    }

    pub(super) fn is_stalled(&self) -> bool {
        self.0.unread.load(Ordering::Acquire) > 0 && self.last_used().elapsed() > MAX_UNREAD_TIME
    }
}

/// A call that is open.
pub(crate) struct OpenCall(Peer);

impl Drop for OpenCall {
    fn drop(&mut self) {
        self.0.touch();
        self.0.0.calls.fetch_sub(1, Ordering::AcqRel);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_next_call_waits_until_answers_are_read() {
        let peer = Peer::default();
        assert_eq!(peer.leaves_unread(100), 100);
        let waiting = tokio::spawn({
            let peer = peer.clone();
            async move { peer.has_read(50).await }
        });
        tokio::task::yield_now().await;
        assert!(!waiting.is_finished());
        peer.reads(60);
        waiting.await.unwrap();
    }
}
