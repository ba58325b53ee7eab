//! What the index has for each condition of a query.

use tantivy::query::{EnableScoring, Query, TermQuery, Weight};
use tantivy::{Searcher, Term};

use crate::Result;
use crate::embedded::compile::Compiler;
use crate::whole::{Condition, Place, Plan, of_title};

/// A query for articles.
pub(super) struct Tree {
    /// Its conditions, and how they are combined.
    pub(super) plan: Plan,
    /// What the index has for each condition.
    pub(super) leaves: Vec<Leaf>,
    /// What the article must pass besides.
    pub(super) filter: Option<Box<dyn Weight>>,
}

/// What the index has for a condition.
pub(super) struct Leaf {
    /// The sentences that meet it.
    pub(super) sentences: Option<Sentences>,
    /// The articles that meet it as a whole, by all their sentences.
    pub(super) whole: Option<Box<dyn Weight>>,
}

/// A condition on sentences.
pub(super) enum Sentences {
    /// Any condition: a sentence meets it or not.
    Any(Box<dyn Weight>),
    /// A word: a sentence may have it several times.
    Word(Term),
}

impl Tree {
    /// What the index has for a query.
    pub(super) fn new(compiler: Compiler<'_>, plan: Plan, filter: Option<&dyn Query>) -> Result<Self> {
        let leaves = plan.conditions.iter().map(|condition| leaf(compiler, condition)).collect::<Result<_>>()?;
        let filter = filter.map(|filter| matches(compiler, filter)).transpose()?;
        Ok(Self { plan, leaves, filter })
    }
}

/// What matches a query, whatever the score.
fn matches(compiler: Compiler<'_>, query: &dyn Query) -> Result<Box<dyn Weight>> {
    let searcher: &Searcher = &compiler.view.searchers.sentences;
    Ok(query.weight(EnableScoring::disabled_from_searcher(searcher))?)
}

/// What the index has for a condition.
fn leaf(compiler: Compiler<'_>, condition: &Condition) -> Result<Leaf> {
    let compiled = compiler.compile(&condition.expr)?.query;
    let query = matches(compiler, &*compiled)?;
    Ok(match condition.place {
        Place::Text => {
            let sentences = match compiled.downcast_ref::<TermQuery>() {
                Some(word) => Sentences::Word(word.term().clone()),
                None => Sentences::Any(query),
            };
            let title = matches(compiler, &*compiler.compile(&of_title(&condition.expr))?.query)?;
            Leaf { sentences: Some(sentences), whole: Some(title) }
        }
        Place::Title | Place::Article => Leaf { sentences: None, whole: Some(query) },
        Place::Sentence => Leaf { sentences: Some(Sentences::Any(query)), whole: None },
    })
}
