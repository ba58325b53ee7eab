//! When two names may be those of one person: initials, nicknames, suffixes, missing middle names,
//! slips of a letter.

use crate::lexicon::{Class, Lexicon, Table, fold};

/// A person's name taken apart.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct PersonName {
    /// The folded words in lower case, without the dots of initials and without suffixes.
    pub(super) words: Vec<String>,
    /// "jr", "sr", "ii", …, if the name has one.
    suffix: Option<String>,
    /// Whether a word behind the first two is an ordinary one: "Ada Lind Calls" was cut from a
    /// headline.
    spoilt: bool,
    /// The name that the first word is short for, if it is. Looked up once: names are compared with hundreds of others.
    whole: Option<&'static str>,
}

impl PersonName {
    /// Takes a name apart.
    pub(super) fn new(name: &str, lexicon: &Lexicon) -> Self {
        let mut words: Vec<String> = name
            .split(|c: char| c.is_whitespace() || c == ',')
            .filter(|word| !word.is_empty())
            .map(|word| fold(word).trim_end_matches('.').to_lowercase())
            .filter(|word| !word.is_empty())
            .collect();
        let last_is_suffix = words.len() > 1 && words.last().is_some_and(|last| lexicon.class(last).is(Class::SUFFIX));
        let suffix = if last_is_suffix { words.pop() } else { None };
        let ordinary = |word: &str| {
            let class = lexicon.class(word);
            class.is(Class::ORDINARY.or(Class::MIXED)) && !class.is(Class::FIRST_NAME.or(Class::SURNAME))
        };
        let spoilt = name.split_whitespace().skip(2).any(ordinary);
        let first = words.first().map_or("", String::as_str);
        let whole = Table::Nicknames.get(first);
        Self { words, suffix, spoilt, whole }
    }

    /// The first word.
    fn first(&self) -> &str {
        self.words.first().map_or("", String::as_str)
    }

    /// The surname, or the only name.
    pub(super) fn last(&self) -> &str {
        self.words.last().map_or("", String::as_str)
    }

    /// Whether two names of several words may be one person's: "Wendel J. Harth" and "Wendel Harth".
    pub(super) fn agrees(&self, other: &Self) -> bool {
        let suffix = self.suffix == other.suffix;
        suffix
            && (self.last() == other.last() && self.same_given(other)
                || ends_with(&self.words, &other.words)
                || ends_with(&other.words, &self.words)
                || self.shortens(other)
                || other.shortens(self))
    }

    /// Whether two given names may be one: equal, an initial, or a short form.
    fn same_given(&self, other: &Self) -> bool {
        let initial = |x: &str, y: &str| y.starts_with(x) && x.chars().count() == 1;
        let short = |x: &Self, y: &str| {
            x.whole.is_some_and(|whole| whole == y || y.starts_with(x.first()) && y.len() > x.first().len())
        };
        let (a, b) = (self.first(), other.first());
        a == b || initial(a, b) || initial(b, a) || short(self, b) || short(other, a)
    }

    /// Whether this is the beginning of a longer name, in two words or more, as in Spanish names:
    /// "Ada Lind", "Ada Lind Oster".
    pub(super) fn shortens(&self, long: &Self) -> bool {
        self.suffix == long.suffix && !long.spoilt && begins_with(&long.words, &self.words)
    }

    /// Whether both are one name but for one letter in the last word, or in a longer first word;
    /// "Maria" and "Marie" are two.
    pub(super) fn nearly(&self, other: &Self) -> bool {
        let pairs = self.words.len() == other.words.len() && self.words.len() > 1 && self.suffix == other.suffix;
        let mut apart = (0..self.words.len()).filter(|&at| self.words[at] != other.words[at]);
        let slip = |at: usize| {
            // "Maria" and "Marie" are two.
            let long = at + 1 == self.words.len() || self.words[at].len() > SLIP + 1;
            long && one_letter_apart(&self.words[at], &other.words[at])
        };
        pairs && apart.next().is_some_and(slip) && apart.next().is_none()
    }

    /// How well this short name fits a full one: 3 by the surname, 2 by the first name, 1 by
    /// another, 0 not at all.
    pub(super) fn fit(&self, full: &Self) -> u32 {
        if ends_with(&full.words, &self.words) {
            return 3;
        }
        match self.words.as_slice() {
            [word] if full.first() == word => 2,
            [word] if full.words.iter().any(|w| w == word) => 1,
            _ => 0,
        }
    }
}

/// The least letters of a word in which one wrong letter is taken for a slip.
const SLIP: usize = 5;

/// Whether two words of at least [`SLIP`] letters, beginning alike, differ by one letter: missing,
/// added or another.
pub(super) fn one_letter_apart(one: &str, other: &str) -> bool {
    let (long, short) = if one.len() >= other.len() { (one, other) } else { (other, one) };
    let same = long.chars().zip(short.chars()).take_while(|(one, other)| one == other).count();
    let (letters, fewer) = (long.chars().count(), short.chars().count());
    if same == 0 || fewer < SLIP || letters > fewer + 1 || long == short {
        return false;
    }
    let rest = usize::from(letters == fewer);
    long.chars().skip(same + 1).eq(short.chars().skip(same + rest))
}

/// The word and all forms of it without one letter. Two words that are one letter apart share one
/// of them, which makes finding such a word a look-up. Nothing for words of less than 5 or more
/// than 24 letters.
pub(super) fn rough(word: &str) -> impl Iterator<Item = String> {
    let usual = (SLIP..=24).contains(&word.chars().count());
    let without = word.char_indices().map(|(at, c)| format!("{}{}", &word[..at], &word[at + c.len_utf8()..]));
    std::iter::once(word.to_owned()).chain(without).filter(move |_| usual)
}

/// Whether a title tells no more than a gender.
pub(super) fn is_courtesy(title: &str) -> bool {
    let small = title.trim_end_matches('.').to_lowercase();
    matches!(
        small.as_str(),
        "mr" | "mrs" | "ms" | "miss" | "mx" | "madam" | "sir" | "monsieur" | "madame" | "herr" | "frau"
    )
}

/// Whether a longer name begins with a shorter one of at least two words.
fn begins_with(long: &[String], short: &[String]) -> bool {
    short.len() > 1 && long.len() > short.len() && long.starts_with(short)
}

/// Whether a longer name ends with a shorter one.
fn ends_with(long: &[String], short: &[String]) -> bool {
    long.len() > short.len() && long.ends_with(short)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_one_person_agree() {
        let lexicon = Lexicon::compiled_in();
        let name = |text| PersonName::new(text, &lexicon);
        for (a, b, expected) in [
            ("Ana M. Dunmore", "Ana Dunmore", true),
            ("Joseph Harrow", "Joe Harrow", true),
            ("J. Harrow", "Joe Harrow", true),
            ("Ana Dunmore", "Eva Dunmore", false),
            ("Tom Baas Jr.", "Tom Baas", false),
        ] {
            assert_eq!(name(a).agrees(&name(b)), expected, "{a}, {b}");
        }
        for (a, b, expected) in [
            ("Stefan Vaughan", "Stefan Vaughn", true),
            ("Margerite Dorn", "Marguerite Dorn", true),
            ("Peter Hansen", "Petra Hansen", false),
            ("Ana Dunmore", "Anna Dunmore", false),
            ("Stefan Vaughan", "Stefan Vaughan", false),
        ] {
            assert_eq!(name(a).nearly(&name(b)), expected, "{a}, {b}");
        }
        assert_eq!(name("van Dorn").fit(&name("Piet van Dorn")), 3);
        assert_eq!(name("Piet").fit(&name("Piet van Dorn")), 2);
        assert_eq!(name("Tom").fit(&name("Piet van Dorn")), 0);
    }
}
