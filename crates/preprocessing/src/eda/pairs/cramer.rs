//! How strongly two groupings go together.

use super::groups::{Groups, NONE};

/// Cramér's V with the bias correction of Bergsma (2013), and the rows in which both columns have a value; `None` where one
/// does not vary over these rows, or where they are too few for the correction.
///
/// With phi^2 = chi^2 / n, r and c levels: sqrt(max(0, phi^2 - (r-1)(c-1)/(n-1)) / min(r' - 1, c' - 1)), where
/// r' = r - (r-1)^2/(n-1), and so c'. O(n + r c).
pub(super) fn cramers_v(a: &Groups, b: &Groups) -> (Option<f64>, u64) {
    let (n_a, n_b) = (a.levels.len(), b.levels.len());
    let mut counts = vec![0_u64; n_a * n_b];
    for (&x, &y) in a.codes.iter().zip(&b.codes) {
        if x != NONE && y != NONE {
            counts[usize::from(x) * n_b + usize::from(y)] += 1;
        }
    }
    (corrected(&counts, n_b), counts.iter().sum())
}

/// V of a contingency table, row-major with `n_columns` columns.
fn corrected(counts: &[u64], n_columns: usize) -> Option<f64> {
    let rows: Vec<u64> = counts.chunks(n_columns.max(1)).map(|row| row.iter().sum()).collect();
    let columns: Vec<u64> = (0..n_columns).map(|j| counts.iter().skip(j).step_by(n_columns).sum()).collect();
    let n = rows.iter().sum::<u64>() as f64;
    let degrees = |sums: &[u64]| sums.iter().filter(|&&sum| sum > 0).count().saturating_sub(1) as f64;
    let (r, c) = (degrees(&rows), degrees(&columns));
    if r == 0.0 || c == 0.0 {
        return None;
    }
    let cell = |(at, &count): (usize, &u64)| {
        let expected = rows[at / n_columns] as f64 * columns[at % n_columns] as f64 / n;
        if expected > 0.0 { (count as f64 - expected) * (count as f64 - expected) / expected } else { 0.0 }
    };
    let phi2 = counts.iter().enumerate().map(cell).sum::<f64>() / n;
    let above_chance = (phi2 - r * c / (n - 1.0)).max(0.0);
    let most = (r - r * r / (n - 1.0)).min(c - c * c / (n - 1.0));
    (most > 0.0).then(|| (above_chance / most).sqrt().min(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_to_one_is_one_and_independence_is_zero() {
        assert_eq!(corrected(&[50, 0, 0, 50], 2), Some(1.0));
        assert_eq!(corrected(&[25, 25, 25, 25], 2), Some(0.0));
        assert_eq!(corrected(&[25, 0, 25, 0], 2), None, "no variation");
        assert_eq!(corrected(&[1, 0, 0, 1], 2), None, "two rows say nothing");
        assert_eq!(corrected(&[], 0), None);
    }

    #[test]
    fn empty_levels_change_nothing() {
        let plain = corrected(&[30, 10, 20, 40], 2);
        assert_eq!(corrected(&[30, 0, 10, 0, 0, 0, 20, 0, 40], 3), plain);
        assert_eq!(corrected(&[30, 20, 10, 40], 2), plain, "transposed");
    }
}
