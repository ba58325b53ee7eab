//! Words and phrases with typing errors, as queries of the cluster.

use serde_json::{Value, json};

/// Longer patterns than this are not sent, because the cluster refuses them.
const LONGEST: usize = 9_900;

/// What the cluster may spend on making an automaton of a pattern.
const WORK: u32 = 1_000_000;

/// Blocks with a word within so many edits of this one.
pub(super) fn within_edits(field: &str, word: &str, edits: u8) -> Value {
    json!({ "fuzzy": { field: {
        "value": word, "fuzziness": edits.min(2), "transpositions": true, "rewrite": "constant_score",
    } } })
}

/// What has a word or value that begins within so many edits of this, at most two; with fewer edits where the pattern
/// would be too long, which is so from some 40 letters on.
///
/// The cluster knows words within edits of another, but no beginnings.
pub(super) fn beginning_like(field: &str, begun: &str, edits: u8) -> Value {
    let letters: Vec<char> = begun.chars().collect();
    let mut pattern = String::new();
    for edits in (0..=edits.min(2)).rev() {
        pattern = alike(&letters, edits);
        if pattern.len() <= LONGEST {
            break;
        }
    }
    json!({ "regexp": { field: { "value": format!("{pattern}.*"), "flags": "NONE", "max_determinized_states": WORK } } })
}

/// A pattern for what is within up to two edits of these letters.
///
/// The letters are parted in two halves: the edits are all in the first, all in the second, or one in each, or two
/// letters are swapped that the parting would part. So the pattern grows hardly faster than the letters.
fn alike(letters: &[char], edits: u8) -> String {
    if edits == 0 {
        return letters.iter().copied().map(written).collect();
    }
    let one = match letters {
        [] => return ".?".repeat(edits.into()),
        [one] => written(*one),
        _ => return parted(letters, edits),
    };
    match edits {
        1 => format!("(.?|.{one}|{one}.)"),
        _ => format!("(.?.?|{one}..|.{one}.|..{one})"),
    }
}

/// The same for at least two letters and one edit.
fn parted(letters: &[char], edits: u8) -> String {
    let (first, second) = letters.split_at(letters.len() / 2);
    let mut ways: Vec<String> = (0..=edits).map(|early| alike(first, early) + &alike(second, edits - early)).collect();
    if let ([before @ .., last], [next, after @ ..]) = (first, second) {
        let swapped = format!("{}{}", written(*next), written(*last));
        let left = edits - 1;
        ways.extend((0..=left).map(|early| alike(before, early) + &swapped + &alike(after, left - early)));
    }
    format!("({})", ways.join("|"))
}

/// A text as a pattern that matches it alone.
pub(super) fn literal(text: &str) -> String {
    text.chars().map(written).collect()
}

/// A letter as a pattern for itself.
fn written(letter: char) -> String {
    if letter.is_alphanumeric() { letter.to_string() } else { format!("\\{letter}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_write_out_each_place_of_an_edit() {
        let pattern = |text: &str, edits| alike(&text.chars().collect::<Vec<_>>(), edits);
        assert_eq!(pattern("a b", 0), "a\\ b");
        assert_eq!(pattern("ab", 1), "(a(.?|.b|b.)|(.?|.a|a.)b|ba)");
        let sent = |text: String| beginning_like("f", &text, 2)["regexp"]["f"]["value"].as_str().unwrap().to_owned();
        assert!(sent("harbour strike ends in port orlen vot".into()).contains("(.?.?|"), "two edits");
        assert!(!sent("harbour strike ends ".repeat(3)).contains("(.?.?|"), "a pattern for one edit");
        assert!(sent("ab".repeat(4_000)).len() < LONGEST, "a pattern for none");
    }
}
