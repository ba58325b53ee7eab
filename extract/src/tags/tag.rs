//! Parts of speech.

use Tag::*;

/// A part of speech: those of the Penn Treebank, with the forms merged that no stage tells apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Tag {
    /// A noun.
    Nn,
    /// A noun in the plural.
    Nns,
    /// A part of a proper name.
    Nnp,
    /// A personal pronoun.
    Prp,
    /// A possessive pronoun.
    Prps,
    /// A pronoun or noun with its verb in one word: "they're".
    Pv,
    /// An article or demonstrative.
    Dt,
    /// An adjective, in all degrees.
    Jj,
    /// An adverb, in all degrees.
    Rb,
    /// A preposition, or a conjunction that subordinates.
    In,
    /// "to".
    To,
    /// A modal verb.
    Md,
    /// A verb in its base form.
    Vb,
    /// A verb in the present tense, not of the third person singular.
    Vbp,
    /// A verb in the third person singular of the present tense.
    Vbz,
    /// A verb in the past tense.
    Vbd,
    /// A past participle.
    Vbn,
    /// A gerund or present participle.
    Vbg,
    /// A conjunction that coordinates.
    Cc,
    /// A number, or a sign of currency.
    Cd,
    /// "who", "what".
    Wp,
    /// "which", "whose", "that" before a relative clause.
    Wdt,
    /// "when", "how".
    Wrb,
    /// A possessive ending.
    Pos,
    /// "there" before "is".
    Ex,
    /// A particle: "up" in "set up".
    Rp,
    /// An interjection.
    Uh,
    /// A quotation mark.
    Quote,
    /// An opening bracket.
    Open,
    /// A closing bracket.
    Close,
    /// A comma.
    Comma,
    /// A mark that ends a sentence.
    Stop,
    /// Any other mark.
    Colon,
}

impl Tag {
    /// How many there are.
    pub const COUNT: usize = Self::ALL.len();

    /// Every tag, by its number.
    pub const ALL: [Self; 33] = [
        Nn, Nns, Nnp, Prp, Prps, Pv, Dt, Jj, Rb, In, To, Md, Vb, Vbp, Vbz, Vbd, Vbn, Vbg, Cc, Cd, Wp, Wdt, Wrb, Pos,
        Ex, Rp, Uh, Quote, Open, Close, Comma, Stop, Colon,
    ];

    /// The names in the dictionary, in the order of [`Tag::ALL`].
    const NAMES: [&'static str; 33] = [
        "NN", "NNS", "NNP", "PRP", "PRPS", "PV", "DT", "JJ", "RB", "IN", "TO", "MD", "VB", "VBP", "VBZ", "VBD", "VBN",
        "VBG", "CC", "CD", "WP", "WDT", "WRB", "POS", "EX", "RP", "UH", "Q", "(", ")", ",", ".", ":",
    ];

    /// The tag of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::NAMES.iter().position(|known| *known == name).map(|at| Self::ALL[at])
    }

    /// The name in the dictionary.
    #[cfg(feature = "training")]
    pub fn name(self) -> &'static str {
        Self::NAMES[self as usize]
    }

    /// A verb that carries tense: it makes a clause.
    pub(crate) fn is_finite(self) -> bool {
        matches!(self, Md | Vbp | Vbz | Vbd | Pv)
    }

    /// Any form of a verb, modals apart.
    pub(crate) fn is_verb(self) -> bool {
        matches!(self, Vb | Vbp | Vbz | Vbd | Vbn | Vbg)
    }

    /// A noun, common or proper.
    pub(crate) fn is_noun(self) -> bool {
        matches!(self, Nn | Nns | Nnp)
    }

    /// What may begin a noun phrase.
    pub(crate) fn opens_phrase(self) -> bool {
        matches!(self, Nn | Nns | Nnp | Prp | Prps | Dt | Jj | Cd | Ex)
    }

    /// What may stand inside a simple noun phrase.
    pub(crate) fn in_phrase(self) -> bool {
        matches!(self, Nn | Nns | Nnp | Prp | Prps | Dt | Jj | Cd | Pos)
    }
}
