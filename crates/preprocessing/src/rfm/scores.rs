/// Which end of the values is the better one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Better {
    /// As with the money spent.
    High,
    /// As with the days since the last purchase.
    Low,
}

/// Scores from 1 (worst) to 5 (best) by fifths of the customers.
///
/// Equal values have equal scores: that of their middle rank, so that a value shared by most customers is in the middle
/// of their part of the order, and a tier may stay empty where ties are large. Values that are not numbers count as
/// worst. O(n log n).
///
/// ```
/// use segctl_preprocessing::rfm::{Better, scores};
/// assert_eq!(scores(&[10.0, 50.0, 20.0, 40.0, 30.0], Better::High), [1, 5, 2, 4, 3]);
/// assert_eq!(scores(&[10.0, 50.0, 20.0, 40.0, 30.0], Better::Low), [5, 1, 4, 2, 3]);
/// assert_eq!(scores(&[1.0, 1.0, 1.0, 2.0, 9.0], Better::High), [2, 2, 2, 4, 5]);
/// ```
pub fn scores(values: &[f64], better: Better) -> Vec<u8> {
    let key = |i: usize| match (values[i].is_nan(), better) {
        (true, _) => f64::NEG_INFINITY,
        (false, Better::High) => values[i] + 0.0,
        (false, Better::Low) => -values[i] + 0.0,
    };
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&a, &b| key(a).total_cmp(&key(b)));
    let mut scores = vec![0; values.len()];
    let mut before = 0;
    for equals in order.chunk_by(|&a, &b| key(a) == key(b)) {
        // Twice the middle of the part of the order that they take, in whole numbers.
        let middle = 2 * before + equals.len();
        let score = (5 * middle / (2 * values.len())).min(4) as u8 + 1;
        equals.iter().for_each(|&i| scores[i] = score);
        before += equals.len();
    }
    scores
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn fifths_without_ties_are_equally_large() {
        let values: Vec<f64> = (0..1000).map(|i| f64::from(i * 7919 % 1000)).collect();
        let found = scores(&values, Better::High);
        for tier in 1..=5 {
            assert_eq!(found.iter().filter(|&&score| score == tier).count(), 200);
        }
    }

    #[test]
    fn ends_are_handled() {
        assert!(scores(&[], Better::High).is_empty());
        assert_eq!(scores(&[7.0], Better::Low), [3]);
        assert_eq!(scores(&[f64::NAN, 0.0, -0.0], Better::Low), [1, 4, 4]);
    }

    proptest! {
        #[test]
        fn order_is_kept_and_ties_stay_together(values in prop::collection::vec(-5_i32..6, 1..60)) {
            let values: Vec<f64> = values.into_iter().map(f64::from).collect();
            let (high, low) = (scores(&values, Better::High), scores(&values, Better::Low));
            for (i, j) in (0..values.len()).flat_map(|i| (0..values.len()).map(move |j| (i, j))) {
                prop_assert!(values[i] != values[j] || high[i] == high[j]);
                prop_assert!(values[i] <= values[j] || (high[i] >= high[j] && low[i] <= low[j]));
            }
            prop_assert!(high.iter().all(|score| (1..=5).contains(score)));
        }
    }
}
