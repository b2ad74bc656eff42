use rand::seq::index;
use segctl_numeric::seed::Seed;
use segctl_numeric::{InputError, Labels};
use serde::{Deserialize, Serialize};

use crate::MetricsError;

/// Rows to fit on and rows to judge on, both ascending.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct HeldOut {
    /// Rows to fit on.
    pub train: Vec<usize>,
    /// Rows held out, to judge on.
    pub test: Vec<usize>,
}

/// Holds out a `share` of the rows of each cluster, and of noise, drawn without replacement.
///
/// Of `m` rows, `share * m` rounded are held out, but at least one and not all; the only row of a cluster is trained
/// on. Each cluster has its own random stream: what happens to one does not depend on the others' sizes. O(n).
///
/// ```
/// use segctl_metrics::rules::held_out;
/// use segctl_numeric::{Labels, seed::Seed};
/// let labels = Labels::from_signed(&[0, 0, 0, 0, 1, 1, 2])?;
/// let parts = held_out(&labels, 0.25, Seed(0))?;
/// assert_eq!(labels.select(&parts.test).sizes(), [1, 1, 0]);
/// assert_eq!(parts.train.len(), 5);
/// # Ok::<(), segctl_metrics::MetricsError>(())
/// ```
///
/// # Errors
/// [`InputError::OutOfRange`] for a share outside (0, 1); [`InputError::TooFewRows`] where no cluster, and no noise,
/// has two rows.
pub fn held_out(labels: &Labels, share: f64, seed: Seed) -> Result<HeldOut, MetricsError> {
    if !(share > 0.0 && share < 1.0) {
        return Err(InputError::OutOfRange { name: "share", value: share, expected: "in (0, 1)" }.into());
    }
    let strata = strata(labels);
    let largest = strata.iter().map(Vec::len).max().unwrap_or(0);
    if largest < 2 {
        return Err(InputError::TooFewRows { what: "the largest cluster", n_samples: largest, at_least: 2 }.into());
    }
    let mut is_test = vec![false; labels.len()];
    for (stratum, rows) in (0..).zip(&strata).filter(|(_, rows)| rows.len() > 1) {
        let amount = ((share * rows.len() as f64).round() as usize).clamp(1, rows.len() - 1);
        let mut rng = seed.stream("held out", stratum, 0);
        index::sample(&mut rng, rows.len(), amount).iter().for_each(|at| is_test[rows[at]] = true);
    }
    let (test, train) = (0..labels.len()).partition(|&row| is_test[row]);
    Ok(HeldOut { train, test })
}

/// The rows of noise, then of each cluster.
fn strata(labels: &Labels) -> Vec<Vec<usize>> {
    let mut strata = vec![Vec::new(); labels.n_clusters() + 1];
    (0..labels.len()).for_each(|row| strata[labels.get(row).map_or(0, |cluster| cluster + 1)].push(row));
    strata
}
