//! The conditions of a search, each with the search for it alone and the search without it.

use sayso_document::Date;

use super::search::{Place, Search, one};
use crate::article::type_word;
use crate::query::{ArticleFilter, ArticleSearch, Expr, QuoteQuery, SentenceQuery, Who};
use crate::words::{act_word, kind_word, polarity_word};

/// A condition, the search for it alone, and the search without it.
pub(super) struct Condition {
    pub(super) place: Place,
    pub(super) text: String,
    pub(super) expr: Option<Expr>,
    pub(super) names: Vec<Who>,
    pub(super) alone: Search,
    pub(super) without: Search,
}

/// What must hold, each with the search for it alone and the search without it.
pub(super) fn conditions(search: &Search) -> Vec<Condition> {
    let mut base = search.clone();
    *base.shared().2 = one();
    base.only_counted();
    let mut conditions = Vec::new();
    let expr = base.shared().0.clone();
    for (part, rest) in required(&expr).into_iter().filter(|(part, _)| *part != Expr::All) {
        let mut without = base.clone();
        *without.shared().0 = rest;
        let (text, alone) = (written(&part), search.only(part.clone()));
        conditions.push(Condition { place: Place::Expr, text, expr: Some(part), names: Vec::new(), alone, without });
    }
    match &base {
        Search::Sentences(query) => {
            sentence_conditions(query, &mut conditions);
            kinds_of_sentence(query, &mut conditions);
        }
        Search::Quotes(query) => quote_conditions(query, &mut conditions),
        Search::Articles(query) => conditions.extend(least_score(query)),
    }
    article_conditions(base, &mut conditions);
    conditions
}

/// The conditions of the filter of articles.
fn article_conditions(mut search: Search, conditions: &mut Vec<Condition>) {
    let filter = std::mem::take(search.shared().1);
    let outlets = ArticleFilter { outlets: filter.outlets.clone(), ..ArticleFilter::default() };
    let authors = ArticleFilter { authors: filter.authors.clone(), ..ArticleFilter::default() };
    let rest = ArticleFilter { outlets: Vec::new(), authors: Vec::new(), ..filter.clone() };
    let parts = [
        (Place::Outlets, filter.outlets.join(", "), outlets, ArticleFilter { outlets: Vec::new(), ..filter.clone() }),
        (Place::Authors, filter.authors.join(", "), authors, ArticleFilter { authors: Vec::new(), ..filter.clone() }),
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
        let (mut alone, mut without) = (search.only(Expr::All), search.clone());
        *alone.shared().1 = this;
        *without.shared().1 = others;
        conditions.push(Condition { place, text, expr: None, names: Vec::new(), alone, without });
    }
}

/// A condition in the query language. Of synonyms, the word that was asked for.
pub(super) fn written(expr: &Expr) -> String {
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

/// The least score that an article must have. By itself it keeps nothing out: there are no scores without words.
fn least_score(query: &ArticleSearch) -> Option<Condition> {
    if query.min_score <= 0.0 {
        return None;
    }
    let alone = Search::Articles(ArticleSearch { page: one(), ..ArticleSearch::default() });
    let without = Search::Articles(ArticleSearch { min_score: 0.0, ..query.clone() });
    let text = query.min_score.to_string();
    Some(Condition { place: Place::Score, text, expr: None, names: Vec::new(), alone, without })
}

/// Names, as a person reads them.
fn listed(names: &[Who]) -> String {
    let names = names.iter().map(|who| match who {
        Who::Named(name) => name.as_str(),
        Who::Id(id) => id.as_str(),
    });
    names.collect::<Vec<_>>().join(", ")
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
