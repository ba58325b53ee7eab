//! One order of the values of a column over all segments.
//!
//! Each segment numbers the values that it has. To add up what several of them count, values would have to be read and
//! compared for every search; with one order of all, numbers are added up, and only what is shown is read. Making it takes
//! as long as reading all values once, so that it is made for columns that are asked for again, and kept with the view.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use tantivy::columnar::StrColumn;

use crate::engine::CHECK_EVERY;
use crate::{Interrupt, Result};

/// The places of all values of a column.
pub(super) struct Ordering {
    /// For each segment, the place of each of its values.
    places: Vec<Vec<u32>>,
    /// For each place, a segment that has the value, and its number there.
    values: Vec<(u32, u32)>,
}

impl Ordering {
    /// The order of the values of some segments.
    pub(super) fn of(segments: &[Option<StrColumn>], interrupt: &Interrupt) -> Result<Self> {
        let mut places: Vec<Vec<u32>> = segments.iter().map(|_| Vec::new()).collect();
        let mut values = Vec::new();
        let mut streams = Vec::with_capacity(segments.len());
        let mut next = BinaryHeap::new();
        for (segment, column) in segments.iter().enumerate() {
            let Some(column) = column else { continue };
            let mut stream = column.dictionary().stream()?;
            places[segment].reserve_exact(column.num_terms());
            if stream.advance() {
                next.push(Reverse((stream.key().to_vec(), segment, streams.len())));
            }
            streams.push(stream);
        }
        let mut before: Option<Vec<u8>> = None;
        let mut read = 0;
        while let Some(Reverse((value, segment, stream))) = next.pop() {
            if read % CHECK_EVERY == 0 {
                interrupt.check()?;
            }
            read += 1;
            if before.as_ref() != Some(&value) {
                values.push((segment as u32, places[segment].len() as u32));
            }
            places[segment].push(values.len() as u32 - 1);
            let stream_of = &mut streams[stream];
            let mut room = before.replace(value).unwrap_or_default();
            if stream_of.advance() {
                room.clear();
                room.extend_from_slice(stream_of.key());
                next.push(Reverse((room, segment, stream)));
            }
        }
        Ok(Self { places, values })
    }

    /// The values with the highest sums, the first of equals first. Each segment counts from a number of its values on.
    pub(super) fn most(
        &self,
        segments: &[Option<StrColumn>],
        counts: impl Iterator<Item = (usize, u64, impl AsRef<[u32]>)>,
        limit: usize,
    ) -> Result<Vec<(Vec<u8>, u64)>> {
        let mut sums = vec![0_u64; self.values.len()];
        for (segment, start, counts) in counts {
            let places = self.places[segment].iter().skip(start as usize);
            for (&place, &count) in places.zip(counts.as_ref()).filter(|&(_, &count)| count > 0) {
                sums[place as usize] += u64::from(count);
            }
        }
        let counted = sums.iter().enumerate().filter(|&(_, &sum)| sum > 0);
        let mut best: Vec<(Reverse<u64>, usize)> = counted.map(|(place, &sum)| (Reverse(sum), place)).collect();
        if limit < best.len() {
            best.select_nth_unstable(limit);
            best.truncate(limit);
        }
        best.sort_unstable();
        let read = |(Reverse(sum), place): (Reverse<u64>, usize)| {
            let (segment, number) = self.values[place];
            let mut value = Vec::new();
            if let Some(column) = &segments[segment as usize] {
                column.dictionary().ord_to_term(number.into(), &mut value)?;
            }
            Ok((value, sum))
        };
        best.into_iter().map(read).collect()
    }
}
