//! Killed again and again while it writes: what was acknowledged is there once, in its last version; what was deleted stays
//! so; and all views agree. `scripts/crash` does it more often.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use sayso::proto::{
    AnalysisMode, Article, DeleteArticleRequest, GetArticleRequest, GetEntityRequest, GetServerInfoRequest,
    IngestArticlesRequest, ListArticlesRequest, PutArticleRequest, SearchQuotesRequest, SearchSentencesRequest,
    WaitFor, article_service_client::ArticleServiceClient, ingest_articles_response::Event,
    server_service_client::ServerServiceClient,
};
use tonic::Code;
use tonic::transport::Channel;

use crate::support::{Server, article, to_put};

/// Clients that write at the same time; each has articles of its own.
const WRITERS: u64 = 4;

/// Articles of each.
const EACH: u64 = 20;

/// Numbers that look random and are the same each time (SplitMix64).
struct Numbers(u64);

impl Numbers {
    fn next(&mut self, below: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % below
    }
}

/// What may stand under an id: the version last acknowledged (none: there is no article), and one whose
/// acknowledgement never came.
#[derive(Clone, Debug, Default)]
struct Known {
    acknowledged: Option<u64>,
    open: Option<Option<u64>>,
}

/// What is known of the articles of one writer.
type Book = BTreeMap<u64, Known>;

fn id(number: u64) -> String {
    format!("a{number:03}")
}

/// Letters only: a word of its own for each version of each article, which stemming leaves alone.
fn marker(number: u64, version: u64) -> String {
    let letters = format!("{number:03}{version:05}");
    let letters = letters.bytes().map(|digit| char::from(b'b' + (digit - b'0') * 2)).collect::<String>();
    format!("zq{letters}x")
}

fn story(number: u64, version: u64) -> Article {
    let word = marker(number, version);
    let body = format!(
        "Harbour Commissioner Ada Lind said ferry {word} would sail.\n\n“It is safe,” Lind told reporters in Veldmark."
    );
    article(&id(number), &body)
}

/// Writes until the server is gone. Returns what it knows.
async fn write(channel: Channel, mut book: Book, mut numbers: Numbers, first_version: u64) -> Book {
    let mut client = ArticleServiceClient::new(channel);
    for version in first_version.. {
        let known: Vec<u64> = book.keys().copied().collect();
        let number = known[numbers.next(known.len() as u64) as usize];
        let wait_for = if numbers.next(4) == 0 { WaitFor::Searchable } else { WaitFor::Durable };
        let alive = match numbers.next(6) {
            0 => ingest(&mut client, &mut book, version).await,
            1 | 2 => delete(&mut client, &mut book, number, wait_for).await,
            chance => {
                // A few are read again by the accurate tier, whenever it comes to that.
                let better = chance == 3 && numbers.next(4) == 0;
                let mode = if better { AnalysisMode::FastThenAccurate } else { AnalysisMode::Fast };
                put(&mut client, &mut book, (number, version), wait_for, mode).await
            }
        };
        if !alive {
            break;
        }
    }
    book
}

async fn put(
    client: &mut Articles,
    book: &mut Book,
    (number, version): (u64, u64),
    wait_for: WaitFor,
    mode: AnalysisMode,
) -> bool {
    let known = book.get_mut(&number).unwrap();
    known.open = Some(Some(version));
    let request = PutArticleRequest {
        article: Some(story(number, version)),
        wait_for: wait_for.into(),
        analysis_mode: mode.into(),
    };
    let done = client.put_article(request).await.is_ok();
    if done {
        *known = Known { acknowledged: Some(version), open: None };
    }
    done
}

async fn delete(client: &mut Articles, book: &mut Book, number: u64, wait_for: WaitFor) -> bool {
    let known = book.get_mut(&number).unwrap();
    known.open = Some(None);
    let request = DeleteArticleRequest { id: id(number), wait_for: wait_for.into(), ..Default::default() };
    let done = match client.delete_article(request).await {
        Ok(_) => true,
        Err(status) if status.code() == Code::NotFound => {
            assert_eq!(known.acknowledged, None, "{} was acknowledged and is not there", id(number));
            true
        }
        Err(_) => false,
    };
    if done {
        *known = Known::default();
    }
    done
}

/// Puts all articles of the book in one stream.
async fn ingest(client: &mut Articles, book: &mut Book, version: u64) -> bool {
    let requests: Vec<_> = (book.keys().copied())
        .map(|number| IngestArticlesRequest {
            client_sequence: number as i64,
            action: to_put(story(number, version), AnalysisMode::Fast),
        })
        .collect();
    book.values_mut().for_each(|known| known.open = Some(Some(version)));
    let Ok(answers) = client.ingest_articles(tokio_stream::iter(requests)).await else { return false };
    let mut answers = answers.into_inner();
    while let Ok(Some(answer)) = answers.message().await {
        match answer.event {
            Some(Event::Durable(_)) => {
                let known = book.get_mut(&(answer.client_sequence as u64)).unwrap();
                *known = Known { acknowledged: Some(version), open: None };
            }
            Some(Event::Rejected(rejected)) => {
                let code = rejected.status.as_ref().unwrap().code;
                assert_eq!(code, Code::Unavailable as i32, "{rejected:?}");
            }
            _ => {}
        }
    }
    book.values().all(|known| known.open.is_none())
}

type Articles = ArticleServiceClient<Channel>;

/// Checks the server against what is known, and notes what it decided where that was open.
async fn check(server: &Server, book: &mut Book, told: &str) {
    let mut client = server.articles().await;
    let mut standing = Vec::new();
    for (&number, known) in book.iter_mut() {
        let request = GetArticleRequest { id: id(number), ..GetArticleRequest::default() };
        let found = match client.get_article(request).await {
            Ok(found) => Some(found.into_inner().article.unwrap().body),
            Err(status) => {
                assert_eq!(status.code(), Code::NotFound, "{told}: {status}");
                None
            }
        };
        let possible = [Some(known.acknowledged), known.open];
        let mut possible = possible.into_iter().flatten();
        let body = |version: Option<u64>| version.map(|version| story(number, version).body);
        let now = possible.find(|&version| body(version) == found);
        let now = now.unwrap_or_else(|| panic!("{told}: {} is {found:?}, and should be {known:?}", id(number)));
        *known = Known { acknowledged: now, open: None };
        standing.extend(now.map(|version| (number, version)));
    }
    // Better analyses that come in between would change counts.
    server.all_read().await;
    agree(server, &standing, told).await;
}

/// Lists, searches, entities and counts tell of the same articles.
async fn agree(server: &Server, standing: &[(u64, u64)], told: &str) {
    let count = standing.len() as i64;
    let request = ListArticlesRequest { page_size: 1000, ..ListArticlesRequest::default() };
    let listed = server.articles().await.list_articles(request).await.unwrap().into_inner().articles;
    let mut ids: Vec<String> = listed.iter().map(|one| one.article.clone().unwrap().id).collect();
    ids.sort();
    assert_eq!(ids, standing.iter().map(|&(number, _)| id(number)).collect::<Vec<_>>(), "{told}: listed");

    let mut search = server.search().await;
    let everything =
        SearchSentencesRequest { query: "ferry".into(), page_size: 1000, ..SearchSentencesRequest::default() };
    let hits = search.search_sentences(everything).await.unwrap().into_inner().hits;
    let mut found: Vec<String> = hits.into_iter().map(|hit| hit.sentence.unwrap().text).collect();
    let sentence = |&(number, version): &(u64, u64)| story(number, version).body.lines().next().unwrap().to_owned();
    let mut expected: Vec<String> = standing.iter().map(sentence).collect();
    found.sort();
    expected.sort();
    assert_eq!(found, expected, "{told}: searched");
    for &(number, version) in standing.iter().step_by(7) {
        let request = SearchSentencesRequest { query: marker(number, version), ..SearchSentencesRequest::default() };
        assert_eq!(
            search.search_sentences(request).await.unwrap().into_inner().hits.len(),
            1,
            "{told}: found by its word"
        );
    }

    let quotes: i64 = listed.iter().map(|one| one.quote_count).sum();
    let request = SearchQuotesRequest { page_size: 1, ..SearchQuotesRequest::default() };
    let total = server.quotes().await.search_quotes(request).await.unwrap().into_inner().total.unwrap();
    assert_eq!(total.count, quotes, "{told}: quotes");
    let mut info = ServerServiceClient::new(server.channel().await);
    let info = info.get_server_info(GetServerInfoRequest::default()).await.unwrap().into_inner();
    let counts = info.counts.unwrap();
    assert_eq!((counts.article_count, counts.quote_count), (count, quotes), "{told}: counted");
    assert_eq!(info.pending_change_count, 0, "{told}: all is searchable");
    let entity = server
        .entities()
        .await
        .get_entity(GetEntityRequest { id: "person/ada-lind".into(), ..Default::default() })
        .await;
    let articles = match entity {
        Ok(entity) => entity.into_inner().entity.unwrap().article_count,
        Err(status) => {
            assert_eq!(status.code(), Code::NotFound, "{told}: {status}");
            0
        }
    };
    assert_eq!(articles, count, "{told}: articles of the entity");
}

/// The check finds nothing in what a killed server left.
fn verify(data: &Path, told: &str) {
    let checked = Command::new(env!("CARGO_BIN_EXE_sayso")).arg("check").arg("--data-dir").arg(data).output().unwrap();
    let said = String::from_utf8_lossy(&checked.stdout);
    assert!(checked.status.success(), "{told}: {said}{}", String::from_utf8_lossy(&checked.stderr));
}

/// Damages a file of an index. Says which.
fn damage(data: &Path, numbers: &mut Numbers) -> String {
    let index = ["sentences", "quotes", "entities"][numbers.next(3) as usize];
    let entries = std::fs::read_dir(data.join(index)).unwrap();
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let file = &files[numbers.next(files.len() as u64) as usize];
    let mut bytes = std::fs::read(file).unwrap();
    let at = numbers.next(bytes.len().max(1) as u64) as usize;
    match bytes.get_mut(at) {
        Some(byte) if numbers.next(3) > 0 => *byte ^= 1 << numbers.next(8),
        _ => bytes.truncate(at),
    }
    std::fs::write(file, bytes).unwrap();
    format!("{index}/{} damaged", file.file_name().unwrap().to_string_lossy())
}

fn number_of(variable: &str, default: u64) -> u64 {
    std::env::var(variable).ok().map_or(default, |number| number.parse().unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_acknowledged_is_lost_however_often_it_is_killed() {
    let (rounds, seed) = (number_of("CRASH_ROUNDS", 3), number_of("CRASH_SEED", 1));
    let mut numbers = Numbers(seed);
    let mut server = Server::start();
    let mut books: Vec<Book> = (0..WRITERS)
        .map(|writer| (writer * EACH..(writer + 1) * EACH).map(|number| (number, Known::default())).collect())
        .collect();
    for round in 1..=rounds {
        let mut writing = Vec::new();
        for book in books {
            let (channel, seed) = (server.channel().await, numbers.next(u64::MAX));
            // Versions never come back, so that an old one would be seen.
            writing.push(tokio::spawn(write(channel, book, Numbers(seed), round * 10_000)));
        }
        tokio::time::sleep(Duration::from_millis(50 + numbers.next(600))).await;
        server.process().kill().unwrap();
        books = Vec::new();
        for one in writing {
            books.push(one.await.unwrap());
        }
        let mut told = format!("round {round} of seed {seed}");
        // The process must be gone before its files are touched.
        server.process().wait().unwrap();
        verify(&server.data_dir(), &told);
        if numbers.next(3) == 0 {
            told = format!("{told}, {}", damage(&server.data_dir(), &mut numbers));
        }
        server.kill_and_restart();
        let mut all: Book = books.iter().flat_map(Clone::clone).collect();
        check(&server, &mut all, &told).await;
        books.iter_mut().flatten().for_each(|(number, known)| *known = all[number].clone());
        println!("{told}: {} articles stand", all.values().filter(|known| known.acknowledged.is_some()).count());
    }
}
