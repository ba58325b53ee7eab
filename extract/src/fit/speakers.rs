//! Who speaks: the questions that the model of speakers answers, and speakers of sources that are given, which
//! measures the resolving of speakers apart from the finding of quotes.

use std::ops::Range;

use sayso_document::{Analysis, Document, Entity, Patience, Tier};

use crate::model::Linear;
use crate::names::{self, NameMention};
use crate::{Analyzer, attribution, coref};

/// Name of the model and of its file, `speakers.bin`.
pub const MODEL: &str = "speakers";

/// A pronoun or description, and the entities for which it may stand.
pub use crate::coref::Asked as Question;

/// Puts every question of a document, in reading order, to `answer`, which picks the position of a candidate or none.
/// Later questions build on the answers to earlier ones. Where `blind` is set, persons of either gender are candidates
/// for a pronoun, and the features do not tell of it.
pub fn questions(
    analyzer: &Analyzer,
    document: &Document<'_>,
    blind: bool,
    answer: impl FnMut(&Question<'_>) -> Option<usize>,
) {
    let found = names(analyzer, document);
    coref::questions(document, &analyzer.lexicon, &analyzer.linking.genders, &found, blind, answer);
}

/// The names of a document.
fn names(analyzer: &Analyzer, document: &Document<'_>) -> Vec<NameMention> {
    let find = |patience: &Patience<'_>| {
        names::find(document, &analyzer.lexicon, &analyzer.names, &analyzer.clusters, None, patience)
    };
    Patience::endless(find).0
}

/// Whom a source stands for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Resolved {
    /// The speakers, as positions in the entities; none when the source is unnamed.
    pub speakers: Vec<usize>,
    /// How sure that is, from 0 to 1.
    pub confidence: f32,
}

/// The position of the candidate that a model picks for the features of a question, and how sure it is.
pub fn choose(model: &Linear, features: &[Vec<u32>]) -> Option<(usize, f32)> {
    coref::choose(model, features)
}

/// The file of first names with the gender that news gives their bearers.
pub const GENDERS: &str = "genders.tsv";

/// The speakers of each source, given as ranges of tokens of the document, with the entities that they refer to.
pub fn resolve(analyzer: &Analyzer, document: &Document<'_>, sources: &[Range<usize>]) -> (Vec<Entity>, Vec<Resolved>) {
    let found = names(analyzer, document);
    let link =
        |patience: &Patience<'_>| coref::link(document, &analyzer.lexicon, &analyzer.linking, found, None, patience);
    let chains = Patience::endless(link);
    let speakers = attribution::speakers_of(document, analyzer.words(document), &chains, sources);
    let resolved = speakers.into_iter().map(|(speakers, confidence)| Resolved { speakers, confidence }).collect();
    (chains.entities, resolved)
}

pub use crate::attribution::Asked as SourceAsked;

/// The names of the models that answer, without the encoder and with it, and of their files without `.bin`.
pub const WHO: [(Tier, &str); 2] = [(Tier::Fast, "who_fast"), (Tier::Accurate, "who")];

/// Analyses a text, and puts to `answer` who each source is, in reading order; it picks the place of an offer.
pub fn sources(
    analyzer: &Analyzer,
    text: &str,
    tier: Tier,
    mut answer: impl FnMut(&SourceAsked<'_>) -> usize,
) -> Analysis {
    let mut decide = |asked: &attribution::Asked<'_>| (answer(asked), 1.0);
    Patience::endless(|patience| analyzer.staged(text, tier, &mut |_| (), &mut decide, patience))
}

/// The place of the likeliest offer, and how sure that is.
pub fn choose_source(model: &Linear, features: &[Vec<u32>]) -> (usize, f32) {
    attribution::choose_source(model, features)
}
