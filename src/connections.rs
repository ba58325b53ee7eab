//! Client connections: how many may be open, which one makes room for a new one, and which are cut off.
//!
//! Each connection takes a file descriptor, of which a process has few. So connections are counted. When the limit is
//! reached, the connection that has been idle for longest is closed; if none is idle, the new one is turned away. So
//! the store never lacks file descriptors because of clients.

mod peer;

pub(crate) use peer::{OpenCall, Peer};

use std::{
    collections::BTreeMap,
    convert::Infallible,
    io,
    net::SocketAddr,
    pin::Pin,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    task::{Context, Poll, ready},
    time::Duration,
};

use futures_util::{Stream, stream};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpListener, TcpStream},
    sync::{Notify, oneshot},
    time::{Sleep, sleep},
};
use tonic::transport::server::Connected;

use crate::{
    telemetry,
    tls::{OF_CALLS, Tls, Transport},
};

/// The file descriptors that are kept for the store, the indexes and the log.
const RESERVED_FILES: u64 = 256;

/// The default limit of open connections, if the process may open that many files.
const DEFAULT_CONNECTIONS: usize = 1024;

/// How long a new connection may take to send its first bytes.
const MAX_PREFACE_TIME: Duration = Duration::from_secs(10);

/// The bytes of the HTTP/2 preface. No request of HTTP/1 is shorter.
const PREFACE_BYTES: usize = 24;

/// How long a connection that is to make room may take to close.
const MAX_CLOSING_TIME: Duration = Duration::from_secs(1);

/// How long to wait if the system cannot accept another connection.
const ACCEPT_RETRY_PAUSE: Duration = Duration::from_millis(200);

/// What a client receives that is turned away: empty SETTINGS, then GOAWAY with ENHANCE_YOUR_CALM and the reason.
const TURNED_AWAY: &[u8] =
    b"\x00\x00\x00\x04\x00\x00\x00\x00\x00\x00\x00\x1c\x07\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x0btoo many connections";

/// The default and maximum number of open connections: the files that the process may open, less those that the store
/// needs.
pub(crate) fn usual() -> usize {
    usize::try_from(room()).unwrap_or(DEFAULT_CONNECTIONS).min(DEFAULT_CONNECTIONS)
}

/// How many connections there is room for.
pub(crate) fn room() -> u64 {
    let files = files();
    // If file descriptors are scarce, half of them are for clients.
    files.saturating_sub(RESERVED_FILES).max(files / 2)
}

/// How many files the process may open, after raising the limit as far as the system allows.
#[cfg(unix)]
fn files() -> u64 {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit { current: limit.maximum, maximum: limit.maximum };
    // If the system refuses, the limit stays as it was.
    let given = if setrlimit(Resource::Nofile, raised).is_ok() { limit.maximum } else { limit.current };
    given.unwrap_or(u64::MAX)
}

/// How many files the process may open. This system has no limit that matters.
#[cfg(not(unix))]
fn files() -> u64 {
    u64::MAX
}

/// All open connections.
#[derive(Clone)]
pub(crate) struct Connections(Arc<Shared>);

struct Shared {
    most: usize,
    /// What encrypts them. None: they are not encrypted.
    tls: Option<Arc<Tls>>,
    greeting_within: Duration,
    open: Mutex<BTreeMap<u64, Entry>>,
    next: AtomicU64,
    /// A connection was closed.
    left: Notify,
}

struct Entry {
    peer: Peer,
    close: Option<oneshot::Sender<()>>,
}

impl Connections {
    /// Room for `most` connections, which are encrypted if there are certificates.
    pub(crate) fn new(most: usize, tls: Option<Arc<Tls>>) -> Self {
        Self::with(most, MAX_PREFACE_TIME, tls)
    }

    fn with(most: usize, greeting_within: Duration, tls: Option<Arc<Tls>>) -> Self {
        let (open, next, left) = (Mutex::default(), AtomicU64::new(0), Notify::new());
        Self(Arc::new(Shared { most, tls, greeting_within, open, next, left }))
    }

    /// How many are open.
    pub(crate) fn open(&self) -> usize {
        self.entries().len()
    }

    /// How many calls are open on all of them.
    pub(crate) fn open_calls(&self) -> usize {
        self.entries().values().map(|entry| entry.peer.calls()).sum()
    }

    /// How many may be open.
    pub(crate) fn most(&self) -> usize {
        self.0.most
    }

    /// Accepts connections. Never ends.
    pub(crate) fn incoming(self, listener: TcpListener) -> impl Stream<Item = Result<Connection, Infallible>> {
        stream::unfold((self, listener), |(connections, listener)| async {
            let connection = connections.accept(&listener).await;
            Some((Ok(connection), (connections, listener)))
        })
    }

    async fn accept(&self, listener: &TcpListener) -> Connection {
        let mut failing = false;
        loop {
            match listener.accept().await {
                Ok((stream, address)) => {
                    if std::mem::take(&mut failing) {
                        tracing::info!("connections are accepted again");
                    }
                    if let Some(connection) = self.admit(stream, address).await {
                        return connection;
                    }
                }
                // The client gave up before it was accepted.
                Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => {}
                Err(error) => {
                    if !std::mem::replace(&mut failing, true) {
                        tracing::warn!(%error, open = self.open(), "no connection can be accepted; trying again");
                    }
                    self.close_longest_idle();
                    sleep(ACCEPT_RETRY_PAUSE).await;
                }
            }
        }
    }

    /// Finds a place for a connection, or turns it away.
    async fn admit(&self, stream: TcpStream, address: SocketAddr) -> Option<Connection> {
        if self.open() >= self.0.most && !self.make_room().await {
            telemetry::refused("CONNECTIONS_FULL", "all connections that may be open are busy");
            // A client that does not read yet, or waits for a handshake, learns it when the connection ends.
            if self.0.tls.is_none() {
                let _ = stream.try_write(TURNED_AWAY);
            }
            return None;
        }
        // Small answers are sent at once. If this fails, they are only later.
        let _ = stream.set_nodelay(true);
        let (close, closed) = oneshot::channel();
        let (peer, number) = (Peer::at(address), self.0.next.fetch_add(1, Ordering::Relaxed));
        self.entries().insert(number, Entry { peer: peer.clone(), close: Some(close) });
        let place = Place { connections: self.clone(), number };
        let greeting = Some((Box::pin(sleep(self.0.greeting_within)), 0));
        let stream = Transport::new(stream, self.0.tls.as_deref(), OF_CALLS);
        Some(Connection { stream, peer, closed: Some(closed), greeting, _place: place })
    }

    /// Waits for a free place. False if there is none in time.
    async fn make_room(&self) -> bool {
        if !self.close_longest_idle() {
            return false;
        }
        telemetry::refused("CONNECTIONS_FULL", "an idle connection was closed to make room for another one");
        let free = async {
            loop {
                let left = self.0.left.notified();
                if self.open() < self.0.most {
                    return;
                }
                left.await;
            }
        };
        tokio::time::timeout(MAX_CLOSING_TIME, free).await.is_ok()
    }

    /// Closes the connection without open calls that has been idle for longest, beginning with those that never made a
    /// call. False if all are busy.
    fn close_longest_idle(&self) -> bool {
        let mut entries = self.entries();
        let idle = entries.values_mut().filter(|entry| entry.close.is_some() && entry.peer.is_idle());
        let longest = idle.min_by_key(|entry| (entry.peer.has_called(), entry.peer.last_used()));
        longest.and_then(|entry| entry.close.take()).is_some_and(|close| close.send(()).is_ok())
    }

    /// Closes all connections without open calls. For the end.
    pub(crate) fn close_idle(&self) {
        self.close_where(Peer::is_idle);
    }

    /// Closes connections that leave their answers unread. Called by a timer.
    pub(crate) fn close_stalled(&self) {
        let closed = self.close_where(Peer::is_stalled);
        if closed > 0 {
            telemetry::refused("ANSWERS_UNREAD", "a client that read none of its answers for a minute was cut off");
        }
    }

    fn close_where(&self, chosen: impl Fn(&Peer) -> bool) -> usize {
        let mut entries = self.entries();
        let all = entries.values_mut().filter(|entry| chosen(&entry.peer));
        all.filter_map(|entry| entry.close.take()?.send(()).ok()).count()
    }

    fn entries(&self) -> MutexGuard<'_, BTreeMap<u64, Entry>> {
        self.0.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A place among the connections. Free again when dropped.
struct Place {
    connections: Connections,
    number: u64,
}

impl Drop for Place {
    fn drop(&mut self) {
        self.connections.entries().remove(&self.number);
        self.connections.0.left.notify_one();
    }
}

/// A connection that ends on order, or if its client does not speak in time.
pub(crate) struct Connection {
    stream: Transport,
    peer: Peer,
    /// None once it has been ordered to end.
    closed: Option<oneshot::Receiver<()>>,
    /// The deadline of the first bytes, and how many of them have arrived. None once all have.
    greeting: Option<(Pin<Box<Sleep>>, usize)>,
    _place: Place,
}

impl Connection {
    /// Fails if the connection is to end.
    fn check(&mut self, cx: &mut Context<'_>) -> io::Result<()> {
        if let Some(closed) = &mut self.closed {
            if Pin::new(closed).poll(cx).is_pending() {
                return Ok(());
            }
            self.closed = None;
        }
        Err(io::Error::new(io::ErrorKind::ConnectionAborted, "the server closed the connection"))
    }

    /// Fails if the client has not spoken in time, in the handshake of TLS or after it.
    fn check_greeting(&mut self, cx: &mut Context<'_>) -> io::Result<()> {
        let late = self.greeting.as_mut().is_some_and(|(until, _)| until.as_mut().poll(cx).is_ready());
        if late { Err(io::Error::new(io::ErrorKind::TimedOut, "the client did not speak in time")) } else { Ok(()) }
    }
}

impl AsyncRead for Connection {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        self.check(cx)?;
        self.check_greeting(cx)?;
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(cx, buffer))?;
        if let Some((_, come)) = &mut self.greeting {
            *come += buffer.filled().len() - before;
            if *come >= PREFACE_BYTES {
                self.greeting = None;
            }
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Connection {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.check(cx)?;
        self.check_greeting(cx)?;
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.check(cx)?;
        self.check_greeting(cx)?;
        Pin::new(&mut self.stream).poll_write_vectored(cx, parts)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.check_greeting(cx)?;
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

impl Connected for Connection {
    type ConnectInfo = Peer;

    fn connect_info(&self) -> Peer {
        self.peer.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_that_is_turned_away_gets_whole_frames() {
        let (settings, goaway) = TURNED_AWAY.split_at(9);
        assert_eq!(settings, [0, 0, 0, 4, 0, 0, 0, 0, 0]);
        let length = usize::from(goaway[2]);
        assert_eq!((goaway[3], length), (7, goaway.len() - 9));
    }

    #[tokio::test]
    async fn one_that_never_called_makes_room_before_one_that_did() {
        let connections = Connections::new(2, None);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let mut ends = Vec::new();
        let mut kept = Vec::new();
        for _ in 0..2 {
            ends.push(TcpStream::connect(address).await.unwrap());
            kept.push(connections.accept(&listener).await);
        }
        drop(kept[0].peer.begin_call());
        assert!(connections.close_longest_idle());
        let told = |connection: &mut Connection| connection.closed.as_mut().unwrap().try_recv().is_ok();
        assert_eq!((told(&mut kept[0]), told(&mut kept[1])), (false, true));
        let _busy = kept[0].peer.begin_call();
        assert!(!connections.close_longest_idle(), "what is busy stays");
        drop(kept);
        assert_eq!(connections.open(), 0);
    }

    #[tokio::test]
    async fn one_that_does_not_greet_in_time_is_closed_and_one_that_did_is_not() {
        use tokio::io::{AsyncReadExt, AsyncWriteExt};
        let connections = Connections::with(9, Duration::from_millis(50), None);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let _silent = TcpStream::connect(address).await.unwrap();
        let mut connection = connections.accept(&listener).await;
        let error = connection.read_u8().await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        let mut speaking = TcpStream::connect(address).await.unwrap();
        speaking.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").await.unwrap();
        let mut connection = connections.accept(&listener).await;
        connection.read_exact(&mut [0; PREFACE_BYTES]).await.unwrap();
        let more = tokio::time::timeout(Duration::from_millis(200), connection.read_u8()).await;
        assert!(more.is_err(), "it waits for more, without a fault: {more:?}");
    }

    #[tokio::test]
    async fn one_that_does_not_begin_its_handshake_in_time_is_closed_even_if_it_is_only_written_to() {
        use tokio::io::AsyncWriteExt;
        let folder = tempfile::tempdir().unwrap();
        let made = rcgen::generate_simple_self_signed(["a.example".to_owned()]).unwrap();
        let [cert, key] = ["cert.pem", "key.pem"].map(|name| folder.path().join(name));
        std::fs::write(&cert, made.cert.pem()).unwrap();
        std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
        let tls = Tls::open(crate::tls::TlsFiles { cert, key, client_ca: None }).unwrap();
        let connections = Connections::with(9, Duration::from_millis(50), Some(Arc::new(tls)));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let _silent = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let mut connection = connections.accept(&listener).await;
        let error = connection.write_all(b"settings").await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    }
}
