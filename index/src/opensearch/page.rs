//! Page keys: where a page ends, in the order of one query's hits, and in which state of the cluster.
//!
//! A key has a version, a hash of the query, the total, the number of the last change, the place of the last hit, and
//! the name of a point in time. So it fits only the query it was made for, any node of the service can go on with it,
//! and nothing is counted again.

use crate::query::PageRequest;
use crate::{Error, ErrorKind, PageKey, Result, Total};

/// The version of the layout of keys. Not one of the embedded engine's, so that neither takes the other's.
const VERSION: u8 = 129;

/// Bytes before the name of the point in time.
const HEAD_BYTES: usize = 1 + 4 * 8 + 1 + 8 + 4;

/// A hit's place in the order of hits. No two hits of a query share one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// The bits of the score, or the moment. None where the article has no such moment.
    pub(super) value: Option<i64>,
    /// The article's number.
    pub(super) seq: u64,
    /// Position within the article.
    pub(super) ordinal: u32,
}

/// Where a page begins, and what is known from the previous pages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct After {
    /// The place of the last hit before it.
    pub(super) place: Place,
    /// The number of hits on all pages.
    pub(super) total: Total,
    /// The number of the last change that the state has.
    pub(super) seq: u64,
    /// The name of the point in time.
    pub(super) point: String,
}

/// The key of the page of a query that begins there.
pub(super) fn key(query: u64, after: &After) -> PageKey {
    let After { place, total, seq, point } = after;
    let mut bytes = vec![VERSION];
    let total = total.count << 1 | u64::from(total.exact);
    bytes.extend([query, total, *seq, place.seq].iter().flat_map(|number| number.to_be_bytes()));
    bytes.push(u8::from(place.value.is_some()));
    bytes.extend(place.value.unwrap_or_default().to_be_bytes());
    bytes.extend(place.ordinal.to_be_bytes());
    bytes.extend(point.as_bytes());
    PageKey(bytes)
}

/// Where the requested page begins; none at the start. The key must belong to this query.
pub(super) fn after(query: u64, request: &PageRequest) -> Result<Option<After>> {
    let Some(key) = &request.after else { return Ok(None) };
    let fault = |message| Error::new(ErrorKind::PageKey, message);
    let bytes = key.as_bytes();
    let point = bytes.get(HEAD_BYTES..).filter(|point| !point.is_empty()).map(|point| point.to_vec());
    let point =
        point.and_then(|point| String::from_utf8(point).ok()).ok_or_else(|| fault("the page key is damaged"))?;
    if bytes[0] != VERSION {
        return Err(fault("the page key is of another version"));
    }
    let number = |at: usize| bytes[at..at + 8].iter().fold(0_u64, |number, &byte| number << 8 | u64::from(byte));
    if number(1) != query {
        return Err(fault("the page key belongs to another query"));
    }
    let total = Total { count: number(9) >> 1, exact: number(9) & 1 == 1 };
    let value = (bytes[33] == 1).then(|| number(34).cast_signed());
    let ordinal = bytes[42..HEAD_BYTES].iter().fold(0_u32, |number, &byte| number << 8 | u32::from(byte));
    Ok(Some(After { place: Place { value, seq: number(25), ordinal }, total, seq: number(17), point }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_come_back_and_know_their_query() -> Result<()> {
        let at = |key| PageRequest { size: 1, after: Some(key) };
        for value in [None, Some(-5), Some(i64::MAX)] {
            let place = Place { value, seq: 1 << 63, ordinal: u32::MAX };
            let there = After { place, total: Total { count: 12, exact: true }, seq: 7, point: "point".into() };
            let made = key(5, &there);
            assert_eq!(after(5, &at(made))?, Some(there.clone()));
            for bad in [key(6, &there), PageKey(Vec::new()), PageKey(vec![VERSION; HEAD_BYTES]), PageKey(vec![9; 99])] {
                assert_eq!(after(5, &at(bad)).map_err(|error| error.kind()), Err(ErrorKind::PageKey));
            }
        }
        Ok(())
    }
}
