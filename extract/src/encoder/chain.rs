//! A linear-chain CRF (Lafferty et al., 2001) over the labels of words: scores for each word from
//! the network, and scores for which label follows which. Decoding finds the best labelling of a
//! whole window, so that no "inside" stands without its "begin".

/// The scores of a chain with `N` labels, in log space.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Chain<const N: usize> {
    /// The score of each label as the first of a window.
    pub(crate) begin: [f32; N],
    /// The score of each label behind each other: `moves[before][after]`.
    pub(crate) moves: [[f32; N]; N],
}

impl<const N: usize> Chain<N> {
    /// The best labelling of a window (Viterbi), one label for each row of `scores`; of equals, the
    /// lower labels.
    pub(crate) fn best(&self, scores: &[[f32; N]]) -> Vec<usize> {
        let Some((first, rest)) = scores.split_first() else { return Vec::new() };
        let mut reached: [f32; N] = std::array::from_fn(|label| self.begin[label] + first[label]);
        let mut from = Vec::with_capacity(rest.len());
        for own in rest {
            let mut best = [(0, f32::NEG_INFINITY); N];
            for (before, moves) in self.moves.iter().enumerate() {
                for (best, step) in best.iter_mut().zip(moves) {
                    if reached[before] + step > best.1 {
                        *best = (before, reached[before] + step);
                    }
                }
            }
            reached = std::array::from_fn(|label| best[label].1 + own[label]);
            from.push(best.map(|(before, _)| before));
        }
        let mut labels = vec![greatest(&reached)];
        for before in from.iter().rev() {
            labels.push(before[labels[labels.len() - 1]]);
        }
        labels.reverse();
        labels
    }

    /// The probability of each label for each word, over all labellings (forward-backward). Each
    /// row sums to 1.
    pub(crate) fn marginals(&self, scores: &[[f32; N]]) -> Vec<[f32; N]> {
        // Weights instead of their logarithms: a product is cheaper than a sum of exponentials. The sum over a
        // word's labels is divided out, so that nothing overflows, and 64 bits keep very unlikely labels above zero.
        let moves = self.moves.map(|row| row.map(|step| libm::exp(f64::from(step))));
        let own: Vec<[f64; N]> = scores.iter().map(weights).collect();
        let begin = weights(&self.begin);
        let mut forward: Vec<[f64; N]> = Vec::with_capacity(own.len());
        for own in &own {
            let reached = match forward.last() {
                None => begin,
                Some(before) => std::array::from_fn(|label| (0..N).map(|from| before[from] * moves[from][label]).sum()),
            };
            forward.push(shares(std::array::from_fn(|label| reached[label] * own[label])));
        }
        let mut after = [1.0; N];
        let mut found = vec![[0.0; N]; own.len()];
        for (word, own) in own.iter().enumerate().rev() {
            let all = shares(std::array::from_fn(|label| forward[word][label] * after[label]));
            found[word] = all.map(|share| share as f32);
            let next: [f64; N] = std::array::from_fn(|label| own[label] * after[label]);
            after = shares(moves.map(|row| row.iter().zip(next).map(|(step, next)| step * next).sum()));
        }
        found
    }
}

/// The label with the greatest score; of equals, the first.
fn greatest<const N: usize>(scores: &[f32; N]) -> usize {
    (1..N).fold(0, |best, label| if scores[label] > scores[best] { label } else { best })
}

/// The exponentials of scores, scaled so that the greatest is 1.
fn weights<const N: usize>(scores: &[f32; N]) -> [f64; N] {
    let greatest = scores[greatest(scores)];
    scores.map(|score| libm::exp(f64::from(score - greatest)))
}

/// Weights divided by their sum; equal shares if all are zero.
fn shares<const N: usize>(weights: [f64; N]) -> [f64; N] {
    let sum: f64 = weights.iter().sum();
    if sum > 0.0 { weights.map(|weight| weight / sum) } else { [1.0 / N as f64; N] }
}

#[cfg(test)]
mod tests {
    use proptest::array::uniform3;
    use proptest::prelude::*;

    use super::*;

    /// All labellings of so many words with their scores.
    fn all(chain: &Chain<3>, scores: &[[f32; 3]]) -> Vec<(Vec<usize>, f64)> {
        (0..3_usize.pow(scores.len() as u32))
            .map(|number| {
                let labels: Vec<_> = (0..scores.len()).map(|at| number / 3_usize.pow(at as u32) % 3).collect();
                let steps = labels.windows(2).map(|pair| f64::from(chain.moves[pair[0]][pair[1]]));
                let own = labels.iter().zip(scores).map(|(label, own)| f64::from(own[*label]));
                let sum = steps.chain(own).sum::<f64>() + f64::from(chain.begin[labels[0]]);
                (labels, sum)
            })
            .collect()
    }

    fn numbers() -> impl Strategy<Value = [f32; 3]> {
        uniform3(-6.0_f32..6.0)
    }

    proptest! {
        #[test]
        fn agrees_with_all_labellings(
            begin in numbers(),
            moves in uniform3(numbers()),
            barred in prop::option::of((0_usize..3, 0_usize..3)),
            scores in prop::collection::vec(numbers(), 1..6),
        ) {
            let mut chain = Chain { begin, moves };
            if let Some((from, to)) = barred {
                chain.moves[from][to] = -1e4;
            }
            let all = all(&chain, &scores);
            let greatest = all.iter().map(|(_, score)| *score).fold(f64::MIN, f64::max);
            let best = chain.best(&scores);
            let own = all.iter().find(|(labels, _)| *labels == best).unwrap().1;
            prop_assert!((own - greatest).abs() < 1e-4, "{own} is not {greatest}");
            let whole: f64 = all.iter().map(|(_, score)| libm::exp(score - greatest)).sum();
            for (word, shares) in chain.marginals(&scores).iter().enumerate() {
                for (label, share) in shares.iter().enumerate() {
                    let with = all.iter().filter(|(labels, _)| labels[word] == label);
                    let expected = with.map(|(_, score)| libm::exp(score - greatest)).sum::<f64>() / whole;
                    prop_assert!((f64::from(*share) - expected).abs() < 1e-5, "{share} is not {expected}");
                }
            }
        }
    }

    #[test]
    fn nothing_has_no_labels() {
        let chain = Chain { begin: [0.0; 3], moves: [[0.0; 3]; 3] };
        assert!(chain.best(&[]).is_empty() && chain.marginals(&[]).is_empty());
    }

    #[test]
    fn great_scores_are_no_trouble() {
        let chain = Chain { begin: [0.0, -1e4, 0.0], moves: [[0.0, -1e4, 0.0], [0.0; 3], [0.0; 3]] };
        let shares = chain.marginals(&[[900.0, -900.0, 0.0], [-900.0, 900.0, 0.0]]);
        assert!(shares.iter().flatten().all(|share| share.is_finite()));
        assert!((shares[0].iter().sum::<f32>() - 1.0).abs() < 1e-5);
    }
}
