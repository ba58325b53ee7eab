//! An article and all that belongs to it as bytes of their own, for copies.

use serde::{Deserialize, Serialize};

use super::damage::corrupt;
use super::{
    ArticleRecord, decode, decode_analysis, decode_article, encode, encode_analysis, encode_article, tier_code, tier_of,
};
use crate::{AnalyzedArticle, Kept, Result};

/// The records of an article, as the store holds them. Each has a version of its own.
#[derive(Serialize, Deserialize)]
struct KeptRecord<'a> {
    seq: u64,
    /// The code of the tier.
    pending: Option<u8>,
    article: &'a [u8],
    analysis: &'a [u8],
}

impl Kept {
    /// The bytes of it. The same article always gives the same bytes, as long as the format of records does not change.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Invalid`] if it cannot be written.
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        let Self { seq, article, pending } = self;
        encode(&KeptRecord {
            seq: *seq,
            pending: pending.map(tier_code),
            article: &encode_article(&ArticleRecord::of(article, article.article.version))?,
            analysis: &encode_analysis(&article.analysis)?,
        })
    }

    /// Reads the bytes of one, which this version of the program or an older one wrote.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Corrupt`] if they are damaged, [`crate::ErrorKind::Newer`] if a newer program wrote them.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        let KeptRecord { seq, pending, article, analysis } = decode(bytes)?;
        let (record, analysis) = (decode_article(article)?, decode_analysis(analysis)?);
        let counts = [record.sentences, record.entities, record.quotes].map(|count| count as usize);
        let article = AnalyzedArticle { article: record.to_article()?, analysis };
        let found = [article.analysis.sentences.len(), article.analysis.entities.len(), article.analysis.quotes.len()];
        if counts != found || article.fault().is_some() {
            return Err(corrupt("has an analysis of another text"));
        }
        Ok(Self { seq, article, pending: pending.map(tier_of).transpose()? })
    }
}
