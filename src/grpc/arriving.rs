//! Limits the memory of incoming requests. The messages of all calls together, from the first byte of each until it is
//! answered or written, may take only so many bytes, and those of one connection half of that. A stream of articles that
//! finds no room waits, within its HTTP/2 flow-control window. Any other call is refused: if it waited, it would take room in the window of its connection,
//! and many such calls would hold up those that have room.
//!
//! Room for a whole message is taken as soon as its length is known. So a message that has begun can be finished, and
//! nobody who has room waits for more. A compressed message takes room for its worst case until its end, which states
//! its length.

use std::{
    collections::VecDeque,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll},
    time::Duration,
};

use axum::body::{Body, Bytes, HttpBody};
use http_body::Frame;
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::Sleep,
};

use super::status;
use crate::overload::Overload;

/// Bytes of the head of a message: whether it is compressed, and its length.
pub(crate) const HEAD_BYTES: usize = 5;

/// The unit in which room is counted.
const UNIT_BYTES: usize = 1 << 10;

/// How many times longer than its compressed form a text can be, at most, with gzip.
const MAX_GZIP_RATIO: usize = 1032;

/// How long a client may pause in the middle of a message.
pub(crate) const MAX_PAUSE: Duration = Duration::from_secs(20);

/// How many of the longest messages may be under way, and of one connection.
pub(super) const LONGEST: usize = 4;
pub(super) const LONGEST_OF_ONE: usize = 2;

/// When whoever finds no room should try again.
const RETRY: Duration = Duration::from_secs(1);

/// Room for messages under way.
pub(super) struct Room {
    units: Arc<Semaphore>,
    /// The longest message that is accepted, compressed or not.
    message_bytes: usize,
    goes_on_within: Duration,
}

impl Room {
    /// Room for so many of the longest messages as may be under way, or for as many short ones as take the same.
    pub(super) fn new(message_bytes: usize) -> Self {
        Self::with(message_bytes, MAX_PAUSE)
    }

    fn with(message_bytes: usize, goes_on_within: Duration) -> Self {
        let units = Arc::new(Semaphore::new(LONGEST * units(message_bytes)));
        Self { units, message_bytes, goes_on_within }
    }

    /// The part of it that one connection may take.
    pub(super) fn part(&self) -> Arc<Semaphore> {
        Arc::new(Semaphore::new(LONGEST_OF_ONE * units(self.message_bytes)))
    }

    /// The units that a message takes until it has arrived in full. One that is too long is refused by its head, and
    /// takes one.
    fn wanted(&self, packed: bool, length: usize) -> usize {
        match packed {
            _ if length > self.message_bytes => 1,
            true => units(length + self.message_bytes.min(length.saturating_mul(MAX_GZIP_RATIO))),
            false => units(length),
        }
    }
}

fn units(bytes: usize) -> usize {
    bytes.div_ceil(UNIT_BYTES).max(1)
}

/// The room that a message takes: of its connection's, and of all.
#[derive(Debug)]
pub(super) struct Space([OwnedSemaphorePermit; 2]);

impl Space {
    fn shrink(&mut self, wanted: usize) {
        for permit in &mut self.0 {
            drop(permit.split(permit.num_permits().saturating_sub(wanted)));
        }
    }
}

/// The room that the messages of a call take, in their order. It is returned when the last clone is dropped.
#[derive(Clone, Debug, Default)]
pub(super) struct Held(Arc<Mutex<VecDeque<Space>>>);

impl Held {
    /// Takes over the room of the next message. For streams, which finish with one message after another.
    pub(super) fn next(&self) -> Option<Space> {
        self.queue().pop_front()
    }

    fn queue(&self) -> MutexGuard<'_, VecDeque<Space>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the room that the last message took in excess.
    fn shrink(&self, wanted: usize) {
        if let Some(last) = self.queue().back_mut() {
            last.shrink(wanted);
        }
    }
}

type Turn = Pin<Box<dyn Future<Output = Option<Space>> + Send>>;

/// The messages of a call as they arrive.
pub(super) struct Arriving {
    inner: Body,
    room: Arc<Room>,
    /// The part of the room that its connection may take.
    part: Arc<Semaphore>,
    held: Held,
    /// Whether a message that finds no room waits for it.
    waits: bool,
    /// Whether somebody takes over the room of each message. If not, each message takes over that of the one before.
    keeps: bool,
    /// Bytes that have arrived and were not passed on.
    rest: Bytes,
    head: Vec<u8>,
    /// A message that waits for room.
    turn: Option<Turn>,
    /// Bytes of the current message that are still to arrive.
    left: usize,
    /// The length of a compressed message, and its last four bytes, which hold its uncompressed length.
    packed: Option<(usize, [u8; 4])>,
    stalled: Option<Pin<Box<Sleep>>>,
}

impl Arriving {
    /// The messages of `inner`, whose room is kept in `held`; those of their connection share `part` of it. With `keeps`, it is kept for all of them, or until
    /// somebody takes it over. A message that finds no room waits if `waits`, and otherwise ends the call.
    pub(super) fn new(
        inner: Body,
        (room, part): (&Arc<Room>, Arc<Semaphore>),
        held: &Held,
        keeps: bool,
        waits: bool,
    ) -> Self {
        Self {
            inner,
            room: Arc::clone(room),
            part,
            held: held.clone(),
            waits,
            keeps,
            rest: Bytes::new(),
            head: Vec::with_capacity(HEAD_BYTES),
            turn: None,
            left: 0,
            packed: None,
            stalled: None,
        }
    }

    /// Asks for room when the head of a message has arrived. Fails if there is none and the call does not wait.
    fn begin(&mut self) -> Result<(), axum::Error> {
        let length = u32::from_be_bytes([self.head[1], self.head[2], self.head[3], self.head[4]]) as usize;
        let packed = self.head[0] == 1;
        self.left = length;
        self.packed = packed.then_some((length, [0; 4]));
        if !self.keeps {
            self.held.queue().clear();
        }
        let (part, units) = (Arc::clone(&self.part), Arc::clone(&self.room.units));
        let wanted = self.room.wanted(packed, length) as u32;
        self.turn = Some(if self.waits {
            Box::pin(async move {
                let own = part.acquire_many_owned(wanted).await.ok()?;
                Some(Space([own, units.acquire_many_owned(wanted).await.ok()?]))
            })
        } else {
            let own = part.try_acquire_many_owned(wanted);
            let own = own.map_err(|_| self.no_room("connection_request_bytes", LONGEST_OF_ONE))?;
            let all = units.try_acquire_many_owned(wanted);
            let all = all.map_err(|_| self.no_room("request_bytes", LONGEST))?;
            Box::pin(std::future::ready(Some(Space([own, all]))))
        });
        Ok(())
    }

    fn no_room(&self, limit: &'static str, longest: usize) -> axum::Error {
        let overload = Overload::of(limit, longest * self.room.message_bytes, RETRY);
        axum::Error::new(status::overloaded(&overload))
    }

    /// Passes on what has arrived of a message.
    fn piece(&mut self) -> Bytes {
        let piece = self.rest.split_to(self.rest.len().min(self.left));
        self.left -= piece.len();
        if let Some((length, tail)) = &mut self.packed {
            for byte in &piece[piece.len().saturating_sub(4)..] {
                tail.rotate_left(1);
                tail[3] = *byte;
            }
            if self.left == 0 {
                let unpacked = self.room.message_bytes.min(u32::from_le_bytes(*tail) as usize);
                self.held.shrink(units(*length + unpacked));
            }
        }
        piece
    }

    fn poll_inner(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        if let Poll::Ready(frame) = Pin::new(&mut self.inner).poll_frame(cx) {
            self.stalled = None;
            return Poll::Ready(frame);
        }
        if self.left > 0 || !self.head.is_empty() {
            let within = self.room.goes_on_within;
            let stalled = self.stalled.get_or_insert_with(|| Box::pin(tokio::time::sleep(within)));
            if stalled.as_mut().poll(cx).is_ready() {
                return Poll::Ready(Some(Err(axum::Error::new(status::stalled(within)))));
            }
        }
        Poll::Pending
    }
}

impl HttpBody for Arriving {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let this = self.get_mut();
        loop {
            if let Some(turn) = &mut this.turn {
                let Poll::Ready(permit) = turn.as_mut().poll(cx) else { return Poll::Pending };
                this.turn = None;
                this.held.queue().extend(permit);
                let head = std::mem::replace(&mut this.head, Vec::with_capacity(HEAD_BYTES));
                return Poll::Ready(Some(Ok(Frame::data(head.into()))));
            }
            if !this.rest.is_empty() && this.left > 0 {
                return Poll::Ready(Some(Ok(Frame::data(this.piece()))));
            }
            if !this.rest.is_empty() {
                let of_head = this.rest.split_to(this.rest.len().min(HEAD_BYTES - this.head.len()));
                this.head.extend_from_slice(&of_head);
                if this.head.len() == HEAD_BYTES
                    && let Err(refusal) = this.begin()
                {
                    return Poll::Ready(Some(Err(refusal)));
                }
                continue;
            }
            match std::task::ready!(this.poll_inner(cx)) {
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(data) => this.rest = data,
                    Err(trailers) => return Poll::Ready(Some(Ok(trailers))),
                },
                // The decoder refuses a head that was cut off.
                None if !this.head.is_empty() => {
                    return Poll::Ready(Some(Ok(Frame::data(std::mem::take(&mut this.head).into()))));
                }
                other => return Poll::Ready(other),
            }
        }
    }
}

/// Whether a call is a stream of articles, which waits where others are refused.
pub(super) fn brings_many(path: &str) -> bool {
    path == "/sayso.v1.ArticleService/IngestArticles"
}

/// Whether the requests of a call contain whole articles. These have a room of their own, so that questions never wait
/// for them.
pub(super) fn brings_articles(path: &str) -> bool {
    let [put, ingest, analyze] =
        ["ArticleService/PutArticle", "ArticleService/IngestArticles", "AnalyzeService/Analyze"];
    path.strip_prefix("/sayso.v1.").is_some_and(|method| [put, ingest, analyze].contains(&method))
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use futures_util::{FutureExt, stream};
    use proptest::prelude::*;
    use tonic::Status;

    use super::*;

    fn framed(packed: bool, message: &[u8]) -> Vec<u8> {
        let head = [&[u8::from(packed)][..], &(message.len() as u32).to_be_bytes()].concat();
        [head, message.to_vec()].concat()
    }

    fn body(pieces: Vec<Vec<u8>>) -> Body {
        Body::from_stream(stream::iter(pieces.into_iter().map(Ok::<_, std::convert::Infallible>)))
    }

    /// Reads to the end. None while it waits for room.
    fn read(body: &mut Arriving) -> Option<Vec<u8>> {
        let mut all = Vec::new();
        loop {
            match std::future::poll_fn(|cx| Pin::new(&mut *body).poll_frame(cx)).now_or_never()? {
                Some(frame) => all.extend(frame.unwrap().into_data().unwrap()),
                None => return Some(all),
            }
        }
    }

    #[test]
    fn a_message_waits_until_there_is_room_for_all_of_it() {
        let room = Arc::new(Room::new(10 * UNIT_BYTES));
        let message = framed(false, &vec![7; 9 * UNIT_BYTES]);
        let held: Vec<_> = (0..=LONGEST).map(|_| Held::default()).collect();
        let arriving = |held| Arriving::new(body(vec![message.clone()]), (&room, room.part()), held, true, true);
        for one in &held[..LONGEST] {
            assert_eq!(read(&mut arriving(one)).as_ref(), Some(&message));
        }
        let mut waiting = arriving(&held[LONGEST]);
        assert_eq!(read(&mut waiting), None);
        drop(held[0].next());
        assert_eq!(read(&mut waiting).as_ref(), Some(&message));
        drop((held, waiting));
        assert_eq!(room.units.available_permits(), 40);
    }

    #[tokio::test]
    async fn a_call_that_does_not_wait_is_refused_where_there_is_no_room() {
        let room = Arc::new(Room::new(10 * UNIT_BYTES));
        let message = framed(false, &vec![7; 9 * UNIT_BYTES]);
        let held: Vec<_> = (0..LONGEST).map(|_| Held::default()).collect();
        let (one, none) = (room.part(), Held::default());
        let arriving = |part: &Arc<Semaphore>, held| {
            Arriving::new(body(vec![message.clone()]), (&room, Arc::clone(part)), held, true, false)
        };
        let refused = async |part| {
            let mut refused = arriving(part, &none);
            let frame = std::future::poll_fn(|cx| Pin::new(&mut refused).poll_frame(cx)).await.unwrap();
            let status = Status::from_error(Box::new(frame.unwrap_err()));
            assert_eq!(status.code(), tonic::Code::ResourceExhausted);
            status.message().to_owned()
        };
        for held in &held[..LONGEST_OF_ONE] {
            assert_eq!(read(&mut arriving(&one, held)).as_ref(), Some(&message));
        }
        assert!(refused(&one).await.contains("connection_request_bytes"));
        // Another connection has a part of its own, until there is no room for anybody.
        let other = room.part();
        for held in &held[LONGEST_OF_ONE..] {
            assert_eq!(read(&mut arriving(&other, held)).as_ref(), Some(&message));
        }
        assert!(refused(&room.part()).await.contains("limit request_bytes"));
        drop(held);
        assert_eq!((room.units.available_permits(), one.available_permits()), (40, 20));
    }

    #[test]
    fn a_packed_message_takes_what_it_is_unpacked() {
        let room = Arc::new(Room::new(1 << 20));
        let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        packer.write_all(&vec![b'a'; 100 * UNIT_BYTES]).unwrap();
        let packed = packer.finish().unwrap();
        assert!(packed.len() < UNIT_BYTES);
        let held = Held::default();
        read(&mut Arriving::new(body(vec![framed(true, &packed)]), (&room, room.part()), &held, true, false)).unwrap();
        assert_eq!(held.next().unwrap().0.map(|permit| permit.num_permits()), [101, 101]);
    }

    #[test]
    fn a_message_that_is_too_long_is_left_to_the_decoder_to_refuse() {
        let room = Arc::new(Room::new(UNIT_BYTES));
        let long = framed(false, &vec![7; 9 * UNIT_BYTES]);
        assert_eq!(
            read(&mut Arriving::new(body(vec![long.clone()]), (&room, room.part()), &Held::default(), true, false)),
            Some(long)
        );
    }

    #[tokio::test]
    async fn who_stops_in_the_midst_of_a_message_is_told_so() {
        let room = Arc::new(Room::with(UNIT_BYTES, Duration::ZERO));
        let begun = stream::iter([Ok::<_, std::convert::Infallible>(framed(false, &[7; 9])[..8].to_vec())]);
        let inner = Body::from_stream(futures_util::StreamExt::chain(begun, stream::pending()));
        let mut arriving = Body::new(Arriving::new(inner, (&room, room.part()), &Held::default(), true, false));
        let refusal = loop {
            match std::future::poll_fn(|cx| Pin::new(&mut arriving).poll_frame(cx)).await.unwrap() {
                Ok(_) => {}
                Err(refusal) => break refusal,
            }
        };
        let status = Status::from_error(Box::new(refusal));
        assert_eq!(status.code(), tonic::Code::DeadlineExceeded, "{status:?}");
    }

    proptest! {
        #[test]
        fn what_comes_in_is_handed_on_however_it_is_cut(
            messages in prop::collection::vec((any::<bool>(), prop::collection::vec(any::<u8>(), 0..40)), 0..6),
            size in 1..30_usize,
            cut in 0..8_usize,
            keeps: bool,
        ) {
            let mut all: Vec<u8> = messages.iter().flat_map(|(packed, bytes)| framed(*packed, bytes)).collect();
            all.truncate(all.len().saturating_sub(cut));
            let (room, held) = (Arc::new(Room::new(1 << 20)), Held::default());
            let pieces = all.chunks(size).map(<[u8]>::to_vec).collect();
            prop_assert_eq!(read(&mut Arriving::new(body(pieces), (&room, room.part()), &held, keeps, true)), Some(all));
            drop(held);
            prop_assert_eq!(room.units.available_permits(), LONGEST << 10);
        }
    }
}
