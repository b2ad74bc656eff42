use std::ops::RangeInclusive;

use rand::RngExt;
use segctl_numeric::observe::Observer;
use segctl_numeric::seed::Seed;
use segctl_numeric::{InputError, Labels, MatrixView};
use serde::{Deserialize, Serialize};

use super::centroids::assigned;
use super::{PredictionParams, strength_of_halves};
use crate::MetricsError;
use crate::each::{at_once, checked, child, try_each};
use crate::null::check_table;

/// The prediction strength for each k of a sweep.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PredictionStrength {
    /// One entry per k, ascending.
    pub at: Vec<StrengthAt>,
    /// The largest k whose mean strength reaches the cutoff; 1 where none does, as one cluster always
    /// predicts itself.
    pub best_k: usize,
    /// The cutoff.
    pub cutoff: f64,
}

/// The prediction strength for one k.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct StrengthAt {
    /// Clusters asked for.
    pub k: usize,
    /// The mean over the divisions.
    pub mean: f64,
    /// Its standard error over the divisions, which are not independent: a lower bound. `None` for one
    /// division.
    pub standard_error: Option<f64>,
    /// The strength of each division: the mean over its halves of the smallest share of pairs kept.
    pub divisions: Vec<f64>,
}

/// The prediction strength of `x` (n x d) for each k of `ks`, rows being assigned to the nearest mean.
///
/// The rows are divided at random into halves of floor(n/2) and n - floor(n/2). Each half is clustered,
/// and its rows are assigned to the clusters of the other half. The strength is the share of pairs of a
/// cluster that stay together, the smallest of the half's clusters, averaged over the halves and the
/// divisions. The divisions are the same for every k, so that strengths differ by k alone.
///
/// `cluster` gets a half, k >= 2 and a seed of its own, and gives the cluster of each row; it is called
/// from several threads, and its errors are passed through, that of the first division first. The
/// strength of k = 1 is 1 and needs no fit. Beside 2 M fits per k: O(M n k d) time.
///
/// ```
/// use segctl_metrics::{MetricsError, PredictionParams, prediction_strength};
/// use segctl_numeric::{Labels, Matrix, MatrixView, observe::Silent, seed::Seed};
/// // Cuts the range of the first column into k equal parts.
/// let slices = |x: MatrixView<'_>, k: usize, _: Seed| -> Result<Labels, MetricsError> {
///     let low = x.column(0).fold(f64::INFINITY, f64::min);
///     let width = x.column(0).fold(f64::NEG_INFINITY, f64::max) - low;
///     let part = |row: &[f64]| (((row[0] - low) / width * k as f64) as u32).min(k as u32 - 1);
///     Ok(Labels::new(x.rows().map(part).collect(), k)?)
/// };
/// let x = Matrix::new((0..60).map(|i| f64::from(i % 10 + i % 2 * 100)).collect(), 60, 1)?;
/// let params = PredictionParams::new(Seed(0));
/// let found = prediction_strength(x.view(), 1..=2, &slices, &params, &Silent)?;
/// assert_eq!((found.best_k, found.at[1].mean), (2, 1.0));
/// # Ok::<(), MetricsError>(())
/// ```
///
/// # Errors
/// Parameters out of range; an empty range, or one that starts at 0 or ends above floor(n/2); fewer than
/// 2 rows, no columns, values that are not finite or of a magnitude above 1e150; labels of another number
/// than rows, or all noise; those of `cluster`.
pub fn prediction_strength<E, F>(
    x: MatrixView<'_>,
    ks: RangeInclusive<usize>,
    cluster: &F,
    params: &PredictionParams,
    observer: &dyn Observer,
) -> Result<PredictionStrength, E>
where
    E: From<MetricsError> + Send,
    F: Fn(MatrixView<'_>, usize, Seed) -> Result<Labels, E> + Sync,
{
    let classify =
        |train: MatrixView<'_>, labels: &Labels, rows: MatrixView<'_>| assigned(train, labels, rows).map_err(E::from);
    prediction_strength_by(x, ks, cluster, &classify, params, observer)
}

/// As [`prediction_strength`], with another rule that assigns rows to clusters: `classify` gets the half
/// that was clustered, its labels, and the rows of the other half, and gives the cluster of each.
///
/// ```
/// use segctl_metrics::{MetricsError, PredictionParams, prediction_strength_by};
/// use segctl_numeric::{Labels, Matrix, MatrixView, observe::Silent, seed::Seed};
/// let x = Matrix::new((0..20).map(f64::from).collect(), 20, 1)?;
/// let halves = |x: MatrixView<'_>, _: usize, _: Seed| -> Result<Labels, MetricsError> {
///     Ok(Labels::new(x.rows().map(|row| u32::from(row[0] > 9.5)).collect(), 2)?)
/// };
/// let classify = |_: MatrixView<'_>, _: &Labels, rows: MatrixView<'_>| halves(rows, 2, Seed(0));
/// let params = PredictionParams::new(Seed(0)).with_divisions(10);
/// let found = prediction_strength_by(x.view(), 2..=2, &halves, &classify, &params, &Silent)?;
/// assert_eq!(found.best_k, 2);
/// # Ok::<(), MetricsError>(())
/// ```
///
/// # Errors
/// As [`prediction_strength`], and those of `classify`.
pub fn prediction_strength_by<E, F, C>(
    x: MatrixView<'_>,
    ks: RangeInclusive<usize>,
    cluster: &F,
    classify: &C,
    params: &PredictionParams,
    observer: &dyn Observer,
) -> Result<PredictionStrength, E>
where
    E: From<MetricsError> + Send,
    F: Fn(MatrixView<'_>, usize, Seed) -> Result<Labels, E> + Sync,
    C: Fn(MatrixView<'_>, &Labels, MatrixView<'_>) -> Result<Labels, E> + Sync,
{
    params.validate()?;
    check_table(x)?;
    check_ks(&ks, x.n_rows())?;
    let of_division = |division: usize| {
        let halves = halves(x.n_rows(), params.seed, division).map(|rows| x.select_rows(&rows));
        let views = [halves[0].view(), halves[1].view()];
        let seed = |k, half| child(params.seed, ["fit of half 0", "fit of half 1"][half], division, k);
        ks.clone().map(|k| strength(views, k, cluster, classify, |half| seed(k, half))).collect::<Result<Vec<_>, E>>()
    };
    let divisions =
        try_each(params.n_divisions, at_once(x.as_slice().len()), "prediction strength", observer, of_division)?;
    let at = ks.clone().enumerate().map(|(i, k)| StrengthAt::new(k, divisions.iter().map(|all| all[i]).collect()));
    Ok(PredictionStrength::new(at.collect(), params.cutoff))
}

impl StrengthAt {
    fn new(k: usize, divisions: Vec<f64>) -> Self {
        let m = divisions.len() as f64;
        let mean = divisions.iter().sum::<f64>() / m;
        let squares: f64 = divisions.iter().map(|value| (value - mean) * (value - mean)).sum();
        let standard_error = (divisions.len() > 1).then(|| (squares / (m - 1.0) / m).sqrt());
        Self { k, mean, standard_error, divisions }
    }
}

impl PredictionStrength {
    fn new(at: Vec<StrengthAt>, cutoff: f64) -> Self {
        let best_k = at.iter().rev().find(|strength| strength.mean >= cutoff).map_or(1, |strength| strength.k);
        Self { at, best_k, cutoff }
    }
}

fn check_ks(ks: &RangeInclusive<usize>, n_samples: usize) -> Result<(), MetricsError> {
    let (first, last) = (*ks.start(), *ks.end());
    if first == 0 {
        return Err(InputError::OutOfRange { name: "first k", value: 0.0, expected: ">= 1" }.into());
    }
    if first > last {
        let (value, limit) = (first as f64, last as f64);
        return Err(MetricsError::Order { name: "first k", value, relation: "<=", other: "last k", limit });
    }
    if last > n_samples / 2 {
        let at_least = last.saturating_mul(2);
        return Err(InputError::TooFewRows { what: "prediction strength", n_samples, at_least }.into());
    }
    Ok(())
}

/// The rows of both halves, ascending: floor(n/2) drawn at random, and the others.
fn halves(n: usize, seed: Seed, division: usize) -> [Vec<usize>; 2] {
    let mut rng = seed.stream("division into halves", division as u64, 0);
    let mut halves = [Vec::with_capacity(n / 2), Vec::with_capacity(n.div_ceil(2))];
    for row in 0..n {
        let first = rng.random_range(0..n - row) < n / 2 - halves[0].len();
        halves[usize::from(!first)].push(row);
    }
    halves
}

fn strength<E, F, C>(
    halves: [MatrixView<'_>; 2],
    k: usize,
    cluster: &F,
    classify: &C,
    seed: impl Fn(usize) -> Seed,
) -> Result<f64, E>
where
    E: From<MetricsError>,
    F: Fn(MatrixView<'_>, usize, Seed) -> Result<Labels, E>,
    C: Fn(MatrixView<'_>, &Labels, MatrixView<'_>) -> Result<Labels, E>,
{
    if k == 1 {
        return Ok(1.0);
    }
    let own = |half: usize| Ok::<_, E>(checked(cluster(halves[half], k, seed(half))?, halves[half].n_rows())?);
    let own = [own(0)?, own(1)?];
    let predicted = |half: usize| {
        let other = 1 - half;
        Ok::<_, E>(checked(classify(halves[other], &own[other], halves[half])?, halves[half].n_rows())?)
    };
    let predicted = [predicted(0)?, predicted(1)?];
    Ok(strength_of_halves([&own[0], &own[1]], [&predicted[0], &predicted[1]])?.strength)
}
