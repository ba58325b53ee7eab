//! Who offers a span as content: the rules, the grammar, the parser.
//!
//! A span that several rules agree on is more likely to be right than a span that one of them
//! offers, so the model hears all who made it.

use crate::attribution::candidate::content::Extent;

/// Who offers a content. Features take the numbers; 3 was never given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Maker {
    /// The rules, after the cue, before it and around it.
    Ahead = 0,
    Behind = 1,
    Around = 2,
    /// From a possible beginning on, as far as a clause reaches, an inner one, one that hangs on a noun, and a phrase.
    Clause = 4,
    Inner = 5,
    Noun = 6,
    Phrase = 7,
    /// Around the cue, from what the grammar finds on both sides.
    Split = 8,
    /// With the quotations that go on with it.
    Continued = 9,
    /// What the parser puts below the cue.
    Parsed = 10,
}

impl Maker {
    /// In the order of their numbers.
    const ALL: [Self; 10] = [
        Self::Ahead,
        Self::Behind,
        Self::Around,
        Self::Clause,
        Self::Inner,
        Self::Noun,
        Self::Phrase,
        Self::Split,
        Self::Continued,
        Self::Parsed,
    ];

    /// Who offers what reaches so far from a possible beginning.
    pub(super) fn of(extent: Extent) -> Self {
        match extent {
            Extent::Clause => Self::Clause,
            Extent::Inner => Self::Inner,
            Extent::Noun => Self::Noun,
            Extent::Phrase => Self::Phrase,
        }
    }
}

/// All who offer the same content; nobody where it is only a span between two borders.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Makers(u32);

impl Makers {
    /// These and the others.
    pub(super) fn and(self, others: Self) -> Self {
        Self(self.0 | others.0)
    }

    /// One bit each, by the numbers of [`Maker`].
    pub(super) fn bits(self) -> u32 {
        self.0
    }

    /// Each of them, in the order of their numbers.
    pub(super) fn each(self) -> impl Iterator<Item = Maker> {
        Maker::ALL.into_iter().filter(move |&maker| self.0 >> maker as u32 & 1 == 1)
    }
}

impl From<Maker> for Makers {
    fn from(maker: Maker) -> Self {
        Self(1 << maker as u32)
    }
}
