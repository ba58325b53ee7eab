//! What the tagger sees of each token: its word, shape, clusters and classes, and how the same word
//! stands elsewhere in the document.
//!
//! Elsewhere matters because capitals mislead. At the beginning of a sentence every word has one;
//! if the same word stands in lower case elsewhere it is hardly a name, and after "Mr." or before
//! "said" it probably is. All tables are built in a few passes over the tokens.

use std::ops::Range;

use rustc_hash::FxHashMap;
use sayso_document::{Patience, TokenKind};

use super::words::Words;
use crate::lexicon::{Class, fold};
use crate::model::{Clusters, Groups, word};

/// One token, as numbers. Words and letters are hashes.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Fact {
    /// The word as it is written …
    pub(super) word: u32,
    /// … and in lower case.
    pub(super) small: u32,
    /// Its shape, letter by letter …
    pub(super) shape: u32,
    /// … and without repeats: "Xx" for "Lind".
    pub(super) brief: u32,
    /// Its first two, three and four letters.
    pub(super) starts: [u32; 3],
    /// Its last one to four letters.
    pub(super) ends: [u32; 4],
    /// Its clusters.
    pub(super) groups: Groups,
    /// Its classes, as bits.
    pub(super) class: u32,
    /// Its part in names of the word lists.
    pub(super) listed: Listed,
    /// Whether it is capitalised.
    pub(super) capital: bool,
    /// Whether its place demands the capital, so that it tells nothing.
    pub(super) forced: bool,
    /// Whether it stands in a line that is written like a title.
    pub(super) in_title: bool,
    /// How the same word stands in other places.
    pub(super) elsewhere: Elsewhere,
}

/// What a name of the word lists names.
/// Each kind has bits of its own in [`Listed`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ListedName {
    Place,
    Body,
}

/// The parts that a word has in names of the word lists. Features take the numbers of the bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Listed(u32);

impl Listed {
    /// In no name.
    pub(super) const NONE: Self = Self(0);
    /// It is such a name.
    const WHOLE: Self = Self(1);
    /// It begins such a name of several words.
    const FIRST: Self = Self(1 << 1);
    /// It goes on with one.
    const LATER: Self = Self(1 << 2);

    /// A part in a name of this sort.
    const fn of(self, name: ListedName) -> Self {
        match name {
            ListedName::Place => self,
            ListedName::Body => Self(self.0 << 4),
        }
    }

    /// With the parts of the other.
    const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether it has any of the parts of the other.
    fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// All parts as bits.
    pub(super) fn bits(self) -> u32 {
        self.0
    }
}

/// How a word stands anywhere in the document. Features take the numbers of the bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Elsewhere(u32);

impl Elsewhere {
    /// Nowhere.
    pub(super) const NONE: Self = Self(0);
    /// With a capital that its place does not owe.
    const CAPITAL: Self = Self(1 << 0);
    /// In small letters.
    const SMALL: Self = Self(1 << 1);
    /// After a title or an honorific.
    const TITLED: Self = Self(1 << 2);
    /// After a first name.
    const SURNAME: Self = Self(1 << 3);
    /// Before a verb of saying.
    const SAYS: Self = Self(1 << 4);
    /// Before the head of a body's name.
    const BODY: Self = Self(1 << 5);
    /// After "in", "at", "from", "near".
    const IN: Self = Self(1 << 6);
    /// In brackets.
    const BRACKETS: Self = Self(1 << 7);
    /// After "the".
    const THE: Self = Self(1 << 8);
    /// In capitals.
    const CAPITALS: Self = Self(1 << 9);
    /// Before another word with a capital.
    const LEADS: Self = Self(1 << 10);
    /// After another word with a capital.
    const FOLLOWS: Self = Self(1 << 11);

    /// In the ways of either.
    const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// These ways if that is so.
    fn when(self, so: bool) -> Self {
        if so { self } else { Self::NONE }
    }

    /// Only whether it stands in small letters and with a capital.
    pub(super) fn cased(self) -> Self {
        Self(self.0 & Self::CAPITAL.or(Self::SMALL).0)
    }

    /// All ways as bits.
    pub(super) fn bits(self) -> u32 {
        self.0
    }

    /// The number of each way.
    pub(super) fn numbers(self) -> impl Iterator<Item = u32> {
        (0..12).filter(move |number| self.0 >> number & 1 == 1)
    }
}

/// What is known of the tokens of a document.
#[derive(Debug)]
pub(super) struct Facts {
    /// By token.
    pub(super) tokens: Vec<Fact>,
    /// The run of capitalised words in which each token stands; empty for other tokens.
    pub(super) runs: Vec<Run>,
    /// The longest run of the document with a token's word, if it is longer than the token's own;
    /// for an acronym, the run that it may be short for. Else empty.
    pub(super) long: Vec<Run>,
    /// Whether an acronym of the token's run stands in the document.
    pub(super) shortened: Vec<bool>,
}

/// A run of tokens: the first, and one past the last.
pub(super) type Run = (u32, u32);

/// The facts of all tokens of a document. None when nobody waits any longer.
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

/// Marks the runs of a sentence: capitalised words, and up to two function words between them.
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

/// A run of more words is a headline in capitals or a list, and names nothing as a whole.
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

/// The most words of a name in the word lists.
const LONGEST: usize = 5;

/// Marks the parts that tokens have in names of the word lists, the longest first. None when nobody
/// waits any longer.
fn list(words: &Words, facts: &mut [Fact], patience: &Patience<'_>) -> Option<()> {
    for sentence in 0..words.document.sentences().len() {
        let range = words.document.tokens_of(sentence);
        patience.spend(range.len())?;
        for start in range.clone().filter(|&i| words.capital(i)) {
            for name in [ListedName::Place, ListedName::Body] {
                if facts[start].listed.has(Listed::FIRST.or(Listed::LATER).of(name)) {
                    continue;
                }
                let known = |end| match name {
                    ListedName::Place => words.is_place(start, end),
                    ListedName::Body => words.is_body(start, end),
                };
                let longest = (start + LONGEST).min(range.end);
                let found = (start + 1..=longest).rev().find(|&end| words.capital(end - 1) && known(end));
                let Some(end) = found else { continue };
                let first = if end > start + 1 { Listed::FIRST } else { Listed::WHOLE };
                facts[start].listed = facts[start].listed.or(first.of(name));
                for fact in &mut facts[start + 1..end] {
                    fact.listed = fact.listed.or(Listed::LATER.of(name));
                }
            }
        }
    }
    Some(())
}

/// Tells every capitalised word how the same word stands in other places.
fn elsewhere(words: &Words, facts: &mut [Fact]) {
    let mut seen: FxHashMap<u32, Elsewhere> = FxHashMap::default();
    for sentence in 0..words.document.sentences().len() {
        let range = words.document.tokens_of(sentence);
        for i in range.clone() {
            let fact = &facts[i];
            if words.document.tokens()[i].kind != TokenKind::Word {
                continue;
            }
            let mut ways = Elsewhere::SMALL.when(!fact.capital);
            if fact.capital && !fact.in_title {
                ways = Elsewhere::CAPITAL.when(!fact.forced).or(Elsewhere::CAPITALS.when(words.capitals(i)));
                if i > range.start {
                    ways = ways.or(before(words, i - 1));
                }
                if i + 1 < range.end {
                    ways = ways.or(after(words, i + 1));
                }
            }
            let known = seen.entry(fact.small).or_default();
            *known = known.or(ways);
        }
    }
    for fact in facts.iter_mut().filter(|fact| fact.capital) {
        fact.elsewhere = seen.get(&fact.small).copied().unwrap_or_default();
    }
}

/// What the word before a capitalised one shows.
fn before(words: &Words, i: usize) -> Elsewhere {
    let word = match words.text(i) {
        "in" | "at" | "from" | "near" => Elsewhere::IN,
        "(" => Elsewhere::BRACKETS,
        "the" | "The" => Elsewhere::THE,
        _ => Elsewhere::NONE,
    };
    let capital = words.capital(i);
    word.or(Elsewhere::FOLLOWS.when(capital))
        .or(Elsewhere::TITLED.when(words.is(i, Class::TITLE.or(Class::HONORIFIC))))
        .or(Elsewhere::SURNAME.when(capital && words.is(i, Class::FIRST_NAME)))
}

/// What the word behind it shows.
fn after(words: &Words, i: usize) -> Elsewhere {
    let capital = words.capital(i);
    Elsewhere::LEADS
        .when(capital)
        .or(Elsewhere::SAYS.when(words.is(i, Class::SAY)))
        .or(Elsewhere::BODY.when(capital && words.is(i, Class::ORG)))
}
