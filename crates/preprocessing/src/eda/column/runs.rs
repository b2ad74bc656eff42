//! Columns as their different values and how often each occurs.

use super::few::few;
use super::sort::sort;
use crate::describe::Runs;
use crate::eda::hash;

/// The runs of the numbers that are there; -0 becomes 0.
pub(super) fn of_numbers(values: Vec<f64>) -> Runs<f64> {
    let is_there = |value: &f64| !value.is_nan();
    let counted = few(values.iter().copied().filter(is_there).map(key));
    // Collecting keeps the allocation.
    counted.unwrap_or_else(|| sort(values.into_iter().filter(is_there).map(key).collect())).map(value)
}

/// The runs of the hashes of cells that are there.
pub(super) fn of_hashes(hashes: &[u64]) -> Runs<u64> {
    let there = || hashes.iter().copied().filter(|&hash| hash != hash::MISSING);
    few(there()).unwrap_or_else(|| {
        let mut keys = Vec::with_capacity(hashes.len());
        keys.extend(there());
        sort(keys)
    })
}

/// The runs of whole numbers.
pub(super) fn of_whole(values: Vec<i64>) -> Runs<i64> {
    const SIGN: u64 = 1 << 63;
    let key = |value: i64| value as u64 ^ SIGN;
    let counted = few(values.iter().copied().map(key));
    counted.unwrap_or_else(|| sort(values.into_iter().map(key).collect())).map(|key| (key ^ SIGN) as i64)
}

/// The order of keys is that of values: a negative one has all bits turned over, any other its sign.
fn key(value: f64) -> u64 {
    let bits = (value + 0.0).to_bits();
    bits ^ ((bits as i64 >> 63) as u64 | 1 << 63)
}

fn value(key: u64) -> f64 {
    f64::from_bits(if key >> 63 == 1 { key & !(1 << 63) } else { !key })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn bits(runs: impl Iterator<Item = (f64, u64)>) -> Vec<(u64, u64)> {
        runs.map(|(value, count)| (value.to_bits(), count)).collect()
    }

    /// Sorted by comparison and counted.
    fn naive(values: &[f64]) -> Vec<(u64, u64)> {
        let mut sorted: Vec<f64> = values.iter().filter(|value| !value.is_nan()).map(|value| value + 0.0).collect();
        sorted.sort_by(f64::total_cmp);
        bits(sorted.chunk_by(|a, b| a == b).map(|run| (run[0], run.len() as u64)))
    }

    fn cell() -> impl Strategy<Value = f64> {
        let special = prop::sample::select(vec![0.0, -0.0, 5e-324, -5e-324, f64::NAN, -3.0, 1e75, -1e75]);
        prop_oneof![-1e3..1e3_f64, -1e75..1e75_f64, -1e-300..1e-300_f64, special]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn few_values_and_many_are_counted_as_by_comparison(
            cells in prop::collection::vec(cell(), 0..300),
            n_scales in 1..60_usize,
        ) {
            // With many scales there are more different values than are counted without sorting.
            let scaled = |scale: usize| cells.iter().map(move |cell| cell / (scale + 1) as f64);
            let values: Vec<f64> = (0..n_scales).flat_map(scaled).collect();
            prop_assert_eq!(bits(of_numbers(values.clone()).iter()), naive(&values));
        }
    }

    proptest! {
        #[test]
        fn whole_numbers_are_counted_as_by_comparison(
            values in prop::collection::vec(prop_oneof![any::<i64>(), -2..2_i64], 0..80),
            n_steps in 1..150_i64,
        ) {
            let shifted = |step: i64| values.iter().map(move |value| value.saturating_add(step * 5));
            let mut sorted: Vec<i64> = (0..n_steps).flat_map(shifted).collect();
            let found: Vec<(i64, u64)> = of_whole(sorted.clone()).iter().collect();
            sorted.sort_unstable();
            let runs = sorted.chunk_by(|a, b| a == b);
            let expected: Vec<(i64, u64)> = runs.map(|run| (run[0], run.len() as u64)).collect();
            prop_assert_eq!(found, expected);
        }
    }

    #[test]
    fn both_sides_of_the_most_that_are_counted() {
        for n in [4095, 4096, 4097] {
            let values: Vec<f64> = (0..3 * n).map(|i| f64::from(i * 11 % n) - 2000.0).collect();
            let runs = of_numbers(values.clone());
            assert_eq!((runs.values().len() as i32, runs.n()), (n, 3 * n as u64));
            assert_eq!(bits(runs.iter()), naive(&values));
        }
    }

    #[test]
    fn zero_has_no_sign_and_nothing_has_no_runs() {
        assert_eq!(bits(of_numbers(vec![-0.0, f64::NAN, 0.0]).iter()), [(0, 2)]);
        assert_eq!(of_numbers(vec![f64::NAN]).n(), 0);
        assert_eq!(of_hashes(&[hash::MISSING, 7, 7]).iter().collect::<Vec<_>>(), [(7, 2)]);
    }
}
