//! The states that a sentence goes through while it is parsed (arc-hybrid: Kuhlmann et al., 2011).

use super::Relation;

/// Stands where there is no word.
pub const NONE: u32 = u32::MAX;

/// What is known so far of a word.
#[derive(Clone, Copy, Debug)]
pub struct Node {
    /// The word that it depends on; [`NONE`] for the root and while it is not known.
    pub head: u32,
    /// How it depends on that word.
    pub relation: Relation,
    /// The outermost word on its left that depends on it.
    pub left: u32,
    /// The outermost word on its right that depends on it.
    pub right: u32,
    /// How many words depend on it on the left …
    pub lefts: u8,
    /// … and on the right.
    pub rights: u8,
    /// The relations of those on the left, a bit each.
    pub left_set: u32,
    /// The relations of those on the right, a bit each.
    pub right_set: u32,
}

pub(super) const NEW: Node = Node {
    head: NONE,
    relation: Relation::Root,
    left: NONE,
    right: NONE,
    lefts: 0,
    rights: 0,
    left_set: 0,
    right_set: 0,
};

/// A step from one state to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Move {
    /// The next word goes on the stack.
    Shift,
    /// The top of the stack depends on the next word, and leaves.
    Left,
    /// The top of the stack depends on the one below it, or is a root if there is none, and leaves.
    Right,
}

impl Move {
    /// Every move, by its number.
    pub const ALL: [Self; 3] = [Self::Shift, Self::Left, Self::Right];
}

/// A partly parsed sentence. Words are numbered from 0 within it.
#[derive(Clone, Debug, Default)]
pub struct State {
    /// Words whose head is still open, the last on top.
    pub stack: Vec<u32>,
    /// The next word that was not on the stack yet.
    pub next: u32,
    /// Whether the sentence has a root already.
    pub rooted: bool,
    /// All words.
    pub nodes: Vec<Node>,
}

impl State {
    /// Begins a sentence of so many words.
    pub fn begin(&mut self, words: usize) {
        self.stack.clear();
        self.next = 0;
        self.rooted = false;
        self.nodes.clear();
        self.nodes.resize(words, NEW);
    }

    /// Whether all words have their head.
    pub fn is_done(&self) -> bool {
        self.stack.is_empty() && self.next as usize == self.nodes.len()
    }

    /// Whether a move is possible. One always is, until the sentence is done.
    pub fn allows(&self, step: Move) -> bool {
        let waiting = (self.next as usize) < self.nodes.len();
        match step {
            Move::Shift => waiting,
            Move::Left => waiting && !self.stack.is_empty(),
            Move::Right => !self.stack.is_empty(),
        }
    }

    /// A word on the stack, 0 for the top; [`NONE`] below its bottom.
    pub fn on_stack(&self, depth: usize) -> u32 {
        self.stack.len().checked_sub(depth + 1).map_or(NONE, |at| self.stack[at])
    }

    /// A word that is still to come, 0 for the next; [`NONE`] beyond the end.
    pub fn ahead(&self, distance: u32) -> u32 {
        if ((self.next + distance) as usize) < self.nodes.len() { self.next + distance } else { NONE }
    }

    /// The head that a move gives to the top of the stack.
    pub fn head_by(&self, step: Move) -> u32 {
        match step {
            Move::Shift => NONE,
            Move::Left => self.ahead(0),
            Move::Right => self.on_stack(1),
        }
    }

    /// Puts the next word on the stack.
    pub fn shift(&mut self) {
        self.stack.push(self.next);
        self.next += 1;
    }

    /// Takes the top off the stack; it depends on `head`.
    pub fn attach(&mut self, head: u32, relation: Relation) {
        let Some(word) = self.stack.pop() else { return };
        let node = &mut self.nodes[word as usize];
        (node.head, node.relation) = (head, relation);
        self.rooted |= head == NONE;
        let Some(above) = self.nodes.get_mut(head as usize) else { return };
        if word < head {
            above.left = word;
            above.lefts = above.lefts.saturating_add(1);
            above.left_set |= 1 << relation as u32;
        } else {
            above.right = word;
            above.rights = above.rights.saturating_add(1);
            above.right_set |= 1 << relation as u32;
        }
    }
}
