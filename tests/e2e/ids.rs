//! Ids of sentences, mentions and quotes: they name a place in a text, whichever analysis finds something there, and
//! never come to mean anything else.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    process::Command,
};

use sayso::proto::{
    AnalysisMode, AnalysisTier, AnalyzeRequest, Annotations, ArticleChange, DeleteArticleRequest, GetQuoteRequest,
    ListMentionsRequest, Quote, ReanalyzeArticlesRequest, SearchQuotesRequest, SearchSentencesRequest,
    analyze_service_client::AnalyzeServiceClient,
};
use tonic::{Code, Status};

use crate::support::{Server, article, samples};

/// Where something stands, from its first to its last byte, and of a quote where its cue begins; the number tells apart
/// what stands at one place.
type Place = (i32, i32, Option<i32>, usize);

/// Ids by sort and place.
fn ids(found: &Annotations) -> BTreeMap<(&'static str, Place), String> {
    let mut ids = BTreeMap::new();
    let mut add = |sort, start, end, cue, id: &String| {
        let nth = (0..).find(|nth| !ids.contains_key(&(sort, (start, end, cue, *nth)))).unwrap();
        ids.insert((sort, (start, end, cue, nth)), id.clone());
    };
    for one in &found.sentences {
        add("sentence", one.span.unwrap().start, one.span.unwrap().end, None, &one.id);
    }
    for one in &found.mentions {
        add("mention", one.span.unwrap().start, one.span.unwrap().end, None, &one.id);
    }
    for one in &found.quotes {
        let start = one.content_spans.iter().map(|span| span.start).min().unwrap();
        let end = one.content_spans.iter().map(|span| span.end).max().unwrap();
        let cue = one.cue.as_ref().and_then(|cue| cue.spans.iter().map(|span| span.start).min());
        add("quote", start, end, cue, &one.id);
    }
    ids
}

async fn quote(server: &Server, id: &str) -> Result<Quote, Status> {
    let request = GetQuoteRequest { id: id.to_owned(), ..GetQuoteRequest::default() };
    Ok(server.quotes().await.get_quote(request).await?.into_inner().quote.unwrap())
}

#[tokio::test]
async fn what_stands_at_the_same_place_keeps_its_id_whichever_model_finds_it() {
    let server = Server::start_with(&["--analysis", "fast"]);
    let texts = &samples()[..3];
    for (id, text) in texts {
        server.put(article(id, text)).await;
    }
    let mut before = Vec::new();
    for (id, _) in texts {
        before.push(server.annotations(id).await);
    }
    let request = ReanalyzeArticlesRequest { tier: AnalysisTier::Accurate.into(), ..Default::default() };
    server.articles().await.reanalyze_articles(request).await.unwrap();
    server.all_read().await;
    let mut kept = BTreeMap::new();
    for ((id, text), fast) in texts.iter().zip(&before) {
        let accurate = server.annotations(id).await;
        assert_eq!((fast.tier(), accurate.tier()), (AnalysisTier::Fast, AnalysisTier::Accurate));
        let (was, is) = (ids(fast), ids(&accurate));
        for (place, id) in &was {
            match is.get(place) {
                Some(now) => {
                    assert_eq!(now, id, "{place:?}");
                    *kept.entry(place.0).or_insert(0) += 1;
                }
                None => assert!(!is.values().any(|now| now == id), "{id} has come to mean another place"),
            }
        }
        for one in &fast.quotes {
            let stands = accurate.quotes.iter().find(|now| now.id == one.id);
            match quote(&server, &one.id).await {
                Ok(found) => assert_eq!(Some(&Quote { article: None, ..found }), stands),
                Err(status) => assert_eq!((status.code(), stands), (Code::NotFound, None)),
            }
        }
        // The same again changes nothing.
        assert_eq!(server.put(article(id, text)).await.change(), ArticleChange::Unchanged);
        assert_eq!(ids(&server.annotations(id).await), is);
    }
    assert!(kept["sentence"] > 30 && kept["mention"] > 30 && kept["quote"] > 9, "{kept:?}");
}

#[tokio::test]
async fn an_id_means_nothing_in_another_text_and_the_same_again_when_the_first_comes_back() {
    let server = Server::start_with(&["--analysis", "fast"]);
    let texts = ["“The quay is closed,” said Ada Lind.", "“The quay is opened,” said Ada Lind."];
    assert_eq!(texts[0].len(), texts[1].len());
    server.put(article("quay", texts[0])).await;
    let first = server.annotations("quay").await;
    for other in [texts[1], "“No,” said Oskar Brandt. “The quay is closed,” said Ada Lind."] {
        server.put(article("quay", other)).await;
        let second = server.annotations("quay").await;
        assert!(!first.quotes.is_empty() && !second.quotes.is_empty());
        let (was, is) = (ids(&first), ids(&second));
        assert!(!is.values().any(|id| was.values().any(|old| old == id)), "{was:?} and {is:?}");
        let gone = quote(&server, &first.quotes[0].id).await.unwrap_err();
        assert_eq!(gone.code(), Code::NotFound, "{gone}");
        server.put(article("quay", texts[0])).await;
        let back = quote(&server, &first.quotes[0].id).await.unwrap();
        assert_eq!(Quote { article: None, ..back }, first.quotes[0]);
        assert_eq!(ids(&server.annotations("quay").await), was);
    }
    let delete = DeleteArticleRequest { id: "quay".into(), ..Default::default() };
    server.articles().await.delete_article(delete).await.unwrap();
    assert_eq!(quote(&server, &first.quotes[0].id).await.unwrap_err().code(), Code::NotFound);
    server.put(article("quay", texts[0])).await;
    assert_eq!(quote(&server, &first.quotes[0].id).await.unwrap().text, first.quotes[0].text);
    // The same text under another id is another article.
    server.put(article("pier", texts[0])).await;
    assert_ne!(server.annotations("pier").await.quotes[0].id, first.quotes[0].id);
}

#[tokio::test]
async fn no_two_ids_of_an_article_are_equal_and_all_answers_tell_the_same_ones() {
    let server = Server::start_with(&["--analysis", "fast"]);
    let mut all = BTreeSet::new();
    let mut count = 0;
    for (id, text) in samples() {
        server.put(article(&id, &text)).await;
        let found = server.annotations(&id).await;
        let ids = ids(&found);
        count += ids.len();
        all.extend(ids.into_values());
    }
    assert_eq!(all.len(), count);
    let sentences = SearchSentencesRequest { page_size: 1000, ..Default::default() };
    let hits = server.search().await.search_sentences(sentences).await.unwrap().into_inner().hits;
    let mut told: BTreeSet<_> = hits.into_iter().map(|hit| hit.sentence.unwrap().id).collect();
    let quotes = SearchQuotesRequest { page_size: 1000, ..Default::default() };
    let hits = server.quotes().await.search_quotes(quotes).await.unwrap().into_inner().hits;
    for hit in &hits {
        let one = hit.quote.as_ref().unwrap();
        assert_eq!(quote(&server, &one.id).await.unwrap(), *one);
    }
    told.extend(hits.into_iter().map(|hit| hit.quote.unwrap().id));
    let entities =
        sayso::proto::LookupEntitiesRequest { page_size: 1000, types: (1..=9).collect(), ..Default::default() };
    for hit in server.entities().await.lookup_entities(entities).await.unwrap().into_inner().hits {
        let entity_id = hit.entity.unwrap().id;
        let mentions = ListMentionsRequest { entity_id, page_size: 1000, ..Default::default() };
        let hits = server.entities().await.list_mentions(mentions).await.unwrap().into_inner().hits;
        told.extend(hits.into_iter().map(|hit| hit.mention.unwrap().id));
    }
    assert_eq!(told, all);
}

#[tokio::test]
async fn two_quotes_of_one_content_have_ids_of_their_own() {
    let server = Server::start_with(&["--analysis", "fast"]);
    let text = "Ada Lind said, and Oskar Brandt denied, that the port would close.";
    server.put(article("both", text)).await;
    let quotes = server.annotations("both").await.quotes;
    assert_eq!(quotes.len(), 2);
    assert_eq!(quotes[0].content_spans, quotes[1].content_spans);
    assert_ne!(quotes[0].id, quotes[1].id);
    for (one, speaker) in quotes.iter().zip(["Ada Lind", "Oskar Brandt"]) {
        let found = quote(&server, &one.id).await.unwrap();
        assert_eq!(found.speakers[0].name, speaker);
        assert_eq!(Quote { article: None, ..found }, *one);
    }
    let none = quote(&server, &format!("{}-2", quotes[0].id)).await.unwrap_err();
    assert_eq!(none.code(), Code::NotFound, "{none}");
}

#[tokio::test]
async fn an_analysis_that_is_not_kept_has_ids_as_well() {
    let server = Server::start_with(&["--analysis", "fast"]);
    let (name, text) = samples().remove(0);
    let mut client = AnalyzeServiceClient::new(server.channel().await);
    let request = AnalyzeRequest { text, analysis_mode: AnalysisMode::Fast.into(), ..Default::default() };
    let first = client.analyze(request.clone()).await.unwrap().into_inner().annotations.unwrap();
    let again = client.analyze(request).await.unwrap().into_inner().annotations.unwrap();
    assert_eq!(ids(&first), ids(&again));
    let distinct: BTreeSet<_> = ids(&first).into_values().collect();
    assert_eq!(distinct.len(), first.sentences.len() + first.mentions.len() + first.quotes.len());
    // The program without a server tells the same.
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("samples/{name}.txt"));
    let mut analyze = Command::new(env!("CARGO_BIN_EXE_sayso"));
    let told = analyze.args(["analyze", "--analysis", "fast", "--json"]).arg(file).output().unwrap();
    let told: serde_json::Value = serde_json::from_slice(&told.stdout).unwrap();
    let told: Vec<_> = told["quotes"].as_array().unwrap().iter().map(|quote| quote["id"].as_str().unwrap()).collect();
    assert_eq!(told, first.quotes.iter().map(|quote| quote.id.as_str()).collect::<Vec<_>>());
    let status = quote(&server, &first.quotes[0].id).await.unwrap_err();
    assert!(matches!(status.code(), Code::NotFound | Code::InvalidArgument), "{status}");
}
