//! Dependencies between the words of a sentence, in one pass from left to right.
//!
//! The parser is transition-based (arc-hybrid). Linear models over hashed features choose the moves
//! and the relations that they make. Every word goes on the stack once and leaves it once, so the
//! cost is linear in the number of tokens. All trees are projective: the words below a word are
//! consecutive, and can be told as a span.
//!
//! | file | holds |
//! |---|---|
//! | [`state`] | the stack, the next word and what is known of each; the moves |
//! | [`features`] | features of moves and relations |
//! | [`relation`] | the 25 relations |

mod features;
mod relation;
mod state;

use sayso_document::{Document, Patience};

#[cfg(feature = "training")]
pub use features::{MOVE_FEATURES, RELATION_FEATURES};
pub use features::{Sight, move_features, relation_features};
pub use relation::Relation;
pub use state::{Move, NONE, Node, State};

use crate::model::{Files, Linear, ModelError};
use crate::tags::{Form, Tag, Words};

/// The names of the two models in their files.
pub const NAMES: [&str; 2] = ["moves", "relations"];

/// Parses sentences.
#[derive(Clone, Debug)]
pub struct Parser {
    /// Chooses the moves.
    pub moves: Linear,
    /// Chooses the relations.
    pub relations: Linear,
}

/// The dependencies of a document. Every list has one value per token; words are numbered through the document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tree {
    /// The word that each word depends on; [`NONE`] for the heads of sentences.
    pub heads: Vec<u32>,
    /// How it depends on that word.
    pub relations: Vec<Relation>,
    /// The first and the last word of all that depends on each word, itself included.
    pub spans: Vec<(u32, u32)>,
}

impl Parser {
    /// Reads `moves.bin` and `relations.bin`.
    ///
    /// # Errors
    /// If a file is damaged or of another version of the features.
    pub(crate) fn of(files: &Files) -> Result<Self, ModelError> {
        Ok(Self {
            moves: files.linear(NAMES[0], Move::ALL.len())?,
            relations: files.linear(NAMES[1], Relation::COUNT)?,
        })
    }

    /// Parses all sentences of a document. None when nobody waits any longer.
    pub(crate) fn parse(&self, document: &Document<'_>, words: &Words<'_>, patience: &Patience<'_>) -> Option<Tree> {
        #[cfg(test)]
        crate::view::built::note("tree");
        let mut tree = Tree::default();
        let (mut state, mut sight) = (State::default(), Sight::default());
        for s in 0..document.sentences().len() {
            let tokens = document.tokens_of(s);
            patience.spend(tokens.len())?;
            self.sentence(&words.forms()[tokens.clone()], &words.tags()[tokens], &mut sight, &mut state);
            tree.push(&state.nodes);
        }
        Some(tree)
    }

    /// Parses one sentence. The result is in the nodes of `state`; `sight` and `state` are buffers
    /// that are reused.
    pub fn sentence(&self, forms: &[Form], tags: &[Tag], sight: &mut Sight, state: &mut State) {
        sight.read(forms, tags);
        state.begin(forms.len());
        while !state.is_done() {
            let step = self.choose(sight, state);
            let head = state.head_by(step);
            match step {
                Move::Shift => state.shift(),
                Move::Left | Move::Right => state.attach(head, self.relation(sight, state, head)),
            }
        }
    }

    /// The allowed move with the highest score; of equals, the first.
    fn choose(&self, sight: &Sight, state: &State) -> Move {
        let mut allowed = Move::ALL.into_iter().filter(|step| state.allows(*step));
        let (first, second) = (allowed.next().unwrap_or(Move::Right), allowed.next());
        if second.is_none() {
            return first;
        }
        let mut scores = [0_i32; Move::ALL.len()];
        self.moves.add(&move_features(sight, state), &mut scores);
        let score = |step: Move| if state.allows(step) { scores[step as usize] } else { i32::MIN };
        Move::ALL.into_iter().fold(first, |best, step| if score(step) > score(best) { step } else { best })
    }

    /// The relation of the top of the stack to the head that a move gives it.
    fn relation(&self, sight: &Sight, state: &State, head: u32) -> Relation {
        if head == NONE {
            return Relation::Root;
        }
        Relation::ALL[self.relations.best(&relation_features(sight, state, head))]
    }
}

impl Tree {
    /// Adds a sentence, whose words are renumbered through the document.
    fn push(&mut self, nodes: &[Node]) {
        let from = self.heads.len() as u32;
        for (at, node) in nodes.iter().enumerate() {
            self.heads.push(if node.head == NONE { NONE } else { node.head + from });
            self.relations.push(node.relation);
            self.spans.push((from + at as u32, from + at as u32));
        }
        // Going right, the left dependents of a word are complete before it; going left, the right ones.
        let all = from as usize..self.heads.len();
        for at in all.clone() {
            let head = self.heads[at] as usize;
            if self.heads[at] != NONE && at < head {
                self.spans[head].0 = self.spans[head].0.min(self.spans[at].0);
            }
        }
        for at in all.rev() {
            let head = self.heads[at] as usize;
            if self.heads[at] != NONE && at > head {
                self.spans[head].1 = self.spans[head].1.max(self.spans[at].1);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tags::{Spelling, Tagger};

    fn tree(text: &str) -> Tree {
        let files = Files::default();
        let (tagger, parser) = (Tagger::of(&files).unwrap(), Parser::of(&files).unwrap());
        let (clusters, document) = (files.clusters().unwrap(), Document::new(text));
        let spelling = Spelling::new(&document, &clusters);
        let words = Patience::endless(|patience| tagger.tag(&document, &spelling, patience));
        Patience::endless(|patience| parser.parse(&document, &words, patience))
    }

    #[test]
    fn finds_what_was_said_and_by_whom() {
        let tree = tree("The mayor said that the harbour would close on Monday.");
        assert_eq!((tree.heads[1], tree.relations[1]), (2, Relation::Subject));
        assert_eq!((tree.heads[2], tree.relations[2]), (NONE, Relation::Root));
        assert_eq!((tree.heads[7], tree.relations[7]), (2, Relation::Complement));
        assert_eq!((tree.spans[7], tree.spans[5]), ((3, 9), (4, 5)));
    }

    #[test]
    fn every_sentence_is_a_tree() {
        let tree = tree("Ada Vensk left. \"Why?\" asked (she: we, and no one\n\nWho");
        for at in 0..tree.heads.len() {
            let climb =
                std::iter::successors(Some(at as u32), |&at| Some(tree.heads[at as usize]).filter(|&h| h != NONE));
            assert!(climb.take(tree.heads.len() + 1).count() <= tree.heads.len());
            let (from, to) = tree.spans[at];
            assert!(from <= at as u32 && at as u32 <= to);
        }
    }

    #[test]
    fn nothing_has_no_tree() {
        assert_eq!(tree(""), Tree::default());
    }
}
