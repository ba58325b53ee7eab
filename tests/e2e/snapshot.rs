//! Snapshots: taken while articles come in, restored elsewhere, broken off, damaged, and one after another.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    process::{Command, Output},
    time::Duration,
};

use futures_util::StreamExt;
use sayso::proto::{
    AnalysisMode, CreateSnapshotRequest, CreateSnapshotResponse, DeleteArticleRequest, ListArticlesRequest,
    ListSnapshotsRequest, LookupEntitiesRequest, PutArticleRequest, ReindexRequest, SearchQuotesRequest,
    SearchSentencesRequest, Snapshot, VerifySnapshotRequest, WaitFor, server_service_client::ServerServiceClient,
    snapshot_service_client::SnapshotServiceClient,
};
use tonic::{Code, Request, Status, transport::Channel};

use crate::support::{Server, dated, reason};

/// However busy the machine is, no article is refused.
const ARGUMENTS: [&str; 4] = ["--analysis", "fast", "--max-queue-time", "60s"];

async fn client(server: &Server) -> SnapshotServiceClient<Channel> {
    SnapshotServiceClient::new(server.channel().await)
}

async fn create(server: &Server) -> CreateSnapshotResponse {
    client(server).await.create_snapshot(CreateSnapshotRequest::default()).await.unwrap().into_inner()
}

async fn listed(server: &Server) -> Vec<Snapshot> {
    client(server).await.list_snapshots(ListSnapshotsRequest::default()).await.unwrap().into_inner().snapshots
}

/// The faults of a snapshot.
async fn faults(server: &Server, id: &str) -> Vec<String> {
    let request = VerifySnapshotRequest { id: id.to_owned() };
    client(server).await.verify_snapshot(request).await.unwrap().into_inner().faults
}

fn body(number: usize) -> String {
    let word = ["ferry", "crane", "quay", "harbour"][number % 4];
    format!(
        "Harbour Commissioner Ada Lind said the {word} of Veldmark would open on pier {number}.\n\n\
         “The {word} is safe,” Lind told reporters."
    )
}

async fn put(server: &Server, number: usize) {
    let article =
        dated(&format!("s{number:04}"), "Veld Courier", &format!("2026-03-{:02}", number % 28 + 1), &body(number));
    let (mode, wait) = (AnalysisMode::Fast.into(), WaitFor::Durable.into());
    let request = PutArticleRequest { article: Some(article), analysis_mode: mode, wait_for: wait };
    server.articles().await.put_article(request).await.unwrap();
}

/// Calls at the same time, few enough that none is refused.
const AT_ONCE: usize = 16;

async fn put_all(server: &Server, numbers: std::ops::Range<usize>) {
    let puts = numbers.map(|number| put(server, number));
    futures_util::stream::iter(puts).buffered(AT_ONCE).for_each(|()| async {}).await;
}

/// Waits until reads see everything.
async fn settle(server: &Server) {
    while server.info().await.pending_change_count > 0 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn sayso(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_sayso")).args(arguments).output().unwrap()
}

fn restore(from: &Path, id: &str, to: &Path) -> Output {
    let (from, to) = (from.to_str().unwrap(), to.to_str().unwrap());
    sayso(&["snapshot", "restore", id, "--from", from, "--data-dir", to])
}

/// A server on what a snapshot holds.
fn restored(from: &Path, id: &str) -> Server {
    Server::start_on(&ARGUMENTS, |data| {
        let output = restore(from, id, data);
        assert!(output.status.success(), "{output:?}");
    })
}

/// Everything that a server answers, page by page.
async fn answers(server: &Server) -> Vec<String> {
    let mut all = Vec::new();
    let counts = server.info().await.counts.unwrap();
    all.push(format!("{:?}", (counts.article_count, counts.sentence_count, counts.quote_count, counts.entity_count)));
    for order_by in ["", "publish_time", "update_time desc", "update_time"] {
        let mut request = ListArticlesRequest { order_by: order_by.into(), page_size: 37, ..Default::default() };
        loop {
            let page = server.articles().await.list_articles(request.clone()).await.unwrap().into_inner();
            all.push(format!("{:?} {:?}", page.articles, page.total));
            request.page_token = page.next_page_token;
            if request.page_token.is_empty() {
                break;
            }
        }
    }
    for (query, order_by) in [("ferry", ""), ("harbour -crane", "publish_time"), ("", ""), ("\"would open\"", "")] {
        let mut request = SearchSentencesRequest {
            query: query.into(),
            order_by: order_by.into(),
            page_size: 23,
            ..Default::default()
        };
        loop {
            let page = server.search().await.search_sentences(request.clone()).await.unwrap().into_inner();
            all.push(format!("{:?} {:?}", page.hits, page.total));
            request.page_token = page.next_page_token;
            if request.page_token.is_empty() {
                break;
            }
        }
    }
    let request = SearchQuotesRequest { query: "safe".into(), page_size: 50, ..Default::default() };
    let page = server.quotes().await.search_quotes(request).await.unwrap().into_inner();
    all.push(format!("{:?} {:?}", page.hits, page.total));
    let request = LookupEntitiesRequest { name: "lind".into(), ..Default::default() };
    let page = server.entities().await.lookup_entities(request).await.unwrap().into_inner();
    all.push(format!("{:?} {:?}", page.hits, page.total));
    for id in server.ids().await.iter().step_by(29) {
        all.push(format!("{:?}", server.get(id).await));
    }
    all
}

#[tokio::test]
async fn a_snapshot_that_is_restored_elsewhere_answers_the_same() {
    let server = Server::start_with(&ARGUMENTS);
    put_all(&server, 0..300).await;
    for id in ["s0007", "s0123"] {
        let request = DeleteArticleRequest { id: id.into(), ..DeleteArticleRequest::default() };
        server.articles().await.delete_article(request).await.unwrap();
    }
    put(&server, 42).await;
    settle(&server).await;
    let taken = create(&server).await.snapshot.unwrap();
    assert_eq!((taken.article_count, taken.damaged_count, taken.fault.as_str()), (298, 0, ""));
    assert!(taken.chunk_count > 1, "{taken:?}");
    assert_eq!(faults(&server, &taken.id).await, Vec::<String>::new());
    assert_eq!(listed(&server).await, std::slice::from_ref(&taken));
    let other = restored(&server.snapshots(), &taken.id);
    // The scores of hits rest on statistics in which deleted articles count until indexes are built anew.
    ServerServiceClient::new(server.channel().await).reindex(ReindexRequest {}).await.unwrap();
    let (before, after) = (answers(&server).await, answers(&other).await);
    assert_eq!(before.len(), after.len());
    for (before, after) in before.iter().zip(&after) {
        assert_eq!(before, after);
    }
    // Life goes on with numbers and revisions where they were.
    put_all(&other, 300..310).await;
    settle(&other).await;
    assert_eq!(other.ids().await.len(), 308);
    assert_eq!(create(&other).await.snapshot.unwrap().article_count, 308);
}

#[tokio::test]
async fn a_snapshot_taken_while_articles_come_in_has_all_that_was_acknowledged_before() {
    let server = Server::start_with(&ARGUMENTS);
    put_all(&server, 0..100).await;
    let writing = async {
        for start in (100..300).step_by(20) {
            put_all(&server, start..start + 20).await;
        }
    };
    let taking = async {
        let mut taken = Vec::new();
        for _ in 0..4 {
            let known: BTreeSet<String> = server.ids().await.into_iter().collect();
            taken.push((known, create(&server).await.snapshot.unwrap()));
        }
        taken
    };
    let (taken, ()) = tokio::join!(taking, writing);
    for (known, snapshot) in taken {
        assert!(faults(&server, &snapshot.id).await.is_empty());
        let other = restored(&server.snapshots(), &snapshot.id);
        let ids: BTreeSet<String> = other.ids().await.into_iter().collect();
        assert!(ids.is_superset(&known), "{} of {}", ids.len(), known.len());
        let counts = other.info().await.counts.unwrap();
        assert_eq!((counts.article_count, ids.len() as i64), (snapshot.article_count, snapshot.article_count));
        let told = (counts.sentence_count, counts.quote_count);
        assert_eq!(told, (snapshot.sentence_count, snapshot.quote_count));
    }
}

#[tokio::test]
async fn the_next_snapshot_writes_only_what_is_new() {
    let server = Server::start_with(&ARGUMENTS);
    put_all(&server, 0..600).await;
    let first = create(&server).await;
    let whole = first.snapshot.as_ref().unwrap();
    assert_eq!((first.written_chunk_count, first.written_byte_count), (whole.chunk_count, whole.byte_count));
    let again = create(&server).await;
    assert_eq!((again.written_chunk_count, again.written_byte_count), (0, 0));
    let request = DeleteArticleRequest { id: "s0100".into(), ..DeleteArticleRequest::default() };
    server.articles().await.delete_article(request).await.unwrap();
    let after = create(&server).await;
    assert!((1..=2).contains(&after.written_chunk_count), "{after:?}");
    assert!(after.written_byte_count < whole.byte_count / 2, "{after:?}");
    let request = CreateSnapshotRequest { rewrite_all: true };
    let rewritten = client(&server).await.create_snapshot(request).await.unwrap().into_inner();
    assert_eq!(rewritten.written_chunk_count, rewritten.snapshot.unwrap().chunk_count);
    for snapshot in listed(&server).await {
        assert!(faults(&server, &snapshot.id).await.is_empty(), "earlier snapshots stay whole");
    }
}

/// All files under a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { all.extend(files(&path)) } else { all.push(path) }
    }
    all.sort();
    all
}

#[tokio::test]
async fn whatever_file_is_damaged_it_is_found_and_nothing_is_restored_from_it() {
    let server = Server::start_with(&ARGUMENTS);
    put_all(&server, 0..300).await;
    let id = create(&server).await.snapshot.unwrap().id;
    let folder = server.snapshots();
    let from = folder.to_str().unwrap();
    let to = tempfile::tempdir().unwrap();
    let all = files(&folder);
    assert!(all.len() > 2, "{all:?}");
    for file in all {
        let whole = std::fs::read(&file).unwrap();
        let mut damages: Vec<Option<Vec<u8>>> = vec![None, Some(Vec::new()), Some(whole[..whole.len() / 2].to_vec())];
        for at in [0, 20, whole.len() / 2, whole.len() - 1] {
            let mut flipped = whole.clone();
            flipped[at] ^= 4;
            damages.push(Some(flipped));
        }
        for damage in damages {
            match &damage {
                Some(bytes) => std::fs::write(&file, bytes).unwrap(),
                None => std::fs::remove_file(&file).unwrap(),
            }
            let what = format!("{} with {:?} bytes", file.display(), damage.map(|bytes| bytes.len()));
            let checked = sayso(&["snapshot", "verify", &id, "--from", from]);
            assert_eq!(checked.status.code(), Some(1), "{what}: {checked:?}");
            let made = restore(&folder, &id, to.path());
            assert_eq!(made.status.code(), Some(1), "{what}: {made:?}");
            assert!(std::fs::read_dir(to.path()).unwrap().next().is_none(), "{what} left something behind");
        }
        std::fs::write(&file, whole).unwrap();
    }
    assert!(restore(&folder, &id, to.path()).status.success());
    let again = restore(&folder, &id, to.path());
    assert_eq!(again.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&again.stderr).contains("is not empty"), "{again:?}");
}

#[tokio::test]
async fn a_file_that_was_damaged_is_mended_by_a_snapshot_that_writes_all() {
    let server = Server::start_with(&ARGUMENTS);
    put_all(&server, 0..10).await;
    let id = create(&server).await.snapshot.unwrap().id;
    let chunk = files(&server.snapshots().join("chunks")).remove(0);
    let mut bytes = std::fs::read(&chunk).unwrap();
    bytes[40] ^= 1;
    std::fs::write(&chunk, bytes).unwrap();
    let found = faults(&server, &id).await;
    assert!(found[0].contains("does not match its checksum"), "{found:?}");
    let request = CreateSnapshotRequest { rewrite_all: true };
    client(&server).await.create_snapshot(request).await.unwrap();
    assert!(faults(&server, &id).await.is_empty());
}

#[tokio::test]
async fn a_server_that_is_killed_while_it_takes_a_snapshot_leaves_none_that_is_not_whole() {
    let mut server = Server::start_with(&ARGUMENTS);
    put_all(&server, 0..300).await;
    let mut complete = 0;
    for round in 0..8 {
        let mut taking = client(&server).await;
        let under_way =
            tokio::spawn(async move { taking.create_snapshot(CreateSnapshotRequest { rewrite_all: true }).await });
        tokio::time::sleep(Duration::from_millis(6 * round)).await;
        server.kill_and_restart();
        let answered = under_way.await.unwrap();
        let snapshots = listed(&server).await;
        if let Ok(answer) = answered {
            complete += 1;
            let id = answer.into_inner().snapshot.unwrap().id;
            assert!(snapshots.iter().any(|one| one.id == id), "what was answered is there");
        }
        for snapshot in snapshots {
            assert_eq!(snapshot.fault, "");
            assert!(faults(&server, &snapshot.id).await.is_empty(), "round {round}");
            assert_eq!(snapshot.article_count, 300);
        }
        put(&server, 0).await;
    }
    println!("{complete} of 8 snapshots were done before the server was killed");
    let last = create(&server).await.snapshot.unwrap();
    assert_eq!(restored(&server.snapshots(), &last.id).ids().await.len(), 300);
}

#[tokio::test]
async fn a_snapshot_whose_caller_has_gone_is_none() {
    let server = Server::start_with(&ARGUMENTS);
    put_all(&server, 0..300).await;
    let mut request = Request::new(CreateSnapshotRequest::default());
    request.set_timeout(Duration::from_millis(3));
    let refused = client(&server).await.create_snapshot(request).await.unwrap_err();
    assert!(matches!(refused.code(), Code::DeadlineExceeded | Code::Cancelled), "{refused:?}");
    assert_eq!(listed(&server).await, []);
    let none = client(&server).await.verify_snapshot(VerifySnapshotRequest::default()).await.unwrap_err();
    assert_eq!(none.code(), Code::NotFound);
    create(&server).await;
}

#[tokio::test]
async fn what_cannot_be_done_says_what_would_help() {
    let refused = |status: Status| (status.code(), reason(&status));
    let off = Server::start_in(&[("SAYSO_SNAPSHOTS", "")], &ARGUMENTS);
    let status = client(&off).await.create_snapshot(CreateSnapshotRequest::default()).await.unwrap_err();
    assert!(status.message().contains("--snapshots FOLDER"), "{status:?}");
    assert_eq!(refused(status), (Code::FailedPrecondition, "SNAPSHOTS_OFF".into()));
    let server = Server::start_with(&ARGUMENTS);
    for id in ["20260101T000000Z-0123456789abcdef", "../../etc/passwd", "a/b"] {
        let request = VerifySnapshotRequest { id: id.into() };
        let status = client(&server).await.verify_snapshot(request).await.unwrap_err();
        assert_eq!(refused(status), (Code::NotFound, "NOT_FOUND".into()), "{id}");
    }
    let empty = create(&server).await.snapshot.unwrap();
    assert_eq!(empty.article_count, 0);
    assert_eq!(restored(&server.snapshots(), &empty.id).ids().await.len(), 0);
}

#[tokio::test]
async fn the_command_line_takes_lists_and_checks_them() {
    let server = Server::start_with(&ARGUMENTS);
    put_all(&server, 0..3).await;
    let url = server.url();
    let said = |arguments: &[&str]| {
        let output = sayso(&[&["snapshot"], arguments, &["--server", &url]].concat());
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    assert_eq!(said(&["list"]), "no snapshots\n");
    let taken = said(&["create"]);
    assert!(taken.starts_with("took ") && taken.contains(": 3 articles, "), "{taken}");
    let id = listed(&server).await.remove(0).id;
    let list = said(&["list"]);
    assert!(list.contains(&id) && list.contains("3 articles, ") && list.lines().count() == 1, "{list}");
    assert!(said(&["verify"]).starts_with(&format!("{id} is whole: 1 file, ")));
    let from = server.snapshots();
    let without = sayso(&["snapshot", "list", "--from", from.to_str().unwrap(), "--json"]);
    assert_eq!(String::from_utf8(without.stdout).unwrap(), said(&["list", "--json"]));
    let nowhere = sayso(&["snapshot", "list", "--from", "/nowhere/at/all"]);
    assert!(String::from_utf8_lossy(&nowhere.stderr).contains("is not a folder of snapshots"), "{nowhere:?}");
}
