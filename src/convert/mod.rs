//! The only place where protobuf meets domain values.
//!
//! Requests become domain queries, or a [`Fault`] that names the field; domain values become replies,
//! their spans counted in the unit that the client asked for.

mod fault;
mod labels;
mod offsets;
mod page;
mod reply;
mod request;

pub(crate) use fault::Fault;
pub(crate) use labels::{change, mode, tier, wanted_mode, wanted_tier};
pub(crate) use offsets::{Offsets, OffsetsOfPage};
pub(crate) use page::{Replies, page, page_request};
pub(crate) use reply::{Hit, annotations, article, entity, quote, sentence, total};
pub(crate) use request::{
    AUTHORS, ID_BYTES, LANGUAGE_BYTES, METADATA_BYTES, article_id, article_query, entity_id, entity_query,
    mention_query, new_article, quote_id, quote_query, sentence_query, text_to_analyze, tier_to_analyze,
};
