//! Many requests in one call, and all hits of a search in one stream.

use std::{pin::Pin, sync::Arc};

use futures_util::{Stream, stream};
use prost::Message;
use sayso_index::Interrupt;
use tonic::{Code, Extensions, Status};

use super::{core::Core, deadline::Call, status};
use crate::{
    access::Payer,
    config::Limits,
    convert::{self, HEADER_BYTES},
    proto::google_rpc,
};

/// The answers to many requests, in their order. A request that fails has its error, unless the whole call has come to
/// its end. All answers together have at most the bytes of a page, but the first is answered whatever its size.
pub(super) fn batch<Q, A: Message, R>(
    core: &Core,
    requests: &[Q],
    interrupt: &Interrupt,
    answer: impl Fn(&Core, &Q, &Limits, &Interrupt) -> Result<A, Status>,
    result: impl Fn(Result<A, google_rpc::Status>) -> R,
) -> Result<Vec<R>, Status> {
    convert::batch_requests(requests.len()).map_err(status::fault)?;
    let most = core.config.limits.reply_bytes;
    let mut room = most;
    let mut results = Vec::with_capacity(requests.len());
    for (at, request) in requests.iter().enumerate() {
        interrupt.check().map_err(status::engine)?;
        let limits = Limits { reply_bytes: room, ..core.config.limits.clone() };
        let answered = if room == 0 { Err(status::no_room(most)) } else { answer(core, request, &limits, interrupt) };
        let answered = match answered {
            Ok(answer) if answer.encoded_len() + HEADER_BYTES > room && at > 0 => {
                // What comes after would hardly fit either, and is not worth searching for.
                room = 0;
                Err(status::no_room(most))
            }
            Err(status) if matches!(status.code(), Code::DeadlineExceeded | Code::Cancelled) => return Err(status),
            answered => answered,
        };
        if let Ok(answer) = &answered {
            room = room.saturating_sub(answer.encoded_len() + HEADER_BYTES);
        }
        results.push(result(answered.map_err(|status| status::told(&status))));
    }
    Ok(results)
}

/// Counts a call with so many requests as so many calls of its key.
pub(super) fn charge(extensions: &Extensions, count: usize) {
    if let Some(payer) = extensions.get::<Payer>() {
        payer.counts_as(count);
    }
}

/// The messages of an export.
pub(super) type Exported<T> = Pin<Box<dyn Stream<Item = Result<T, Status>> + Send>>;

/// Makes one message after another, each when the one before was taken: a client that reads slowly is waited for, and
/// one that goes away ends the search. `page` gets the token of a page, and returns its message with the token of the
/// next one, which is empty at the end.
pub(super) fn export<T: Send + 'static>(
    core: Arc<Core>,
    extensions: &Extensions,
    token: String,
    page: impl Fn(&Core, String, &Interrupt) -> Result<(T, String), Status> + Send + Sync + 'static,
) -> Exported<T> {
    let (whole, page) = (Call::begin_patient(extensions), Arc::new(page));
    let began = (core, whole, Some(token));
    Box::pin(stream::try_unfold(began, move |(core, whole, token)| {
        let page = Arc::clone(&page);
        async move {
            let Some(token) = token else { return Ok(None) };
            if *core.stopping.borrow() {
                return Err(status::stopping());
            }
            let call = whole.step(core.config.limits.search_timeout);
            let asked = Arc::clone(&core);
            let (message, next) = core.search_patiently(&call, move |interrupt| page(&asked, token, interrupt)).await?;
            let next = (!next.is_empty()).then_some(next);
            Ok(Some((message, (core, whole, next))))
        }
    }))
}

/// The hits of a message if the request names no number: all that fit.
pub(super) fn export_size(asked: i32, limits: &Limits) -> i32 {
    if asked == 0 { i32::try_from(limits.page_size).unwrap_or(i32::MAX) } else { asked }
}
