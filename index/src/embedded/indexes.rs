//! The three tantivy indexes: opened or rebuilt, fed from the store, and committed at one sequence number.
//!
//! Each commit of an index carries a line of its own (`Commit`): the version of the schema, the number of the store, the sequence
//! number that the index has reached, and a checksum of these. When the engine opens, an index is
//!
//! - used, if the line fits this program and this store, and every file matches its checksum; it then catches up from the log;
//! - rebuilt from the store, if it is missing, damaged, of another version, of another store, or behind what the log still holds;
//! - a reason not to start, if it is ahead of the store: then the store is an older copy or damaged, and a person must decide.
//!
//! After that, an index must hold as many documents as the store counts. One that does not is rebuilt as well.

#[cfg(test)]
mod start_tests;
mod tidy;

use std::collections::BTreeSet;
use std::path::Path;
use std::thread;

use tantivy::indexer::{IndexWriterOptions, LogMergePolicy, UserOperation};
use tantivy::schema::Schema;
use tantivy::{Index, IndexReader, IndexWriter, ReloadPolicy, Searcher, TantivyDocument, Term};

use super::fault::caught;
use super::files::Files;
use super::looked::{Commit, Looked, META, damage_of, files_of, look, open_index};
use super::opened::{Opened, Rebuilt};
use super::options::EmbeddedOptions;
use super::schema::{Entities, Quotes, Sentences};
use super::store::Snapshot;
use crate::{EntityId, Error, ErrorKind, Interrupt, Result};

/// The folders of the indexes.
pub(super) const INDEXES: [&str; 3] = ["sentences", "quotes", "entities"];

/// The fields of the indexes, fixed when the program is built.
pub(super) struct Fields {
    /// Of the index of sentences.
    pub(super) sentences: Sentences,
    /// Of the index of quotes.
    pub(super) quotes: Quotes,
    /// Of the index of entities.
    pub(super) entities: Entities,
}

impl Fields {
    /// The fields of all indexes.
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
    /// Of sentences.
    pub(super) sentences: Searcher,
    /// Of quotes.
    pub(super) quotes: Searcher,
    /// Of entities.
    pub(super) entities: Searcher,
}

impl Indexes {
    /// Opens the indexes and brings them up to the store. One that is missing, damaged, of another version,
    /// of another store or too far behind is rebuilt. `opened` says what was done.
    ///
    /// # Errors
    /// [`ErrorKind::Corrupt`] if an index is ahead of its store.
    pub(super) fn open(
        files: &dyn Files,
        fields: &Fields,
        options: &EmbeddedOptions,
        store: &Snapshot,
        opened: &mut Opened,
    ) -> Result<Self> {
        let mut anew = [false; 3];
        loop {
            let mut indexes = Self::open_each(files, "", fields, options, store, anew, Some(&mut opened.rebuilt))?;
            let reached = indexes.all().into_iter().filter_map(|one| one.seq).min();
            opened.replayed = store.seq - reached.unwrap_or(store.seq);
            if let Err(error) = indexes.follow(fields, store) {
                // Files that fit each other may still not take what is to come; new ones do.
                let old = indexes.all().into_iter().zip(&mut anew).filter(|(one, _)| !one.made_anew);
                let again = old.map(|(_, anew)| *anew = true).count() > 0;
                match error.kind() {
                    ErrorKind::Corrupt if again && error.damaged_record().is_none() => continue,
                    _ => return Err(error),
                }
            }
            let counts = ["sentences", "quotes", "entities"].map(|name| store.count(name));
            let mut right = true;
            for ((one, anew), count) in indexes.all().into_iter().zip(&mut anew).zip(counts) {
                // Once more would not help what was just made anew.
                let miscounted = one.reader.searcher().num_docs() != count? && !*anew && !one.made_anew;
                *anew |= miscounted;
                right &= !miscounted;
            }
            if right {
                return Ok(indexes);
            }
        }
    }

    /// Builds new indexes, whose folders' names begin with `under`, with everything that the store holds.
    pub(super) fn build(
        files: &dyn Files,
        under: &str,
        fields: &Fields,
        options: &EmbeddedOptions,
        store: &Snapshot,
        interrupt: &Interrupt,
    ) -> Result<()> {
        let mut indexes = Self::open_each(files, under, fields, options, store, [false; 3], None)?;
        indexes.rebuild(fields, store, interrupt)?;
        indexes.commit(fields, store)?;
        indexes.close()
    }

    /// Opens or begins each index. Those marked in `anew` begin empty.
    fn open_each(
        files: &dyn Files,
        under: &str,
        fields: &Fields,
        options: &EmbeddedOptions,
        store: &Snapshot,
        anew: [bool; 3],
        mut rebuilt: Option<&mut Vec<Rebuilt>>,
    ) -> Result<Self> {
        let mut open = |index: &'static str, schema: &Schema, threads, anew| {
            let folder = format!("{under}{index}");
            let place = Place { files, folder, schema, threads, memory: options.index_memory_bytes, store };
            let (one, reason) = place.open(anew).map_err(|error| error.about(place.told()))?;
            if let (Some(reason), Some(rebuilt)) = (reason, rebuilt.as_deref_mut()) {
                tracing::warn!(index, reason, "rebuilding a search index");
                // What opening met first is what was wrong; it may begin once more.
                if rebuilt.iter().all(|other| other.index != index) {
                    rebuilt.push(Rebuilt { index, reason });
                }
            }
            Result::Ok(one)
        };
        Ok(Self {
            sentences: open("sentences", &fields.sentences.schema, options.index_threads.max(1), anew[0])?,
            quotes: open("quotes", &fields.quotes.schema, 1, anew[1])?,
            entities: open("entities", &fields.entities.schema, 1, anew[2])?,
            touched: BTreeSet::new(),
            uncommitted: 0,
        })
    }

    /// Brings the indexes up to the store, and commits.
    fn follow(&mut self, fields: &Fields, store: &Snapshot) -> Result<()> {
        caught("it", || {
            self.rebuild(fields, store, &Interrupt::default())?;
            self.feed(fields, store)?;
            self.commit(fields, store)
        })
    }

    /// Whether one of their files is damaged or cannot be read.
    pub(super) fn damaged(&self) -> bool {
        let ones = [&self.sentences, &self.quotes, &self.entities];
        let whole = |one: &One| caught("it", || damage_of(one.writer.index())).is_ok_and(|damage| damage.is_none());
        !ones.into_iter().all(whole)
    }

    /// The files of the last commits, each with the name of its index.
    pub(super) fn files(&self) -> Result<Vec<(&'static str, String)>> {
        let mut names = Vec::new();
        for (index, one) in INDEXES.into_iter().zip([&self.sentences, &self.quotes, &self.entities]) {
            let files = files_of(one.writer.index())?;
            names.extend(files.into_iter().map(|file| (index, file.display().to_string())));
        }
        Ok(names)
    }

    /// The three of them.
    fn all(&mut self) -> [&mut One; 3] {
        [&mut self.sentences, &mut self.quotes, &mut self.entities]
    }

    /// Fills the indexes that begin empty with everything in the store.
    fn rebuild(&mut self, fields: &Fields, store: &Snapshot, interrupt: &Interrupt) -> Result<()> {
        let (sentences, quotes) = (self.sentences.seq.is_none(), self.quotes.seq.is_none());
        if sentences || quotes {
            for seq in store.seqs()? {
                interrupt.check()?;
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

    /// Adds and deletes what the store's log says, without making it visible.
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
                && !store.is_damaged(seq)?
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

    /// Makes everything that was fed durable, if anything was. `store` is the snapshot that was fed last.
    pub(super) fn commit(&mut self, fields: &Fields, store: &Snapshot) -> Result<()> {
        if self.all().iter().all(|one| one.committed == Some(store.seq)) {
            return Ok(());
        }
        for id in std::mem::take(&mut self.touched) {
            self.entities.delete(Term::from_field_text(fields.entities.id, &id));
            if let Some(entity) = store.entity(&EntityId::known(id))? {
                self.entities.add([fields.entities.document(&entity)])?;
            }
        }
        // Each commit waits for the disk: together they wait once.
        thread::scope(|scope| {
            let jobs = self.all().map(|one| scope.spawn(|| one.commit(store)));
            jobs.into_iter().try_for_each(|job| job.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
        })?;
        self.uncommitted = 0;
        Ok(())
    }

    /// Ends the indexes' threads, merges included, so that nothing is written any more.
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
    /// The last change that it was fed. None if it begins empty while the store does not.
    seq: Option<u64>,
    /// The last change in its last commit.
    committed: Option<u64>,
    /// Whether it began empty.
    made_anew: bool,
}

/// Where an index is, and what it should be.
struct Place<'a> {
    files: &'a dyn Files,
    folder: String,
    schema: &'a Schema,
    threads: usize,
    memory: usize,
    store: &'a Snapshot,
}

impl Place<'_> {
    /// Opens the index, or begins an empty one. Then the reason comes with it, unless the store is empty too.
    fn open(&self, anew: bool) -> Result<(One, Option<String>)> {
        let looked = match anew {
            true => Ok(Looked::Unusable(ANEW.to_owned())),
            false => caught("it", || look(self.files, &self.folder, self.schema, self.store)),
        };
        let started = |index: &Index, seq| {
            self.remove_remains(index)?;
            One::start(index, self.threads, self.memory, seq)
        };
        let reason = match looked {
            Ok(Looked::Whole(index, seq)) => match caught("it", || started(&index, Some(seq))) {
                Ok(one) => return Ok((one, None)),
                Err(error) => error.to_string(),
            },
            Ok(Looked::Missing) => "it was missing".to_owned(),
            Ok(Looked::Unusable(reason)) => reason,
            Ok(Looked::Ahead(seq)) => return Err(self.ahead(seq)),
            Err(error) => error.to_string(),
        };
        self.files.empty(&self.folder)?;
        let one = One::start(&open_index(self.files, &self.folder, self.schema)?, self.threads, self.memory, None)?;
        Ok((one, (self.store.seq > 0).then_some(reason)))
    }

    /// Its folder, as errors name it.
    fn told(&self) -> String {
        self.files.path(&self.folder).map_or_else(|| self.folder.clone(), |path| path.display().to_string())
    }

    /// Removes files that a killed process had begun to write. The next commit would give its files the same names and fail because
    /// they exist.
    fn remove_remains(&self, index: &Index) -> Result<()> {
        let needed = files_of(index)?;
        for name in self.files.list(&self.folder)? {
            let kept = name == Path::new(META) || name == Path::new(".managed.json");
            let lock = name.extension().is_some_and(|extension| extension == "lock");
            if !kept && !lock && !needed.contains(&name) {
                self.files.remove(&format!("{}/{}", self.folder, name.display()))?;
            }
        }
        Ok(())
    }

    /// The error for an index that has seen more changes than the store.
    fn ahead(&self, seq: u64) -> Error {
        let now = self.store.seq;
        let message = format!(
            "this index has seen {seq} changes, but the store of articles (articles.redb) only {now}: the store is damaged, \
             or an older copy. Put a newer copy in its place; to go on with the older one, delete the folders sentences, \
             quotes and entities"
        );
        Error::new(ErrorKind::Corrupt, message)
    }
}

impl One {
    /// Starts the writer and the reader of an index.
    fn start(index: &Index, threads: usize, memory: usize, committed: Option<u64>) -> Result<Self> {
        let options = IndexWriterOptions::builder()
            .num_worker_threads(threads)
            .memory_budget_per_thread(memory.max(MEMORY_AT_LEAST))
            .num_merge_threads(1)
            .build();
        let writer: IndexWriter = index.writer_with_options(options)?;
        // tantivy stamps the first operation after opening like the last commit. A merge would take a delete with that stamp for
        // done in segments whose deletes that commit wrote, and lose it. No operation gets the stamp.
        writer.run([])?;
        let mut merging = LogMergePolicy::default();
        // Deleted documents distort the statistics that ranking rests on until a merge drops them.
        merging.set_del_docs_ratio_before_merge(0.25);
        merging.set_min_layer_size(SMALL_SEGMENT);
        writer.set_merge_policy(Box::new(merging));
        let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
        Ok(Self { writer, reader, seq: committed, committed, made_anew: committed.is_none() })
    }

    /// Adds documents. They stand side by side in one segment, whatever other threads add.
    fn add(&self, documents: impl IntoIterator<Item = TantivyDocument>) -> Result<()> {
        self.writer.run(documents.into_iter().map(UserOperation::Add).collect::<Vec<_>>())?;
        Ok(())
    }

    /// Deletes the documents with a term.
    fn delete(&self, term: Term) {
        self.writer.delete_term(term);
    }

    /// Commits, and makes the commit visible to new searchers.
    fn commit(&mut self, store: &Snapshot) -> Result<()> {
        let mut prepared = self.writer.prepare_commit()?;
        prepared.set_payload(&Commit { store: store.id, seq: store.seq }.payload());
        prepared.commit()?;
        self.reader.reload()?;
        self.committed = Some(store.seq);
        Ok(())
    }
}

/// Segments of fewer documents than this are merged as soon as there are eight of them, however their sizes differ.
const SMALL_SEGMENT: u32 = 20_000;

/// The least memory that tantivy takes for an indexing thread.
const MEMORY_AT_LEAST: usize = 16_000_000;

/// Why an index is made anew that opened.
const ANEW: &str = "its number of documents differs from the store's, or it did not accept the store's changes";
