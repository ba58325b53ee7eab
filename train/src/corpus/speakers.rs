//! Reads articles with the speaker of each source.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use sayso_document::Span;
use serde::Deserialize;

use super::file::{Points, lines};
use super::quotes::articles;

/// An article with its sources.
#[derive(Clone, Debug)]
pub struct VoicedArticle {
    /// Its id in the corpus.
    pub id: String,
    /// Its text.
    pub text: String,
    /// Its sources, in the order of the corpus.
    pub sources: Vec<Voice>,
}

/// A source and its speakers.
#[derive(Clone, Debug, Default)]
pub struct Voice {
    /// The words of the source, in bytes. Empty if there are none.
    pub source: Vec<Span>,
    /// The content of the attribution, in bytes.
    pub content: Vec<Span>,
    /// The names of the speakers. Empty if the source is unnamed.
    pub speakers: Vec<String>,
}

#[derive(Deserialize)]
struct Article {
    id: String,
    sources: Vec<Marked>,
}

#[derive(Deserialize)]
struct Marked {
    #[serde(default)]
    source: Vec<[usize; 2]>,
    #[serde(default)]
    content: Vec<[usize; 2]>,
    speakers: Vec<String>,
}

/// Reads sources in the format of `eval/speakers`. `texts` are the files with the articles that they belong to.
pub fn voiced_articles(path: &Path, texts: &Path) -> io::Result<Vec<VoicedArticle>> {
    let mut by_id: BTreeMap<String, String> = articles(texts)?.into_iter().map(|a| (a.id, a.text)).collect();
    let mut out = Vec::new();
    for article in lines::<Article>(path)? {
        let missing = || io::Error::other(format!("{} has no article {}", texts.display(), article.id));
        let text = by_id.remove(&article.id).ok_or_else(missing)?;
        let points = Points::new(&text);
        let spans = |marked: &[[usize; 2]]| -> Vec<Span> {
            marked.iter().map(|&[from, to]| Span::new(points.byte(from), points.byte(to.max(from)))).collect()
        };
        let voice = |m: Marked| Voice { source: spans(&m.source), content: spans(&m.content), speakers: m.speakers };
        let sources = article.sources.into_iter().map(voice).collect();
        out.push(VoicedArticle { id: article.id, text, sources });
    }
    Ok(out)
}
