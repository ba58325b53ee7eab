//! What opening the engine came upon.

/// What opening the engine came upon.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Opened {
    /// Whether the directory held no store before.
    pub created: bool,
    /// Whether the store of articles was damaged and written anew from what can be read of it.
    pub salvaged: bool,
    /// Articles in it.
    pub articles: u64,
    /// Durable changes that the indexes had not seen and were given now.
    pub replayed: u64,
    /// Indexes that were made anew from the store.
    pub rebuilt: Vec<Rebuilt>,
    /// The ids of articles whose record is damaged; see [`Health::damaged_articles`].
    pub damaged: Vec<String>,
}

/// An index that was made anew.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rebuilt {
    /// Its name: `sentences`, `quotes` or `entities`.
    pub index: &'static str,
    /// Why: in words that go on from "because".
    pub reason: String,
}
