//! "Peskov: Talks will go on": a name and a colon at the head of a line; "REYK: Not yet." in a transcript.

use std::ops::Range;

use sayso_document::SentenceRole;

use super::draft::Draft;
use super::phrase;
use super::reading::Reading;
use crate::tags::Tag;

/// Attributions by a colon after a short name that begins a headline or the first line of the text.
pub(super) fn drafts(r: &Reading<'_>) -> Vec<Draft> {
    let found = r.units().iter().enumerate().filter_map(|(place, unit)| {
        let sentence = &r.document.sentences()[r.sentence_of(unit.start)];
        if place > 0 && sentence.role != SentenceRole::Headline {
            return None;
        }
        let colon = (unit.start + 1..unit.end.min(unit.start + 7)).find(|&i| r.is(i, ":"))?;
        let named = phrase::base_after(r, unit.start) == Some(colon)
            && (unit.start..colon).all(|i| r.is_capital(i) || r.tag(i) == Tag::Pos);
        let end = (colon + 1..unit.end).rev().find(|&i| r.tag(i) != Tag::Stop).map(|last| last + 1);
        let end = end.filter(|&end| named && end > colon + 3)?;
        Some(draft(unit.start..colon, colon + 1..end))
    });
    found.chain(transcript(r)).collect()
}

/// Paragraphs that begin with a name in capital letters and a colon.
fn transcript(r: &Reading<'_>) -> impl Iterator<Item = Draft> {
    let units = r.units();
    let opens = move |place: &usize| {
        *place == 0 || r.paragraph_of(units[*place].start) != r.paragraph_of(units[*place - 1].start)
    };
    (0..units.len()).filter(opens).filter_map(move |place| {
        let from = units[place].start + usize::from(r.is_open_quote(units[place].start));
        let colon = (from + 1..units[place].end.min(from + 5)).find(|&i| r.is(i, ":"))?;
        let shouted = |i: usize| r.lower(i).len() > 2 && r.document.word(i).chars().all(char::is_uppercase);
        let last = (place..units.len())
            .take(20)
            .take_while(|&next| r.paragraph_of(units[next].start) == r.paragraph_of(from))
            .last()?;
        let content = colon + 1..units[last].end;
        ((from..colon).all(shouted) && content.len() >= 3).then(|| draft(from..colon, content))
    })
}

fn draft(source: Range<usize>, content: Range<usize>) -> Draft {
    Draft {
        cue: source.end..source.end + 1,
        head: source.end,
        lemma: ":".into(),
        voice: None,
        source: Some(source),
        content: vec![content],
        object: None,
        negated: false,
        confidence: 0.7,
    }
}
