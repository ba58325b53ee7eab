//! Features of the parser's two choices: the next move, and the relation that a move makes. In the
//! templates, `s0` is the top of the stack, `b0` the next word, `l` and `r` an outermost dependent
//! on the left and right; `d` is a dependent and `h` its head.

use super::state::{NEW, NONE, Node, State};
use crate::model::feature;
use crate::tags::{Form, Tag};

/// A word as the parser sees it.
#[derive(Clone, Copy, Debug)]
struct Seen {
    /// Hash of the word.
    word: u32,
    /// Its part of speech.
    tag: u32,
    /// Word and tag in one number.
    both: u32,
    /// Its cluster at the middle granularity …
    group: u32,
    /// … and at the finest.
    fine: u32,
}

/// Stands beyond the ends of a sentence, below the stack, and where a word has no dependent.
const NOTHING: Seen = Seen { word: 1, tag: 63, both: 1, group: 0, fine: 0 };

/// A sentence as the parser sees it.
#[derive(Clone, Debug, Default)]
pub struct Sight {
    /// The words of the sentence.
    words: Vec<Seen>,
    /// For each word, how many commas, quotation marks, other marks and finite verbs come before
    /// it, one byte for each sort. What stands between two words is then one subtraction.
    marks: Vec<u32>,
}

impl Sight {
    /// Takes in the forms and tags of a sentence.
    pub fn read(&mut self, forms: &[Form], tags: &[Tag]) {
        self.words.clear();
        self.marks.clear();
        let mut marks = 0_u32;
        for (form, &tag) in forms.iter().zip(tags) {
            let (word, group) = (form.word, u32::from(form.groups[1]));
            let tag_number = tag as u32;
            let both = word.wrapping_mul(0x9e37_79b1) ^ tag_number;
            self.words.push(Seen { word, tag: tag_number, both, group, fine: u32::from(form.groups[2]) });
            self.marks.push(marks);
            marks = marks.wrapping_add(match tag {
                Tag::Comma => 1,
                Tag::Quote => 1 << 8,
                Tag::Colon | Tag::Open | Tag::Close | Tag::Stop => 1 << 16,
                tag if tag.is_finite() => 1 << 24,
                _ => 0,
            });
        }
    }

    /// The word at a position, or [`NOTHING`].
    fn at(&self, word: u32) -> &Seen {
        self.words.get(word as usize).unwrap_or(&NOTHING)
    }

    /// Which sorts of marks stand between two words, as bits; for quotation marks also whether
    /// their number is odd, that is, whether a quotation opens or ends there.
    fn between(&self, from: u32, to: u32) -> u32 {
        let (Some(a), Some(b)) = (self.marks.get(from as usize), self.marks.get(to as usize)) else { return 9 };
        let count = b.wrapping_sub(*a);
        let some = |shift: u32| u32::from(count >> shift & 0xff != 0);
        some(0) | some(8) << 1 | (count >> 8 & 1) << 2 | some(16) << 3
    }

    /// How many finite verbs stand between two words, up to 3.
    fn verbs(&self, from: u32, to: u32) -> u32 {
        let (Some(a), Some(b)) = (self.marks.get(from as usize), self.marks.get(to as usize)) else { return 9 };
        (b.wrapping_sub(*a) >> 24).min(3)
    }
}

/// A distance in steps that grow with it; 15 where there is no word.
fn apart(from: u32, to: u32) -> u32 {
    match to.wrapping_sub(from) {
        _ if from == NONE || to == NONE => 15,
        d @ 0..=4 => d,
        5..=6 => 5,
        7..=10 => 6,
        11..=16 => 7,
        _ => 8,
    }
}

const EMPTY: Node = NEW;

/// What is known of a word, or of none.
fn node(state: &State, word: u32) -> &Node {
    state.nodes.get(word as usize).unwrap_or(&EMPTY)
}

/// The number of features of a move.
pub const MOVE_FEATURES: usize = 82;

/// How many of them look at words and tags only.
const LEXICAL: usize = 51;

/// The features of the choice between moves.
pub fn move_features(sight: &Sight, state: &State) -> [u32; MOVE_FEATURES] {
    let mut all = [0; MOVE_FEATURES];
    let (lexical, structural) = all.split_at_mut(LEXICAL);
    lexical.copy_from_slice(&lexical_features(sight, state));
    structural.copy_from_slice(&structural_features(sight, state));
    all
}

/// Features of the words and tags on top of the stack and ahead.
fn lexical_features(sight: &Sight, state: &State) -> [u32; LEXICAL] {
    let stack = |depth: usize| sight.at(state.on_stack(depth));
    let ahead = |distance: u32| sight.at(state.ahead(distance));
    let (s0, s1, s2) = (stack(0), stack(1), stack(2));
    let (b0, b1, b2) = (ahead(0), ahead(1), ahead(2));
    let (n0, n1) = (node(state, state.on_stack(0)), node(state, state.on_stack(1)));
    let (s0l, s0r) = (sight.at(n0.left), sight.at(n0.right));
    let (s1l, s1r) = (sight.at(n1.left), sight.at(n1.right));
    let b0l = sight.at(node(state, state.ahead(0)).left);
    [
        feature(0, &[s0.word]),
        feature(1, &[s0.tag]),
        feature(2, &[s0.both]),
        feature(3, &[s0.fine, s0.tag]),
        feature(4, &[s1.word]),
        feature(5, &[s1.tag]),
        feature(6, &[s1.both]),
        feature(7, &[s1.fine, s1.tag]),
        feature(8, &[s2.tag, s1.tag]),
        feature(9, &[s2.both]),
        feature(10, &[b0.word]),
        feature(11, &[b0.tag]),
        feature(12, &[b0.both]),
        feature(13, &[b0.fine, b0.tag]),
        feature(14, &[b1.both]),
        feature(15, &[b1.tag, b0.tag]),
        feature(16, &[b2.tag]),
        feature(17, &[b2.both]),
        feature(18, &[s0.both, b0.both]),
        feature(19, &[s0.both, b0.tag]),
        feature(20, &[s0.tag, b0.both]),
        feature(21, &[s0.word, b0.word]),
        feature(22, &[s0.tag, b0.tag]),
        feature(23, &[s1.both, s0.both]),
        feature(24, &[s1.both, s0.tag]),
        feature(25, &[s1.tag, s0.both]),
        feature(26, &[s1.tag, s0.tag]),
        feature(27, &[s1.tag, b0.tag]),
        feature(28, &[s1.both, b0.tag]),
        feature(29, &[s1.tag, b0.both]),
        feature(30, &[s0.group, b0.group]),
        feature(31, &[s1.group, s0.group]),
        feature(32, &[s0.group, b0.tag]),
        feature(33, &[s0.tag, b0.group]),
        feature(34, &[s1.group, s0.tag]),
        feature(35, &[s1.tag, s0.group]),
        feature(36, &[s0.tag, b0.tag, b1.tag]),
        feature(37, &[s1.tag, s0.tag, b0.tag]),
        feature(38, &[s2.tag, s1.tag, s0.tag]),
        feature(39, &[s0.tag, b0.tag, b0l.tag]),
        feature(40, &[s0.tag, s0l.tag, b0.tag]),
        feature(41, &[s0.tag, s0r.tag, b0.tag]),
        feature(42, &[s1.tag, s1r.tag, s0.tag]),
        feature(43, &[s1.tag, s1l.tag, s0.tag]),
        feature(44, &[b0.tag, b1.tag, b2.tag]),
        feature(45, &[s1.tag, s0.tag, b0.tag, b1.tag]),
        feature(46, &[s0.both, b0.tag, b1.tag]),
        feature(47, &[s0.tag, b0.both, b1.tag]),
        feature(48, &[s1.both, s0.tag, b0.tag]),
        feature(49, &[s1.tag, s0.both, b0.tag]),
        feature(50, &[s1.tag, s0.tag, b0.both]),
    ]
}

/// Features of distances, of what stands between, and of dependents found so far.
fn structural_features(sight: &Sight, state: &State) -> [u32; MOVE_FEATURES - LEXICAL] {
    let (i0, i1, j0) = (state.on_stack(0), state.on_stack(1), state.ahead(0));
    let (s0, s1, s2, s3) = (sight.at(i0), sight.at(i1), sight.at(state.on_stack(2)), sight.at(state.on_stack(3)));
    let ahead = |distance: u32| sight.at(state.ahead(distance));
    let (b0, b1, b2, b3) = (ahead(0), ahead(1), ahead(2), ahead(3));
    let (n0, n1, m0) = (node(state, i0), node(state, i1), node(state, j0));
    let (s0l, s0r, s1r) = (sight.at(n0.left), sight.at(n0.right), sight.at(n1.right));
    let (near, far) = (apart(i0, j0), apart(i1, i0));
    let (marks, inner) = (sight.between(i0, j0), sight.between(i1, i0));
    let (verbs, inner_verbs) = (sight.verbs(i0, j0), sight.verbs(i1, i0));
    let depth = state.stack.len().min(3) as u32 | u32::from(state.rooted) << 2;
    [
        feature(51, &[s0.tag, b0.tag, near, marks]),
        feature(52, &[s0.both, near]),
        feature(53, &[b0.both, near]),
        feature(54, &[s1.tag, s0.tag, far, inner]),
        feature(55, &[s1.both, far]),
        feature(56, &[s1.tag, s0.tag, inner, b0.tag]),
        feature(57, &[s0.tag, u32::from(n0.lefts.min(3)), u32::from(n0.rights.min(3)), b0.tag]),
        feature(58, &[s1.tag, u32::from(n1.lefts.min(3)), u32::from(n1.rights.min(3)), s0.tag]),
        feature(59, &[b0.tag, u32::from(m0.lefts.min(3)), s0.tag]),
        feature(60, &[s0.tag, n0.left_set, b0.tag]),
        feature(61, &[s0.tag, n0.right_set, b0.tag]),
        feature(62, &[s1.tag, n1.right_set, s0.tag]),
        feature(63, &[s1.tag, n1.left_set, s0.tag]),
        feature(64, &[b0.tag, m0.left_set, s0.tag]),
        feature(65, &[s0.word, n0.left_set]),
        feature(66, &[s1.both, n1.right_set]),
        feature(67, &[b0.both, m0.left_set]),
        feature(68, &[s0l.both, s0.tag]),
        feature(69, &[s0r.both, s0.tag]),
        feature(70, &[s1r.both, s1.tag]),
        feature(72, &[s0.word, b0.word, b1.word]),
        feature(73, &[s1.both, s0.both, b0.tag]),
        feature(74, &[s0.tag, b0.tag, verbs, marks]),
        feature(75, &[s1.tag, s0.tag, b0.tag, inner_verbs, inner]),
        feature(76, &[s0.word, b0.word, near]),
        feature(77, &[s1.word, s0.word, far]),
        feature(78, &[s3.tag, s2.tag, s1.tag, s0.tag]),
        feature(79, &[b0.tag, b1.tag, b2.tag, b3.tag]),
        feature(80, &[s1.both, inner, s0.tag]),
        feature(81, &[s0.tag, b0.tag, depth]),
        feature(71, &[s1.tag, n1.left_set, n1.right_set, s0.tag, n0.left_set]),
    ]
}

/// The number of features of a relation.
pub const RELATION_FEATURES: usize = 32;

/// The features of the relation between the top of the stack and its head, or [`NONE`] for a root.
pub fn relation_features(sight: &Sight, state: &State, head: u32) -> [u32; RELATION_FEATURES] {
    let word = state.on_stack(0);
    let (d, h) = (sight.at(word), sight.at(head));
    let (own, above) = (node(state, word), node(state, head));
    let on_left = u32::from(head != NONE && word < head);
    let side_set = if on_left == 1 { above.left_set } else { above.right_set };
    let (dl, dr, hl) = (sight.at(own.left), sight.at(own.right), sight.at(above.left));
    let (before, after) = (sight.at(word.wrapping_sub(1)), sight.at(word.wrapping_add(1)));
    let (from, to) = if on_left == 1 { (word, head) } else { (head, word) };
    let (far, marks) = (apart(from, to), sight.between(from, to));
    let side = on_left | u32::from(head == NONE) << 1;
    [
        feature(0, &[d.tag, h.tag, side]),
        feature(1, &[d.both, side]),
        feature(2, &[h.both, side]),
        feature(3, &[d.both, h.tag, side]),
        feature(4, &[d.tag, h.both, side]),
        feature(5, &[d.both, h.both, side]),
        feature(6, &[d.word, h.word]),
        feature(7, &[d.fine, h.tag, side]),
        feature(8, &[d.tag, h.fine, side]),
        feature(9, &[d.group, h.group, side]),
        feature(10, &[d.tag, h.tag, side, far]),
        feature(11, &[d.tag, h.tag, side, marks]),
        feature(12, &[d.tag, h.tag, own.left_set, side]),
        feature(13, &[d.tag, h.tag, own.right_set, side]),
        feature(14, &[d.tag, h.tag, side_set, side]),
        feature(15, &[d.tag, h.tag, above.left_set, side]),
        feature(16, &[h.both, side_set, side]),
        feature(17, &[d.tag, dl.both, side]),
        feature(18, &[d.tag, dl.word, h.tag, side]),
        feature(19, &[d.tag, dr.both, side]),
        feature(20, &[d.tag, h.tag, hl.tag, side]),
        feature(21, &[before.both, d.tag, side]),
        feature(22, &[after.both, d.tag, side]),
        feature(23, &[before.tag, d.tag, after.tag, h.tag, side]),
        feature(24, &[dl.word, h.word, side]),
        feature(25, &[d.tag, h.fine, dl.word, side]),
        feature(26, &[own.left_set, h.both, side]),
        feature(27, &[own.left_set, own.right_set, h.tag, above.left_set, side]),
        feature(28, &[d.both, own.left_set, side]),
        feature(29, &[h.word, h.tag, above.left_set, d.tag]),
        feature(30, &[d.fine, h.fine, side]),
        feature(31, &[d.group, dl.word, side]),
    ]
}
