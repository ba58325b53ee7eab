//! Who speaks: the questions that the model of speakers answers, and speakers of sources that are given, which
//! measures the resolving of speakers apart from the finding of quotes.

use std::ops::Range;

use sayso_document::{Document, Entity, Patience, Tier};

use crate::attribution::values::mentions::Cast;
use crate::attribution::values::speaker;
#[cfg(feature = "encoder")]
use crate::encoder::hints;
use crate::model::Linear;
use crate::names::{self, NameMention};
use crate::view::{Reading, View};
use crate::{Analyzer, coref};

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
    let view = analyzer.view(document);
    let found = names(analyzer, &view, Tier::Fast);
    coref::questions(&view, &analyzer.lexicon, &analyzer.linking.genders, &found, blind, answer);
}

/// The same about the names that a tier finds, with all that is known of gender.
pub fn questions_of_tier(
    analyzer: &Analyzer,
    document: &Document<'_>,
    tier: Tier,
    answer: impl FnMut(&Question<'_>) -> Option<usize>,
) {
    let view = analyzer.view(document);
    let found = names(analyzer, &view, tier);
    coref::questions(&view, &analyzer.lexicon, &analyzer.linking.genders, &found, false, answer);
}

/// The names of a document as a tier finds them.
fn names(analyzer: &Analyzer, view: &View<'_>, tier: Tier) -> Vec<NameMention> {
    #[cfg(feature = "encoder")]
    let hints = (tier == Tier::Accurate)
        .then(|| Patience::endless(|patience| hints::encode(&analyzer.encoder, view.document, patience)).1);
    #[cfg(not(feature = "encoder"))]
    let hints = {
        debug_assert_eq!(tier, Tier::Fast, "the accurate tier is not compiled in");
        None
    };
    let find = |patience: &Patience<'_>| {
        names::find(view, &analyzer.lexicon, &analyzer.names, &analyzer.clusters, hints.as_ref(), patience)
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
    let view = analyzer.view(document);
    let found = names(analyzer, &view, Tier::Fast);
    let link =
        |patience: &Patience<'_>| coref::link(&view, &analyzer.lexicon, &analyzer.linking, found, None, patience);
    let chains = Patience::endless(link);
    let words = analyzer.words(&view);
    let reading = Reading::new(view, words);
    let cast = Cast::new(&reading, &chains);
    let resolve = |source| {
        let (speakers, confidence) = speaker::speakers(&reading, &cast, source);
        Resolved { speakers, confidence }
    };
    let resolved = sources.iter().map(resolve).collect();
    (chains.entities, resolved)
}
