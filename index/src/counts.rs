//! Counts of values, as they are told.

use std::collections::BTreeMap;

use crate::keys::name_key;
use crate::{Facet, FacetValue};

/// The names, of which those with the same key are one, told as most hits have it.
pub(crate) fn one_for_each_name(names: Vec<(String, u64)>) -> Vec<(String, u64)> {
    let mut keys: BTreeMap<String, (String, u64, u64)> = BTreeMap::new();
    for (name, count) in names {
        let (best, of_best, total) = keys.entry(name_key(&name)).or_default();
        *total += count;
        if count > *of_best {
            (*best, *of_best) = (name, count);
        }
    }
    keys.into_values().map(|(name, _, total)| (name, total)).collect()
}

/// The values with the highest counts, in alphabetical order among equals.
pub(crate) fn most(counts: Vec<(String, u64)>, limit: usize) -> Facet {
    let mut counts = counts;
    counts.sort_by(|(a, of_a), (b, of_b)| of_b.cmp(of_a).then_with(|| a.cmp(b)));
    let others = counts.iter().skip(limit).map(|&(_, count)| count).sum();
    counts.truncate(limit);
    let value = |(value, count)| FacetValue { value, count, ..FacetValue::default() };
    Facet { values: counts.into_iter().map(value).collect(), others, missing: 0 }
}
