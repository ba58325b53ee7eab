//! Takes a snapshot while the engine goes on working.

use std::{collections::BTreeMap, sync::Arc};

use jiff::Timestamp;
use sayso_index::{Engine, Error, ErrorKind, Exported, Interrupt};
use tokio::sync::mpsc;

use super::{
    Snapshots,
    chunk::{Packed, Packer},
    chunk_path,
    fault::{Fault, Result},
    manifest::{Chunk, Manifest},
    manifest_path,
    mark::{Doing, Mark},
};

/// Chunks that may wait to be written.
const WAITING_CHUNKS: usize = 2;

/// A snapshot that was taken.
#[derive(Debug)]
pub(crate) struct Created {
    /// Its id.
    pub(crate) id: String,
    /// What it consists of.
    pub(crate) manifest: Manifest,
    /// Chunks that were written; all others were there from earlier snapshots.
    pub(crate) new_chunks: u64,
    /// Their bytes.
    pub(crate) new_bytes: u64,
}

/// Hands over what the engine holds, chunk by chunk. Blocks.
pub(crate) struct Source {
    engine: Arc<dyn Engine>,
    chunks: mpsc::Sender<Packed>,
}

/// Takes the chunks of a source, and writes them.
pub(crate) struct Sink {
    snapshots: Snapshots,
    chunks: mpsc::Receiver<Packed>,
    /// Whether chunks are written although they are there.
    rewrite: bool,
}

/// Both ends of a snapshot that is about to be taken.
pub(crate) fn begin(engine: Arc<dyn Engine>, snapshots: Snapshots, rewrite: bool) -> (Source, Sink) {
    let (sender, chunks) = mpsc::channel(WAITING_CHUNKS);
    (Source { engine, chunks: sender }, Sink { snapshots, chunks, rewrite })
}

impl Source {
    /// Runs until everything is handed over, or the sink is gone.
    pub(crate) fn run(self, interrupt: &Interrupt) -> sayso_index::Result<Exported> {
        let send = |chunk: Option<Packed>| match chunk.map(|chunk| self.chunks.blocking_send(chunk)) {
            Some(Err(_)) => Err(Error::new(ErrorKind::Cancelled, "the snapshot was broken off")),
            _ => Ok(()),
        };
        let mut packer = Packer::new();
        let exported = self.engine.export(&mut |kept| send(packer.add(&kept)?), interrupt)?;
        send(packer.finish())?;
        Ok(exported)
    }
}

impl Sink {
    /// Writes the chunks that the source hands over, then the manifest. `exported` is ready when the source has ended.
    pub(crate) async fn run(mut self, exported: impl Future<Output = Result<Exported>>) -> Result<Created> {
        let mut mark = Mark::set(&self.snapshots, Doing::Taking).await?;
        let created = self.run_under(&mut mark, exported).await;
        mark.remove().await;
        created
    }

    async fn run_under(
        &mut self,
        mark: &mut Mark,
        exported: impl Future<Output = Result<Exported>>,
    ) -> Result<Created> {
        let mut manifest = Manifest::begin(Timestamp::now());
        let (exported, written) = tokio::join!(exported, self.write_chunks(mark, &mut manifest.chunks));
        // A failure of the sink ends the source, which only knows that it was ended.
        let (new_chunks, new_bytes) = written?;
        let Exported { seq, articles, sentences, quotes, damaged } = exported?;
        let manifest = Manifest { seq, articles, sentences, quotes, damaged, ..manifest };
        if manifest.chunks.iter().map(|chunk| chunk.articles).sum::<u64>() != articles {
            return Err(Fault::Damaged("articles were lost on their way into the snapshot".into()));
        }
        let (id, bytes) = manifest.sealed()?;
        self.snapshots.write(&manifest_path(&id), bytes).await?;
        // Whoever deletes from now on sees the manifest. Whoever took this program for dead before may have removed chunks.
        if let Err(lost) = mark.check().await {
            self.snapshots.remove(&manifest_path(&id)).await?;
            return Err(lost);
        }
        Ok(Created { id, manifest, new_chunks, new_bytes })
    }

    /// Returns how many chunks had to be written, and their bytes.
    async fn write_chunks(&mut self, mark: &mut Mark, list: &mut Vec<Chunk>) -> Result<(u64, u64)> {
        let written = self.write_all(mark, list).await;
        // So that a source that waits for room ends.
        self.chunks.close();
        while self.chunks.recv().await.is_some() {}
        written
    }

    async fn write_all(&mut self, mark: &mut Mark, list: &mut Vec<Chunk>) -> Result<(u64, u64)> {
        let present = if self.rewrite { BTreeMap::new() } else { self.snapshots.chunks().await? };
        let (mut new_chunks, mut new_bytes) = (0, 0);
        while let Some(Packed { blake3, bytes, articles }) = self.chunks.recv().await {
            mark.keep().await?;
            let size = bytes.len() as u64;
            if present.get(&blake3) != Some(&size) {
                self.snapshots.write(&chunk_path(&blake3), bytes).await?;
                new_chunks += 1;
                new_bytes += size;
            }
            list.push(Chunk { blake3, bytes: size, articles });
        }
        Ok((new_chunks, new_bytes))
    }
}
