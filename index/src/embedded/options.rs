//! How much the engine may take.

use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// How much the engine may take.
#[derive(Clone, Debug)]
pub struct EmbeddedOptions {
    /// Memory for pages of the store, in bytes.
    pub store_cache_bytes: usize,
    /// Memory for each indexing thread, in bytes; at least 16 MB are taken.
    pub index_memory_bytes: usize,
    /// Threads that index sentences. Quotes and entities have one each.
    pub index_threads: usize,
    /// Changes that may wait to be written; further ones make their writers wait.
    pub queue_length: usize,
    /// Changes in one commit of the store, at most.
    pub group_articles: usize,
    /// Bytes of text in one commit of the store, about.
    pub group_bytes: usize,
    /// How long a change may wait, while others come in, before it is made searchable.
    pub commit_after: Duration,
    /// How many sentences may wait so.
    pub commit_sentences: usize,
    /// Articles are refused while less than this is free on the disk.
    pub min_free_bytes: u64,
    /// Deletes are refused, too, while less than this is free: they take room before they give any.
    pub min_free_bytes_to_delete: u64,
    /// How long the view that a page was made from is kept for the next page.
    pub page_lifetime: Duration,
    /// How many such views are kept, at most. Those that only a first page was made from go first.
    pub page_views: usize,
    /// By how many bytes the store may grow meanwhile: what a view sees is not overwritten while it is kept. Views are
    /// let go, too, when less than twice `min_free_bytes` is free on the disk.
    pub page_growth_bytes: u64,
    /// The moment that articles are put at, in microseconds since 1970.
    pub now: fn() -> i64,
}

impl Default for EmbeddedOptions {
    fn default() -> Self {
        Self {
            store_cache_bytes: 64 << 20,
            index_memory_bytes: 48 << 20,
            index_threads: thread::available_parallelism().map_or(1, |cores| cores.get().min(2)),
            queue_length: 256,
            group_articles: 256,
            group_bytes: 8 << 20,
            commit_after: Duration::from_millis(500),
            commit_sentences: 100_000,
            min_free_bytes: 128 << 20,
            min_free_bytes_to_delete: 32 << 20,
            page_lifetime: Duration::from_secs(5 * 60),
            page_views: 256,
            page_growth_bytes: 1 << 30,
            now: system_time,
        }
    }
}

/// The system's clock. Before 1970 it counts as standing there.
fn system_time() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_micros()).unwrap_or(i64::MAX)
}
