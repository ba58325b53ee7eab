//! Classes of words: what a word may be in a name. A word can be in many, so a class is a bit and a
//! set of classes a number; features take the number.

/// A set of classes, one bit each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Class(u64);

macro_rules! classes {
    ($($(#[$doc:meta])* $class:ident = $bit:literal, $name:literal;)*) => {
        impl Class {
            $($(#[$doc])* pub(crate) const $class: Self = Self(1 << $bit);)*

            /// The class with this name in `models/rules.txt`.
            pub(super) fn named(name: &str) -> Option<Self> {
                match name {
                    $($name => Some(Self::$class),)*
                    _ => None,
                }
            }
        }
    };
}

// For each class its bit, which is its number in features, and its name in `models/rules.txt`.
classes! {
    /// Titles: "president", "spokeswoman".
    TITLE = 0, "title";
    /// "Mr.", "Dr." and the like.
    HONORIFIC = 1, "honorific";
    /// Words that only men are called by, first names apart.
    MALE = 2, "male";
    /// Words that only women are called by, first names apart.
    FEMALE = 3, "female";
    /// What stands before a title and belongs to it: "deputy".
    TITLE_MODIFIER = 4, "titlemod";
    /// What follows "of" behind a title: "minister of defence".
    COMPLEMENT = 5, "complement";
    /// Heads of the names of organisations.
    ORG = 6, "org";
    /// Heads that make a name an organisation and nothing else.
    ORG_ONLY = 7, "orgonly";
    /// Heads of the names of buildings and works.
    FACILITY = 8, "facility";
    /// Heads of the names of places.
    PLACE = 9, "place";
    /// First words of place names: "New", "San".
    PLACE_FIRST = 10, "placefirst";
    /// Heads of the names of events.
    EVENT = 11, "event";
    /// Heads of the names of products and works.
    PRODUCT = 12, "product";
    /// Heads that take "of".
    OF_HEAD = 13, "ofhead";
    /// Heads that take "for".
    FOR_HEAD = 14, "forhead";
    /// Heads that take "on".
    ON_HEAD = 15, "onhead";
    /// Words of time.
    TIME = 16, "time";
    /// Months that are also names or words.
    MONTH = 17, "month";
    /// Words that are no names, whatever their capital says.
    NOT_NAME = 18, "notname";
    /// Verbs of saying.
    SAY = 19, "say";
    /// "van", "bin" and the like.
    PARTICLE = 20, "particle";
    /// "Jr." and the like.
    SUFFIX = 21, "suffix";
    /// Words that are place names by themselves.
    PLACE_WORD = 22, "placeword";
    /// Words that are names of organisations by themselves.
    ORG_WORD = 23, "orgword";
    /// Words for people of a country or belief.
    NORP_WORD = 24, "norpword";
    /// Words that news writes in lower case nearly always.
    ORDINARY = 25, "ordinary";
    /// Words that news writes in lower case often.
    MIXED = 26, "mixed";
    /// First names.
    FIRST_NAME = 27, "first";
    /// Surnames.
    SURNAME = 28, "surname";
}

impl Class {
    /// First names of men; in [`Class::MALE`] are other words.
    pub(crate) const MALE_NAME: Self = Self(1 << 29);
    /// First names of women; in [`Class::FEMALE`] are other words.
    pub(crate) const FEMALE_NAME: Self = Self(1 << 30);

    /// Whether the word is in any of the classes of `other`.
    pub(crate) fn is(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// All classes as bits.
    pub(crate) fn bits(self) -> u32 {
        self.0 as u32
    }

    /// Only those classes that tell of persons' names.
    pub(crate) fn of_person(self) -> Self {
        Self(self.0 & Self::FIRST_NAME.or(Self::SURNAME).or(Self::MALE_NAME).or(Self::FEMALE_NAME).0)
    }

    /// In the classes of either.
    pub(crate) const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}
