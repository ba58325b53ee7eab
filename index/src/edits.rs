//! How many edits make one word of another.

/// Whether `b` becomes `a` by at most `distance` edits: a letter more, less or other, or two neighbours
/// swapped (the restricted edit distance of Damerau and Levenshtein).
pub(crate) fn within(a: &[char], b: &str, distance: usize) -> bool {
    let b: Vec<char> = b.chars().collect();
    if a.len().abs_diff(b.len()) > distance {
        return false;
    }
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i; b.len() + 1];
        for j in 1..=b.len() {
            let other = usize::from(a[i - 1] != b[j - 1]);
            row[j] = (above[j] + 1).min(row[j - 1] + 1).min(above[j - 1] + other);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                row[j] = row[j].min(before[j - 2] + 1);
            }
        }
        before = std::mem::replace(&mut above, row);
    }
    above.last().is_some_and(|&edits| edits <= distance)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_edits() {
        let within = |a: &str, b: &str, distance| within(&a.chars().collect::<Vec<_>>(), b, distance);
        assert!(within("", "", 0) && within("a", "", 1) && !within("ab", "", 1));
        assert!(within("abcd", "abdc", 1) && !within("abcd", "badc", 1) && within("abcd", "badc", 2));
    }
}
