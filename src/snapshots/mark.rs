//! Marks in a place of snapshots, by which those who take a snapshot and those who delete one keep out of each other's way,
//! whatever server or command they are.
//!
//! Each sets its own mark first, and then looks for marks of the other kind; if both do so at the same time, both are refused.
//! A mark is renewed every minute. One that was not renewed for ten was left behind by a program that was killed, and counts no
//! more. Times are those of the place, so that no two clocks are compared.

use std::time::{Duration, Instant};

use futures_util::TryStreamExt;
use jiff::Timestamp;
use object_store::{ObjectMeta, ObjectStoreExt, PutPayload, path::Path};

use super::{
    Snapshots,
    fault::{Fault, Result},
};

/// The folder of marks.
const MARKS: &str = "marks";

/// How often a mark is renewed.
const RENEWED: Duration = Duration::from_secs(60);

/// After how many seconds a mark counts no more that was not renewed.
const DEAD_SECONDS: i64 = 600;

/// What is being done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Doing {
    /// A snapshot is being taken.
    Taking,
    /// A snapshot is being deleted.
    Deleting,
}

impl Doing {
    /// What the names of its marks begin with.
    fn name(self) -> &'static str {
        match self {
            Self::Taking => "taking",
            Self::Deleting => "deleting",
        }
    }

    /// What may not be done at the same time.
    fn other(self) -> Self {
        match self {
            Self::Taking => Self::Deleting,
            Self::Deleting => Self::Taking,
        }
    }

    fn busy(self) -> &'static str {
        match self {
            Self::Taking => "a snapshot is being taken there",
            Self::Deleting => "a snapshot is being deleted there",
        }
    }
}

/// A mark that is set until this is dropped.
pub(super) struct Mark {
    snapshots: Snapshots,
    path: Path,
    renewed: Instant,
    removed: bool,
}

impl Mark {
    /// Sets a mark. Fails if the other thing is being done.
    pub(super) async fn set(snapshots: &Snapshots, doing: Doing) -> Result<Self> {
        let mut random = [0; 8];
        getrandom::fill(&mut random).map_err(|error| Fault::Unreachable(format!("no random number: {error}")))?;
        let path = Path::from(format!("{MARKS}/{}-{:016x}", doing.name(), u64::from_le_bytes(random)));
        let mark = Self { snapshots: snapshots.clone(), path, renewed: Instant::now(), removed: false };
        mark.write().await?;
        let marks: Vec<ObjectMeta> = snapshots
            .place
            .store
            .list(Some(&Path::from(MARKS)))
            .try_collect()
            .await
            .map_err(|error| snapshots.failed(&error))?;
        let Some(own) = marks.iter().find(|one| one.location == mark.path) else { return Err(mark.lost()) };
        let now = own.last_modified.timestamp();
        let other = doing.other();
        for found in &marks {
            if !found.location.filename().is_some_and(|name| name.starts_with(other.name())) {
                continue;
            }
            let since = found.last_modified.timestamp();
            if now - since < DEAD_SECONDS {
                let since = Timestamp::from_second(since).map(|since| since.to_string()).unwrap_or_default();
                let minutes = DEAD_SECONDS / 60;
                mark.remove().await;
                return Err(Fault::Busy(format!(
                    "{}, as of {since}; try again when it is done (a program that was killed counts for {minutes} minutes)",
                    other.busy()
                )));
            }
            // Whoever left it behind and wakes up again finds out that it is gone.
            snapshots.remove(&found.location).await?;
        }
        Ok(mark)
    }

    /// Renews the mark if it is time. Fails if it is gone: somebody took this program for dead.
    pub(super) async fn keep(&mut self) -> Result<()> {
        if self.renewed.elapsed() >= RENEWED {
            self.check().await?;
            self.write().await?;
            self.renewed = Instant::now();
        }
        Ok(())
    }

    /// Fails if the mark is gone.
    pub(super) async fn check(&self) -> Result<()> {
        match self.snapshots.read(&self.path).await? {
            Some(_) => Ok(()),
            None => Err(self.lost()),
        }
    }

    /// Takes the mark away.
    pub(super) async fn remove(mut self) {
        // One that cannot be removed counts for ten minutes more, which is told to whom it keeps out.
        self.removed = self.snapshots.remove(&self.path).await.is_ok();
    }

    async fn write(&self) -> Result<()> {
        let payload = PutPayload::from_static(b"See \"Snapshots\" in docs/operations.md.\n");
        self.snapshots.place.store.put(&self.path, payload).await.map_err(|error| self.snapshots.failed(&error))?;
        Ok(())
    }

    fn lost(&self) -> Fault {
        Fault::Busy(format!("{} was taken away, because it was not renewed for long; try again", self.path))
    }
}

impl Drop for Mark {
    /// Where the caller has gone: nobody waits for it.
    fn drop(&mut self) {
        if let (false, Ok(runtime)) = (self.removed, tokio::runtime::Handle::try_current()) {
            let (snapshots, path) = (self.snapshots.clone(), self.path.clone());
            runtime.spawn(async move { snapshots.remove(&path).await });
        }
    }
}
