//! Snapshots as messages.

use super::count;
use crate::{
    proto::{DeleteSnapshotResponse, Snapshot, VerifySnapshotResponse},
    snapshots::{Checked, Deleted, Manifest},
};

/// How many faults of a snapshot are told.
const FAULTS: usize = 100;

/// A snapshot, or why its manifest cannot be read.
pub(crate) fn snapshot(id: String, manifest: Result<Manifest, String>) -> Snapshot {
    match manifest {
        Ok(manifest) => Snapshot {
            id,
            create_time: Some(prost_types::Timestamp {
                seconds: manifest.create_time.as_second(),
                nanos: manifest.create_time.subsec_nanosecond(),
            }),
            article_count: count(manifest.articles),
            sentence_count: count(manifest.sentences),
            quote_count: count(manifest.quotes),
            damaged_count: count(manifest.damaged),
            chunk_count: count(manifest.chunks.len() as u64),
            byte_count: count(manifest.bytes()),
            fault: String::new(),
        },
        Err(fault) => Snapshot { id, fault, ..Snapshot::default() },
    }
}

/// What checking a snapshot found.
pub(crate) fn checked(id: String, checked: Checked) -> VerifySnapshotResponse {
    VerifySnapshotResponse {
        id,
        intact_chunk_count: count(checked.chunks),
        intact_byte_count: count(checked.bytes),
        fault_count: count(checked.faults.len() as u64),
        faults: checked.faults.into_iter().take(FAULTS).collect(),
    }
}

/// What deleting a snapshot removed, or would remove.
pub(crate) fn deleted(id: String, deleted: Deleted) -> DeleteSnapshotResponse {
    DeleteSnapshotResponse {
        id,
        removed_chunk_count: count(deleted.chunks),
        removed_byte_count: count(deleted.bytes),
        kept_reason: deleted.kept.unwrap_or_default(),
    }
}
