//! Whom the words of a source stand for: from mentions to the entities that speak.

use std::ops::Range;

use sayso_document::{Entity, EntityType, Mention, MentionForm, Span};

use super::reading::Reading;
use crate::chains::Chains;
use crate::tags::Tag;

/// The mentions of a document, asked by place.
pub(super) struct Cast<'m> {
    entities: &'m [Entity],
    /// By start, then longest first.
    places: Vec<Place<'m>>,
}

/// A mention and the tokens that it covers.
#[derive(Clone, Debug)]
pub(super) struct Place<'m> {
    tokens: Range<usize>,
    /// One past the last token of the name, where it has one: an apposition may follow.
    name_end: usize,
    pub(super) mention: &'m Mention,
    /// How sure it is that the mention is one of its entity.
    sure: f32,
}

/// The longest mention, in tokens, that a look-up reckons with.
const LONGEST: usize = 40;

impl<'m> Cast<'m> {
    pub(super) fn new(r: &Reading<'_>, chains: &'m Chains) -> Self {
        let end = |span: Span| r.token_at(span.end().saturating_sub(1)) + 1;
        let mut places: Vec<_> = chains
            .mentions
            .iter()
            .zip(&chains.sure)
            .map(|(mention, &sure)| Place {
                tokens: r.token_at(mention.span.start())..end(mention.span),
                name_end: end(mention.name.unwrap_or(mention.span)),
                mention,
                sure,
            })
            .collect();
        places.sort_by_key(|place| (place.tokens.start, std::cmp::Reverse(place.tokens.end)));
        Self { entities: &chains.entities, places }
    }

    /// The mentions that lie inside a range of tokens, nested ones too.
    pub(super) fn inside(&self, tokens: &Range<usize>) -> impl Iterator<Item = &Place<'m>> {
        let from = self.places.partition_point(|place| place.tokens.start < tokens.start);
        let to = self.places.partition_point(|place| place.tokens.start < tokens.end);
        let end = tokens.end;
        self.places[from..to.max(from)].iter().filter(move |place| place.tokens.end <= end || place.name_end <= end)
    }

    /// The widest mention over a token.
    fn over(&self, token: usize) -> Option<&Place<'m>> {
        let from = self.places.partition_point(|place| place.tokens.start + LONGEST < token);
        let near = self.places[from..].iter().take_while(|place| place.tokens.start <= token);
        near.into_iter().find(|place| token < place.tokens.end)
    }

    /// The mention whose head is the token: the last of its name, or of all of it.
    fn headed_by(&self, token: usize) -> Option<&Place<'m>> {
        let from = self.places.partition_point(|place| place.tokens.start + LONGEST < token);
        let near = self.places[from..].iter().take_while(|place| place.tokens.start <= token);
        near.into_iter().find(|place| place.tokens.end == token + 1 || place.name_end == token + 1)
    }

    fn kind(&self, mention: &Mention) -> EntityType {
        self.entities[mention.entity].kind
    }
}

/// The speakers of a source in the order of the text, and how sure that is; none when it is unnamed.
pub(super) fn speakers(r: &Reading<'_>, cast: &Cast<'_>, source: &Range<usize>) -> (Vec<usize>, f32) {
    let found = if matches!(r.tag(source.start), Tag::Wp | Tag::Wdt) || r.is(source.start, "that") && source.len() == 1
    {
        antecedent(r, cast, source.start)
    } else {
        let (phrase, rest) = head_phrase(r, source);
        let heads = by_head(r, cast, &phrase);
        if heads.is_empty() { by_rest(r, cast, &phrase, &rest) } else { heads }
    };
    let mut speakers: Vec<usize> = Vec::new();
    let mut sure = if found.is_empty() { 0.0 } else { 1.0_f32 };
    for mention in found.iter().filter(|m| cast.kind(m) != EntityType::Norp) {
        sure = sure.min(match mention.form {
            MentionForm::Name | MentionForm::TitledName => 0.95,
            MentionForm::Description => 0.8,
            MentionForm::Pronoun => 0.7,
        });
        if !speakers.contains(&mention.entity) {
            speakers.push(mention.entity);
        }
    }
    let sure = if speakers.is_empty() { 0.0 } else { sure };
    (speakers, sure)
}

/// "Lavrov, who said": the mention that ends right before the pronoun. "Who" looks further back for a person.
fn antecedent<'m>(r: &Reading<'_>, cast: &Cast<'m>, pronoun: usize) -> Vec<&'m Mention> {
    let unit = r.unit(pronoun);
    let Some(last) = (unit.start..pronoun).rev().take(2).find(|&i| r.tag(i) != Tag::Comma) else { return Vec::new() };
    let near = cast.over(last);
    let person = |place: &&Place<'m>| cast.kind(place.mention) == EntityType::Person;
    let found = if r.is(pronoun, "who") {
        let back = (unit.start.max(pronoun.saturating_sub(12))..pronoun).rev();
        near.filter(person).or_else(|| back.filter_map(|i| cast.headed_by(i)).find(person))
    } else {
        near
    };
    found.map(|place| place.mention).into_iter().collect()
}

/// The first noun phrase of a source, with all that "and" joins to it, and what comes after it.
fn head_phrase(r: &Reading<'_>, source: &Range<usize>) -> (Range<usize>, Range<usize>) {
    let ends = |i: usize| {
        matches!(r.tag(i), Tag::Comma | Tag::In | Tag::To | Tag::Wp | Tag::Wdt | Tag::Open | Tag::Vbn | Tag::Vbd)
            && r.quotation_at(i).is_none()
    };
    let mut end = (source.start + 1..source.end).find(|&i| ends(i)).unwrap_or(source.end);
    // A list: "Smith, Jones and Brown".
    let list = r.tag(end) == Tag::Comma
        && end < source.end
        && (end..source.end).any(|i| r.tag(i) == Tag::Cc)
        && r.tag(end + 1) == Tag::Nnp
        && r.tag(source.end - 1) != Tag::Comma;
    if list {
        end = source.end;
    }
    (source.start..end, end..source.end)
}

/// The mentions that cover the heads of a noun phrase.
fn by_head<'m>(r: &Reading<'_>, cast: &Cast<'m>, phrase: &Range<usize>) -> Vec<&'m Mention> {
    let mut found = Vec::new();
    let mut from = phrase.start;
    for part_end in phrase.clone().filter(|&i| matches!(r.tag(i), Tag::Cc | Tag::Comma)).chain([phrase.end]) {
        let inside = cast.over(part_end).is_some_and(|place| place.tokens.start < part_end && part_end < phrase.end);
        if part_end > from && !inside {
            let mut last = part_end - 1;
            if r.tag(last) == Tag::Pos && last > from {
                last -= 1;
            }
            found.extend(cast.headed_by(last).map(|place| place.mention));
        }
        from = part_end + 1;
    }
    found
}

/// A name in apposition, or the author of a document.
fn by_rest<'m>(r: &Reading<'_>, cast: &Cast<'m>, phrase: &Range<usize>, rest: &Range<usize>) -> Vec<&'m Mention> {
    // "A lawyer for the paper, David Schulz,".
    let comma = rest.clone().find(|&i| r.tag(i) == Tag::Comma);
    let apposed = comma.and_then(|comma| cast.over(comma + 1).filter(|place| place.tokens.start == comma + 1));
    let person = |place: &&Place<'m>| place.mention.name.is_some() && cast.kind(place.mention) == EntityType::Person;
    if let Some(place) = apposed.filter(person) {
        return vec![place.mention];
    }
    let head = r.lower(phrase.end.saturating_sub(1));
    if !is_document(head) {
        return Vec::new();
    }
    let author = |place: &&Place<'m>| matches!(cast.kind(place.mention), EntityType::Person | EntityType::Organization);
    let modifier = cast.inside(phrase).find(author);
    let linked = matches!(r.lower(rest.start), "by" | "from" | "of" | "in") && !rest.is_empty();
    let after =
        || cast.inside(rest).filter(|_| linked).find(author).filter(|place| place.tokens.start <= rest.start + 3);
    modifier.or_else(after).map(|place| place.mention).into_iter().collect()
}

/// Things that speak for the one who wrote or ordered them.
pub(super) fn is_document(word: &str) -> bool {
    matches!(
        word.strip_suffix('s').unwrap_or(word),
        "poll"
            | "survey"
            | "report"
            | "study"
            | "memo"
            | "letter"
            | "statement"
            | "email"
            | "brief"
            | "lawsuit"
            | "filing"
            | "ad"
            | "speech"
            | "book"
            | "tweet"
            | "editorial"
            | "article"
            | "analysis"
            | "post"
            | "release"
            | "advertisement"
            | "message"
            | "blog"
            | "column"
            | "resolution"
            | "plan"
            | "proposal"
            | "submission"
            | "order"
            | "review"
            | "remark"
            | "comment"
            | "word"
            | "complaint"
            | "interview"
    ) || word == "analyses"
}
