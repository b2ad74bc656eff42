use segctl_numeric::InputError;
use serde::{Deserialize, Serialize};

use super::{GapParams, GapRule};
use crate::MetricsError;

/// The gap statistic for k = 1, ..., K; entry i belongs to k = i + 1.
///
/// W(k) is the sum of squared Euclidean distances of the rows to the means of their clusters, as in the
/// paper. R's `cluster::clusGap` with `d.power = 2` takes half of it: its logarithms are ln 2 less, its
/// gaps the same.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Gap {
    /// ln W(k) of the table.
    pub log_w: Vec<f64>,
    /// The mean of ln W(k) over the reference sets.
    pub reference_log_w: Vec<f64>,
    /// The latter less the former: how much tighter the clusters are than those of data without any.
    pub gap: Vec<f64>,
    /// sqrt(1 + 1/B) times the standard deviation of ln W(k) over the B reference sets, B - 1 in its
    /// denominator as in `clusGap`; the paper has B there, 0.5 % less for B = 100.
    pub standard_error: Vec<f64>,
    /// The number of clusters by the rule chosen.
    pub best_k: usize,
    /// B.
    pub n_references: usize,
}

impl Gap {
    /// The statistic from logarithms of dispersions computed elsewhere: `log_w` has one entry for each
    /// k from 1 on, and so has each of the reference sets. Only the rule and the factor of `params`
    /// matter.
    ///
    /// ```
    /// use segctl_metrics::{Gap, GapParams};
    /// use segctl_numeric::seed::Seed;
    /// let references = [vec![5.0, 4.5, 4.2], vec![5.2, 4.7, 4.4]];
    /// let found = Gap::from_log_w(vec![5.0, 2.0, 1.9], &references, &GapParams::new(Seed(0)))?;
    /// assert_eq!(found.best_k, 2);
    /// assert!((found.gap[1] - 2.6).abs() < 1e-12);
    /// # Ok::<(), segctl_metrics::MetricsError>(())
    /// ```
    ///
    /// # Errors
    /// No entries, fewer than 2 reference sets, entries that are not finite or of another number, a
    /// factor out of range.
    pub fn from_log_w(log_w: Vec<f64>, references: &[Vec<f64>], params: &GapParams) -> Result<Self, MetricsError> {
        params.with_references(references.len()).validate()?;
        check(&log_w, log_w.len().max(1))?;
        references.iter().try_for_each(|reference| check(reference, log_w.len()))?;
        Ok(Self::new(log_w, references, params))
    }

    /// [`Gap::from_log_w`] of checked numbers.
    pub(super) fn new(log_w: Vec<f64>, references: &[Vec<f64>], params: &GapParams) -> Self {
        let b = references.len() as f64;
        let moments = |at: usize| {
            let values = || references.iter().map(|reference| reference[at]);
            let mean = values().sum::<f64>() / b;
            let squares: f64 = values().map(|value| (value - mean) * (value - mean)).sum();
            (mean, ((1.0 + 1.0 / b) * squares / (b - 1.0)).sqrt())
        };
        let (reference_log_w, standard_error): (Vec<f64>, Vec<f64>) = (0..log_w.len()).map(moments).unzip();
        let gap: Vec<f64> = reference_log_w.iter().zip(&log_w).map(|(reference, own)| reference - own).collect();
        let best_k = params.rule.choose(&gap, &standard_error, params.se_factor);
        Self { log_w, reference_log_w, gap, standard_error, best_k, n_references: references.len() }
    }

    /// The number of clusters by another rule, allowing `se_factor` standard errors.
    ///
    /// ```
    /// use segctl_metrics::{Gap, GapParams, GapRule};
    /// use segctl_numeric::seed::Seed;
    /// let references = [vec![5.0, 4.5, 4.2], vec![5.2, 4.7, 4.4]];
    /// let found = Gap::from_log_w(vec![5.0, 2.0, 1.9], &references, &GapParams::new(Seed(0)))?;
    /// assert_eq!(found.best_k_by(GapRule::GlobalMax, 1.0), 2);
    /// # Ok::<(), segctl_metrics::MetricsError>(())
    /// ```
    pub fn best_k_by(&self, rule: GapRule, se_factor: f64) -> usize {
        rule.choose(&self.gap, &self.standard_error, se_factor)
    }
}

fn check(log_w: &[f64], expected: usize) -> Result<(), MetricsError> {
    if log_w.len() != expected {
        return Err(InputError::Length { what: "log_w", found: log_w.len(), expected }.into());
    }
    match log_w.iter().find(|value| !value.is_finite()) {
        None => Ok(()),
        Some(&value) => Err(InputError::OutOfRange { name: "log_w", value, expected: "finite" }.into()),
    }
}
