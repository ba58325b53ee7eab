//! How strongly words speak for a type of name, from counts over annotated news.

use rustc_hash::FxHashMap;

/// One figure per type of [`Kind`]: the logarithm of how much likelier the type is with the word than without.
pub(crate) type Weights = [f32; Kind::COUNT];

/// The types of names that are counted, and none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Person,
    Org,
    Place,
    Facility,
    Norp,
    Event,
    Product,
    None,
}

impl Kind {
    pub(crate) const COUNT: usize = 8;
    pub(crate) const ALL: [Self; Self::COUNT] =
        [Self::Person, Self::Org, Self::Place, Self::Facility, Self::Norp, Self::Event, Self::Product, Self::None];
}

/// Where a word stands in or beside a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Position {
    /// It is the whole name.
    Single,
    First,
    Inner,
    Last,
    /// The word before the name, in small letters.
    Before,
    /// The word after it, in small letters.
    After,
}

/// The counts, as weights.
#[derive(Debug, Default)]
pub(crate) struct Cues {
    /// One map for each position.
    weights: [FxHashMap<&'static str, Weights>; 6],
    /// The logarithm of each type's share of all names of one word, and of several.
    pub(crate) prior_single: Weights,
    pub(crate) prior_several: Weights,
}

/// Counts that are added to each word's, spread as the position's types are.
const SMOOTHING: f32 = 3.0;

impl Cues {
    /// Reads `models/name_cues.tsv`: position, word, and pairs `type:count`, parted by tabs and blanks.
    pub(super) fn read(table: &'static str) -> Self {
        let rows: Vec<(Position, &'static str, Weights)> = table.lines().filter_map(row).collect();
        let mut totals: FxHashMap<Position, Weights> = FxHashMap::default();
        for (position, _, counts) in &rows {
            let total = totals.entry(*position).or_insert([1.0; Kind::COUNT]);
            for (sum, count) in total.iter_mut().zip(counts) {
                *sum += count;
            }
        }
        let shares: FxHashMap<Position, Weights> = totals.iter().map(|(&p, total)| (p, share(total))).collect();
        let mut weights: [FxHashMap<&'static str, Weights>; 6] = Default::default();
        for (position, word, counts) in rows {
            let (share, n) = (&shares[&position], counts.iter().sum::<f32>());
            // A type that is never counted at a position tells nothing there.
            let weight = |i: usize| {
                if totals[&position][i] <= 1.0 {
                    0.0
                } else {
                    ((counts[i] + SMOOTHING * share[i]) / (n + SMOOTHING) / share[i]).ln()
                }
            };
            weights[position as usize].insert(word, std::array::from_fn(weight));
        }
        let prior = |p: Position| shares.get(&p).map_or([0.0; Kind::COUNT], |share| share.map(f32::ln));
        Self { weights, prior_single: prior(Position::Single), prior_several: prior(Position::Last) }
    }

    /// The weights of a word at a position; None when it was never counted there.
    pub(crate) fn of(&self, position: Position, word: &str) -> Option<&Weights> {
        self.weights[position as usize].get(word)
    }
}

fn share(total: &Weights) -> Weights {
    let sum: f32 = total.iter().sum();
    total.map(|count| count / sum)
}

fn row(line: &'static str) -> Option<(Position, &'static str, Weights)> {
    let mut cells = line.split('\t');
    let position = match cells.next()? {
        "S" => Position::Single,
        "F" => Position::First,
        "I" => Position::Inner,
        "L" => Position::Last,
        "B" => Position::Before,
        "A" => Position::After,
        _ => return None,
    };
    let word = cells.next()?;
    let mut counts = [0.0; Kind::COUNT];
    for pair in cells.next()?.split(' ') {
        let (kind, count) = pair.split_once(':')?;
        *counts.get_mut(kind.parse::<usize>().ok()?)? = count.parse().ok()?;
    }
    Some((position, word, counts))
}
