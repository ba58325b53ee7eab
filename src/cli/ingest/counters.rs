//! Tells when an article takes the place of another outlet's.
//!
//! A content management system numbers its articles, so a bare number is an id on one site only: article 12 of one outlet
//! is not article 12 of another. The id is kept nevertheless, as clients delete and replace articles by it. So before such
//! an article is sent, the stored one is asked for, a few dozen at once.

use std::collections::BTreeMap;

use tokio::sync::mpsc;

use super::super::client::{ANSWER_BYTES, Channel};
use super::note::Note;
use super::read::Item;
use crate::proto::{Article, BatchGetArticlesRequest, article_service_client::ArticleServiceClient};

/// How many items are looked at together.
const MOST_TOGETHER: usize = 32;

/// Passes items on, with notes on those that replace an article of another outlet. It ends when nobody takes them.
pub(super) fn compared(mut items: mpsc::Receiver<Item>, channel: Channel) -> mpsc::Receiver<Item> {
    let (sender, compared) = mpsc::channel(MOST_TOGETHER);
    tokio::spawn(async move {
        let mut client = ArticleServiceClient::new(channel).max_decoding_message_size(ANSWER_BYTES);
        let mut together = Vec::new();
        while items.recv_many(&mut together, MOST_TOGETHER).await > 0 {
            let stored = stored(&mut client, &together).await;
            for mut item in together.drain(..) {
                if let Item::Article(entry) = &mut item
                    && let Some(other) = stored.get(&entry.article.id)
                {
                    entry.notes.extend(of_another(&entry.article, other));
                }
                if sender.send(item).await.is_err() {
                    return;
                }
            }
        }
    });
    compared
}

/// The stored articles under the ids that are bare numbers. Where they cannot be asked for, there is nothing to tell.
async fn stored(client: &mut ArticleServiceClient<Channel>, items: &[Item]) -> BTreeMap<String, Article> {
    let counter = |item: &Item| match item {
        Item::Article(entry) if is_counter(&entry.article.id) => Some(entry.article.id.clone()),
        _ => None,
    };
    let ids: Vec<String> = items.iter().filter_map(counter).collect();
    if ids.is_empty() {
        return BTreeMap::new();
    }
    let paths = ["article.id", "article.outlet", "article.url"].map(String::from).to_vec();
    let read_mask = Some(prost_types::FieldMask { paths });
    let request = BatchGetArticlesRequest { ids, read_mask, ..Default::default() };
    let Ok(answer) = client.batch_get_articles(request).await else { return BTreeMap::new() };
    let articles = answer.into_inner().articles.into_iter().filter_map(|annotated| annotated.article);
    articles.map(|article| (article.id.clone(), article)).collect()
}

fn is_counter(id: &str) -> bool {
    !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit())
}

/// The note that `article` replaces `stored`, which is another outlet's.
fn of_another(article: &Article, stored: &Article) -> Option<Note> {
    let (new, old) = match (&article.outlet, &stored.outlet) {
        (new, old) if !new.is_empty() && !old.is_empty() => (new.clone(), old.clone()),
        _ => (host(&article.url)?, host(&stored.url)?),
    };
    let what = format!("was the id of an article of {old}, which is gone: this one of {new} takes its place");
    (new != old).then(|| Note::new("id", &article.id, what))
}

fn host(url: &str) -> Option<String> {
    let host = url.split_once("//")?.1.split(['/', '?', '#', ':']).next()?;
    Some(host.trim_start_matches("www.").to_ascii_lowercase()).filter(|host| !host.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_means_an_article_of_one_outlet() {
        let article = |outlet: &str, url: &str| Article {
            id: "12".into(),
            outlet: outlet.into(),
            url: url.into(),
            ..Article::default()
        };
        let post = article("Marn Post", "https://post.example/12");
        let told = of_another(&article("Veld Courier", ""), &post).map(|note| note.to_string());
        let expected = "field id: 12 was the id of an article of Marn Post, which is gone: this one of Veld Courier takes its place";
        assert_eq!(told.as_deref(), Some(expected));
        assert!(of_another(&article("", "http://www.courier.example/a"), &post).is_some());
        for same in [post.clone(), article("Marn Post", ""), article("", "http://www.post.example/13"), article("", "")]
        {
            assert_eq!(of_another(&same, &post), None);
        }
        assert!(is_counter("12") && !is_counter("") && !is_counter("a-12"));
    }
}
