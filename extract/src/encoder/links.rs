//! Scores of links: which source belongs to a cue, which cue to a content, and which mentions mean
//! the same entity.
//!
//! The network gives each word twelve vectors ("views"), four for each kind of link: for the first
//! and last word of what asks and of what is offered. A link's score is the scaled dot product of
//! both sides, plus a bias for their distance; "none" has a bias alone. Shares are softmax over the
//! offers and "none".

/// Up to this many segments away, each distance has a bias of its own; all beyond share the last.
pub(crate) const NEAR: usize = 4;
/// Floats in one view of a word.
pub(crate) const VIEW: usize = 48;
/// Floats in all views of a word.
pub(crate) const LINKS: usize = 12 * VIEW;
/// Distances in words at which coreference changes its bias.
const FAR: [usize; 4] = [8, 32, 128, 512];
/// Biases of coreference: five distances before, overlapping words, five distances behind, and
/// "none".
pub(crate) const KIN_BIASES: usize = 2 * FAR.len() + 4;

/// Biases by how many segments an offer stands before or behind what asks, in order; the last is
/// that of "none".
pub(crate) type Biases = [f32; 2 * NEAR + 2];
/// Biases by how many words an offer begins before or behind what asks ([`kin_bias`]); the last is
/// that of "none".
pub(crate) type KinBiases = [f32; KIN_BIASES];

/// Consecutive words that may be linked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Segment {
    /// Its first word.
    pub(crate) first: usize,
    /// Its last word.
    pub(crate) last: usize,
    /// Its position among all segments of the window, in reading order.
    pub(crate) rank: usize,
}

/// For each of `asks`, the log probabilities of the offers, and of "none" at the end.
///
/// `views` is the number of the first of the four views that this kind of link uses. `seen` gives
/// the sum of a segment's first word in a view and its last word in the next view.
pub(crate) fn shares(
    seen: impl Fn(&Segment, usize) -> [f32; VIEW],
    asks: &[Segment],
    offers: &[Segment],
    views: usize,
    biases: &Biases,
) -> Vec<Vec<f32>> {
    let offered: Vec<_> = offers.iter().map(|offer| seen(offer, views + 2)).collect();
    asks.iter()
        .map(|ask| {
            let asked = seen(ask, views);
            let score =
                |(offer, offered): (&Segment, &[f32; VIEW])| product(&asked, offered) + bias(biases, ask, offer);
            let mut scores: Vec<f32> = offers.iter().zip(&offered).map(score).collect();
            scores.push(biases[2 * NEAR + 1]);
            let greatest = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
            let sum: f32 = scores.iter().map(|score| libm::expf(score - greatest)).sum();
            scores.iter().map(|score| score - greatest - libm::logf(sum)).collect()
        })
        .collect()
}

/// The scaled dot product of what asks and what is offered.
pub(crate) fn product(asked: &[f32; VIEW], offered: &[f32; VIEW]) -> f32 {
    asked.iter().zip(offered).map(|(a, b)| a * b).sum::<f32>() / (VIEW as f32).sqrt()
}

/// The bias for the distance of two segments.
fn bias(biases: &Biases, ask: &Segment, offer: &Segment) -> f32 {
    let apart = (offer.rank as isize - ask.rank as isize).clamp(-(NEAR as isize), NEAR as isize);
    biases[(apart + NEAR as isize) as usize]
}

/// The bias for the distance of two mentions, less that of "none".
pub(crate) fn kin_bias(biases: &KinBiases, ask: &Segment, offer: &Segment) -> f32 {
    let middle = FAR.len() + 1;
    let steps = FAR.iter().filter(|&&far| offer.first.abs_diff(ask.first) > far).count() + 1;
    let place = match () {
        () if offer.first <= ask.last && ask.first <= offer.last => middle,
        () if offer.first < ask.first => middle - steps,
        () => middle + steps,
    };
    biases[place] - biases[KIN_BIASES - 1]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_follow_products_and_biases() {
        // The first word of what asks shows the view 4, the last word of an offer the view 7.
        let seen = |segment: &Segment, view: usize| {
            let mut shown = [0.0; VIEW];
            shown[0] = match (segment.first, view) {
                (0, 4) => 2.0,
                (2, 6) => (VIEW as f32).sqrt(),
                _ => 0.0,
            };
            shown
        };
        let segment = |word, rank| Segment { first: word, last: word, rank };
        let mut biases = [0.0; 2 * NEAR + 2];
        biases[NEAR + 1] = 1.0;
        let found = shares(seen, &[segment(0, 0)], &[segment(1, 1), segment(2, 9)], 4, &biases);
        let sum = libm::expf(1.0) + libm::expf(2.0) + 1.0;
        let sum = libm::logf(sum);
        for (share, expected) in found[0].iter().zip([1.0 - sum, 2.0 - sum, -sum]) {
            assert!((share - expected).abs() < 1e-5, "{share} is not {expected}");
        }
        assert_eq!(shares(seen, &[segment(0, 0)], &[], 4, &biases), [[0.0]]);
    }

    #[test]
    fn kin_are_told_apart_by_their_distance() {
        let mut biases: KinBiases = std::array::from_fn(|at| at as f32);
        biases[KIN_BIASES - 1] = 0.0;
        let segment = |first, last| Segment { first, last, rank: 0 };
        let of = |first, last| kin_bias(&biases, &segment(1000, 1002), &segment(first, last));
        let before = [(400, 401), (488, 488), (872, 872), (968, 968), (992, 999)];
        assert_eq!(before.map(|(first, last)| of(first, last)), [0.0, 1.0, 2.0, 3.0, 4.0]);
        assert_eq!([(990, 1000), (1000, 1002), (1002, 1009)].map(|(first, last)| of(first, last)), [5.0; 3]);
        let after = [(1003, 1003), (1009, 1009), (1033, 1033), (1129, 1130), (1513, 1513)];
        assert_eq!(after.map(|(first, last)| of(first, last)), [6.0, 7.0, 8.0, 9.0, 10.0]);
    }
}
