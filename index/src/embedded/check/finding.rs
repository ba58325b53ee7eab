//! What a check found.

/// What a check of a data directory found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checked {
    /// Articles that can be read.
    pub articles: u64,
    /// Their sentences.
    pub sentences: u64,
    /// Their quotes.
    pub quotes: u64,
    /// The entities that they mention.
    pub entities: u64,
    /// Articles that wait for a better analysis.
    pub pending: u64,
    /// Changes that the indexes lack and receive at the next start, as after a crash. This is no fault.
    pub behind: u64,
    /// Whether there are no search indexes, though there are articles: the next start builds them, as after a restore. This
    /// is no fault.
    pub unbuilt: bool,
    /// What is wrong, at most [`Checked::MOST`] of it.
    pub findings: Vec<Finding>,
    /// What else is wrong.
    pub more: u64,
}

/// Something that is wrong with a data directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What is wrong, and where.
    pub what: String,
    /// What to do about it.
    pub advice: &'static str,
}

/// What to do about an index: nothing.
pub(super) const BUILT_ANEW: &str = "the next start builds this index anew from the articles";
/// What to do about an article.
pub(super) const PUT_AGAIN: &str = "start the server, and put the article again or delete it";
/// What to do about a file of which checksums fail.
pub(super) const WRITTEN_ANEW: &str =
    "copy the data directory, then start the server: it writes the store anew from its articles, or says why it cannot";
/// What to do about what is made from the articles.
pub(super) const MADE_ANEW: &str =
    "take a snapshot and restore it into an empty folder: everything beside the articles is made anew from them";
/// What to do about a store that does not belong to its indexes.
pub(super) const ANOTHER: &str = "put the right copy of articles.redb in its place; to go on with this one, delete the folders sentences, quotes \
                       and entities";

impl Checked {
    /// The most findings that are told one by one.
    pub const MOST: usize = 100;

    /// Whether nothing is wrong.
    pub fn is_well(&self) -> bool {
        self.findings.is_empty()
    }

    /// Notes something that is wrong.
    pub(super) fn find(&mut self, what: impl Into<String>, advice: &'static str) {
        match self.findings.len() {
            Self::MOST => self.more += 1,
            _ => self.findings.push(Finding { what: what.into(), advice }),
        }
    }
}
