//! What a copy of everything is made of.

use sayso_document::Tier;

use crate::AnalyzedArticle;

/// An article with all that is stored of it: what [`crate::Engine::export`] hands over, and a copy holds.
///
/// As bytes it is the same whichever engine it comes from, and has a checksum:
///
/// ```
/// use sayso_document::{Analysis, Tier};
/// use sayso_index::{AnalyzedArticle, Article, Kept};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let article = Article { id: "a1".into(), body: "The ferry sails again.".into(), ..Article::default() };
/// let article = AnalyzedArticle { article, analysis: Analysis::default() };
/// let kept = Kept { seq: 7, article, pending: Some(Tier::Accurate) };
/// let mut bytes = kept.to_bytes()?;
/// assert_eq!(Kept::from_bytes(&bytes)?, kept);
/// bytes[20] ^= 1;
/// assert!(Kept::from_bytes(&bytes).is_err());
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Kept {
    /// Its number, which breaks ties in the order of hits. Only changes of the article or its analysis give it another.
    pub seq: u64,
    /// The article, with its version, and its analysis.
    pub article: AnalyzedArticle,
    /// The tier of the analysis that it waits for, if it does.
    pub pending: Option<Tier>,
}

/// What [`crate::Engine::export`] handed over.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Exported {
    /// The last change in it.
    pub seq: u64,
    /// Articles.
    pub articles: u64,
    /// Their sentences.
    pub sentences: u64,
    /// Their quotes.
    pub quotes: u64,
    /// Articles that were left out, because their record is damaged.
    pub damaged: u64,
}
