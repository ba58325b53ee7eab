//! Searches over gRPC, the same in process, and both beside plain tantivy and databases.

use std::{path::Path, time::Duration, time::Instant};

use sayso::proto::{
    GetServerInfoRequest, SearchSentencesRequest, quote_service_client::QuoteServiceClient,
    search_service_client::SearchServiceClient, server_service_client::ServerServiceClient,
};
use sayso_index::{
    Embedded, EmbeddedOptions, Engine, Interrupt,
    query::{
        self, ArticleFilter, ArticleSearch, FacetField, FacetQuery, ParseOptions, QuoteQuery, SentenceQuery,
        SuggestQuery, Who,
    },
};
use tonic::transport::Channel;
use tonic_health::pb::{HealthCheckRequest, health_client::HealthClient};

use crate::{
    corpus::Found,
    databases,
    plain::Plain,
    process,
    queries::{Ask, HOW, How, Words},
    server::{Server, runtime},
    stats::quantile,
};

/// What plain tantivy and an empty call may be exceeded by, in microseconds of CPU time.
const ALLOWED: f64 = 60.0;

/// Latency and CPU time of one call, in microseconds.
struct Figures {
    median: f64,
    p99: f64,
    cpu: f64,
}

fn figures((mut times, cpu): (Vec<Duration>, Duration)) -> Figures {
    let cpu = cpu.as_secs_f64() * 1e6 / times.len() as f64;
    Figures { median: quantile(&mut times, 0.5), p99: quantile(&mut times, 0.99), cpu }
}

/// Asks all queries in all ways.
pub(crate) fn bench(folder: &Path, with_databases: bool) {
    let (runtime, started) = (runtime(), Instant::now());
    let server = Server::start(folder);
    println!("start after a kill             {:>10.0} ms", started.elapsed().as_secs_f64() * 1e3);
    println!("  resident memory after it     {:>10.0} MB\n", process::memory(server.child.id(), "VmRSS"));
    // The queries are made from what is stored, which the server has open; so it starts twice.
    drop(server);
    let (found, words) = {
        let engine = Embedded::open(folder, EmbeddedOptions::default()).unwrap();
        let found = Found::all(&engine);
        let words = crate::queries::rotating(&found);
        (found, words)
    };
    let server = Server::start(folder);
    let remote: Vec<_> = HOW.iter().map(|&(how, _)| runtime.block_on(over_grpc(&server, how, &words))).collect();
    let empty = runtime.block_on(empty_call(&server));
    let info = runtime.block_on(info_call(&server));
    runtime.block_on(pages(&server));
    drop(server);
    let engine = Embedded::open(folder, EmbeddedOptions::default()).unwrap();
    let local: Vec<_> = HOW.iter().map(|&(how, _)| in_process(&engine, how, &words)).collect();
    many_hits(&engine);
    drop(engine);
    let plain = Plain::of(&found);
    let beside: Vec<_> = HOW.iter().map(|&(how, _)| figures(plain.times(how, &words))).collect();
    println!("\nsearch, ten hits with texts, {} queries of each kind; µs", words.len());
    println!(
        "  {:<9} {:>26}   {:>26}   {:>17}   {:>12}   {:>9}",
        "", "over gRPC: median p99 CPU", "in process: median p99 CPU", "tantivy: med. CPU", "CPU allowed", "gRPC adds"
    );
    let row = |one: &Figures| format!("{:>10.0} {:>8.0} {:>6.0}", one.median, one.p99, one.cpu);
    for (at, (how, name)) in HOW.iter().enumerate() {
        let (remote, local, plain) = (&remote[at], &local[at], &beside[at]);
        let (theirs, allowed) = match how {
            How::Suggest => ("-".to_owned(), "-".to_owned()),
            _ => {
                let allowed = plain.cpu + ALLOWED + empty.cpu;
                let verdict = if remote.cpu <= allowed { "kept" } else { "over" };
                (format!("{:>10.0} {:>6.0}", plain.median, plain.cpu), format!("{allowed:.0} {verdict}"))
            }
        };
        let adds = remote.median - local.median;
        println!("  {name:<9} {:>26}   {:>26}   {theirs:>17}   {allowed:>12}   {adds:>9.0}", row(remote), row(local));
    }
    println!("  {:<9} {:>26}   (health check: what a call costs that does nothing)", "empty", row(&empty));
    println!("  {:<9} {:>26}   (GetServerInfo)", "info", row(&info));
    if with_databases {
        let medians: Vec<_> = HOW.iter().zip(&remote).map(|(&(how, name), one)| (how, name, one.median)).collect();
        databases::bench(&found, &words, &medians);
    }
}

/// Measures twice; the first round warms caches, the second counts.
macro_rules! measured {
    ($id:expr, $all:expr, |$one:ident| $ask:expr) => {{
        let mut measured = (Vec::new(), Duration::ZERO);
        for _ in 0..2 {
            let before = process::cpu($id);
            let mut times = Vec::new();
            for $one in $all {
                let started = Instant::now();
                $ask;
                times.push(started.elapsed());
            }
            measured = (times, process::cpu($id).saturating_sub(before));
        }
        figures(measured)
    }};
}

async fn over_grpc(server: &Server, how: How, all: &[Words]) -> Figures {
    let channel = server.channel().await;
    let (mut searches, mut quotes) = (SearchServiceClient::new(channel.clone()), QuoteServiceClient::new(channel));
    measured!(server.child.id(), all, |words| match words.ask(how) {
        Ask::Sentences(request) => drop(searches.search_sentences(request).await.unwrap()),
        Ask::Articles(request) => drop(searches.search_articles(request).await.unwrap()),
        Ask::Suggest(request) => drop(searches.suggest(request).await.unwrap()),
        Ask::Quotes(request) => drop(quotes.search_quotes(request).await.unwrap()),
    })
}

async fn empty_call(server: &Server) -> Figures {
    let mut client = HealthClient::new(server.channel().await);
    measured!(server.child.id(), 0..2000, |_one| client.check(HealthCheckRequest::default()).await.unwrap())
}

async fn info_call(server: &Server) -> Figures {
    let mut client = ServerServiceClient::new(server.channel().await);
    measured!(server.child.id(), 0..1000, |_one| client.get_server_info(GetServerInfoRequest::default()).await.unwrap())
}

/// Turns ten thousand pages of a word that most sentences have, and compares the first hundred with the last.
async fn pages(server: &Server) {
    const PAGES: usize = 10_000;
    let mut client: SearchServiceClient<Channel> = SearchServiceClient::new(server.channel().await);
    let (mut times, mut token) = (Vec::new(), String::new());
    for _ in 0..PAGES {
        let request =
            SearchSentencesRequest { query: "the".into(), page_token: token, ..SearchSentencesRequest::default() };
        let started = Instant::now();
        let page = client.search_sentences(request).await.unwrap().into_inner();
        times.push(started.elapsed());
        token = page.next_page_token;
        if token.is_empty() {
            break;
        }
    }
    let (first, last) = (&mut times[..100].to_vec(), &mut times[times.len() - 100..].to_vec());
    let mean = |times: &[Duration]| times.iter().sum::<Duration>().as_secs_f64() * 1e6 / times.len() as f64;
    println!(
        "pages of ten hits over gRPC: the first hundred {:.0} µs in the median, {:.0} in the mean; of {} the last hundred {:.0} and {:.0}",
        quantile(first, 0.5),
        mean(first),
        times.len(),
        quantile(last, 0.5),
        mean(last)
    );
}

/// A search with very many hits, plain and with facets.
fn many_hits(engine: &Embedded) {
    let expr = query::parse("the", &ParseOptions::sentences()).unwrap();
    let base = SentenceQuery { expr, ..SentenceQuery::default() };
    let median = |query: &SentenceQuery| {
        let mut times: Vec<_> = (0..30)
            .map(|_| {
                let started = Instant::now();
                engine.sentences(query, &Interrupt::default()).unwrap();
                started.elapsed()
            })
            .collect();
        quantile(&mut times, 0.5)
    };
    let newest = SentenceQuery { order: query::Order::Newest, ..base.clone() };
    let total = engine.sentences(&newest, &Interrupt::default()).unwrap().total.count;
    let (pruned, visited) = (median(&base), median(&newest));
    println!("{total} hits in process: the best ten {pruned:.0} µs, the newest ten (all are visited) {visited:.0} µs");
    let zone = query::Zone::named("Europe/Berlin").unwrap();
    let day = FacetField::Published { every: query::Period::Day, zone };
    for (name, field) in [
        ("outlet", FacetField::Outlet),
        ("author", FacetField::Author),
        ("day", day),
        ("entity", FacetField::Entity),
        ("entity type", FacetField::EntityType),
    ] {
        let facets = vec![FacetQuery { field, limit: 10 }];
        let took = median(&SentenceQuery { facets: facets.clone(), ..base.clone() });
        let newest = median(&SentenceQuery { facets, ..newest.clone() });
        println!(
            "  with counts by {name:<12} {took:>8.0} and {newest:>8.0} µs; {:.1} times the search that visits all",
            newest / visited
        );
    }
}

fn in_process(engine: &Embedded, how: How, all: &[Words]) -> Figures {
    let parse = |text: &str| query::parse(text, &ParseOptions::sentences()).unwrap();
    let interrupt = Interrupt::default();
    let sentences = |expr| SentenceQuery { expr, ..SentenceQuery::default() };
    measured!(std::process::id(), all, |words| match (words.ask(how), how) {
        (Ask::Sentences(request), How::Filtered) => {
            let filter = ArticleFilter { outlets: vec![words.outlet.clone()], ..ArticleFilter::default() };
            let query = SentenceQuery { filter, ..sentences(parse(&request.query)) };
            drop(engine.sentences(&query, &interrupt).unwrap());
        }
        (Ask::Sentences(request), How::Faceted) => {
            let facets = vec![FacetQuery { field: FacetField::Outlet, limit: 10 }];
            let query = SentenceQuery { facets, ..sentences(parse(&request.query)) };
            drop(engine.sentences(&query, &interrupt).unwrap());
        }
        (Ask::Sentences(request), _) => {
            drop(engine.sentences(&sentences(parse(&request.query)), &interrupt).unwrap());
        }
        (Ask::Quotes(_), _) => {
            let query = QuoteQuery { speakers: vec![Who::Named(words.speaker.clone())], ..QuoteQuery::default() };
            drop(engine.quotes(&query, &interrupt).unwrap());
        }
        (Ask::Articles(request), _) => {
            let query = ArticleSearch { expr: parse(&request.query), ..ArticleSearch::default() };
            drop(engine.search_articles(&query, &interrupt).unwrap());
        }
        (Ask::Suggest(request), _) => {
            let query = SuggestQuery { text: request.text, kinds: Vec::new(), most: 10 };
            drop(engine.suggest(&query, &interrupt).unwrap());
        }
    })
}
