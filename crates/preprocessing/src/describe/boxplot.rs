use serde::{Deserialize, Serialize};

use super::{Runs, present, quantile_of_runs, select_quantiles};

/// A boxplot after Tukey (1977): whiskers end at the last datum within 1.5 IQR of the box.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct BoxStats {
    /// First quartile.
    pub q1: f64,
    /// Median.
    pub median: f64,
    /// Third quartile.
    pub q3: f64,
    /// The least value at or above `q1 - 1.5 IQR`, or `q1` when none lies between.
    pub lower_whisker: f64,
    /// The greatest value at or below `q3 + 1.5 IQR`, or `q3` when none lies between.
    pub upper_whisker: f64,
    /// Values below the lower whisker.
    pub n_outliers_low: u64,
    /// Values above the upper whisker.
    pub n_outliers_high: u64,
    /// Least value.
    pub min: f64,
    /// Greatest value.
    pub max: f64,
}

/// The boxplot of values in any order; `None` when all are missing. O(n).
///
/// ```
/// use segctl_preprocessing::describe::boxplot;
/// let found = boxplot(&[1.0, 2.0, 3.0, 4.0, 100.0]).unwrap();
/// assert_eq!((found.q1, found.median, found.q3), (2.0, 3.0, 4.0));
/// assert_eq!((found.upper_whisker, found.n_outliers_high), (4.0, 1));
/// ```
pub fn boxplot(values: &[f64]) -> Option<BoxStats> {
    let mut values = present(values);
    if values.is_empty() {
        return None;
    }
    let [q1, median, q3] = select_quantiles(&mut values, [0.25, 0.5, 0.75]);
    let reach = 1.5 * (q3 - q1);
    let start = BoxStats {
        q1,
        median,
        q3,
        lower_whisker: q1,
        upper_whisker: q3,
        n_outliers_low: 0,
        n_outliers_high: 0,
        min: f64::INFINITY,
        max: f64::NEG_INFINITY,
    };
    Some(values.iter().fold(start, |found, &value| found.with(value, q1 - reach, q3 + reach)))
}

/// The boxplot of finite values told by their runs. O(log n).
pub(crate) fn boxplot_of_runs(runs: &Runs<f64>) -> Option<BoxStats> {
    let values = runs.values();
    let (&min, &max) = (values.first()?, values.last()?);
    let [q1, median, q3] = [0.25, 0.5, 0.75].map(|q| quantile_of_runs(runs, q));
    let reach = 1.5 * (q3 - q1);
    let below = values.partition_point(|&value| value < q1 - reach);
    let within = values.partition_point(|&value| value <= q3 + reach);
    // Between the fences lies at least a value next to the median, unless rounding put it astride.
    let (lowest, highest) = (values.get(below).copied(), within.checked_sub(1).map(|at| values[at]));
    Some(BoxStats {
        q1,
        median,
        q3,
        lower_whisker: q1.min(lowest.unwrap_or(q1)),
        upper_whisker: q3.max(highest.unwrap_or(q3)),
        n_outliers_low: runs.up_to(below),
        n_outliers_high: runs.n() - runs.up_to(within),
        min,
        max,
    })
}

impl BoxStats {
    fn with(mut self, value: f64, low: f64, high: f64) -> Self {
        if value < low {
            self.n_outliers_low += 1;
        } else {
            self.lower_whisker = self.lower_whisker.min(value);
        }
        if value > high {
            self.n_outliers_high += 1;
        } else {
            self.upper_whisker = self.upper_whisker.max(value);
        }
        self.min = self.min.min(value);
        self.max = self.max.max(value);
        self
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn runs_have_the_same_boxplot(mut values in prop::collection::vec(-9..9_i32, 1..60), wild in -1e9..1e9_f64) {
            let mut values: Vec<f64> = values.drain(..).map(f64::from).collect();
            values.push(wild);
            let found = boxplot(&values);
            values.sort_by(f64::total_cmp);
            prop_assert_eq!(boxplot_of_runs(&Runs::of_ascending(values, Vec::new())), found);
        }
    }

    #[test]
    fn equal_values_make_a_flat_box() {
        let found = boxplot(&[2.0; 7]).unwrap();
        assert_eq!((found.lower_whisker, found.upper_whisker, found.min, found.max), (2.0, 2.0, 2.0, 2.0));
        assert_eq!(boxplot(&[f64::NAN, f64::INFINITY]), None);
    }

    #[test]
    fn every_value_is_a_box_a_whisker_or_an_outlier() {
        let values: Vec<f64> = (0..100).map(|i| f64::from(i * i * i * i)).collect();
        let found = boxplot(&values).unwrap();
        let above = values.iter().filter(|&&value| value > found.upper_whisker).count();
        assert_eq!(found.n_outliers_high, above as u64);
        assert!(found.n_outliers_high > 0);
    }
}
