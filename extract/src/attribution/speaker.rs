//! Whom the words of a source stand for: from mentions to the entities that speak.

use std::ops::Range;

use sayso_document::{Entity, EntityType, Mention, MentionForm};

use super::reading::Reading;
use super::tags::Tag;

/// The mentions of a document, asked by place.
pub(super) struct Cast<'m> {
    entities: &'m [Entity],
    /// With the token ranges that they cover, by start, then longest first.
    mentions: Vec<(Range<usize>, &'m Mention)>,
}

/// The longest mention, in tokens, that a look-up reckons with.
const LONGEST: usize = 40;

impl<'m> Cast<'m> {
    pub(super) fn new(r: &Reading<'_>, entities: &'m [Entity], mentions: &'m [Mention]) -> Self {
        let tokens = |m: &Mention| r.token_at(m.span.start())..r.token_at(m.span.end().saturating_sub(1)) + 1;
        let mut mentions: Vec<_> =
            mentions.iter().filter(|m| m.entity < entities.len()).map(|m| (tokens(m), m)).collect();
        mentions.sort_by_key(|(range, _)| (range.start, std::cmp::Reverse(range.end)));
        Self { entities, mentions }
    }

    /// The mentions that lie inside a range of tokens, nested ones too.
    pub(super) fn inside(&self, tokens: &Range<usize>) -> impl Iterator<Item = &(Range<usize>, &'m Mention)> {
        let from = self.mentions.partition_point(|(range, _)| range.start < tokens.start);
        let to = self.mentions.partition_point(|(range, _)| range.start < tokens.end);
        let end = tokens.end;
        self.mentions[from..to.max(from)].iter().filter(move |(range, _)| range.end <= end)
    }

    /// The widest mention over a token.
    fn over(&self, token: usize) -> Option<&(Range<usize>, &'m Mention)> {
        let from = self.mentions.partition_point(|(range, _)| range.start + LONGEST < token);
        self.mentions[from..].iter().take_while(|(range, _)| range.start <= token).find(|(range, _)| token < range.end)
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

/// "Lavrov, who said": the mention that ends right before the pronoun.
fn antecedent<'m>(r: &Reading<'_>, cast: &Cast<'m>, pronoun: usize) -> Vec<&'m Mention> {
    let before = (1..=2).filter_map(|back| pronoun.checked_sub(back));
    let before = before.take_while(|&i| r.unit_at(i) == r.unit_at(pronoun));
    let last = before.into_iter().find(|&i| r.tag(i) != Tag::Comma);
    last.and_then(|i| cast.over(i)).map(|(_, mention)| *mention).into_iter().collect()
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
        let inside = cast.over(part_end).is_some_and(|(range, _)| range.start < part_end && part_end < phrase.end);
        if part_end > from && !inside {
            let mut last = part_end - 1;
            if r.tag(last) == Tag::Pos && last > from {
                last -= 1;
            }
            found.extend(
                cast.over(last)
                    .filter(|(range, _)| range.end == last + 1 && !leads(r, range, part_end))
                    .map(|(_, mention)| *mention),
            );
        }
        from = part_end + 1;
    }
    found
}

/// Whether a mention only modifies what follows it: the "Trump" of "Trump campaign".
fn leads(r: &Reading<'_>, mention: &Range<usize>, end: usize) -> bool {
    mention.end < end && r.tag(mention.end).is_noun()
}

/// A name in apposition, or the author of a document.
fn by_rest<'m>(r: &Reading<'_>, cast: &Cast<'m>, phrase: &Range<usize>, rest: &Range<usize>) -> Vec<&'m Mention> {
    let named = |mention: &Mention| mention.name.is_some();
    if r.tag(rest.start) == Tag::Comma && rest.len() > 1 {
        let next = cast
            .over(rest.start + 1)
            .filter(|(range, m)| range.start == rest.start + 1 && named(m) && cast.kind(m) == EntityType::Person);
        return next.map(|(_, mention)| *mention).into_iter().collect();
    }
    let head = r.lower(phrase.end.saturating_sub(1));
    if !is_document(head) {
        return Vec::new();
    }
    let author = |mention: &Mention| matches!(cast.kind(mention), EntityType::Person | EntityType::Organization);
    let modifier = cast.inside(phrase).find(|(_, m)| author(m));
    let linked = matches!(r.lower(rest.start), "by" | "from" | "of" | "in") && !rest.is_empty();
    let after = || cast.inside(rest).find(|(range, m)| range.start <= rest.start + 3 && author(m)).filter(|_| linked);
    modifier.or_else(after).map(|(_, mention)| *mention).into_iter().collect()
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
