//! The limits of requests and answers.

use std::time::Duration;

use super::{RawConfig, faults::Faults};

/// The limits of requests and answers, as `GetServerInfo` reports them.
#[derive(Clone, Debug, PartialEq)]
pub struct Limits {
    /// Bytes of a request message.
    pub message_bytes: usize,
    /// Bytes of a body or of a text to analyse.
    pub body_bytes: usize,
    /// Bytes of a query.
    pub query_bytes: usize,
    /// Words and dates of a query, words of phrases included.
    pub query_clauses: usize,
    /// Words of a query or name that each match many words of the index.
    pub query_expansions: usize,
    /// Bytes of the hits of a page.
    pub reply_bytes: usize,
    /// Hits of a page if the request names no size.
    pub default_page_size: usize,
    /// Hits of a page.
    pub page_size: usize,
    /// Values of one repeated filter.
    pub filter_values: usize,
    /// Open calls per connection.
    pub concurrent_streams: u32,
    /// How long a search may take if its call sets no deadline.
    pub search_timeout: Duration,
    /// How long a page token stays valid.
    pub page_token_lifetime: Duration,
    /// Bytes of an answer that cannot end early.
    pub answer_bytes: usize,
    /// Open connections.
    pub connections: usize,
    /// Open calls of all connections.
    pub open_calls: usize,
    /// How long calls may wait for a thread while more come than can be answered.
    pub queue_time: Duration,
    /// How long a connection takes new calls. None: as long as it lives.
    pub connection_age: Option<Duration>,
    /// Bytes of memory from which on work is done one at a time.
    pub memory_bytes: usize,
}

impl Limits {
    /// The limits that these settings come to.
    pub(super) fn of(raw: &RawConfig, faults: &mut Faults) -> Self {
        let number = |given: Option<u32>| given.map(|number| number as usize);
        let page_size = faults.positive("max_page_size", number(raw.max_page_size), 1000);
        let answer_bytes = faults.size("max_answer", raw.max_answer.clone(), 64 << 20);
        // A page is an answer too, and has a token and a total in addition to its hits.
        let page_bytes = (7 << 19).min(answer_bytes - answer_bytes / 8);
        let limits = Self {
            message_bytes: faults.size("max_message", raw.max_message.clone(), 2 << 20),
            body_bytes: faults.size("max_body", raw.max_body.clone(), 1 << 20),
            query_bytes: 64 << 10,
            query_clauses: faults.positive("max_query_clauses", number(raw.max_query_clauses), 1024),
            query_expansions: 64,
            reply_bytes: faults.size("max_reply", raw.max_reply.clone(), page_bytes),
            default_page_size: page_size.min(10),
            page_size,
            filter_values: 1000,
            concurrent_streams: faults.positive("max_concurrent_streams", number(raw.max_concurrent_streams), 256)
                as u32,
            search_timeout: faults.duration("search_timeout", raw.search_timeout.clone(), Duration::from_secs(10)),
            page_token_lifetime: faults.duration(
                "page_token_lifetime",
                raw.page_token_lifetime.clone(),
                Duration::from_secs(5 * 60),
            ),
            answer_bytes,
            connections: faults.connections(number(raw.max_connections)),
            open_calls: faults.positive("max_open_calls", number(raw.max_open_calls), 4096),
            queue_time: faults.duration("max_queue_time", raw.max_queue_time.clone(), Duration::from_millis(25)),
            connection_age: raw
                .max_connection_age
                .clone()
                .and_then(|age| faults.duration_or_none("max_connection_age", Some(age), Duration::from_secs(3600))),
            memory_bytes: faults.memory(raw.max_memory.clone()),
        };
        limits.check(faults);
        limits
    }

    /// Tells what does not go together.
    fn check(&self, faults: &mut Faults) {
        if self.body_bytes >= self.message_bytes {
            faults.0.push("max_body: must be smaller than max_message, so that a body fits into a message".into());
        }
        if self.reply_bytes > self.answer_bytes {
            faults.0.push("max_reply: must not be larger than max_answer, because a page is an answer too".into());
        }
    }

    /// Bytes of answers that wait to be read, of all connections.
    pub(crate) fn unread_bytes(&self) -> usize {
        6 * self.answer_bytes
    }

    /// The same of one connection.
    pub(crate) fn connection_unread_bytes(&self) -> usize {
        2 * self.answer_bytes
    }
}
