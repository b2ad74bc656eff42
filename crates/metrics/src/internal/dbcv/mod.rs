//! Density-based clustering validation: for clusters of any shape.

mod core;
mod separation;
mod sparseness;
mod tree;

use segctl_numeric::distance::Dissimilarity;
use segctl_numeric::par::map_chunks;
use segctl_numeric::{InputError, Labels, MatrixView};
use serde::{Deserialize, Serialize};

use self::separation::separations;
use self::sparseness::Inner;
pub use self::tree::Ties;
use crate::MetricsError;
use crate::magnitude::ensure_magnitudes;
use crate::members::{Members, check_labels};
use crate::silhouette::{MAX_MAGNITUDE, check_dissimilarity};

/// The density-based validity of a labeling and of its clusters.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Dbcv {
    /// The mean of the clusters' validities, weighted by their rows over all rows, noise included: in [-1, 1],
    /// the larger the better.
    pub value: f64,
    /// The validity of each cluster, in [-1, 1]: positive when it is denser inside than between it and its
    /// nearest neighbour. `None` for clusters of fewer than two rows, which have no density.
    pub per_cluster: Vec<Option<f64>>,
    /// Rows of clusters that have a validity.
    pub n_used: usize,
    /// Rows left out as noise; they count in the weights all the same.
    pub n_noise: usize,
    /// Rows that are clusters of their own: they count as noise.
    pub n_alone: usize,
}

/// The index of Moulavi, Jaskowiak, Campello, Zimek & Sander (2014), "Density-based clustering validation", of `x`
/// (n x d) under `labels`.
///
/// The core distance of a row is `(sum_j d_ij^-p / (m - 1))^(-1/p)` over the other rows of its cluster of m, with
/// p the number of columns; the reachability distance of two rows is the greatest of their distance and their
/// core distances. A cluster's sparseness is the longest edge between inner rows, those with two edges or more, of
/// its minimum spanning tree by reachability; its separation the least reachability distance of an inner row to
/// one of another cluster. Validity is `(separation - sparseness) / max(separation, sparseness)`, and 0 when both
/// are 0.
///
/// Choose Euclidean distances for the paper's text and squared ones for its authors' program, whose values those
/// are. Where the paper is silent this does as that program: a tree without inner edges has the longest of all
/// its edges as its sparseness, and one without inner rows has all its rows as such; clusters of one row are noise.
/// It differs from it, and from other programs, in two ways.
///
/// - Usually several trees are minimal, since a row's core distance is its reachability to all nearer rows, and the
///   index depends on which is taken. Other programs take one by the order of the rows: shuffling these moves a
///   cluster's validity by some tenths. Here it is that of the shortest distances ([`Ties::Distance`]). It has more
///   inner rows than most, so that values are lower, by hundredths where clusters are apart and by tenths where they
///   touch. [`dbcv_with`] takes the authors' tree instead.
/// - A row with a duplicate in its cluster has a core distance of 0, as the formula has it in the limit; other
///   programs pass over distances of 0.
///
/// The same bits at any number of threads. Time O(s d) for s the sum of the clusters' squared sizes and of the
/// products of their inner rows' numbers, memory O(n d). The tree of one cluster is found by one thread.
///
/// ```
/// use segctl_metrics::internal::dbcv;
/// use segctl_numeric::distance::Metric;
/// use segctl_numeric::{Labels, Matrix};
/// let x = Matrix::from_rows(&[[1.0, 1.0], [2.0, 2.0], [4.0, 4.0], [5.0, 5.0]])?;
/// let labels = Labels::from_signed(&[0, 0, 1, 1])?;
/// assert!((dbcv(x.view(), &Metric::SquaredEuclidean.into(), &labels)?.value - 0.75).abs() < 1e-12);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`MetricsError::Input`] without columns, when the numbers of rows and labels differ, a value is not finite, the
/// dissimilarity is one of other rows, or fewer than two clusters have two rows; [`MetricsError::TooLarge`] for a
/// value beyond 1e150 (1e140 for squared distances).
pub fn dbcv(x: MatrixView<'_>, dissimilarity: &Dissimilarity, labels: &Labels) -> Result<Dbcv, MetricsError> {
    dbcv_with(x, dissimilarity, labels, Ties::default())
}

/// [`dbcv`], by the minimum spanning trees that `ties` says. By the order of the rows and with squared Euclidean
/// distances it has the values of the authors' program, where no two rows of a cluster are equal.
///
/// ```
/// use segctl_metrics::internal::{Ties, dbcv_with};
/// use segctl_numeric::distance::Metric;
/// use segctl_numeric::{Labels, Matrix};
/// let x = Matrix::from_rows(&[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0], [7.0, 8.0], [9.0, 10.0]])?;
/// let labels = Labels::from_signed(&[0, 0, 1, 1, 1])?;
/// let found = dbcv_with(x.view(), &Metric::SquaredEuclidean.into(), &labels, Ties::RowOrder)?;
/// assert!((found.value - 0.694_201_697_828_989).abs() < 1e-12);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// As [`dbcv`].
pub fn dbcv_with(
    x: MatrixView<'_>,
    dissimilarity: &Dissimilarity,
    labels: &Labels,
    ties: Ties,
) -> Result<Dbcv, MetricsError> {
    ensure_magnitudes(x, MAX_MAGNITUDE)?;
    check_labels(labels, x.n_rows())?;
    check_dissimilarity(x, dissimilarity)?;
    let members = Members::new(labels);
    let used: Vec<usize> = (0..members.n_clusters()).filter(|&cluster| members.size(cluster) > 1).collect();
    if used.len() < 2 {
        let (name, value) = ("clusters of two rows or more", used.len() as f64);
        return Err(InputError::OutOfRange { name, value, expected: ">= 2" }.into());
    }
    let inside = |cluster: usize| Inner::of(x, members.of(cluster), dissimilarity, ties);
    let inner: Vec<Inner> = map_chunks(used.len(), 1, |range| inside(used[range.start]));
    Ok(result(x.n_rows(), &members, &used, &validities(x, dissimilarity, &inner)))
}

fn validities(x: MatrixView<'_>, dissimilarity: &Dissimilarity, inner: &[Inner]) -> Vec<f64> {
    let validity = |(inner, separation): (&Inner, f64)| {
        let larger = separation.max(inner.sparseness);
        if larger > 0.0 { (separation - inner.sparseness) / larger } else { 0.0 }
    };
    inner.iter().zip(separations(x, dissimilarity, inner)).map(validity).collect()
}

fn result(n_rows: usize, members: &Members, used: &[usize], validities: &[f64]) -> Dbcv {
    let mut per_cluster = vec![None; members.n_clusters()];
    let mut weighted = 0.0;
    for (&cluster, &validity) in used.iter().zip(validities) {
        per_cluster[cluster] = Some(validity);
        weighted += members.size(cluster) as f64 * validity;
    }
    let n_used = used.iter().map(|&cluster| members.size(cluster)).sum();
    Dbcv {
        value: weighted / n_rows as f64,
        per_cluster: members.by_label(per_cluster, None),
        n_used,
        n_noise: members.n_noise,
        n_alone: members.n_used() - n_used,
    }
}
