//! Rules for every call of every service: it is counted at its connection, the memory of its unread answer is limited,
//! refusals of the transport become statuses of ours, and the streams of health and reflection end with the server.

use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use axum::{
    body::{Body, Bytes, HttpBody},
    extract::{Request, State},
    http::HeaderMap,
    middleware::{self, Next},
    response::Response,
};
use http_body::Frame;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tonic::{Status, service::Routes};

use super::{
    arriving::{Arriving, Held, Room, brings_articles, brings_many},
    status,
};
use crate::{
    config::Limits,
    connections::{OpenCall, Peer},
    overload::Overload,
    pool::PoolError,
};

/// The bytes that are passed to the connection at once: an HTTP/2 frame.
const PIECE_BYTES: usize = 16 << 10;

/// Services whose streams report on the server itself, and end with it.
const OF_THE_SERVER: [&str; 2] = ["/grpc.health.", "/grpc.reflection."];

/// Wraps services so that these rules hold for them.
pub(crate) fn bounded(routes: Routes, limits: &Limits, stopping: watch::Receiver<bool>) -> Routes {
    let gate = Arc::new(Gate::new(limits.clone(), stopping));
    routes.into_axum_router().layer(middleware::from_fn_with_state(gate, pass)).into()
}

struct Gate {
    limits: Limits,
    /// Bytes of unread answers on all connections.
    unread: AtomicUsize,
    /// Room for requests with articles, and for all others.
    rooms: [Arc<Room>; 2],
    /// Places for calls.
    places: Arc<Semaphore>,
    stopping: watch::Receiver<bool>,
}

impl Gate {
    fn new(limits: Limits, stopping: watch::Receiver<bool>) -> Self {
        let rooms = [(); 2].map(|()| Arc::new(Room::new(limits.message_bytes)));
        let places = Arc::new(Semaphore::new(limits.open_calls));
        Self { limits, unread: AtomicUsize::new(0), rooms, places, stopping }
    }

    /// A place among the open calls, if there is one.
    fn place(&self) -> Result<OwnedSemaphorePermit, Status> {
        let full = || Overload::of("open_calls", self.limits.open_calls, Duration::from_secs(1));
        Arc::clone(&self.places).try_acquire_owned().map_err(|_| status::overloaded(&full()))
    }

    /// The request, whose messages arrive as there is room for them, which is kept in `held`.
    fn bound(&self, mut request: Request, peer: &Peer, held: &Held, keeps: bool) -> Request {
        let kind = usize::from(!brings_articles(request.uri().path()));
        let room = &self.rooms[kind];
        let part = peer.part(kind, || room.part());
        let waits = brings_many(request.uri().path());
        request.extensions_mut().insert(held.clone());
        request.map(|body| Body::new(Arriving::new(body, (room, part), held, keeps, waits)))
    }

    /// The unread bytes from which on the next call of a connection waits. So clients that read at all never reach the
    /// limits.
    fn waits_above(&self) -> usize {
        self.limits.answer_bytes / 4
    }
}

async fn pass(State(gate): State<Arc<Gate>>, request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<Peer>().cloned().unwrap_or_default();
    // Whoever watches the health needs no key, so that holds no place among the connections and calls.
    let call = match (!request.uri().path().starts_with(OF_THE_SERVER[0])).then(|| gate.place()).transpose() {
        Ok(place) => place.map(|place| (peer.begin_call(), place)),
        Err(full) => return full.into_http(),
    };
    let ends_with_server = OF_THE_SERVER.iter().any(|start| request.uri().path().starts_with(start));
    let stopped = ends_with_server.then(|| stopped(gate.stopping.clone()));
    if !ends_with_server {
        peer.has_read(gate.waits_above()).await;
    }
    let held = Held::default();
    let request = gate.bound(request, &peer, &held, !ends_with_server);
    let (mut head, body) = next.run(request).await.into_parts();
    put_into_words(&mut head.headers, &gate.limits);
    let inner = Some(body);
    let mut answer = Answer { inner, stopped, rest: Bytes::new(), held: 0, trailers: None, peer, gate, _call: call };
    // What is ready is taken at once, so that it is counted even if nobody reads it.
    std::future::poll_fn(|cx| {
        let _pending = answer.fetch(cx);
        Poll::Ready(())
    })
    .await;
    Response::from_parts(head, Body::new(answer))
}

type Stopped = Pin<Box<dyn Future<Output = ()> + Send>>;

fn stopped(mut stopping: watch::Receiver<bool>) -> Stopped {
    Box::pin(async move {
        // An error means that the sender is gone, which is also the end.
        let _ = stopping.wait_for(|stop| *stop).await;
    })
}

/// Replaces a status of the transport by one of ours.
fn put_into_words(headers: &mut HeaderMap, limits: &Limits) {
    let Some(ours) = Status::from_header_map(headers).and_then(|status| status::of_transport(&status, limits)) else {
        return;
    };
    write(&ours, headers);
}

fn write(status: &Status, headers: &mut HeaderMap) {
    for name in [Status::GRPC_STATUS, Status::GRPC_MESSAGE, Status::GRPC_STATUS_DETAILS] {
        headers.remove(name);
    }
    // This fails for what no header can hold. The message is escaped, and what is left is without a status: UNKNOWN.
    let _ = status.add_header(headers);
}

/// The messages of an answer, in pieces, and the trailers.
struct Answer {
    /// None once everything has arrived.
    inner: Option<Body>,
    stopped: Option<Stopped>,
    /// What has arrived and was not read yet.
    rest: Bytes,
    /// Bytes that are counted as unread: all that arrived at once, until its last piece is read.
    held: usize,
    trailers: Option<HeaderMap>,
    peer: Peer,
    gate: Arc<Gate>,
    _call: Option<(OpenCall, OwnedSemaphorePermit)>,
}

impl Answer {
    /// Takes what comes next, if it is ready.
    fn fetch(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let Some(inner) = &mut self.inner else { return Poll::Ready(()) };
        match Pin::new(inner).poll_frame(cx) {
            Poll::Ready(Some(Ok(frame))) => match frame.into_data() {
                Ok(data) => self.hold(data),
                Err(frame) => {
                    self.inner = None;
                    let mut trailers = frame.into_trailers().unwrap_or_default();
                    put_into_words(&mut trailers, &self.gate.limits);
                    self.trailers = Some(trailers);
                }
            },
            Poll::Ready(Some(Err(_))) => self.end(&status::pool(PoolError::Died)),
            Poll::Ready(None) => self.inner = None,
            Poll::Pending => {
                let ends = self.stopped.as_mut().is_some_and(|stopped| stopped.as_mut().poll(cx).is_ready());
                if !ends {
                    return Poll::Pending;
                }
                self.end(&status::stopping());
            }
        }
        Poll::Ready(())
    }

    fn hold(&mut self, data: Bytes) {
        let size = data.len();
        self.held += size;
        let all = self.gate.unread.fetch_add(size, Ordering::AcqRel) + size;
        let limits = &self.gate.limits;
        let (of_one, of_all) = (limits.connection_unread_bytes(), limits.unread_bytes());
        let too_many = if self.peer.leaves_unread(size) > of_one {
            Some(("connection_unread_bytes", of_one))
        } else {
            (all > of_all).then_some(("unread_bytes", of_all))
        };
        if let Some((limit, most)) = too_many {
            self.release();
            return self.end(&status::unread(limit, most));
        }
        self.rest = data;
    }

    fn release(&mut self) {
        let held = std::mem::take(&mut self.held);
        self.peer.reads(held);
        self.gate.unread.fetch_sub(held, Ordering::AcqRel);
    }

    fn end(&mut self, status: &Status) {
        self.inner = None;
        let mut trailers = HeaderMap::new();
        write(status, &mut trailers);
        self.trailers = Some(trailers);
    }
}

impl Drop for Answer {
    fn drop(&mut self) {
        self.release();
    }
}

impl HttpBody for Answer {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let answer = self.get_mut();
        loop {
            if !answer.rest.is_empty() {
                let piece = answer.rest.split_to(answer.rest.len().min(PIECE_BYTES));
                answer.peer.touch();
                if answer.rest.is_empty() {
                    answer.release();
                }
                return Poll::Ready(Some(Ok(Frame::data(piece))));
            }
            if let Some(trailers) = answer.trailers.take() {
                return Poll::Ready(Some(Ok(Frame::trailers(trailers))));
            }
            if answer.inner.is_none() {
                return Poll::Ready(None);
            }
            if answer.fetch(cx).is_pending() {
                return Poll::Pending;
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty() && self.trailers.is_none() && self.inner.as_ref().is_none_or(|inner| inner.is_end_stream())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::RawConfig;

    fn answer(gate: &Arc<Gate>, peer: &Peer, bytes: usize) -> Answer {
        Answer {
            inner: Some(Body::from(vec![0; bytes])),
            stopped: None,
            rest: Bytes::new(),
            held: 0,
            trailers: None,
            peer: peer.clone(),
            gate: Arc::clone(gate),
            _call: None,
        }
    }

    async fn fetched(mut answer: Answer) -> Answer {
        assert!(std::future::poll_fn(|cx| Poll::Ready(answer.fetch(cx))).await.is_ready());
        answer
    }

    fn told(trailers: &HeaderMap) -> String {
        Status::from_header_map(trailers).unwrap().message().to_owned()
    }

    #[tokio::test]
    async fn answers_that_nobody_reads_are_held_within_bounds_and_forgotten_once_read() {
        let config = RawConfig { max_answer: Some("1000".into()), ..RawConfig::default() }.resolve().unwrap();
        let (_stop, stopping) = watch::channel(false);
        let gate = Arc::new(Gate::new(config.limits, stopping));
        let peer = Peer::default();
        let mut held = Vec::new();
        for _ in 0..2 {
            held.push(fetched(answer(&gate, &peer, 900)).await);
        }
        let refused = fetched(answer(&gate, &peer, 900)).await;
        let trailers = refused.trailers.clone().unwrap();
        assert_eq!(trailers[Status::GRPC_STATUS], "8", "RESOURCE_EXHAUSTED");
        assert!(told(&trailers).contains("connection_unread_bytes allows, which is 2000 bytes"), "{trailers:?}");
        assert_eq!(gate.unread.load(Ordering::Relaxed), 1800);
        // Another connection has room of its own.
        assert!(fetched(answer(&gate, &Peer::default(), 900)).await.trailers.is_none());
        let others: Vec<_> = (0..5).map(|_| Peer::default()).collect();
        for one in &others {
            let answer = fetched(answer(&gate, one, 900)).await;
            if let Some(trailers) = &answer.trailers {
                assert!(told(trailers).contains("limit unread_bytes allows, which is 6000 bytes"), "{trailers:?}");
            } else {
                held.push(answer);
            }
        }
        assert_eq!((held.len(), gate.unread.load(Ordering::Relaxed)), (6, 5400));
        held.drain(2..);
        let mut read = Body::new(held.pop().unwrap());
        while let Some(frame) = std::future::poll_fn(|cx| Pin::new(&mut read).poll_frame(cx)).await {
            frame.unwrap();
        }
        assert_eq!(gate.unread.load(Ordering::Relaxed), 900);
        drop(held);
        assert_eq!(gate.unread.load(Ordering::Relaxed), 0);
    }
}
