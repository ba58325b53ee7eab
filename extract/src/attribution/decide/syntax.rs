//! What the dependencies between words say about cues, sources and contents.

use std::ops::Range;

use crate::parse::{NONE, Relation, Tree};

/// The dependencies of a document, asked in both directions.
pub(crate) struct Syntax<'t> {
    /// The dependencies of the document.
    tree: &'t Tree,
    /// The dependents of all words, one word after another …
    children: Vec<u32>,
    /// … and where those of each word begin in it; one more at the end. Two flat lists
    /// need no allocation per word.
    starts: Vec<u32>,
}

impl<'t> Syntax<'t> {
    /// Indexes the words by what they depend on.
    pub(crate) fn new(tree: &'t Tree) -> Self {
        let n = tree.heads.len();
        let mut starts = vec![0_u32; n + 2];
        let heads = || tree.heads.iter().enumerate().filter(|(_, head)| **head != NONE);
        heads().for_each(|(_, &head)| starts[head as usize + 2] += 1);
        for at in 1..starts.len() {
            starts[at] += starts[at - 1];
        }
        let mut children = vec![0; starts[n + 1] as usize];
        for (at, &head) in heads() {
            let place = &mut starts[head as usize + 1];
            children[*place as usize] = at as u32;
            *place += 1;
        }
        starts.pop();
        Self { tree, children, starts }
    }

    /// The word that a word depends on.
    pub(crate) fn head(&self, i: usize) -> Option<usize> {
        self.tree.heads.get(i).filter(|&&head| head != NONE).map(|&head| head as usize)
    }

    /// How a word depends on its head, as a number; 99 outside of the text.
    pub(crate) fn relation(&self, i: usize) -> u32 {
        self.tree.relations.get(i).map_or(99, |relation| *relation as u32)
    }

    /// The words that depend on a word, from left to right.
    pub(crate) fn children(&self, i: usize) -> impl DoubleEndedIterator<Item = usize> + '_ {
        let of = self.starts.get(i..i + 2).map_or(0..0, |pair| pair[0] as usize..pair[1] as usize);
        self.children[of].iter().map(|&child| child as usize)
    }

    /// The first word that depends on a word in this way.
    pub(crate) fn child(&self, i: usize, relation: Relation) -> Option<usize> {
        self.children(i).find(|&child| self.tree.relations[child] == relation)
    }

    /// The words below a word, itself included.
    pub(crate) fn span(&self, i: usize) -> Range<usize> {
        self.tree.spans.get(i).map_or(i..i + 1, |&(first, last)| first as usize..last as usize + 1)
    }

    /// The first word of a range that depends on none inside it, and how many such words there are, up to 3.
    pub(crate) fn roots(&self, range: &Range<usize>) -> (usize, u32) {
        let (mut first, mut count) = (range.start, 0);
        for i in range.clone() {
            let outside = self.head(i).is_none_or(|head| !range.contains(&head));
            // Punctuation may depend on any word.
            if outside && self.tree.relations[i] != Relation::Mark {
                if count == 0 {
                    first = i;
                }
                count += 1;
                if count == 3 {
                    break;
                }
            }
        }
        (first, count)
    }

    /// The relations of the words that depend on a word, as a set of bits.
    pub(crate) fn frame(&self, i: usize) -> u32 {
        self.children(i).fold(0, |set, child| set | 1 << (self.tree.relations[child] as u32))
    }

    /// The subject of a verb, or of the verb that it is joined to or opened by.
    pub(crate) fn subject(&self, verb: usize) -> Option<usize> {
        let mut at = verb;
        for _ in 0..4 {
            let own = self.child(at, Relation::Subject).or_else(|| self.child(at, Relation::PassiveSubject));
            if own.is_some() {
                return own;
            }
            at = self.head(at)?;
        }
        None
    }

    /// Where a word stands beside a head: 0 is it, 1 depends on it, 2 is what it depends on, 3 depends on the
    /// same word, 4 is further away.
    pub(crate) fn beside(&self, i: usize, head: usize) -> u32 {
        let (up, down) = (self.head(i), self.head(head));
        match () {
            () if i == head => 0,
            () if up == Some(head) => 1,
            () if down == Some(i) => 2,
            () if up.is_some() && up == down => 3,
            () => 4,
        }
    }
}
