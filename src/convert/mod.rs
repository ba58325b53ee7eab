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
pub(crate) use offsets::Offsets;
pub(crate) use page::{next_page_token, page_request};
pub(crate) use reply::{
    annotations, article, article_summary, entity, entity_hit, mention_hits, quote, quote_hits, sentence,
    sentence_hits, total,
};
pub(crate) use request::{
    article_id, article_query, entity_id, entity_query, mention_query, new_article, quote_id, quote_query,
    sentence_query, text_to_analyze, tier_to_analyze,
};
