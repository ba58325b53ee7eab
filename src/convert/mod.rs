//! The only place where protobuf meets domain values.
//!
//! Requests become domain queries, or a [`Fault`] that names the field; domain values become replies,
//! their spans counted in the unit that the client asked for.

mod check;
mod facet;
mod fault;
mod fragment;
mod labels;
mod mask;
mod new_article;
mod offsets;
mod page;
mod parts;
mod place;
mod reply;
mod request;
mod snapshot;

pub(crate) use check::{
    AUTHORS, BATCH_REQUESTS, CONTEXT_SENTENCES, FACET_VALUES, FACETS, ID_BYTES, LABEL_KEY_BYTES, LABEL_VALUE_BYTES,
    LABELS, LANGUAGE_BYTES, METADATA_BYTES, SUGGESTIONS,
};
use facet::{facet, facets};
pub(crate) use fault::Fault;
pub(crate) use fragment::{Shape, fragment_characters};
pub(crate) use labels::{accepted, change, mode, tier, wanted_mode, wanted_tier};
pub(crate) use mask::{MASK_PATHS, Mask};
pub(crate) use new_article::{etag as expected_etag, new_article, text_to_analyze, tier_to_analyze, unkept};
pub(crate) use offsets::{Offsets, OffsetsOfPage};
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) use page::asked_on;
pub(crate) use page::{Replies, batch_asked, batch_token, now, page, page_request, part_asked, part_token, present};
pub(crate) use parts::{HEADER_BYTES, PartStart, part, whole};
pub(crate) use place::QuotePlace;
pub(crate) use reply::{
    Hit, annotations, article_without_body, count, entity, etag, quote, sentence, suggestions, total,
};
pub(crate) use request::{
    article_id, article_query, article_search, batch_ids, batch_requests, entity_id, entity_query, filter,
    filter_of_some, limited, mention_query, quote_place, quote_query, sentence_query, suggest_query,
};
pub(crate) use snapshot::{checked, deleted, snapshot};
