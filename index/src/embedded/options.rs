//! What the engine may use.

use std::thread;
use std::time::Duration;

use crate::clock::system_time;

/// What the engine may use: memory, threads and disk, and how long it keeps views for page keys.
///
/// The defaults suit a server with a few cores. A test or a small tool can do with less:
///
/// ```
/// use sayso_index::EmbeddedOptions;
///
/// let small = EmbeddedOptions { store_cache_bytes: 8 << 20, index_threads: 1, ..EmbeddedOptions::default() };
/// # assert!(small.index_memory_bytes >= 16_000_000);
/// ```
#[derive(Clone, Debug)]
pub struct EmbeddedOptions {
    /// Memory for pages of the store, in bytes.
    pub store_cache_bytes: usize,
    /// Memory for each indexing thread, in bytes; at least 16 MB are taken.
    pub index_memory_bytes: usize,
    /// Threads that index sentences. Quotes and entities have one each. Each thread makes a segment of its own, which has to
    /// be merged later, and keeps up with the analyses of several cores.
    pub index_threads: usize,
    /// Changes that may wait to be written. Beyond that, [`crate::Engine::write`] waits.
    pub queue_length: usize,
    /// The maximum number of changes in one commit of the store.
    pub group_articles: usize,
    /// The approximate maximum of bytes of text in one commit of the store.
    pub group_bytes: usize,
    /// How long a change may wait to become searchable while a few others come in.
    pub commit_after: Duration,
    /// How long while very many do: a few large commits cost much less than many small ones.
    pub bulk_commit_after: Duration,
    /// How many sentences may be waiting to become searchable.
    pub commit_sentences: usize,
    /// How long nothing is written before small segments of the indexes are merged, which makes searches faster.
    pub tidy_after: Duration,
    /// How long after all files of the indexes were compared with their checksums that is done again.
    pub read_indexes_every: Duration,
    /// Articles are refused while fewer bytes than this are free on the disk.
    pub min_free_bytes: u64,
    /// Deletes are refused too while fewer bytes than this are free, because they take room before they give any.
    pub min_free_bytes_to_delete: u64,
    /// How long the view that a page was made from is kept for the next page.
    pub page_lifetime: Duration,
    /// The maximum number of such views. Those of which only a first page was made go first.
    pub page_views: usize,
    /// By how many bytes the store may grow while a view is kept, since nothing that the view sees can be overwritten.
    /// Views are also dropped when less than twice `min_free_bytes` is free on the disk.
    pub page_growth_bytes: u64,
    /// The clock for changes, in microseconds since 1970.
    pub now: fn() -> i64,
}

impl Default for EmbeddedOptions {
    fn default() -> Self {
        Self {
            store_cache_bytes: 64 << 20,
            index_memory_bytes: 32 << 20,
            index_threads: thread::available_parallelism().map_or(1, |cores| (cores.get() / 4).clamp(1, 4)),
            queue_length: 256,
            group_articles: 256,
            group_bytes: 8 << 20,
            commit_after: Duration::from_millis(500),
            bulk_commit_after: Duration::from_secs(3),
            commit_sentences: 100_000,
            tidy_after: Duration::from_secs(5),
            read_indexes_every: Duration::from_secs(60 * 60),
            min_free_bytes: 128 << 20,
            min_free_bytes_to_delete: 32 << 20,
            page_lifetime: Duration::from_secs(5 * 60),
            page_views: 256,
            page_growth_bytes: 1 << 30,
            now: system_time,
        }
    }
}
