//! Act, polarity and addressee: the questions that their models answer, for attributions that are
//! found and for those marked by hand.

use sayso_document::{Analysis, Document, Patience, Tier};

use crate::Analyzer;
pub use crate::attribution::values::marked::Marked;
use crate::attribution::{self, AttributionModels};
pub use crate::attribution::{ACTS, POLARITIES, Value, ValueAsked};
use crate::language::Languages;

/// Passes questions about values on, and answers those about sources by the fitted models.
struct Answers<'m, A> {
    /// The models of sources.
    models: &'m AttributionModels,
    /// Which of them.
    tier: Tier,
    /// Picks the position of a label or offer.
    answer: A,
}

impl<A: FnMut(&ValueAsked<'_>) -> usize> attribution::Decides for Answers<'_, A> {
    fn who(&mut self, asked: &attribution::Asked<'_>) -> (usize, f32) {
        self.models.who.choose(self.tier, asked.features)
    }

    fn value(&mut self, asked: &ValueAsked<'_>) -> usize {
        (self.answer)(asked)
    }
}

/// Analyses a text, and puts every question about a value to `answer`. A tier that is not compiled
/// in is read as the best that is.
pub fn values(analyzer: &Analyzer, text: &str, tier: Tier, answer: impl FnMut(&ValueAsked<'_>) -> usize) -> Analysis {
    let mut decide = Answers { models: &analyzer.attribution, tier: tier.min(analyzer.best()), answer };
    Patience::endless(|patience| analyzer.staged(text, tier, &mut |_| (), &mut decide, patience))
}

/// The same for attributions that are marked in the text, in their order, on the fast tier. So
/// values can be learned apart from how well attributions are found.
pub fn of_marked(analyzer: &Analyzer, text: &str, marked: &[Marked], answer: impl FnMut(&ValueAsked<'_>) -> usize) {
    let document = Document::new(text);
    let mut decide = Answers { models: &analyzer.attribution, tier: Tier::Fast, answer };
    Patience::endless(|patience| {
        let languages = Languages::of(&document, patience)?;
        let view = analyzer.view(&document);
        let chains = analyzer.chains(&view, &languages, None, &mut |_| (), patience)?;
        let words = analyzer.words(&view);
        let tree = analyzer.tree(&document, &words);
        let means = attribution::Means { tree: &tree, kin: None };
        attribution::values::marked::ask((view, words, &chains), means, marked, &mut decide, patience)
    });
}
