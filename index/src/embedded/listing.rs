//! The orders in which articles are listed, and how the store's tables are walked for each.
//!
//! Two tables hold articles by a moment: publication and last change. Their keys sort latest first, with articles without the
//! moment at the end. The opposite order walks the same table backwards, in two stretches, so that those articles still come last.

use redb::{AccessGuard, StorageError};

use super::page::Place;
use super::store::{Snapshot, newest_key};
use crate::query::ArticleOrder;
use crate::{Error, ErrorKind, Result};

/// What articles are listed by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Moment {
    /// When they were published.
    Published,
    /// When they last changed.
    Updated,
}

/// An order of articles. Articles with the same moment are ordered in the same direction by sequence number; those without a
/// moment come last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Listing {
    /// The moment that it goes by.
    pub(super) by: Moment,
    latest_first: bool,
}

impl Listing {
    /// The listing for an order.
    pub(super) fn of(order: ArticleOrder) -> Self {
        let (by, latest_first) = match order {
            ArticleOrder::NewestPublished => (Moment::Published, true),
            ArticleOrder::OldestPublished => (Moment::Published, false),
            ArticleOrder::LatestUpdated => (Moment::Updated, true),
            ArticleOrder::EarliestUpdated => (Moment::Updated, false),
        };
        Self { by, latest_first }
    }

    /// The rank of the moment with this [`date_key`](super::store::date_key).
    pub(super) fn rank(self, key: u64) -> u64 {
        if self.latest_first || key == UNDATED.0 { key } else { u64::MAX - key }
    }

    /// The place of the article under a number.
    pub(super) fn place(self, rank: u64, seq: u64) -> Place {
        Place { rank, tie: if self.latest_first { newest_key(seq) } else { seq }, ordinal: 0 }
    }

    /// The number of the article at a place.
    pub(super) fn seq_of(self, place: Place) -> u64 {
        if self.latest_first { u64::MAX - place.tie } else { place.tie }
    }
}

/// The first key of an article without a moment, and one behind all.
const UNDATED: (u64, u64) = (u64::MAX, 0);
/// The key behind all articles, where a list has ended.
const END: (u64, u64) = (u64::MAX, u64::MAX);

impl Snapshot {
    /// Articles in this order, from about a place on: [`date_key`](super::store::date_key) and number of each. Where the
    /// latest come first, those whose key is below `start` are left out.
    pub(super) fn listed(
        &self,
        listing: Listing,
        after: Option<Place>,
        start: u64,
    ) -> Result<impl Iterator<Item = Result<(u64, u64)>>> {
        let table = match listing.by {
            Moment::Published => &self.by_date,
            Moment::Updated => {
                let missing = || Error::new(ErrorKind::Corrupt, "articles are not listed by when they changed");
                self.by_updated.as_ref().ok_or_else(missing)?
            }
        };
        let (forwards, backwards) = match (listing.latest_first, after) {
            (true, None) => (Some((start, 0)), None),
            (true, Some(after)) => (Some((after.rank, after.tie).max((start, 0))), None),
            (false, None) => (None, Some((UNDATED, END))),
            // Of those with a moment none is left once one without has come.
            (false, Some(after)) if after.rank == UNDATED.0 => {
                (None, Some(((0, 0), (UNDATED.0, newest_key(after.tie)))))
            }
            (false, Some(after)) => (None, Some(((u64::MAX - after.rank, newest_key(after.tie)), END))),
        };
        let forwards = forwards.map(|from| table.range(from..)).transpose()?;
        let backwards = match backwards {
            Some((dated, undated)) => Some(table.range(..dated)?.rev().chain(table.range(UNDATED..undated)?.rev())),
            None => None,
        };
        let entry = |entry: std::result::Result<(AccessGuard<'_, (u64, u64)>, _), StorageError>| {
            let (key, newest) = entry?.0.value();
            Ok((key, u64::MAX - newest))
        };
        Ok(forwards.into_iter().flatten().chain(backwards.into_iter().flatten()).map(entry))
    }
}
