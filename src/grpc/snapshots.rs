//! `SnapshotService`.

use std::sync::Arc;

use sayso_index::Interrupt;
use tonic::{Request, Response, Status};

use super::{
    core::{Core, mask},
    deadline::Call,
    status,
};
use crate::{
    convert, echo,
    pool::Pool,
    proto::{
        CreateSnapshotRequest, CreateSnapshotResponse, DeleteSnapshotRequest, DeleteSnapshotResponse,
        ListSnapshotsRequest, ListSnapshotsResponse, VerifySnapshotRequest, VerifySnapshotResponse,
        snapshot_service_server::SnapshotService,
    },
    snapshots::{self, Created, Fault, Snapshots},
};

/// Takes, checks and deletes snapshots.
pub(super) struct Copies {
    core: Arc<Core>,
    /// One thread, for the one snapshot that is being taken.
    taking: Pool,
}

impl Copies {
    pub(super) fn new(core: Arc<Core>) -> Self {
        Self { core, taking: Pool::single() }
    }

    fn snapshots(&self) -> Result<&Snapshots, Status> {
        match self.core.config.engine.cluster() {
            Some(cluster) => Err(status::snapshots_of_cluster(&cluster.prefix)),
            None => self.core.snapshots.as_ref().ok_or_else(status::snapshots_off),
        }
    }

    async fn create(&self, interrupt: Interrupt, rewrite: bool) -> Result<Created, Status> {
        let (source, sink) = snapshots::begin(Arc::clone(&self.core.engine), self.snapshots()?.clone(), rewrite);
        // Known only when the source has begun: a source that is refused says nothing.
        let mut refused = None;
        let exported = async {
            match self.taking.run(None, move || source.run(&interrupt)).await {
                Ok(exported) => exported.map_err(Fault::Engine),
                Err(why) => {
                    refused = Some(why);
                    Err(Fault::Unreachable("the snapshot was not begun".into()))
                }
            }
        };
        let created = sink.run(exported).await;
        match refused {
            Some(why) => Err(status::pool(why)),
            None => created.map_err(status::snapshot),
        }
    }
}

#[tonic::async_trait]
impl SnapshotService for Copies {
    async fn create_snapshot(
        &self,
        request: Request<CreateSnapshotRequest>,
    ) -> Result<Response<CreateSnapshotResponse>, Status> {
        let call = Call::begin_patient(request.extensions());
        let taken = self.create(call.interrupt(), request.get_ref().rewrite_all);
        let created = call.within(taken, status::deadline_exceeded).await??;
        let Created { id, manifest, new_chunks, new_bytes } = created;
        tracing::info!(id, articles = manifest.articles, new_bytes, "a snapshot was taken");
        Ok(Response::new(CreateSnapshotResponse {
            snapshot: Some(convert::snapshot(id, Ok(manifest))),
            written_chunk_count: convert::count(new_chunks),
            written_byte_count: convert::count(new_bytes),
        }))
    }

    async fn list_snapshots(
        &self,
        request: Request<ListSnapshotsRequest>,
    ) -> Result<Response<ListSnapshotsResponse>, Status> {
        let mask = mask(request.get_ref().read_mask.as_ref(), "ListSnapshotsResponse")?;
        let call = Call::begin(request.extensions(), self.core.config.limits.search_timeout);
        let listing = self.snapshots()?.list();
        let listed = call.within(listing, status::deadline_exceeded).await?.map_err(status::snapshot)?;
        let snapshots = listed.into_iter().map(|one| convert::snapshot(one.id, one.manifest)).collect();
        Ok(Response::new(mask.apply(ListSnapshotsResponse { snapshots })))
    }

    async fn verify_snapshot(
        &self,
        request: Request<VerifySnapshotRequest>,
    ) -> Result<Response<VerifySnapshotResponse>, Status> {
        let call = Call::begin_patient(request.extensions());
        let snapshots = self.snapshots()?;
        let verify = async {
            let id = match request.get_ref().id.as_str() {
                "" => snapshots.latest().await?.ok_or_else(|| Fault::NotFound(String::new()))?,
                id => id.to_owned(),
            };
            let checked = snapshots.verify(&id).await?;
            Ok((id, checked))
        };
        let (id, checked) = call.within(verify, status::deadline_exceeded).await?.map_err(status::snapshot)?;
        Ok(Response::new(convert::checked(id, checked)))
    }

    async fn delete_snapshot(
        &self,
        request: Request<DeleteSnapshotRequest>,
    ) -> Result<Response<DeleteSnapshotResponse>, Status> {
        let call = Call::begin_patient(request.extensions());
        let snapshots = self.snapshots()?;
        let DeleteSnapshotRequest { id, validate_only, allow_missing } = request.into_inner();
        let deleting = async {
            match validate_only {
                true => snapshots.would_delete(&id, allow_missing).await,
                false => snapshots.delete(&id, allow_missing).await,
            }
        };
        let deleted = call.within(deleting, status::deadline_exceeded).await?.map_err(status::snapshot)?;
        if !validate_only {
            tracing::info!(
                id = echo::clip(&id).as_ref(),
                bytes = deleted.bytes,
                kept = deleted.kept,
                "a snapshot was deleted"
            );
        }
        Ok(Response::new(convert::deleted(id, deleted)))
    }
}
