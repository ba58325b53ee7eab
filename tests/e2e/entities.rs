//! `EntityService`.

use sayso::proto::{EntityType, GetEntityRequest, ListMentionsRequest, LookupEntitiesRequest, MentionForm};
use tonic::Code;

use crate::support::{STORY, Server, dated};

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
