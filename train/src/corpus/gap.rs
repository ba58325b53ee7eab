//! Reads GAP: pronouns of Wikipedia, each with two names that it may refer to (Webster et al., 2018).

use std::io;
use std::path::Path;

use sayso_document::Span;

use super::file::{Points, read};

/// A pronoun and two names in a text.
#[derive(Clone, Debug)]
pub struct GapPair {
    /// The text.
    pub text: String,
    /// The pronoun.
    pub pronoun: Span,
    /// The two names, and whether the pronoun refers to each.
    pub names: [(Span, bool); 2],
}

/// Reads a file of GAP, which is tab-separated, with positions in code points.
pub fn gap_pairs(path: &Path) -> io::Result<Vec<GapPair>> {
    let fault = |line: usize| io::Error::other(format!("{}:{}: not a row of GAP", path.display(), line + 1));
    let text = read(path)?;
    let rows = text.lines().enumerate().skip(1).filter(|(_, line)| !line.is_empty());
    rows.map(|(at, line)| pair(line).ok_or_else(|| fault(at))).collect()
}

fn pair(line: &str) -> Option<GapPair> {
    let fields: Vec<&str> = line.split('\t').collect();
    let text = (*fields.get(1)?).to_owned();
    let points = Points::new(&text);
    let span = |words: &str, at: &str| {
        let from: usize = at.parse().ok()?;
        Some(Span::new(points.byte(from), points.byte(from + words.chars().count())))
    };
    let name = |at: usize| -> Option<(Span, bool)> {
        let right = fields.get(at + 2)?.eq_ignore_ascii_case("true");
        Some((span(fields.get(at)?, fields.get(at + 1)?)?, right))
    };
    let pronoun = span(fields.get(2)?, fields.get(3)?)?;
    let names = [name(4)?, name(7)?];
    Some(GapPair { text, pronoun, names })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_a_row() {
        let row = "t-1\tJané met Ana. She left.\tShe\t14\tJané\t0\tFALSE\tAna\t9\tTRUE\thttp://example.org/";
        let pair = pair(row).unwrap();
        assert_eq!(pair.pronoun.of(&pair.text), "She");
        assert_eq!(pair.names.map(|(name, right)| (name.of(&pair.text), right)), [("Jané", false), ("Ana", true)]);
        assert!(super::pair("t-1\ttoo few").is_none());
    }
}
