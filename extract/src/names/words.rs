//! What rules and features ask of each token when names are looked for: its classes, its capitals
//! and whether its place demands them, and what is glued to it.

use std::borrow::Cow;

use rustc_hash::FxHashSet;
use sayso_document::{Document, Patience, SentenceRole, TokenKind};

use crate::lexicon::{Class, Lexicon, List, fold};
use crate::model::{Clusters, Groups};
use crate::view::View;

/// The tokens of a document with their classes.
pub(crate) struct Words<'d, 't> {
    /// The document.
    pub(crate) document: &'d Document<'t>,
    /// Word lists.
    pub(crate) lexicon: &'d Lexicon,
    /// The spelling, sentences and turns.
    view: &'d View<'t>,
    /// What is known of each token.
    words: Vec<Word>,
    /// Folded words that have a capital where their place demands none.
    seen: FxHashSet<Cow<'t, str>>,
}

/// One token as the rules see it.
#[derive(Clone, Copy, Debug, Default)]
struct Word {
    /// What the word lists say.
    class: Class,
    /// Whether it begins with a capital, behind "then-" and the like.
    capital: bool,
    /// Whether all of its letters, two at least, are capitals.
    capitals: bool,
    /// Whether its place demands the capital, so that it tells nothing: the first word of a
    /// sentence or quotation, or a line like a title.
    forced: bool,
    /// Whether it stands in a line that is written like a title.
    in_title: bool,
    /// Bytes of a prefix such as "then-" that belongs to no name.
    prefix: u8,
    /// Bytes of an ending such as "-led", or of another word glued on, that belongs to no name.
    suffix: u8,
    /// Whether another word is glued on: "LindMORE".
    seam: bool,
}

/// Prefixes with a hyphen before titles and names.
const PREFIXES: [&str; 4] = ["then-", "ex-", "former-", "now-"];

/// The least letters of a name to which another word may be glued …
const NAME: usize = 4;
/// … and the most bytes of both together.
const GLUED: usize = 40;
/// How many tokens back the short form stands that markup put before a glued name.
pub(super) const GLUED_TO: usize = 10;

impl<'d, 't> Words<'d, 't> {
    /// Looks at the words of a document. None when nobody waits any longer.
    pub(crate) fn new(view: &'d View<'t>, lexicon: &'d Lexicon, patience: &Patience<'_>) -> Option<Self> {
        #[cfg(test)]
        crate::view::built::note("words of names");
        let document = view.document;
        let mut words = Vec::with_capacity(document.tokens().len());
        for token in document.tokens() {
            patience.spend(1)?;
            let word = if token.kind == TokenKind::Word {
                Word::new(token.span.of(document.text()), lexicon)
            } else {
                Word::default()
            };
            words.push(word);
        }
        let mut all = Self { document, lexicon, view, words, seen: FxHashSet::default() };
        for sentence in 0..document.sentences().len() {
            all.force(sentence);
        }
        all.seen =
            (0..all.words.len()).filter(|&i| all.capital(i) && !all.forced(i)).map(|i| all.folded(i, i + 1)).collect();
        all.part_glued();
        Some(all)
    }

    /// Finds what is glued to names: a word in capitals ("LindMORE") or another name, where the
    /// name stands alone elsewhere.
    fn part_glued(&mut self) {
        let all = 0..self.words.len();
        let seams: Vec<(usize, usize)> = all.clone().filter_map(|i| Some((i, self.seam_in(i)?))).collect();
        if seams.is_empty() {
            return;
        }
        let capital: Vec<usize> = all.filter(|&i| self.capital(i)).collect();
        let alone: FxHashSet<Cow<'_, str>> = capital.iter().map(|&i| self.folded(i, i + 1)).collect();
        let beside = |i: usize| (self.folded(i, i + 1), self.folded(i + 1, i + 2));
        let pairs: FxHashSet<_> = capital.into_iter().filter(|&i| self.capital(i + 1)).map(beside).collect();
        let mut glued = Vec::new();
        for (i, at) in seams {
            let (name, rest) = self.text(i).split_at(at);
            let (name, rest_folded) = (fold(name), fold(rest));
            let known = alone.contains(&name) && !self.lexicon.class(&name).is(Class::ORDINARY);
            // "@AdaJLind" behind "Ada Lind" holds the name that stands there.
            let again = || {
                (i.saturating_sub(GLUED_TO)..i).any(|j| {
                    let next = fold(self.text(j + 1));
                    self.capital(j) && fold(self.text(j)) == name && !rest_folded.ends_with(&*next)
                })
            };
            let other = rest.len() > 2 && is_all_capitals(rest) || alone.contains(&rest_folded) || again();
            if known && other && !pairs.contains(&(name, rest_folded)) {
                glued.push((i, rest.len()));
            }
        }
        for (i, rest) in glued {
            // A word of at most [`GLUED`] bytes.
            (self.words[i].suffix, self.words[i].seam) = (rest as u8, true);
            self.words[i].class = self.lexicon.class(self.bare(i));
        }
    }

    /// Where in a word a capital follows a lower-case letter, in bytes.
    fn seam_in(&self, i: usize) -> Option<usize> {
        let text = self.text(i);
        if !self.capital(i) || self.suffix(i) > 0 || text.len() > GLUED {
            return None;
        }
        let mut letters = text.char_indices().skip(NAME);
        letters.find(|&(at, c)| c.is_uppercase() && text[..at].ends_with(char::is_lowercase)).map(|(at, _)| at)
    }

    /// Marks the words of a sentence whose place demands a capital.
    fn force(&mut self, sentence: usize) {
        let range = self.document.tokens_of(sentence);
        let title = self.is_title_line(sentence);
        let mut first = true;
        for i in range {
            let kind = self.document.tokens()[i].kind;
            let word = &mut self.words[i];
            word.forced = first || title;
            word.in_title = title;
            match kind {
                TokenKind::Word | TokenKind::Number => first = false,
                TokenKind::OpenQuote => first = true,
                TokenKind::CloseQuote => {}
                TokenKind::Mark => first |= matches!(self.document.word(i), ":" | "•" | "…" | "..." | "*"),
            }
        }
    }

    /// Whether most words of a line are written with a capital, as in titles.
    fn is_title_line(&self, sentence: usize) -> bool {
        let range = self.document.tokens_of(sentence);
        let words = self.words[range.clone()].iter().zip(&self.document.tokens()[range]);
        let long = words.filter(|(_, token)| token.kind == TokenKind::Word && token.span.len() > 3);
        let (mut all, mut capital, mut ordinary) = (0, 0, 0);
        for (word, _) in long {
            all += 1;
            capital += u32::from(word.capital);
            ordinary += u32::from(word.capital && word.class.is(Class::ORDINARY));
        }
        let line = self.document.sentences()[sentence].role != SentenceRole::Body;
        all >= 3 && capital * 10 >= all * if line { 6 } else { 8 } && (line || ordinary >= 2)
    }

    /// The classes of a token.
    pub(crate) fn class(&self, i: usize) -> Class {
        self.words.get(i).map_or(Class::default(), |word| word.class)
    }

    /// Whether token `i` is in any of the classes.
    pub(crate) fn is(&self, i: usize, class: Class) -> bool {
        self.class(i).is(class)
    }

    /// Whether a token begins with a capital.
    pub(crate) fn capital(&self, i: usize) -> bool {
        self.words.get(i).is_some_and(|word| word.capital)
    }

    /// Whether a token is all capitals.
    pub(crate) fn capitals(&self, i: usize) -> bool {
        self.words.get(i).is_some_and(|word| word.capitals)
    }

    /// Whether the place of a token demands its capital, as at the beginning of a sentence.
    pub(crate) fn forced(&self, i: usize) -> bool {
        self.words.get(i).is_some_and(|word| word.forced)
    }

    /// Whether the word of token `i` has a capital elsewhere that its place does not demand.
    pub(crate) fn seen(&self, i: usize) -> bool {
        self.seen.contains(&self.folded(i, i + 1))
    }

    /// Whether token `i` stands in a line that is written like a title.
    pub(crate) fn in_title(&self, i: usize) -> bool {
        self.words.get(i).is_some_and(|word| word.in_title)
    }

    /// Whether another word is glued to token `i`.
    pub(crate) fn seam(&self, i: usize) -> bool {
        self.words.get(i).is_some_and(|word| word.seam)
    }

    /// How many bytes of a token stand before the name in it.
    pub(crate) fn prefix(&self, i: usize) -> usize {
        self.words.get(i).map_or(0, |word| usize::from(word.prefix))
    }

    /// How many bytes of a token stand behind it.
    pub(crate) fn suffix(&self, i: usize) -> usize {
        self.words.get(i).map_or(0, |word| usize::from(word.suffix))
    }

    /// The text of a token without what belongs to no name.
    pub(crate) fn bare(&self, i: usize) -> &'t str {
        let text = self.text(i);
        &text[self.prefix(i)..text.len() - self.suffix(i)]
    }

    /// The clusters of that text.
    pub(crate) fn groups(&self, i: usize, clusters: &Clusters) -> Groups {
        if self.prefix(i) + self.suffix(i) == 0 { self.view.spelling().groups(i) } else { clusters.of(self.bare(i)) }
    }

    /// The text of a token; empty beyond the end.
    pub(crate) fn text(&self, i: usize) -> &'t str {
        if i < self.words.len() { self.document.word(i) } else { "" }
    }

    /// Whether the tokens are a place of the word list, also if they are written in capitals.
    pub(crate) fn is_place(&self, start: usize, end: usize) -> bool {
        let name = self.folded(start, end);
        self.lexicon.is_place(&name)
            || (start..end).all(|i| self.capitals(i)) && self.lexicon.is_place(&title_case(&name))
    }

    /// Whether the tokens are the name of a body in the word list.
    pub(crate) fn is_body(&self, start: usize, end: usize) -> bool {
        self.lexicon.is_body(&self.folded(start, end))
    }

    /// Whether a token is this word, in this case.
    pub(crate) fn reads(&self, i: usize, word: &str) -> bool {
        self.text(i) == word
    }

    /// Whether token `i` is a possessive ending.
    pub(crate) fn possessive(&self, i: usize) -> bool {
        matches!(self.text(i), "'s" | "’s" | "'S" | "’S")
    }

    /// The folded text of tokens with single blanks between them, as word lists have names.
    pub(crate) fn folded(&self, start: usize, end: usize) -> Cow<'t, str> {
        if end == start + 1 {
            return fold(self.bare(start));
        }
        let mut out = String::new();
        for i in start..end {
            let glued = i > start && {
                let tokens = self.document.tokens();
                tokens[i - 1].span.end() == tokens[i].span.start()
            };
            if i > start && !glued {
                out.push(' ');
            }
            out.push_str(&fold(self.bare(i)));
        }
        Cow::Owned(out)
    }
}

impl Word {
    /// Takes a word apart and looks it up.
    fn new(text: &str, lexicon: &Lexicon) -> Self {
        let prefix = PREFIXES
            .iter()
            .find(|p| text.len() > p.len() && text.get(..p.len()).is_some_and(|t| t.eq_ignore_ascii_case(p)));
        let prefix = prefix.map_or(0, |p| p.len());
        let hyphen = text[prefix..].rfind('-').filter(|&at| at > 0).map(|at| &text[prefix + at..]);
        let suffix = hyphen.filter(|ending| List::AttachedEndings.has(ending)).map_or(0, str::len);
        let bare = &text[prefix..text.len() - suffix];
        let mut letters = bare.chars();
        let first = letters.next();
        let capital = (first.is_some_and(char::is_uppercase)
            || first.is_some_and(char::is_lowercase) && letters.next().is_some_and(char::is_uppercase))
            && !is_contraction(bare);
        let capitals = capital && is_all_capitals(bare);
        // Words of more than three letters in capitals may be ordinary names: "AMMAN".
        let shouted = if capitals && bare.len() > 3 { lexicon.class(&title_case(bare)) } else { Class::default() };
        Self {
            class: lexicon.class(bare).or(shouted).or(parts_class(bare, lexicon)),
            capital,
            capitals,
            forced: false,
            in_title: false,
            // Both are a few bytes.
            prefix: prefix as u8,
            suffix: suffix as u8,
            seam: false,
        }
    }
}

/// Whether the parts of a word with a hyphen are persons' names: "Jo-Renee", "Keller-Osei".
fn parts_class(word: &str, lexicon: &Lexicon) -> Class {
    if !word.contains('-') || !word.split('-').all(|part| part.starts_with(char::is_uppercase)) {
        return Class::default();
    }
    word.split('-').fold(Class::default(), |class, part| class.or(lexicon.class(part).of_person()))
}

/// Whether a word with an apostrophe is a contraction, such as "We're" or "I'll", and not a name
/// like "O'Brien".
fn is_contraction(word: &str) -> bool {
    let Some((_, ending)) = word.rsplit_once(['\'', '’']) else { return false };
    matches!(ending, "re" | "ve" | "ll" | "d" | "m" | "t")
}

/// Whether all letters of a word, two at least, are capitals.
fn is_all_capitals(word: &str) -> bool {
    let mut capitals = 0;
    for c in word.chars() {
        if c.is_lowercase() {
            return false;
        }
        capitals += u32::from(c.is_uppercase());
    }
    capitals >= 2
}

/// The words in lower case with capitals at their beginnings.
fn title_case(words: &str) -> String {
    let mut out = String::with_capacity(words.len());
    let mut first = true;
    for c in words.chars() {
        if first {
            out.push(c)
        } else {
            out.extend(c.to_lowercase())
        }
        first = !c.is_alphanumeric();
    }
    out
}
