//! Features of whether an anaphor stands for an entity, for the model `speakers.bin`.
//!
//! | templates | look at |
//! |---|---|
//! | 1–21, 33–37 | a candidate: distance, part in the clause, form, frequency, gender, who is speaking |
//! | 22–24 | a pronoun and its words |
//! | 25–32 | a description, and how well its words fit |
//! | 40–56 | "none of them" |
//!
//! Distances are measured to the latest mention of the entity, which may be a pronoun resolved
//! before; the walk goes from left to right ([`resolver`](super::resolver)).

use sayso_document::MentionForm;

use super::anaphor::{Anaphor, Sort};
use super::context::Scene;
use super::profile::Profile;
use super::question::{Discourse, Question, State, pronoun_part, says_after};
use super::title::comparable;
use crate::model::feature;

/// What is seen of one candidate, in small numbers.
struct View {
    /// Sentences back to its latest mention, by [`step`].
    distance: u32,
    /// Paragraphs back, up to 3.
    paragraphs: u32,
    /// The part that mention plays in its clause.
    part: u32,
    /// Its form: 0 a name, 1 a name with a title, 2 a description, 3 a pronoun.
    form: u32,
    /// How many candidates were mentioned since, up to 5.
    rank: u32,
    /// How many mentions it has so far, by [`step`].
    count: u32,
    /// How many names it has in the whole text, by [`step`].
    total: u32,
    /// For "he" and "she": 1 its gender is known and fits, 2 it was called so before, 3 nothing is
    /// known; 0 for others.
    gender: u32,
    /// Which of the two stand in quotations, 3 for one and the same quotation.
    quoted: u32,
    /// Its type.
    kind: u32,
    /// How well a description fits it ([`matched`]); 0 for pronouns.
    matched: u32,
}

/// The step of a number on a scale that grows coarser; 7 for 20 and more.
pub(crate) fn step(n: u32) -> u32 {
    match n {
        0..=3 => n,
        4..=5 => 4,
        6..=9 => 5,
        10..=19 => 6,
        _ => 7,
    }
}

/// Fills `table` with the features of "none of them" and then of each candidate. The table is
/// reused from question to question; rows beyond the candidates are left over and mean nothing.
pub(super) fn fill(
    discourse: &Discourse<'_, '_, '_>,
    anaphor: &Anaphor,
    candidates: &[usize],
    table: &mut Vec<Vec<u32>>,
) {
    table.resize_with(table.len().max(candidates.len() + 1), Vec::new);
    let scene = discourse.scene;
    let part = pronoun_part(scene, &anaphor.tokens, scene.part(anaphor.tokens.start, anaphor.tokens.end)) as u32;
    let sort = anaphor.sort as u32;
    let asked = Asked {
        sort,
        part,
        head: comparable(scene.word(anaphor.head())),
        next: scene.number(anaphor.tokens.end),
        before: scene.number_before(anaphor.tokens.start),
        says: u32::from(says_after(scene, anaphor.tokens.end)),
        quoted: u32::from(scene.quotation(anaphor.tokens.start) > 0),
        closes: u32::from(scene.closes_quotation(anaphor.tokens.start)),
    };
    let (mut best, mut nearest, mut agreeing) = (0, 9, 0);
    for (rank, &entity) in candidates.iter().enumerate() {
        let view = view(discourse, anaphor, entity, rank);
        best = best.max(view.matched);
        nearest = nearest.min(view.distance);
        agreeing += u32::from(view.gender == 1);
        let out = &mut table[rank + 1];
        out.clear();
        of_candidate(discourse, anaphor, &asked, &view, entity, out);
    }
    let summary = (best, nearest, agreeing, candidates.len() as u32);
    table[0].clear();
    of_none(discourse, anaphor, &asked, summary, &mut table[0]);
}

/// What is seen of the anaphor itself.
struct Asked {
    /// Its [`Sort`].
    sort: u32,
    /// The part that it plays.
    part: u32,
    /// Its head, as titles are compared.
    head: u32,
    /// The word behind it.
    next: u32,
    /// The word before it in its sentence.
    before: u32,
    /// Whether a verb of saying follows.
    says: u32,
    /// Whether it stands in a quotation.
    quoted: u32,
    /// Whether a quotation ends right before it.
    closes: u32,
}

/// Compares an anaphor with an entity; `rank` is the entity's position among the candidates.
fn view(discourse: &Discourse<'_, '_, '_>, anaphor: &Anaphor, entity: usize, rank: usize) -> View {
    let (scene, profile, state) = (discourse.scene, &discourse.profiles[entity], &discourse.states[entity]);
    let (here, there) = (anaphor.tokens.start, state.tokens.start);
    let (a, b) = (scene.quotation(there), scene.quotation(here));
    let sex = usize::from(anaphor.sort == Sort::Female);
    let gender = match anaphor.sort {
        Sort::Male | Sort::Female if profile.gender.known() => 1,
        Sort::Male | Sort::Female if state.pronouns[sex] > 0 => 2,
        Sort::Male | Sort::Female => 3,
        _ => 0,
    };
    View {
        distance: step(scene.sentence(here) - scene.sentence(there)),
        paragraphs: (scene.paragraph(here) - scene.paragraph(there)).min(3),
        part: state.part as u32,
        form: form_number(state.form),
        rank: (rank as u32).min(5),
        count: step(state.count),
        total: step(profile.total),
        gender,
        quoted: if a == b && a > 0 { 3 } else { u32::from(a > 0) + 2 * u32::from(b > 0) + u32::from(a > 0 && b > 0) },
        kind: profile.kind.map_or(9, |kind| kind as u32),
        matched: if anaphor.sort.is_pronoun() { 0 } else { matched(scene, anaphor, profile, state) },
    }
}

/// The number of a form in features.
fn form_number(form: Option<MentionForm>) -> u32 {
    match form {
        None | Some(MentionForm::Name) => 0,
        Some(MentionForm::TitledName) => 1,
        Some(MentionForm::Description) => 2,
        Some(MentionForm::Pronoun) => 3,
    }
}

/// How well the words of a description fit an entity, in one number: its head (0 to 4) times 20,
/// words that fit (up to 2) times 6, words that do not (up to 2) times 2, and 1 if the same
/// description stood for it before.
fn matched(scene: &Scene, anaphor: &Anaphor, profile: &Profile, state: &State) -> u32 {
    let head = comparable(scene.word(anaphor.head()));
    let by_head = if profile.offices.contains(&head) {
        4
    } else if profile.heads.contains(&head) {
        3
    } else if profile.roles.contains(&head) {
        2
    } else {
        u32::from(profile.name.contains(&head))
    };
    let (mut hits, mut misses) = (0, 0);
    for i in anaphor.tokens.start + 1..anaphor.head() {
        let word = comparable(scene.word(i));
        if profile.roles.contains(&word) || profile.name.contains(&word) {
            hits += 1;
        } else if !is_time(scene.word(i)) {
            misses += 1;
        }
    }
    let again = u32::from(state.described == scene.number(anaphor.head()) && state.described != 0);
    by_head * 20 + hits.min(2) * 6 + misses.min(2) * 2 + again
}

/// The candidate whose title, apposition or name a description repeats: its head and all other
/// words, apart from capitalised ones about persons, which need not stand in a title ("the Vermont
/// senator"). Of several the one that shares most words, then the latest. Such a match needs no
/// model.
pub(super) fn titled(discourse: &Discourse<'_, '_, '_>, question: &Question<'_>) -> Option<usize> {
    let (scene, anaphor) = (discourse.scene, question.anaphor);
    if anaphor.sort.is_pronoun() {
        return None;
    }
    let head = comparable(scene.word(anaphor.head()));
    let mut best: Option<(usize, u32)> = None;
    for (place, &entity) in question.candidates.iter().enumerate() {
        let profile = &discourse.profiles[entity];
        let heads = if anaphor.sort == Sort::Person { &profile.offices } else { &profile.heads };
        if !heads.contains(&head) {
            continue;
        }
        let has = |&i: &usize| {
            let word = comparable(scene.word(i));
            profile.roles.contains(&word) || profile.name.contains(&word)
        };
        // "The Russian president" may be told of Russia nowhere else; "the Saudi government" is no other government.
        let person = anaphor.sort == Sort::Person;
        let free = |&i: &usize| is_time(scene.word(i)) || person && scene.word(i).starts_with(char::is_uppercase);
        let modifiers = anaphor.tokens.start + 1..anaphor.head();
        let hits = modifiers.clone().filter(has).count() as u32;
        if modifiers.clone().all(|i| has(&i) || free(&i)) && best.is_none_or(|(_, top)| hits > top) {
            best = Some((place, hits));
        }
    }
    best.map(|(place, _)| place)
}

/// Whether a word tells when somebody held an office, and so fits anybody.
fn is_time(word: &str) -> bool {
    matches!(word, "former" | "current" | "new" | "outgoing" | "incoming" | "then" | "late" | "old")
}

/// Whether it is this entity (1), another (2), or none (0).
fn stands<T>(known: Option<(usize, T)>, entity: usize) -> u32 {
    known.map_or(0, |(same, _)| if same == entity { 1 } else { 2 })
}

/// Appends the features of one candidate.
fn of_candidate(
    discourse: &Discourse<'_, '_, '_>,
    anaphor: &Anaphor,
    asked: &Asked,
    view: &View,
    entity: usize,
    out: &mut Vec<u32>,
) {
    let (scene, state, profile) = (discourse.scene, &discourse.states[entity], &discourse.profiles[entity]);
    let &Asked { sort, part, head, next, says, quoted, closes, .. } = asked;
    let View { distance, paragraphs, part: theirs, form, rank, count, total, gender, quoted: both, kind, matched } =
        *view;
    let mut add = |template: u32, values: &[u32]| out.push(feature(template, values));
    // A description is settled by its words first; pronouns by places.
    let sort_match = sort * 128 + matched;
    let leads = u32::from(state.leads);
    let continues = stands(discourse.last[anaphor.sort as usize], entity);
    let speaker = stands(discourse.speaker, entity);
    add(1, &[sort, distance]);
    add(2, &[sort, distance, theirs]);
    add(3, &[sort, theirs, part]);
    add(4, &[sort, rank]);
    add(5, &[sort, rank, distance]);
    add(7, &[sort, form, distance]);
    add(8, &[sort, both, distance.min(1), theirs]);
    add(9, &[sort, count]);
    add(10, &[sort, total]);
    add(11, &[sort, kind]);
    if !discourse.blind {
        // Where gender settles everything, "he" is always one person, which teaches nothing for texts with two men.
        add(6, &[sort, gender]);
        add(37, &[6, gender]);
        add(12, &[sort, continues, distance]);
    }
    add(13, &[sort, leads, distance]);
    add(14, &[sort, speaker, says, quoted]);
    add(33, &[sort, closes, says, both]);
    add(34, &[sort, closes, speaker, both]);
    let outside = match state.outside.checked_sub(1) {
        Some(token) => step(scene.sentence(anaphor.tokens.start) - scene.sentence(token)),
        None => 8,
    };
    add(35, &[sort, outside, quoted, closes]);
    add(36, &[sort, outside, speaker, closes]);
    add(15, &[sort, u32::from(state.says), says, distance]);
    add(16, &[sort, paragraphs, distance]);
    add(17, &[sort, u32::from(profile.full), form]);
    add(18, &[sort, distance.min(1), theirs, part, u32::from(rank == 0)]);
    add(19, &[sort, scene.number(state.tokens.end), u32::from(distance == 0)]);
    add(20, &[sort, scene.number_before(state.tokens.start), u32::from(distance == 0)]);
    add(21, &[sort, next, theirs]);
    if anaphor.sort.is_pronoun() {
        add(22, &[sort, asked.before, theirs, u32::from(distance == 0)]);
        add(23, &[sort, head, distance, theirs]);
        let gap = anaphor.tokens.start.saturating_sub(state.tokens.end) as u32;
        add(24, &[sort, step(gap / 4), part]);
        return;
    }
    add(25, &[sort_match]);
    add(26, &[sort_match, rank.min(2)]);
    add(27, &[sort, matched / 20, distance]);
    add(28, &[sort, matched / 20, total]);
    add(29, &[head, kind]);
    add(30, &[sort, matched / 20, matched / 2 % 3, rank]);
    add(31, &[sort, matched / 20, speaker]);
    add(32, &[sort, matched / 20, u32::from(both > 0)]);
}

/// Appends the features of "none of them". `summary` is the best match, the nearest distance, how
/// many candidates fit by gender, and how many there are.
fn of_none(
    discourse: &Discourse<'_, '_, '_>,
    anaphor: &Anaphor,
    asked: &Asked,
    summary: (u32, u32, u32, u32),
    out: &mut Vec<u32>,
) {
    let &Asked { sort, part, head, next, before, says, quoted, closes } = asked;
    let (best, nearest, agreeing, many) = summary;
    let mut add = |template: u32, values: &[u32]| out.push(feature(template, values));
    add(40, &[sort]);
    add(41, &[sort, quoted]);
    add(42, &[sort, nearest]);
    add(43, &[sort, nearest, quoted]);
    add(44, &[sort, agreeing.min(3)]);
    add(45, &[sort, many.min(5)]);
    add(46, &[sort, next]);
    add(47, &[sort, before]);
    add(48, &[sort, part, says, closes]);
    add(49, &[sort, head]);
    let seen = discourse.last[anaphor.sort as usize].is_some();
    add(50, &[sort, u32::from(seen), nearest]);
    if !anaphor.sort.is_pronoun() {
        add(51, &[sort, best]);
        add(52, &[sort, best / 20]);
        add(53, &[head, best / 20]);
        let words = anaphor.tokens.len() as u32;
        add(54, &[sort, words, best / 20]);
        return;
    }
    add(55, &[sort, head, part]);
    add(56, &[sort, next, before]);
}
