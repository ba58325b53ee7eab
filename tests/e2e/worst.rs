//! How much memory the server takes at worst for one article, query, page and message within the limits.
//! `scripts/worst-memory` runs it.
#![cfg(target_os = "linux")]

use std::time::{Duration, Instant};

use sayso::proto::{
    AnalysisMode, AnalyzeRequest, GetArticleRequest, IngestArticlesRequest, PutArticleRequest, SearchQuotesRequest,
    SearchSentencesRequest, analyze_service_client::AnalyzeServiceClient, article_service_client::ArticleServiceClient,
};
use tonic::{Code, Request, Status, transport::Channel};

use crate::support::{STORY, Server, article, to_put};

/// What the server may take, in MiB.
const BUDGET: u64 = 1024;

/// The limits that it has unless told otherwise.
const LONGEST_BODY: usize = 1 << 20;
const LONGEST_MESSAGE: usize = 2 << 20;

/// Whether a part is to be tried: all are, unless the variable `WORST` names some.
fn wanted(part: &str) -> bool {
    std::env::var("WORST").map_or(true, |parts| parts.is_empty() || parts.split_whitespace().any(|one| one == part))
}

/// The most memory that the process ever took, in MiB.
fn peak(server: &mut Server) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.process().id())).expect("it lives on");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.split_whitespace().next().unwrap().parse::<u64>().unwrap() >> 10
}

fn lasting<T>(message: T) -> Request<T> {
    let mut request = Request::new(message);
    request.set_timeout(Duration::from_secs(1200));
    request
}

/// A line of the report: what was tried, how it was answered, how long it took, what the process took by then.
fn report(server: &mut Server, what: &str, began: Instant, outcome: Result<usize, Status>) -> u64 {
    let told = match outcome {
        Ok(bytes) => format!("{} KiB", bytes >> 10),
        Err(status) => format!("{:?}", status.code()),
    };
    let peak = peak(server);
    println!("{peak:6} MiB  {:6.1} s  {what}: {told}", began.elapsed().as_secs_f64());
    peak
}

/// Texts of this length, each the worst of its kind.
fn texts(bytes: usize) -> [(&'static str, String); 5] {
    let of = |piece: &str| piece.repeat(bytes / piece.len());
    [
        ("news", of(STORY)),
        ("one sentence of quotes", of("“the port,” she said, ")),
        ("cues alone", of("said ")),
        ("names alone", of("Ada Lind ")),
        ("a list of quotes", of("resident 1 wrote “we want the bridge open again this spring”; ")),
    ]
}

/// Reads all parts of an article. Tells their bytes.
async fn read(mut client: ArticleServiceClient<Channel>, id: String) -> Result<usize, Status> {
    let (mut bytes, mut request) = (0, GetArticleRequest { id, ..Default::default() });
    loop {
        let part = client.get_article(lasting(request.clone())).await?.into_inner();
        bytes += prost::Message::encoded_len(&part);
        request.page_token = part.next_page_token;
        if request.page_token.is_empty() {
            return Ok(bytes);
        }
    }
}

async fn put_and_get(server: &mut Server, bytes: usize) -> u64 {
    let mut most = 0;
    for (name, body) in texts(bytes) {
        let began = Instant::now();
        let request = PutArticleRequest {
            article: Some(article("worst", &body)),
            analysis_mode: AnalysisMode::Fast.into(),
            ..Default::default()
        };
        let put = server.articles().await.put_article(lasting(request)).await.map(|_| bytes);
        most = most.max(report(server, &format!("put {name}, {} KiB", bytes >> 10), began, put));
        let began = Instant::now();
        let got = read(server.articles().await, "worst".into()).await;
        most = most.max(report(server, &format!("get {name}, in parts"), began, got));
        let began = Instant::now();
        let request = AnalyzeRequest { text: body, analysis_mode: AnalysisMode::Fast.into(), ..Default::default() };
        let mut client = AnalyzeServiceClient::new(server.channel().await).max_decoding_message_size(1 << 30);
        let whole = client.analyze(lasting(request)).await;
        let whole = whole.map(|answer| prost::Message::encoded_len(answer.get_ref()));
        most = most.max(report(server, &format!("analyze {name}, in one answer"), began, whole));
    }
    most
}

/// The word with this number in the article of unlike words: five letters, of which neighbours share few.
fn word(number: usize) -> String {
    const WORDS: usize = 26_usize.pow(5);
    let mut rest = number * 7_368_787 % WORDS;
    let mut letters = String::new();
    for _ in 0..5 {
        letters.push(char::from(b'a' + (rest % 26) as u8));
        rest /= 26;
    }
    letters
}

/// A text of unlike words, in sentences of twelve.
fn unlike_words(bytes: usize) -> String {
    let mut text = String::with_capacity(bytes);
    for number in (0..).take_while(|number| (number + 1) * 7 < bytes) {
        text.push_str(&word(number));
        text.push_str(if number % 12 == 11 { ". " } else { " " });
    }
    text
}

/// Queries as long as the limits allow, over an article in which their words stand and expand to many others.
async fn queries(server: &mut Server, bytes: usize) -> u64 {
    let began = Instant::now();
    let mut client = server.articles().await;
    let request = PutArticleRequest {
        article: Some(article("unlike", &unlike_words(bytes))),
        analysis_mode: AnalysisMode::Fast.into(),
        ..Default::default()
    };
    let put = client.put_article(lasting(request)).await.map(|_| bytes);
    let mut most = report(server, &format!("put unlike words, {} KiB", bytes >> 10), began, put);
    // As many as `query_clauses` and `query_expansions` allow.
    let words = |n: usize, end: &str| (0..n).map(|number| word(number) + end).collect::<Vec<_>>().join(" ");
    let beginnings = |letters: usize| {
        // Each letter once, and then pairs of them, all of which stand in the text.
        let one = |number: usize| match (letters, number) {
            (1, 0..26) => format!("{}*", char::from(b'a' + number as u8)),
            _ => format!("{}*", &word(number)[..2]),
        };
        (0..64).map(one).collect::<Vec<_>>()
    };
    for (name, query) in [
        ("operators", "+".repeat(64 << 10)),
        ("words", words(1024, "")),
        ("fuzzy words", words(64, "~2")),
        ("words fuzzy by a letter", words(64, "~")),
        ("all of the fuzzy words", words(64, "~2").replace(' ', " AND ")),
        ("beginnings of one letter", beginnings(1).join(" ")),
        ("beginnings of two letters", beginnings(2).join(" ")),
        ("all of the beginnings", beginnings(1).join(" AND ")),
        ("brackets", "(".repeat(30 << 10)),
    ] {
        let began = Instant::now();
        let request = SearchSentencesRequest { query, page_size: 1000, ..Default::default() };
        let found = server.search().await.max_decoding_message_size(1 << 30).search_sentences(lasting(request)).await;
        let hits = found.as_ref().map_or(0, |answer| answer.get_ref().hits.len());
        let found = found.map(|answer| prost::Message::encoded_len(answer.get_ref()));
        most = most.max(report(server, &format!("search {name}, {hits} hits"), began, found));
        assert!(hits > 0 || !(name.starts_with("fuzzy") || name.starts_with("beginnings")), "{name}: nothing is found");
    }
    let (began, request) = (Instant::now(), SearchQuotesRequest { page_size: 1000, ..Default::default() });
    let found = server.quotes().await.max_decoding_message_size(1 << 30).search_quotes(lasting(request)).await;
    let found = found.map(|answer| prost::Message::encoded_len(answer.get_ref()));
    most.max(report(server, "a page of 1,000 quotes", began, found))
}

/// Several of the worst articles at once, on all threads, and their answers.
async fn at_once(server: &mut Server, bytes: usize) -> u64 {
    let began = Instant::now();
    let mut calls = tokio::task::JoinSet::new();
    for number in 0..8 {
        let (_, body) = texts(bytes).into_iter().nth(number % 5).unwrap();
        let article = Some(article(&format!("worst{number}"), &body));
        let put = PutArticleRequest { article, analysis_mode: AnalysisMode::Fast.into(), ..Default::default() };
        let mut client = server.articles().await.max_decoding_message_size(1 << 30);
        calls.spawn(async move {
            let id = client.put_article(lasting(put)).await?.into_inner().id;
            read(client, id).await
        });
    }
    let mut outcome = Ok(0);
    while let Some(answer) = calls.join_next().await {
        match answer.unwrap() {
            Ok(bytes) => outcome = outcome.map(|sum| sum + bytes),
            Err(status) => println!("        {:?}: {}", status.code(), status.message()),
        }
    }
    report(server, "eight articles put and got at once", began, outcome)
}

/// Hundreds of streams, each of which sends one of the longest articles at once; nearly all of them are given up.
async fn streams(server: &mut Server, bytes: usize) -> u64 {
    let (began, mut calls) = (Instant::now(), tokio::task::JoinSet::new());
    for number in 0..200 {
        let mut client = server.articles().await;
        let request = move |body| IngestArticlesRequest {
            client_sequence: 1,
            action: to_put(article(&format!("stream{number}"), body), AnalysisMode::Fast),
        };
        let messages = tokio_stream::iter([request(&"said. ".repeat(bytes / 6))]);
        calls.spawn(async move {
            let mut answers = client.ingest_articles(messages).await?.into_inner();
            answers.message().await
        });
    }
    let answered = async { while calls.join_next().await.is_some() {} };
    let _ = tokio::time::timeout(Duration::from_secs(20), answered).await;
    report(server, "200 streams of one long article each", began, Ok(200 * bytes))
}

/// Articles that weigh little on the wire and much when they are unpacked.
async fn packed(server: &mut Server, bytes: usize) -> u64 {
    let (began, mut calls) = (Instant::now(), tokio::task::JoinSet::new());
    for number in 0..64 {
        let mut client = server.articles().await.send_compressed(tonic::codec::CompressionEncoding::Gzip);
        let article = Some(article(&format!("packed{number}"), &"x".repeat(bytes)));
        calls.spawn(async move {
            client.put_article(lasting(PutArticleRequest { article, ..Default::default() })).await.map(|_| ())
        });
    }
    let mut outcome = Ok(64 * bytes);
    while let Some(answer) = calls.join_next().await {
        if let Err(status) = answer.unwrap() {
            outcome = Err(status);
        }
    }
    report(server, "64 packed articles", began, outcome)
}

/// Pages of many callers, while every page finds another state.
async fn views(server: &mut Server) -> u64 {
    let began = Instant::now();
    for number in 0..300 {
        server.put_as(AnalysisMode::Fast, article(&format!("view{}", number % 40), &format!("{STORY} {number}"))).await;
        let request = SearchQuotesRequest { page_size: 1, ..Default::default() };
        server.quotes().await.search_quotes(lasting(request)).await.unwrap();
    }
    report(server, "256 views that are kept", began, Ok(0))
}

async fn pages(server: &mut Server) -> u64 {
    let (began, mut calls) = (Instant::now(), tokio::task::JoinSet::new());
    for _ in 0..32 {
        let mut client = server.quotes().await.max_decoding_message_size(1 << 30);
        let request = SearchQuotesRequest { page_size: 1000, ..Default::default() };
        calls.spawn(async move { client.search_quotes(lasting(request)).await });
    }
    let mut outcome = Ok(0);
    while let Some(answer) = calls.join_next().await {
        match answer.unwrap() {
            Ok(page) => outcome = outcome.map(|sum| sum + prost::Message::encoded_len(page.get_ref())),
            Err(status) => outcome = Err(status),
        }
    }
    report(server, "32 pages of 1,000 quotes at once", began, outcome)
}

async fn messages(server: &mut Server) -> u64 {
    let (began, long) = (Instant::now(), "x".repeat(LONGEST_MESSAGE - 100));
    let get = GetArticleRequest { id: long.clone(), ..Default::default() };
    let status = server.articles().await.get_article(get).await.unwrap_err();
    assert_eq!(status.code(), Code::InvalidArgument, "{status}");
    report(server, "an id as long as a message", began, Err(status));
    let began = Instant::now();
    let query = SearchSentencesRequest { query: long, ..Default::default() };
    let status = server.search().await.search_sentences(query).await.unwrap_err();
    report(server, "a query as long as a message", began, Err(status))
}

/// The longest texts over plain HTTP, several at once: each answer exists as a message and as JSON. Those for which there is
/// no room are refused, with a body that says so.
async fn json(name: &str, text: &str) -> u64 {
    let mut server = Server::start_with(&["--analysis", "fast"]);
    let url = format!("{}/v1/text:analyze", server.url());
    let body = serde_json::json!({"text": text, "analysisMode": "ANALYSIS_MODE_FAST"}).to_string();
    let _ = tokio_rustls::rustls::crypto::ring::default_provider().install_default();
    let mut most = 0;
    for callers in [1, 4, 16] {
        let (began, mut calls) = (Instant::now(), tokio::task::JoinSet::new());
        for _ in 0..callers {
            // A client of its own is a connection of its own.
            let request = reqwest::Client::new().post(&url).header("content-type", "application/json");
            let request = request.header("grpc-timeout", "1200S").body(body.clone());
            calls.spawn(async move {
                let answer = request.send().await.expect("it is answered");
                let status = answer.status().as_u16();
                (status, answer.bytes().await.expect("its answer is whole"))
            });
        }
        let answers = calls.join_all().await;
        let served = answers.iter().filter(|(status, _)| *status == 200).count();
        for (status, answer) in answers.iter().filter(|(status, _)| *status != 200) {
            assert_eq!(*status, 429);
            assert!(answer.starts_with(b"{\"error\":"), "{answer:?}");
        }
        assert!(served >= callers.min(3), "{served} of {callers} were served");
        let bytes = answers.iter().map(|(_, answer)| answer.len()).sum();
        let what = format!("{callers} analyses of {name} in JSON at once, {served} of them served");
        most = most.max(report(&mut server, &what, began, Ok(bytes)));
    }
    most
}

/// The longest texts over plain HTTP by clients that do not read their answers, one after another. Those that would be too many are
/// refused.
async fn unread_json(name: &str, text: &str) -> u64 {
    use std::io::{Read, Write};
    let mut server = Server::start_with(&["--analysis", "fast"]);
    let address = server.url().replace("http://", "");
    let body = serde_json::json!({"text": text, "analysisMode": "ANALYSIS_MODE_FAST"}).to_string();
    let (began, mut clients) = (Instant::now(), Vec::new());
    for _ in 0..16 {
        let mut client = std::net::TcpStream::connect(&address).unwrap();
        let head = format!(
            "POST /v1/text:analyze HTTP/1.1\r\nhost: {address}\r\ncontent-type: application/json\r\n\
             grpc-timeout: 1200S\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        client.write_all(head.as_bytes()).unwrap();
        client.write_all(body.as_bytes()).unwrap();
        // It has begun to answer, and waits from then on.
        client.read_exact(&mut [0; 12]).unwrap();
        clients.push(client);
    }
    report(&mut server, &format!("16 analyses of {name} in JSON that nobody reads"), began, Ok(body.len()))
}

/// The longest articles, read by the encoder: as many at once as there are workers, then got at once.
///
/// Two of 1 MiB take two cores one to three minutes, and where links are looked for all over up to thrice as long, so
/// the script has time for three kinds of one size. It is the largest, which takes the most in the fast tier, too. The
/// kinds are those with an ordinary and with the largest analysis, and the one with the most words: the encoder keeps
/// numbers for each. Queries, pages, streams and messages know no tiers and are not tried again.
async fn accurate(bytes: usize) -> u64 {
    println!("accurate");
    // No more can be under way, which may weigh two of the longest messages.
    let workers = std::thread::available_parallelism().map_or(1, usize::from).min(2 * LONGEST_MESSAGE / LONGEST_BODY);
    let mut server = Server::start_with(&["--analysis", "accurate"]);
    let mut most = report(&mut server, "started", Instant::now(), Ok(0));
    let [(_, news), (_, quotes), ..] = texts(bytes);
    for (name, body) in [("news", news), ("quotes", quotes), ("signs", "!".repeat(bytes))] {
        if !wanted("accurate") && !wanted(name) {
            continue;
        }
        let (began, mut puts) = (Instant::now(), tokio::task::JoinSet::new());
        for number in 0..workers {
            let article = Some(article(&format!("worst{number}"), &body));
            let put = PutArticleRequest { article, analysis_mode: AnalysisMode::Accurate.into(), ..Default::default() };
            let mut client = server.articles().await;
            puts.spawn(async move { client.put_article(lasting(put)).await.map(|_| bytes) });
        }
        let put = sum(puts).await;
        assert!(put.is_ok(), "{put:?}");
        most = most.max(report(&mut server, &format!("{workers} times {name} put at once"), began, put));
        let (began, mut gets) = (Instant::now(), tokio::task::JoinSet::new());
        for number in 0..workers {
            gets.spawn(read(server.articles().await, format!("worst{number}")));
        }
        most = most.max(report(&mut server, &format!("{workers} times {name} got at once"), began, sum(gets).await));
    }
    most
}

/// What all calls came to together, or the refusal of one.
async fn sum(calls: tokio::task::JoinSet<Result<usize, Status>>) -> Result<usize, Status> {
    calls.join_all().await.into_iter().sum()
}

async fn fast(sizes: &[usize]) -> u64 {
    let mode = "fast";
    println!("{mode}");
    let flags = ["--analysis", mode];
    let mut most = 0;
    for bytes in sizes {
        let mut server = Server::start_with(&flags);
        report(&mut server, "started", Instant::now(), Ok(0));
        if wanted("articles") {
            most = most.max(put_and_get(&mut server, *bytes).await);
        }
        if wanted("queries") {
            most = most.max(queries(&mut server, *bytes).await);
        }
        if wanted("at-once") {
            most = most.max(at_once(&mut server, *bytes).await);
        }
        if wanted("pages") {
            most = most.max(pages(&mut server).await);
        }
        if wanted("packed") {
            most = most.max(packed(&mut server, *bytes).await);
        }
        if wanted("streams") {
            most = most.max(streams(&mut server, *bytes).await);
        }
    }
    if wanted("json") {
        let statement = "Ilsa Brandt said that the mill was shut. ";
        most = most.max(json("statements", &statement.repeat((LONGEST_BODY - 100) / statement.len())).await);
        let (name, list) = &texts(LONGEST_BODY - 100)[4];
        most = most.max(json(name, list).await);
        most = most.max(unread_json(name, list).await);
    }
    let mut server = Server::start_with(&flags);
    if wanted("messages") {
        most = most.max(messages(&mut server).await);
    }
    if wanted("views") {
        most = most.max(views(&mut server).await);
    }
    most
}

#[tokio::test]
#[ignore = "takes minutes and a release build: scripts/worst-memory runs it"]
async fn no_request_within_the_limits_takes_more_memory_than_the_budget() {
    let most = fast(&[200 << 10, LONGEST_BODY - 100]).await;
    let most = most.max(accurate(LONGEST_BODY - 100).await);
    println!("{most:6} MiB  at most, of {BUDGET}");
    assert!(most < BUDGET);
}
