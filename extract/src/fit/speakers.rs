//! Who is meant: the questions of coreference (`speakers.bin`), and those of who each source is
//! (`who.bin`, `who_fast.bin`).

use sayso_document::{Analysis, Document, Patience, Tier};

use crate::attribution;
use crate::model::Linear;
use crate::names::{self, NameMention};
use crate::view::View;
use crate::{Analyzer, coref};

/// Name of the model and of its file, `speakers.bin`.
pub const MODEL: &str = "speakers";

/// A pronoun or description, and the entities for which it may stand.
pub use crate::coref::Asked as Question;

/// Puts every question of coreference in a document to `answer`, in reading order, which picks the
/// position of a candidate or none. Later questions build on earlier answers. With `blind`, persons
/// of either gender are candidates for a pronoun, and features do not tell gender.
pub fn questions(
    analyzer: &Analyzer,
    document: &Document<'_>,
    blind: bool,
    answer: impl FnMut(&Question<'_>) -> Option<usize>,
) {
    let view = analyzer.view(document);
    let found = names(analyzer, &view);
    coref::questions(&view, &analyzer.lexicon, &analyzer.linking.genders, &found, blind, answer);
}

/// The names of a document.
fn names(analyzer: &Analyzer, view: &View<'_>) -> Vec<NameMention> {
    let find = |patience: &Patience<'_>| {
        names::find(view, &analyzer.lexicon, &analyzer.names, &analyzer.clusters, None, patience)
    };
    Patience::endless(find).0
}

/// The position of the candidate that a model picks for a question, and its probability.
pub fn choose(model: &Linear, features: &[Vec<u32>]) -> Option<(usize, f32)> {
    coref::choose(model, features)
}

/// The file of first names with the pronoun that news uses for their bearers.
pub const GENDERS: &str = "genders.tsv";

pub use crate::attribution::Asked as SourceAsked;

/// The names of the two models of sources, by tier; their files add `.bin`.
pub const WHO: [(Tier, &str); 2] = [(Tier::Fast, "who_fast"), (Tier::Accurate, "who")];

/// Analyses a text, and puts to `answer` who each source is, in reading order; it picks the
/// position of an offer. Values are those of the grammar.
pub fn sources(analyzer: &Analyzer, text: &str, tier: Tier, answer: impl FnMut(&SourceAsked<'_>) -> usize) -> Analysis {
    let mut decide = Answers { answer };
    Patience::endless(|patience| analyzer.staged(text, tier, &mut |_| (), &mut decide, patience))
}

/// Passes questions about sources on, and answers those about values as the grammar does.
struct Answers<A> {
    /// Picks the position of an offer.
    answer: A,
}

impl<A: FnMut(&SourceAsked<'_>) -> usize> attribution::Decides for Answers<A> {
    fn who(&mut self, asked: &SourceAsked<'_>) -> (usize, f32) {
        ((self.answer)(asked), 1.0)
    }

    fn value(&mut self, asked: &attribution::ValueAsked<'_>) -> usize {
        asked.usual
    }
}

/// The position of the likeliest offer by a model, and its probability.
pub fn choose_source(model: &Linear, features: &[Vec<u32>]) -> (usize, f32) {
    attribution::choose_source(model, features)
}
