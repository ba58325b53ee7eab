//! What came of calls.

use std::{collections::BTreeMap, fmt, time::Duration};

use tonic::Code;

/// What came of the calls of each kind.
#[derive(Default)]
pub(crate) struct Outcomes(BTreeMap<&'static str, Kind>);

#[derive(Default)]
struct Kind {
    admitted: Vec<Duration>,
    refused: Vec<Duration>,
    failed: BTreeMap<String, usize>,
}

impl Outcomes {
    /// Notes how a call ended.
    pub(crate) fn note(&mut self, kind: &'static str, took: Duration, outcome: Result<(), tonic::Status>) {
        let noted = self.0.entry(kind).or_default();
        match outcome {
            Ok(()) => noted.admitted.push(took),
            Err(status) if status.code() == Code::ResourceExhausted => noted.refused.push(took),
            Err(status) => *noted.failed.entry(format!("{:?}", status.code())).or_default() += 1,
        }
    }

    pub(crate) fn all(&self) -> usize {
        self.0.values().map(|kind| kind.admitted.len() + kind.refused.len() + kind.failed.values().sum::<usize>()).sum()
    }

    pub(crate) fn admitted(&self) -> usize {
        self.0.values().map(|kind| kind.admitted.len()).sum()
    }

    pub(crate) fn refused(&self) -> usize {
        self.0.values().map(|kind| kind.refused.len()).sum()
    }

    pub(crate) fn failed(&self) -> usize {
        self.0.values().map(|kind| kind.failed.values().sum::<usize>()).sum()
    }

    /// The 99th percentiles of admitted calls, here and there, in milliseconds.
    pub(crate) fn beside<'a>(&'a self, other: &'a Self) -> impl Iterator<Item = (&'static str, f64, f64)> {
        self.0.iter().filter_map(|(name, kind)| {
            let there = &other.0.get(name)?.admitted;
            (!kind.admitted.is_empty() && !there.is_empty())
                .then(|| (*name, quantile(&kind.admitted, 0.99), quantile(there, 0.99)))
        })
    }
}

/// In milliseconds.
pub(crate) fn quantile(times: &[Duration], share: f64) -> f64 {
    let mut times = times.to_vec();
    times.sort();
    times.get(((times.len().max(1) - 1) as f64 * share) as usize).map_or(0.0, |time| time.as_secs_f64() * 1e3)
}

pub(crate) fn print(what: &str, outcomes: &Outcomes) {
    println!("{what}:");
    for (name, Kind { admitted, refused, failed }) in &outcomes.0 {
        let of = |times: &[Duration]| {
            let [half, most, all] = [0.5, 0.99, 1.0].map(|share| quantile(times, share));
            format!("{} (p50 {half:.1}, p99 {most:.1}, most {all:.1} ms)", times.len())
        };
        println!("  {name}: admitted {}, refused {}, failed {failed:?}", of(admitted), of(refused));
    }
}

/// Calls that must not fail.
#[derive(Default)]
pub(crate) struct Checks {
    times: Vec<Duration>,
    pub(crate) failed: usize,
}

impl Checks {
    pub(crate) fn note(&mut self, took: Duration, is_well: bool) {
        self.times.push(took);
        self.failed += usize::from(!is_well);
    }
}

impl fmt::Display for Checks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (half, most) = (quantile(&self.times, 0.5), quantile(&self.times, 0.99));
        write!(f, "{} with {} failed (p50 {half:.1}, p99 {most:.1} ms)", self.times.len(), self.failed)
    }
}
