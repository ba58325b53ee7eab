//! Reading articles.

use std::{
    fs::File,
    io::{BufRead, BufReader, Read},
    path::Path,
};

use sayso_index::Article;
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
