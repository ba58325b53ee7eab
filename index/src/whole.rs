//! Searches for articles by what all their sentences and their headline say together, in any engine: a query as
//! conditions on an article, how they are combined (here), what they add to the score (`score`), and that in words
//! (`explain`). How an article meets a condition is found out by the engines.

mod explain;
mod score;

use sayso_document::{Sentence, Span};

use crate::highlight::Highlighter;
use crate::query::{Expr, Field, Part, Property};
use crate::record::ArticleRecord;
use crate::{Error, ErrorKind, Interrupt, MatchedSentence, Result};

pub(crate) use explain::explained;
#[cfg(feature = "opensearch")]
pub(crate) use score::{B, K1, TOGETHER};
pub(crate) use score::{Meeting, Search, Statistics};

/// As how many sentences the headline counts.
const HEADLINE: f32 = 3.0;

/// A query for articles.
pub(crate) struct Plan {
    /// The conditions.
    pub(crate) conditions: Vec<Condition>,
    /// How they are combined.
    pub(crate) root: Node,
}

/// A condition that an article meets by its sentences, or as a whole.
pub(crate) struct Condition {
    /// What is asked.
    pub(crate) expr: Expr,
    /// How the query language writes it.
    pub(crate) name: String,
    /// Where it looks.
    pub(crate) place: Place,
    /// Its weight.
    pub(crate) weight: f32,
    /// Whether it counts for the score.
    pub(crate) scored: bool,
    /// Whether it is not one that must not be met.
    pub(crate) positive: bool,
}

impl Condition {
    /// Whether sentences can meet it.
    pub(crate) fn is_of_sentences(&self) -> bool {
        matches!(self.place, Place::Text | Place::Sentence)
    }

    /// As how many sentences it counts if the article as a whole meets it.
    pub(crate) fn whole_counts(&self) -> f32 {
        if matches!(self.place, Place::Text | Place::Title) { HEADLINE } else { 1.0 }
    }
}

/// How conditions are combined.
pub(crate) enum Node {
    /// Every article matches.
    All,
    /// This condition.
    Leaf(usize),
    /// As in [`Expr::Bool`].
    Bool {
        /// All of these.
        must: Vec<Node>,
        /// At least one of these, if there is none of the former.
        should: Vec<Node>,
        /// None of these.
        must_not: Vec<Node>,
    },
}

impl Plan {
    /// The conditions of a query, in the order in which they stand in it. Weights are multiplied on the way to each.
    pub(crate) fn of(expr: &Expr) -> Self {
        let mut conditions = Vec::new();
        let root = node(expr, (1.0, true), &mut conditions);
        Self { conditions, root }
    }
}

/// Takes an expression apart into conditions, under a weight, and under a number of negations.
fn node(expr: &Expr, (weight, positive): (f32, bool), conditions: &mut Vec<Condition>) -> Node {
    match expr {
        Expr::All => Node::All,
        Expr::Boost { expr, weight: more } => node(expr, (weight * more, positive), conditions),
        Expr::Bool { must, should, must_not } => {
            let mut list = |list: &[Expr], positive| -> Vec<Node> {
                list.iter().map(|one| node(one, (weight, positive), conditions)).collect()
            };
            let (must, should) = (list(must, positive), list(should, positive));
            Node::Bool { must, should, must_not: list(must_not, false) }
        }
        _ => {
            let (name, place, scored) = (expr.to_string(), place(expr), expr.has_words());
            conditions.push(Condition { expr: expr.clone(), name, place, weight, scored, positive });
            Node::Leaf(conditions.len() - 1)
        }
    }
}

/// The sentence at a place of an article, as it is told.
///
/// # Errors
/// [`ErrorKind::Corrupt`] if the article has no text there, so that index and article do not belong together.
pub(crate) fn matched_sentence(
    record: &ArticleRecord<'_>,
    (place, sentence, score): (usize, Sentence, f32),
    highlighter: &Highlighter,
    interrupt: &Interrupt,
) -> Result<MatchedSentence> {
    let lacking = || Error::new(ErrorKind::Corrupt, format!("the index does not fit the article {}", record.id));
    let text = record.part(sentence.span).ok_or_else(lacking)?.to_owned();
    let start = sentence.span.start();
    let in_body = |span: Span| Span::new(span.start() + start, span.end() + start);
    let highlights = highlighter.spans_of(&text, interrupt)?.into_iter().map(in_body).collect();
    Ok(MatchedSentence { index: place as u32, sentence, text, before: record.before(start), highlights, score })
}

/// Where a condition looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
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
pub(crate) fn of_title(expr: &Expr) -> Expr {
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
