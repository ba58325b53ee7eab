//! Counts of hits by what they have in common.
//!
//! The page of hits is found first, as without facets. The matches are then walked once more, without scores, and each looks up
//! its values in columns of the index. So the counts are exact, and the number of hits is known with them. Columns hold numbers
//! of values; the values themselves are only read for what was counted.

mod periods;
mod values;

use std::ops::Range;

use tantivy::columnar::Column;
use tantivy::query::{EnableScoring, Query};
use tantivy::{COLLECT_BLOCK_BUFFER_LEN, DocId, DocSet, Searcher};

use self::periods::Periods;
use self::values::{Values, Wanted};
use super::columns::{Columns, Keys, Places};
use super::schema::{ROLES, columns, label_pairs};
use super::view::View;
use crate::counts::most;
use crate::engine::CHECK_EVERY;
use crate::query::{FacetField, FacetQuery};
use crate::words::{ACTS, KINDS, POLARITIES, role_word};
use crate::{Error, ErrorKind, Facet, Interrupt, Result};

/// An index whose documents are counted.
#[derive(Clone, Copy)]
pub(super) struct Counted<'a> {
    /// Its documents.
    pub(super) searcher: &'a Searcher,
    /// When their articles were published, for each segment.
    pub(super) keys: &'a [Keys],
    /// Their values.
    pub(super) columns: &'a Columns,
    /// Where sentences stand; none for quotes.
    pub(super) places: Option<&'a [Places]>,
}

/// Counts hits by some fields.
pub(super) struct Facets<'a> {
    /// What is counted.
    index: Counted<'a>,
    /// One for each field, in the order of the request.
    counters: Vec<Counter<'a>>,
    /// How many values each tells.
    limits: Vec<usize>,
}

/// Counts hits by one field.
enum Counter<'a> {
    /// By whole values.
    Values(Values),
    /// By the role of sentences.
    Roles(Roles<'a>),
    /// By when articles were published.
    Periods(Periods<'a>),
}

impl View {
    /// The index of sentences.
    pub(super) fn counted_sentences(&self) -> Counted<'_> {
        Counted {
            searcher: &self.searchers.sentences,
            keys: &self.sentence_keys,
            columns: &self.sentence_columns,
            places: Some(&self.sentence_places),
        }
    }

    /// The index of quotes.
    pub(super) fn counted_quotes(&self) -> Counted<'_> {
        Counted { searcher: &self.searchers.quotes, keys: &self.quote_keys, columns: &self.quote_columns, places: None }
    }

    /// Counts the documents that match, and by what they are asked to be counted.
    pub(super) fn count_by(
        &self,
        index: Counted<'_>,
        query: &dyn Query,
        asked: &[FacetQuery],
        interrupt: &Interrupt,
    ) -> Result<(Vec<Facet>, u64)> {
        let mut facets = Facets::new(index, asked, interrupt)?;
        let weight = query.weight(EnableScoring::disabled_from_searcher(index.searcher))?;
        let mut count = 0;
        for (segment, reader) in index.searcher.segment_readers().iter().enumerate() {
            facets.begin(segment)?;
            let alive = reader.alive_bitset();
            let mut matches = weight.scorer(reader, 1.0)?;
            let mut buffer = [0; COLLECT_BLOCK_BUFFER_LEN];
            let mut docs = Vec::with_capacity(buffer.len());
            let mut unchecked = 0;
            loop {
                let filled = matches.fill_buffer(&mut buffer);
                docs.clear();
                docs.extend(buffer[..filled].iter().filter(|&&doc| alive.is_none_or(|alive| alive.is_alive(doc))));
                facets.add(&docs);
                count += docs.len() as u64;
                unchecked += filled as u32;
                if unchecked >= CHECK_EVERY {
                    interrupt.check()?;
                    unchecked = 0;
                }
                if filled < buffer.len() {
                    break;
                }
            }
        }
        Ok((facets.finish(self)?, count))
    }
}

impl<'a> Facets<'a> {
    /// Nothing counted yet.
    pub(super) fn new(index: Counted<'a>, asked: &[FacetQuery], interrupt: &Interrupt) -> Result<Self> {
        let counters = asked.iter().map(|facet| Counter::new(index, &facet.field, interrupt)).collect::<Result<_>>()?;
        Ok(Self { index, counters, limits: asked.iter().map(|facet| facet.limit.max(1)).collect() })
    }

    /// What follows is of this segment.
    pub(super) fn begin(&mut self, segment: usize) -> Result<()> {
        for counter in &mut self.counters {
            match counter {
                Counter::Values(values) => values.begin(segment)?,
                Counter::Roles(roles) => roles.segment = segment,
                Counter::Periods(periods) => periods.begin(&self.index.keys[segment].published),
            }
        }
        Ok(())
    }

    /// Counts documents, each as a hit.
    fn add(&mut self, docs: &[DocId]) {
        for counter in &mut self.counters {
            match counter {
                Counter::Values(values) => values.add_each(docs),
                Counter::Roles(roles) => docs.iter().for_each(|&doc| roles.add(doc)),
                Counter::Periods(periods) => docs.iter().for_each(|&doc| periods.add(doc)),
            }
        }
    }

    /// Counts the documents of an article as one hit.
    pub(super) fn add_article(&mut self, docs: Range<DocId>) {
        for counter in &mut self.counters {
            match counter {
                Counter::Values(values) => values.add(docs.clone()),
                Counter::Roles(roles) => roles.add(docs.start),
                Counter::Periods(periods) => periods.add(docs.start),
            }
        }
    }

    /// The counts.
    pub(super) fn finish(self, view: &View) -> Result<Vec<Facet>> {
        let counted = self.counters.into_iter().zip(self.limits);
        counted
            .map(|(counter, limit)| match counter {
                Counter::Values(values) => values.finish(limit, view),
                Counter::Roles(roles) => Ok(roles.finish(limit)),
                Counter::Periods(periods) => Ok(periods.finish(limit)),
            })
            .collect()
    }
}

impl<'a> Counter<'a> {
    /// A counter for a field.
    fn new(index: Counted<'a>, field: &FacetField, interrupt: &Interrupt) -> Result<Self> {
        let name = match field {
            FacetField::Published { every, zone } => {
                return Ok(Self::Periods(Periods::new(*every, zone.clone(), index.keys)));
            }
            FacetField::Role => {
                let Some(places) = index.places else { return Err(lacking(field)) };
                let columns = places.iter().map(|places| &places.role).collect();
                return Ok(Self::Roles(Roles { columns, segment: 0, counts: [0; ROLES.len()] }));
            }
            FacetField::Outlet => columns::OUTLET,
            FacetField::Author => columns::AUTHOR,
            FacetField::Language => columns::LANGUAGE,
            FacetField::Label(_) => columns::LABEL,
            FacetField::Model => columns::MODEL,
            FacetField::Tier => columns::TIER,
            FacetField::Entity => columns::MENTIONS,
            FacetField::EntityType | FacetField::SpeakerType => columns::TYPES,
            FacetField::Speaker => columns::SPEAKERS,
            FacetField::About => columns::ABOUT,
            FacetField::Addressee => columns::ADDRESSEES,
            FacetField::Kind | FacetField::Act | FacetField::Polarity => columns::FACET,
            FacetField::Cue => columns::CUE,
        };
        let told = if index.places.is_some() { field.of_sentences() } else { field.of_quotes() };
        if !told {
            return Err(lacking(field));
        }
        let words = |table: &[&'static str]| Wanted::Words(table.to_vec());
        let wanted = match field {
            FacetField::Outlet | FacetField::Author => Wanted::Names,
            FacetField::Label(key) => Wanted::Labels(label_pairs(key)),
            FacetField::Kind => words(&KINDS.map(|(_, word)| word)),
            FacetField::Act => words(&ACTS.map(|(_, word)| word)),
            FacetField::Polarity => words(&POLARITIES.map(|(_, word)| word)),
            FacetField::Entity | FacetField::Speaker | FacetField::About | FacetField::Addressee => Wanted::Entities,
            _ => Wanted::All,
        };
        Ok(Self::Values(Values::new(index.columns.of(index.searcher, name)?, wanted, interrupt)?))
    }
}

/// The error for hits that do not have a field.
fn lacking(field: &FacetField) -> Error {
    Error::new(ErrorKind::Invalid, format!("these hits cannot be counted by {field:?}"))
}

/// Counts by the role of sentences.
struct Roles<'a> {
    /// The roles, for each segment.
    columns: Vec<&'a Column<u64>>,
    /// The present segment.
    segment: usize,
    /// How many sentences have each, in the order of [`ROLES`].
    counts: [u64; ROLES.len()],
}

impl Roles<'_> {
    /// Counts a sentence.
    fn add(&mut self, doc: DocId) {
        let role = self.columns[self.segment].first(doc).unwrap_or_default() as usize;
        if let Some(count) = self.counts.get_mut(role) {
            *count += 1;
        }
    }

    /// The counts.
    fn finish(self, limit: usize) -> Facet {
        let roles = ROLES.iter().zip(self.counts).filter(|&(_, count)| count > 0);
        let counts = roles.map(|(&role, count)| (role_word(role).to_owned(), count)).collect();
        most(counts, limit)
    }
}
