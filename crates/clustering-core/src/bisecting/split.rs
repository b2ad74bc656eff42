//! One cluster into two.

use std::ops::Range;

use rand::RngExt;
use segctl_numeric::distance::{TwoNearest, one_to_many, squared_euclidean, two_nearest};
use segctl_numeric::observe::Observer;
use segctl_numeric::par::{CHUNK_ROWS, fill_chunks, fold_chunks};
use segctl_numeric::seed::Seed;
use segctl_numeric::{Matrix, MatrixView};

use super::{BisectingParams, SplitInit};
use crate::ClusteringError;
use crate::kmeans::{Init, KMeans, KMeansData, KMeansParams, Stop, fit_data};

/// Rows of one cluster, and what decides whether it is split.
pub(super) struct Cluster {
    pub(super) rows: Vec<usize>,
    /// The mean of the rows, centred.
    pub(super) center: Vec<f64>,
    pub(super) inertia: f64,
    pub(super) weight: f64,
    /// Whether a split was tried and found nothing to tell apart.
    pub(super) is_final: bool,
}

/// Two clusters made of one, and the centres that tell them apart (2 x d, centred).
pub(super) struct Halves {
    pub(super) centers: Matrix,
    pub(super) clusters: [Cluster; 2],
    pub(super) n_iter: usize,
    pub(super) stop: Stop,
}

/// All rows, centred, and how to split some of them.
#[derive(Clone, Copy)]
pub(super) struct Splitter<'a> {
    pub(super) x: MatrixView<'a>,
    pub(super) weights: Option<&'a [f64]>,
    pub(super) params: &'a BisectingParams,
    pub(super) observer: &'a dyn Observer,
}

impl Splitter<'_> {
    /// Splits `rows`, the `step`-th split of a fit; `None` when they cannot be told apart.
    pub(super) fn split(&self, rows: &[usize], step: usize) -> Result<Option<Halves>, ClusteringError> {
        let members = self.x.select_rows(rows);
        let found = match self.two_means(members.view(), rows, step) {
            Err(ClusteringError::TooFewDistinct { .. } | ClusteringError::TooFewRows { .. }) => return Ok(None),
            found => found?,
        };
        // The same arithmetic as that of the model, so that it gives these labels again: two-means
        // saw the rows less another mean, and may have stopped before its labels were settled.
        let mut nearest = vec![TwoNearest::default(); rows.len()];
        fill_chunks(&mut nearest, 1, CHUNK_ROWS, |range, nearest| {
            two_nearest(members.view().rows_range(range), found.centers.view(), nearest);
        });
        let half = |side: u32| {
            let of_side = rows.iter().zip(&nearest).filter(|(_, found)| found.index == side);
            self.cluster(of_side.map(|(&row, _)| row).collect())
        };
        let clusters = [half(0), half(1)];
        if clusters.iter().any(|cluster| cluster.weight <= 0.0) {
            return Ok(None);
        }
        Ok(Some(Halves { centers: found.centers, clusters, n_iter: found.n_iter, stop: found.stop }))
    }

    fn two_means(&self, members: MatrixView<'_>, rows: &[usize], step: usize) -> Result<KMeans, ClusteringError> {
        let data = KMeansData::new(members)?;
        let weights = self.weights.map(|weights| rows.iter().map(|&i| weights[i]).collect::<Vec<_>>());
        let init = match self.params.init {
            SplitInit::KMeansPlusPlus => Init::KMeansPlusPlus,
            SplitInit::Farthest => Init::Centers(farthest(members, weights.as_deref())),
        };
        let params = KMeansParams::new(2)
            .with_init(init)
            .with_restarts(self.params.restarts)
            .with_max_iter(self.params.max_iter)
            .with_tol(self.params.tol)
            .with_seed(Seed(self.params.seed.stream("bisecting", step as u64, 0).random()));
        fit_data(&data, weights.as_deref(), &params, self.observer)
    }

    pub(super) fn cluster(&self, rows: Vec<usize>) -> Cluster {
        let weight_of = |i: usize| self.weights.map_or(1.0, |weights| weights[i]);
        let weight = sum(&rows, weight_of);
        let center = weighted_mean(self.x, &rows, weight, weight_of);
        let inertia = sum(&rows, |i| weight_of(i) * squared_euclidean(self.x.row(i), &center));
        Cluster { rows, center, inertia, weight, is_final: false }
    }
}

fn sum(rows: &[usize], value: impl Fn(usize) -> f64 + Sync) -> f64 {
    let of_chunk = |range: Range<usize>| rows[range].iter().map(|&i| value(i)).sum::<f64>();
    fold_chunks(rows.len(), CHUNK_ROWS, of_chunk, 0.0, |a, b| a + b)
}

/// The mean of `rows` of `x`, whose weights sum to `total`; zeros when that is 0.
fn weighted_mean(x: MatrixView<'_>, rows: &[usize], total: f64, weight: impl Fn(usize) -> f64 + Sync) -> Vec<f64> {
    let add = |mut sums: Vec<f64>, values: &[f64], weight: f64| {
        sums.iter_mut().zip(values).for_each(|(sum, value)| *sum += weight * value);
        sums
    };
    let zeros = || vec![0.0; x.n_cols()];
    let part = |range: Range<usize>| rows[range].iter().fold(zeros(), |sums, &i| add(sums, x.row(i), weight(i)));
    let sums = fold_chunks(rows.len(), CHUNK_ROWS, part, zeros(), |sums, part| add(sums, &part, 1.0));
    sums.into_iter().map(|sum| if total > 0.0 { sum / total } else { 0.0 }).collect()
}

/// The row farthest from the mean, and the row farthest from that one (2 x d).
fn farthest(members: MatrixView<'_>, weights: Option<&[f64]>) -> Matrix {
    let of = |i: usize| weights.map_or(1.0, |weights| weights[i]);
    let all: Vec<usize> = (0..members.n_rows()).collect();
    let mean = weighted_mean(members, &all, sum(&all, of), of);
    let from = |point: &[f64]| {
        let mut squared = vec![0.0; members.n_rows()];
        fill_chunks(&mut squared, 1, CHUNK_ROWS, |range, out| {
            one_to_many(point, members.rows_range(range).as_slice(), out);
        });
        let rows = (0..squared.len()).filter(|&i| of(i) > 0.0);
        rows.reduce(|a, b| if squared[b] > squared[a] { b } else { a }).unwrap_or(0)
    };
    let first = from(&mean);
    members.select_rows(&[first, from(members.row(first))])
}
