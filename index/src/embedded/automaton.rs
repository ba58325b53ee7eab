//! Words of a form, found in the dictionary of a field.
//!
//! The dictionary is a sorted automaton itself, so both are followed together, and only words that can still match are
//! looked at. A form that begins with a letter leaves most of the dictionary aside.

use std::sync::Arc;

use tantivy::Result;
use tantivy::query::{AutomatonWeight, EnableScoring, Query, Weight};
use tantivy::schema::Field;
use tantivy_fst::Automaton;

use crate::wildcard::{Places, Wildcard};

/// Matches documents that have a word of a form. All score the same.
#[derive(Clone, Debug)]
pub(super) struct WildcardQuery {
    /// The field whose words are looked through.
    field: Field,
    /// What they must look like.
    form: Arc<Form>,
}

impl WildcardQuery {
    /// For a folded form.
    pub(super) fn new(field: Field, form: &str) -> Self {
        Self { field, form: Arc::new(Form(Wildcard::new(form))) }
    }
}

impl Query for WildcardQuery {
    fn weight(&self, _: EnableScoring<'_>) -> Result<Box<dyn Weight>> {
        Ok(Box::new(AutomatonWeight::<Form>::new(self.field, self.form.clone())))
    }
}

/// A form, as tantivy's dictionaries are searched with.
#[derive(Debug)]
struct Form(Wildcard);

impl Automaton for Form {
    type State = Places;

    fn start(&self) -> Places {
        self.0.begin()
    }

    fn is_match(&self, places: &Places) -> bool {
        self.0.ends(*places)
    }

    fn can_match(&self, places: &Places) -> bool {
        *places != 0
    }

    fn accept(&self, places: &Places, byte: u8) -> Places {
        self.0.step(*places, byte)
    }
}
