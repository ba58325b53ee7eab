//! Page tokens: opaque to clients, bound to the request that they belong to (AIP-158).
//!
//! A token of a page tells when the first page was asked for, so that "the last seven days" are the same on all pages.

use std::time::{SystemTime, UNIX_EPOCH};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use prost::Message as _;
use sayso_index::{Interrupt, Page, PageKey, query::PageRequest};

use super::{Fault, Hit, Mask, OffsetsOfPage, PartStart, Shape, facet, parts::HEADER_BYTES, total};
use crate::{config::Limits, proto};

/// Bytes of the digest of a request at the head of a token.
const DIGEST: usize = 8;
/// Bytes of the digest at the end of a token. It covers everything before, so that a damaged token leads to no other
/// page.
const CHECK: usize = 4;

/// A request for a page of something.
pub(crate) trait Paged: prost::Message + Clone {
    /// How many hits, as asked.
    fn page_size(&self) -> i32;
    /// The token of the page before.
    fn page_token(&self) -> &str;
    /// What to count the hits by.
    fn facets(&self) -> &[proto::FacetRequest] {
        &[]
    }
    /// Empties size and token, so that what is left is the same for all pages.
    fn clear_page(&mut self);
}

macro_rules! paged {
    ($($message:ident $($facets:ident)?),*) => { $(
        impl Paged for proto::$message {
            fn page_size(&self) -> i32 { self.page_size }
            fn page_token(&self) -> &str { &self.page_token }
            $(fn facets(&self) -> &[proto::FacetRequest] { &self.$facets })?
            fn clear_page(&mut self) { self.page_size = 0; self.page_token.clear(); }
        }
    )* };
}

paged!(
    ListArticlesRequest, SearchSentencesRequest facets, LookupEntitiesRequest, ListMentionsRequest,
    SearchQuotesRequest facets, SearchArticlesRequest facets
);

/// Requests whose replies end when they are full, not after a number of hits.
macro_rules! filled {
    ($($message:ident),*) => { $(
        impl Paged for proto::$message {
            fn page_size(&self) -> i32 { 0 }
            fn page_token(&self) -> &str { &self.page_token }
            fn clear_page(&mut self) { self.page_token.clear(); }
        }
    )* };
}

filled!(GetArticleRequest, BatchGetArticlesRequest);

/// Which page the request asks for.
pub(crate) fn page_request(request: &impl Paged, limits: &Limits) -> Result<PageRequest, Fault> {
    let size = match request.page_size() {
        0 => limits.default_page_size,
        size if size > 0 => (size as usize).min(limits.page_size),
        size => {
            let most = limits.page_size;
            return Err(Fault::invalid("page_size", format!("{size} is negative; ask for 0 (the default) to {most}")));
        }
    };
    let token = request.page_token();
    let after = if token.is_empty() { None } else { Some(page_key(request, token)?) };
    Ok(PageRequest { size, after })
}

/// The server's present in microseconds since 1970: that of the first page, where the request goes on from one.
pub(crate) fn now(request: &impl Paged) -> i64 {
    let first = contents(request, request.page_token()).ok();
    let first = first.and_then(|contents| Some(i64::from_be_bytes(*contents.first_chunk()?)));
    first.unwrap_or_else(present)
}

/// The server's present in microseconds since 1970.
pub(crate) fn present() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_micros()).unwrap_or(i64::MAX)
}

/// A page of a reply.
pub(crate) struct Replies<R> {
    pub(crate) hits: Vec<R>,
    pub(crate) next_page_token: String,
    pub(crate) total: Option<proto::TotalCount>,
    pub(crate) facets: Vec<proto::Facet>,
}

/// Searches for a page and builds its replies. Where they would be too large together, the page ends earlier. `now` is
/// the present of the first page.
pub(crate) fn page<H: Hit>(
    request: &impl Paged,
    (mut asked, now): (PageRequest, i64),
    (shape, mask): (Shape, &Mask),
    limits: &Limits,
    interrupt: &Interrupt,
    mut search: impl FnMut(PageRequest) -> sayso_index::Result<Page<H>>,
) -> sayso_index::Result<Replies<H::Reply>> {
    loop {
        let page = search(asked.clone())?;
        let hits = replies(&page.hits, (shape, mask), limits.reply_bytes, interrupt)?;
        if hits.len() == page.hits.len() {
            let next_page_token = next_page_token(request, now, page.next.as_ref());
            let facets = request.facets().iter().zip(&page.facets).map(facet).collect();
            return Ok(Replies { hits, next_page_token, total: Some(total(page.total)), facets });
        }
        // A page key leads on from the last hit that was asked for, so that fewer are asked for.
        asked.size = hits.len();
    }
}

/// The replies for as many of the first hits as fit; at least one.
fn replies<H: Hit>(
    hits: &[H],
    (shape, mask): (Shape, &Mask),
    most: usize,
    interrupt: &Interrupt,
) -> sayso_index::Result<Vec<H::Reply>> {
    let mut offsets = OffsetsOfPage::new(shape.encoding);
    let mut replies = Vec::with_capacity(hits.len());
    let mut bytes = 0;
    for hit in hits {
        interrupt.check()?;
        let reply = mask.apply(hit.reply(&mut offsets, shape));
        bytes += HEADER_BYTES + reply.encoded_len();
        if bytes > most && !replies.is_empty() {
            break;
        }
        replies.push(reply);
    }
    Ok(replies)
}

/// The token that leads to the page at `next`; empty at the end.
fn next_page_token(request: &impl Paged, now: i64, next: Option<&PageKey>) -> String {
    next.map_or_else(String::new, |key| token(request, &[&now.to_be_bytes()[..], key.as_bytes()].concat()))
}

fn page_key(request: &impl Paged, token: &str) -> Result<PageKey, Fault> {
    let contents = contents(request, token)?;
    let (_, key) = contents.split_first_chunk::<{ size_of::<i64>() }>().ok_or_else(unreadable)?;
    PageKey::from_bytes(key).map_err(|_| unreadable())
}

/// The token that leads to the next part of an article, in the state that `state` names.
pub(crate) fn part_token(request: &proto::GetArticleRequest, state: u64, next: Option<PartStart>) -> String {
    next.map_or_else(String::new, |start| token(request, &[&state.to_be_bytes()[..], &start.to_bytes()].concat()))
}

/// The state of an article and the part of it that are asked for; none for the first part.
pub(crate) fn part_asked(request: &proto::GetArticleRequest) -> Result<Option<(u64, PartStart)>, Fault> {
    if request.page_token.is_empty() {
        return Ok(None);
    }
    let contents = contents(request, &request.page_token)?;
    let (state, start) = contents.split_first_chunk().ok_or_else(unreadable)?;
    let start = PartStart::from_bytes(start).ok_or_else(unreadable)?;
    Ok(Some((u64::from_be_bytes(*state), start)))
}

/// The token that goes on with the id of this number; empty at the end.
pub(crate) fn batch_token(request: &proto::BatchGetArticlesRequest, next: usize) -> String {
    if next < request.ids.len() { token(request, &(next as u64).to_be_bytes()) } else { String::new() }
}

/// The number of the first id to answer.
pub(crate) fn batch_asked(request: &proto::BatchGetArticlesRequest) -> Result<usize, Fault> {
    if request.page_token.is_empty() {
        return Ok(0);
    }
    let contents = contents(request, &request.page_token)?;
    let number = contents.as_slice().try_into().map(u64::from_be_bytes).map_err(|_| unreadable())?;
    usize::try_from(number).map_err(|_| unreadable())
}

fn token(request: &impl Paged, contents: &[u8]) -> String {
    let mut bytes = [&digest(request), contents].concat();
    bytes.extend(check(&bytes));
    URL_SAFE_NO_PAD.encode(bytes)
}

fn contents(request: &impl Paged, token: &str) -> Result<Vec<u8>, Fault> {
    let bytes = URL_SAFE_NO_PAD.decode(token).map_err(|_| unreadable())?;
    let (bytes, checked) = bytes.split_last_chunk().ok_or_else(unreadable)?;
    if *checked != check(bytes) {
        return Err(unreadable());
    }
    let (theirs, contents) = bytes.split_at_checked(DIGEST).ok_or_else(unreadable)?;
    if theirs != digest(request) {
        let message =
            "belongs to another request; keep all fields but page_size as they were, or start again without a token";
        return Err(Fault::new("PAGE_TOKEN_MISMATCH", "page_token", message));
    }
    Ok(contents.to_vec())
}

fn unreadable() -> Fault {
    let message = "is not a token of this server; pass the next_page_token of the previous page, or leave it empty";
    Fault::new("PAGE_TOKEN_INVALID", "page_token", message)
}

fn digest(request: &impl Paged) -> [u8; DIGEST] {
    let mut request = request.clone();
    request.clear_page();
    hashed(&request.encode_to_vec())
}

fn check(bytes: &[u8]) -> [u8; CHECK] {
    hashed(bytes)
}

fn hashed<const N: usize>(bytes: &[u8]) -> [u8; N] {
    let hash = blake3::hash(bytes);
    std::array::from_fn(|at| hash.as_bytes()[at])
}

/// A method and a request of it for the page after the one whose token holds this, for the fuzzer.
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) fn asked_on(which: u8, contents: &[u8]) -> (&'static str, Vec<u8>) {
    macro_rules! asked {
        ($method:literal, $request:expr) => {{
            let request = $request;
            let page_token = token(&request, contents);
            ($method, {
                let mut request = request;
                request.page_token = page_token;
                request.encode_to_vec()
            })
        }};
    }
    match which % 6 {
        0 => asked!(
            "/sayso.v1.SearchService/SearchSentences",
            proto::SearchSentencesRequest { query: "the".into(), ..Default::default() }
        ),
        1 => asked!(
            "/sayso.v1.SearchService/SearchArticles",
            proto::SearchArticlesRequest { query: "the".into(), ..Default::default() }
        ),
        2 => asked!("/sayso.v1.QuoteService/SearchQuotes", proto::SearchQuotesRequest::default()),
        3 => asked!("/sayso.v1.ArticleService/ListArticles", proto::ListArticlesRequest::default()),
        4 => asked!(
            "/sayso.v1.ArticleService/BatchGetArticles",
            proto::BatchGetArticlesRequest { ids: vec!["a".into(); 3], ..Default::default() }
        ),
        _ => asked!(
            "/sayso.v1.EntityService/LookupEntities",
            proto::LookupEntitiesRequest { name: "a".into(), ..Default::default() }
        ),
    }
}
