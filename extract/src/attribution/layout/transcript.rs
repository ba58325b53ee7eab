//! Turns of a conversation that is written down: "REYK: Not yet.", "Ines Calloway: Why not?", "Q: …".
//!
//! One such line proves nothing ("Venue: Town Hall"): several must agree before any of them counts.

use std::ops::Range;

use super::{colon_draft, is_heading};
use crate::attribution::draft::Draft;
use crate::view::Reading;

/// A label has at most this many tokens before its colon.
const LABEL: usize = 10;
/// A turn has at most this many sentences.
const SENTENCES: usize = 40;

/// How sure a turn is, once several agree.
const SURE: f32 = 0.98;

/// Who seems to speak, by the look of the label.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Look {
    /// "SEN. REYK (D-Dorn)".
    Shouted,
    /// "Ines Calloway".
    Name,
    /// "Q", "A".
    Letter,
}

struct Turn {
    look: Look,
    source: Range<usize>,
    colon: usize,
    end: usize,
}

/// The turns of a document, if there are enough to make it a transcript.
pub(crate) fn drafts(r: &Reading<'_>) -> Vec<Draft> {
    let turns = turns(r);
    let enough = |look: Look| {
        let of_look: Vec<&Turn> = turns.iter().filter(|turn| turn.look == look).collect();
        match look {
            Look::Shouted => of_look.len() >= 2,
            Look::Letter => {
                ["q", "a"].iter().all(|letter| of_look.iter().any(|turn| label(r, turn).starts_with(letter)))
            }
            Look::Name => of_look.len() >= 3 && repeats(r, &of_look),
        }
    };
    let counted = [Look::Shouted, Look::Name, Look::Letter].map(|look| (look, enough(look)));
    let counts = |turn: &Turn| counted.contains(&(turn.look, true));
    turns
        .into_iter()
        .filter(counts)
        .map(|turn| Draft { confidence: SURE, ..colon_draft(turn.source, turn.colon, turn.colon + 1..turn.end) })
        .collect()
}

/// Whether a label comes back: in a conversation somebody speaks twice.
fn repeats(r: &Reading<'_>, turns: &[&Turn]) -> bool {
    let mut labels: Vec<&str> = turns.iter().map(|turn| label(r, turn)).collect();
    labels.sort_unstable();
    labels.windows(2).any(|pair| pair[0] == pair[1])
}

/// The last word of a label tells best who it is: "SEN. INES CALLOWAY", "SEN. CALLOWAY".
fn label<'r>(r: &'r Reading<'_>, turn: &Turn) -> &'r str {
    r.lower(turn.source.end - 1)
}

fn turns(r: &Reading<'_>) -> Vec<Turn> {
    let units = r.units();
    let opens =
        |place: usize| place == 0 || r.paragraph_of(units[place].start) != r.paragraph_of(units[place - 1].start);
    let mut found = Vec::new();
    for place in (0..units.len()).filter(|&place| opens(place)) {
        let from = units[place].start + usize::from(r.is_open_quote(units[place].start));
        let paragraph = r.paragraph_of(from);
        let same = |&next: &usize| r.paragraph_of(units[next].start) == paragraph;
        let last = (place..units.len()).take(SENTENCES).take_while(same).last().unwrap_or(place);
        let end = units[last].end;
        if let Some((look, source, colon)) = opening(r, from, end)
            && end > colon + 2
        {
            found.push(Turn { look, source, colon, end });
        }
    }
    found
}

/// The label that begins a paragraph: how it looks, its words without brackets, and its colon.
fn opening(r: &Reading<'_>, from: usize, end: usize) -> Option<(Look, Range<usize>, usize)> {
    let colon = (from + 1..end.min(from + LABEL)).find(|&i| r.is(i, ":"))?;
    let bracket = (from + 1..colon).find(|&i| matches!(r.lower(i), "(" | "[")).unwrap_or(colon);
    if bracket < colon && !matches!(r.lower(colon - 1), ")" | "]") {
        return None;
    }
    let words = from..bracket;
    if words.len() > 5 || words.clone().any(|i| is_heading(r.lower(i))) {
        return None;
    }
    let look = if matches!(r.lower(from), "q" | "a" | "q." | "a." | "question" | "answer") && words.len() == 1 {
        Look::Letter
    } else if words.clone().all(|i| is_shouted(r.document.word(i))) && words.clone().any(|i| r.lower(i).len() > 2) {
        Look::Shouted
    } else if words.clone().all(|i| r.is_capital(i)) {
        Look::Name
    } else {
        return None;
    };
    Some((look, words, colon))
}

fn is_shouted(word: &str) -> bool {
    word.starts_with(char::is_uppercase) && !word.contains(char::is_lowercase)
}
