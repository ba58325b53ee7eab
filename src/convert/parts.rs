//! An article and what was found in it, whole or in parts that each fit a reply.

use prost::Message;
use sayso_index::{AnalyzedArticle, Interrupt};

use super::{Mask, Offsets, reply};
use crate::proto::{self, OffsetEncoding};

/// Where a part begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PartStart {
    section: Section,
    /// A byte of the body, or the number of an item.
    at: usize,
}

/// What parts are made of, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Section {
    Body,
    Sentences,
    Entities,
    Mentions,
    Quotes,
}

const SECTIONS: [Section; 5] =
    [Section::Body, Section::Sentences, Section::Entities, Section::Mentions, Section::Quotes];

impl PartStart {
    /// Where the first part begins.
    pub(crate) const FIRST: Self = Self { section: Section::Body, at: 0 };

    /// As a token holds it.
    pub(crate) fn to_bytes(self) -> [u8; 9] {
        let mut bytes = [self.section as u8; 9];
        bytes[1..].copy_from_slice(&(self.at as u64).to_be_bytes());
        bytes
    }

    /// Reads what a token holds. None if no token could hold it.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (section, at) = bytes.split_first()?;
        let at = usize::try_from(u64::from_be_bytes(at.try_into().ok()?)).ok()?;
        Some(Self { section: *SECTIONS.get(usize::from(*section))?, at })
    }
}

/// A whole article, with only the wanted fields.
pub(crate) fn whole(analyzed: &AnalyzedArticle, encoding: OffsetEncoding, mask: &Mask) -> proto::AnnotatedArticle {
    let article = mask.of("article").map(|mask| mask.apply(reply::article(analyzed.article.clone())));
    let annotations = mask.of("annotations").map(|mask| mask.apply(reply::annotations(analyzed, encoding)));
    proto::AnnotatedArticle { article, annotations }
}

/// A part of an article with only the wanted fields, of at most this many bytes, and where the next one begins.
pub(crate) fn part(
    analyzed: &AnalyzedArticle,
    encoding: OffsetEncoding,
    mask: &Mask,
    start: PartStart,
    most: usize,
    interrupt: &Interrupt,
) -> sayso_index::Result<(proto::AnnotatedArticle, Option<PartStart>)> {
    let mut made = proto::AnnotatedArticle::default();
    let mut room = most;
    if let (Section::Body, Some(wanted)) = (start.section, mask.of("article")) {
        let rest = body(analyzed, &wanted, start.at, &mut room, &mut made);
        if rest.is_some() {
            return Ok((made, rest));
        }
    }
    let Some(wanted) = mask.of("annotations") else { return Ok((made, None)) };
    let mut annotations = wanted.apply(reply::bare_annotations(&analyzed.analysis));
    room = room.saturating_sub(annotations.encoded_len() + 2 * HEADER_BYTES);
    let offsets = Offsets::new(&analyzed.article.body, encoding);
    let mut filler = Filler { start, room, is_empty: made.article.is_none(), interrupt };
    let next = 'parts: {
        macro_rules! section {
            ($section:ident, $field:ident, $items:expr) => {
                if let Some(mask) = wanted.of(stringify!($field)) {
                    let items = $items;
                    let items = items.map(|item| mask.apply(item));
                    if let Some(at) = filler.fill(Section::$section, &mut annotations.$field, items)? {
                        break 'parts Some(PartStart { section: Section::$section, at });
                    }
                }
            };
        }
        section!(Sentences, sentences, reply::sentences(analyzed, &offsets, filler.first(Section::Sentences)));
        section!(Entities, entities, reply::article_entities(analyzed, filler.first(Section::Entities)));
        section!(Mentions, mentions, reply::mentions(analyzed, &offsets, filler.first(Section::Mentions)));
        section!(Quotes, quotes, reply::bare_quotes(analyzed, &offsets, filler.first(Section::Quotes)));
        None
    };
    made.annotations = Some(annotations);
    Ok((made, next))
}

/// Puts as much of the article and its body into a part as fits. Returns where the body goes on.
fn body(
    analyzed: &AnalyzedArticle,
    mask: &Mask,
    at: usize,
    room: &mut usize,
    made: &mut proto::AnnotatedArticle,
) -> Option<PartStart> {
    let article = &analyzed.article;
    let mut told = if at == 0 {
        mask.apply(reply::article_without_body(article))
    } else {
        mask.apply(proto::Article { id: article.id.clone(), ..proto::Article::default() })
    };
    *room = room.saturating_sub(told.encoded_len() + 2 * HEADER_BYTES);
    let mut rest = None;
    if mask.has("body") {
        let end = article.body.floor_char_boundary(at.saturating_add(*room).min(article.body.len()));
        // Every part makes progress, however little room there is.
        let end = if end > at { end } else { article.body.ceil_char_boundary((at + 1).min(article.body.len())) };
        article.body.get(at..end).unwrap_or_default().clone_into(&mut told.body);
        *room = room.saturating_sub(end.saturating_sub(at));
        rest = (end < article.body.len()).then_some(PartStart { section: Section::Body, at: end });
    }
    made.article = Some(told);
    rest
}

/// Fills the lists of a part until it is full.
struct Filler<'i> {
    start: PartStart,
    room: usize,
    /// Whether the part has nothing yet: then the next item goes in whatever its size.
    is_empty: bool,
    interrupt: &'i Interrupt,
}

impl Filler<'_> {
    /// The number of the first item of a section that belongs to this part or a later one.
    fn first(&self, section: Section) -> usize {
        match (section as u8).cmp(&(self.start.section as u8)) {
            std::cmp::Ordering::Less => usize::MAX,
            std::cmp::Ordering::Equal => self.start.at,
            std::cmp::Ordering::Greater => 0,
        }
    }

    /// Takes items, the first of which is that of [`Filler::first`], as long as they fit. Returns the first that does not.
    fn fill<M: Message>(
        &mut self,
        section: Section,
        list: &mut Vec<M>,
        items: impl Iterator<Item = M>,
    ) -> sayso_index::Result<Option<usize>> {
        let first = self.first(section);
        for (count, item) in items.enumerate() {
            self.interrupt.check()?;
            let bytes = item.encoded_len() + HEADER_BYTES;
            if bytes > self.room && !self.is_empty {
                return Ok(Some(first + count));
            }
            self.room = self.room.saturating_sub(bytes);
            self.is_empty = false;
            list.push(item);
        }
        Ok(None)
    }
}

/// The most bytes in front of a message within another: its field's number and its length.
pub(crate) const HEADER_BYTES: usize = 6;
