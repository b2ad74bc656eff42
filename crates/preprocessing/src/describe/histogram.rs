use serde::{Deserialize, Serialize};

use super::{Runs, quantile_of_runs, quartiles};

/// The most bins a histogram has.
pub const MAX_BINS: usize = 100;

/// Equal-width bins; the last one holds its upper edge too.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Histogram {
    /// `counts.len() + 1` ascending edges.
    pub edges: Vec<f64>,
    /// Values in each bin.
    pub counts: Vec<u64>,
}

/// A histogram with bins of the width of Freedman and Diaconis (1981), `2 IQR n^(-1/3)`,
/// [`MAX_BINS`] at most; where the quartiles coincide, with Sturges' `ceil(log2 n) + 1` bins. Equal
/// values fill one bin of width 1; `None` when all are missing. O(n).
///
/// ```
/// use segctl_preprocessing::describe::histogram;
/// let found = histogram(&[1.0, 2.0, 2.0, 3.0, f64::NAN]).unwrap();
/// assert_eq!(found.counts.iter().sum::<u64>(), 4);
/// assert_eq!((found.edges[0], *found.edges.last().unwrap()), (1.0, 3.0));
/// ```
pub fn histogram(values: &[f64]) -> Option<Histogram> {
    let [q1, _, q3] = quartiles(values)?;
    let values = || values.iter().copied().filter(|value| value.is_finite());
    let (n, low, high) = values().fold((0_usize, f64::INFINITY, f64::NEG_INFINITY), |(n, low, high), value| {
        (n + 1, low.min(value), high.max(value))
    });
    let Some(edges) = edges(n, [low, high], q3 - q1) else { return Some(one_bin(n, [low, high])) };
    let mut counts = vec![0; edges.len() - 1];
    values().for_each(|value| counts[bin(&edges, value)] += 1);
    Some(Histogram { edges, counts })
}

/// The histogram of finite values told by their runs. O(bins log n).
pub(crate) fn histogram_of_runs(runs: &Runs<f64>) -> Option<Histogram> {
    let range = [*runs.values().first()?, *runs.values().last()?];
    let n = runs.n() as usize;
    let iqr = quantile_of_runs(runs, 0.75) - quantile_of_runs(runs, 0.25);
    let Some(edges) = edges(n, range, iqr) else { return Some(one_bin(n, range)) };
    let inner = edges[1..edges.len() - 1].iter().map(|&edge| runs.n_least(|value| value < edge));
    let ends: Vec<u64> = inner.chain([n as u64]).collect();
    let starts = std::iter::once(0).chain(ends.iter().copied());
    let counts = ends.iter().zip(starts).map(|(end, start)| end - start).collect();
    Some(Histogram { edges, counts })
}

/// Of values that are equal, or as far apart as no number tells.
fn one_bin(n: usize, [low, high]: [f64; 2]) -> Histogram {
    let edges = if low == high { vec![low - 0.5, high + 0.5] } else { vec![low, high] };
    Histogram { edges, counts: vec![n as u64] }
}

fn n_bins(n: usize, range: f64, iqr: f64) -> usize {
    let width = 2.0 * iqr * libm::pow(n as f64, -1.0 / 3.0);
    let bins = if width > 0.0 { (range / width).ceil() } else { libm::log2(n as f64).ceil() + 1.0 };
    (bins as usize).clamp(1, MAX_BINS)
}

/// The edges of bins; `None` where the values have no spread or none that is a number.
fn edges(n: usize, [low, high]: [f64; 2], iqr: f64) -> Option<Vec<f64>> {
    let n_bins = n_bins(n, high - low, iqr);
    let step = (high - low) / n_bins as f64;
    let inner = (0..n_bins).map(|i| low + i as f64 * step);
    (low < high && (high - low).is_finite()).then(|| inner.chain([high]).collect())
}

/// The bin of a value between the first and last edge: by division, then put right by the edges,
/// which division may miss by a rounding.
fn bin(edges: &[f64], value: f64) -> usize {
    let last = edges.len() - 2;
    let share = (value - edges[0]) / (edges[last + 1] - edges[0]);
    let guess = ((share * (last + 1) as f64) as usize).min(last);
    if value < edges[guess] {
        guess - 1
    } else if guess < last && value >= edges[guess + 1] {
        guess + 1
    } else {
        guess
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn degenerate_columns_have_histograms() {
        assert_eq!(histogram(&[]), None);
        assert_eq!(histogram(&[4.0; 3]).unwrap().edges, [3.5, 4.5]);
        assert_eq!(histogram(&[0.0, 0.0, 0.0, 0.0, 9.0]).unwrap().counts, [4, 0, 0, 1], "Sturges");
        assert_eq!(histogram(&[-1.7e308, 1.7e308]).unwrap().counts, [2]);
    }

    proptest! {
        #[test]
        fn runs_have_the_same_histogram(mut values in prop::collection::vec(-50.0..50.0_f64, 0..200), tied in any::<bool>()) {
            if tied {
                values.iter_mut().for_each(|value| *value = (*value / 10.0).round());
            }
            let found = histogram(&values);
            values.sort_by(f64::total_cmp);
            prop_assert_eq!(histogram_of_runs(&Runs::of_ascending(values, Vec::new())), found);
        }

        #[test]
        fn every_value_lies_within_its_bin(values in prop::collection::vec(-50.0..50.0_f64, 2..200)) {
            let found = histogram(&values).unwrap();
            prop_assert!(found.counts.len() <= MAX_BINS);
            let naive: Vec<u64> = (0..found.counts.len()).map(|i| {
                let last = i + 1 == found.counts.len();
                let within = |v: &&f64| **v >= found.edges[i] && (**v < found.edges[i + 1] || last);
                values.iter().filter(within).count() as u64
            }).collect();
            prop_assert_eq!(found.counts, naive);
        }
    }
}
