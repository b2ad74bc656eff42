//! K-medoids: clusters known by one of their rows, for any distance.
//!
//! The loss is the sum of the distances of all rows to the nearest of k rows, the medoids. FasterPAM (E. Schubert
//! & P. J. Rousseeuw, "Fast and eager k-medoids clustering: O(k) runtime improvement of the PAM, CLARA, and
//! CLARANS algorithms", Information Systems 101, 2021) tries every row in the place of the medoid it does best by,
//! and swaps at once when the loss falls; it ends when no swap of one medoid for one row is left that lowers the
//! loss. From the same medoids it makes the swaps of the `kmedoids` package of Python.
//!
//! The distances of all rows are kept in a table of 4 n^2 bytes, as 32-bit floats: a search reads the table again
//! and again, and half the bytes are half the time. So medoids are the best up to 1 part in 10^7 of the distances
//! that decide between them; labels and loss are then computed from the distances themselves. Where the table does
//! not fit, medoids are found in samples ([`KMedoidsParams::memory_limit`]).

mod init;
mod model;
mod params;
mod sampled;
mod search;
mod starts;
mod state;
mod table;

use segctl_numeric::observe::{Observer, Silent};
use segctl_numeric::par::{CHUNK_ROWS, chunks};
use segctl_numeric::{InputError, Labels, MatrixView};

pub use model::MedoidsModel;
pub use params::{KMedoidsParams, MedoidsInit};

use crate::ClusteringError;
use crate::agglomerative::Condensed;
use crate::check::{check_values, out_of_range};
use crate::distinct::count_distinct;
use model::check_columns;
use starts::{Best, Starts};
use table::{OutOfMemory, Table};

/// A fitted clustering around medoids: plain data.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct KMedoids {
    /// The nearest medoid of each row, the lowest index among equals; never noise, no cluster empty.
    pub labels: Labels,
    /// The row that stands for each cluster (k).
    pub medoids: Vec<usize>,
    /// The sum of the distances of all rows to the nearest medoid.
    pub loss: f64,
    /// Swaps of the start that was taken.
    pub n_swaps: usize,
    /// Its rounds over the rows.
    pub n_iter: usize,
    /// Whether it ended because no swap was left: in the sample, where there is one.
    pub converged: bool,
    /// The number of the start that was taken, from 0: the least loss, the first among equals.
    pub restart: usize,
    /// Starts made, on each sample where there are some.
    pub n_starts: usize,
    /// How medoids were found in samples; `None` where all rows were looked at.
    pub sampled: Option<Sampled>,
    /// What assigns new rows; [centres](crate::model::Predict::centers) are the medoids.
    pub model: MedoidsModel,
}

use KMedoids as Fitted;

/// How medoids were found in samples.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Sampled {
    /// Samples drawn.
    pub n_samples: usize,
    /// Rows of each.
    pub sample_size: usize,
}

/// Medoids of rows of which only the distances are known: plain data.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct DistanceMedoids {
    /// The nearest medoid of each row, the lowest index among equals; never noise, no cluster empty.
    pub labels: Labels,
    /// The row that stands for each cluster (k).
    pub medoids: Vec<usize>,
    /// The sum of the distances of all rows to the nearest medoid.
    pub loss: f64,
    /// Swaps of the start that was taken.
    pub n_swaps: usize,
    /// Its rounds over the rows.
    pub n_iter: usize,
    /// Whether it ended because no swap was left.
    pub converged: bool,
    /// The number of the start that was taken, from 0.
    pub restart: usize,
    /// Starts made.
    pub n_starts: usize,
}

/// Finds k medoids among the rows of `x` (n x d).
///
/// # Errors
/// As [`fit_with`].
///
/// ```
/// use segctl_clustering_core::kmedoids::{KMedoidsParams, fit};
/// use segctl_numeric::MatrixView;
/// let x = MatrixView::new(&[1.0, 2.0, 3.0, 90.0, 91.0, 99.0], 6, 1)?;
/// let found = fit(x, &KMedoidsParams::new(2))?;
/// assert_eq!(found.labels.renumbered().to_signed(), [0, 0, 0, 1, 1, 1]);
/// assert_eq!(found.loss, 2.0 + 9.0);
/// assert!(found.medoids.contains(&1) && found.medoids.contains(&4));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn fit(x: MatrixView<'_>, params: &KMedoidsParams) -> Result<KMedoids, ClusteringError> {
    fit_with(x, params, &Silent)
}

/// Finds medoids under observation.
///
/// Events have the stage `k-medoids swap` after each swap of any start, with the loss reached, and `k-medoids` when
/// the table, or a sample, is done with. Time O(n^2 d) for the distances and O(n^2) for each round; with samples
/// of m rows, O(m^2 d + n k d) for each.
///
/// # Errors
/// [`ClusteringError::Input`] for parameters out of range, values that are not finite, initial medoids that are no k
/// different rows, or another number of columns than the distance is for; [`ClusteringError::TooLarge`] for
/// magnitudes beyond 1e120; [`ClusteringError::TooFewRows`]; [`ClusteringError::TooFewDistinct`], rows counting
/// as equal where their distance is 0; [`ClusteringError::TableMemory`] when not even a sample fits;
/// [`ClusteringError::Cancelled`].
///
/// ```
/// use segctl_clustering_core::kmedoids::{KMedoidsParams, fit_with};
/// use segctl_numeric::{MatrixView, distance::Gower, observe::Silent};
/// // An age and the code of a region.
/// let x = MatrixView::new(&[20.0, 0.0, 21.0, 0.0, 60.0, 1.0, 61.0, 1.0], 4, 2)?;
/// let gower = Gower::fit(x, &[false, true])?;
/// let found = fit_with(x, &KMedoidsParams::new(2).with_dissimilarity(gower), &Silent)?;
/// assert_eq!(found.labels.renumbered().to_signed(), [0, 0, 1, 1]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn fit_with(
    x: MatrixView<'_>,
    params: &KMedoidsParams,
    observer: &dyn Observer,
) -> Result<KMedoids, ClusteringError> {
    check(x, params)?;
    let (n, d, k, seed) = (x.n_rows(), x.n_cols(), params.n_clusters, params.seed.0);
    let span = tracing::info_span!("k-medoids", n, d, k, seed, dissimilarity = params.dissimilarity.name());
    let _entered = span.enter();
    let starts = Starts::new(params, observer);
    let table = if params.allows(n) { Table::of_rows(x, &params.dissimilarity).ok() } else { None };
    let found = match table {
        None => sampled::fit(x, &starts)?,
        Some(table) => {
            let best = starts.best(&table, &params.init, 0)?;
            starts.tell(1, 1, best.run.loss)?;
            fitted(x, best, params, None)?
        }
    };
    check_sizes(&found.labels)?;
    Ok(found)
}

/// Finds medoids of rows of which only the distances are known. The dissimilarity of `params` and what it says of
/// samples do not count: the table, 4 n^2 bytes beside the distances, must fit.
///
/// # Errors
/// As [`fit_with`], but [`ClusteringError::TableMemory`] when the table of all rows does not fit.
///
/// ```
/// use segctl_clustering_core::agglomerative::Condensed;
/// use segctl_clustering_core::kmedoids::{KMedoidsParams, fit_distances};
/// use segctl_numeric::observe::Silent;
/// let distances = Condensed::new(vec![1.0, 5.0, 4.0], 3)?;
/// let found = fit_distances(&distances, &KMedoidsParams::new(2), &Silent)?;
/// assert_eq!((found.labels.renumbered().to_signed(), found.loss), (vec![0, 0, 1], 1.0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn fit_distances(
    distances: &Condensed,
    params: &KMedoidsParams,
    observer: &dyn Observer,
) -> Result<DistanceMedoids, ClusteringError> {
    let n = distances.n_rows();
    check_counts(n, params)?;
    let no_memory = ClusteringError::TableMemory { needed: Table::bytes(n), n_rows: n };
    if !params.allows(n) {
        return Err(no_memory);
    }
    let table = Table::of_distances(distances).map_err(|OutOfMemory| no_memory)?;
    let starts = Starts::new(params, observer);
    let Best { run, restart, n_starts } = starts.best(&table, &params.init, 0)?;
    starts.tell(1, 1, run.loss)?;
    let nearest = |row: usize| {
        let to = |c: usize| distances.get(row, run.medoids[c]);
        (1..run.medoids.len()).fold((0, to(0)), |best, c| if to(c) < best.1 { (c, to(c)) } else { best })
    };
    let nearest: Vec<(usize, f64)> = (0..n).map(nearest).collect();
    let labels = Labels::new(nearest.iter().map(|&(c, _)| c as u32).collect(), params.n_clusters)?;
    check_sizes(&labels)?;
    let loss = total(n, |row| nearest[row].1);
    let (n_swaps, n_iter, converged) = (run.n_swaps, run.n_iter, run.converged);
    Ok(DistanceMedoids { labels, medoids: run.medoids, loss, n_swaps, n_iter, converged, restart, n_starts })
}

/// All rows assigned to the medoids of a start.
fn fitted(
    x: MatrixView<'_>,
    best: Best,
    params: &KMedoidsParams,
    sampled: Option<Sampled>,
) -> Result<KMedoids, ClusteringError> {
    let Best { run, restart, n_starts } = best;
    let model = MedoidsModel::new(x.select_rows(&run.medoids), params.dissimilarity.clone())?;
    let nearest = model.nearest(x);
    Ok(KMedoids {
        labels: Labels::new(nearest.iter().map(|row| row.index).collect(), params.n_clusters)?,
        loss: total(x.n_rows(), |row| nearest[row].squared),
        medoids: run.medoids,
        n_swaps: run.n_swaps,
        n_iter: run.n_iter,
        converged: run.converged,
        restart,
        n_starts,
        sampled,
        model,
    })
}

fn total(n_rows: usize, distance: impl Fn(usize) -> f64) -> f64 {
    chunks(n_rows, CHUNK_ROWS).map(|range| range.map(&distance).sum::<f64>()).sum()
}

fn check(x: MatrixView<'_>, params: &KMedoidsParams) -> Result<(), ClusteringError> {
    params.validate()?;
    check_values("X", x)?;
    check_columns("row of X", &params.dissimilarity, x.n_cols())?;
    check_counts(x.n_rows(), params)?;
    let n_distinct = count_distinct(x, |_| 1.0, params.n_clusters);
    match n_distinct < params.n_clusters {
        true => Err(ClusteringError::TooFewDistinct { n_distinct, n_clusters: params.n_clusters }),
        false => Ok(()),
    }
}

fn check_counts(n_samples: usize, params: &KMedoidsParams) -> Result<(), ClusteringError> {
    params.validate()?;
    let n_clusters = params.n_clusters;
    if n_samples < n_clusters {
        return Err(ClusteringError::TooFewRows { n_samples, n_clusters });
    }
    let MedoidsInit::Medoids(medoids) = &params.init else { return Ok(()) };
    if medoids.len() != n_clusters {
        let (what, found) = ("initial medoids", medoids.len());
        return Err(InputError::Length { what, found, expected: n_clusters }.into());
    }
    let is_wrong = |&(at, &row): &(usize, &usize)| row >= n_samples || medoids[..at].contains(&row);
    match medoids.iter().enumerate().find(is_wrong) {
        None => Ok(()),
        Some((_, &row)) => Err(out_of_range("initial medoid", row as f64, "a row of X, and given once")),
    }
}

/// A cluster is empty when its medoid is at no distance from another.
fn check_sizes(labels: &Labels) -> Result<(), ClusteringError> {
    let (n_clusters, n_distinct) = (labels.n_clusters(), labels.sizes().iter().filter(|&&size| size > 0).count());
    match n_distinct < n_clusters {
        true => Err(ClusteringError::TooFewDistinct { n_distinct, n_clusters }),
        false => Ok(()),
    }
}
