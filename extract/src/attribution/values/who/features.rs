//! What speaks for and against an entity being who a source means, as hashed features.
//!
//! A model ranks the offers for one source; each offer gets a list of hashed features. A template
//! number has one meaning for ever.
//!
//! | templates | belong to | look at |
//! |---|---|---|
//! | 1–18 | one entity | the rules that name it, and how it lies in the source |
//! | 19–58 | one entity | where the article mentions it, and whether it has spoken |
//! | 60–69 | one entity | the encoder's odds of coreference |
//! | 70–98 | one entity | other attributions, other places of the head, rivals, clusters |
//! | 100–144 | nobody | the source alone, and the best of all entities |
//! | 200–218 | several | whether its parts are alike, listed together, or the last speakers |
//!
//! Most templates combine the kind of the source with something seen of the entity, since a pronoun
//! and a name are resolved by different signs. What is seen of an entity is computed in
//! [`view`](super::view).

use sayso_document::EntityType;

use super::kin::kin;
use super::offers::Offers;
use super::possible::possible;
use super::room::Room;
use super::rules::USUAL;
use super::source::{Kind, Source};
use super::view::{Inside, View, again, anchors, others, ranks, tie, view};
use crate::attribution::draft::Draft;
use crate::model::{feature, word};

/// The features of each offer, in the order of the offers.
///
/// `within` are the speakers of the attribution in whose content the source lies, if it lies in
/// one. Offers that nothing ties to a description are removed from `offers`, so that a description
/// stays nobody's rather than become whoever is at hand.
pub(crate) fn of(
    room: &Room<'_, '_>,
    (draft, source): (&Draft, &Source),
    within: Option<&[usize]>,
    offers: &mut Offers,
) -> Vec<Vec<u32>> {
    let entities: Vec<usize> = offers.list.iter().filter(|one| one.len() == 1).map(|one| one[0]).collect();
    let others = others(room, source);
    let known = &*offers;
    let of = |&entity: &usize| view(room, (draft, source), &others, known, entity);
    let mut views: Vec<View> = entities.iter().map(of).collect();
    ranks(room, source, &entities, &mut views);
    anchors(room, source, &entities, &mut views);
    if let Some(within) = within {
        for (view, entity) in views.iter_mut().zip(&entities) {
            view.outer = 1 + u32::from(!within.contains(entity)) + u32::from(within.is_empty());
        }
    }
    kin(room, source, &entities, &mut views);
    views.iter_mut().for_each(|view| view.tie = tie(view));
    let asked = Asked::new(room, draft, source, offers, &views);
    let pairs: Vec<u32> = offers
        .list
        .iter()
        .map(|offer| offers.pairs.iter().position(|pair| pair == offer).map_or(0, |at| 1 + at as u32))
        .collect();
    let mut table = vec![none(&asked)];
    table.extend(views.iter().map(|view| single(&asked, view)));
    for offer in &offers.list[table.len()..] {
        let parts: Vec<&View> =
            offer.iter().filter_map(|entity| entities.iter().position(|e| e == entity)).map(|at| &views[at]).collect();
        let usual = offers.list.get(offers.usual) == Some(offer);
        let last =
            room.answered.iter().rev().take(2).position(|answer| answer.entities == *offer).map_or(3, |at| at as u32);
        let listed = offers.lists.iter().find(|(list, _)| list == offer);
        let listed = listed.map_or(0, |&(_, clean)| 1 + u32::from(clean));
        table.push(several(&asked, &parts, usual, (last, pairs[table.len()], listed)));
    }
    let kept = possible(room, source, offers, &entities, &views);
    let places = |at: usize| kept[..at].iter().filter(|&&kept| kept).count();
    offers.usual = if kept[offers.usual] { places(offers.usual) } else { 0 };
    let (mut list, mut rows) = (kept.iter(), kept.iter());
    offers.list.retain(|_| list.next().copied().unwrap_or(true));
    table.retain(|_| rows.next().copied().unwrap_or(true));
    table
}

/// What is asked once for a source.
/// Numbers for features: hashes for words, 0 for what is absent.
struct Asked {
    /// The number of the source's [`Kind`].
    kind: u32,
    /// The kind on a scale of ten: 0 he or she, 1 it, 2 other pronouns, 3 relative, 4 a person's
    /// name, 5 another name, 6 a phrase with a name in it, 7 definite, 8 indefinite, 9 no source.
    sort: u32,
    /// The head, or the pronoun.
    head: u32,
    /// The first word.
    first: u32,
    /// The cue.
    lemma: u32,
    /// Whether the head is a plural.
    plural: u32,
    /// Whether the head names a document.
    document: u32,
    /// Whether "and" joins its parts.
    joined: u32,
    /// Whether it stands in a quotation.
    quoted: u32,
    /// Whether the cue follows the content.
    follows: u32,
    /// How many entities the rules take, up to 2 …
    usual: u32,
    /// … how sure they are, in eighths …
    sure: u32,
    /// … and which rules name anybody, as bits.
    rules: u32,
    /// How many persons the article has, up to 3.
    persons: u32,
    /// How well the head fits the best of all entities.
    best_called: u32,
    /// How many other words fit the best of those.
    best_hits: u32,
    /// How the nearest entity lies in the source.
    any_inside: u32,
    /// What an earlier source of the same words meant: 0 none was, 1 nobody, 2 somebody.
    again: u32,
    /// The best odds of coreference of all entities.
    kin: Option<f32>,
    /// In how many paragraphs the nearest speaker spoke.
    spoke_here: u32,
    /// Whether the source is in the first 120 tokens.
    opens: u32,
    /// Whether the source lies in a content, and whether its speaker is among the offers.
    outer: u32,
    /// The nearest relation of any entity to another place of the head.
    anchor: u32,
    /// What an earlier source with the same head meant, like `again`.
    again_head: u32,
    /// How many of a fitting sex were mentioned in the last sentences.
    rivals: u32,
    /// The coarse and the middle cluster of the head.
    broad: u32,
    group: u32,
    /// The middle cluster of the verb.
    manner: u32,
    /// Whether the source is a pronoun.
    pronoun: u32,
    /// Whether a person's name ends the source, and how.
    ends: u32,
}

impl Asked {
    fn new(room: &Room<'_, '_>, draft: &Draft, source: &Source, offers: &Offers, views: &[View]) -> Self {
        let r = room.r;
        let last = source.phrase.end.saturating_sub(1).max(source.phrase.start);
        let groups = r.groups(last);
        let manner = r.groups(draft.head);
        let sort = match source.kind {
            Kind::He | Kind::She => 0,
            Kind::It => 1,
            Kind::They | Kind::OtherPronoun | Kind::FirstPerson => 2,
            Kind::Relative => 3,
            Kind::FullPerson | Kind::ShortPerson => 4,
            Kind::FullBody | Kind::ShortBody | Kind::OtherName | Kind::Unknown => 5,
            Kind::NamedBefore | Kind::NamedAfter => 6,
            Kind::Definite | Kind::Owned | Kind::Bare => 7,
            Kind::Indefinite | Kind::Counted | Kind::BarePlural => 8,
            Kind::Nothing => 9,
        };
        Self {
            kind: source.kind as u32,
            sort,
            head: if source.kind.is_pronoun() { word(r.lower(source.at)) } else { source.head },
            first: source.first,
            lemma: word(&draft.lemma),
            plural: u32::from(source.plural),
            document: u32::from(source.document),
            joined: u32::from(source.joined),
            quoted: u32::from(r.quotation_at(source.at).is_some()),
            follows: u32::from(draft.follows_content()),
            usual: offers.list[offers.usual].len().min(2) as u32,
            sure: (offers.sure * 8.0) as u32,
            rules: offers.ruled.values().fold(0, |all, (rules, _)| all | rules),
            persons: (room.persons as u32).min(3),
            best_called: views.iter().map(|view| view.head).max().unwrap_or(0),
            best_hits: views.iter().filter(|view| view.head > 0).map(|view| view.hits).max().unwrap_or(0),
            any_inside: views.iter().filter(|view| view.inside > 0).map(|view| view.inside).min().unwrap_or(0),
            again: again(room, source).map_or(0, |at| 1 + u32::from(!room.answered[at].entities.is_empty())),
            kin: views.iter().filter_map(|view| view.kin).reduce(f32::max),
            spoke_here: views.iter().map(|view| view.spoke_here).min().unwrap_or(3),
            opens: u32::from(source.at < 120),
            pronoun: u32::from(source.kind.is_pronoun()),
            ends: views.iter().filter(|v| v.kind == EntityType::Person as u32).map(|v| v.ends).max().unwrap_or(0),
            broad: u32::from(groups[0]),
            group: u32::from(groups[1]),
            manner: u32::from(manner[1]),
            rivals: views.iter().filter(|v| matches!(v.sex, 1..=3) && v.sentences <= 3).take(4).count() as u32,
            outer: views.iter().map(|view| view.outer).min().unwrap_or(0),
            anchor: views.iter().map(|view| view.anchor).min().unwrap_or(7),
            again_head: room
                .by_head
                .get(&source.noun)
                .filter(|_| source.noun != 0)
                .map_or(0, |&at| 1 + u32::from(!room.answered[at].entities.is_empty())),
        }
    }
}

/// Adds a feature for each threshold below a number, alone and with the sort of source. Sums of
/// such weights form a rising curve, which a linear model could not have over the number itself.
fn rising(out: &mut Vec<u32>, template: u32, sort: u32, number: f32) {
    const STEPS: [f32; 12] = [-6.0, -4.0, -3.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0, 4.0, 6.0, 8.0];
    for at in (0..STEPS.len()).filter(|&at| number > STEPS[at]) {
        out.push(feature(template, &[at as u32]));
        out.push(feature(template, &[50 + sort, at as u32]));
    }
}

/// The features of one entity as the answer, in the order of their templates but for the odds of coreference.
fn single(asked: &Asked, v: &View) -> Vec<u32> {
    let mut out = Vec::with_capacity(96);
    in_source(asked, v, &mut out);
    in_article(asked, v, &mut out);
    beside_others(asked, v, &mut out);
    by_kin(asked, v, &mut out);
    out
}

/// What the rules say of an entity, how it lies in the source, and whether it is called so.
fn in_source(asked: &Asked, v: &View, out: &mut Vec<u32>) {
    let &Asked { kind: k, sort: s, head, plural, document, joined, .. } = asked;
    let usual = u32::from(v.rules & USUAL > 0);
    let mut add = |template: u32, values: &[u32]| out.push(feature(template, values));
    add(1, &[k, v.kind]);
    add(2, &[k, v.rules]);
    add(3, &[s, v.rules, v.sure]);
    add(4, &[k, usual, asked.usual, asked.sure]);
    add(5, &[usual, asked.usual]);
    add(6, &[k, v.inside]);
    add(7, &[k, v.inside, v.kind]);
    add(8, &[s, v.inside, v.link]);
    add(9, &[head, v.inside, v.kind]);
    add(10, &[head, v.inside, v.link]);
    add(11, &[document, v.inside, v.kind, v.link]);
    add(12, &[s, v.inside, v.full, v.kind]);
    add(13, &[v.inside, joined, plural]);
    add(14, &[k, v.head]);
    add(15, &[k, v.head, v.hits, v.misses]);
    add(16, &[s, v.head, v.hits.min(1), v.kind]);
    add(17, &[head, v.head]);
    add(18, &[s, v.head, v.sentences]);
}

/// Where the article mentions an entity, and whether it has spoken before.
fn in_article(asked: &Asked, v: &View, out: &mut Vec<u32>) {
    let &Asked { kind: k, sort: s, head, first, lemma, plural, document, quoted, follows, .. } = asked;
    let usual = u32::from(v.rules & USUAL > 0);
    let mut add = |template: u32, values: &[u32]| out.push(feature(template, values));
    add(19, &[s, v.sex]);
    add(20, &[s, v.sex, v.rank]);
    add(21, &[s, plural, v.kind]);
    add(22, &[s, v.sentences]);
    add(23, &[s, v.sentences, v.kind]);
    add(24, &[s, v.sentences, v.relation]);
    add(25, &[s, v.paragraphs, v.sentences]);
    add(26, &[s, v.after]);
    add(27, &[s, v.after, v.sentences]);
    add(28, &[s, v.rank]);
    add(29, &[k, v.rank, v.sentences.min(3), v.kind]);
    add(30, &[s, v.form, v.sentences.min(2)]);
    add(31, &[s, v.relation, v.quoted]);
    add(32, &[s, v.quoted, quoted, v.sentences.min(1)]);
    add(33, &[s, v.spoke]);
    add(34, &[s, v.spoke, v.spoke_here]);
    add(35, &[k, v.spoke, v.spoke_here, v.rank.min(1)]);
    add(36, &[s, v.spoke_here, follows, v.sentences.min(3)]);
    add(37, &[s, v.times]);
    add(38, &[s, v.times, v.total]);
    add(39, &[k, v.again]);
    add(40, &[s, v.before]);
    add(41, &[s, v.total, v.kind]);
    add(42, &[s, v.first, asked.persons]);
    add(43, &[s, v.content, v.clause]);
    add(44, &[s, v.content, v.sentences.min(2), v.rank.min(1)]);
    add(45, &[s, v.clause, v.relation, v.sentences.min(1)]);
    add(46, &[s, v.full, v.kind]);
    add(47, &[lemma, v.kind]);
    add(48, &[first, v.inside, v.kind]);
    add(49, &[head, v.kind]);
    add(50, &[k, quoted, v.spoke, v.spoke_here]);
    add(51, &[s, v.sex, v.spoke, v.sentences.min(2)]);
    add(52, &[s, v.rank, v.relation, v.sentences.min(2)]);
    add(53, &[s, asked.opens, v.after, v.total]);
    add(54, &[s, v.rules, v.spoke]);
    add(55, &[s, v.rules, v.sentences.min(3), v.rank.min(2)]);
    add(56, &[usual, v.head, s, v.hits.min(1)]);
    add(57, &[usual, head]);
    add(58, &[v.rules, document, v.inside]);
}

/// How an entity stands to other attributions, to other places of the head and to its rivals.
fn beside_others(asked: &Asked, v: &View, out: &mut Vec<u32>) {
    let &Asked { kind: k, sort: s, first, plural, document, joined, quoted, .. } = asked;
    let usual = u32::from(v.rules & USUAL > 0);
    let mut add = |template: u32, values: &[u32]| out.push(feature(template, values));
    add(70, &[k, v.outer]);
    add(71, &[s, v.outer, quoted, usual]);
    add(72, &[s, v.outer, v.sex, v.rank.min(2)]);
    add(73, &[k, v.anchor]);
    add(74, &[s, v.anchor, v.kind, document]);
    add(75, &[s, v.anchor, v.rules]);
    add(76, &[s, v.anchor, v.head, v.sentences.min(4)]);
    add(77, &[k, v.again_head]);
    add(78, &[s, v.again_head, plural, v.spoke]);
    add(79, &[s, v.sure_name, v.kind]);
    add(80, &[s, v.lead, v.total]);
    add(81, &[s, v.anchor, first]);
    add(82, &[s, v.recent, v.rank]);
    add(83, &[s, v.recent, v.kind, v.sentences.min(3)]);
    add(84, &[s, asked.rivals, v.sex, v.rank]);
    add(85, &[s, asked.rivals, v.spoke, v.spoke_here]);
    add(86, &[k, v.recent, v.spoke]);
    if asked.pronoun == 0 {
        let &Asked { broad, group, .. } = asked;
        add(87, &[group, v.kind, v.inside]);
        add(88, &[broad, v.kind, v.inside, v.link]);
        add(89, &[group, v.rules]);
        add(90, &[group, v.head, v.hits.min(1)]);
        add(91, &[broad, v.anchor, v.kind]);
        add(92, &[broad, plural, v.inside, v.kind]);
        add(93, &[broad, v.sentences, v.rank, v.kind]);
    }
    add(94, &[asked.manner, v.kind, s]);
    add(95, &[k, v.ends, v.kind, v.inside]);
    add(96, &[v.ends, v.kind, joined, v.link]);
    add(97, &[asked.ends, v.ends, v.kind, v.inside]);
    add(98, &[document, v.ends, v.kind, v.link]);
}

/// The odds that the source and the mentions of an entity mean the same.
/// Entities that the encoder did not see together with the source have one feature that says so.
fn by_kin(asked: &Asked, v: &View, out: &mut Vec<u32>) {
    let &Asked { kind: k, sort: s, .. } = asked;
    let usual = u32::from(v.rules & USUAL > 0);
    match v.kin {
        None => out.push(feature(60, &[s, usual])),
        Some(odds) => {
            let mut add = |template: u32, values: &[u32]| out.push(feature(template, values));
            add(61, &[s, v.kin_rank]);
            add(62, &[k, v.kin_rank, usual]);
            add(63, &[s, v.kin_rank, v.inside, v.head]);
            add(64, &[s, v.kin_rank, v.rules]);
            add(65, &[s, v.kin_rank, v.spoke]);
            rising(out, 66, s, odds);
            rising(out, 67, s, v.margin);
        }
    }
    if let Some(odds) = v.kin_inside {
        rising(out, 68, s, odds);
        rising(out, 69, 20 + v.inside, odds);
    }
}

/// The features of nobody as the answer.
fn none(asked: &Asked) -> Vec<u32> {
    let mut out = Vec::with_capacity(48);
    let &Asked { kind: k, sort: s, head, first, lemma, plural, document, joined, quoted, follows, .. } = asked;
    let mut add = |template: u32, values: &[u32]| out.push(feature(template, values));
    add(100, &[]);
    add(101, &[k]);
    add(102, &[k, head]);
    add(103, &[k, first]);
    add(104, &[k, plural, document]);
    add(105, &[head, plural]);
    add(106, &[k, asked.usual, asked.sure]);
    add(107, &[s, asked.rules]);
    add(108, &[k, asked.any_inside]);
    add(109, &[head, asked.any_inside]);
    add(110, &[k, asked.best_called, asked.best_hits]);
    add(111, &[head, asked.best_called]);
    add(112, &[s, asked.persons]);
    add(113, &[k, asked.again]);
    add(114, &[s, lemma]);
    add(115, &[k, asked.spoke_here, quoted]);
    add(116, &[k, asked.opens]);
    add(117, &[s, joined, plural, asked.any_inside]);
    add(118, &[k, follows]);
    add(119, &[first, head]);
    add(120, &[s, asked.usual, asked.best_called]);
    add(121, &[first, plural, asked.any_inside]);
    add(122, &[k, asked.outer, quoted]);
    add(123, &[k, asked.anchor, document]);
    add(124, &[s, asked.anchor, asked.best_called, plural]);
    add(125, &[k, asked.again_head]);
    add(126, &[head, asked.anchor]);
    if asked.pronoun == 0 {
        let &Asked { broad, group, .. } = asked;
        add(127, &[k, group, plural]);
        add(128, &[group, asked.any_inside, plural]);
        add(129, &[k, broad, first]);
        add(140, &[group, asked.best_called]);
        add(141, &[broad, asked.anchor, plural]);
        add(142, &[k, broad, asked.any_inside, plural]);
    }
    add(143, &[s, asked.manner]);
    add(144, &[k, asked.ends]);
    if let Some(kin) = asked.kin {
        rising(&mut out, 130, s, kin);
    }
    out
}

/// The features of several entities together as the answer.
/// `last` is how many answers ago they were the answer together, `pair` whether two were named or
/// spoke side by side, and `listed` whether the source lists them.
fn several(asked: &Asked, parts: &[&View], usual: bool, (last, pair, listed): (u32, u32, u32)) -> Vec<u32> {
    let mut out = Vec::with_capacity(32);
    let &Asked { kind: k, sort: s, plural, joined, .. } = asked;
    let mut add = |template: u32, values: &[u32]| out.push(feature(template, values));
    let usual = u32::from(usual);
    let many = parts.len().min(4) as u32;
    let same = |of: fn(&View) -> u32| {
        let first = parts.first().map_or(0, |view| of(view));
        if parts.iter().all(|view| of(view) == first) { first + 1 } else { 0 }
    };
    let (kind, inside, head) =
        (same(|view| view.kind), same(|view| u32::from(view.inside > 0)), same(|view| view.head));
    let all = |is: fn(&View) -> bool| u32::from(parts.iter().all(|view| is(view)));
    let heads = all(|view| view.inside == Inside::Head as u32 || view.inside == Inside::Joined as u32);
    add(200, &[]);
    add(201, &[k]);
    add(202, &[k, usual]);
    add(203, &[s, usual, asked.sure]);
    add(204, &[many, usual]);
    add(205, &[kind, inside, s]);
    add(206, &[inside, joined, plural]);
    add(207, &[heads, joined, kind]);
    add(208, &[heads, usual, s]);
    add(209, &[k, last, usual]);
    add(210, &[head, s, usual]);
    add(211, &[asked.head, usual, kind]);
    add(212, &[asked.document, inside, kind]);
    add(213, &[k, pair]);
    add(214, &[asked.head, pair, plural]);
    add(215, &[asked.first, pair, plural]);
    add(216, &[k, listed, joined]);
    add(217, &[listed, joined, plural, usual, kind]);
    add(218, &[asked.first, listed]);
    out
}
