//! A query as conditions on an article, and how they are combined.

use tantivy::query::{EnableScoring, Query, TermQuery, Weight};
use tantivy::{Searcher, Term};

use crate::Result;
use crate::embedded::compile::Compiler;
use crate::query::{Expr, Field, Part, Property};

/// As how many sentences the headline counts.
pub(super) const HEADLINE: f32 = 3.0;

/// A query for articles.
pub(super) struct Tree {
    /// The conditions.
    pub(super) leaves: Vec<Leaf>,
    /// How they are combined.
    pub(super) root: Node,
    /// What the article must pass besides.
    pub(super) filter: Option<Box<dyn Weight>>,
}

/// A condition that an article meets by its sentences, or as a whole.
pub(super) struct Leaf {
    /// How the query language writes it.
    pub(super) name: String,
    /// The sentences that meet it.
    pub(super) sentences: Option<Sentences>,
    /// The articles that meet it as a whole, by all their sentences.
    pub(super) whole: Option<Box<dyn Weight>>,
    /// As how many sentences it counts if the article as a whole meets it.
    pub(super) whole_counts: f32,
    /// Its weight.
    pub(super) weight: f32,
    /// Whether it counts for the score.
    pub(super) scored: bool,
    /// Whether it is not one that must not be met.
    pub(super) positive: bool,
}

/// A condition on sentences.
pub(super) enum Sentences {
    /// Any condition: a sentence meets it or not.
    Any(Box<dyn Weight>),
    /// A word: a sentence may have it several times.
    Word(Term),
}

/// How conditions are combined.
pub(super) enum Node {
    /// Every article matches.
    All,
    /// This condition.
    Leaf(usize),
    /// As in [`Expr::Bool`].
    Bool { must: Vec<Node>, should: Vec<Node>, must_not: Vec<Node> },
}

impl Tree {
    /// The conditions of a query.
    pub(super) fn new(compiler: Compiler<'_>, expr: &Expr, filter: Option<&dyn Query>) -> Result<Self> {
        let mut leaves = Vec::new();
        let root = node(compiler, expr, (1.0, true), &mut leaves)?;
        let filter = filter.map(|filter| matches(compiler, filter)).transpose()?;
        Ok(Self { leaves, root, filter })
    }
}

/// What matches a query, whatever the score.
fn matches(compiler: Compiler<'_>, query: &dyn Query) -> Result<Box<dyn Weight>> {
    let searcher: &Searcher = &compiler.view.searchers.sentences;
    Ok(query.weight(EnableScoring::disabled_from_searcher(searcher))?)
}

/// Takes an expression apart, under a weight, and under a number of negations.
fn node(compiler: Compiler<'_>, expr: &Expr, (weight, positive): (f32, bool), leaves: &mut Vec<Leaf>) -> Result<Node> {
    match expr {
        Expr::All => Ok(Node::All),
        Expr::Boost { expr, weight: more } => node(compiler, expr, (weight * more, positive), leaves),
        Expr::Bool { must, should, must_not } => {
            let mut list = |list: &[Expr], positive| -> Result<Vec<Node>> {
                list.iter().map(|one| node(compiler, one, (weight, positive), leaves)).collect()
            };
            let (must, should) = (list(must, positive)?, list(should, positive)?);
            Ok(Node::Bool { must, should, must_not: list(must_not, false)? })
        }
        _ => {
            leaves.push(leaf(compiler, expr, (weight, positive))?);
            Ok(Node::Leaf(leaves.len() - 1))
        }
    }
}

/// A condition.
fn leaf(compiler: Compiler<'_>, expr: &Expr, (weight, positive): (f32, bool)) -> Result<Leaf> {
    let (mut sentences, mut whole, mut whole_counts) = (None, None, 1.0);
    let compiled = compiler.compile(expr)?.query;
    let query = matches(compiler, &*compiled)?;
    match place(expr) {
        Place::Text => {
            sentences = Some(match compiled.downcast_ref::<TermQuery>() {
                Some(word) => Sentences::Word(word.term().clone()),
                None => Sentences::Any(query),
            });
            whole = Some(matches(compiler, &*compiler.compile(&of_title(expr))?.query)?);
            whole_counts = HEADLINE;
        }
        Place::Title => {
            whole = Some(query);
            whole_counts = HEADLINE;
        }
        Place::Sentence => sentences = Some(Sentences::Any(query)),
        Place::Article => whole = Some(query),
    }
    let scored = expr.has_words();
    Ok(Leaf { name: expr.to_string(), sentences, whole, whole_counts, weight, scored, positive })
}

/// Where a condition looks.
enum Place {
    /// In each sentence, and in the headline.
    Text,
    /// In the headline.
    Title,
    /// In each sentence alone.
    Sentence,
    /// In what all sentences of an article have in common.
    Article,
}

fn place(expr: &Expr) -> Place {
    match expr {
        Expr::Word { field, .. }
        | Expr::Phrase { field, .. }
        | Expr::Prefix { field, .. }
        | Expr::Wildcard { field, .. }
        | Expr::Fuzzy { field, .. } => match field {
            Field::Text => Place::Text,
            Field::Title => Place::Title,
            _ => Place::Article,
        },
        Expr::Either(parts) => parts.first().map_or(Place::Text, place),
        Expr::Entity { .. } | Expr::Is(Property::Type(_) | Property::Has(Part::Entity)) => Place::Sentence,
        _ => Place::Article,
    }
}

/// The same condition on words, of the headline.
fn of_title(expr: &Expr) -> Expr {
    let mut expr = expr.clone();
    match &mut expr {
        Expr::Word { field, .. }
        | Expr::Phrase { field, .. }
        | Expr::Prefix { field, .. }
        | Expr::Wildcard { field, .. }
        | Expr::Fuzzy { field, .. } => *field = Field::Title,
        Expr::Either(parts) => parts.iter_mut().for_each(|part| *part = of_title(part)),
        _ => {}
    }
    expr
}
