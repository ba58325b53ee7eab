//! Reading articles.

use std::{
    fs::File,
    io::{BufRead, BufReader, Read},
    path::Path,
};

use sayso_document::Analysis;
use sayso_index::{AnalyzedArticle, Article, Embedded, Engine, Interrupt, Kept};
use serde::Deserialize;

#[derive(Deserialize)]
struct Line {
    id: String,
    url: Option<String>,
    source: Option<String>,
    title: Option<String>,
    published_at: Option<String>,
    body: String,
}

/// The first `most` articles of a JSON Lines file.
pub(crate) fn read(path: &Path, most: usize) -> Vec<Article> {
    let file = File::open(path).unwrap();
    let plain: Box<dyn Read> = match path.extension().is_some_and(|extension| extension == "gz") {
        true => Box::new(flate2::read::MultiGzDecoder::new(file)),
        false => Box::new(file),
    };
    let lines = BufReader::new(plain).lines().map(|line| serde_json::from_str::<Line>(&line.unwrap()).unwrap());
    lines.filter(|line| !line.body.trim().is_empty()).take(most).map(article).collect()
}

fn article(line: Line) -> Article {
    let day = line.published_at.and_then(|day| format!("{day}T00:00:00Z").parse::<jiff::Timestamp>().ok());
    Article {
        id: line.id,
        url: line.url.unwrap_or_default(),
        outlet: line.source.unwrap_or_default(),
        title: line.title.unwrap_or_default(),
        published_at: day.map(jiff::Timestamp::as_microsecond),
        body: line.body,
        ..Article::default()
    }
}

/// An article with what the server found in it.
pub(crate) struct Found {
    pub(crate) article: Article,
    analysis: Analysis,
}

impl Found {
    /// Everything that a data directory holds.
    pub(crate) fn all(engine: &Embedded) -> Vec<Self> {
        let mut all = Vec::new();
        let mut take = |Kept { article: AnalyzedArticle { article, analysis }, .. }| {
            all.push(Self { article, analysis });
            Ok(())
        };
        engine.export(&mut take, &Interrupt::default()).unwrap();
        all
    }

    pub(crate) fn sentences(&self) -> impl Iterator<Item = &str> {
        self.analysis.sentences.iter().map(|sentence| sentence.span.of(&self.article.body))
    }

    /// Names of those who say something, once for each quote.
    pub(crate) fn speakers(&self) -> impl Iterator<Item = &str> {
        let quotes = self.analysis.quotes.iter();
        quotes.flat_map(|quote| &quote.speakers).map(|&at| self.analysis.entities[at].name.as_str())
    }

    /// The names of each quote's speakers, and its text.
    pub(crate) fn quotes(&self) -> impl Iterator<Item = (String, String)> {
        self.analysis.quotes.iter().map(|quote| {
            let names = quote.speakers.iter().map(|&at| self.analysis.entities[at].name.as_str());
            (names.collect::<Vec<_>>().join(", "), quote.clean_text(&self.article.body))
        })
    }

    /// The names of its entities.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.analysis.entities.iter().map(|entity| entity.name.as_str())
    }
}
