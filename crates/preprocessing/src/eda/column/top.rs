//! The most frequent of many.

/// The `n` most frequent runs, the most frequent first, equals in the order they came. O(runs), O(n) memory.
pub(super) fn most_frequent<T>(runs: impl Iterator<Item = (T, u64)>, n: usize) -> Vec<(T, u64)> {
    let mut kept: Vec<(T, u64)> = Vec::new();
    let mut least = 0;
    for run in runs {
        // An equal that comes later than `n` kept ones stays behind them.
        if run.1 > least {
            kept.push(run);
        }
        if kept.len() >= 8 * n.max(8) {
            kept.sort_by_key(|run| std::cmp::Reverse(run.1));
            kept.truncate(n);
            least = kept.last().map_or(u64::MAX, |run| run.1);
        }
    }
    kept.sort_by_key(|run| std::cmp::Reverse(run.1));
    kept.truncate(n);
    kept
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_most_frequent_are_the_first_of_all_sorted(counts in prop::collection::vec(1..6_u64, 0..900), n in 0..30_usize) {
            let runs = || counts.iter().copied().enumerate();
            let mut all: Vec<(usize, u64)> = runs().collect();
            all.sort_by_key(|run| std::cmp::Reverse(run.1));
            all.truncate(n);
            prop_assert_eq!(most_frequent(runs(), n), all);
        }
    }
}
