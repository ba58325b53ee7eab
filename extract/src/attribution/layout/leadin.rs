//! Words that lead to what was said, with a colon between them: "Said Ilsa Brandt: “…”", or "She
//! wrote:" with a quoted block, a list or a paragraph below.
//!
//! The candidates see one sentence at a time, so a cue whose content stands in the next paragraphs
//! is found here. In: units that end in a colon at the end of their paragraph, or that open with a
//! verb of saying. Out: drafts with a confidence of 0.97.

use std::ops::Range;

use crate::attribution::candidate::content;
use crate::attribution::draft::Draft;
use crate::grammar::phrase;
use crate::grammar::subject::{self, Subject};
use crate::grammar::verbs::{self, Group};
use crate::lexicon::List;
use crate::tags::Tag;
use crate::view::Reading;

/// The confidence that a colon leads to what was said.
const CONFIDENCE: f32 = 0.97;
/// The most lines of a list or block, and the most units of one of its paragraphs.
const MAX_LINES: usize = 30;
/// The most tokens of a clause that leads to what was said.
const MAX_CLAUSE_TOKENS: usize = 40;

/// The attributions by a colon after verb and speaker, or at the end of a paragraph.
/// Verb groups and subjects are found only where a paragraph does end in a colon, which most texts
/// never have.
pub(crate) fn drafts(r: &Reading<'_>) -> Vec<Draft> {
    let mut found: Vec<Draft> = r.units().iter().filter_map(|unit| turned(r, unit)).collect();
    let ends: Vec<&Range<usize>> = r
        .units()
        .iter()
        .filter(|unit| unit.len() <= MAX_CLAUSE_TOKENS && r.is(unit.end - 1, ":") && ends_paragraph(r, unit))
        .collect();
    if ends.is_empty() {
        return found;
    }
    let groups = verbs::groups(r);
    let subjects = subject::subjects(r, &groups);
    found.extend(ends.into_iter().filter_map(|unit| below(r, unit, &groups, &subjects)));
    found
}

/// The attribution of a sentence that opens with its verb: "Said Ilsa Brandt, a miller: “…”". The
/// name with its appositions must reach to the colon.
fn turned(r: &Reading<'_>, unit: &Range<usize>) -> Option<Draft> {
    let verb = unit.start;
    if !List::TurnedVerbs.has(r.lower(verb)) || !r.is_capital(verb) || unit.len() < 4 {
        return None;
    }
    let limit = unit.end.min(verb + MAX_CLAUSE_TOKENS);
    let colon = (verb + 2..limit).find(|&i| r.is(i, ":") || r.is_open_quote(i)).filter(|&i| r.is(i, ":"))?;
    // The name may be tagged as one with the verb.
    let end = phrase::full_after(r, verb + 1, &["of", "for", "at", "from", "in", "with"])?;
    let whole = end == colon || subject::with_apposition(r, end) == colon;
    let at = colon + 1;
    if !whole || at >= unit.end {
        return None;
    }
    let piece = match r.quotation_at(at).filter(|_| r.is_open_quote(at)) {
        Some(q) => r.quotations()[q].range(),
        None => at..content::trim_end(r, at, unit.end),
    };
    let draft = draft(r, verb..verb + 1, verb, verb + 1..colon, vec![piece]);
    draft.content.iter().all(|piece| !piece.is_empty()).then_some(draft)
}

/// The attribution of what stands below a paragraph that ends in a colon. A verb of saying takes
/// marked lines or one plain paragraph; another verb takes a quoted block, or a list if the
/// paragraph announces one ("gave three reasons:"). A negated verb takes nothing.
fn below(r: &Reading<'_>, unit: &Range<usize>, groups: &[Group], subjects: &[Option<Subject>]) -> Option<Draft> {
    let from = groups.partition_point(|group| group.head < unit.start);
    let to = groups.partition_point(|group| group.head < unit.end);
    let told = groups[from..to].iter().zip(&subjects[from..to]).rev();
    let mut told = told.filter_map(|(group, subject)| Some((group, subject.as_ref()?)));
    let says = |group: &Group| List::BlockVerbs.has(&group.lemma);
    let (group, subject) = told.clone().find(|(group, _)| says(group)).or_else(|| told.next())?;
    let (lines, marked) = lines(r, unit.end)?;
    let quoted = lines.iter().all(|line| r.is_open_quote(line.start));
    let fits = if says(group) { marked || !quoted } else { marked && (quoted || lists(r, unit)) };
    if !fits || group.negated {
        return None;
    }
    let cue = group.first..group.end + usize::from(group.end + 1 == unit.end);
    Some(draft(r, cue, group.head, subject.tokens.clone(), lines))
}

/// "Gave three reasons:", "named two conditions:".
fn lists(r: &Reading<'_>, unit: &Range<usize>) -> bool {
    List::AnnouncingNouns.has(r.lower(unit.end - 2))
}

/// What stands below a token: the lines of a quoted block, the members of a list, or one paragraph;
/// and whether marks show where it ends. None where the paragraph is a quotation or leads on with a
/// colon itself.
fn lines(r: &Reading<'_>, from: usize) -> Option<(Vec<Range<usize>>, bool)> {
    let first = paragraph(r, from)?;
    if sign(r, &first).is_none() {
        return (!r.is_open_quote(first.start) && !r.is(first.end - 1, ":")).then_some((vec![first], false));
    }
    let mut lines = Vec::new();
    let mut at = from;
    while let Some(line) = paragraph(r, at).filter(|_| lines.len() < MAX_LINES) {
        let Some(words) = sign(r, &line) else { break };
        at = line.end;
        let end = match r.quotation_at(words).filter(|_| r.is_open_quote(words)) {
            Some(q) => r.quotations()[q].end.min(line.end),
            None => line.end,
        };
        lines.extend((end > words).then_some(words..end));
    }
    (!lines.is_empty()).then_some((lines, true))
}

/// The tokens of the paragraph that begins at `from`.
fn paragraph(r: &Reading<'_>, from: usize) -> Option<Range<usize>> {
    let number = (from < r.len()).then(|| r.paragraph_of(from))?;
    let units = r.units()[r.unit_at(from)..].iter().take(MAX_LINES);
    let last = units.take_while(|unit| r.paragraph_of(unit.start) == number).last()?;
    let first = r.unit(from);
    (first.start == from).then_some(from..last.end)
}

/// Where the words of a marked line begin: behind ">", a bullet, or a number. None for a line
/// without such a mark.
fn sign(r: &Reading<'_>, line: &Range<usize>) -> Option<usize> {
    // The ">" of a quoted block is no token.
    let tokens = r.document.tokens();
    let before = line.start.checked_sub(1).map_or(0, |last| tokens[last].span.end());
    let gap = &r.document.text()[before..tokens[line.start].span.start()];
    if gap.rsplit('\n').next().is_some_and(|margin| margin.trim_start().starts_with('>')) {
        return Some(line.start);
    }
    let word = r.lower(line.start);
    let bullet = matches!(word, "-" | "–" | "—" | "*" | "•" | "·" | "●" | "‣");
    let number = r.tag(line.start) == Tag::Cd && matches!(r.lower(line.start + 1), "." | ")");
    let words = line.start + 1 + usize::from(number);
    ((bullet || number) && words < line.end).then_some(words)
}

/// Whether a unit is the last of its paragraph.
fn ends_paragraph(r: &Reading<'_>, unit: &Range<usize>) -> bool {
    unit.end < r.len() && r.paragraph_of(unit.end) != r.paragraph_of(unit.start)
}

/// A draft with the values that all lead-ins share.
fn draft(r: &Reading<'_>, cue: Range<usize>, head: usize, source: Range<usize>, content: Vec<Range<usize>>) -> Draft {
    Draft {
        cue,
        head,
        lemma: r.infinitive(head),
        voice: None,
        source: Some(source),
        content,
        object: None,
        negated: false,
        layout: true,
        confidence: CONFIDENCE,
    }
}
