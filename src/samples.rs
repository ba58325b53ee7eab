//! The sample articles that come with the program, so that newcomers have something to ask.

use rust_embed::RustEmbed;
use sayso_index::{Article, Progress};
use serde::Deserialize;
use tokio::sync::mpsc;

use crate::{analysis::Mode, failure::Failure, pipeline::Pipeline};

/// `samples/`: `NN-slug.txt` is a body, `NN-slug.json` its metadata.
#[derive(RustEmbed)]
#[folder = "samples/"]
struct Files;

#[derive(Deserialize)]
struct Sample {
    article: Metadata,
}

#[derive(Deserialize)]
struct Metadata {
    id: String,
    title: String,
    outlet: String,
    url: String,
    authors: Vec<String>,
    language: String,
    published_at: jiff::Timestamp,
}

/// The sample articles, in order of their file names.
fn articles() -> Result<Vec<Article>, Failure> {
    let mut articles = Vec::new();
    for name in Files::iter().filter(|name| name.ends_with(".txt")) {
        let read = |name: &str| Files::get(name).ok_or_else(|| format!("the sample {name} is missing"));
        let body = String::from_utf8(read(&name)?.data.into_owned())?;
        let sample: Sample = serde_json::from_slice(&read(&name.replace(".txt", ".json"))?.data)?;
        let Metadata { id, title, outlet, url, authors, language, published_at } = sample.article;
        let published_at = Some(published_at.as_microsecond());
        articles.push(Article { id, url, outlet, title, authors, language, published_at, body, ..Article::default() });
    }
    articles.sort_by(|one, other| one.id.cmp(&other.id));
    Ok(articles)
}

/// Puts all sample articles and waits until every read sees them. Returns how many there are.
pub(crate) async fn put(pipeline: &Pipeline, mode: Mode) -> Result<usize, Failure> {
    let articles = articles()?;
    let count = articles.len();
    let (tell, mut heard) = mpsc::unbounded_channel();
    for article in articles {
        let tell = tell.clone();
        let analyzed = pipeline.analyze_patiently(article, mode.first()).await;
        let analyzed = analyzed.map_err(|_| "the analysis of a sample failed")?;
        let told = move |step| {
            // The receiver is gone once a sample has failed.
            let _ = tell.send(step);
        };
        let handed = pipeline.write(pipeline.put(analyzed, mode, None), told).await;
        handed.map_err(|_| "a sample could not be written")?;
    }
    drop(tell);
    while let Some(step) = heard.recv().await {
        if let Progress::Failed(error) = step {
            return Err(error.into());
        }
    }
    Ok(count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_enough_samples_and_each_has_its_metadata() {
        let articles = articles().unwrap();
        assert!(articles.len() >= 8, "{} samples", articles.len());
        for article in articles {
            assert!(article.body.len() > 2000 && !article.title.is_empty(), "{}", article.id);
        }
    }
}
