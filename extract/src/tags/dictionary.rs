//! Which parts of speech a word may have, by the corpora that the tagger was fitted on. The set is
//! a feature; a word that had one tag only, and often enough, is not asked about at all.

use rustc_hash::FxHashMap;

use super::Tag;
use crate::model::{ModelError, word};

/// A set of tags as bits, and whether its only tag is settled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Class(u64);

/// The bit that says that the only tag of the set holds everywhere.
const SETTLED: u64 = 1 << 63;

impl Class {
    /// The empty set.
    pub const EMPTY: Self = Self(0);

    /// The set of one tag that holds everywhere.
    pub fn settled(tag: Tag) -> Self {
        Self(1 << tag as u64 | SETTLED)
    }

    /// Whether the tag is in the set.
    pub fn has(self, tag: Tag) -> bool {
        self.0 >> (tag as u64) & 1 == 1
    }

    /// The tag that holds everywhere.
    pub fn only(self) -> Option<Tag> {
        let number = (self.0 & !SETTLED).trailing_zeros() as usize;
        (self.0 & SETTLED != 0).then(|| Tag::ALL.get(number).copied()).flatten()
    }

    /// The set as a number, for features.
    pub(super) fn number(self) -> u32 {
        ((self.0 & !SETTLED) ^ (self.0 & !SETTLED) >> 29) as u32
    }
}

/// The tags of the words seen in fitting, by the hash of the word.
#[derive(Clone, Debug, Default)]
pub struct Dictionary {
    /// By hash ([`word`]).
    classes: FxHashMap<u32, Class>,
}

impl Dictionary {
    /// Reads lines of a word in lower case and its tags, with blanks between; `!` behind the only
    /// tag settles it.
    ///
    /// # Errors
    /// Names the first line with an unknown tag.
    pub fn read(table: &str) -> Result<Self, ModelError> {
        let mut classes = FxHashMap::default();
        for line in table.lines() {
            let mut parts = line.split(' ');
            let key = parts.next().unwrap_or_default();
            let mut bits = 0;
            for part in parts {
                let name = part.strip_suffix('!').unwrap_or(part);
                let tag = Tag::named(name).ok_or_else(|| {
                    ModelError::new(format!("dictionary of tags: \"{line}\" names no tag known here"))
                })?;
                bits |= 1 << tag as u64 | if name == part { 0 } else { SETTLED };
            }
            classes.insert(word(key), Class(bits));
        }
        Ok(Self { classes })
    }

    /// Whether the word, in small letters, is known with this tag.
    pub fn may_be(&self, text: &str, tag: Tag) -> bool {
        self.class(word(text)).is_some_and(|class| class.has(tag))
    }

    /// What is known of a word with this number.
    pub fn class(&self, number: u32) -> Option<Class> {
        self.classes.get(&number).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_tags_and_settled_words() {
        let dictionary = Dictionary::read("plans NNS VBZ\nthe DT!").unwrap();
        let class = |text: &str| dictionary.class(word(text)).unwrap_or_default();
        assert!(class("plans").has(Tag::Vbz) && !class("plans").has(Tag::Vb) && class("plans").only().is_none());
        assert_eq!(class("the").only(), Some(Tag::Dt));
        assert_eq!(class("zarvonia"), Class::default());
    }

    #[test]
    fn refuses_unknown_tags() {
        assert!(Dictionary::read("plans NNS XYZ").unwrap_err().to_string().contains("plans NNS XYZ"));
    }
}
