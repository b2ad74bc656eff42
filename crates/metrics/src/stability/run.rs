use segctl_numeric::observe::Observer;
use segctl_numeric::seed::Seed;
use segctl_numeric::{InputError, Labels, MatrixView};

use super::overlap::Overlap;
use super::resample::{Clustered, clustered};
use super::scheme::Scheme;
use super::tally::{Compared, Counts, summary};
use super::{Resample, Stability, StabilityParams, Thresholds};
use crate::MetricsError;
use crate::each::{at_once, checked, try_each};
use crate::null::check_table;

/// How well the clusters of `labels` come back when resamples of `x` (n x d) are clustered, in parallel.
///
/// `cluster` gets a table, the number of clusters of `labels` and a seed of its own, and gives the
/// cluster of each row: the algorithm that made `labels`. It is called from several threads, and its
/// errors are passed through, that of the lowest resample first. Rows that were not drawn, and noise of
/// `labels`, are not compared; noise of a resample is in none of its clusters. One cluster alone always
/// comes back: its similarity says nothing.
///
/// Beside B fits: O(B (n d + k k')) time and O(n + B k^2) memory, with
/// resamples of at most 256 MB at once, or one per thread. A resample can have fewer rows than there are
/// clusters, in a table of few rows: what then happens is up to `cluster`.
///
/// ```
/// use segctl_metrics::{MetricsError, StabilityParams, Verdict, stability};
/// use segctl_numeric::{Labels, Matrix, MatrixView, observe::Silent, seed::Seed};
/// let x = Matrix::new((0..20).map(f64::from).collect(), 20, 1)?;
/// let halves = |x: MatrixView<'_>, _: usize, _: Seed| -> Result<Labels, MetricsError> {
///     Ok(Labels::new(x.rows().map(|row| u32::from(row[0] > 9.5)).collect(), 2)?)
/// };
/// let labels = halves(x.view(), 2, Seed(0))?;
/// let found = stability(x.view(), &labels, &halves, &StabilityParams::new(Seed(0)), &Silent)?;
/// assert_eq!(found.clusters[0].mean_jaccard, 1.0);
/// assert_eq!(found.clusters[1].verdict, Verdict::Stable);
/// # Ok::<(), MetricsError>(())
/// ```
///
/// # Errors
/// As [`crate::resamples`]; labels of another number than rows; no clusters, or an empty one.
pub fn stability<E, F>(
    x: MatrixView<'_>,
    labels: &Labels,
    cluster: &F,
    params: &StabilityParams,
    observer: &dyn Observer,
) -> Result<Stability, E>
where
    E: From<MetricsError> + Send,
    F: Fn(MatrixView<'_>, usize, Seed) -> Result<Labels, E> + Sync,
{
    run(x, labels, cluster, params, observer, |_| Ok(None))
}

/// As [`stability`], with a rule that assigns all rows of `x` to the clusters of each resample, so that
/// every resample speaks of every row: memberships then rest on all B resamples instead of about two
/// thirds of them.
///
/// `predict` gets the table that was clustered, its labels, and `x`; it gives one label per row of `x`.
/// Similarities and co-memberships are those of [`stability`].
///
/// ```
/// use segctl_metrics::{MetricsError, StabilityParams, stability_predicted};
/// use segctl_numeric::{Labels, Matrix, MatrixView, observe::Silent, seed::Seed};
/// let x = Matrix::new((0..20).map(f64::from).collect(), 20, 1)?;
/// let halves = |x: MatrixView<'_>, _: usize, _: Seed| -> Result<Labels, MetricsError> {
///     Ok(Labels::new(x.rows().map(|row| u32::from(row[0] > 9.5)).collect(), 2)?)
/// };
/// let predict = |_: MatrixView<'_>, _: &Labels, all: MatrixView<'_>| halves(all, 2, Seed(0));
/// let (labels, params) = (halves(x.view(), 2, Seed(0))?, StabilityParams::new(Seed(0)));
/// let found = stability_predicted(x.view(), &labels, &halves, &predict, &params, &Silent)?;
/// assert!(found.n_seen.iter().all(|&n| n == 100));
/// # Ok::<(), MetricsError>(())
/// ```
///
/// # Errors
/// As [`stability`], and those of `predict`.
pub fn stability_predicted<E, F, P>(
    x: MatrixView<'_>,
    labels: &Labels,
    cluster: &F,
    predict: &P,
    params: &StabilityParams,
    observer: &dyn Observer,
) -> Result<Stability, E>
where
    E: From<MetricsError> + Send,
    F: Fn(MatrixView<'_>, usize, Seed) -> Result<Labels, E> + Sync,
    P: Fn(MatrixView<'_>, &Labels, MatrixView<'_>) -> Result<Labels, E> + Sync,
{
    run(x, labels, cluster, params, observer, |fit| {
        let all = predict(fit.data.view(), fit.labels(), x)?;
        Ok(Some(checked(all, x.n_rows())?))
    })
}

/// `predict` gives the labels of all rows, or none where the compared rows speak for themselves alone.
fn run<E, F>(
    x: MatrixView<'_>,
    labels: &Labels,
    cluster: &F,
    params: &StabilityParams,
    observer: &dyn Observer,
    predict: impl Fn(&Clustered) -> Result<Option<Labels>, E> + Sync,
) -> Result<Stability, E>
where
    E: From<MetricsError> + Send,
    F: Fn(MatrixView<'_>, usize, Seed) -> Result<Labels, E> + Sync,
{
    params.validate()?;
    check_table(x)?;
    check_labels(labels, x.n_rows())?;
    let (scheme, counts) = (Scheme::new(params.resampling, x), Counts::new(x.n_rows()));
    let one = |b: usize| -> Result<Compared, E> {
        let fit = clustered(x, labels.n_clusters(), cluster, params.seed, &scheme, b)?;
        Ok(compare(labels, &fit.compared, predict(&fit)?.as_ref(), &counts))
    };
    let compared = try_each(params.n_resamples, at_once(x.as_slice().len()), "stability", observer, one)?;
    Ok(summary(labels, &compared, counts, &params.thresholds))
}

/// [`stability`] from resamples that were clustered elsewhere.
///
/// ```
/// use segctl_metrics::{Resample, Thresholds, stability_of};
/// use segctl_numeric::Labels;
/// let labels = Labels::from_signed(&[0, 0, 0, 1, 1, 1])?;
/// let resample = Resample::new(vec![0, 1, 3, 4], Labels::from_signed(&[1, 1, 1, 0])?)?;
/// let found = stability_of(&labels, &[resample], &Thresholds::default())?;
/// assert_eq!(found.clusters[0].mean_jaccard, 2.0 / 3.0);
/// assert_eq!(found.membership, [Some(1.0), Some(1.0), None, Some(0.0), Some(1.0), None]);
/// # Ok::<(), segctl_metrics::MetricsError>(())
/// ```
///
/// # Errors
/// No resamples; a row that `labels` does not have; no clusters, or an empty one; thresholds out of
/// range.
pub fn stability_of(
    labels: &Labels,
    resamples: &[Resample],
    thresholds: &Thresholds,
) -> Result<Stability, MetricsError> {
    thresholds.validate()?;
    check_labels(labels, labels.len())?;
    if resamples.is_empty() {
        return Err(InputError::OutOfRange { name: "n_resamples", value: 0.0, expected: ">= 1" }.into());
    }
    resamples.iter().try_for_each(|resample| resample.check(labels.len()))?;
    let counts = Counts::new(labels.len());
    let compared: Vec<Compared> = resamples.iter().map(|one| compare(labels, one, None, &counts)).collect();
    Ok(summary(labels, &compared, counts, thresholds))
}

fn compare(labels: &Labels, resample: &Resample, predicted: Option<&Labels>, counts: &Counts) -> Compared {
    let overlap = Overlap::new(labels, resample.rows(), resample.labels());
    let matches = overlap.matches();
    match predicted {
        Some(all) => counts.add(labels, all, |i| i, &matches),
        None => counts.add(labels, resample.labels(), |i| resample.rows()[i], &matches),
    }
    Compared::new(&overlap, &matches)
}

fn check_labels(labels: &Labels, n_rows: usize) -> Result<(), MetricsError> {
    if labels.len() != n_rows {
        return Err(InputError::Length { what: "labels", found: labels.len(), expected: n_rows }.into());
    }
    let n_clusters = labels.n_clusters();
    if labels.n_noise() == n_rows {
        return Err(MetricsError::NoClusters { n_samples: n_rows });
    }
    match labels.sizes().iter().position(|&size| size == 0) {
        None => Ok(()),
        Some(cluster) => Err(MetricsError::EmptyCluster { cluster, n_clusters }),
    }
}
