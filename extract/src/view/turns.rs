//! Turns of a conversation in writing: "REYK: Not yet.", "\[00:12\] Ines Calloway: Why not?", "Q:
//! …".
//!
//! One such line proves nothing ("Venue: Town Hall"); several must agree before any of them counts.
//! Names, coreference and attribution all need to know where the labels are.

use std::ops::Range;

use sayso_document::{Document, Patience};

use crate::lexicon::List;

/// The most tokens of a name in a label.
const MAX_NAME_TOKENS: usize = 5;
/// The most tokens of a label before its colon.
const MAX_LABEL_TOKENS: usize = 24;
/// The most sentences of a turn.
const MAX_TURN_SENTENCES: usize = 40;

/// How a label looks. Labels of one look must agree with each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Look {
    /// "SEN. REYK (D-Dorn)", "Mr. REYK".
    Shouted,
    /// "Ines Calloway".
    Name,
    /// "Q", "A".
    /// The letter for a question or an answer, or the word.
    Letter,
}

/// A paragraph that begins with a label.
#[derive(Clone, Debug)]
pub(crate) struct Turn {
    /// How the label looks.
    pub(crate) look: Look,
    /// Who speaks: the label with titles, without a bracket or what follows a comma.
    pub(crate) source: Range<usize>,
    /// The colon behind it.
    pub(crate) colon: usize,
    /// The words behind the label, to the end of the paragraph.
    pub(crate) said: Range<usize>,
    /// Whether a time stands before the name.
    stamped: bool,
    /// Whether the words end in a question.
    asks: bool,
    /// How many paragraphs stand before this one.
    paragraph: usize,
}

/// The turns of a document, if there are enough to make it a transcript. None when nobody waits any
/// longer.
pub(crate) fn turns(document: &Document<'_>, patience: &Patience<'_>) -> Option<Vec<Turn>> {
    #[cfg(test)]
    crate::view::built::note("turns");
    let mut all = Vec::new();
    for (place, sentences) in document.paragraphs().enumerate() {
        patience.spend(MAX_LABEL_TOKENS)?;
        let last = sentences.end.min(sentences.start + MAX_TURN_SENTENCES) - 1;
        let tokens = document.tokens_of(sentences.start).start..document.tokens_of(last).end;
        all.extend(turn(document, tokens, place));
    }
    let counted = [Look::Shouted, Look::Name, Look::Letter].map(|look| (look, enough(document, &all, look)));
    all.retain(|turn| counted.contains(&(turn.look, true)));
    Some(all)
}

/// Whether the turns of one look agree: two in capitals; a question and an answer; or names of
/// which one comes back, two with times, or one that answers another.
fn enough(document: &Document<'_>, all: &[Turn], look: Look) -> bool {
    let turns: Vec<&Turn> = all.iter().filter(|turn| turn.look == look).collect();
    let stamped = || turns.iter().filter(|turn| turn.stamped).count() >= 2;
    match look {
        Look::Shouted => turns.len() >= 2,
        Look::Letter => {
            let begins = |letter: &str| turns.iter().any(|turn| label(document, turn).starts_with(letter));
            begins("q") && begins("a")
        }
        Look::Name => turns.len() >= 3 && repeats(document, &turns) || stamped() || answered(document, &turns),
    }
}

/// Whether a label comes back: in a conversation somebody speaks twice.
fn repeats(document: &Document<'_>, turns: &[&Turn]) -> bool {
    let mut labels: Vec<String> = turns.iter().map(|turn| label(document, turn)).collect();
    labels.sort_unstable();
    labels.windows(2).any(|pair| pair[0] == pair[1])
}

/// Whether somebody asks and somebody else answers in the next paragraph.
fn answered(document: &Document<'_>, turns: &[&Turn]) -> bool {
    turns.windows(2).any(|pair| {
        let next = pair[0].paragraph + 1 == pair[1].paragraph;
        next && pair[0].asks && !pair[1].asks && label(document, pair[0]) != label(document, pair[1])
    })
}

/// The last word of a label, which tells best who it is: "SEN. INES CALLOWAY", "SEN. CALLOWAY".
fn label(document: &Document<'_>, turn: &Turn) -> String {
    document.word(turn.source.end - 1).to_lowercase()
}

/// The turn of a paragraph, if it begins with a label: perhaps a time, a name, a bracket or an
/// office behind a comma, and a colon.
fn turn(document: &Document<'_>, tokens: Range<usize>, paragraph: usize) -> Option<Turn> {
    let is = |i: usize, word: &str| i < tokens.end && document.word(i) == word;
    let first = bare(document, tokens.start, tokens.end);
    let from = behind_time(document, first, tokens.end);
    let colon = (from + 1..tokens.end.min(from + MAX_LABEL_TOKENS)).find(|&i| is(i, ":"))?;
    let aside = (from + 1..colon).find(|&i| matches!(document.word(i), "(" | "[" | ",")).unwrap_or(colon);
    let bracket = aside < colon && !is(aside, ",");
    if bracket && !matches!(document.word(colon - 1), ")" | "]")
        || (from..colon).any(|i| ends_sentence(document.word(i)))
    {
        return None;
    }
    let source = from..aside;
    let look = look(document, &source)?;
    // "Ines Calloway, a lawyer from Dorn, said: …" is a sentence.
    let office = is(aside, ",") && !(aside..colon).all(|i| is(i, ",") || !has_small_start(document.word(i)));
    let said = bare(document, colon + 1, tokens.end)..tokens.end;
    if source.len() > MAX_NAME_TOKENS || said.len() < 1 + usize::from(look != Look::Shouted && from == first) || office
    {
        return None;
    }
    let asks = said.clone().rev().take(2).any(|i| is(i, "?"));
    Some(Turn { look, source, colon, said, stamped: from > first, asks, paragraph })
}

/// The first token from `at` on that is no sign of emphasis and no opening mark.
fn bare(document: &Document<'_>, at: usize, end: usize) -> usize {
    (at..end).find(|&i| !matches!(document.word(i), "*" | "_" | "#" | "“" | "\"" | "«")).unwrap_or(end)
}

/// The first token behind a time: "\[00:12\]", "(0:12)", "10:02", "10:02 –".
fn behind_time(document: &Document<'_>, at: usize, end: usize) -> usize {
    let is_time = |i: usize| {
        let word = document.word(i);
        word.contains(':') && word.chars().all(|c| c.is_ascii_digit() || matches!(c, ':' | '.' | ','))
    };
    if at + 2 >= end {
        return at;
    }
    let bracket = matches!(document.word(at), "[" | "(");
    let time = at + usize::from(bracket);
    if !is_time(time) || bracket && !matches!(document.word(time + 1), "]" | ")") {
        return at;
    }
    let after = time + 1 + usize::from(bracket);
    let dash = after < end && matches!(document.word(after), "-" | "–" | "—");
    bare(document, after + usize::from(dash), end)
}

/// None if the words look like no label, or head something other than speech.
fn look(document: &Document<'_>, words: &Range<usize>) -> Option<Look> {
    let mut all = words.clone().map(|i| document.word(i));
    let first = all.next()?;
    let small = first.to_lowercase();
    if words.len() == 1 && matches!(small.as_str(), "q" | "a" | "q." | "a." | "question" | "answer") {
        return Some(Look::Letter);
    }
    if words.clone().any(|i| is_heading(&document.word(i).to_lowercase())) {
        return None;
    }
    let capitals = words.clone().all(|i| document.word(i).starts_with(char::is_uppercase));
    let last = document.word(words.end - 1);
    let shouts = |word: &str| !word.contains(char::is_lowercase);
    if capitals
        && shouts(last)
        && words.clone().any(|i| shouts(document.word(i)) && document.word(i).chars().count() > 2)
    {
        Some(Look::Shouted)
    } else {
        capitals.then_some(Look::Name)
    }
}

/// Whether the token ends a sentence, and so stands in no label.
fn ends_sentence(word: &str) -> bool {
    matches!(word, "." | "!" | "?" | ";")
}

/// Whether the word is in lower case and no function word of names.
fn has_small_start(word: &str) -> bool {
    word.starts_with(char::is_lowercase) && !matches!(word, "of" | "the" | "and" | "for" | "de" | "van" | "von")
}

/// Whether a word in a label heads something other than speech: a picture, a link, a kind of
/// article.
pub(crate) fn is_heading(word: &str) -> bool {
    let works =
        ["opinion", "analysis", "editorial", "review", "source", "sources", "fact", "check", "claim", "verdict"];
    let words = ["poll", "story", "summary", "update", "breaking", "exclusive", "where", "when", "what", "why", "read"];
    heads_layout(word) || works.contains(&word) || words.contains(&word)
}

/// Words that head pictures, links, notes and data.
pub(crate) fn heads_layout(word: &str) -> bool {
    List::LayoutHeads.has(word)
}
