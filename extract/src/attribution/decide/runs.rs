//! A quotation over several paragraphs is one speech. It opens each paragraph anew and is closed
//! only in the last:
//!
//! ```text
//! “The harbour is shut.
//!
//! “It will open in May,” Lind said.
//! ```
//!
//! The decisions see paragraphs one by one and may give such a run to several attributions, or its
//! parts to nobody. Here each run is given out as a whole.

use std::ops::Range;

use crate::attribution::draft::Draft;
use crate::grammar::phrase;
use crate::tags::Tag;
use crate::view::Reading;

/// A run is followed over at most this many quotations.
const MAX_PARAGRAPHS: usize = 60;

/// The most tokens of a paragraph that only introduces the speaker of the quotation below.
const MAX_LEAD_TOKENS: usize = 14;
/// The confidence of an attribution to the subject of such a paragraph.
const LED_CONFIDENCE: f32 = 0.5;

/// Gives all paragraphs of each run to one attribution: to one whose cue stands among them, else to
/// the last one before. An attribution that loses all of its content is dropped. A quotation that
/// nobody claims goes to the subject of a short paragraph before it ([`led`]).
pub(crate) fn join(r: &Reading<'_>, drafts: &mut Vec<Draft>) {
    let mut owners: Vec<Vec<usize>> = vec![Vec::new(); r.quotations().len()];
    for (place, draft) in drafts.iter().enumerate() {
        for piece in &draft.content {
            let from = r.quotations().partition_point(|q| q.end <= piece.start);
            let inside = r.quotations()[from..].iter().take_while(|q| q.open < piece.end);
            (from..from + inside.count()).for_each(|q| owners[q].push(place));
        }
    }
    let mut cued = vec![false; r.units().len()];
    drafts.iter().for_each(|draft| cued[r.unit_at(draft.head)] = true);
    let mut told = Vec::new();
    let mut at = 0;
    while at < owners.len() {
        let run =
            at..at + 1 + r.quotations()[at + 1..].iter().take(MAX_PARAGRAPHS).take_while(|next| next.reopens).count();
        at = run.end;
        let mut all: Vec<usize> = owners[run.clone()].concat();
        all.sort_unstable();
        all.dedup();
        if all.is_empty() {
            told.extend(led(r, &cued, &run));
        } else if run.len() > 1 {
            share(r, drafts, &run, &all);
        }
    }
    drafts.retain(|draft| !draft.content.is_empty());
    drafts.extend(told);
    drafts.sort_by_key(|draft| (draft.start(), draft.head));
}

/// Shares the quotations of a run among the attributions `all` that claim any of them.
fn share(r: &Reading<'_>, drafts: &mut [Draft], run: &Range<usize>, all: &[usize]) {
    let quotations = &r.quotations()[run.clone()];
    let paragraphs = r.paragraph_of(quotations[0].open)..=r.paragraph_of(quotations[quotations.len() - 1].open);
    let inner: Vec<usize> =
        all.iter().copied().filter(|&place| paragraphs.contains(&r.paragraph_of(drafts[place].head))).collect();
    let before = || all.iter().copied().rfind(|&place| drafts[place].head < quotations[0].open);
    let owners = if inner.is_empty() { vec![before().unwrap_or(all[0])] } else { inner };
    for quotation in quotations {
        // The last one whose cue stands before or in the paragraph, else the first.
        let own = |place: &&usize| r.paragraph_of(drafts[**place].head) <= r.paragraph_of(quotation.open);
        let owner = *owners.iter().rfind(own).unwrap_or(&owners[0]);
        for &place in all.iter().filter(|&&place| place != owner) {
            take(&mut drafts[place].content, &quotation.range());
        }
        cover(&mut drafts[owner].content, quotation.range());
    }
}

/// Removes tokens from content. A piece that they lie in the middle of becomes two.
pub(crate) fn take(content: &mut Vec<Range<usize>>, tokens: &Range<usize>) {
    let rest = |piece: &Range<usize>| {
        let meets = piece.start < tokens.end && tokens.start < piece.end;
        let parts = if meets {
            [piece.start..tokens.start.max(piece.start), tokens.end.min(piece.end)..piece.end]
        } else {
            [piece.clone(), 0..0]
        };
        parts.into_iter().filter(|part| !part.is_empty())
    };
    *content = content.iter().flat_map(rest).collect();
}

/// Adds tokens to content, in reading order, and joins them with what they meet.
fn cover(content: &mut Vec<Range<usize>>, tokens: Range<usize>) {
    let mut whole = tokens;
    content.retain(|piece| {
        let meets = piece.start < whole.end && whole.start < piece.end;
        if meets {
            whole = whole.start.min(piece.start)..whole.end.max(piece.end);
        }
        !meets
    });
    let at = content.partition_point(|piece| piece.start < whole.start);
    content.insert(at, whole);
}

/// The attribution of a run to the subject of the short paragraph before it: "Ilsa Brandt was
/// blunt.", and then paragraphs that are nothing but a quotation. The subject must be a name, "he"
/// or "she", and its paragraph must have no attribution of its own.
fn led(r: &Reading<'_>, cued: &[bool], run: &Range<usize>) -> Option<Draft> {
    let quotations = &r.quotations()[run.clone()];
    let whole = quotations.iter().all(|quotation| {
        let unit = r.unit(quotation.open);
        unit.start == quotation.open && opens_paragraph(r, unit.start) && quotation.inner_len() >= 3
    });
    let last = &quotations[quotations.len() - 1];
    let ends = last.end >= r.len() || r.paragraph_of(last.end) != r.paragraph_of(last.open);
    let lead = r.unit(quotations[0].open.checked_sub(1)?);
    let short = opens_paragraph(r, lead.start) && lead.len() <= MAX_LEAD_TOKENS && r.tag(lead.end - 1) == Tag::Stop;
    let subject = phrase::base_after(r, lead.start).filter(|&end| r.tag(end).is_finite() && !r.is(end, ":"))?;
    let person = matches!(r.lower(lead.start), "he" | "she") || r.tag(subject - 1) == Tag::Nnp;
    let free = !cued[r.unit_at(lead.start)];
    let quoted = lead.clone().any(|i| r.quotation_at(i).is_some());
    (whole && ends && short && person && free && !quoted && last.closed).then(|| Draft {
        cue: quotations[0].open..quotations[0].open,
        head: quotations[0].open,
        lemma: String::new(),
        voice: None,
        source: Some(lead.start..subject),
        content: quotations.iter().map(|quotation| quotation.range()).collect(),
        object: None,
        negated: false,
        layout: true,
        confidence: LED_CONFIDENCE,
    })
}

/// Whether a token is the first of its paragraph.
fn opens_paragraph(r: &Reading<'_>, at: usize) -> bool {
    at == 0 || r.paragraph_of(at - 1) != r.paragraph_of(at)
}
