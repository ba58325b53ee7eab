//! Why a search finds nothing: which of its conditions is to blame, and how it may have been meant.
//!
//! Each condition is asked by itself. If that finds nothing either, it is to blame, down to the word. If each finds
//! something, they never come together, and what counts is how much there would be without each. All of this is asked of
//! the engine as any caller could ask it, so it is the same for every engine.

mod conditions;
mod search;

use crate::query::{EntityQuery, Expr, Field, PageRequest, SpellingQuery, Who};
use crate::{Engine, Interrupt, Result, Total};
use conditions::{Condition, conditions, written};
pub use search::{Place, Search};

/// A condition that keeps a search from finding anything.
#[derive(Clone, Debug, PartialEq)]
pub struct Unmet {
    /// Where it is stated.
    pub place: Place,
    /// The condition in the query language, or the names and values of a filter.
    pub text: String,
    /// Whether nothing matches it even by itself.
    pub alone: bool,
    /// How many hits there would be without it.
    pub without: Total,
    /// Words or names that may have been meant, likeliest first.
    pub meant: Vec<String>,
}

/// Conditions that are looked at, at most. Nobody reads more.
const CONDITIONS: usize = 24;
/// Words or names that are told for each.
const MEANT: usize = 3;

/// Why this search finds nothing: the conditions to blame, in the order of the query. None if no single one is.
///
/// # Errors
/// What the engine answers, or the interrupt.
pub fn why_nothing(engine: &dyn Engine, search: &Search, interrupt: &Interrupt) -> Result<Vec<Unmet>> {
    let asking = Asking { engine, search, interrupt };
    let conditions = conditions(search);
    let mut unmet = Vec::new();
    for condition in conditions.iter().take(CONDITIONS) {
        if asking.count(&condition.alone)?.count == 0 {
            match &condition.expr {
                Some(expr) => asking.blame(expr, &condition.without, &mut unmet)?,
                None => unmet.push(asking.unmet(condition, true)?),
            }
        }
    }
    if unmet.is_empty() {
        for condition in conditions.iter().take(CONDITIONS) {
            let found = asking.unmet(condition, false)?;
            if found.without.count > 0 {
                unmet.push(found);
            }
        }
    }
    Ok(unmet)
}

/// What is asked, and whom.
struct Asking<'a> {
    engine: &'a dyn Engine,
    search: &'a Search,
    interrupt: &'a Interrupt,
}

impl Asking<'_> {
    /// How many hits a search has.
    fn count(&self, search: &Search) -> Result<Total> {
        Ok(match search {
            Search::Sentences(query) => self.engine.sentences(query, self.interrupt)?.total,
            Search::Quotes(query) => self.engine.quotes(query, self.interrupt)?.total,
            Search::Articles(query) => self.engine.search_articles(query, self.interrupt)?.total,
        })
    }

    /// What is to be told of a condition.
    fn unmet(&self, condition: &Condition, alone: bool) -> Result<Unmet> {
        let without = self.count(&condition.without)?;
        let mut meant = Vec::new();
        if alone {
            for who in &condition.names {
                if let Who::Named(name) = who {
                    self.names_like(name, &mut meant)?;
                }
            }
        }
        meant.truncate(MEANT);
        Ok(Unmet { place: condition.place, text: condition.text.clone(), alone, without, meant })
    }

    /// Adds the parts of an expression that nothing matches. The expression itself if each part is matched, but never
    /// all of them together.
    fn blame(&self, expr: &Expr, without: &Search, unmet: &mut Vec<Unmet>) -> Result<()> {
        let parts: Vec<&Expr> = match expr {
            Expr::Bool { must, should, .. } if must.is_empty() => should.iter().collect(),
            Expr::Bool { must, .. } => must.iter().collect(),
            Expr::Boost { expr, .. } => vec![expr],
            _ => Vec::new(),
        };
        let before = unmet.len();
        for part in parts {
            if unmet.len() >= CONDITIONS {
                return Ok(());
            }
            if self.count(&self.search.only(part.clone()))?.count == 0 {
                self.blame(part, without, unmet)?;
            }
        }
        if unmet.len() == before {
            let (without, meant) = (self.count(without)?, self.meant(expr)?);
            unmet.push(Unmet { place: Place::Expr, text: written(expr), alone: true, without, meant });
        }
        Ok(())
    }

    /// What a condition that nothing matches may have been meant as.
    fn meant(&self, expr: &Expr) -> Result<Vec<String>> {
        let mut meant = Vec::new();
        match expr {
            Expr::Word { field, text } => {
                let quotes = matches!(self.search, Search::Quotes(_));
                let query = SpellingQuery { word: text.clone(), field: *field, quotes, most: MEANT };
                meant.extend(self.engine.spellings(&query, self.interrupt)?.into_iter().map(|found| found.text));
                if meant.is_empty() && *field == Field::Speaker {
                    self.names_like(text, &mut meant)?;
                }
            }
            Expr::Entity { name, .. } => self.names_like(name, &mut meant)?,
            Expr::Either(parts) => return parts.first().map_or(Ok(meant), |first| self.meant(first)),
            _ => {}
        }
        meant.truncate(MEANT);
        Ok(meant)
    }

    /// Adds names of entities like this one, unless there is one of this name: then the name is not what is wrong.
    fn names_like(&self, name: &str, meant: &mut Vec<String>) -> Result<()> {
        let page = PageRequest { size: MEANT, after: None };
        let query = EntityQuery { name: name.to_owned(), page, ..EntityQuery::default() };
        let found = self.engine.entities(&query, self.interrupt)?;
        let folded = crate::text::folded(name);
        let like = found.hits.into_iter().map(|hit| hit.entity.name);
        meant.extend(like.filter(|like| !crate::text::folded(like).contains(&folded)));
        Ok(())
    }
}
