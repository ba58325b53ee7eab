//! Counts by whole values.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use tantivy::DocId;
use tantivy::columnar::{StrColumn, TermOrdHit};

use crate::counts::{most, one_for_each_name};
use crate::embedded::columns::CountedColumn;
use crate::embedded::ordering::Ordering;
use crate::embedded::view::View;
use crate::{EntityId, Facet, Interrupt, Result};

/// Which values of a column are told, and how.
pub(super) enum Wanted {
    /// All, as they are.
    All,
    /// Ids of entities that have names: not dates and sums of money.
    Entities,
    /// Names, of which those with the same [`name_key`] are one.
    Names,
    /// What follows this beginning.
    Labels(String),
    /// These words.
    Words(Vec<&'static str>),
}

/// As many values can be read in order while one is looked up.
const LOOK_UP: usize = 32;

/// Counts hits by the values in a column.
pub(super) struct Values {
    /// The numbers of the values of each document, and the values, for each segment.
    column: Arc<CountedColumn>,
    /// One order of all values, if there is one.
    ordering: Option<Arc<Ordering>>,
    /// Which of them are told.
    wanted: Wanted,
    /// The present segment.
    segment: usize,
    /// The numbers of the values that count, in the present segment.
    range: Range<u64>,
    /// Those among them that do not.
    skipped: [Range<u64>; 2],
    /// How many hits have each of them, for each segment so far.
    counts: Vec<Vec<u32>>,
    /// The hit that had each of them last, so that none counts twice: one more than its first document.
    last: Vec<DocId>,
    /// How many hits have none of them.
    missing: u64,
    /// Room for what is looked up together.
    batch: Batch,
}

/// Rows of a column: the document and the number of the value in each.
#[derive(Default)]
struct Batch {
    docs: Vec<DocId>,
    rows: Vec<u32>,
    ords: Vec<u64>,
}

impl Values {
    /// Nothing counted yet.
    pub(super) fn new(column: Arc<CountedColumn>, wanted: Wanted, interrupt: &Interrupt) -> Result<Self> {
        let counts = vec![Vec::new(); column.segments.len()];
        let ordering = match wanted {
            Wanted::Names | Wanted::Words(_) => None,
            Wanted::All | Wanted::Entities | Wanted::Labels(_) => column.ordering(interrupt)?,
        };
        Ok(Self {
            column,
            ordering,
            wanted,
            segment: 0,
            range: 0..0,
            skipped: [0..0, 0..0],
            counts,
            last: Vec::new(),
            missing: 0,
            batch: Batch::default(),
        })
    }

    /// What follows is of this segment.
    pub(super) fn begin(&mut self, segment: usize) -> Result<()> {
        self.segment = segment;
        self.range = match &self.column.segments[segment] {
            Some(column) => range(column, &self.wanted)?,
            None => 0..0,
        };
        self.skipped = match (&self.wanted, &self.column.segments[segment]) {
            (Wanted::Entities, Some(column)) => [begun(column, "date/")?, begun(column, "money/")?],
            _ => [0..0, 0..0],
        };
        let len = (self.range.end - self.range.start) as usize;
        self.counts[segment] = vec![0; len];
        self.last.clear();
        self.last.resize(len, 0);
        Ok(())
    }

    /// Counts documents, each as a hit, in ascending order.
    pub(super) fn add_each(&mut self, docs: &[DocId]) {
        let counted = self.column.clone();
        let Some(column) = &counted.segments[self.segment] else {
            self.missing += docs.len() as u64;
            return;
        };
        let Batch { docs: of, rows, ords } = &mut self.batch;
        of.clear();
        rows.clear();
        // Looked up all together, which takes a fraction of the time.
        column.ords().index.docids_to_rowids(docs, of, rows);
        ords.resize(rows.len(), 0);
        column.ords().values.get_vals(rows, ords);
        let batch = std::mem::take(&mut self.batch);
        let mut hits = 0;
        let mut before = None;
        for (&doc, &ord) in batch.docs.iter().zip(&batch.ords) {
            if self.count(ord, doc) && before != Some(doc) {
                hits += 1;
                before = Some(doc);
            }
        }
        self.missing += docs.len() as u64 - hits;
        self.batch = batch;
    }

    /// Counts some documents as one hit.
    pub(super) fn add(&mut self, docs: Range<DocId>) {
        let counted = self.column.clone();
        let Some(column) = &counted.segments[self.segment] else {
            self.missing += 1;
            return;
        };
        let hit = docs.start;
        let mut any = false;
        for ord in docs.flat_map(|doc| column.ords().values_for_doc(doc)) {
            any |= self.count(ord, hit);
        }
        self.missing += u64::from(!any);
    }

    /// Counts a value of a hit, which its first document stands for. False if the value does not count.
    fn count(&mut self, ord: u64, hit: DocId) -> bool {
        if !self.range.contains(&ord) || self.skipped.iter().any(|some| some.contains(&ord)) {
            return false;
        }
        let at = (ord - self.range.start) as usize;
        if self.last[at] != hit + 1 {
            self.last[at] = hit + 1;
            self.counts[self.segment][at] += 1;
        }
        true
    }

    /// The counts.
    pub(super) fn finish(self, limit: usize, view: &View) -> Result<Facet> {
        let empty = if let Wanted::All = self.wanted { self.total(b"")? } else { 0 };
        let all: u64 = self.counts.iter().flatten().map(|&count| u64::from(count)).sum();
        let mut facet = match &self.wanted {
            Wanted::Names => most(one_for_each_name(self.totals(&self.all())?), limit),
            Wanted::Words(words) => {
                let told = |(word, _): &(String, u64)| words.contains(&word.as_str());
                most(self.totals(&self.all())?.into_iter().filter(told).collect(), limit)
            }
            Wanted::All | Wanted::Entities | Wanted::Labels(_) => {
                // A name that is empty is none; a label may be.
                let told = |(value, _): &(String, u64)| empty == 0 || !value.is_empty();
                let wanted = limit + usize::from(empty > 0);
                let totals = match &self.ordering {
                    Some(ordering) => self.ordered(ordering, wanted)?,
                    None => self.totals(&self.least(wanted))?,
                };
                let mut facet = most(totals.into_iter().filter(told).collect(), limit);
                facet.others = all - empty - facet.values.iter().map(|value| value.count).sum::<u64>();
                facet
            }
        };
        if let Wanted::Entities = self.wanted {
            for value in &mut facet.values {
                let id = EntityId::parse(&value.value);
                let record = id.map(|id| view.store.entity(&id)).transpose()?.flatten();
                value.entity = record.map(|entity| (entity.name, entity.kind));
            }
        }
        Ok(Facet { missing: self.missing + empty, ..facet })
    }

    /// The values with most hits.
    fn ordered(&self, ordering: &Ordering, limit: usize) -> Result<Vec<(String, u64)>> {
        let mut starts = Vec::with_capacity(self.counts.len());
        for (segment, column) in self.column.segments.iter().enumerate() {
            if let Some(column) = column.as_ref().filter(|_| !self.counts[segment].is_empty()) {
                starts.push((segment, range(column, &self.wanted)?.start));
            }
        }
        let counts = starts.into_iter().map(|(segment, start)| (segment, start, &self.counts[segment]));
        let most = ordering.most(&self.column.segments, counts, limit)?;
        Ok(most.into_iter().map(|(value, count)| (self.told(&value), count)).collect())
    }

    /// A value as it is told: of a label, what follows its key.
    fn told(&self, value: &[u8]) -> String {
        let begun = if let Wanted::Labels(begun) = &self.wanted { begun.len() } else { 0 };
        String::from_utf8_lossy(&value[begun.min(value.len())..]).into_owned()
    }

    /// The least counts, for each segment, with one of which a value can be among those of most hits.
    ///
    /// The value in place `limit` of any one segment has at least as many hits in all, so that this many are sure. They are
    /// shared out among the segments by the highest count in each: a value that stays below its share everywhere has fewer.
    fn least(&self, limit: usize) -> Vec<u32> {
        let place = |counts: &Vec<u32>| {
            let mut counts: Vec<u32> = counts.iter().copied().filter(|&count| count > 0).collect();
            if counts.len() < limit {
                return 0;
            }
            let (_, at, _) = counts.select_nth_unstable_by(limit - 1, |a, b| b.cmp(a));
            *at
        };
        let sure = u64::from(self.counts.iter().map(place).max().unwrap_or_default());
        let highest: Vec<u64> =
            self.counts.iter().map(|counts| counts.iter().copied().max().unwrap_or_default().into()).collect();
        let all: u64 = highest.iter().sum();
        let share = |&high: &u64| (sure.saturating_sub(1) * high / all.max(1)) as u32 + 1;
        let least: Vec<u32> = highest.iter().map(share).collect();
        // What is left has to be looked up in the other segments. If it is much, reading all in order is faster.
        let having = |least: &[u32]| -> usize {
            let segments = self.counts.iter().zip(least);
            segments.map(|(counts, least)| counts.iter().filter(|&count| count >= least).count()).sum()
        };
        let one = self.all();
        let pays = having(&least) * self.counts.len() * LOOK_UP < having(&one);
        if pays { least } else { one }
    }

    /// The least counts of all values that were counted.
    fn all(&self) -> Vec<u32> {
        vec![1; self.counts.len()]
    }

    /// The values that have at least so many hits in one segment, with how many they have in all.
    fn totals(&self, least: &[u32]) -> Result<Vec<(String, u64)>> {
        let complete = least.iter().all(|&least| least == 1);
        let mut totals: BTreeMap<Vec<u8>, u64> = BTreeMap::new();
        for ((column, counts), &least) in self.column.segments.iter().zip(&self.counts).zip(least) {
            let Some(column) = column.as_ref().filter(|_| !counts.is_empty()) else { continue };
            let start = range(column, &self.wanted)?.start;
            let told = counts.iter().enumerate().filter(|&(_, &count)| count >= least);
            let (ords, counts): (Vec<u64>, Vec<u32>) = told.map(|(at, &count)| (start + at as u64, count)).unzip();
            let mut counts = counts.into_iter();
            column.dictionary().sorted_ords_to_term_cb(&ords, |value| {
                let count = counts.next().map_or(0, u64::from);
                *totals.entry(value.to_vec()).or_default() += if complete { count } else { 0 };
            })?;
        }
        if !complete {
            for (value, total) in &mut totals {
                *total = self.total(value)?;
            }
        }
        Ok(totals.into_iter().map(|(value, count)| (self.told(&value), count)).collect())
    }

    /// How many hits a value has in all segments.
    fn total(&self, value: &[u8]) -> Result<u64> {
        let mut total = 0;
        for (column, counts) in self.column.segments.iter().zip(&self.counts) {
            let Some(column) = column.as_ref().filter(|_| !counts.is_empty()) else { continue };
            let Some(ord) = column.dictionary().term_ord(value)? else { continue };
            let at = ord.checked_sub(range(column, &self.wanted)?.start);
            total += at.and_then(|at| counts.get(at as usize)).map_or(0, |&count| u64::from(count));
        }
        Ok(total)
    }
}

/// The numbers of the values of a column that are wanted.
fn range(column: &StrColumn, wanted: &Wanted) -> Result<Range<u64>> {
    let dictionary = column.dictionary();
    let all = dictionary.num_terms() as u64;
    if let Wanted::Labels(pairs) = wanted { begun(column, pairs) } else { Ok(0..all) }
}

/// The numbers of the values that begin like this.
fn begun(column: &StrColumn, begun: &str) -> Result<Range<u64>> {
    let dictionary = column.dictionary();
    let all = dictionary.num_terms() as u64;
    // The beginning ends with a sign of one byte; what begins with the next sign is behind it.
    let mut behind = begun.as_bytes().to_vec();
    if let Some(last) = behind.last_mut() {
        *last += 1;
    }
    let at = |key: &[u8]| -> Result<u64> {
        let (TermOrdHit::Exact(ord) | TermOrdHit::Next(ord)) = dictionary.term_ord_or_next(key)?;
        Ok(ord.min(all))
    };
    let start = at(begun.as_bytes())?;
    Ok(start..at(&behind)?.max(start))
}
