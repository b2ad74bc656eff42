use segctl_numeric::MatrixView;
use serde::{Deserialize, Serialize};

use super::{fit, p_value};
use crate::MetricsError;
use crate::magnitude::ensure_magnitudes;
use crate::silhouette::MAX_MAGNITUDE;

/// The dip of a sample and whether it is larger than one mode explains.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Dip {
    /// The largest difference between the empirical distribution function and the unimodal one closest to it:
    /// from 1 / (2 n) to 1 / 4.
    pub statistic: f64,
    /// The probability of a dip as large for n uniform values, which dip most among those with one mode; from
    /// a table of 400,000 simulations for each of some n up to 1,000. 0.0001 stands for all that is smaller, 1
    /// for what is above 0.99.
    pub p_value: f64,
    /// Where the closest unimodal distribution begins to have its mode.
    pub low: f64,
    /// Where its mode ends.
    pub high: f64,
}

/// The dip test of `values`, in any order: whether their distribution has more than one mode.
///
/// Ties count as they are: of rounded values, or values many of which are zero, the p-value is too small. Equal
/// to `dip` of R's package `diptest`. O(n log n) time, O(n) memory.
///
/// ```
/// use segctl_metrics::dip_test;
/// let evenly: Vec<f64> = (0..100).map(f64::from).collect();
/// assert_eq!(dip_test(&evenly)?.statistic, 1.0 / 200.0);
/// let apart: Vec<f64> = (0..100).map(|i| f64::from(i + i / 50 * 100)).collect();
/// assert_eq!(dip_test(&apart)?.p_value, 0.0001);
/// # Ok::<(), segctl_metrics::MetricsError>(())
/// ```
///
/// # Errors
/// Fewer than 4 values, of which no p-value is known; values that are not finite or of a magnitude above 1e150.
pub fn dip_test(values: &[f64]) -> Result<Dip, MetricsError> {
    let n_samples = values.len();
    if n_samples < 4 {
        return Err(segctl_numeric::InputError::TooFewRows { what: "dip test", n_samples, at_least: 4 }.into());
    }
    ensure_magnitudes(MatrixView::new(values, n_samples, 1)?, MAX_MAGNITUDE)?;
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let found = fit(&sorted);
    let p_value = p_value(found.dip, n_samples);
    Ok(Dip { statistic: found.dip, p_value, low: sorted[found.low], high: sorted[found.high] })
}
