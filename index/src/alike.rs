//! Words that differ a little from another, found in a dictionary: the dictionary and an automaton of edits are followed
//! together, so that only words that can still be alike are looked at.

use std::sync::LazyLock;

use levenshtein_automata::{DFA, Distance, LevenshteinAutomatonBuilder, SINK_STATE};
use tantivy_fst::Automaton;

/// Builds automata for one edit, and for two. Making the builders takes milliseconds.
static BUILDERS: LazyLock<[LevenshteinAutomatonBuilder; 2]> =
    LazyLock::new(|| [1, 2].map(|edits| LevenshteinAutomatonBuilder::new(edits, true)));

/// Words within some edits of another, two neighbours swapped counting as one.
pub(crate) struct Alike(DFA);

impl Alike {
    /// Words within one or two edits of this one.
    pub(crate) fn word(word: &str, edits: u8) -> Self {
        Self(BUILDERS[usize::from(edits > 1)].build_dfa(word))
    }

    /// Words with a beginning within one or two edits of this one.
    pub(crate) fn beginning(begun: &str, edits: u8) -> Self {
        Self(BUILDERS[usize::from(edits > 1)].build_prefix_dfa(begun))
    }

    /// How many edits a word is away, if few enough.
    pub(crate) fn edits(&self, word: &[u8]) -> Option<u8> {
        match self.0.eval(word) {
            Distance::Exact(edits) => Some(edits),
            Distance::AtLeast(_) => None,
        }
    }
}

impl Automaton for &Alike {
    type State = u32;

    fn start(&self) -> u32 {
        self.0.initial_state()
    }

    fn is_match(&self, state: &u32) -> bool {
        matches!(self.0.distance(*state), Distance::Exact(_))
    }

    fn can_match(&self, state: &u32) -> bool {
        *state != SINK_STATE
    }

    fn accept(&self, state: &u32, byte: u8) -> u32 {
        self.0.transition(*state, byte)
    }
}
