//! Files of articles: how they are laid out, and where one ends.
//!
//! A chunk begins with [`MAGIC`]. Each article is four bytes of length and its bytes. Where a chunk ends depends on the numbers of
//! the articles alone (and on their size, where they are large). So articles that stay as they are give the same chunks again
//! whatever is added, replaced or deleted elsewhere, and the next snapshot need not write them.

use sayso_index::Kept;

use super::fault::{Fault, Result};

/// What a chunk begins with.
const MAGIC: &[u8] = b"sayso chunk 1\n";

/// A chunk ends on average after this many articles.
const ARTICLES: u32 = 128;

/// A chunk ends when it has this many bytes.
const BYTES: usize = 4 << 20;

/// Puts articles together into chunks.
pub(super) struct Packer {
    bytes: Vec<u8>,
    articles: u64,
}

/// A chunk that is complete.
pub(super) struct Packed {
    /// The checksum of the file, which is its name.
    pub(super) blake3: String,
    /// The file.
    pub(super) bytes: Vec<u8>,
    /// Articles in it.
    pub(super) articles: u64,
}

impl Packer {
    pub(super) fn new() -> Self {
        Self { bytes: MAGIC.to_vec(), articles: 0 }
    }

    /// Adds an article. Returns the chunk that it completes, if it does.
    pub(super) fn add(&mut self, kept: &Kept) -> sayso_index::Result<Option<Packed>> {
        let article = kept.to_bytes()?;
        // A body is a message of gRPC, which is smaller than 4 GiB.
        let length = u32::try_from(article.len()).unwrap_or(u32::MAX);
        self.bytes.extend(length.to_le_bytes());
        self.bytes.extend(&article);
        self.articles += 1;
        let ends = last_of_chunk(kept.seq) || self.bytes.len() >= BYTES;
        Ok(if ends { self.finish() } else { None })
    }

    /// The chunk with what was added since the last one.
    pub(super) fn finish(&mut self) -> Option<Packed> {
        if self.articles == 0 {
            return None;
        }
        let Self { bytes, articles } = std::mem::replace(self, Self::new());
        Some(Packed { blake3: blake3::hash(&bytes).to_hex().to_string(), bytes, articles })
    }
}

/// Whether the article with this number ends its chunk: one of 128, spread evenly.
fn last_of_chunk(seq: u64) -> bool {
    let [a, b, c, d, ..] = *blake3::hash(&seq.to_le_bytes()).as_bytes();
    u32::from_le_bytes([a, b, c, d]).is_multiple_of(ARTICLES)
}

/// The articles of a chunk.
pub(super) fn articles(chunk: &[u8]) -> impl Iterator<Item = Result<Kept>> {
    let mut rest = chunk.strip_prefix(MAGIC);
    std::iter::from_fn(move || {
        let Some(left) = rest else {
            rest = Some(&[]);
            return Some(Err(Fault::Damaged("it is no chunk of a snapshot of this format".into())));
        };
        let (length, behind) = left.split_first_chunk()?;
        let cut = behind.split_at_checked(u32::from_le_bytes(*length) as usize);
        let (article, behind) = cut.unwrap_or((behind, &[]));
        rest = Some(behind);
        Some(Kept::from_bytes(article).map_err(Fault::Engine))
    })
}

#[cfg(test)]
mod tests {
    use sayso_index::{AnalyzedArticle, Article};

    use super::*;

    fn kept(seq: u64) -> Kept {
        let article = Article { id: format!("a{seq}"), body: "The quay is closed.".into(), ..Article::default() };
        Kept { seq, article: AnalyzedArticle { article, analysis: Default::default() }, pending: None }
    }

    fn packed(seqs: impl Iterator<Item = u64>) -> Vec<Vec<u8>> {
        let mut packer = Packer::new();
        let mut chunks: Vec<_> = seqs.filter_map(|seq| packer.add(&kept(seq)).unwrap()).collect();
        chunks.extend(packer.finish());
        chunks.into_iter().map(|chunk| chunk.bytes).collect()
    }

    #[test]
    fn chunks_hold_what_was_packed() {
        let chunks = packed(1..1000);
        assert!((4..20).contains(&chunks.len()), "{}", chunks.len());
        let read: Vec<_> = chunks.iter().flat_map(|chunk| articles(chunk)).map(|kept| kept.unwrap().seq).collect();
        assert_eq!(read, Vec::from_iter(1..1000));
    }

    #[test]
    fn a_change_changes_few_chunks() {
        let before = packed(1..2000);
        let after = packed((1..500).chain(501..2050));
        let new = after.iter().filter(|chunk| !before.contains(chunk)).count();
        assert!((1..=3).contains(&new), "{new} of {}", after.len());
    }
}
