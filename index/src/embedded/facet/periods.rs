//! Counts by periods of the calendar.
//!
//! Reckoning a moment in a time zone costs more than all the rest of counting it. So the period of each full hour is remembered
//! where the hour lies within one, which is nearly always.

use std::collections::BTreeMap;

use tantivy::DocId;
use tantivy::columnar::Column;

use crate::calendar::{HOUR, bounds, name};
use crate::embedded::columns::Keys;
use crate::query::{Period, Zone};
use crate::{Facet, FacetValue};

/// For longer times than this, 120 years, periods are looked up by moment alone.
const MOST_HOURS: i64 = 1 << 20;

/// Counts hits by when their articles were published.
pub(super) struct Periods<'a> {
    /// How long each is.
    every: Period,
    /// Where hours and days begin.
    zone: Zone,
    /// The moments of the present segment.
    column: Option<&'a Column<i64>>,
    /// The periods so far.
    found: Vec<Found>,
    /// Their places in that list, by their first moment.
    starts: BTreeMap<i64, usize>,
    /// The hour that `hours` begins with, in hours since 1970.
    first_hour: i64,
    /// One more than the place of the period that holds the whole hour; 0 if that is not known.
    hours: Vec<u32>,
    /// How many hits are undated.
    missing: u64,
}

/// A period with a hit.
struct Found {
    /// Its first moment, in microseconds since 1970.
    start: i64,
    /// The moment after its last.
    end: i64,
    /// How many hits are in it.
    count: u64,
}

impl<'a> Periods<'a> {
    /// Nothing counted yet.
    pub(super) fn new(every: Period, zone: Zone, keys: &[Keys]) -> Self {
        let dated = || keys.iter().map(|keys| &keys.published).filter(|column| column.values.num_vals() > 0);
        let first = dated().map(|column| column.min_value()).min().unwrap_or_default().div_euclid(HOUR);
        let last = dated().map(|column| column.max_value()).max().unwrap_or_default().div_euclid(HOUR);
        let hours = if last - first < MOST_HOURS { (last - first + 1) as usize } else { 0 };
        Self {
            every,
            zone,
            column: None,
            found: Vec::new(),
            starts: BTreeMap::new(),
            first_hour: first,
            hours: vec![0; hours],
            missing: 0,
        }
    }

    /// What follows is of the segment with this column.
    pub(super) fn begin(&mut self, column: &'a Column<i64>) {
        self.column = Some(column);
    }

    /// Counts a hit.
    pub(super) fn add(&mut self, doc: DocId) {
        let Some(at) = self.column.and_then(|column| column.first(doc)) else {
            self.missing += 1;
            return;
        };
        let hour = at.div_euclid(HOUR);
        let slot = usize::try_from(hour - self.first_hour).ok().filter(|&slot| slot < self.hours.len());
        let known = slot.map_or(0, |slot| self.hours[slot]);
        if known > 0 {
            self.found[known as usize - 1].count += 1;
            return;
        }
        let Some(place) = self.place(at) else {
            self.missing += 1;
            return;
        };
        let found = &mut self.found[place];
        found.count += 1;
        if let Some(slot) = slot
            && found.start <= hour * HOUR
            && hour * HOUR + HOUR <= found.end
        {
            self.hours[slot] = place as u32 + 1;
        }
    }

    /// The place of the period that holds a moment. None if the moment is outside of the calendar.
    fn place(&mut self, at: i64) -> Option<usize> {
        if let Some((_, &place)) = self.starts.range(..=at).next_back()
            && at < self.found[place].end
        {
            return Some(place);
        }
        let (start, end) = bounds(at, self.every, self.zone.rules())?;
        self.found.push(Found { start, end, count: 0 });
        self.starts.insert(start, self.found.len() - 1);
        Some(self.found.len() - 1)
    }

    /// The counts: the latest periods, in order of time.
    pub(super) fn finish(self, limit: usize) -> Facet {
        let found: Vec<&Found> = self.starts.values().map(|&place| &self.found[place]).collect();
        let (others, told) = found.split_at(found.len().saturating_sub(limit));
        let value = |one: &&Found| FacetValue {
            value: name(one.start, self.every, self.zone.rules()),
            count: one.count,
            entity: None,
            period: Some((one.start, one.end)),
        };
        Facet {
            values: told.iter().map(value).collect(),
            others: others.iter().map(|one| one.count).sum(),
            missing: self.missing,
        }
    }
}
