//! What opening the engine found.

/// What opening the engine found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Opened {
    /// Whether the directory held no store before.
    pub created: bool,
    /// Whether the store of articles was damaged and rebuilt from what can be read of it.
    pub salvaged: bool,
    /// Articles in it.
    pub articles: u64,
    /// Durable changes that the indexes were missing and have now received.
    pub replayed: u64,
    /// Indexes that were rebuilt from the store.
    pub rebuilt: Vec<Rebuilt>,
    /// The ids of articles whose record is damaged; see [`crate::Health::damaged_articles`].
    pub damaged: Vec<String>,
}

/// An index that was rebuilt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rebuilt {
    /// Its name: `sentences`, `quotes` or `entities`.
    pub index: &'static str,
    /// Why, in words that continue "because".
    pub reason: String,
}
