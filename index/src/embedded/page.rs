//! Page keys: where a page ends, in the order of one query's hits.
//!
//! A key has a fixed length: a version, a hash of the query, the id of the view, the total, and the place of the last hit. So it
//! fits only the query it was made for, leads to the same view, and spares counting again. Clients get it inside an opaque token,
//! which the service protects with a digest.

use crate::query::PageRequest;
use crate::{Error, ErrorKind, PageKey, Result, Total};

/// A hit's place in the order of hits: smaller comes first. No two hits of a query share one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    /// Score or date, converted so that smaller comes first.
    pub(super) rank: u64,
    /// Breaks ties: the article's sequence number, or whatever else identifies the hit.
    pub(super) tie: u64,
    /// Position within the article.
    pub(super) ordinal: u32,
}

/// Where a page begins, and what is known from the previous pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct After {
    /// The place of the last hit before it.
    pub(super) place: Place,
    /// The number of hits on all pages, which stays the same in one view.
    pub(super) total: Total,
}

/// The version of the layout of keys.
const VERSION: u8 = 2;

/// The length of a key: the version, the query, the view, the total (its lowest bit says whether it is exact), and the place.
const KEY_BYTES: usize = 1 + 5 * 8 + 4;

/// The key of a page of this query in this view.
pub(super) fn key(query: u64, view: u64, after: After) -> PageKey {
    let After { place, total } = after;
    let total = total.count << 1 | u64::from(total.exact);
    let mut bytes = vec![VERSION];
    bytes.extend([query, view, total, place.rank, place.tie].iter().flat_map(|number| number.to_be_bytes()));
    bytes.extend(place.ordinal.to_be_bytes());
    PageKey(bytes)
}

/// The view that a key names.
pub(super) fn view(key: &PageKey) -> Result<u64> {
    read(key).map(|([_, view, ..], _)| view)
}

/// Where the requested page begins; none at the start. The key must belong to this query.
pub(super) fn after(query: u64, request: &PageRequest) -> Result<Option<After>> {
    let Some(key) = &request.after else { return Ok(None) };
    let ([of, _, total, rank, tie], ordinal) = read(key)?;
    if of != query {
        return Err(Error::new(ErrorKind::PageKey, "the page key belongs to another query"));
    }
    let total = Total { count: total >> 1, exact: total & 1 == 1 };
    Ok(Some(After { place: Place { rank, tie, ordinal }, total }))
}

/// The numbers of a key: query, view, total, rank and tie; then the ordinal.
fn read(key: &PageKey) -> Result<([u64; 5], u32)> {
    let fault = |message| Error::new(ErrorKind::PageKey, message);
    let bytes: &[u8; KEY_BYTES] = key.as_bytes().try_into().map_err(|_| fault("the page key is damaged"))?;
    if bytes[0] != VERSION {
        return Err(fault("the page key is of another version"));
    }
    let number = |at: usize| bytes[at..at + 8].iter().fold(0, |number, &byte| number << 8 | u64::from(byte));
    let ordinal = bytes[41..].iter().fold(0, |number, &byte| number << 8 | u32::from(byte));
    Ok(([number(1), number(9), number(17), number(25), number(33)], ordinal))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_come_back_and_know_their_query() -> Result<()> {
        let place = Place { rank: 1 << 63, tie: 7, ordinal: u32::MAX };
        let there = After { place, total: Total { count: 12, exact: true } };
        let at = |key| PageRequest { size: 1, after: Some(key) };
        let made = key(5, u64::MAX, there);
        assert_eq!(view(&made)?, u64::MAX);
        assert_eq!(after(5, &at(made))?, Some(there));
        for bad in [key(6, 1, there), PageKey(Vec::new()), PageKey(vec![9; KEY_BYTES])] {
            assert_eq!(after(5, &at(bad)).map_err(|error| error.kind()), Err(ErrorKind::PageKey));
        }
        Ok(())
    }
}
