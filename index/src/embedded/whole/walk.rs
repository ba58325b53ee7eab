//! Walks the articles of a segment that may match, forwards, with the matches of each condition beside.

use std::ops::Range;

use tantivy::postings::{Postings, SegmentPostings};
use tantivy::query::{AllScorer, EmptyScorer, Scorer, Weight};
use tantivy::schema::IndexRecordOption;
use tantivy::{DocId, DocSet, SegmentReader, TERMINATED};

use super::tree::{Leaf, Sentences, Tree};
use crate::embedded::columns::{Keys, Places};
use crate::embedded::view::View;
use crate::engine::CHECK_EVERY;
use crate::whole::Node;
use crate::{Interrupt, Result};

/// The matches of all conditions in a segment.
pub(super) struct Walk<'a> {
    /// Where sentences are in their articles.
    keys: &'a Keys,
    /// How many sentences articles have.
    places: &'a Places,
    /// Which of them are deleted.
    reader: &'a SegmentReader,
    /// All matches, each going forwards only.
    cursors: Vec<Cursor>,
    /// For each condition, which of them are its sentences and which the articles that meet it as a whole.
    leaves: Vec<(Option<usize>, Option<usize>)>,
    /// Which of them the articles must pass.
    filter: Option<usize>,
    /// Which of them together have every article that can match.
    drivers: Vec<usize>,
    /// Where the articles begin that were not visited yet.
    at: DocId,
    /// How many were visited.
    visited: u32,
}

/// Which articles are walked.
#[derive(Clone, Copy)]
pub(super) enum Wanted {
    /// Those that the whole query may match.
    All,
    /// Those that meet one condition.
    One(usize),
}

/// Matches that are walked forwards.
enum Cursor {
    /// Of any condition.
    Any(Box<dyn Scorer>),
    /// Of a word, with how often each has it.
    Word(Box<SegmentPostings>),
}

impl Cursor {
    /// The matches of a condition on sentences in a segment.
    fn of_sentences(condition: &Sentences, reader: &SegmentReader) -> Result<Self> {
        let word = match condition {
            Sentences::Any(weight) => return Self::of(&**weight, reader),
            Sentences::Word(word) => word,
        };
        let index = reader.inverted_index(word.field())?;
        Ok(match index.read_postings(word, IndexRecordOption::WithFreqs)? {
            Some(postings) => Self::Word(Box::new(postings)),
            None => Self::Any(Box::new(EmptyScorer)),
        })
    }

    /// The matches of any other condition.
    fn of(weight: &dyn Weight, reader: &SegmentReader) -> Result<Self> {
        Ok(Self::Any(weight.scorer(reader, 1.0)?))
    }

    /// The first match at or after a document.
    fn seek(&mut self, target: DocId) -> DocId {
        match self {
            Self::Any(matches) if matches.doc() < target => matches.seek(target),
            Self::Any(matches) => matches.doc(),
            Self::Word(matches) if matches.doc() < target => matches.seek(target),
            Self::Word(matches) => matches.doc(),
        }
    }

    /// The next match.
    fn advance(&mut self) -> DocId {
        match self {
            Self::Any(matches) => matches.advance(),
            Self::Word(matches) => matches.advance(),
        }
    }

    /// How often the match meets the condition, as far as that is known.
    fn often(&self) -> u32 {
        match self {
            Self::Any(_) => 1,
            Self::Word(matches) => matches.term_freq(),
        }
    }

    /// About how many matches there are.
    fn size_hint(&self) -> u32 {
        match self {
            Self::Any(matches) => matches.size_hint(),
            Self::Word(matches) => matches.size_hint(),
        }
    }
}

impl<'a> Walk<'a> {
    /// The articles of a segment that may match.
    pub(super) fn new(view: &'a View, segment: usize, tree: &Tree, wanted: Wanted) -> Result<Self> {
        let reader = &view.searchers.sentences.segment_readers()[segment];
        let mut walk = Self {
            keys: &view.sentence_keys[segment],
            places: &view.sentence_places[segment],
            reader,
            cursors: Vec::new(),
            leaves: vec![(None, None); tree.leaves.len()],
            filter: None,
            drivers: Vec::new(),
            at: 0,
            visited: 0,
        };
        for (number, Leaf { sentences, whole }) in tree.leaves.iter().enumerate() {
            if let Wanted::One(one) = wanted
                && one != number
            {
                continue;
            }
            let sentences = sentences.as_ref().map(|condition| Cursor::of_sentences(condition, reader));
            let whole = whole.as_ref().map(|weight| Cursor::of(&**weight, reader));
            let mut add = |cursor: Option<Result<Cursor>>| -> Result<Option<usize>> {
                let Some(cursor) = cursor.transpose()? else { return Ok(None) };
                walk.cursors.push(cursor);
                Ok(Some(walk.cursors.len() - 1))
            };
            walk.leaves[number] = (add(sentences)?, add(whole)?);
        }
        if let Wanted::One(_) = wanted {
            walk.drivers = (0..walk.cursors.len()).collect();
            return Ok(walk);
        }
        if let Some(filter) = &tree.filter {
            walk.cursors.push(Cursor::of(&**filter, reader)?);
            walk.filter = Some(walk.cursors.len() - 1);
        }
        let (query, filter) = (walk.driver(&tree.plan.root), walk.filter.map(|filter| vec![filter]));
        walk.drivers = match cheapest(query.into_iter().chain(filter), &walk.cursors) {
            Some(drivers) => drivers,
            None => {
                walk.cursors.push(Cursor::Any(Box::new(AllScorer::new(reader.max_doc()))));
                vec![walk.cursors.len() - 1]
            }
        };
        Ok(walk)
    }

    /// Cursors that together have every article that a part of the query matches. None if it may match any article.
    fn driver(&self, node: &Node) -> Option<Vec<usize>> {
        let union = |nodes: &[Node]| -> Option<Vec<usize>> {
            nodes.iter().map(|node| self.driver(node)).collect::<Option<Vec<_>>>().map(|all| all.concat())
        };
        match node {
            Node::All => None,
            Node::Leaf(number) => {
                let (sentences, whole) = self.leaves[*number];
                Some(sentences.into_iter().chain(whole).collect())
            }
            Node::Bool { must, should, .. } if must.is_empty() => {
                if should.is_empty() {
                    None
                } else {
                    union(should)
                }
            }
            Node::Bool { must, .. } => cheapest(must.iter().filter_map(|node| self.driver(node)), &self.cursors),
        }
    }

    /// The documents of the next article that may match.
    pub(super) fn next(&mut self, interrupt: &Interrupt) -> Result<Option<Range<DocId>>> {
        loop {
            self.visited += 1;
            if self.visited.is_multiple_of(CHECK_EVERY) {
                interrupt.check()?;
            }
            let at = self.at;
            let first = self.drivers.iter().map(|&driver| self.cursors[driver].seek(at)).min().unwrap_or(TERMINATED);
            if first == TERMINATED {
                return Ok(None);
            }
            let start = first - self.keys.ordinal(first).min(first);
            let docs = start..(start + self.places.siblings(start)).max(first + 1);
            self.at = docs.end;
            if self.reader.alive_bitset().is_none_or(|alive| alive.is_alive(first)) {
                return Ok(Some(docs));
            }
        }
    }

    /// Whether an article passes the filter.
    pub(super) fn passes(&mut self, docs: &Range<DocId>) -> bool {
        self.filter.is_none_or(|filter| self.cursors[filter].seek(docs.start) < docs.end)
    }

    /// Whether an article as a whole meets a condition.
    pub(super) fn meets_as_whole(&mut self, leaf: usize, docs: &Range<DocId>) -> bool {
        self.leaves[leaf].1.is_some_and(|whole| self.cursors[whole].seek(docs.start) < docs.end)
    }

    /// How long an article is, in bytes.
    pub(super) fn length(&self, docs: &Range<DocId>) -> u64 {
        self.places.end(docs.end.saturating_sub(1))
    }

    /// Visits the sentences of an article that meet a condition, with how often each does.
    pub(super) fn each(&mut self, leaf: usize, docs: &Range<DocId>, mut visit: impl FnMut(DocId, u32)) {
        let Some(sentences) = self.leaves[leaf].0 else { return };
        let cursor = &mut self.cursors[sentences];
        let mut doc = cursor.seek(docs.start);
        while doc < docs.end {
            visit(doc, cursor.often());
            doc = cursor.advance();
        }
    }
}

/// The cursors with the fewest matches.
fn cheapest(all: impl Iterator<Item = Vec<usize>>, cursors: &[Cursor]) -> Option<Vec<usize>> {
    all.min_by_key(|some| some.iter().map(|&one| u64::from(cursors[one].size_hint())).sum::<u64>())
}
