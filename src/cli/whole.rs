//! Reads whole articles, which the server returns in parts if they are large.

use tonic::{Code, Status};
use tonic_types::StatusExt;

use super::client::Channel;
use super::fault::Fault;
use crate::proto::article_service_client::ArticleServiceClient;
use crate::proto::{AnnotatedArticle, GetArticleRequest, GetArticleResponse, OffsetEncoding};

/// How often to start again if the article changes while it is read.
const MAX_ATTEMPTS: usize = 5;

/// The article with this id, with its body and everything that was found in it. Spans count UTF-8 bytes.
///
/// # Errors
/// The server's answer: there is no such article, or it changed again and again while it was read.
pub(super) async fn article(client: &mut ArticleServiceClient<Channel>, id: String) -> Result<AnnotatedArticle, Fault> {
    let mut attempt = 1;
    loop {
        match parts(client, &id).await {
            Err(status) if attempt < MAX_ATTEMPTS && has_changed(&status) => attempt += 1,
            other => return other.map_err(Fault::from),
        }
    }
}

fn has_changed(status: &Status) -> bool {
    status.code() == Code::Aborted
        && status.get_error_details().error_info().is_some_and(|info| info.reason == "ARTICLE_CHANGED")
}

async fn parts(client: &mut ArticleServiceClient<Channel>, id: &str) -> Result<AnnotatedArticle, Status> {
    let mut whole = AnnotatedArticle::default();
    let mut page_token = String::new();
    loop {
        let request = GetArticleRequest {
            id: id.into(),
            offset_encoding: OffsetEncoding::Utf8 as i32,
            page_token,
            ..GetArticleRequest::default()
        };
        let mut part = client.get_article(request).await?.into_inner();
        page_token = std::mem::take(&mut part.next_page_token);
        add(&mut whole, part);
        if page_token.is_empty() {
            return Ok(whole);
        }
    }
}

/// Adds the next part: more of the body, and more members of the lists.
fn add(whole: &mut AnnotatedArticle, part: GetArticleResponse) {
    match (&mut whole.article, part.article) {
        (Some(article), Some(next)) => article.body.push_str(&next.body),
        (article @ None, next) => *article = next,
        (Some(_), None) => {}
    }
    match (&mut whole.annotations, part.annotations) {
        (Some(found), Some(next)) => {
            if found.model.is_empty() {
                (found.model, found.tier, found.language_code) = (next.model, next.tier, next.language_code);
            }
            found.sentences.extend(next.sentences);
            found.entities.extend(next.entities);
            found.mentions.extend(next.mentions);
            found.quotes.extend(next.quotes);
        }
        (found @ None, next) => *found = next,
        (Some(_), None) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proto::{Annotations, Article, Quote, Sentence};

    #[test]
    fn parts_make_the_whole() {
        let sentence = |index| Sentence { index, ..Sentence::default() };
        let part = |title: &str, body: &str, sentences: &[i32], quotes: usize| GetArticleResponse {
            article: (!body.is_empty()).then(|| Article {
                id: "a1".into(),
                title: title.into(),
                body: body.into(),
                ..Article::default()
            }),
            annotations: Some(Annotations {
                model: if title.is_empty() { String::new() } else { "linear-5".into() },
                sentences: sentences.iter().copied().map(sentence).collect(),
                quotes: vec![Quote::default(); quotes],
                ..Annotations::default()
            }),
            ..GetArticleResponse::default()
        };
        let mut whole = AnnotatedArticle::default();
        for part in [part("Tide", "The tide ", &[], 0), part("", "turned.", &[0, 1], 0), part("", "", &[2], 3)] {
            add(&mut whole, part);
        }
        let (article, found) = (whole.article.unwrap(), whole.annotations.unwrap());
        assert_eq!((article.title.as_str(), article.body.as_str()), ("Tide", "The tide turned."));
        assert_eq!(found.sentences, [0, 1, 2].map(sentence));
        assert_eq!((found.model.as_str(), found.quotes.len()), ("linear-5", 3));
    }
}
