use segctl_numeric::observe::Observer;
use segctl_numeric::seed::Seed;
use segctl_numeric::{InputError, Labels, MatrixView};

use super::{Gap, GapParams};
use crate::each::{at_once, checked, child, try_each};
use crate::null::check_table;
use crate::{MetricsError, ReferenceBox, inertia_many};

/// The gap statistic of `x` (n x d) for k = 1, ..., `k_max`, k = 1 being one cluster of all rows.
///
/// gap(k) is the mean of ln W(k) over reference sets of n rows drawn uniformly from a box around `x`,
/// less ln W(k) of `x`, W being the sum of squared Euclidean distances to the means of the clusters
/// ([`crate::inertia()`]). The gap of k = 1 is compared too, so that one cluster is a possible answer.
/// Where the best k is `k_max`, the sweep may have ended too soon.
///
/// `cluster` gets a table, k >= 2 and a seed of its own, and gives the cluster of each row; it is
/// called from several threads, and its errors are passed through, those of `x` first, then those of
/// the first reference set. Beside (B + 1) (`k_max` - 1) fits: O(B n d (d + `k_max`)) time, and
/// reference sets of at most 256 MB at once, or one per thread.
///
/// ```
/// use segctl_metrics::{GapParams, MetricsError, gap_statistic};
/// use segctl_numeric::{Labels, Matrix, MatrixView, observe::Silent, seed::Seed};
/// // Cuts the range of the first column into k equal parts.
/// let slices = |x: MatrixView<'_>, k: usize, _: Seed| -> Result<Labels, MetricsError> {
///     let low = x.column(0).fold(f64::INFINITY, f64::min);
///     let width = x.column(0).fold(f64::NEG_INFINITY, f64::max) - low;
///     let part = |row: &[f64]| (((row[0] - low) / width * k as f64) as u32).min(k as u32 - 1);
///     Ok(Labels::new(x.rows().map(part).collect(), k)?)
/// };
/// let x = Matrix::new((0..60).map(|i| f64::from(i % 10 + i % 2 * 100)).collect(), 60, 1)?;
/// let found = gap_statistic(x.view(), 4, &slices, &GapParams::new(Seed(0)), &Silent)?;
/// assert_eq!(found.best_k, 2);
/// # Ok::<(), MetricsError>(())
/// ```
///
/// # Errors
/// Parameters out of range; `k_max` of 0 or above n; fewer than 2 rows, no columns, values that are not
/// finite or of a magnitude above 1e150; a dispersion of 0, as of equal rows or of k >= the number of
/// distinct rows; noise among the labels, or labels of another number than rows; those of `cluster`.
pub fn gap_statistic<E, F>(
    x: MatrixView<'_>,
    k_max: usize,
    cluster: &F,
    params: &GapParams,
    observer: &dyn Observer,
) -> Result<Gap, E>
where
    E: From<MetricsError> + Send,
    F: Fn(MatrixView<'_>, usize, Seed) -> Result<Labels, E> + Sync,
{
    params.validate()?;
    check_table(x)?;
    check_k_max(k_max, x.n_rows())?;
    let around = ReferenceBox::around(x, params.space);
    let fits = |set: usize| {
        let seed = |k| child(params.seed, "gap fit", set, k);
        if set == 0 {
            return log_dispersions(x, k_max, cluster, seed);
        }
        let reference = around.draw(x.n_rows(), child(params.seed, "gap reference", set, 0));
        log_dispersions(reference.view(), k_max, cluster, seed)
    };
    let mut all = try_each(params.n_references + 1, at_once(x.as_slice().len()), "gap", observer, fits)?;
    let own = all.remove(0);
    Ok(Gap::new(own, &all, params))
}

fn check_k_max(k_max: usize, n_samples: usize) -> Result<(), MetricsError> {
    if k_max == 0 {
        return Err(InputError::OutOfRange { name: "k_max", value: 0.0, expected: ">= 1" }.into());
    }
    if n_samples < k_max {
        return Err(InputError::TooFewRows { what: "gap statistic", n_samples, at_least: k_max }.into());
    }
    Ok(())
}

/// ln W(k) for k = 1, ..., `k_max`.
fn log_dispersions<E, F>(
    x: MatrixView<'_>,
    k_max: usize,
    cluster: &F,
    seed: impl Fn(usize) -> Seed,
) -> Result<Vec<f64>, E>
where
    E: From<MetricsError>,
    F: Fn(MatrixView<'_>, usize, Seed) -> Result<Labels, E>,
{
    let n = x.n_rows();
    let mut labels = vec![Labels::new(vec![0; n], 1).map_err(MetricsError::from)?];
    for k in 2..=k_max {
        labels.push(without_noise(checked(cluster(x, k, seed(k))?, n)?, k)?);
    }
    let dispersions = inertia_many(x, &labels.iter().collect::<Vec<_>>())?;
    let logs = (1..).zip(dispersions).map(|(k, dispersion)| log_dispersion(k, dispersion));
    Ok(logs.collect::<Result<_, MetricsError>>()?)
}

fn without_noise(labels: Labels, k: usize) -> Result<Labels, MetricsError> {
    match labels.n_noise() {
        0 => Ok(labels),
        n_noise => Err(MetricsError::Noise { k, n_noise, n_samples: labels.len() }),
    }
}

fn log_dispersion(k: usize, dispersion: f64) -> Result<f64, MetricsError> {
    if dispersion > 0.0 && dispersion.is_finite() {
        return Ok(libm::log(dispersion));
    }
    Err(MetricsError::Dispersion { k, dispersion })
}
