//! Which segment belongs to which: a cue's source, a content's cue, a mention's earlier mention.

/// Segments so far away have biases of their own; those beyond share the farthest.
pub(crate) const NEAR: usize = 4;
/// Numbers of one of the twelve views of a word.
pub(crate) const VIEW: usize = 48;
/// Numbers of all views of a word.
pub(crate) const LINKS: usize = 12 * VIEW;
/// The score of an offer that may not be.
const BARRED: f32 = -1e4;

/// By how many segments an offer comes before or after what asks; the last is that of "none".
pub(crate) type Biases = [f32; 2 * NEAR + 2];

/// Some words in a row that may be linked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Segment {
    /// Its first word.
    pub(crate) first: usize,
    /// Its last word.
    pub(crate) last: usize,
    /// Its place among all segments of the window, in reading order.
    pub(crate) rank: usize,
}

/// Of each that asks, the logarithms of the shares of the offers, and of "none" at the end. `views` is the first of the
/// four views that a link takes: first and last word of what asks, first and last word of the offer. `seen` is what a
/// segment shows in the view of its first word and in that of its last, which comes next.
pub(crate) fn shares(
    seen: impl Fn(&Segment, usize) -> [f32; VIEW],
    asks: &[Segment],
    offers: &[Segment],
    views: usize,
    biases: &Biases,
    barred: impl Fn(&Segment, &Segment) -> bool,
) -> Vec<Vec<f32>> {
    let offered: Vec<_> = offers.iter().map(|offer| seen(offer, views + 2)).collect();
    asks.iter()
        .map(|ask| {
            let asked = seen(ask, views);
            let score = |(offer, offered): (&Segment, &[f32; VIEW])| {
                let product: f32 = asked.iter().zip(offered).map(|(a, b)| a * b).sum();
                let apart = (offer.rank as isize - ask.rank as isize).clamp(-(NEAR as isize), NEAR as isize);
                let bias = biases[(apart + NEAR as isize) as usize];
                if barred(ask, offer) { BARRED } else { product / (VIEW as f32).sqrt() + bias }
            };
            let mut scores: Vec<f32> = offers.iter().zip(&offered).map(score).collect();
            scores.push(biases[2 * NEAR + 1]);
            let greatest = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
            let sum: f32 = scores.iter().map(|score| libm::expf(score - greatest)).sum();
            scores.iter().map(|score| score - greatest - libm::logf(sum)).collect()
        })
        .collect()
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
        let found = shares(seen, &[segment(0, 0)], &[segment(1, 1), segment(2, 9)], 4, &biases, |_, _| false);
        let sum = libm::expf(1.0) + libm::expf(2.0) + 1.0;
        let sum = libm::logf(sum);
        for (share, expected) in found[0].iter().zip([1.0 - sum, 2.0 - sum, -sum]) {
            assert!((share - expected).abs() < 1e-5, "{share} is not {expected}");
        }
        let alone = shares(seen, &[segment(0, 0)], &[segment(2, 1)], 4, &biases, |_, _| true);
        assert!(alone[0][0] < -9_000.0 && alone[0][1] == 0.0);
        assert_eq!(shares(seen, &[segment(0, 0)], &[], 4, &biases, |_, _| false), [[0.0]]);
    }
}
