//! Which rows are looked at when a table is too long to look at all.

use rand::RngExt;
use segctl_numeric::seed::Seed;

/// At most `n_wanted` of the rows `0..n_rows`, ascending: the table is cut into as many stretches of equal length, and one
/// row is drawn from each. O(n_wanted).
pub(super) fn sample(n_rows: usize, n_wanted: usize, seed: Seed, stage: &str) -> Vec<usize> {
    if n_rows <= n_wanted {
        return (0..n_rows).collect();
    }
    let mut rng = seed.stream(stage, 0, 0);
    // In 128 bits the product does not overflow.
    let start = |i: usize| (i as u128 * n_rows as u128 / n_wanted as u128) as usize;
    (0..n_wanted).map(|i| rng.random_range(start(i)..start(i + 1))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_different_and_everywhere() {
        for (n_rows, n_wanted) in [(0, 5), (5, 5), (6, 5), (1000, 7), (1001, 1000)] {
            let rows = sample(n_rows, n_wanted, Seed(1), "test");
            assert_eq!(rows.len(), n_rows.min(n_wanted));
            assert!(rows.is_sorted_by(|a, b| a < b) && rows.iter().all(|&row| row < n_rows));
        }
        let every = (0..4000).map(|seed| sample(4, 3, Seed(seed), "test"));
        let mut counts = [0; 4];
        every.for_each(|rows| rows.into_iter().for_each(|row| counts[row] += 1));
        assert!(counts.iter().all(|&count| count > 1500), "{counts:?}");
    }
}
