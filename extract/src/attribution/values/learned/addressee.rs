//! Offers and features of the model that chooses an addressee.
//!
//! The offers are the noun phrases around cue, source and content that can be somebody, what the
//! grammar takes, and what it takes for drafts in the same sentence. The model `addressee.bin`
//! ranks them against nobody.
//!
//! | templates | look at |
//! |---|---|
//! | 1–16 | nobody: the cue, and whether the grammar takes any offer |
//! | 101–131 | one offer: its place, type and words, and its relation to the cue |
//! | 132–147 | what stands between it and the cue, and whether others heard it |
//! | 150–165 | clusters of its head and of the cue |

use std::ops::Range;

use super::eyes::Eyes;
use crate::attribution::decide::features::apart;
use crate::attribution::draft::{Draft, Voice};
use crate::attribution::values::addressee as grammar;
use crate::attribution::values::who::source::Source;
use crate::model::{feature, word};
use crate::tags::{Tag, lemma};

/// How many tokens before cue and source are searched for noun phrases.
const BEFORE_TOKENS: usize = 26;
/// How many behind both.
const BEHIND_TOKENS: usize = 22;
/// How many behind content that follows them.
const AFTER_TOKENS: usize = 10;
/// How many tokens of content right behind the cue are searched: of "urged the mayor to go" it may
/// begin with the addressee.
const INTO_CONTENT_TOKENS: usize = 10;
/// The most offers for one draft.
const MAX_OFFERS: usize = 24;
/// How many drafts before and after are asked for their addressees.
const NEAR_DRAFTS: usize = 3;

/// Words that may name the addressee.
#[derive(Clone, Debug)]
pub(super) struct Offer {
    /// The noun phrase.
    pub(super) tokens: Range<usize>,
    /// Whether the grammar takes it.
    pub(super) usual: bool,
    /// Which draft the grammar takes it for: 1, 2 or 3 drafts back, or 11, 12, 13 for those after;
    /// 0 for none.
    near: u32,
    /// Whether that draft has the same source.
    same: bool,
}

/// Where an offer stands, seen from the draft. Features take the numbers.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
enum Place {
    Before,
    BetweenSourceAndCue,
    InSource,
    InCue,
    RightBehind,
    Behind,
    InContent,
    AfterContent,
}

/// The offers for the draft at `place`, in reading order; none overlap. `usual` is what the grammar
/// takes for each draft.
pub(super) fn offers(
    eyes: &Eyes<'_, '_>,
    drafts: &[Draft],
    usual: &[Option<Range<usize>>],
    place: usize,
) -> Vec<Offer> {
    let draft = &drafts[place];
    let mut found: Vec<Offer> = Vec::new();
    let mut put = |offer: Offer| {
        let held =
            found.iter_mut().find(|one| one.tokens.start < offer.tokens.end && offer.tokens.start < one.tokens.end);
        match held {
            Some(one) if one.near == 0 => (one.near, one.same) = (offer.near, offer.same),
            Some(_) => {}
            None => found.push(offer),
        }
    };
    if let Some(tokens) = usual[place].clone() {
        put(Offer { tokens, usual: true, near: 0, same: false });
    }
    let near = (place.saturating_sub(NEAR_DRAFTS)..place)
        .rev()
        .zip(1..)
        .chain((place + 1..drafts.len()).zip(11..10 + NEAR_DRAFTS as u32 + 1));
    for (other, far) in near {
        let unit = eyes.r.unit_at(draft.head) == eyes.r.unit_at(drafts[other].head);
        if let Some(tokens) = usual[other].clone().filter(|_| unit) {
            let same = drafts[other].source.is_some() && drafts[other].source == draft.source;
            put(Offer { tokens, usual: false, near: far, same });
        }
    }
    for tokens in phrases(eyes, draft) {
        put(Offer { tokens, usual: false, near: 0, same: false });
    }
    found.truncate(MAX_OFFERS);
    found.sort_by_key(|offer| offer.tokens.start);
    found
}

/// The noun phrases near the draft that can be somebody. None for a draft without a cue.
fn phrases(eyes: &Eyes<'_, '_>, draft: &Draft) -> Vec<Range<usize>> {
    if draft.cue.is_empty() {
        return Vec::new();
    }
    let r = eyes.r;
    let unit = r.window(draft.head);
    let source = draft.source.clone().unwrap_or(draft.cue.clone());
    let (begin, end) = (draft.cue.start.min(source.start), draft.cue.end.max(source.end));
    let mut looked = vec![
        draft.head + 1..unit.end.min(end + BEHIND_TOKENS),
        unit.start.max(begin.saturating_sub(BEFORE_TOKENS))..draft.head,
    ];
    if let Some(last) = draft.content.last().filter(|last| last.end > end) {
        looked.push(last.end.max(end + BEHIND_TOKENS)..unit.end.min(last.end + AFTER_TOKENS));
    }
    let into = draft
        .content
        .iter()
        .find(|piece| piece.start > draft.head)
        .map_or(0, |piece| piece.start + INTO_CONTENT_TOKENS);
    let mut found = Vec::new();
    for range in looked {
        let mut at = range.start;
        while at < range.end {
            let held = draft.content.iter().find(|piece| piece.contains(&at));
            if let Some(piece) = held.filter(|piece| at >= into || piece.start < draft.head) {
                at = piece.end;
                continue;
            }
            let opens = r.tag(at).opens_phrase() && r.quotation_at(at).is_none();
            match opens.then(|| grammar::phrase_of(r, at)).flatten() {
                Some((tokens, next)) => {
                    found.push(tokens);
                    at = next.max(at + 1);
                }
                None => at += 1,
            }
        }
    }
    found
}

/// The features of each answer: the first is nobody, then come the offers.
pub(super) fn features(eyes: &Eyes<'_, '_>, draft: &Draft, offers: &[Offer]) -> Vec<Vec<u32>> {
    let facts = Facts::new(eyes, draft, offers);
    let mut all = Vec::with_capacity(offers.len() + 1);
    all.push(nobody(&facts));
    all.extend(offers.iter().enumerate().map(|(at, offer)| one(eyes, draft, &facts, (at, offer))));
    all
}

/// What is known of the draft.
/// Hashes stand for words; 0 means that there is none.
struct Facts {
    /// The cue.
    lemma: u32,
    /// Its voice; 90 without one, 91 without a cue.
    voice: u32,
    /// The part of speech of its head.
    tag: u32,
    /// The word right behind the cue's head.
    next: u32,
    /// The first word of the content, as a sketch.
    form: u32,
    /// Whether the cue follows the content.
    follows: u32,
    /// What kind of words the source is.
    who: u32,
    /// Whether the grammar takes any offer.
    usual: u32,
    /// The nearest draft for which the grammar takes any.
    near: u32,
    /// The entity of the source, which can hardly be the addressee as well.
    entity: Option<usize>,
    /// The clusters of the head.
    groups: [u32; 3],
}

impl Facts {
    fn new(eyes: &Eyes<'_, '_>, draft: &Draft, offers: &[Offer]) -> Self {
        let source = Source::new(eyes.r, eyes.cast, draft);
        let entity = draft.source.as_ref().and_then(|s| eyes.cast.headed_by(s.end.saturating_sub(1)));
        Self {
            lemma: word(&draft.lemma),
            voice: draft.voice.map_or(90 + u32::from(draft.cue.is_empty()), |voice| voice as u32),
            tag: eyes.tag(draft.head),
            next: eyes.sketch(draft.head + 1),
            form: draft.content.first().map_or(0, |content| eyes.sketch(content.start)),
            follows: u32::from(draft.follows_content()),
            who: source.kind as u32,
            usual: u32::from(offers.iter().any(|offer| offer.usual)),
            near: offers.iter().map(|offer| offer.near).filter(|&near| near > 0).min().unwrap_or(0),
            entity: entity.map(|place| place.mention.entity),
            groups: if draft.cue.is_empty() { [0; 3] } else { eyes.groups(draft.head) },
        }
    }
}

/// The features of nobody as the answer.
fn nobody(facts: &Facts) -> Vec<u32> {
    let &Facts { lemma, voice, tag, next, form, usual, near, .. } = facts;
    let mut out = Vec::with_capacity(20);
    let mut add = |template: u32, values: &[u32]| out.push(feature(template, values));
    add(1, &[]);
    add(2, &[usual]);
    add(3, &[lemma]);
    add(4, &[lemma, usual]);
    add(5, &[lemma, voice]);
    add(6, &[lemma, next]);
    add(7, &[voice, usual]);
    add(8, &[near, voice]);
    add(9, &[near, lemma]);
    add(10, &[form, usual]);
    add(11, &[facts.who, usual]);
    add(12, &[facts.follows, usual]);
    add(13, &[tag, usual]);
    add(14, &[lemma, form]);
    add(15, &[facts.groups[1], usual]);
    add(16, &[facts.groups[2], usual]);
    out
}

/// Where a token stands, seen from the draft.
/// The first that holds, in the order of the arms.
fn place_of(draft: &Draft, at: usize) -> Place {
    let holds = |range: &Range<usize>| range.contains(&at);
    match &draft.source {
        Some(source) if holds(source) => Place::InSource,
        _ if holds(&draft.cue) => Place::InCue,
        _ if draft.holds(at) => Place::InContent,
        _ if at == draft.head + 1 || at == draft.cue.end => Place::RightBehind,
        Some(source) if source.end <= at && at < draft.cue.start => Place::BetweenSourceAndCue,
        _ if at < draft.head => Place::Before,
        _ if draft.content.first().is_some_and(|content| content.start > draft.head && content.end <= at) => {
            Place::AfterContent
        }
        _ => Place::Behind,
    }
}

/// The features of one offer, which is the `at`th in reading order.
fn one(eyes: &Eyes<'_, '_>, draft: &Draft, facts: &Facts, (at, offer): (usize, &Offer)) -> Vec<u32> {
    let r = eyes.r;
    let &Facts { lemma, voice, tag, follows, .. } = facts;
    let Range { start, end } = offer.tokens;
    let head = grammar::head(r, &offer.tokens);
    let place = place_of(draft, start) as u32;
    let before = |back: usize| start.checked_sub(back);
    let prev = before(1).map_or(0, |i| eyes.sketch(i));
    let second = before(2).map_or(0, |i| eyes.word(i));
    let usual = u32::from(offer.usual);
    let far = apart(draft.head, start);
    let root = eyes.syntax.roots(&(start..end.min(start + 12))).0;
    let relation = eyes.syntax.relation(root);
    let governor = eyes.syntax.head(root);
    let by_cue = governor.map_or(9, |i| eyes.syntax.beside(i, draft.head));
    let ruler = governor.map_or(0, |i| eyes.lemma(i));
    let kind = eyes.kind(head);
    let noun = if r.tag(head) == Tag::Nns { word(&lemma::of_noun(r.lower(head))) } else { eyes.word(head) };
    let noun = if r.tag(head) == Tag::Nnp { 0 } else { noun };
    let groups = eyes.groups(head);
    let person = u32::from(grammar::is_person(r, &offer.tokens));
    let next = eyes.sketch(end);
    let passive = u32::from(draft.voice == Some(Voice::Passive) || tag == Tag::Vbn as u32);
    let mut out = Vec::with_capacity(60);
    let mut add = |template: u32, values: &[u32]| out.push(feature(template, values));
    add(101, &[usual]);
    add(102, &[usual, lemma]);
    add(103, &[usual, prev]);
    add(104, &[usual, place]);
    add(105, &[usual, kind, person]);
    add(106, &[usual, voice]);
    add(107, &[place, prev]);
    add(108, &[place, prev, lemma]);
    add(109, &[place, lemma]);
    add(110, &[place, lemma, passive, follows]);
    add(111, &[far]);
    add(112, &[far, lemma]);
    add(113, &[far, prev]);
    add(114, &[place, kind]);
    add(115, &[place, kind, prev]);
    add(116, &[place, kind, lemma]);
    add(117, &[place, person, prev]);
    add(118, &[noun]);
    add(119, &[noun, prev]);
    add(120, &[noun, place]);
    add(121, &[noun, lemma]);
    add(122, &[prev, second]);
    add(123, &[prev, second, place]);
    add(124, &[relation, by_cue]);
    add(125, &[relation, by_cue, lemma]);
    add(126, &[relation, by_cue, prev]);
    add(127, &[ruler, relation, prev]);
    add(128, &[ruler, relation, person]);
    add(129, &[ruler, place]);
    add(130, &[next, place]);
    add(131, &[next, lemma, place]);
    let looks = Looks { place, prev, usual, relation, by_cue };
    between(eyes, (draft, offer), facts, &looks, &mut out);
    let mut add = |template: u32, values: &[u32]| out.push(feature(template, values));
    add(141, &[at.min(6) as u32, place]);
    add(142, &[eyes.word(start)]);
    add(143, &[eyes.word(start), prev]);
    add(144, &[eyes.tag(head), place]);
    add(145, &[eyes.tag(head), prev, usual]);
    add(146, &[passive, place, lemma]);
    add(147, &[facts.who, place]);
    in_groups(&groups, &facts.groups, &looks, &mut out);
    out
}

/// What stands between cue and offer, and whether it is the source itself or heard what is told nearby.
/// The entity of the source cannot hear itself, but in a passive its words may stand where the
/// addressee is.
fn between(eyes: &Eyes<'_, '_>, (draft, offer): (&Draft, &Offer), facts: &Facts, looks: &Looks, out: &mut Vec<u32>) {
    let (r, Range { start, end }) = (eyes.r, offer.tokens.clone());
    let &Facts { lemma, voice, tag, .. } = facts;
    let &Looks { place, prev, .. } = looks;
    let (from, to) = if start > draft.head { (draft.head + 1, start) } else { (end, draft.head) };
    let verbs = (from..to).take(30).filter(|&i| r.tag(i).is_verb()).take(3).count() as u32;
    let commas = (from..to).take(30).filter(|&i| r.tag(i) == Tag::Comma).take(3).count() as u32;
    let itself = facts.entity.is_some()
        && eyes.cast.headed_by(end - 1).is_some_and(|place| facts.entity == Some(place.mention.entity));
    let passive = u32::from(draft.voice == Some(Voice::Passive) || tag == Tag::Vbn as u32);
    let mut add = |template: u32, values: &[u32]| out.push(feature(template, values));
    add(132, &[verbs, commas, place]);
    add(133, &[verbs, place, prev]);
    add(134, &[commas, place, lemma]);
    add(135, &[u32::from(itself), place]);
    add(136, &[u32::from(itself), passive]);
    add(137, &[offer.near, u32::from(offer.same)]);
    add(138, &[offer.near, voice]);
    add(139, &[offer.near, lemma]);
    add(140, &[offer.near, commas, verbs]);
}

/// Numbers of an offer that several groups of features combine.
struct Looks {
    /// Where it stands.
    place: u32,
    /// The word before it, as a sketch.
    prev: u32,
    /// Whether the grammar takes it.
    usual: u32,
    /// How its root depends on another word …
    relation: u32,
    /// … and how that word stands to the head of the cue.
    by_cue: u32,
}

/// Features of the clusters of the offer's head and of the cue.
fn in_groups(own: &[u32; 3], cue: &[u32; 3], looks: &Looks, out: &mut Vec<u32>) {
    let &Looks { place, prev, usual, relation, by_cue } = looks;
    let mut add = |template: u32, values: &[u32]| out.push(feature(template, values));
    for (at, &group) in own.iter().enumerate() {
        add(150 + at as u32, &[group, prev]);
        add(153 + at as u32, &[group, place]);
        add(156 + at as u32, &[group, usual]);
    }
    for (at, &group) in cue.iter().enumerate().skip(1) {
        add(160 + at as u32, &[group, place, prev]);
        add(163 + at as u32, &[group, relation, by_cue]);
    }
}
