//! Classes of words: what a word may be in a name.

/// A set of classes, one bit each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Class(u64);

impl Class {
    /// The names of the classes in `models/rules.txt`, in the order of their bits.
    pub(super) const NAMES: [&'static str; 29] = [
        "title",
        "honorific",
        "male",
        "female",
        "titlemod",
        "complement",
        "org",
        "orgonly",
        "facility",
        "place",
        "placefirst",
        "event",
        "product",
        "ofhead",
        "forhead",
        "onhead",
        "time",
        "month",
        "notname",
        "say",
        "particle",
        "suffix",
        "placeword",
        "orgword",
        "norpword",
        "ordinary",
        "mixed",
        "first",
        "surname",
    ];

    /// Titles: "minister", "president".
    pub(crate) const TITLE: Self = Self(1);
    /// Forms of address: "Mr.", "Dame".
    pub(crate) const HONORIFIC: Self = Self(1 << 1);
    /// Words that only men are called by, first names apart.
    pub(crate) const MALE: Self = Self(1 << 2);
    pub(crate) const FEMALE: Self = Self(1 << 3);
    /// Words before a title: "deputy", "former".
    pub(crate) const TITLE_MODIFIER: Self = Self(1 << 4);
    /// Words that complete a title: "affairs", "finance".
    pub(crate) const COMPLEMENT: Self = Self(1 << 5);
    /// Heads of the names of organisations.
    pub(crate) const ORG: Self = Self(1 << 6);
    pub(crate) const FACILITY: Self = Self(1 << 8);
    /// Heads of the names of places.
    pub(crate) const PLACE: Self = Self(1 << 9);
    /// First words of place names: "New", "San".
    pub(crate) const PLACE_FIRST: Self = Self(1 << 10);
    pub(crate) const EVENT: Self = Self(1 << 11);
    /// Heads of the names of products.
    pub(crate) const PRODUCT: Self = Self(1 << 12);
    /// Heads that take "of".
    pub(crate) const OF_HEAD: Self = Self(1 << 13);
    pub(crate) const FOR_HEAD: Self = Self(1 << 14);
    /// Heads that take "on".
    pub(crate) const ON_HEAD: Self = Self(1 << 15);
    /// Words of time.
    pub(crate) const TIME: Self = Self(1 << 16);
    /// Months that are also names or words.
    pub(crate) const MONTH: Self = Self(1 << 17);
    pub(crate) const NOT_NAME: Self = Self(1 << 18);
    /// Verbs of saying.
    pub(crate) const SAY: Self = Self(1 << 19);
    pub(crate) const PARTICLE: Self = Self(1 << 20);
    /// "Jr." and the like.
    pub(crate) const SUFFIX: Self = Self(1 << 21);
    /// Words that are place names by themselves.
    pub(crate) const PLACE_WORD: Self = Self(1 << 22);
    pub(crate) const ORG_WORD: Self = Self(1 << 23);
    /// Nationalities, peoples and political groups.
    pub(crate) const NORP_WORD: Self = Self(1 << 24);
    /// Words that news writes in small letters nearly always.
    pub(crate) const ORDINARY: Self = Self(1 << 25);
    /// Words that news writes in small letters often.
    pub(crate) const MIXED: Self = Self(1 << 26);
    /// First names.
    pub(crate) const FIRST_NAME: Self = Self(1 << 27);
    pub(crate) const SURNAME: Self = Self(1 << 28);
    /// First names of men; in [`Class::MALE`] are other words.
    pub(crate) const MALE_NAME: Self = Self(1 << 29);
    pub(crate) const FEMALE_NAME: Self = Self(1 << 30);

    /// The class with this name in the rules.
    pub(super) fn named(name: &str) -> Option<Self> {
        Self::NAMES.iter().position(|n| *n == name).map(|bit| Self(1 << bit))
    }

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
