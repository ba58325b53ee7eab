//! Checks a data directory, and changes nothing in it.
//!
//! Every page of the store is checked by its checksum, every record is read, and everything that the store keeps beside the articles
//! (lists, entities, counters, log) is compared with what the articles say. Every file of an index is checked by its checksum, and
//! what it holds is compared with the store, article by article. Whatever would be written stays in memory (`untouched`).

mod finding;
mod index;
mod store;
mod untouched;

use std::path::Path;

use redb::{Database, ReadableDatabase};

use self::finding::{ANOTHER, WRITTEN_ANEW};
pub use self::finding::{Checked, Finding};
use self::untouched::Untouched;
use super::fault::caught;
use super::files::{Files, STORE};
use super::indexes::{Fields, INDEXES};
use super::options::EmbeddedOptions;
use super::store::{Snapshot, THE_STORE, prepare};
use super::{Embedded, bereft, indexed};
use crate::{Error, ErrorKind, Interrupt, Result};

impl Embedded {
    /// Checks the data directory of an engine that does not run. Nothing in it is changed.
    ///
    /// # Errors
    /// - [`ErrorKind::InUse`]: an engine has the directory open.
    /// - [`ErrorKind::Storage`]: there is no store in it, or the disk fails.
    /// - [`ErrorKind::Newer`]: a newer version wrote it.
    /// - [`ErrorKind::Cancelled`] and [`ErrorKind::DeadlineExceeded`], as the interrupt says.
    pub fn check(dir: impl AsRef<Path>, interrupt: &Interrupt) -> Result<Checked> {
        check(&Untouched::of(dir.as_ref())?, interrupt)
    }
}

/// Checks a store and its indexes, which nobody has open.
pub(super) fn check(files: &dyn Files, interrupt: &Interrupt) -> Result<Checked> {
    let file = files.path(STORE).unwrap_or_else(|| STORE.into());
    let mut checked = Checked::default();
    if files.bytes(STORE)?.is_none_or(|bytes| bytes == 0) {
        if !indexed(files) {
            let message = format!("there is no store of articles at {}", file.display());
            return Err(Error::new(ErrorKind::Storage, message));
        }
        checked.find(bereft(&file).to_string(), ANOTHER);
        return Ok(checked);
    }
    match caught(THE_STORE, || open(files)) {
        Err(error) if error.kind() == ErrorKind::Corrupt => checked.find(error.to_string(), WRITTEN_ANEW),
        opened => {
            let (_open, snapshot) = opened?;
            let fields = Fields::new();
            let expected = store::check(&snapshot, &mut checked, interrupt)?;
            // Where one is there, another that is missing is a fault.
            if INDEXES.into_iter().all(|name| files.list(name).is_ok_and(|names| names.is_empty())) {
                checked.unbuilt = snapshot.seq > 0;
                return Ok(checked);
            }
            let schemas = [&fields.sentences.schema, &fields.quotes.schema, &fields.entities.schema];
            for (name, schema) in INDEXES.into_iter().zip(schemas) {
                index::check(files, name, schema, &snapshot, &expected, &mut checked, interrupt)?;
            }
        }
    }
    Ok(checked)
}

/// Opens the store, of an older format, too.
fn open(files: &dyn Files) -> Result<(Database, Snapshot)> {
    let cache = EmbeddedOptions::default().store_cache_bytes;
    let mut how = Database::builder();
    let db = files.store(STORE, how.set_cache_size(cache).set_check_integrity_on_open(true))?;
    prepare(&db)?;
    let snapshot = Snapshot::of(&db.begin_read()?)?;
    Ok((db, snapshot))
}
