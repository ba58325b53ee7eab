//! `EntityService`.

use sayso::proto::{
    CountedText, EntityMatch, EntityType, GetEntityRequest, ListMentionsRequest, LookupEntitiesRequest, MentionForm,
    SearchQuotesRequest,
};
use tonic::Code;

use crate::support::{STORY, Server, dated, identified, named};

#[tokio::test]
async fn finds_an_entity_by_name_part_beginning_and_with_a_typo() {
    let server = Server::start();
    server.put(dated("one", "Veld Courier", "2026-03-02", STORY)).await;
    server.put(dated("two", "Sarn Post", "2026-04-02", STORY)).await;
    for name in ["Ada Lind", "lind", "ada l", "LIND", "Lindd", "ada"] {
        let request = LookupEntitiesRequest { name: name.into(), ..LookupEntitiesRequest::default() };
        let found = server.entities().await.lookup_entities(request).await.unwrap().into_inner();
        let first = found.hits.first().unwrap_or_else(|| panic!("nothing for {name:?}"));
        let entity = first.entity.as_ref().unwrap();
        assert_eq!((entity.name.as_str(), entity.r#type()), ("Ada Lind", EntityType::Person), "{name}");
        assert_eq!(entity.article_count, 2);
        assert!(entity.mention_count >= 4 && entity.quote_count >= 2, "{entity:?}");
        assert_eq!(entity.first_publish_time.unwrap().to_string(), "2026-03-02T12:00:00Z");
        assert_eq!(entity.last_publish_time.unwrap().to_string(), "2026-04-02T12:00:00Z");
        assert!(entity.titles.iter().any(|title| title.text == "Harbour Commissioner"));
    }
}

#[tokio::test]
async fn lists_mentions_newest_article_first() {
    let server = Server::start();
    server.put(dated("one", "Veld Courier", "2026-03-02", STORY)).await;
    server.put(dated("two", "Sarn Post", "2026-04-02", STORY)).await;
    let mut request = ListMentionsRequest {
        entity_id: "person/ada-lind".into(),
        forms: vec![MentionForm::Name.into(), MentionForm::TitledName.into()],
        page_size: 1,
        ..ListMentionsRequest::default()
    };
    let mut seen = Vec::new();
    loop {
        let page = server.entities().await.list_mentions(request.clone()).await.unwrap().into_inner();
        for hit in page.hits {
            let (mention, sentence) = (hit.mention.unwrap(), hit.sentence.unwrap());
            let span = mention.span.unwrap();
            assert_eq!(STORY[span.start as usize..span.end as usize], mention.text);
            assert!(sentence.text.contains(&mention.text));
            seen.push((hit.article.unwrap().id, mention.text));
        }
        if page.next_page_token.is_empty() {
            break;
        }
        request.page_token = page.next_page_token;
    }
    let each = ["Harbour Commissioner Ada Lind", "Lind"];
    let expected = ["two", "one"].iter().flat_map(|id| each.map(|text| ((*id).to_owned(), text.to_owned())));
    assert_eq!(seen, expected.collect::<Vec<_>>());
}

#[tokio::test]
async fn an_unknown_entity_is_not_found() {
    let server = Server::start();
    let request = GetEntityRequest { id: "person/nobody".into(), ..Default::default() };
    let status = server.entities().await.get_entity(request).await.unwrap_err();
    assert_eq!(status.code(), Code::NotFound);
    let request = ListMentionsRequest { entity_id: "person/nobody".into(), ..ListMentionsRequest::default() };
    let status = server.entities().await.list_mentions(request).await.unwrap_err();
    assert_eq!(status.code(), Code::NotFound);
}

/// A story about a body that has an article before its name.
const LEAGUE: &str = "The Reform League said on Monday that Harbour Commissioner Ada Lind was right.\n\n\
    “The Reform League will not wait,” Lind told reporters.\n";

#[tokio::test]
async fn people_and_bodies_are_found_as_their_names_are_written_and_it_is_told_what_matched() {
    let server = Server::start();
    server.put(dated("one", "Veld Courier", "2026-03-02", STORY)).await;
    server.put(dated("two", "Veld Courier", "2026-03-03", LEAGUE)).await;
    let cases = [
        ("Ms. Lind", "Ada Lind", EntityMatch::Alias),
        ("Mrs Lind", "Ada Lind", EntityMatch::Alias),
        ("A. Lind", "Ada Lind", EntityMatch::Name),
        ("Dr. A. Lind", "Ada Lind", EntityMatch::Name),
        ("Ada Lind", "Ada Lind", EntityMatch::Name),
        ("harbour commissioner", "Ada Lind", EntityMatch::Title),
        ("the reform league", "Reform League", EntityMatch::Name),
        ("The Reform League", "Reform League", EntityMatch::Name),
        ("reform league", "Reform League", EntityMatch::Name),
    ];
    for (name, expected, matched_by) in cases {
        let request = LookupEntitiesRequest { name: name.into(), ..LookupEntitiesRequest::default() };
        let found = server.entities().await.lookup_entities(request).await.unwrap().into_inner();
        let first = found.hits.first().unwrap_or_else(|| panic!("nothing for {name:?}"));
        let entity = first.entity.as_ref().unwrap();
        assert_eq!((entity.name.as_str(), first.matched_by()), (expected, matched_by), "{name}: {first:?}");
        let texts = match matched_by {
            EntityMatch::Title => &entity.titles,
            EntityMatch::Alias => &entity.aliases,
            _ => &vec![CountedText { text: entity.name.clone(), count: 1 }],
        };
        assert!(texts.iter().any(|one| one.text == first.matched), "{name} matched {:?}", first.matched);
    }
    // Where nothing is looked for, nothing matched.
    let all = server.entities().await.lookup_entities(LookupEntitiesRequest::default()).await.unwrap().into_inner();
    assert!(all.hits.len() >= 3);
    assert!(all.hits.iter().all(|hit| hit.matched.is_empty() && hit.matched_by() == EntityMatch::Unspecified));
    // Another initial is somebody else.
    let other = LookupEntitiesRequest { name: "B. Lind".into(), ..LookupEntitiesRequest::default() };
    let other = server.entities().await.lookup_entities(other).await.unwrap().into_inner().hits;
    assert!(other.iter().all(|hit| hit.entity.as_ref().unwrap().name != "Ada Lind"), "{other:?}");
}

#[tokio::test]
async fn a_title_finds_speakers_and_not_what_quotes_are_about() {
    let server = Server::start();
    server.put(dated("one", "Veld Courier", "2026-03-02", STORY)).await;
    server.put(dated("two", "Veld Courier", "2026-03-03", LEAGUE)).await;
    let texts = async |request: SearchQuotesRequest| -> Vec<String> {
        let hits = server.quotes().await.search_quotes(request).await.unwrap().into_inner().hits;
        hits.into_iter().map(|hit| hit.quote.unwrap().text).collect()
    };
    let about = async |selector| texts(SearchQuotesRequest { about: vec![selector], ..Default::default() }).await;
    let by = async |selector| texts(SearchQuotesRequest { speakers: vec![selector], ..Default::default() }).await;
    let lind = about(named("Lind")).await;
    assert!(lind.iter().any(|text| text.contains("was right")), "{lind:?}");
    assert_eq!(lind, about(identified("person/ada-lind")).await);
    assert_eq!(lind, about(named("Ms. Lind")).await);
    assert!(about(named("harbour commissioner")).await.is_empty());
    let said = by(named("harbour commissioner")).await;
    assert!(said.len() >= 3, "{said:?}");
    assert_eq!(said, by(identified("person/ada-lind")).await);
    for name in ["Ms. Lind", "A. Lind", "lind"] {
        assert_eq!(said, by(named(name)).await, "{name}");
    }
    assert_eq!(about(named("the reform league")).await, about(named("Reform League")).await);
    assert!(!about(named("the reform league")).await.is_empty());
    assert!(by(named("B. Lind")).await.is_empty());
    // Any of several speakers; all of several subjects.
    let both =
        texts(SearchQuotesRequest { speakers: vec![named("lind"), named("brandt")], ..Default::default() }).await;
    assert_eq!(both.len(), said.len() + 1);
    let all = vec![named("reform league"), named("lind")];
    assert!(texts(SearchQuotesRequest { about: all, ..Default::default() }).await.is_empty());
    let told = SearchQuotesRequest { addressees: vec![named("nobody")], ..Default::default() };
    assert!(texts(told).await.is_empty());
}

#[tokio::test]
async fn a_name_of_signs_alone_is_refused() {
    let server = Server::start();
    for name in ["!!!", " … ", "“”"] {
        let request = LookupEntitiesRequest { name: name.into(), ..LookupEntitiesRequest::default() };
        let status = server.entities().await.lookup_entities(request).await.unwrap_err();
        assert_eq!(status.code(), tonic::Code::InvalidArgument);
        assert!(status.message().starts_with("name: ") && status.message().contains("has no word"), "{status}");
    }
}
