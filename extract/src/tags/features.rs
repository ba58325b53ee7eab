//! Features of the tagger: the word with its ending and shape, its neighbours, and the tags of the
//! two words before it. Fitting and tagging use the same code.

use super::{Class, Form, Tag};
use crate::model::feature;

/// The word beyond the ends of a sentence.
const EDGE: Form =
    Form { word: 1, tail: 1, long_tail: 1, head: 1, shape: 1 << 20, groups: [0; 3], class: Class::EMPTY };

/// The tags of the two words before, as numbers; [`Tag::COUNT`] stands for the beginning of the
/// sentence.
#[derive(Clone, Copy, Debug)]
pub struct Before {
    /// The word before.
    last: u32,
    /// The one before that.
    second: u32,
}

impl Default for Before {
    fn default() -> Self {
        Self { last: Tag::COUNT as u32, second: Tag::COUNT as u32 }
    }
}

impl Before {
    /// What stands before the next word, once this one has its tag.
    pub fn push(&mut self, tag: Tag) {
        *self = Self { last: tag as u32, second: self.last };
    }
}

/// How many features a word has.
pub const FEATURES: usize = 37;

/// The features of word `i` of a sentence after the tags before it.
pub fn features(sentence: &[Form], i: usize, before: Before) -> [u32; FEATURES] {
    let at = |place: Option<usize>| place.and_then(|place| sentence.get(place)).unwrap_or(&EDGE);
    let (here, next, after) = (&sentence[i], at(Some(i + 1)), at(Some(i + 2)));
    let (last, second) = (at(i.checked_sub(1)), at(i.checked_sub(2)));
    let (t1, t2) = (before.last, before.second);
    let tail3 = |form: &Form| form.tail & 0x00ff_ffff;
    let group = |form: &Form, grain: usize| u32::from(form.groups[grain]);
    let (class, next_class) = (here.class.number(), next.class.number());
    [
        feature(0, &[here.shape, class]),
        feature(1, &[here.word]),
        feature(2, &[here.word, here.shape]),
        feature(3, &[here.tail & 0xffff]),
        feature(4, &[tail3(here)]),
        feature(5, &[here.tail]),
        feature(6, &[here.long_tail]),
        feature(7, &[here.head]),
        feature(8, &[here.shape, tail3(here)]),
        feature(9, &[last.word]),
        feature(10, &[next.word]),
        feature(11, &[after.word]),
        feature(12, &[second.word]),
        feature(13, &[last.word, here.word]),
        feature(14, &[here.word, next.word]),
        feature(15, &[t1, here.shape]),
        feature(16, &[t1, t2]),
        feature(17, &[t1, here.word]),
        feature(18, &[t1, next.word]),
        feature(19, &[class]),
        feature(20, &[t1, class]),
        feature(21, &[class, next_class]),
        feature(22, &[t1, class, next_class]),
        feature(23, &[next_class, after.class.number()]),
        feature(24, &[t1, t2, class]),
        feature(25, &[tail3(next), class]),
        feature(26, &[tail3(last), class]),
        feature(27, &[t1, tail3(here)]),
        feature(28, &[next.shape, here.shape, last.shape]),
        feature(29, &[last.word, class, next.word]),
        feature(31, &[group(here, 0), here.shape]),
        feature(32, &[group(here, 1)]),
        feature(33, &[group(here, 2)]),
        feature(34, &[t1, group(here, 1)]),
        feature(35, &[group(next, 1), class]),
        feature(36, &[t1, group(here, 0), group(next, 0)]),
        feature(30, &[t1, class, tail3(next)]),
    ]
}
