//! How a word depends on another.

use Relation::*;

/// The relations of Universal Dependencies, with those merged that say nothing about attribution.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Relation {
    /// The head of a sentence.
    Root,
    /// A subject.
    Subject,
    /// The subject of a passive.
    PassiveSubject,
    /// A direct object.
    Object,
    /// An indirect object.
    Recipient,
    /// A phrase with a preposition, or of time, that depends on a verb.
    Oblique,
    /// A clause as object, with a subject of its own.
    Complement,
    /// A clause as object, whose subject the governing clause has.
    OpenComplement,
    /// A clause that tells when, why, how …
    Adverbial,
    /// A clause that depends on a noun, not a relative one.
    Adnominal,
    /// A relative clause.
    Relative,
    /// A clause put beside another: "…, she said".
    Parataxis,
    /// A name or phrase put beside a noun that it explains.
    Apposition,
    /// A later part of a coordination.
    Conjunct,
    /// The word that coordinates.
    Coordinator,
    /// The word that opens a clause that depends on another.
    Marker,
    /// A phrase with a preposition, or of time, that depends on a noun.
    NounModifier,
    /// A possessor.
    Possessor,
    /// A part of a compound or of a name.
    Part,
    /// An article, adjective or number before a noun.
    Determiner,
    /// An auxiliary verb or copula.
    Auxiliary,
    /// A preposition or possessive ending.
    Case,
    /// A mark.
    Mark,
    /// An adverb.
    Adverb,
    /// Any other.
    Other,
}

impl Relation {
    /// How many there are.
    pub const COUNT: usize = Self::ALL.len();

    /// Every relation, by its number.
    pub const ALL: [Self; 25] = [
        Root,
        Subject,
        PassiveSubject,
        Object,
        Recipient,
        Oblique,
        Complement,
        OpenComplement,
        Adverbial,
        Adnominal,
        Relative,
        Parataxis,
        Apposition,
        Conjunct,
        Coordinator,
        Marker,
        NounModifier,
        Possessor,
        Part,
        Determiner,
        Auxiliary,
        Case,
        Mark,
        Adverb,
        Other,
    ];
}
