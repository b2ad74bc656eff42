//! Mutual information adjusted for chance.

use super::information::{entropies, mutual_information};
use super::table::ContingencyTable;

/// Probabilities below this share of the largest are left out: what they add is less than a rounding.
const NEGLIGIBLE: f64 = 1e-22;

/// The mean mutual information, in nats, of two random labelings with the cluster sizes of these two, after Vinh,
/// Epps & Bailey (2010), "Information theoretic measures for clusterings comparison".
///
/// The rows two clusters share are hypergeometrically distributed. Their probabilities follow from each other by
/// ratios of whole numbers, starting at the mode, and are divided by their sum: no factorial is needed, so that
/// nothing is lost for many rows. Pairs of clusters of the same sizes are computed once. Time O(p s) for p
/// different pairs of sizes, at most O(n), and s values within some ten standard deviations of each mode.
///
/// ```
/// use segctl_metrics::external::{ContingencyTable, NoisePolicy, expected_mutual_information};
/// use segctl_numeric::Labels;
/// let (first, second) = (Labels::from_signed(&[0, 0, 1, 1])?, Labels::from_signed(&[0, 1, 0, 1])?);
/// let table = ContingencyTable::new(&first, &second, NoisePolicy::OwnLabel)?;
/// // A third of the arrangements agree fully; the others not at all.
/// assert!((expected_mutual_information(&table) - 2.0_f64.ln() / 3.0).abs() < 1e-15);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn expected_mutual_information(table: &ContingencyTable) -> f64 {
    let n = table.n_samples();
    let columns = distinct(table.column_sums());
    let mut total = 0.0;
    for (a, n_rows) in distinct(table.row_sums()) {
        for &(b, n_columns) in &columns {
            total += (n_rows * n_columns) as f64 * mean_term(a, b, n);
        }
    }
    total
}

/// Mutual information adjusted for chance, (MI - E) / ((H1 + H2) / 2 - E) with E the
/// [`expected_mutual_information`] and the arithmetic mean of the entropies: 1 for equal partitions, 0 on average
/// for independent ones, possibly negative; 0 when just one of the labelings has one cluster. Time as for E.
///
/// ```
/// use segctl_metrics::external::{ContingencyTable, NoisePolicy, adjusted_mutual_information};
/// use segctl_numeric::Labels;
/// let (first, second) = (Labels::from_signed(&[0, 0, 1, 1])?, Labels::from_signed(&[0, 1, 0, 1])?);
/// let table = ContingencyTable::new(&first, &second, NoisePolicy::OwnLabel)?;
/// assert!((adjusted_mutual_information(&table) + 0.5).abs() < 1e-15);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn adjusted_mutual_information(table: &ContingencyTable) -> f64 {
    if table.is_one_to_one() {
        return 1.0;
    }
    if table.row_labels().len() == 1 || table.column_labels().len() == 1 {
        return 0.0;
    }
    let expected = expected_mutual_information(table);
    let (first, second) = entropies(table);
    // The mean entropy exceeds E unless both labelings consist of single rows, and then they are equal.
    let room = (0.5 * (first + second) - expected).max(f64::EPSILON);
    (mutual_information(table) - expected) / room
}

/// The different values, ascending, and how often each occurs.
fn distinct(counts: &[u64]) -> Vec<(u64, u64)> {
    let mut counts = counts.to_vec();
    counts.sort_unstable();
    counts.chunk_by(|a, b| a == b).map(|run| (run[0], run.len() as u64)).collect()
}

/// The mean of x/n ln(n x / (a b)) for x rows shared by clusters of `a` and `b` of `n` rows.
fn mean_term(a: u64, b: u64, n: u64) -> f64 {
    let (low, high) = ((a + b).saturating_sub(n), a.min(b));
    let mode = ((a + 1) * (b + 1) / (n + 2)).clamp(low, high);
    let term = |x: u64| match x {
        0 => 0.0,
        _ => x as f64 / n as f64 * libm::log((n * x) as f64 / (a * b) as f64),
    };
    // (p of x) / (p of x + 1)
    let ratio = |x: u64| ((x + 1) * (n + x + 1 - a - b)) as f64 / ((a - x) * (b - x)) as f64;
    let (mut probability, mut sum, mut mean) = (1.0, 1.0, term(mode));
    for x in mode..high {
        probability /= ratio(x);
        if probability < NEGLIGIBLE {
            break;
        }
        sum += probability;
        mean += probability * term(x + 1);
    }
    probability = 1.0;
    for x in (low..mode).rev() {
        probability *= ratio(x);
        if probability < NEGLIGIBLE {
            break;
        }
        sum += probability;
        mean += probability * term(x);
    }
    mean / sum
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choose(n: u64, k: u64) -> f64 {
        (0..k).map(|i| (n - i) as f64 / (i + 1) as f64).product()
    }

    #[test]
    fn terms_are_sums_over_the_whole_distribution() {
        for n in 1..24_u64 {
            for (a, b) in (1..=n).flat_map(|a| (1..=n).map(move |b| (a, b))) {
                let low = (a + b).saturating_sub(n).max(1);
                let of = |x: u64| {
                    let p = choose(a, x) * choose(n - a, b - x) / choose(n, b);
                    p * x as f64 / n as f64 * ((n * x) as f64 / (a * b) as f64).ln()
                };
                let expected: f64 = (low..=a.min(b)).map(of).sum();
                assert!((mean_term(a, b, n) - expected).abs() < 1e-14, "{a} {b} {n}");
            }
        }
    }

    #[test]
    fn many_rows_lose_no_digits() {
        // For large n the mean tends to the variance of x over 2 n times its mean: (n - a)(n - b) / (2 n^2 (n - 1)).
        let (a, b, n) = (500_000_000_u64, 700_000_000, 2_000_000_000_u64);
        let [a_, b_, n_] = [a, b, n].map(|count| count as f64);
        let expected = (n_ - a_) * (n_ - b_) / (2.0 * n_ * n_ * (n_ - 1.0));
        assert!((mean_term(a, b, n) / expected - 1.0).abs() < 1e-3, "{} {expected}", mean_term(a, b, n));
    }
}
