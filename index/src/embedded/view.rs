//! What all reads look at: store and indexes at one sequence number.

use std::sync::Arc;

use super::indexes::{Fields, Searchers};
use super::store::Snapshot;

/// The state after one sequence number. Replaced as a whole, so that everything changes at the same moment.
pub(super) struct View {
    pub(super) fields: Arc<Fields>,
    pub(super) searchers: Searchers,
    pub(super) store: Snapshot,
}
