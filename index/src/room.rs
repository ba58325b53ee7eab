//! How much memory a page may take.

use sayso_document::Analysis;

use crate::{AnalyzedArticle, Article};

/// The memory that the articles of a page take, so that a page of many long articles ends early.
#[derive(Default)]
pub(crate) struct Room {
    taken: usize,
}

/// The approximate limit for the articles of a page, in bytes. The article that exceeds it is the last one.
const PAGE_BYTES: usize = 64 << 20;

impl Room {
    /// Whether another article has room.
    pub(crate) fn is_left(&self) -> bool {
        self.taken < PAGE_BYTES
    }

    /// Takes the room of a text.
    pub(crate) fn take_text(&mut self, text: &str) {
        self.taken += text.len();
    }

    /// Takes the room of an article.
    pub(crate) fn take(&mut self, article: &Article) {
        self.take_text(&article.body);
    }

    /// Takes the room of an article and its analysis.
    pub(crate) fn take_analyzed(&mut self, analyzed: &AnalyzedArticle) {
        let Analysis { sentences, mentions, quotes, .. } = &analyzed.analysis;
        self.take(&analyzed.article);
        self.taken += size_of_val(&sentences[..]) + size_of_val(&mentions[..]) + size_of_val(&quotes[..]);
    }
}
