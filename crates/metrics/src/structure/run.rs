use rand::seq::SliceRandom;
use segctl_numeric::observe::Observer;
use segctl_numeric::seed::Seed;
use segctl_numeric::{InputError, Labels, Matrix, MatrixView};

use super::copula::OneBlob;
use super::halves::{Separation, separation};
use super::result::{largest_excesses, p_value, twice_the_median};
use super::scores::Scores;
use super::{Contrast, Structure, StructureAt, StructureParams};
use crate::MetricsError;
use crate::each::{at_once, child, try_each};
use crate::null::check_table;

/// Whether `x` (n x d) has groups at all, by what `cluster` finds in it for k = 2, ..., `k_max`.
///
/// A clusterer cuts up one blob as willingly as several groups, and skewness, heavy tails and correlation make
/// the parts look good. What tells groups is a gap between them. So the rows are cut into random halves, one
/// is clustered, and the other is looked at along the line through the centres of each two clusters, as far as
/// it is nearer to the middle of both than to other centres: the dip there (Hartigan & Hartigan 1985) is large
/// only if there are two modes. For each k the pair with the largest dip in the half that was clustered is
/// taken; beside them the single feature with the largest.
///
/// The largest dip over all k is compared with that of `n_null_sets` tables like `x` but of one blob: each
/// feature by the unimodal distribution closest to its own (spikes and rounding kept), joined by a normal
/// copula with the rank correlations of `x`. Ties are no evidence: groups that are told only by a value that
/// very many rows share, such as zero, are not found.
///
/// `cluster` gets a table, k and a seed of its own, and gives the cluster of each row, or noise; it is called
/// from several threads, and its errors are passed through, those of `x` first. 2 (B + 1) (`k_max` - 1)
/// fits of half the rows for each halving; beside them O(B n (n + d `k_max` + `k_max`^3) d) time for n rows
/// used, in parallel.
///
/// ```
/// use segctl_metrics::{MetricsError, StructureParams, structure};
/// use segctl_numeric::{Labels, Matrix, MatrixView, observe::Silent, seed::Seed};
/// // Cuts the range of the first column into k equal parts.
/// let slices = |x: MatrixView<'_>, k: usize, _: Seed| -> Result<Labels, MetricsError> {
///     let low = x.column(0).fold(f64::INFINITY, f64::min);
///     let width = x.column(0).fold(f64::NEG_INFINITY, f64::max) - low;
///     let part = |row: &[f64]| (((row[0] - low) / width * k as f64) as u32).min(k as u32 - 1);
///     Ok(Labels::new(x.rows().map(part).collect(), k)?)
/// };
/// let found = |gap: f64| {
///     let x = Matrix::new((0..200).map(|i| f64::from(i) + f64::from(i / 100) * gap).collect(), 200, 1)?;
///     structure(x.view(), &slices, &StructureParams::new(Seed(0)), &Silent)
/// };
/// assert!(found(100.0)?.found);
/// assert!(!found(0.0)?.found);
/// # Ok::<(), MetricsError>(())
/// ```
///
/// # Errors
/// Parameters out of range; fewer than 2 `k_max` + 2 rows, no columns, values that are not finite or of a
/// magnitude above 1e150; rows that are all equal; labels of another number than rows; those of `cluster`.
pub fn structure<E, F>(
    x: MatrixView<'_>,
    cluster: &F,
    params: &StructureParams,
    observer: &dyn Observer,
) -> Result<Structure, E>
where
    E: From<MetricsError> + Send,
    F: Fn(MatrixView<'_>, usize, Seed) -> Result<Labels, E> + Sync,
{
    params.validate()?;
    check_table(x)?;
    check_rows(x.n_rows(), params.min_rows())?;
    let x = sample(x, params);
    let sets = all_sets(x.view(), cluster, params, observer)?;
    Ok(summary(&sets, x.n_rows(), params))
}

fn check_rows(n_samples: usize, at_least: usize) -> Result<(), MetricsError> {
    if n_samples < at_least {
        return Err(InputError::TooFewRows { what: "structure", n_samples, at_least }.into());
    }
    Ok(())
}

/// All rows, or `max_rows` of them.
fn sample(x: MatrixView<'_>, params: &StructureParams) -> Matrix {
    if x.n_rows() <= params.max_rows {
        return x.to_owned();
    }
    let mut order: Vec<usize> = (0..x.n_rows()).collect();
    let (chosen, _) = order.partial_shuffle(&mut params.seed.stream("structure rows", 0, 0), params.max_rows);
    chosen.sort_unstable();
    x.select_rows(chosen)
}

/// What is found in the table, then in each null set.
fn all_sets<E, F>(
    x: MatrixView<'_>,
    cluster: &F,
    params: &StructureParams,
    observer: &dyn Observer,
) -> Result<Vec<Separation>, E>
where
    E: From<MetricsError> + Send,
    F: Fn(MatrixView<'_>, usize, Seed) -> Result<Labels, E> + Sync,
{
    let blob = OneBlob::fit(x, &mut params.seed.stream("structure correlations", 0, 0));
    let Some(scores) = Scores::fit(x, &blob.marginals) else {
        return Err(MetricsError::NoSpread { n_samples: x.n_rows() }.into());
    };
    let effort = (params.k_max, params.halvings(x.n_rows()));
    let one = |set: usize| {
        let seed = child(params.seed, "structure set", set, 0);
        let null = (set > 0).then(|| blob.draw(x.n_rows(), &mut seed.stream("structure draw", 0, 0)));
        let x = null.as_ref().map_or(x, Matrix::view);
        let scores = scores.of(x, &mut seed.stream("structure ties", 0, 0));
        separation(x, &scores, effort, cluster, seed)
    };
    try_each(params.n_null_sets + 1, at_once(4 * x.as_slice().len()), "structure", observer, one)
}

fn summary(sets: &[Separation], n_rows: usize, params: &StructureParams) -> Structure {
    let largest_dips: Vec<f64> = sets.iter().map(Separation::largest_dip).collect();
    let dip = |at: usize| Contrast::new(sets.iter().map(move |set| set.dips[at]));
    let silhouette = |at: usize| Contrast::new(sets.iter().map(move |set| set.silhouettes[at]));
    let by_k = (2..=params.k_max).map(|k| StructureAt { k, silhouette: silhouette(k - 2), dip: dip(k - 1) });
    let p = p_value(&largest_dips);
    Structure {
        found: p <= params.level,
        p_value: p,
        split_p_value: twice_the_median(&sets[0].p_values),
        silhouette_p_value: p_value(&largest_excesses(sets)),
        by_k: by_k.collect(),
        features: dip(0),
        n_rows,
        n_halvings: params.halvings(n_rows),
        n_null_sets: params.n_null_sets,
        level: params.level,
    }
}
