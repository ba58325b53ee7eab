//! `sayso snapshot`: takes, lists, checks, deletes and restores snapshots.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Subcommand;
use sayso_index::{Embedded, Error, ErrorKind, Kept};

use super::client::{self, Server};
use super::entities::counted;
use super::fault::{Fault, Outcome};
use super::info::bytes;
use super::render::{self, DIM, NAME};
use super::{dates, json, serve};
use crate::convert;
use crate::echo::visible;
use crate::proto::snapshot_service_client::SnapshotServiceClient;
use crate::proto::{
    CreateSnapshotRequest, CreateSnapshotResponse, DeleteSnapshotRequest, DeleteSnapshotResponse, ListSnapshotsRequest,
    ListSnapshotsResponse, Snapshot, VerifySnapshotRequest, VerifySnapshotResponse,
};
use crate::snapshots::{self, Manifest, Snapshots};

/// Chunks that are read ahead of what is restored.
const READ_AHEAD: usize = 2;

/// Arguments of `sayso snapshot`.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct Args {
    #[command(subcommand)]
    action: Action,
}

const AFTER_HELP: &str = "\
The server takes snapshots into the folder or bucket that its setting `snapshots` names, while it goes on working. Only what has \
changed since the last one is written. A snapshot holds all articles with their analyses; keys and settings are not in it.

Examples:
  sayso snapshot create
  sayso snapshot verify
  sayso snapshot list
  sayso snapshot restore --from /backup/sayso --data-dir /srv/sayso-restored";

#[derive(Debug, Subcommand)]
enum Action {
    /// Take a snapshot
    Create {
        /// Write all files, also those that are there from earlier snapshots: mends damaged ones
        #[arg(long)]
        rewrite_all: bool,
        /// Print protobuf JSON
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        server: Server,
    },
    /// List all snapshots, oldest first
    List {
        /// Where the snapshots are: a folder, or s3://BUCKET/PATH; without it, the server is asked
        #[arg(long, value_name = "PLACE")]
        from: Option<String>,
        /// Print protobuf JSON
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        server: Server,
    },
    /// Read a snapshot in full and check every byte of it; ends with 1 if it is damaged
    Verify {
        /// Id of the snapshot [default: the newest]
        #[arg(value_name = "ID", default_value = "", hide_default_value = true)]
        id: String,
        /// Where the snapshots are: a folder, or s3://BUCKET/PATH; without it, the server is asked
        #[arg(long, value_name = "PLACE")]
        from: Option<String>,
        /// Print protobuf JSON
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        server: Server,
    },
    /// Delete a snapshot, and the files that no other snapshot needs
    Delete {
        /// Id of the snapshot
        #[arg(value_name = "ID")]
        id: String,
        /// Only tell what would be removed
        #[arg(long)]
        dry_run: bool,
        /// Where the snapshots are: a folder, or s3://BUCKET/PATH; without it, the server is asked
        #[arg(long, value_name = "PLACE")]
        from: Option<String>,
        /// Print protobuf JSON
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        server: Server,
    },
    /// Make a data directory from a snapshot, without a server
    Restore {
        /// Id of the snapshot [default: the newest]
        #[arg(value_name = "ID", default_value = "", hide_default_value = true)]
        id: String,
        /// Where the snapshots are: a folder, or s3://BUCKET/PATH
        #[arg(long, value_name = "PLACE")]
        from: String,
        /// Data directory to make: a new folder, or an empty one
        #[arg(long, value_name = "FOLDER")]
        data_dir: PathBuf,
    },
}

/// Runs `sayso snapshot`.
pub(super) fn run(args: Args) -> Outcome {
    match args.action {
        Action::Create { rewrite_all, json, server } => client::block_on(create(rewrite_all, json, server)),
        Action::List { from, json, server } => client::block_on(list(from, json, server)),
        Action::Verify { id, from, json, server } => client::block_on(verify(id, from, json, server)),
        Action::Delete { id, dry_run, from, json, server } => client::block_on(delete(id, dry_run, from, json, server)),
        Action::Restore { id, from, data_dir } => restore(id, &from, data_dir),
    }
}

async fn create(rewrite_all: bool, as_json: bool, server: Server) -> Outcome {
    let mut client = SnapshotServiceClient::new(server.connect().await?);
    let created = client.create_snapshot(CreateSnapshotRequest { rewrite_all }).await?.into_inner();
    if as_json {
        json::print("CreateSnapshotResponse", &created)?;
    } else {
        render::print(&summary(&created))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// "took 2026…: 34 articles, 120 KB, of which 20 KB had to be written"
fn summary(created: &CreateSnapshotResponse) -> String {
    let snapshot = created.snapshot.clone().unwrap_or_default();
    let written = bytes(created.written_byte_count);
    let (id, what) = (visible(&snapshot.id), contents(&snapshot));
    format!("took {NAME}{id}{NAME:#}: {what}, of which {written} had to be written\n")
}

/// "34 articles, 120 KB"
fn contents(snapshot: &Snapshot) -> String {
    let articles = counted(snapshot.article_count, "article", "articles");
    let left_out = match snapshot.damaged_count {
        0 => String::new(),
        count => format!(" (without {} whose record is damaged)", counted(count, "article", "articles")),
    };
    format!("{articles}{left_out}, {}", bytes(snapshot.byte_count))
}

async fn list(from: Option<String>, as_json: bool, server: Server) -> Outcome {
    let listed = match from {
        Some(folder) => {
            let listed = existing(&folder)?.list().await.map_err(Fault::new)?;
            let snapshots = listed.into_iter().map(|one| convert::snapshot(one.id, one.manifest)).collect();
            ListSnapshotsResponse { snapshots }
        }
        None => {
            let mut client = SnapshotServiceClient::new(server.connect().await?);
            let client = &mut client;
            client.list_snapshots(ListSnapshotsRequest::default()).await?.into_inner()
        }
    };
    if as_json {
        json::print("ListSnapshotsResponse", &listed)?;
    } else {
        render::print(&lines(&listed))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// One line for each snapshot.
fn lines(listed: &ListSnapshotsResponse) -> String {
    if listed.snapshots.is_empty() {
        return "no snapshots\n".into();
    }
    let line = |one: &Snapshot| {
        let what = match one.fault.as_str() {
            "" => contents(one),
            fault => visible(fault).into_owned(),
        };
        let taken = one.create_time.as_ref().map(dates::show_moment).unwrap_or_default();
        format!("{NAME}{}{NAME:#}  {DIM}{taken}{DIM:#}  {what}\n", visible(&one.id))
    };
    listed.snapshots.iter().map(line).collect()
}

async fn verify(id: String, from: Option<String>, as_json: bool, server: Server) -> Outcome {
    let found = match from {
        Some(folder) => {
            let snapshots = existing(&folder)?;
            let id = newest(&snapshots, id).await?;
            let checked = snapshots.verify(&id).await.map_err(Fault::new)?;
            convert::checked(id, checked)
        }
        None => {
            let mut client = SnapshotServiceClient::new(server.connect().await?);
            client.verify_snapshot(VerifySnapshotRequest { id }).await?.into_inner()
        }
    };
    if as_json {
        json::print("VerifySnapshotResponse", &found)?;
    } else {
        render::print(&told(&found))?;
    }
    Ok(if found.fault_count == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// "2026… is whole: 3 files, 120 KB", or what is wrong.
fn told(found: &VerifySnapshotResponse) -> String {
    let id = visible(&found.id);
    let intact = format!("{}, {}", counted(found.intact_chunk_count, "file", "files"), bytes(found.intact_byte_count));
    if found.fault_count == 0 {
        return format!("{id} is whole: {intact}\n");
    }
    let faults: String = found.faults.iter().map(|fault| format!("  {}\n", visible(fault))).collect();
    let count = counted(found.fault_count, "fault", "faults");
    format!("{id} is damaged: {count}; intact are {intact}\n{faults}")
}

async fn delete(id: String, dry_run: bool, from: Option<String>, as_json: bool, server: Server) -> Outcome {
    let deleted = match from {
        Some(folder) => {
            let snapshots = existing(&folder)?;
            let deleted = match dry_run {
                true => snapshots.would_delete(&id, false).await,
                false => snapshots.delete(&id, false).await,
            };
            convert::deleted(id, deleted.map_err(Fault::new)?)
        }
        None => {
            let mut client = SnapshotServiceClient::new(server.connect().await?);
            let request = DeleteSnapshotRequest { id, validate_only: dry_run, allow_missing: false };
            client.delete_snapshot(request).await?.into_inner()
        }
    };
    if as_json {
        json::print("DeleteSnapshotResponse", &deleted)?;
    } else {
        render::print(&removed(&deleted, dry_run))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// "deleted 2026…, with 3 files, 120 KB, that no other snapshot needs"
fn removed(deleted: &DeleteSnapshotResponse, dry_run: bool) -> String {
    let (did, id) = (if dry_run { "would delete" } else { "deleted" }, visible(&deleted.id));
    let files = counted(deleted.removed_chunk_count, "file", "files");
    match deleted.kept_reason.as_str() {
        "" => {
            let bytes = bytes(deleted.removed_byte_count);
            format!("{did} {NAME}{id}{NAME:#}, with {files}, {bytes}, that no other snapshot needs\n")
        }
        why => {
            format!("{did} {NAME}{id}{NAME:#}, but none of its files: {}; delete that snapshot, too\n", visible(why))
        }
    }
}

/// The snapshots of a folder that must be there.
fn existing(folder: &str) -> Result<Snapshots, Fault> {
    Snapshots::existing(folder).map_err(Fault::new)
}

/// This id, or without one that of the newest snapshot.
async fn newest(snapshots: &Snapshots, id: String) -> Result<String, Fault> {
    if !id.is_empty() {
        return Ok(id);
    }
    let latest = snapshots.latest().await.map_err(Fault::new)?;
    latest.ok_or_else(|| Fault::new("there is no snapshot in this folder"))
}

fn restore(id: String, from: &str, data_dir: PathBuf) -> Outcome {
    serve::keep_private(&data_dir);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let snapshots = existing(from)?;
    let (id, manifest) = runtime.block_on(async {
        let id = newest(&snapshots, id).await?;
        let manifest = snapshots.manifest(&id).await.map_err(Fault::new)?;
        Ok::<_, Fault>((id, manifest))
    })?;
    let exported = manifest.exported();
    let (sender, mut chunks) = tokio::sync::mpsc::channel(READ_AHEAD);
    runtime.spawn(read(snapshots, manifest, sender));
    let mut articles = std::iter::from_fn(|| chunks.blocking_recv()).flat_map(|chunk| {
        let (articles, fault) = chunk.map_or_else(|fault| (Vec::new(), Some(fault)), |articles| (articles, None));
        let fault = fault.map(|fault| Err(Error::new(ErrorKind::Corrupt, fault.to_string())));
        articles.into_iter().map(Ok).chain(fault)
    });
    Embedded::restore(&data_dir, &exported, &mut articles)
        .map_err(|error| Fault::new(format!("cannot restore snapshot {id}: {error}")))?;
    let restored = counted(convert::count(exported.articles), "article", "articles");
    let folder = data_dir.display();
    let next = format!("start a server on it: sayso serve --data-dir {folder}");
    render::print(&format!("restored {restored} into {folder}; {next}\n"))?;
    Ok(ExitCode::SUCCESS)
}

/// Sends the articles of all chunks, and ends at the first one that cannot be read.
async fn read(
    snapshots: Snapshots,
    manifest: Manifest,
    sender: tokio::sync::mpsc::Sender<snapshots::Result<Vec<Kept>>>,
) {
    for chunk in &manifest.chunks {
        let articles = snapshots.chunk(chunk).await;
        let failed = articles.is_err();
        if sender.send(articles).await.is_err() || failed {
            return;
        }
    }
}
