//! A text as the scorer sees it: code points, tokens, and segments of it.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;
use unicase::UniCase;

use crate::corpus::Points;

/// Begin and end in code points, half-open.
pub type Segment = [usize; 2];

/// A set of tokens or of code points, by number.
pub type Set = BTreeSet<usize>;

/// A text with its tokens.
#[derive(Debug)]
pub struct Text {
    points: Vec<char>,
    tokens: Vec<Segment>,
}

impl Text {
    /// Splits a text as the scorer does. A token is a run of letters, digits and underscores, or any other single
    /// character.
    pub fn new(text: &str) -> Self {
        // Python's word characters and white space: categories L and N without marks, and the four separators.
        static TOKEN: LazyLock<Regex> = LazyLock::new(|| {
            Regex::new(r"[\p{L}\p{N}_]+|[^\p{L}\p{N}_\s\x1c-\x1f]").expect("the pattern is a constant")
        });
        let points = Points::new(text);
        let tokens = TOKEN.find_iter(text).map(|found| [points.point(found.start()), points.point(found.end())]);
        Self { tokens: tokens.collect(), points: text.chars().collect() }
    }

    /// The tokens that share a code point with any of the segments.
    pub fn covered(&self, segments: &[Segment]) -> Set {
        let mut all = Set::new();
        for &[from, to] in segments {
            let first = self.tokens.partition_point(|token| token[1] <= from);
            let touched = self.tokens[first..].iter().take_while(|token| token[0] < to).count();
            all.extend(first..first + touched);
        }
        all
    }

    /// The segments without white space at their ends, in order. Those with only white space between them are joined.
    pub fn chunks(&self, segments: &[Segment]) -> Vec<Segment> {
        let mut sorted = segments.to_vec();
        sorted.sort_unstable();
        let blank = |from: usize, to: usize| self.points[from.min(to)..to].iter().all(|&c| is_space(c));
        let mut out: Vec<Segment> = Vec::new();
        for [mut from, mut to] in sorted {
            to = to.min(self.points.len());
            while from < to && is_space(self.points[from]) {
                from += 1;
            }
            while to > from && is_space(self.points[to - 1]) {
                to -= 1;
            }
            match out.last_mut() {
                _ if from >= to => {}
                Some(last) if blank(last[1], from) => last[1] = last[1].max(to),
                _ => out.push([from, to]),
            }
        }
        out
    }

    /// The code points of a range, as far as there are any.
    pub fn points(&self, from: usize, to: usize) -> String {
        let to = to.min(self.points.len());
        self.points[from.min(to)..to].iter().collect()
    }

    /// The words of the segments, with a space between segments and no white space around.
    pub fn words(&self, segments: &[Segment]) -> String {
        segments
            .iter()
            .map(|&[from, to]| self.points(from, to))
            .collect::<Vec<_>>()
            .join(" ")
            .trim_matches(is_space)
            .to_owned()
    }
}

/// The form in which names are compared: single spaces, case folded, no article in front.
pub fn name(text: &str) -> String {
    let words: Vec<&str> = text.split(is_space).filter(|word| !word.is_empty()).collect();
    let folded = fold(&words.join(" "));
    let bare = ["the ", "a ", "an "].iter().find_map(|article| folded.strip_prefix(article));
    bare.unwrap_or(&folded).to_owned()
}

/// A text with case folded.
pub fn fold(text: &str) -> String {
    UniCase::unicode(text).to_folded_case()
}

/// What Python takes for white space: Unicode's, and the separators of files, groups, records and units.
pub fn is_space(c: char) -> bool {
    c.is_whitespace() || ('\u{1c}'..='\u{1f}').contains(&c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splits_as_the_scorer_does() {
        // A combining mark stands alone. Digits of all scripts belong to words.
        let text = Text::new("It’s “a_b” e\u{301} x²\u{1c}ok…");
        let tokens: Vec<String> = text.tokens.iter().map(|token| text.words(&[*token])).collect();
        assert_eq!(tokens, ["It", "’", "s", "“", "a_b", "”", "e", "\u{301}", "x²", "ok", "…"]);
        assert_eq!(text.covered(&[[0, 3], [4, 6]]), Set::from([0, 1, 3]));
    }

    #[test]
    fn joins_chunks_that_white_space_parts() {
        let text = Text::new("aa bb, cc dd");
        assert_eq!(text.chunks(&[[7, 9], [0, 3], [3, 5]]), [[0, 5], [7, 9]]);
        assert_eq!(text.chunks(&[[2, 3]]), Vec::<Segment>::new());
        assert_eq!(text.chunks(&[[0, 6], [2, 5], [6, 99]]), [[0, 12]]);
    }

    #[test]
    fn compares_names_without_case_and_article() {
        assert_eq!(name(" The\u{a0}Harbour  Post "), "harbour post");
        assert_eq!(name("STRASSE"), name("Straße"));
        assert_eq!(name("Anders Voll"), "anders voll");
    }
}
