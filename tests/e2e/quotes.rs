//! `QuoteService`.

use sayso::proto::{
    ArticleFilter, GetQuoteRequest, OffsetEncoding, QuoteAct, QuoteHit, QuoteKind, QuotePolarity, SearchQuotesRequest,
    TextSpan,
};
use tonic::Code;

use crate::support::{STORY, Server, dated, identified, named};

async fn find(server: &Server, request: SearchQuotesRequest) -> Vec<QuoteHit> {
    server.quotes().await.search_quotes(request).await.unwrap().into_inner().hits
}

fn texts(hits: &[QuoteHit]) -> Vec<&str> {
    hits.iter().map(|hit| hit.quote.as_ref().unwrap().text.as_str()).collect()
}

#[tokio::test]
async fn finds_who_said_what_about_whom() {
    let server = Server::start();
    server.put(dated("harbour", "Veld Courier", "2026-03-02", STORY)).await;
    let brandt = SearchQuotesRequest { speakers: vec![named("brandt")], ..SearchQuotesRequest::default() };
    let hits = find(&server, brandt).await;
    assert_eq!(texts(&hits), ["the delay was “a disgrace for Veldmark”"]);
    let quote = hits[0].quote.as_ref().unwrap();
    assert_eq!((quote.speakers[0].name.as_str(), quote.kind()), ("Oskar Brandt", QuoteKind::Mixed));
    assert_eq!((quote.cue_lemma.as_str(), quote.act()), ("say", QuoteAct::Speech));
    assert_eq!(quote.article.as_ref().unwrap().outlet, "Veld Courier");
    let about = SearchQuotesRequest { about: vec![named("veldmark")], ..SearchQuotesRequest::default() };
    assert_eq!(find(&server, about).await.len(), 2);
    let both =
        SearchQuotesRequest { about: vec![named("veldmark")], speakers: vec![named("lind")], ..Default::default() };
    assert_eq!(find(&server, both).await.len(), 1);
    let words = SearchQuotesRequest { query: "crane".into(), ..SearchQuotesRequest::default() };
    let hits = find(&server, words).await;
    let shown = &hits[0].highlights[0];
    let (span, inside) = (shown.span.unwrap(), shown.text_span.unwrap());
    assert_eq!(&STORY[span.start as usize..span.end as usize], "cranes");
    let text = &hits[0].quote.as_ref().unwrap().text;
    assert_eq!((&text[inside.start as usize..inside.end as usize], shown.text.as_str()), ("cranes", "cranes"));
    let direct = SearchQuotesRequest { kinds: vec![QuoteKind::Direct.into()], ..SearchQuotesRequest::default() };
    let hits = find(&server, direct).await;
    assert_eq!(texts(&hits), ["The cranes are safe. We checked every one of them."]);
    let told = hits[0].quote.as_ref().unwrap().addressee.as_ref().unwrap();
    assert_eq!(told.text, "reporters");
    let thoughts = SearchQuotesRequest { acts: vec![QuoteAct::Thought.into()], ..SearchQuotesRequest::default() };
    assert_eq!(find(&server, thoughts).await.len(), 0);
    let elsewhere = ArticleFilter { article_ids: vec!["other".into()], ..ArticleFilter::default() };
    let elsewhere = SearchQuotesRequest { filter: Some(elsewhere), ..SearchQuotesRequest::default() };
    assert_eq!(find(&server, elsewhere).await.len(), 0);
}

#[tokio::test]
async fn follows_a_person_over_time() {
    let server = Server::start();
    for (id, day, view) in [("b", "2026-06-01", "closed"), ("a", "2026-01-01", "open"), ("c", "2026-09-01", "gone")] {
        let body = format!("Harbour Commissioner Ada Lind said the port would be {view} by winter.");
        server.put(dated(id, "Veld Courier", day, &body)).await;
    }
    let request = |order: &str| SearchQuotesRequest {
        speakers: vec![identified("person/ada-lind")],
        order_by: order.into(),
        ..SearchQuotesRequest::default()
    };
    let ids = |hits: Vec<QuoteHit>| -> String {
        hits.into_iter().map(|hit| hit.quote.unwrap().article.unwrap().id).collect()
    };
    assert_eq!(ids(find(&server, request("publish_time")).await), "abc");
    assert_eq!(ids(find(&server, request("publish_time desc")).await), "cba");
}

#[tokio::test]
async fn a_quote_comes_with_the_sentences_around_it() {
    let server = Server::start();
    server.put(dated("harbour", "Veld Courier", "2026-03-02", STORY)).await;
    let brandt = SearchQuotesRequest { speakers: vec![named("brandt")], ..SearchQuotesRequest::default() };
    let id = find(&server, brandt).await[0].quote.as_ref().unwrap().id.clone();
    let request = |id: &str| GetQuoteRequest { id: id.to_owned(), ..GetQuoteRequest::default() };
    let got = server.quotes().await.get_quote(request(&id)).await.unwrap().into_inner();
    let around: Vec<_> = got.sentences.iter().map(|sentence| sentence.index).collect();
    assert_eq!(around, [2, 3]);
    assert_eq!(got.quote.unwrap().id, id);
    for missing in ["harbour#q0-9-00000000".to_owned(), id.replace("harbour", "other")] {
        let status = server.quotes().await.get_quote(request(&missing)).await.unwrap_err();
        assert_eq!(status.code(), Code::NotFound, "{missing}");
    }
}

/// Told to a body and to somebody without a name, and one thing that was not said.
const TALKS: &str = "Fisheries Minister Ada Lind told the Harbour Union on Monday that the quota would fall.\n\n\
    “We will wait,” Oskar Brandt told reporters.\n\n\
    Officials said the port of Veldmark was open. Lind did not say that the quota would rise.\n";

#[tokio::test]
async fn finds_what_was_said_to_whom_and_by_whom_it_may_be_said() {
    let server = Server::start_with(&["--analysis", "fast"]);
    server.put(dated("talks", "Veld Courier", "2026-03-04", TALKS)).await;
    let all = find(&server, SearchQuotesRequest::default()).await;
    let quotes: Vec<_> = all.iter().map(|hit| hit.quote.clone().unwrap()).collect();
    for to in [named("harbour union"), named("the Harbour Union"), identified("organization/harbour-union")] {
        let hits = find(&server, SearchQuotesRequest { addressees: vec![to], ..Default::default() }).await;
        assert_eq!(hits.len(), 1);
        assert_eq!(hits[0].quote.as_ref().unwrap().addressees[0].name, "Harbour Union");
    }
    let to_either = SearchQuotesRequest { addressees: vec![named("veldmark"), named("union")], ..Default::default() };
    assert_eq!(find(&server, to_either).await.len(), 1);
    for named_speaker in [true, false] {
        let request = SearchQuotesRequest { named_speaker: Some(named_speaker), ..Default::default() };
        let hits = find(&server, request).await;
        let expected = quotes.iter().filter(|quote| quote.speakers.is_empty() != named_speaker).count();
        assert!(expected > 0 && hits.len() == expected, "{named_speaker}: {}", hits.len());
    }
    let polarities = vec![QuotePolarity::Negated.into()];
    let negated = find(&server, SearchQuotesRequest { polarities, ..Default::default() }).await;
    assert!(texts(&negated).iter().all(|text| text.contains("would rise")) && negated.len() == 1, "{negated:?}");
    let least = quotes.iter().map(|quote| quote.confidence).fold(1.0, f32::min);
    let sure = SearchQuotesRequest { min_confidence: least + 0.001, ..Default::default() };
    assert!(find(&server, sure).await.len() < quotes.len());
    let least = 0.9;
    let expected = quotes.iter().filter(|quote| quote.speaker_confidence.is_some_and(|sure| sure >= least)).count();
    let known = SearchQuotesRequest { min_speaker_confidence: least, ..Default::default() };
    assert_eq!(find(&server, known).await.len(), expected);
}

/// The part of a text that a span means, in this unit.
fn part(text: &str, span: TextSpan, encoding: OffsetEncoding) -> String {
    let (start, end) = (span.start as usize, span.end as usize);
    match encoding {
        OffsetEncoding::Utf16 => String::from_utf16(&text.encode_utf16().collect::<Vec<_>>()[start..end]).unwrap(),
        OffsetEncoding::Utf32 => text.chars().skip(start).take(end - start).collect(),
        _ => text[start..end].to_owned(),
    }
}

#[tokio::test]
async fn what_matched_is_shown_in_the_body_and_in_the_text_of_the_quote_in_each_unit() {
    let server = Server::start();
    // Interrupted, with signs of one to four bytes, and white space that the text makes even.
    let body = "“The größe 😀 of the\n  cranes counts,” said Ada Lind. “Every größe 😀 of a crane counts.”";
    server.put(dated("cranes", "Veld Courier", "2026-03-02", body)).await;
    for encoding in [OffsetEncoding::Utf8, OffsetEncoding::Utf16, OffsetEncoding::Utf32] {
        let (query, offset_encoding) = ("größe crane".into(), encoding.into());
        let hits = find(&server, SearchQuotesRequest { query, offset_encoding, ..Default::default() }).await;
        let mut shown = Vec::new();
        for hit in &hits {
            let text = &hit.quote.as_ref().unwrap().text;
            for one in &hit.highlights {
                assert_eq!(part(body, one.span.unwrap(), encoding), one.text, "{encoding:?}");
                assert_eq!(part(text, one.text_span.unwrap(), encoding), one.text, "{encoding:?} in {text}");
                shown.push(one.text.as_str());
            }
        }
        assert_eq!(shown, ["größe", "cranes", "größe", "crane"], "{encoding:?}");
    }
}
