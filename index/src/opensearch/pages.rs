//! Reads a page in the state that its key names, or a first page in the present one.

use super::OpenSearch;
use super::page::{self, After, Place};
use super::view::View;
use crate::query::PageRequest;
use crate::{Facet, Interrupt, Page, Result, Total};

/// What was read of a page.
pub(super) struct Read<T> {
    /// The hits.
    pub(super) hits: Vec<T>,
    /// The place of the last of them, if more follow.
    pub(super) more: Option<Place>,
    /// How many there are on all pages.
    pub(super) total: Total,
    /// The number of the last change that the state has.
    pub(super) seq: u64,
    /// The counts that were asked for.
    pub(super) facets: Vec<Facet>,
}

impl OpenSearch {
    /// Reads the page of a query, which the hash tells from others.
    pub(super) fn page<T>(
        &self,
        hash: u64,
        request: &PageRequest,
        interrupt: &Interrupt,
        read: impl FnOnce(&View<'_>, Option<&After>) -> Result<Read<T>>,
    ) -> Result<Page<T>> {
        interrupt.check()?;
        let after = page::after(hash, request)?;
        let view = match &after {
            Some(after) => View::named(self, interrupt, after.point.clone()),
            None => View::open(self, interrupt)?,
        };
        let read = read(&view, after.as_ref());
        let next = read.as_ref().ok().and_then(|read| {
            let Read { more, total, seq, .. } = read;
            Some(page::key(hash, &After { place: (*more)?, total: *total, seq: *seq, point: view.name() }))
        });
        // A key that a client has may be used again, so only a state that no key names is forgotten.
        if next.is_none() && after.is_none() {
            view.close();
        }
        let Read { hits, total, seq, facets, .. } = read?;
        Ok(Page { hits, next, total, seq, facets })
    }
}
