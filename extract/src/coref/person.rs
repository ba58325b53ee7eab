//! When two names of persons may be those of one person.

use crate::lexicon::{Class, Lexicon, fold};

/// A person's name taken apart.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct PersonName {
    /// The folded words in small letters, without the dots of initials and without suffixes.
    pub(super) words: Vec<String>,
    /// "jr", "sr", "ii", …, if the name has one.
    suffix: Option<String>,
}

/// Short forms and the names that they stand for.
const NICKNAMES: [(&str, &str); 48] = [
    ("abe", "abraham"),
    ("al", "albert"),
    ("alex", "alexander"),
    ("andy", "andrew"),
    ("ben", "benjamin"),
    ("bernie", "bernard"),
    ("beth", "elizabeth"),
    ("bill", "william"),
    ("bob", "robert"),
    ("bobby", "robert"),
    ("charlie", "charles"),
    ("chris", "christopher"),
    ("chuck", "charles"),
    ("dan", "daniel"),
    ("dave", "david"),
    ("dick", "richard"),
    ("don", "donald"),
    ("ed", "edward"),
    ("fred", "frederick"),
    ("greg", "gregory"),
    ("jack", "john"),
    ("jeff", "jeffrey"),
    ("jerry", "gerald"),
    ("jim", "james"),
    ("jimmy", "james"),
    ("joe", "joseph"),
    ("jon", "jonathan"),
    ("josh", "joshua"),
    ("kate", "katherine"),
    ("ken", "kenneth"),
    ("larry", "lawrence"),
    ("liz", "elizabeth"),
    ("matt", "matthew"),
    ("mike", "michael"),
    ("mitch", "mitchell"),
    ("nick", "nicholas"),
    ("pat", "patrick"),
    ("pete", "peter"),
    ("ray", "raymond"),
    ("rick", "richard"),
    ("ron", "ronald"),
    ("rudy", "rudolph"),
    ("sam", "samuel"),
    ("steve", "steven"),
    ("ted", "edward"),
    ("tim", "timothy"),
    ("tom", "thomas"),
    ("tony", "anthony"),
];

impl PersonName {
    pub(super) fn new(name: &str, lexicon: &Lexicon) -> Self {
        let mut words: Vec<String> = name
            .split(|c: char| c.is_whitespace() || c == ',')
            .filter(|word| !word.is_empty())
            .map(|word| fold(word).trim_end_matches('.').to_lowercase())
            .filter(|word| !word.is_empty())
            .collect();
        let last_is_suffix = words.len() > 1 && words.last().is_some_and(|last| lexicon.class(last).is(Class::SUFFIX));
        let suffix = if last_is_suffix { words.pop() } else { None };
        Self { words, suffix }
    }

    fn first(&self) -> &str {
        self.words.first().map_or("", String::as_str)
    }

    /// The surname, or the only name.
    pub(super) fn last(&self) -> &str {
        self.words.last().map_or("", String::as_str)
    }

    /// Whether two names of several words may be one person's: "Donald J. Trump" and "Donald Trump".
    pub(super) fn agrees(&self, other: &Self) -> bool {
        let same_first = same_given(self.first(), other.first());
        let suffix = self.suffix == other.suffix;
        suffix
            && (self.last() == other.last() && same_first
                || ends_with(&self.words, &other.words)
                || ends_with(&other.words, &self.words))
    }

    /// How well this short name fits a full one: by the surname best, by a given name less; 0 is not at all.
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

fn ends_with(long: &[String], short: &[String]) -> bool {
    long.len() > short.len() && long.ends_with(short)
}

/// Whether two given names may be one: equal, an initial, or a short form.
fn same_given(a: &str, b: &str) -> bool {
    let initial = |x: &str, y: &str| x.chars().count() == 1 && y.starts_with(x);
    let short = |x: &str, y: &str| {
        NICKNAMES.iter().any(|&(nick, long)| nick == x && (long == y || y.starts_with(nick) && y.len() > nick.len()))
    };
    a == b || initial(a, b) || initial(b, a) || short(a, b) || short(b, a)
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
        assert_eq!(name("van Dorn").fit(&name("Piet van Dorn")), 3);
        assert_eq!(name("Piet").fit(&name("Piet van Dorn")), 2);
        assert_eq!(name("Tom").fit(&name("Piet van Dorn")), 0);
    }
}
