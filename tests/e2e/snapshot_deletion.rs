//! Snapshots that are deleted: what others need stays, also where the server is killed midway or a snapshot is being taken.

use std::{
    path::{Path, PathBuf},
    process::{Command, Output},
    time::{Duration, SystemTime},
};

use futures_util::StreamExt;
use sayso::proto::{
    AnalysisMode, CreateSnapshotRequest, DeleteSnapshotRequest, DeleteSnapshotResponse, ListSnapshotsRequest,
    PutArticleRequest, Snapshot, VerifySnapshotRequest, WaitFor, snapshot_service_client::SnapshotServiceClient,
};
use tonic::{Code, Status, transport::Channel};

use crate::support::{Server, article, reason};

/// However busy the machine is, no article is refused.
const ARGUMENTS: [&str; 4] = ["--analysis", "fast", "--max-queue-time", "60s"];

async fn client(server: &Server) -> SnapshotServiceClient<Channel> {
    SnapshotServiceClient::new(server.channel().await)
}

async fn put(server: &Server, numbers: std::ops::Range<usize>) {
    let articles = server.articles().await;
    let puts = numbers.map(|number| {
        let body = format!("Ada Lind said the quay of pier {number} would open.");
        let article = article(&format!("d{number:04}"), &body);
        let (mode, wait) = (AnalysisMode::Fast.into(), WaitFor::Durable.into());
        let request = PutArticleRequest { article: Some(article), analysis_mode: mode, wait_for: wait };
        let mut articles = articles.clone();
        async move { articles.put_article(request).await.unwrap() }
    });
    futures_util::stream::iter(puts).buffered(8).for_each(|_| async {}).await;
}

async fn create(server: &Server) -> Result<Snapshot, Status> {
    let created = client(server).await.create_snapshot(CreateSnapshotRequest::default()).await?.into_inner();
    Ok(created.snapshot.unwrap())
}

async fn delete(server: &Server, request: DeleteSnapshotRequest) -> Result<DeleteSnapshotResponse, Status> {
    Ok(client(server).await.delete_snapshot(request).await?.into_inner())
}

fn of(id: &str) -> DeleteSnapshotRequest {
    DeleteSnapshotRequest { id: id.into(), ..DeleteSnapshotRequest::default() }
}

/// All snapshots, each of which must be whole.
async fn whole(server: &Server) -> Vec<String> {
    let mut client = client(server).await;
    let listed = client.list_snapshots(ListSnapshotsRequest::default()).await.unwrap().into_inner().snapshots;
    for snapshot in &listed {
        let request = VerifySnapshotRequest { id: snapshot.id.clone() };
        let found = client.verify_snapshot(request).await.unwrap().into_inner();
        assert_eq!((snapshot.fault.as_str(), found.faults), ("", vec![]), "{}", snapshot.id);
    }
    listed.into_iter().map(|snapshot| snapshot.id).collect()
}

/// The files of articles.
fn chunks(server: &Server) -> Vec<PathBuf> {
    files(&server.snapshots().join("chunks"))
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { all.extend(files(&path)) } else { all.push(path) }
    }
    all
}

fn sayso(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_sayso")).args(arguments).output().unwrap()
}

#[tokio::test]
async fn only_what_no_other_snapshot_needs_is_removed() {
    let server = Server::start_with(&ARGUMENTS);
    put(&server, 0..250).await;
    let first = create(&server).await.unwrap();
    put(&server, 250..260).await;
    let second = create(&server).await.unwrap();
    let before = chunks(&server).len();
    assert!(first.chunk_count > 1 && before < (first.chunk_count + second.chunk_count) as usize);
    let asked = delete(&server, DeleteSnapshotRequest { validate_only: true, ..of(&first.id) }).await.unwrap();
    assert_eq!(whole(&server).await, [first.id.clone(), second.id.clone()], "only asked");
    assert_eq!(chunks(&server).len(), before);
    let deleted = delete(&server, of(&first.id)).await.unwrap();
    assert_eq!(deleted, asked);
    assert_eq!(deleted.removed_chunk_count as usize, before - second.chunk_count as usize);
    assert_eq!((deleted.id.as_str(), deleted.kept_reason.as_str()), (first.id.as_str(), ""));
    assert_eq!(whole(&server).await, std::slice::from_ref(&second.id));
    let missing = delete(&server, of(&first.id)).await.unwrap_err();
    assert_eq!((missing.code(), reason(&missing)), (Code::NotFound, "NOT_FOUND".into()));
    // What a deletion left behind that was killed goes with the next, which may name a snapshot that is gone.
    let left = server.snapshots().join("chunks/ab").join("ab".repeat(32));
    std::fs::create_dir_all(left.parent().unwrap()).unwrap();
    std::fs::write(&left, "sayso chunk 1\n").unwrap();
    let foreign = server.snapshots().join("chunks/readme");
    std::fs::write(&foreign, "not ours").unwrap();
    let again = delete(&server, DeleteSnapshotRequest { allow_missing: true, ..of("../chunks/readme") }).await.unwrap();
    assert_eq!((again.removed_chunk_count, again.removed_byte_count), (1, 14));
    assert!(!left.exists() && foreign.exists());
    let last = delete(&server, of(&second.id)).await.unwrap();
    assert_eq!(last.removed_chunk_count, second.chunk_count);
    assert_eq!(chunks(&server), [foreign]);
    assert_eq!(files(&server.snapshots().join("marks")), Vec::<PathBuf>::new());
    assert_eq!(create(&server).await.unwrap().article_count, 260);
    assert_eq!(whole(&server).await.len(), 1);
}

#[tokio::test]
async fn files_stay_while_nobody_knows_who_needs_them() {
    let server = Server::start_with(&ARGUMENTS);
    put(&server, 0..3).await;
    let first = create(&server).await.unwrap();
    put(&server, 3..6).await;
    let second = create(&server).await.unwrap();
    let manifest = server.snapshots().join(format!("snapshots/{}.json", second.id));
    std::fs::write(&manifest, "{}").unwrap();
    let kept = delete(&server, of(&first.id)).await.unwrap();
    assert_eq!(kept.removed_chunk_count, 0);
    assert!(kept.kept_reason.contains(&second.id), "{kept:?}");
    assert_eq!(chunks(&server).len(), 2);
    // A damaged one can be deleted, and what the first left behind goes with it.
    assert_eq!(delete(&server, of(&second.id)).await.unwrap().removed_chunk_count, 2);
    assert_eq!(chunks(&server), Vec::<PathBuf>::new());
}

#[tokio::test]
async fn a_server_that_is_killed_while_it_deletes_leaves_all_others_whole() {
    let mut server = Server::start_with(&ARGUMENTS);
    put(&server, 0..200).await;
    create(&server).await.unwrap();
    for round in 0..6 {
        put(&server, 200 + round..201 + round).await;
        // A mark of the server that was killed keeps it out, until it is old.
        grow_old(&server);
        let id = create(&server).await.unwrap().id;
        let oldest = whole(&server).await.remove(0);
        let mut deleting = client(&server).await;
        let under_way = tokio::spawn(async move { deleting.delete_snapshot(of(&oldest)).await });
        tokio::time::sleep(Duration::from_millis(2 * round as u64)).await;
        server.kill_and_restart();
        let _ = under_way.await.unwrap();
        assert!(whole(&server).await.contains(&id), "round {round}");
    }
    grow_old(&server);
    for id in whole(&server).await {
        delete(&server, of(&id)).await.unwrap();
    }
    assert_eq!(chunks(&server), Vec::<PathBuf>::new());
}

/// Makes all marks a quarter of an hour old.
fn grow_old(server: &Server) {
    let folder = server.snapshots().join("marks");
    for mark in if folder.is_dir() { files(&folder) } else { Vec::new() } {
        let file = std::fs::File::options().write(true).open(mark).unwrap();
        file.set_modified(SystemTime::now() - Duration::from_secs(900)).unwrap();
    }
}

#[tokio::test]
async fn a_snapshot_is_not_taken_and_deleted_at_the_same_time() {
    let server = Server::start_with(&ARGUMENTS);
    put(&server, 0..200).await;
    create(&server).await.unwrap();
    // The mark of another server, or of a command.
    let marks = server.snapshots().join("marks");
    std::fs::create_dir_all(&marks).unwrap();
    for (name, other) in [("taking-0123456789abcdef", "taken"), ("deleting-0123456789abcdef", "deleted")] {
        std::fs::write(marks.join(name), "").unwrap();
        let refused = match other {
            "taken" => delete(&server, of(&whole(&server).await[0])).await.map(drop),
            _ => create(&server).await.map(drop),
        };
        let refused = refused.unwrap_err();
        assert_eq!((refused.code(), reason(&refused)), (Code::ResourceExhausted, "OVERLOADED".into()));
        assert!(refused.message().contains(&format!("a snapshot is being {other} there")), "{refused:?}");
        std::fs::remove_file(marks.join(name)).unwrap();
    }
    // Both at once, again and again, with all files common to all: whatever is listed is whole.
    let (mut taken, mut gone) = (0, 0);
    for round in 0..20 {
        let ids = whole(&server).await;
        let (made, removed) = tokio::join!(create(&server), async {
            tokio::time::sleep(Duration::from_millis(round % 7)).await;
            match ids.first() {
                Some(id) => delete(&server, of(id)).await.map(|_| 1),
                None => Ok(0),
            }
        });
        for refused in [made.as_ref().err(), removed.as_ref().err()].into_iter().flatten() {
            assert_eq!(reason(refused), "OVERLOADED", "{refused:?}");
        }
        taken += usize::from(made.is_ok());
        gone += removed.unwrap_or(0);
        whole(&server).await;
    }
    println!("{taken} were taken and {gone} deleted in 20 rounds");
    assert!(taken > 0);
}

#[tokio::test]
async fn the_command_line_deletes_them() {
    let server = Server::start_with(&ARGUMENTS);
    put(&server, 0..3).await;
    let (url, from) = (server.url(), server.snapshots());
    let id = create(&server).await.unwrap().id;
    let said = |arguments: &[&str]| {
        let output = sayso(&[&["snapshot", "delete", &id], arguments].concat());
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    let would = said(&["--dry-run", "--server", &url]);
    assert!(would.starts_with(&format!("would delete {id}, with 1 file, ")), "{would}");
    assert_eq!(said(&["--dry-run", "--from", from.to_str().unwrap()]), would);
    assert_eq!(said(&["--server", &url]), would.replace("would delete", "deleted"));
    let again = sayso(&["snapshot", "delete", &id, "--from", from.to_str().unwrap()]);
    assert_eq!(again.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&again.stderr).contains("there is no snapshot"), "{again:?}");
    let last = create(&server).await.unwrap().id;
    let without = sayso(&["snapshot", "delete", &last, "--from", from.to_str().unwrap(), "--json"]);
    assert!(String::from_utf8_lossy(&without.stdout).contains("\"removedChunkCount\":\"1\""), "{without:?}");
    assert_eq!(whole(&server).await, Vec::<String>::new());
}
