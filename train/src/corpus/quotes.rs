//! Reads PolNeAR: articles with the source, cue and content spans of every attribution.

use std::io;
use std::path::Path;

use sayso_document::Span;
use serde::Deserialize;

use super::file::{Points, lines};

/// An article with its attributions.
#[derive(Clone, Debug)]
pub struct QuotedArticle {
    /// Its id in the corpus.
    pub id: String,
    /// Its text.
    pub text: String,
    /// The attributions, in the order of the corpus.
    pub attributions: Vec<Attribution>,
}

/// The spans of an attribution, in bytes.
#[derive(Clone, Debug, Default)]
pub struct Attribution {
    /// The source.
    pub source: Vec<Span>,
    /// The cue.
    pub cue: Vec<Span>,
    /// The content.
    pub content: Vec<Span>,
}

#[derive(Deserialize)]
struct Article {
    id: String,
    text: String,
    attributions: Vec<Marked>,
}

#[derive(Deserialize)]
struct Marked {
    #[serde(default)]
    source: Vec<[usize; 2]>,
    #[serde(default)]
    cue: Vec<[usize; 2]>,
    #[serde(default)]
    content: Vec<[usize; 2]>,
}

/// Reads articles in the format of `eval/polnear`: JSON Lines with positions in code points.
pub fn articles(path: &Path) -> io::Result<Vec<QuotedArticle>> {
    Ok(lines::<Article>(path)?.into_iter().map(convert).collect())
}

fn convert(article: Article) -> QuotedArticle {
    let points = Points::new(&article.text);
    let spans = |marked: &[[usize; 2]]| -> Vec<Span> {
        marked.iter().map(|&[from, to]| Span::new(points.byte(from), points.byte(to.max(from)))).collect()
    };
    let attribution =
        |a: &Marked| Attribution { source: spans(&a.source), cue: spans(&a.cue), content: spans(&a.content) };
    let attributions = article.attributions.iter().map(attribution).collect();
    QuotedArticle { id: article.id, text: article.text, attributions }
}
