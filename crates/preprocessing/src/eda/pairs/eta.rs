//! How strongly a number depends on a group.

use serde::Serialize;

use super::groups::{Groups, NONE};
use super::read::Numbers;
use crate::describe::quantile;

/// A column of numbers by the groups of another.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GroupedNumbers {
    /// The column of groups.
    pub groups: String,
    /// The column of numbers.
    pub numbers: String,
    /// The correlation ratio: the root of the share of the variance that lies between groups, in `[0, 1]`.
    pub eta: f64,
    /// Rows in which both have a value.
    pub n: u64,
    /// The largest groups, [`GroupBox::SHOWN`] at most.
    pub boxes: Vec<GroupBox>,
}

/// The numbers of one group.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GroupBox {
    /// The group.
    pub level: String,
    /// Its rows with a number.
    pub n: u64,
    /// Their quantiles at 5, 25, 50, 75 and 95 %.
    pub quantiles: [f64; 5],
}

impl GroupBox {
    /// Most groups of a column that are shown.
    pub const SHOWN: usize = 10;
}

/// The correlation ratio (Pearson 1905) and how it stands to chance.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Eta {
    pub(super) eta: f64,
    /// Epsilon squared (Kelley 1935), eta squared without what any groups of this number explain by chance.
    pub(super) corrected: f64,
    pub(super) n: u64,
}

/// Eta over the rows in which both have a value; `None` where the numbers or the groups do not vary. O(n).
pub(super) fn eta(groups: &Groups, numbers: &Numbers) -> Option<Eta> {
    // Sums are taken around the mean of the column, so that an offset costs no digits.
    let center = numbers.mean?;
    let mut sums = vec![(0_u64, 0.0); usize::from(NONE) + 1];
    let mut square = 0.0;
    for (&code, &value) in groups.codes.iter().zip(&numbers.values) {
        // Zeros are added where one is missing: which cells are can hardly be foretold, and a wrong guess takes longer.
        let there = code != NONE && value.is_finite();
        let distance = if there { value - center } else { 0.0 };
        let (n, sum) = &mut sums[usize::from(code)];
        *n += u64::from(there);
        *sum += distance;
        square += distance * distance;
    }
    sums.truncate(groups.levels.len());
    let n = sums.iter().map(|group| group.0).sum::<u64>();
    let n_groups = sums.iter().filter(|group| group.0 > 0).count();
    if n_groups < 2 || n as usize <= n_groups {
        return None;
    }
    let all = sums.iter().map(|group| group.1).sum::<f64>() / n as f64;
    let total = square - n as f64 * all * all;
    let rounding = n as f64 * center * f64::EPSILON;
    if total <= n as f64 * rounding * rounding || !total.is_normal() {
        return None;
    }
    let between =
        |&(n, sum): &(u64, f64)| if n > 0 { n as f64 * (sum / n as f64 - all) * (sum / n as f64 - all) } else { 0.0 };
    let explained = (sums.iter().map(between).sum::<f64>() / total).clamp(0.0, 1.0);
    let corrected = 1.0 - (1.0 - explained) * (n - 1) as f64 / (n as usize - n_groups) as f64;
    Some(Eta { eta: explained.sqrt(), corrected, n })
}

/// The quantiles of the largest groups. O(n log n).
pub(super) fn boxes(groups: &Groups, values: &[f64]) -> Vec<GroupBox> {
    let n_shown = groups.levels.len().min(GroupBox::SHOWN);
    let mut of_group = vec![Vec::new(); n_shown];
    for (&code, &value) in groups.codes.iter().zip(values) {
        if usize::from(code) < n_shown && value.is_finite() {
            of_group[usize::from(code)].push(value);
        }
    }
    let filled = of_group.into_iter().zip(&groups.levels).filter(|(values, _)| !values.is_empty());
    filled.map(|(values, level)| group_box(level, values)).collect()
}

fn group_box(level: &str, mut values: Vec<f64>) -> GroupBox {
    values.sort_unstable_by(f64::total_cmp);
    let quantiles = [0.05, 0.25, 0.5, 0.75, 0.95].map(|q| quantile(&values, q));
    GroupBox { level: level.to_owned(), n: values.len() as u64, quantiles }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn groups(codes: &[u8], n: usize) -> Groups {
        Groups { name: "g".into(), levels: (0..n).map(|i| i.to_string()).collect(), codes: codes.to_vec() }
    }

    fn numbers(values: &[f64]) -> Numbers {
        Numbers::new("x", values.to_vec())
    }

    /// One minus the share of the variance within groups.
    fn naive(codes: &[u8], values: &[f64]) -> f64 {
        let square = |rows: &[f64]| {
            let mean = rows.iter().sum::<f64>() / rows.len().max(1) as f64;
            rows.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>()
        };
        let of = |group: u8| -> Vec<f64> {
            codes.iter().zip(values).filter(|row| *row.0 == group).map(|row| *row.1).collect()
        };
        1.0 - (0..4).map(|group| square(&of(group))).sum::<f64>() / square(values)
    }

    proptest! {
        #[test]
        fn eta_is_what_variance_within_leaves(rows in prop::collection::vec((0..4_u8, -5.0..5.0_f64), 8..60), offset in -1e6..1e6_f64) {
            let codes: Vec<u8> = rows.iter().map(|row| row.0).collect();
            let values: Vec<f64> = rows.iter().map(|row| row.1 + offset).collect();
            if let Some(found) = eta(&groups(&codes, 4), &numbers(&values)) {
                prop_assert!((found.eta * found.eta - naive(&codes, &values)).abs() < 1e-7);
                prop_assert!(found.corrected <= found.eta * found.eta + 1e-12);
            }
        }
    }

    #[test]
    fn what_does_not_vary_has_no_eta() {
        assert_eq!(eta(&groups(&[0, 0, 0], 1), &numbers(&[1.0, 2.0, 3.0])), None);
        assert_eq!(eta(&groups(&[0, 0, 1, 1], 2), &numbers(&[0.1; 4])), None);
        assert_eq!(eta(&groups(&[NONE; 4], 2), &numbers(&[0.1, 1.0, 2.0, 3.0])), None);
        assert_eq!(eta(&groups(&[0, 0, 1, 1], 2), &numbers(&[1.0, 1.0, 2.0, 2.0])).unwrap().eta, 1.0);
    }
}
