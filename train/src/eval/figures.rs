//! Figures by name, and how they are computed from counts.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

/// Figures by their path, such as `quotes.exact.source.f1`. Shares are in per cent, with two decimals. Paths with a `#`
/// are counts for people. [`nested`] leaves these out, because the corpora's scorer does not know them.
pub type Figures = BTreeMap<String, f64>;

/// True positives, false positives and false negatives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Found and right.
    pub right: usize,
    /// Found, but not in the gold data.
    pub wrong: usize,
    /// In the gold data, but not found.
    pub missed: usize,
}

impl Tally {
    /// Compares two sets.
    pub fn compare<T: Ord>(&mut self, gold: &std::collections::BTreeSet<T>, found: &std::collections::BTreeSet<T>) {
        let both = gold.intersection(found).count();
        self.right += both;
        self.wrong += found.len() - both;
        self.missed += gold.len() - both;
    }

    /// Counts one decision.
    pub fn flag(&mut self, gold: bool, found: bool) {
        self.right += usize::from(gold && found);
        self.wrong += usize::from(found && !gold);
        self.missed += usize::from(gold && !found);
    }

    /// Adds other counts.
    pub fn add(&mut self, other: Tally) {
        self.right += other.right;
        self.wrong += other.wrong;
        self.missed += other.missed;
    }

    /// Writes the same with the counts. For rare things.
    pub fn put_counts(self, path: &str, figures: &mut Figures) {
        self.put(path, figures);
        figures.insert(format!("{path}.#right"), self.right as f64);
        figures.insert(format!("{path}.#of"), (self.right + self.missed) as f64);
    }

    /// Writes precision, recall and F1 under `path`.
    pub fn put(self, path: &str, figures: &mut Figures) {
        let share = |of: usize| if of == 0 { 0.0 } else { self.right as f64 / of as f64 };
        let (p, r) = (share(self.right + self.wrong), share(self.right + self.missed));
        let f1 = if p + r > 0.0 { 200.0 * p * r / (p + r) } else { 0.0 };
        figures.insert(format!("{path}.p"), rounded(100.0 * p));
        figures.insert(format!("{path}.r"), rounded(100.0 * r));
        figures.insert(format!("{path}.f1"), rounded(f1));
    }
}

/// A share in per cent. Zero of zero is 0.
pub fn percent(part: usize, of: usize) -> f64 {
    rounded(100.0 * part as f64 / of.max(1) as f64)
}

/// Two decimals, rounded as in decimal notation, ties to even.
pub fn rounded(figure: f64) -> f64 {
    format!("{figure:.2}").parse().unwrap_or(figure)
}

/// The figures as nested objects.
pub fn nested(figures: &Figures) -> Value {
    let mut root = Map::new();
    for (path, &figure) in figures.iter().filter(|(path, _)| !path.contains('#')) {
        let mut parts: Vec<&str> = path.split('.').collect();
        let last = parts.pop().unwrap_or_default();
        let mut at = &mut root;
        for part in parts {
            let next = at.entry(part).or_insert_with(|| Value::Object(Map::new()));
            // The scorers produce no path that begins another one.
            let Value::Object(inner) = next else { return Value::Null };
            at = inner;
        }
        at.insert(last.to_owned(), figure.into());
    }
    Value::Object(root)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounds_as_the_scorer_does() {
        // 3.125 is a tie in binary; 2.675 is below one.
        assert_eq!([3.125, 9.375, 2.675, 66.666_666].map(rounded), [3.12, 9.38, 2.67, 66.67]);
        assert_eq!((percent(1, 3), percent(0, 0)), (33.33, 0.0));
    }

    #[test]
    fn counts_and_nests() {
        let mut tally = Tally::default();
        tally.compare(&[1, 2, 3, 4].into(), &[3, 4, 5].into());
        tally.flag(true, true);
        assert_eq!(tally, Tally { right: 3, wrong: 1, missed: 2 });
        let mut figures = Figures::new();
        tally.put("a.b", &mut figures);
        Tally::default().put("a.c", &mut figures);
        let zeros = serde_json::json!({"p": 0.0, "r": 0.0, "f1": 0.0});
        assert_eq!(nested(&figures), serde_json::json!({"a": {"b": {"p": 75.0, "r": 60.0, "f1": 66.67}, "c": zeros}}));
    }
}
