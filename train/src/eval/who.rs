//! Sorts the errors in the speakers of a quote: what its source contains, and what was found instead.

use std::collections::BTreeSet;

use super::gold::SourceRow;
use super::predict::FoundQuote;
use super::speakers::{is_pronoun, names_agree};
use super::text::{Text, fold, name};

/// What a source contains of its speakers' names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Holds {
    /// The full name of one of them.
    FullName,
    /// A word of a name, as it is written there.
    PartOfName,
    /// Only a pronoun.
    Pronoun,
    /// Other words: "the minister", "the Ruling Party".
    Description,
    /// A word in capitals, "NRC"; or there is no source.
    AcronymOrNothing,
}

impl Holds {
    /// All values, in the order of tables.
    pub const ALL: [Self; 5] =
        [Self::FullName, Self::PartOfName, Self::Pronoun, Self::Description, Self::AcronymOrNothing];

    /// In words.
    pub fn label(self) -> &'static str {
        match self {
            Self::FullName => "full name",
            Self::PartOfName => "part of a name",
            Self::Pronoun => "pronoun",
            Self::Description => "description",
            Self::AcronymOrNothing => "acronym or nothing",
        }
    }
}

/// What was found instead of the right speakers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Wrong {
    /// Nobody.
    LeftOpen,
    /// Somebody else.
    Another,
    /// A shorter or longer form of the right name, or only some of several speakers, or one too many.
    AnotherForm,
    /// Somebody, although the source is unnamed.
    Named,
}

impl Wrong {
    /// The errors that are possible if there is a right name, in the order of tables.
    pub const OF_NAMED: [Self; 3] = [Self::LeftOpen, Self::Another, Self::AnotherForm];

    /// In words.
    pub fn label(self) -> &'static str {
        match self {
            Self::LeftOpen => "left open",
            Self::Another => "another",
            Self::AnotherForm => "another form, or some of several",
            Self::Named => "a name for an unnamed source",
        }
    }
}

/// What the source of a row contains.
pub fn holds(text: &Text, row: &SourceRow) -> Holds {
    let words = text.words(&row.source);
    if words.is_empty() {
        return Holds::AcronymOrNothing;
    }
    if is_pronoun(text, &row.source) {
        return Holds::Pronoun;
    }
    let parts = parts(&words);
    let padded = format!(" {} ", name(&parts.join(" ")));
    let whole = |one: &String| padded.contains(&format!(" {} ", name(&self::parts(one).join(" "))));
    if row.speakers.iter().any(whole) {
        return Holds::FullName;
    }
    let telling = |part: &&str| part.chars().count() > 1 && part.starts_with(char::is_uppercase) && *part != "The";
    let shares = |one: &String| self::parts(one).into_iter().filter(telling).any(|part| parts.contains(&part));
    if row.speakers.iter().any(shares) {
        return Holds::PartOfName;
    }
    let capitals = |part: &&str| (2..=7).contains(&part.len()) && part.chars().all(char::is_uppercase);
    if parts.iter().any(capitals) { Holds::AcronymOrNothing } else { Holds::Description }
}

/// What is wrong with the speakers that were found. None if they are right.
pub fn wrong(row: &SourceRow, quote: &FoundQuote) -> Option<Wrong> {
    if names_agree(row, quote) {
        return None;
    }
    Some(match (row.speakers.is_empty(), quote.speakers.is_empty()) {
        (true, _) => Wrong::Named,
        (_, true) => Wrong::LeftOpen,
        _ if row.speakers.iter().any(|want| quote.speakers.iter().any(|got| alike(want, got))) => Wrong::AnotherForm,
        _ => Wrong::Another,
    })
}

/// The kind of error in words. None if the speakers are right.
pub fn kind(text: &Text, row: &SourceRow, quote: &FoundQuote) -> Option<String> {
    let wrong = wrong(row, quote)?;
    Some(match wrong {
        Wrong::Named => format!("speaker: {}", wrong.label()),
        _ => format!("speaker: {}, {}", holds(text, row).label(), wrong.label()),
    })
}

/// Whether all words of one name are in the other.
fn alike(one: &str, other: &str) -> bool {
    let words = |name: &str| fold(&parts(name).join(" ")).split(' ').map(str::to_owned).collect::<BTreeSet<_>>();
    let (one, other) = (words(&name(one)), words(&name(other)));
    one.is_subset(&other) || other.is_subset(&one)
}

/// The words of a text, without punctuation around them and the possessive ending.
fn parts(words: &str) -> Vec<&str> {
    let bare = |word| {
        let word: &str = word;
        let word = word.trim_matches(|c: char| !c.is_alphanumeric());
        word.strip_suffix("'s").or_else(|| word.strip_suffix("’s")).unwrap_or(word)
    };
    words.split([' ', '\u{a0}', '\n', '-', '/']).map(bare).filter(|word| !word.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "The Lind ministry, ALO, she and Minister Ada Lind of Oster’s party";

    fn row(words: &str, speakers: &[&str]) -> SourceRow {
        let source = TEXT.find(words).filter(|_| !words.is_empty()).map(|at| {
            let from = TEXT[..at].chars().count();
            [from, from + words.chars().count()]
        });
        SourceRow {
            source: source.into_iter().collect(),
            content: Vec::new(),
            speakers: speakers.iter().map(|&one| one.to_owned()).collect(),
            act: None,
            polarity: String::new(),
            addressee: None,
        }
    }

    #[test]
    fn tells_what_a_source_holds() {
        let text = Text::new(TEXT);
        let of = |words: &str, speakers: &[&str]| holds(&text, &row(words, speakers));
        assert_eq!(of("Minister Ada Lind of Oster’s party", &["Ada Lind"]), Holds::FullName);
        assert_eq!(of("The Lind ministry", &["Ada Lind"]), Holds::PartOfName);
        assert_eq!(of("Oster’s party", &["Brin Oster"]), Holds::PartOfName);
        assert_eq!(of("Oster’s party", &["Party of the North"]), Holds::Description);
        assert_eq!(of("she", &["Ada Lind"]), Holds::Pronoun);
        assert_eq!(of("ALO", &["Alliance of Oster"]), Holds::AcronymOrNothing);
        assert_eq!(of("", &["Ada Lind"]), Holds::AcronymOrNothing);
    }

    #[test]
    fn tells_what_was_found_instead() {
        let of = |want: &[&str], got: &[&str]| {
            let speakers = got.iter().map(|&one| one.to_owned()).collect();
            wrong(&row("", want), &FoundQuote { speakers, ..FoundQuote::default() })
        };
        assert_eq!(of(&["Ada Lind"], &["ada lind"]), None);
        assert_eq!(of(&["Ada Lind"], &[]), Some(Wrong::LeftOpen));
        assert_eq!(of(&["Ada Lind"], &["Lind"]), Some(Wrong::AnotherForm));
        assert_eq!(of(&["Ada Lind", "Brin Oster"], &["Brin Oster"]), Some(Wrong::AnotherForm));
        assert_eq!(of(&["Ada Lind"], &["Jon Lind"]), Some(Wrong::Another));
        assert_eq!(of(&[], &["Ada Lind"]), Some(Wrong::Named));
    }
}
