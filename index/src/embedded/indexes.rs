//! The three tantivy indexes: opened or rebuilt, fed from the store, committed at one sequence number.

use std::collections::BTreeSet;
use std::path::Path;
use std::thread;

use tantivy::directory::MmapDirectory;
use tantivy::indexer::{IndexWriterOptions, LogMergePolicy};
use tantivy::schema::Schema;
use tantivy::{Index, IndexReader, IndexWriter, ReloadPolicy, Searcher, TantivyDocument, Term};

use super::EmbeddedOptions;
use super::schema::{self, Entities, Quotes, Sentences};
use super::store::Snapshot;
use crate::{EntityId, Result};

/// The fields of the indexes, fixed when the program is built.
pub(super) struct Fields {
    pub(super) sentences: Sentences,
    pub(super) quotes: Quotes,
    pub(super) entities: Entities,
}

impl Fields {
    pub(super) fn new() -> Self {
        Self { sentences: Sentences::new(), quotes: Quotes::new(), entities: Entities::new() }
    }
}

/// The indexes with their writers. One thread owns them.
pub(super) struct Indexes {
    sentences: One,
    quotes: One,
    entities: One,
    /// Entities whose figures changed since the last commit.
    touched: BTreeSet<String>,
    /// Documents added since the last commit.
    pub(super) uncommitted: usize,
}

/// The three searchers of one view.
#[derive(Clone)]
pub(super) struct Searchers {
    pub(super) sentences: Searcher,
    pub(super) quotes: Searcher,
    pub(super) entities: Searcher,
}

impl Indexes {
    /// Opens the indexes under `dir` and brings them up to the store. One that is missing, damaged,
    /// of another version or too far behind is rebuilt.
    pub(super) fn open(dir: &Path, fields: &Fields, options: &EmbeddedOptions, store: &Snapshot) -> Result<Self> {
        let open = |name: &str, schema: &Schema, threads| {
            One::open(&dir.join(name), schema, threads, options.index_memory_bytes, store)
        };
        let mut indexes = Self {
            sentences: open("sentences", &fields.sentences.schema, options.index_threads.max(1))?,
            quotes: open("quotes", &fields.quotes.schema, 1)?,
            entities: open("entities", &fields.entities.schema, 1)?,
            touched: BTreeSet::new(),
            uncommitted: 0,
        };
        indexes.rebuild(fields, store)?;
        indexes.feed(fields, store)?;
        indexes.commit(fields, store)?;
        Ok(indexes)
    }

    fn all(&mut self) -> [&mut One; 3] {
        [&mut self.sentences, &mut self.quotes, &mut self.entities]
    }

    /// Fills the indexes that begin empty from all that the store holds.
    fn rebuild(&mut self, fields: &Fields, store: &Snapshot) -> Result<()> {
        let (sentences, quotes) = (self.sentences.seq.is_none(), self.quotes.seq.is_none());
        if sentences || quotes {
            for seq in store.seqs()? {
                let seq = seq?;
                let article = store.indexed(seq)?;
                if sentences {
                    self.sentences.add(fields.sentences.documents(seq, &article))?;
                }
                if quotes {
                    self.quotes.add(fields.quotes.documents(seq, &article))?;
                }
            }
        }
        if self.entities.seq.is_none() {
            self.touched = store.entity_ids()?.collect::<Result<_>>()?;
        }
        for one in self.all() {
            one.seq.get_or_insert(store.seq);
        }
        Ok(())
    }

    /// Adds and takes away what the store's log tells, without making it visible.
    pub(super) fn feed(&mut self, fields: &Fields, store: &Snapshot) -> Result<()> {
        let [sentences, quotes, entities] = self.all().map(|one| one.seq.unwrap_or(store.seq));
        for entry in store.log_after(sentences.min(quotes).min(entities))? {
            let (seq, change) = entry?;
            if let Some(old) = change.old {
                if seq > sentences {
                    self.sentences.delete(Term::from_field_u64(fields.sentences.common.seq, old));
                }
                if seq > quotes {
                    self.quotes.delete(Term::from_field_u64(fields.quotes.common.seq, old));
                }
            }
            // A later change in the same snapshot may have taken the article away already.
            if change.put
                && seq > sentences.min(quotes)
                && let Some(article) = store.analyzed(seq)?
            {
                if seq > sentences {
                    self.uncommitted += article.analysis.sentences.len();
                    self.sentences.add(fields.sentences.documents(seq, &article))?;
                }
                if seq > quotes {
                    self.quotes.add(fields.quotes.documents(seq, &article))?;
                }
            }
            self.touched.extend(change.entities);
        }
        for one in self.all() {
            one.seq = Some(store.seq);
        }
        Ok(())
    }

    /// Makes all that was fed durable, if anything was. `store` is the snapshot that was fed last.
    pub(super) fn commit(&mut self, fields: &Fields, store: &Snapshot) -> Result<()> {
        if self.all().iter().all(|one| one.committed == Some(store.seq)) {
            return Ok(());
        }
        for id in std::mem::take(&mut self.touched) {
            self.entities.delete(Term::from_field_text(fields.entities.id, &id));
            if let Some(id) = EntityId::parse(&id)
                && let Some(entity) = store.entity(&id)?
            {
                self.entities.add([fields.entities.document(&entity)])?;
            }
        }
        // Each commit waits for the disk: together they wait once.
        thread::scope(|scope| {
            let jobs = self.all().map(|one| scope.spawn(|| one.commit(store.seq)));
            jobs.into_iter().try_for_each(|job| job.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
        })?;
        self.uncommitted = 0;
        Ok(())
    }

    /// Ends the indexes' threads, merges included, so that nothing is written from here on.
    pub(super) fn close(self) -> Result<()> {
        for one in [self.sentences, self.quotes, self.entities] {
            one.writer.wait_merging_threads()?;
        }
        Ok(())
    }

    /// The indexes as last committed.
    pub(super) fn searchers(&self) -> Searchers {
        Searchers {
            sentences: self.sentences.reader.searcher(),
            quotes: self.quotes.reader.searcher(),
            entities: self.entities.reader.searcher(),
        }
    }
}

/// One index.
struct One {
    writer: IndexWriter,
    reader: IndexReader,
    /// Up to which change it has been fed; none when it begins empty while the store does not.
    seq: Option<u64>,
    /// Up to which change its last commit reaches.
    committed: Option<u64>,
}

impl One {
    fn open(dir: &Path, schema: &Schema, threads: usize, memory: usize, store: &Snapshot) -> Result<Self> {
        std::fs::create_dir_all(dir)?;
        let usable = |index: &Index| match committed_seq(index) {
            Some(seq) => (store.trimmed..=store.seq).contains(&seq),
            None => false,
        };
        // Whatever is wrong with an index, the store can make it anew.
        if let Ok(index) = open_index(dir, schema)
            && usable(&index)
            && let Ok(one) = Self::start(&index, threads, memory)
        {
            return Ok(one);
        }
        std::fs::remove_dir_all(dir)?;
        std::fs::create_dir_all(dir)?;
        Self::start(&open_index(dir, schema)?, threads, memory)
    }

    fn start(index: &Index, threads: usize, memory: usize) -> Result<Self> {
        let options = IndexWriterOptions::builder()
            .num_worker_threads(threads)
            .memory_budget_per_thread(memory.max(MEMORY_AT_LEAST))
            .num_merge_threads(1)
            .build();
        let writer: IndexWriter = index.writer_with_options(options)?;
        let mut merging = LogMergePolicy::default();
        // Deleted documents distort the statistics that ranking rests on until a merge drops them.
        merging.set_del_docs_ratio_before_merge(0.25);
        writer.set_merge_policy(Box::new(merging));
        let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
        let committed = committed_seq(index);
        Ok(Self { writer, reader, seq: committed, committed })
    }

    fn add(&self, documents: impl IntoIterator<Item = TantivyDocument>) -> Result<()> {
        for document in documents {
            self.writer.add_document(document)?;
        }
        Ok(())
    }

    fn delete(&self, term: Term) {
        self.writer.delete_term(term);
    }

    fn commit(&mut self, seq: u64) -> Result<()> {
        let mut prepared = self.writer.prepare_commit()?;
        prepared.set_payload(&format!("{PAYLOAD} {} {seq}", schema::VERSION));
        prepared.commit()?;
        self.reader.reload()?;
        self.committed = Some(seq);
        Ok(())
    }
}

/// The least memory that tantivy takes for an indexing thread.
const MEMORY_AT_LEAST: usize = 16_000_000;

/// What a commit's payload begins with.
const PAYLOAD: &str = "sayso";

fn open_index(dir: &Path, schema: &Schema) -> Result<Index> {
    let directory = MmapDirectory::open(dir).map_err(tantivy::TantivyError::from)?;
    let mut index = Index::open_or_create(directory, schema.clone())?;
    index.set_tokenizers(schema::tokenizers());
    Ok(index)
}

/// The sequence number that the last commit reached, if this version of the schema made it.
fn committed_seq(index: &Index) -> Option<u64> {
    let payload = index.load_metas().ok()?.payload?;
    let mut words = payload.split(' ');
    (words.next()? == PAYLOAD && words.next()?.parse() == Ok(schema::VERSION)).then_some(())?;
    words.next()?.parse().ok()
}
