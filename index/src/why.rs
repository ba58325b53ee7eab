//! Why a search finds nothing: which of its conditions is to blame, and how it may have been meant.
//!
//! Each condition is asked by itself. If that finds nothing either, it is to blame, down to the word. If each finds
//! something, they never come together, and what counts is how much there would be without each. All of this is asked of
//! the engine as any caller could ask it, so it is the same for every engine.

use sayso_document::Date;

use crate::article::type_word;
use crate::query::{
    ArticleFilter, EntityQuery, Expr, Field, PageRequest, QuoteQuery, SentenceQuery, SpellingQuery, Who,
};
use crate::words::{act_word, kind_word, polarity_word};
use crate::{Engine, Interrupt, Result, Total};

/// A search that found nothing.
#[derive(Clone, Debug, PartialEq)]
pub enum Search {
    /// For sentences.
    Sentences(SentenceQuery),
    /// For quotes.
    Quotes(QuoteQuery),
}

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

/// Where a condition is stated: a field of the query.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    /// The expression.
    Expr,
    /// The entities that a sentence mentions.
    Mentions,
    /// Types of entities that a sentence mentions.
    MentionTypes,
    /// The roles of a sentence.
    Roles,
    /// Who speaks.
    Speakers,
    /// The types of who speaks.
    SpeakerTypes,
    /// Who has any part in a quote.
    Entities,
    /// The verbs that attribute a quote.
    Cues,
    /// To whom.
    Addressees,
    /// What about.
    About,
    /// The kinds of quotes.
    Kinds,
    /// The acts.
    Acts,
    /// The polarities.
    Polarities,
    /// Whether the speaker is named.
    NamedSpeaker,
    /// The least confidence.
    Confidence,
    /// The least confidence in the speaker.
    SpeakerConfidence,
    /// When it was said.
    Said,
    /// The outlets of the filter.
    Outlets,
    /// The authors of the filter.
    Authors,
    /// Everything else about the articles to look in.
    Articles,
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
    let conditions = search.conditions();
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

/// A condition, the search for it alone, and the search without it.
struct Condition {
    place: Place,
    text: String,
    expr: Option<Expr>,
    names: Vec<Who>,
    alone: Search,
    without: Search,
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

/// A condition in the query language. Of synonyms, the word that was asked for.
fn written(expr: &Expr) -> String {
    match expr {
        Expr::Either(parts) => parts.first().map(written).unwrap_or_default(),
        other => other.to_string(),
    }
}

/// The parts of an expression of which each keeps hits out; for each, what is left without it.
fn required(expr: &Expr) -> Vec<(Expr, Expr)> {
    let Expr::Bool { must, should, must_not } = expr else { return vec![(expr.clone(), Expr::All)] };
    let without = |list: &[Expr], at: usize| [&list[..at], &list[at + 1..]].concat();
    let mut parts = Vec::new();
    for (at, part) in must.iter().enumerate() {
        let rest = Expr::Bool { must: without(must, at), should: should.clone(), must_not: must_not.clone() };
        parts.push((part.clone(), if must.len() == 1 && must_not.is_empty() { Expr::All } else { rest }));
    }
    if must.is_empty() && !should.is_empty() {
        let any = match &should[..] {
            [one] => one.clone(),
            _ => Expr::Bool { must: Vec::new(), should: should.clone(), must_not: Vec::new() },
        };
        let rest = Expr::Bool { must: Vec::new(), should: Vec::new(), must_not: must_not.clone() };
        parts.push((any, if must_not.is_empty() { Expr::All } else { rest }));
    }
    for (at, part) in must_not.iter().enumerate() {
        let not = Expr::Bool { must: Vec::new(), should: Vec::new(), must_not: vec![part.clone()] };
        let rest = Expr::Bool { must: must.clone(), should: should.clone(), must_not: without(must_not, at) };
        parts.push((not, rest));
    }
    parts
}

/// Names, as a person reads them.
fn listed(names: &[Who]) -> String {
    let names = names.iter().map(|who| match who {
        Who::Named(name) => name.as_str(),
        Who::Id(id) => id.as_str(),
    });
    names.collect::<Vec<_>>().join(", ")
}

impl Search {
    /// The same search for nothing but this.
    fn only(&self, expr: Expr) -> Self {
        match self {
            Self::Sentences(_) => Self::Sentences(SentenceQuery { expr, page: one(), ..SentenceQuery::default() }),
            Self::Quotes(_) => Self::Quotes(QuoteQuery { expr, page: one(), ..QuoteQuery::default() }),
        }
    }

    /// Leaves out what is told beside the hits, which takes time of its own.
    fn only_counted(&mut self) {
        match self {
            Self::Sentences(query) => (query.exact_total, query.facets) = (false, Vec::new()),
            Self::Quotes(query) => (query.exact_total, query.facets) = (false, Vec::new()),
        }
    }

    /// The expression and the filter.
    fn shared(&mut self) -> (&mut Expr, &mut ArticleFilter, &mut PageRequest) {
        match self {
            Self::Sentences(query) => (&mut query.expr, &mut query.filter, &mut query.page),
            Self::Quotes(query) => (&mut query.expr, &mut query.filter, &mut query.page),
        }
    }

    /// What must hold, each with the search for it alone and the search without it.
    fn conditions(&self) -> Vec<Condition> {
        let mut base = self.clone();
        *base.shared().2 = one();
        base.only_counted();
        let mut conditions = Vec::new();
        let expr = base.shared().0.clone();
        for (part, rest) in required(&expr).into_iter().filter(|(part, _)| *part != Expr::All) {
            let mut without = base.clone();
            *without.shared().0 = rest;
            let (text, alone) = (written(&part), self.only(part.clone()));
            conditions.push(Condition {
                place: Place::Expr,
                text,
                expr: Some(part),
                names: Vec::new(),
                alone,
                without,
            });
        }
        match &base {
            Self::Sentences(query) => {
                sentence_conditions(query, &mut conditions);
                kinds_of_sentence(query, &mut conditions);
            }
            Self::Quotes(query) => quote_conditions(query, &mut conditions),
        }
        base.article_conditions(&mut conditions);
        conditions
    }

    /// The conditions of the filter of articles.
    fn article_conditions(&mut self, conditions: &mut Vec<Condition>) {
        let filter = std::mem::take(self.shared().1);
        let outlets = ArticleFilter { outlets: filter.outlets.clone(), ..ArticleFilter::default() };
        let authors = ArticleFilter { authors: filter.authors.clone(), ..ArticleFilter::default() };
        let rest = ArticleFilter { outlets: Vec::new(), authors: Vec::new(), ..filter.clone() };
        let parts = [
            (
                Place::Outlets,
                filter.outlets.join(", "),
                outlets,
                ArticleFilter { outlets: Vec::new(), ..filter.clone() },
            ),
            (
                Place::Authors,
                filter.authors.join(", "),
                authors,
                ArticleFilter { authors: Vec::new(), ..filter.clone() },
            ),
            (
                Place::Articles,
                String::new(),
                rest,
                ArticleFilter { outlets: filter.outlets.clone(), authors: filter.authors, ..ArticleFilter::default() },
            ),
        ];
        for (place, text, this, others) in parts {
            if this == ArticleFilter::default() {
                continue;
            }
            let (mut alone, mut without) = (self.only(Expr::All), self.clone());
            *alone.shared().1 = this;
            *without.shared().1 = others;
            conditions.push(Condition { place, text, expr: None, names: Vec::new(), alone, without });
        }
    }
}

/// A page of one hit, where only the count matters.
fn one() -> PageRequest {
    PageRequest { size: 1, after: None }
}

/// The entities that a sentence must mention.
fn sentence_conditions(query: &SentenceQuery, conditions: &mut Vec<Condition>) {
    for (at, who) in query.mentions.iter().enumerate() {
        let names = vec![who.clone()];
        let alone = SentenceQuery { mentions: names.clone(), page: one(), ..SentenceQuery::default() };
        let mut without = query.clone();
        without.mentions.remove(at);
        let (alone, without) = (Search::Sentences(alone), Search::Sentences(without));
        conditions.push(Condition { place: Place::Mentions, text: listed(&names), expr: None, names, alone, without });
    }
}

/// The other conditions on a sentence.
fn kinds_of_sentence(query: &SentenceQuery, conditions: &mut Vec<Condition>) {
    let bare = SentenceQuery { page: one(), ..SentenceQuery::default() };
    let types = query.mention_types.iter().map(|&kind| type_word(kind)).collect::<Vec<_>>().join(", ");
    let parts = [
        (
            Place::MentionTypes,
            types,
            SentenceQuery { mention_types: query.mention_types.clone(), ..bare.clone() },
            SentenceQuery { mention_types: Vec::new(), ..query.clone() },
        ),
        (
            Place::Roles,
            String::new(),
            SentenceQuery { roles: query.roles.clone(), ..bare.clone() },
            SentenceQuery { roles: Vec::new(), ..query.clone() },
        ),
    ];
    for (place, text, alone, without) in parts.into_iter().filter(|(_, _, alone, _)| *alone != bare) {
        let (alone, without) = (Search::Sentences(alone), Search::Sentences(without));
        conditions.push(Condition { place, text, expr: None, names: Vec::new(), alone, without });
    }
}

/// Passes one condition of a search for quotes on to another search.
type Passing = fn(&QuoteQuery, &mut QuoteQuery);

/// What must hold of a quote beside the expression and the article: where it is stated, and how to pass it on.
const OF_QUOTES: [(Place, Passing); 11] = [
    (Place::Speakers, |from, to| to.speakers.clone_from(&from.speakers)),
    (Place::Addressees, |from, to| to.addressees.clone_from(&from.addressees)),
    (Place::SpeakerTypes, |from, to| to.speaker_types.clone_from(&from.speaker_types)),
    (Place::Cues, |from, to| to.cues.clone_from(&from.cues)),
    (Place::Kinds, |from, to| to.kinds.clone_from(&from.kinds)),
    (Place::Acts, |from, to| to.acts.clone_from(&from.acts)),
    (Place::Polarities, |from, to| to.polarities.clone_from(&from.polarities)),
    (Place::NamedSpeaker, |from, to| to.named_speaker = from.named_speaker),
    (Place::Confidence, |from, to| to.min_confidence = from.min_confidence),
    (Place::SpeakerConfidence, |from, to| to.min_speaker_confidence = from.min_speaker_confidence),
    (Place::Said, |from, to| (to.said_from, to.said_until) = (from.said_from, from.said_until)),
];

/// What must hold of a quote beside the expression and the article.
fn quote_conditions(query: &QuoteQuery, conditions: &mut Vec<Condition>) {
    let bare = QuoteQuery { page: one(), ..QuoteQuery::default() };
    let mut add = |place, names: Vec<Who>, text: String, alone: QuoteQuery, without: QuoteQuery| {
        let (alone, without) = (Search::Quotes(alone), Search::Quotes(without));
        conditions.push(Condition { place, text, expr: None, names, alone, without });
    };
    for (place, pass) in OF_QUOTES {
        let (mut alone, mut without) = (bare.clone(), query.clone());
        pass(query, &mut alone);
        pass(&bare, &mut without);
        if alone != bare {
            let names = match place {
                Place::Speakers => query.speakers.clone(),
                Place::Addressees => query.addressees.clone(),
                _ => Vec::new(),
            };
            let text = if names.is_empty() { stated(place, query) } else { listed(&names) };
            add(place, names, text, alone, without);
        }
    }
    for (at, who) in query.entities.iter().enumerate() {
        let (names, mut without) = (vec![who.clone()], query.clone());
        without.entities.remove(at);
        add(Place::Entities, names.clone(), listed(&names), QuoteQuery { entities: names, ..bare.clone() }, without);
    }
    for (at, who) in query.about.iter().enumerate() {
        let (names, mut without) = (vec![who.clone()], query.clone());
        without.about.remove(at);
        add(Place::About, names.clone(), listed(&names), QuoteQuery { about: names, ..bare.clone() }, without);
    }
}

/// The values of a condition on quotes.
fn stated(place: Place, query: &QuoteQuery) -> String {
    let joined = |words: Vec<&str>| words.join(", ");
    let day = |day: Option<Date>| day.map(|day| day.to_string()).unwrap_or_default();
    match place {
        Place::SpeakerTypes => joined(query.speaker_types.iter().map(|&kind| type_word(kind)).collect()),
        Place::Cues => query.cues.join(", "),
        Place::Kinds => joined(query.kinds.iter().map(|&kind| kind_word(kind)).collect()),
        Place::Acts => joined(query.acts.iter().map(|&act| act_word(act)).collect()),
        Place::Polarities => joined(query.polarities.iter().map(|&polarity| polarity_word(polarity)).collect()),
        Place::NamedSpeaker => query.named_speaker.map(|named| named.to_string()).unwrap_or_default(),
        Place::Confidence => query.min_confidence.to_string(),
        Place::SpeakerConfidence => query.min_speaker_confidence.to_string(),
        Place::Said => format!("{}/{}", day(query.said_from), day(query.said_until)),
        _ => String::new(),
    }
}
