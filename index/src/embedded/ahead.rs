//! What follows a page, found together with it.
//!
//! A page begins after the last hit of the one before. The further it is from the first, the more matches are better than
//! its own and must be seen again to find it: each page of a long list would cost more than the one before. So whoever
//! turns pages gets hits for many pages from one search, and the next pages come from here. They are the same: view, query
//! and place are.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use super::collect::{Found, Top};
use super::page::{After, Place};

/// For how many pages hits are found at once.
const PAGES: usize = 32;

/// No more hits than these are found ahead.
const MOST_HITS: usize = 2_048;

/// So many lists are kept, those that were read last: some 5 MB.
const LISTS: usize = 64;

/// Hits for the next pages of some queries.
#[derive(Default)]
pub(super) struct Ahead(Mutex<VecDeque<List>>);

/// Hits in their order, without gaps.
struct List {
    view: u64,
    query: u64,
    /// The place before the first of them.
    after: Place,
    hits: Vec<Found>,
    /// Whether more follow.
    more: bool,
}

impl List {
    /// The hits after a place, if it is here and as many as wanted are.
    fn next(&self, after: Place, limit: usize) -> Option<(&[Found], bool)> {
        let at = match after == self.after {
            true => 0,
            false => self.hits.binary_search_by_key(&after, |found| found.place).ok()? + 1,
        };
        let rest = &self.hits[at..];
        let whole = rest.len() >= limit || !self.more;
        whole.then(|| (&rest[..rest.len().min(limit)], self.more || rest.len() > limit))
    }
}

impl Ahead {
    /// How many hits to look for where so many are wanted.
    pub(super) fn wide(limit: usize) -> usize {
        limit.saturating_mul(PAGES).min(MOST_HITS).max(limit)
    }

    /// The page after a place, if its hits are known.
    pub(super) fn page(&self, view: u64, query: u64, after: After, limit: usize) -> Option<Top> {
        let mut lists = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let at = lists.iter().position(|list| (list.view, list.query) == (view, query))?;
        let (hits, more) = lists[at].next(after.place, limit)?;
        let top = Top { hits: hits.to_vec(), more, total: after.total };
        let list = lists.remove(at)?;
        lists.push_back(list);
        Some(top)
    }

    /// Keeps the hits that follow a place.
    pub(super) fn keep(&self, view: u64, query: u64, after: Place, found: &Top) {
        if found.hits.len() > MOST_HITS {
            return;
        }
        let list = List { view, query, after, hits: found.hits.clone(), more: found.more };
        let mut lists = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lists.retain(|list| (list.view, list.query) != (view, query));
        lists.push_back(list);
        if lists.len() > LISTS {
            lists.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Total;

    fn found(rank: u64) -> Found {
        Found { place: Place { rank, tie: 0, ordinal: 0 }, segment: 0, doc: rank as u32, score: 0.0 }
    }

    fn after(rank: u64) -> After {
        After { place: found(rank).place, total: Total { count: 9, exact: true } }
    }

    fn ranks(top: Option<Top>) -> Option<(Vec<u64>, bool)> {
        top.map(|top| (top.hits.iter().map(|found| found.place.rank).collect(), top.more))
    }

    #[test]
    fn pages_are_parts_of_the_list() {
        let ahead = Ahead::default();
        let keep = |ranks: std::ops::Range<u64>, more| {
            let top = Top { hits: ranks.map(found).collect(), more, total: after(0).total };
            ahead.keep(1, 2, found(10).place, &top);
        };
        keep(11..16, true);
        assert_eq!(ranks(ahead.page(1, 2, after(10), 2)), Some((vec![11, 12], true)));
        assert_eq!(ranks(ahead.page(1, 2, after(12), 3)), Some((vec![13, 14, 15], true)));
        for unknown in [ahead.page(1, 2, after(13), 3), ahead.page(1, 2, after(9), 1), ahead.page(1, 3, after(10), 1)] {
            assert_eq!(ranks(unknown), None);
        }
        keep(11..16, false);
        assert_eq!(ranks(ahead.page(1, 2, after(13), 3)), Some((vec![14, 15], false)));
        assert_eq!(ranks(ahead.page(1, 2, after(15), 3)), Some((vec![], false)));
    }

    #[test]
    fn the_lists_that_nobody_reads_go_first() {
        let ahead = Ahead::default();
        let top = Top { hits: vec![found(2)], more: false, total: after(0).total };
        for view in 0..=LISTS as u64 {
            ahead.keep(view, 0, found(1).place, &top);
            assert!(ahead.page(0, 0, after(1), 1).is_some(), "{view}");
        }
        assert!(ahead.page(1, 0, after(1), 1).is_none());
    }
}
