//! Features of act and polarity: the cue, what governs it, its source and how the content begins.
//!
//! Both models see the same facts about the draft, but combine them differently: the act depends
//! mostly on the cue and the kind of source, polarity on the words that govern the cue. The
//! grammar's answers are features of both.

use std::ops::Range;

use sayso_document::{Act, Polarity};

use super::eyes::Eyes;
use crate::attribution::decide::features::{apart, steps};
use crate::attribution::draft::Draft;
use crate::attribution::values::who::source::Source;
use crate::attribution::values::{act, kind};
use crate::lexicon::List;
use crate::model::{feature, word};
use crate::parse::Relation;
use crate::tags::{Tag, lemma};

/// How many tokens before the head are looked at for polarity, up to a quotation or content.
const BEFORE_TOKENS: usize = 7;
/// How many words up the dependency tree, beginning with the head.
const MAX_GOVERNORS: usize = 3;
/// The most tokens of a cue that are looked at.
const MAX_CUE_TOKENS: usize = 10;
/// The most tokens of source and content.
const MAX_PART_TOKENS: usize = 24;

/// What is known of a draft, as numbers for both models. Hashes stand for words; 0 means that there
/// is none.
struct Facts {
    /// What the grammar says …
    act: u32,
    /// … of both values.
    polarity: u32,
    /// The voice; 90 without one, 91 without a cue.
    voice: u32,
    /// The cue.
    lemma: u32,
    /// The part of speech of its head.
    tag: u32,
    /// The clusters of its head.
    groups: [u32; 3],
    /// How the content begins: its first word as a sketch, and the relation and part of speech of
    /// its root, in one hash.
    form: u32,
    /// Its first word.
    first: u32,
    /// The lemma of its root.
    root: u32,
    /// Direct, indirect or mixed.
    quoted: u32,
    /// Whether the cue follows the content.
    follows: u32,
    /// Whether the candidate is negated.
    negated: u32,
    /// The sort of source: record, paper, court or other.
    sort: u32,
    /// What kind of words it is.
    who: u32,
    /// Its head in the singular.
    noun: u32,
    /// Its first word.
    opens: u32,
    /// Whether the head is a plural.
    plural: u32,
    /// How many numbers it has, up to 2: "46 percent".
    counted: u32,
    /// The noun that says what is done: "made the case".
    object: u32,
    /// Which list of nouns has it.
    object_class: u32,
    /// Its clusters.
    object_groups: [u32; 3],
    /// How many numbers the content has, up to 2.
    numbers: u32,
    /// The clusters of the source's head.
    source_groups: [u32; 3],
}

/// The features of act and of polarity; `usual` is what the grammar says of them.
pub(super) fn features(eyes: &Eyes<'_, '_>, draft: &Draft, usual: (Act, Polarity)) -> [Vec<u32>; 2] {
    let facts = facts(eyes, draft, usual);
    let mut out = [Vec::with_capacity(110), Vec::with_capacity(130)];
    of_act(eyes, draft, &facts, &mut out[0]);
    of_polarity(eyes, draft, &facts, &mut out[1]);
    out
}

/// Gathers what both models look at.
fn facts(eyes: &Eyes<'_, '_>, draft: &Draft, usual: (Act, Polarity)) -> Facts {
    let r = eyes.r;
    let source = Source::new(r, eyes.cast, draft);
    let head = draft.head;
    let content = draft.content.first().cloned().unwrap_or(head..head);
    let near = content.start..content.end.min(content.start + MAX_PART_TOKENS);
    let root = eyes.syntax.roots(&near).0;
    let last = source.phrase.end.saturating_sub(1);
    let object = object(eyes, draft, &content);
    let number = |i: usize| r.tag(i) == Tag::Cd || matches!(r.lower(i), "percent" | "%" | "percentage");
    let few = |range: Range<usize>| range.filter(|&i| number(i)).take(2).count() as u32;
    let start = source.tokens.start;
    let noun_of = |i: usize| lemma::of_noun(r.lower(i));
    Facts {
        act: usual.0 as u32,
        polarity: usual.1 as u32,
        voice: draft.voice.map_or(90 + u32::from(draft.cue.is_empty()), |voice| voice as u32),
        lemma: word(&draft.lemma),
        tag: eyes.tag(head),
        groups: if draft.cue.is_empty() { [0; 3] } else { eyes.groups(head) },
        form: feature(0, &[eyes.sketch(content.start), eyes.syntax.relation(root), eyes.tag(root)]),
        first: eyes.word(content.start),
        root: eyes.lemma(root),
        quoted: kind::kind(r, draft) as u32,
        follows: u32::from(draft.follows_content()),
        negated: u32::from(draft.negated),
        sort: act::sort_of(r, draft),
        who: source.kind as u32,
        noun: source.noun,
        opens: source.first,
        plural: u32::from(source.plural),
        counted: few(start..source.tokens.end.min(start + MAX_PART_TOKENS)),
        object: object.map_or(0, |i| word(&noun_of(i))),
        object_class: object.map_or(0, |i| class_of(&noun_of(i))),
        object_groups: object.map_or([0; 3], |i| eyes.groups(i)),
        numbers: few(near),
        source_groups: if source.tokens.is_empty() { [0; 3] } else { eyes.groups(last) },
    }
}

/// The last noun of the cue beside its head, or the head of the first noun phrase of the content.
fn object(eyes: &Eyes<'_, '_>, draft: &Draft, content: &Range<usize>) -> Option<usize> {
    let r = eyes.r;
    let cue = draft.cue.start..draft.cue.end.min(draft.cue.start + MAX_CUE_TOKENS);
    let own = cue.rev().find(|&i| i != draft.head && r.tag(i).is_noun());
    own.or_else(|| {
        let child = eyes.syntax.child(draft.head, Relation::Object)?;
        (child > draft.head && child < content.start + MAX_CUE_TOKENS && r.quotation_at(child).is_none())
            .then_some(child)
    })
}

/// Which list of nouns has a lemma: 1 speech, 2 thought, 3 intent, 4 finding, 0 none.
fn class_of(noun: &str) -> u32 {
    match noun {
        _ if List::SpeechNouns.has_stem(noun) => 1,
        _ if List::ThoughtNouns.has_stem(noun) => 2,
        _ if List::IntentNouns.has_stem(noun) => 3,
        _ if List::FindingNouns.has_stem(noun) => 4,
        _ => 0,
    }
}

/// The features of the act. Templates 1–19 and 46–69 combine facts, 20–45 clusters.
fn of_act(eyes: &Eyes<'_, '_>, draft: &Draft, facts: &Facts, out: &mut Vec<u32>) {
    let &Facts { act, lemma, voice, sort, noun, who, form, first, object, follows, quoted, .. } = facts;
    let mut add = |template: u32, values: &[u32]| out.push(feature(template, values));
    add(1, &[]);
    add(2, &[act]);
    add(3, &[lemma]);
    add(4, &[lemma, act]);
    add(5, &[lemma, voice]);
    add(6, &[lemma, form]);
    add(7, &[lemma, sort]);
    add(8, &[lemma, noun]);
    add(9, &[noun]);
    add(10, &[who, act]);
    add(11, &[sort, act]);
    add(12, &[form, act]);
    add(13, &[lemma, first]);
    add(14, &[lemma, who]);
    add(15, &[lemma, object]);
    add(16, &[object]);
    add(17, &[facts.object_class, act]);
    add(18, &[facts.object_class, lemma]);
    for (at, &group) in facts.groups.iter().enumerate() {
        add(20 + at as u32, &[group, act]);
        add(23 + at as u32, &[group, form]);
        add(26 + at as u32, &[group, sort]);
    }
    for (at, &group) in facts.source_groups.iter().enumerate() {
        add(30 + at as u32, &[group]);
        add(33 + at as u32, &[group, lemma]);
        add(36 + at as u32, &[group, act, who]);
    }
    for (at, &group) in facts.object_groups.iter().enumerate() {
        add(40 + at as u32, &[group, lemma]);
        add(43 + at as u32, &[group, act]);
    }
    add(50, &[facts.opens]);
    add(51, &[facts.opens, lemma]);
    add(52, &[facts.counted, act]);
    add(53, &[facts.counted, lemma]);
    add(54, &[facts.numbers, act]);
    add(55, &[facts.numbers, lemma]);
    add(56, &[facts.numbers, sort, noun]);
    add(57, &[facts.plural, lemma, who]);
    add(58, &[follows, act]);
    add(59, &[follows, lemma]);
    add(60, &[quoted, act]);
    add(61, &[quoted, lemma]);
    add(62, &[quoted, sort]);
    add(63, &[facts.tag, act]);
    add(64, &[facts.tag, lemma]);
    add(65, &[facts.polarity, act]);
    add(66, &[facts.negated, lemma]);
    add(67, &[facts.root]);
    add(68, &[facts.root, lemma]);
    add(69, &[voice, act]);
    around(eyes, draft, facts, out);
}

/// Features of the act from the words of the cue and of what depends on it (templates 70–83).
fn around(eyes: &Eyes<'_, '_>, draft: &Draft, facts: &Facts, out: &mut Vec<u32>) {
    let &Facts { act, lemma, first, .. } = facts;
    let mut add = |template: u32, values: &[u32]| out.push(feature(template, values));
    let length = draft.content.iter().map(|piece| piece.len()).sum();
    add(70, &[steps(length), act]);
    add(71, &[steps(length), lemma]);
    let cue = draft.cue.start..draft.cue.end.min(draft.cue.start + MAX_CUE_TOKENS);
    let all = cue.clone().fold(0, |sum: u32, i| sum.rotate_left(5) ^ eyes.word(i));
    add(72, &[all]);
    add(73, &[all, first]);
    for i in cue.filter(|&i| i != draft.head) {
        add(74, &[eyes.word(i)]);
        add(75, &[eyes.word(i), lemma]);
    }
    add(76, &[eyes.word(draft.head + 1), lemma]);
    add(77, &[eyes.word(draft.cue.start.wrapping_sub(1)), lemma]);
    let governor = eyes.syntax.head(draft.head);
    let relation = eyes.syntax.relation(draft.head);
    add(78, &[relation, act]);
    add(79, &[governor.map_or(0, |i| eyes.lemma(i)), relation]);
    add(80, &[governor.map_or(0, |i| eyes.lemma(i)), lemma]);
    for child in eyes.syntax.children(draft.head).take(12) {
        let relation = eyes.syntax.relation(child);
        add(81, &[relation, act]);
        add(82, &[relation, lemma]);
        add(83, &[relation, eyes.word(child)]);
    }
}

/// The features of the polarity. Templates 1–26 combine facts, 31–51 look at words before and in
/// the cue and at both ends of the sentence, 60–73 at what governs the cue.
fn of_polarity(eyes: &Eyes<'_, '_>, draft: &Draft, facts: &Facts, out: &mut Vec<u32>) {
    let r = eyes.r;
    let &Facts { polarity: usual, lemma, voice, tag, who, opens, first, form, .. } = facts;
    let mut add = |template: u32, values: &[u32]| out.push(feature(template, values));
    add(1, &[]);
    add(2, &[usual]);
    add(3, &[usual, lemma]);
    add(4, &[usual, voice]);
    add(5, &[usual, facts.act]);
    add(6, &[lemma]);
    add(7, &[lemma, voice]);
    add(8, &[lemma, form]);
    add(9, &[lemma, first]);
    add(10, &[usual, tag]);
    add(11, &[usual, who]);
    add(12, &[opens]);
    add(13, &[usual, opens]);
    add(14, &[who, tag]);
    add(15, &[facts.act, tag, who]);
    add(16, &[facts.quoted, usual]);
    add(17, &[facts.follows, usual]);
    add(18, &[facts.negated, usual]);
    add(19, &[first]);
    add(20, &[facts.noun]);
    for (at, &group) in facts.groups.iter().enumerate() {
        add(21 + at as u32, &[group]);
        add(24 + at as u32, &[group, usual]);
    }
    if draft.cue.is_empty() {
        return;
    }
    let unit = r.window(draft.head);
    for back in 1..=BEFORE_TOKENS {
        let Some(i) = draft.head.checked_sub(back).filter(|&i| i >= unit.start) else { break };
        if draft.holds(i) || r.quotation_at(i).is_some() {
            break;
        }
        let near = eyes.word(i);
        add(31, &[near]);
        add(32, &[near, usual]);
        if r.tag(i).is_verb() {
            add(35, &[eyes.lemma(i), tag]);
        }
    }
    let cue = draft.cue.start..draft.cue.end.min(draft.cue.start + MAX_CUE_TOKENS);
    let all = cue.clone().fold(0, |sum: u32, i| sum.rotate_left(5) ^ eyes.word(i));
    add(36, &[all]);
    for i in cue.filter(|&i| i != draft.head) {
        add(37, &[eyes.word(i)]);
        add(38, &[eyes.word(i), usual]);
    }
    for i in draft.head + 1..draft.head + 4 {
        add(40, &[eyes.word(i), apart(draft.head, i)]);
    }
    // The words before the clause, and those that begin and end the sentence.
    let begin = draft.source.as_ref().map_or(draft.cue.start, |source| source.start.min(draft.cue.start));
    let before = |back: usize| begin.checked_sub(back).filter(|&i| i >= unit.start).map_or(0, |i| eyes.word(i));
    add(45, &[before(1)]);
    add(46, &[before(1), before(2)]);
    add(47, &[before(1), usual]);
    add(48, &[before(1), tag]);
    add(49, &[eyes.word(unit.start)]);
    add(50, &[eyes.word(unit.start), usual, tag]);
    add(51, &[eyes.word(unit.end.saturating_sub(1))]);
    govern(eyes, draft.head, facts, out);
}

/// Features of the words above the head, up to [`MAX_GOVERNORS`], and of the auxiliaries, markers, adverbs
/// and subjects that depend on each of them.
fn govern(eyes: &Eyes<'_, '_>, head: usize, facts: &Facts, out: &mut Vec<u32>) {
    let &Facts { polarity: usual, tag, .. } = facts;
    let mut add = |template: u32, values: &[u32]| out.push(feature(template, values));
    let (mut at, mut way) = (head, 0_u32);
    for depth in 0..MAX_GOVERNORS as u32 {
        for child in eyes.syntax.children(at).take(12) {
            let relation = eyes.syntax.relation(child);
            let told = [Relation::Auxiliary, Relation::Marker, Relation::Adverb, Relation::Coordinator];
            if told.iter().any(|one| *one as u32 == relation) {
                let near = eyes.word(child);
                add(60, &[near, depth]);
                add(62, &[near, depth, usual]);
            }
            if relation == Relation::Subject as u32 || relation == Relation::PassiveSubject as u32 {
                add(64, &[eyes.word(child), depth]);
                add(65, &[eyes.sketch(child), depth, usual]);
            }
        }
        let relation = eyes.syntax.relation(at);
        add(66, &[relation, depth, tag]);
        add(67, &[relation, depth, usual]);
        let Some(next) = eyes.syntax.head(at) else { break };
        way = feature(way, &[relation]);
        add(68, &[eyes.lemma(next), way]);
        add(69, &[eyes.lemma(next), depth]);
        add(71, &[eyes.tag(next), way, tag]);
        add(73, &[eyes.groups(next)[1], way]);
        at = next;
    }
}
