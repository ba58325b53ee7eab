//! Features of a token, from which the tagger tells where names begin and end and of which type
//! they are.
//!
//! | templates | look at |
//! |---|---|
//! | 1–11 | words at and around the token |
//! | 20–37 | shapes, first and last letters |
//! | 40–61 | clusters |
//! | 70–77 | word lists |
//! | 80–95 | the run of capitalised words, and what surrounds it |
//! | 100–121 | how the word stands elsewhere |
//! | 130–141 | longer runs with the same word, acronyms |
//! | 200 | all of these once more, in short texts |

use std::ops::Range;

use super::facts::{Elsewhere, Fact, Facts, Listed};
use crate::model::feature;

/// What stands beyond the ends of a sentence.
const OUTSIDE: Fact = Fact {
    word: 1,
    small: 1,
    shape: 1,
    brief: 1,
    starts: [1; 3],
    ends: [1; 4],
    groups: [u16::MAX; 3],
    class: 0,
    listed: Listed::NONE,
    capital: false,
    forced: false,
    in_title: false,
    elsewhere: Elsewhere::NONE,
};

/// One sentence of a document.
pub(super) struct Sentence<'f> {
    /// The facts of the document.
    facts: &'f Facts,
    /// The tokens of the sentence.
    tokens: Range<usize>,
    /// Whether the text is only a sentence or two, in which other conventions hold than in
    /// articles.
    short: bool,
}

impl<'f> Sentence<'f> {
    /// The sentence with these tokens.
    pub(super) fn new(facts: &'f Facts, tokens: Range<usize>, short: bool) -> Self {
        Self { facts, tokens, short }
    }

    /// The token at a distance from `i`, or [`OUTSIDE`].
    fn at(&self, i: usize, offset: isize) -> &Fact {
        let at = i.checked_add_signed(offset).filter(|at| self.tokens.contains(at));
        at.map_or(&OUTSIDE, |at| &self.facts.tokens[at])
    }

    /// Writes the features of token `i` into `out`, which is cleared first.
    pub(super) fn features(&self, i: usize, out: &mut Vec<u32>) {
        out.clear();
        out.push(feature(0, &[]));
        self.words(i, out);
        self.form(i, out);
        self.groups(i, out);
        self.lists(i, out);
        let (start, end) = self.facts.runs[i];
        if end > start {
            self.run(i, start as usize..end as usize, out);
            self.elsewhere(i, end - start, out);
            self.longer(i, end - start, out);
        }
        if self.short {
            // Every feature once more for short texts only (domain adaptation: Daumé, 2007).
            for at in 0..out.len() {
                out.push(feature(200, &[out[at]]));
            }
        }
    }

    /// The words of two tokens on either side, alone and in pairs.
    fn words(&self, i: usize, out: &mut Vec<u32>) {
        let [two, one, this, next, after] = [-2, -1, 0, 1, 2].map(|offset| self.at(i, offset));
        out.extend([
            feature(1, &[this.word]),
            feature(2, &[this.small]),
            feature(3, &[one.small]),
            feature(4, &[next.small]),
            feature(5, &[two.small]),
            feature(6, &[after.small]),
            feature(7, &[one.small, this.small]),
            feature(8, &[this.small, next.small]),
            feature(9, &[one.small, next.small]),
            feature(10, &[two.small, one.small]),
            feature(11, &[next.small, after.small]),
        ]);
    }

    /// Shapes, and first and last letters.
    fn form(&self, i: usize, out: &mut Vec<u32>) {
        let [one, this, next] = [-1, 0, 1].map(|offset| self.at(i, offset));
        let place = u32::from(this.forced) | u32::from(this.in_title) << 1;
        out.extend([
            feature(20, &[this.shape]),
            feature(21, &[this.brief, place]),
            feature(22, &[one.brief, this.brief]),
            feature(23, &[this.brief, next.brief]),
            feature(24, &[one.brief, this.brief, next.brief, place]),
            feature(25, &[one.brief]),
            feature(26, &[next.brief]),
            feature(27, &[next.ends[2]]),
            feature(28, &[one.ends[2]]),
        ]);
        out.extend(this.starts.iter().zip(30..).map(|(&start, template)| feature(template, &[start])));
        let cased = u32::from(this.capital);
        out.extend(this.ends.iter().zip(34..).map(|(&end, template)| feature(template, &[end, cased])));
    }

    /// Clusters at all granularities.
    fn groups(&self, i: usize, out: &mut Vec<u32>) {
        let all = [-2, -1, 0, 1, 2].map(|offset| self.at(i, offset).groups.map(u32::from));
        for (groups, template) in all.iter().zip([40, 43, 46, 49, 52]) {
            out.extend(groups.iter().zip(template..).map(|(&group, template)| feature(template, &[group])));
        }
        let [_, one, this, next, _] = all;
        let brief = self.facts.tokens[i].brief;
        out.extend([
            feature(55, &[one[1], this[1]]),
            feature(56, &[this[1], next[1]]),
            feature(57, &[one[0], this[0], next[0]]),
            feature(58, &[this[2], brief]),
            feature(59, &[one[1], brief]),
            feature(60, &[next[1], brief]),
            feature(61, &[one[1], this[0], next[1]]),
        ]);
    }

    /// What the word lists say.
    fn lists(&self, i: usize, out: &mut Vec<u32>) {
        let [one, this, next] = [-1, 0, 1].map(|offset| self.at(i, offset));
        out.extend([
            feature(70, &[this.class, u32::from(this.capital)]),
            feature(71, &[one.class]),
            feature(72, &[next.class]),
            feature(73, &[this.listed.bits()]),
            feature(74, &[this.listed.bits(), this.brief]),
            feature(75, &[one.listed.bits(), this.listed.bits(), next.listed.bits()]),
            feature(76, &[one.class, this.class]),
            feature(77, &[this.class, next.class]),
        ]);
    }

    /// The first and last word of the run of capitalised words, and those around it.
    fn run(&self, i: usize, run: Range<usize>, out: &mut Vec<u32>) {
        let (first, last) = (&self.facts.tokens[run.start], &self.facts.tokens[run.end - 1]);
        let before = self.at(run.start, -1);
        let after = self.at(run.end - 1, 1);
        let place = u32::from(i == run.start) | u32::from(i + 1 == run.end) << 1;
        let long = (run.len() as u32).min(5);
        let group = |fact: &Fact, level: usize| u32::from(fact.groups[level]);
        out.extend([
            feature(80, &[first.small, place]),
            feature(81, &[last.small, place]),
            feature(82, &[long, place]),
            feature(83, &[before.small, place]),
            feature(84, &[after.small, place]),
            feature(85, &[group(first, 1), place]),
            feature(86, &[group(last, 1), place]),
            feature(87, &[group(before, 1), place]),
            feature(88, &[group(after, 1), place]),
            feature(89, &[last.class, place]),
            feature(90, &[first.class, place]),
            feature(91, &[group(before, 0), group(last, 1), group(after, 0)]),
            feature(92, &[first.class, last.class, long]),
            feature(93, &[before.small, group(last, 0), long]),
            feature(94, &[last.ends[2], place]),
            feature(95, &[first.listed.bits(), last.listed.bits(), place]),
        ]);
    }

    /// How the word stands in other places of the document.
    fn elsewhere(&self, i: usize, run: u32, out: &mut Vec<u32>) {
        let this = &self.facts.tokens[i];
        let owed = u32::from(this.forced || this.in_title);
        let single = u32::from(run == 1);
        out.extend(this.elsewhere.numbers().map(|number| feature(100 + number, &[owed, single])));
        out.push(feature(120, &[this.elsewhere.cased().bits(), owed, single]));
        out.push(feature(121, &[this.elsewhere.bits(), single]));
    }

    /// The longest run with the word, or the run that an acronym may be short for.
    fn longer(&self, i: usize, own: u32, out: &mut Vec<u32>) {
        let single = u32::from(own == 1);
        if self.facts.shortened[i] {
            out.push(feature(130, &[single]));
        }
        let (start, end) = self.facts.long[i];
        if end == start {
            return;
        }
        let tokens = &self.facts.tokens;
        let this = &tokens[i];
        let (first, last) = (&tokens[start as usize], &tokens[end as usize - 1]);
        let place = match () {
            () if last.small == this.small => 1,
            () if first.small == this.small => 2,
            () if tokens[start as usize..end as usize].iter().any(|one| one.small == this.small) => 3,
            () => 4,
        };
        let before = (start as usize).checked_sub(1).map_or(&OUTSIDE, |at| &tokens[at]);
        let group = |fact: &Fact| u32::from(fact.groups[1]);
        out.extend([
            feature(131, &[place, single]),
            feature(132, &[place, first.small, single]),
            feature(133, &[place, last.small, single]),
            feature(134, &[place, group(first), single]),
            feature(135, &[place, group(last), single]),
            feature(136, &[place, first.class, single]),
            feature(137, &[place, last.class, single]),
            feature(138, &[place, before.class, single]),
            feature(139, &[place, group(before), single]),
            feature(140, &[place, group(first), group(last)]),
            feature(141, &[place, first.listed.bits(), last.listed.bits()]),
        ]);
    }
}
