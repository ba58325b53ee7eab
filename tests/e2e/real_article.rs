//! A real article with its gold, from the corpora beside the project. Skipped, in words, where they are absent.

use std::path::Path;

use sayso::proto::{
    Annotations, EntityType, GetArticleRequest, LookupEntitiesRequest, OffsetEncoding, Quote, SearchQuotesRequest,
    SearchSentencesRequest, TextSpan,
};
use serde::Deserialize;

use crate::support::{Server, article, named};

#[derive(Deserialize)]
struct Gold {
    sentences: Vec<(i32, i32)>,
    entities: Vec<GoldEntity>,
    quotes: Vec<GoldQuote>,
}

#[derive(Deserialize)]
struct GoldEntity {
    r#type: String,
    name: String,
    aliases: Vec<String>,
    titles: Vec<String>,
}

#[derive(Deserialize)]
struct GoldQuote {
    content: Vec<(i32, i32)>,
    speakers: Vec<String>,
    kind: String,
    #[serde(default)]
    addressee: Vec<String>,
}

/// A server that holds the article, its gold, and what was found in it; none where the corpora are absent.
async fn seed() -> Option<(Server, Gold, Annotations)> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/articles/000_480bc931a9ee1cb0.txt");
    let Ok(body) = std::fs::read_to_string(&path) else {
        println!("SKIPPED: {} is absent", path.display());
        return None;
    };
    let gold = serde_json::from_slice(&std::fs::read(path.with_extension("gold.json")).unwrap()).unwrap();
    let server = Server::start();
    server.put(article("seed", &body)).await;
    let request = GetArticleRequest {
        id: "seed".into(),
        offset_encoding: OffsetEncoding::Utf32.into(),
        ..GetArticleRequest::default()
    };
    let got = server.articles().await.get_article(request).await.unwrap().into_inner();
    Some((server, gold, got.annotations.unwrap()))
}

fn pair(span: Option<TextSpan>) -> (i32, i32) {
    span.map(|span| (span.start, span.end)).unwrap()
}

#[tokio::test]
async fn its_sentences_and_entities_are_those_of_the_gold() {
    let Some((_server, gold, found)) = seed().await else { return };
    let sentences: Vec<_> = found.sentences.iter().map(|sentence| pair(sentence.span)).collect();
    assert_eq!(sentences, gold.sentences);
    for want in gold.entities {
        let r#type = match want.r#type.as_str() {
            "PERSON" => EntityType::Person,
            "GPE" => EntityType::Place,
            _ => EntityType::Organization,
        };
        let got = found.entities.iter().find(|entity| entity.name == want.name && entity.r#type() == r#type);
        let got = got.unwrap_or_else(|| panic!("{} {} is missing", want.r#type, want.name));
        for title in want.titles {
            assert!(got.titles.iter().any(|one| one.text == title), "{} lacks the title {title:?}", want.name);
        }
        for alias in want.aliases {
            assert!(got.aliases.iter().any(|one| one.text == alias), "{} lacks the alias {alias:?}", want.name);
        }
    }
}

#[tokio::test]
async fn its_quotes_have_the_kind_speaker_and_addressee_of_the_gold() {
    let Some((_server, gold, found)) = seed().await else { return };
    let overlap = |quote: &Quote, want: &GoldQuote| -> i32 {
        let pairs = quote.content_spans.iter().flat_map(|got| want.content.iter().map(move |want| (got, want)));
        pairs.map(|(got, want)| got.end.min(want.1).saturating_sub(got.start.max(want.0)).max(0)).sum()
    };
    for want in &gold.quotes {
        let got = found.quotes.iter().max_by_key(|quote| overlap(quote, want)).unwrap();
        assert!(overlap(got, want) > 0, "no quote at {:?}", want.content);
        let speakers: Vec<_> = got.speakers.iter().map(|speaker| speaker.name.clone()).collect();
        assert_eq!(speakers, want.speakers, "{}", got.text);
        assert_eq!(got.kind().as_str_name(), format!("QUOTE_KIND_{}", want.kind), "{}", got.text);
        let addressees: Vec<_> = got.addressees.iter().map(|to| to.name.clone()).collect();
        for name in &want.addressee {
            assert!(addressees.contains(name), "{} is not addressed in {:?}", name, got.text);
        }
    }
}

#[tokio::test]
async fn it_is_found_by_words_speaker_subject_and_another_spelling() {
    let Some((server, _, _)) = seed().await else { return };
    let quotes = |request: SearchQuotesRequest| {
        let server = &server;
        async move { server.quotes().await.search_quotes(request).await.unwrap().into_inner().hits }
    };
    let peskov =
        quotes(SearchQuotesRequest { speakers: vec![named("peskov")], ..SearchQuotesRequest::default() }).await;
    assert_eq!(peskov.len(), 3);
    let about = quotes(SearchQuotesRequest { about: vec![named("Zelenskyy")], ..SearchQuotesRequest::default() }).await;
    assert!(about.iter().any(|hit| hit.quote.as_ref().unwrap().text.contains("legitimacy")));
    let request = SearchSentencesRequest { query: "\"peace talks\"".into(), ..SearchSentencesRequest::default() };
    let hits = server.search().await.search_sentences(request).await.unwrap().into_inner().hits;
    assert_eq!(hits.len(), 1);
    assert_eq!(hits[0].highlights[0].text, "peace talks");
    let lookup = LookupEntitiesRequest { name: "zelensky".into(), ..LookupEntitiesRequest::default() };
    let found = server.entities().await.lookup_entities(lookup).await.unwrap().into_inner().hits;
    assert_eq!(found[0].entity.as_ref().unwrap().name, "Volodymyr Zelenskyy");
}
