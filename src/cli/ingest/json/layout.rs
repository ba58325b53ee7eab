//! Says which names records use for which fields, and holds what a record yields.

use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::{Map, Value};

use super::super::note::Note;
use super::names::FieldName;
use crate::proto::Article;

/// Which names records use for which fields.
#[derive(Debug, Default)]
pub(in crate::cli::ingest) struct Layout {
    pub(super) chosen: Vec<Chosen>,
}

/// The name of a field that the user gave, and whether any record had it.
#[derive(Debug)]
pub(super) struct Chosen {
    pub(super) name: FieldName,
    pub(super) matched: AtomicBool,
}

pub(in crate::cli::ingest) type Record = Map<String, Value>;

/// An article as a record or page describes it.
#[derive(Debug, Default, PartialEq)]
pub(in crate::cli::ingest) struct Told {
    /// The article.
    pub(in crate::cli::ingest) article: Article,
    /// What was left out because it could not be read, and what was guessed.
    pub(in crate::cli::ingest) notes: Vec<Note>,
}

impl Layout {
    /// The usual names, except for the fields that `chosen` names.
    pub(in crate::cli::ingest) fn new(chosen: Vec<FieldName>) -> Self {
        let chosen = chosen.into_iter().map(|name| Chosen { name, matched: AtomicBool::new(false) });
        Self { chosen: chosen.collect() }
    }

    /// The names that no record has had so far.
    pub(in crate::cli::ingest) fn unmatched(&self) -> Vec<&FieldName> {
        let unmatched = self.chosen.iter().filter(|chosen| !chosen.matched.load(Ordering::Relaxed));
        unmatched.map(|chosen| &chosen.name).collect()
    }
}
