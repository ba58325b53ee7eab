//! What the tagger sees of every token.

use std::ops::Range;

use rustc_hash::FxHashMap;
use sayso_document::{Patience, TokenKind};

use super::words::Words;
use crate::lexicon::{Class, fold};
use crate::model::{Clusters, Groups, word};

/// One token.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Fact {
    /// Number of the word as it is written, and in small letters.
    pub(super) word: u32,
    pub(super) small: u32,
    /// Numbers of its shape with every letter, and with repeats left out.
    pub(super) shape: u32,
    pub(super) brief: u32,
    /// Numbers of its first two, three and four letters, and of its last one to four.
    pub(super) starts: [u32; 3],
    pub(super) ends: [u32; 4],
    pub(super) groups: Groups,
    /// What the word lists say of the word.
    pub(super) class: u32,
    /// Whether it begins, goes on with or is the name of a place or of a body in the word lists.
    pub(super) listed: u32,
    pub(super) capital: bool,
    /// Whether its capital says nothing, and whether it stands in a line written like a title.
    pub(super) forced: bool,
    pub(super) in_title: bool,
    /// What other places of the document say of the word: the bits of [`Elsewhere`].
    pub(super) elsewhere: u32,
}

/// How a word stands anywhere in the document, as bits.
pub(super) struct Elsewhere;

impl Elsewhere {
    /// With a capital that its place does not owe.
    pub(super) const CAPITAL: u32 = 1;
    pub(super) const SMALL: u32 = 1 << 1;
    /// After a title or an honorific.
    pub(super) const TITLED: u32 = 1 << 2;
    /// After a first name.
    pub(super) const SURNAME: u32 = 1 << 3;
    /// Before a verb of saying.
    pub(super) const SAYS: u32 = 1 << 4;
    /// Before the head of a body's name.
    pub(super) const BODY: u32 = 1 << 5;
    /// After "in", "at", "from", "near".
    pub(super) const IN: u32 = 1 << 6;
    /// In brackets.
    pub(super) const BRACKETS: u32 = 1 << 7;
    /// After "the".
    pub(super) const THE: u32 = 1 << 8;
    /// In capitals.
    pub(super) const CAPITALS: u32 = 1 << 9;
    /// Before another word with a capital, and after one.
    pub(super) const LEADS: u32 = 1 << 10;
    pub(super) const FOLLOWS: u32 = 1 << 11;
    pub(super) const ALL: u32 = 12;
}

/// What is known of the tokens of a document.
#[derive(Debug)]
pub(super) struct Facts {
    /// By token.
    pub(super) tokens: Vec<Fact>,
    /// The run of words with a capital that each token stands in, as positions of tokens; empty for other tokens.
    pub(super) runs: Vec<Run>,
    /// The longest run of the document that holds a token's word, where it is longer than the token's own; of an
    /// acronym, the run that it may be short for. Else empty.
    pub(super) long: Vec<Run>,
    /// Whether an acronym of the token's run stands in the document.
    pub(super) shortened: Vec<bool>,
}

/// The first token of a run and the one behind it.
pub(super) type Run = (u32, u32);

/// The facts of all tokens of a document.
pub(super) fn facts(words: &Words, clusters: &Clusters, patience: &Patience<'_>) -> Option<Facts> {
    #[cfg(test)]
    crate::view::built::note("facts of names");
    let count = words.document.tokens().len();
    let mut tokens = Vec::with_capacity(count);
    for i in 0..count {
        patience.spend(1)?;
        tokens.push(fact(words, clusters, i));
    }
    list(words, &mut tokens, patience)?;
    elsewhere(words, &mut tokens);
    let mut runs = vec![(0, 0); count];
    for sentence in 0..words.document.sentences().len() {
        mark_runs(words, words.document.tokens_of(sentence), &mut runs);
    }
    let (long, shortened) = longer(words, &tokens, &runs);
    Some(Facts { tokens, runs, long, shortened })
}

/// Marks the runs of a sentence: words with a capital and the small words that may join them.
fn mark_runs(words: &Words, sentence: Range<usize>, runs: &mut [Run]) {
    let links = |i: usize| {
        words.is(i, Class::PARTICLE)
            || matches!(words.text(i), "of" | "the" | "for" | "and" | "&" | "'s" | "’s" | "-" | "’" | "'" | "on")
    };
    let mut start = sentence.start;
    while start < sentence.end {
        if !words.capital(start) {
            start += 1;
            continue;
        }
        let mut end = start + 1;
        while end < sentence.end {
            match (end..sentence.end.min(end + 3)).find(|&i| words.capital(i) || !links(i)) {
                Some(i) if words.capital(i) => end = i + 1,
                _ => break,
            }
        }
        runs[start..end].fill((start as u32, end as u32));
        start = end;
    }
}

/// A run of more words is a line in capitals, or a list.
const LONGEST_RUN: u32 = 8;

/// For every token the longest run of the document with its word, and whether its run is shortened to an acronym.
fn longer(words: &Words, tokens: &[Fact], runs: &[Run]) -> (Vec<Run>, Vec<bool>) {
    let mut best: FxHashMap<u32, Run> = FxHashMap::default();
    let mut short: FxHashMap<u32, Run> = FxHashMap::default();
    let full = |run: Run| run.1 - run.0 > 1 && run.1 - run.0 <= LONGEST_RUN && !tokens[run.0 as usize].in_title;
    let of_run = |run: Run| run.0 as usize..run.1 as usize;
    for (i, &run) in runs.iter().enumerate().filter(|(i, run)| run.0 as usize == *i && full(**run)) {
        for token in of_run(run).filter(|&token| words.capital(token)) {
            let known = best.entry(tokens[token].small).or_insert(run);
            if known.1 - known.0 < run.1 - run.0 {
                *known = run;
            }
        }
        let letters =
            of_run(run).filter(|&token| words.capital(token)).filter_map(|token| words.text(token).bytes().next());
        let mut acronym = [0; 8];
        let count = letters.zip(&mut acronym).map(|(letter, place)| *place = letter.to_ascii_lowercase()).count();
        if count > 1 {
            short.entry(bytes(&acronym[..count])).or_insert(runs[i]);
        }
    }
    let mut long = vec![(0, 0); runs.len()];
    let mut shortened = vec![false; runs.len()];
    for i in (0..runs.len()).filter(|&i| tokens[i].capital) {
        let own = runs[i].1 - runs[i].0;
        let longest = best.get(&tokens[i].small).filter(|run| run.1 - run.0 > own);
        let spelt = if words.capitals(i) { short.get(&tokens[i].small) } else { None };
        if let Some(run) = spelt {
            shortened[of_run(*run)].fill(true);
        }
        long[i] = spelt.or(longest).copied().unwrap_or_default();
    }
    (long, shortened)
}

/// What is known of a token.
fn fact(words: &Words, clusters: &Clusters, i: usize) -> Fact {
    let bare = words.bare(i);
    let folded = fold(bare);
    let kind = words.document.tokens()[i].kind;
    let text = match kind {
        TokenKind::OpenQuote | TokenKind::CloseQuote => "\"",
        _ => folded.as_ref(),
    };
    let mut small = [0; 64];
    let len = text.len().min(64);
    small[..len].copy_from_slice(&text.as_bytes()[..len]);
    small[..len].make_ascii_lowercase();
    let digits = kind == TokenKind::Number && len > 4;
    if digits {
        small[..len].iter_mut().filter(|b| b.is_ascii_digit()).for_each(|b| *b = b'0');
    }
    let small = &small[..len];
    let (shape, brief) = shapes(text);
    let end = |n: usize| bytes(&small[len.saturating_sub(n)..]);
    let start = |n: usize| bytes(&text.as_bytes()[..len.min(n)]);
    Fact {
        word: if digits { bytes(small) } else { word(text) },
        small: bytes(small),
        shape,
        brief,
        starts: [start(2), start(3), start(4)],
        ends: [end(1), end(2), end(3), end(4)],
        groups: words.groups(i, clusters),
        class: words.class(i).bits(),
        capital: words.capital(i),
        forced: words.forced(i),
        in_title: words.in_title(i),
        ..Fact::default()
    }
}

/// The number of some bytes, which need not be whole characters.
fn bytes(of: &[u8]) -> u32 {
    of.iter().fold(0x811c_9dc5, |hash: u32, &byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

/// The shape of a word: capitals, small letters, digits and marks; and the same without repeats.
fn shapes(text: &str) -> (u32, u32) {
    let (mut long, mut brief, mut last) = (17_u32, 31_u32, 0);
    for c in text.chars().take(24) {
        let sort = match c {
            'A'..='Z' => 1,
            'a'..='z' => 2,
            '0'..='9' => 3,
            c if c.is_uppercase() => 1,
            c if c.is_alphabetic() => 2,
            c => 4 + c as u32,
        };
        long = long.wrapping_mul(31).wrapping_add(sort).rotate_left(3);
        if sort != last {
            brief = brief.wrapping_mul(37).wrapping_add(sort).rotate_left(5);
        }
        last = sort;
    }
    (long, brief)
}

/// The longest name in the word lists has at most this many words.
const LONGEST: usize = 5;

/// Marks names of several words that the lists hold, the longest first, and single words.
fn list(words: &Words, facts: &mut [Fact], patience: &Patience<'_>) -> Option<()> {
    for sentence in 0..words.document.sentences().len() {
        let range = words.document.tokens_of(sentence);
        patience.spend(range.len())?;
        for start in range.clone().filter(|&i| words.capital(i)) {
            for shift in [0, 4] {
                if facts[start].listed >> shift & 0b110 != 0 {
                    continue;
                }
                let known = |end| if shift == 0 { words.is_place(start, end) } else { words.is_body(start, end) };
                let longest = (start + LONGEST).min(range.end);
                let found = (start + 1..=longest).rev().find(|&end| words.capital(end - 1) && known(end));
                match found {
                    Some(end) if end > start + 1 => {
                        facts[start].listed |= 0b10 << shift;
                        facts[start + 1..end].iter_mut().for_each(|fact| fact.listed |= 0b100 << shift);
                    }
                    Some(_) => facts[start].listed |= 1 << shift,
                    None => {}
                }
            }
        }
    }
    Some(())
}

/// Tells every word with a capital how the same word stands elsewhere in the document.
fn elsewhere(words: &Words, facts: &mut [Fact]) {
    let mut seen: FxHashMap<u32, u32> = FxHashMap::default();
    for sentence in 0..words.document.sentences().len() {
        let range = words.document.tokens_of(sentence);
        for i in range.clone() {
            let fact = &facts[i];
            if words.document.tokens()[i].kind != TokenKind::Word {
                continue;
            }
            let mut bits = 0;
            if !fact.capital {
                bits = Elsewhere::SMALL;
            } else if !fact.in_title {
                bits |= if fact.forced { 0 } else { Elsewhere::CAPITAL };
                bits |= if words.capitals(i) { Elsewhere::CAPITALS } else { 0 };
                bits |= if i > range.start { before(words, i - 1) } else { 0 };
                bits |= if i + 1 < range.end { after(words, i + 1) } else { 0 };
            }
            *seen.entry(fact.small).or_default() |= bits;
        }
    }
    for fact in facts.iter_mut().filter(|fact| fact.capital) {
        fact.elsewhere = seen.get(&fact.small).copied().unwrap_or(0);
    }
}

/// What the words before a token show of it.
fn before(words: &Words, i: usize) -> u32 {
    let mut bits = if words.capital(i) { Elsewhere::FOLLOWS } else { 0 };
    if words.is(i, Class::TITLE.or(Class::HONORIFIC)) {
        bits |= Elsewhere::TITLED;
    }
    if words.is(i, Class::FIRST_NAME) && words.capital(i) {
        bits |= Elsewhere::SURNAME;
    }
    bits | match words.text(i) {
        "in" | "at" | "from" | "near" => Elsewhere::IN,
        "(" => Elsewhere::BRACKETS,
        "the" | "The" => Elsewhere::THE,
        _ => 0,
    }
}

/// What the words after a token show of it.
fn after(words: &Words, i: usize) -> u32 {
    let mut bits = if words.capital(i) { Elsewhere::LEADS } else { 0 };
    if words.is(i, Class::SAY) {
        bits |= Elsewhere::SAYS;
    }
    if words.is(i, Class::ORG) && words.capital(i) {
        bits |= Elsewhere::BODY;
    }
    bits
}
