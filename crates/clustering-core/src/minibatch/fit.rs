//! The training: starts, batches, and the labels of all rows.

use std::ops::ControlFlow;

use rand::RngExt;
use segctl_numeric::distance::{TwoNearest, squared_euclidean, two_nearest};
use segctl_numeric::observe::{Event, Observer};
use segctl_numeric::par::{CHUNK_ROWS, fill_chunks, fold_chunks};
use segctl_numeric::{InputError, Matrix, MatrixView};

use super::progress::{Progress, Reassigning, Step};
use super::{MiniBatchParams, MiniBatchStop, OnlineCenters};
use crate::ClusteringError;
use crate::centring::center;
use crate::distinct::count_distinct;
use crate::kmeans::{KMeansData, draw_rows, plus_plus};

/// Checked input.
#[derive(Clone, Copy)]
pub(super) struct Training<'a> {
    pub(super) data: &'a KMeansData<'a>,
    pub(super) weights: Option<&'a [f64]>,
    pub(super) params: &'a MiniBatchParams,
    pub(super) observer: &'a dyn Observer,
}

/// Where batches left the centres, centred.
pub(super) struct Trained {
    pub(super) centers: Matrix,
    pub(super) n_steps: usize,
    pub(super) stop: MiniBatchStop,
    pub(super) n_reassigned: usize,
}

/// All rows assigned.
pub(super) struct Labelled {
    pub(super) centers: Matrix,
    pub(super) labels: Vec<u32>,
    pub(super) inertia: f64,
    pub(super) n_repairs: usize,
}

/// Rows and their weights, copied together.
struct Batch {
    x: Matrix,
    weights: Option<Vec<f64>>,
}

impl Training<'_> {
    /// Rows of a batch: never more than there are.
    pub(super) fn batch_size(&self) -> usize {
        self.params.batch_size.min(self.data.n_rows())
    }

    pub(super) fn run(&self) -> Result<Trained, ClusteringError> {
        let (n, size) = (self.data.n_rows(), self.batch_size());
        let tol = self.params.tol * self.data.mean_variance();
        let mut online = OnlineCenters::checked(self.start()?);
        let mut progress = Progress::new(self.params, n, size, tol);
        let mut reassigning = Reassigning::new(self.params.n_clusters);
        let n_steps = (self.params.max_iter.saturating_mul(n) / size).max(1);
        let (mut n_reassigned, mut stop) = (0, None);
        let mut done = 0;
        while done < n_steps && stop.is_none() {
            let mut rng = self.params.seed.stream("mini-batch", done as u64, 0);
            let batch = self.draw_batch(&mut rng);
            let before = online.centers().clone();
            let due = reassigning.is_due(size, online.counts());
            let inertia = online.step(batch.x.view(), batch.weights.as_deref());
            if due {
                let ratio = self.params.reassignment_ratio;
                n_reassigned += online.reassign(batch.x.view(), batch.weights.as_deref(), ratio, &mut rng);
            }
            done += 1;
            self.tell(done, n_steps, inertia / size as f64)?;
            let squared_shift = squared_euclidean(before.as_slice(), online.centers().as_slice());
            stop = progress.after(Step { inertia, squared_shift });
        }
        let (centers, stop) = (online.centers().clone(), stop.unwrap_or(MiniBatchStop::MaxIter));
        Ok(Trained { centers, n_steps: done, stop, n_reassigned })
    }

    fn tell(&self, step: usize, total: usize, inertia: f64) -> Result<(), ClusteringError> {
        let event = Event::new("mini-batch", step as u64).with_total(total as u64).with_objective(inertia);
        match self.observer.event(event) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(ClusteringError::Cancelled),
        }
    }

    fn draw_batch(&self, rng: &mut impl RngExt) -> Batch {
        let n = self.data.n_rows();
        match self.params.batch_size >= n {
            true => self.batch(&(0..n).collect::<Vec<_>>()),
            false => self.batch(&(0..self.params.batch_size).map(|_| draw_below(rng, n)).collect::<Vec<_>>()),
        }
    }

    fn batch(&self, rows: &[usize]) -> Batch {
        let weights = self.weights.map(|weights| rows.iter().map(|&i| weights[i]).collect());
        Batch { x: self.data.centred().select_rows(rows), weights }
    }

    /// The centres to begin with (k x d, centred).
    fn start(&self) -> Result<Matrix, ClusteringError> {
        if let Some(centers) = &self.params.init_centers {
            if centers.n_cols() != self.data.n_cols() {
                let (what, found) = ("row of initial centres", centers.n_cols());
                return Err(InputError::Length { what, found, expected: self.data.n_cols() }.into());
            }
            let mut out = centers.clone();
            center(centers.view(), self.data.mean(), out.view_mut().as_mut_slice());
            return Ok(out);
        }
        let seed = self.params.seed;
        let start = |at: usize| self.plus_plus(&mut seed.stream("mini-batch start", at as u64, 0));
        if self.params.n_init == 1 {
            return Ok(start(0));
        }
        let validation = self.sample(&mut seed.stream("mini-batch validation", 0, 0));
        let scored = (0..self.params.n_init).map(start).map(|centers| (inertia_of(&validation, &centers), centers));
        let best = scored.reduce(|best, other| if other.0 < best.0 { other } else { best });
        Ok(best.expect("n_init was checked").1)
    }

    /// Greedy k-means++ on a sample, or on all rows where the sample has too few distinct ones.
    fn plus_plus(&self, rng: &mut impl RngExt) -> Matrix {
        let k = self.params.n_clusters;
        let sample = self.sample(rng);
        let of = |i: usize| sample.weights.as_ref().map_or(1.0, |weights| weights[i]);
        match count_distinct(sample.x.view(), of, k) == k {
            true => plus_plus(sample.x.view(), sample.weights.as_deref(), k, rng),
            false => plus_plus(self.data.centred(), self.weights, k, rng),
        }
    }

    fn sample(&self, rng: &mut impl RngExt) -> Batch {
        let (n, least) = (self.data.n_rows(), self.params.n_clusters.saturating_mul(3));
        let size = self.params.init_size.unwrap_or(self.batch_size().saturating_mul(3));
        self.batch(&draw_rows(rng, n, size.max(least).min(n)))
    }

    /// Assigns all rows, moving centres that no row is nearest to.
    pub(super) fn label(&self, mut centers: Matrix) -> Labelled {
        let x = self.data.centred();
        let of = |i: usize| self.weights.map_or(1.0, |weights| weights[i]);
        let mut n_repairs = 0;
        loop {
            let nearest = assign(x, &centers);
            let (moves, left) = self.fill_empty(&mut centers, &nearest);
            // Every move lowers the inertia, but rounding may not see it: as many as there are centres
            // fill any that can be filled.
            if moves == 0 || n_repairs >= 2 * self.params.n_clusters {
                if left > 0 {
                    tracing::warn!(n_empty = left, "some clusters of mini-batch k-means have no rows");
                }
                let of_chunk = |range: std::ops::Range<usize>| range.map(|i| of(i) * nearest[i].squared).sum::<f64>();
                let inertia = fold_chunks(nearest.len(), CHUNK_ROWS, of_chunk, 0.0, |a, b| a + b);
                let labels = nearest.iter().map(|found| found.index).collect();
                return Labelled { centers, labels, inertia, n_repairs };
            }
            n_repairs += moves;
        }
    }

    /// Moves each centre without weight to the row farthest from its own centre, the first among
    /// equals, each to another; returns how many were moved, and how many had no weight.
    fn fill_empty(&self, centers: &mut Matrix, nearest: &[TwoNearest]) -> (usize, usize) {
        let of = |i: usize| self.weights.map_or(1.0, |weights| weights[i]);
        let mut has_rows = vec![false; centers.n_rows()];
        let weighty = || (0..nearest.len()).filter(|&i| of(i) > 0.0);
        weighty().for_each(|i| has_rows[nearest[i].index as usize] = true);
        let empty: Vec<usize> = (0..has_rows.len()).filter(|&c| !has_rows[c]).collect();
        if empty.is_empty() {
            return (0, 0);
        }
        let mut far: Vec<usize> = weighty().filter(|&i| nearest[i].squared > 0.0).collect();
        far.sort_by(|&a, &b| nearest[b].squared.total_cmp(&nearest[a].squared));
        // Copies of a row would leave all but one of their centres without rows again.
        far.dedup_by(|a, b| self.data.centred().row(*a) == self.data.centred().row(*b));
        let moves = empty.iter().zip(&far);
        let n_moves = moves.len();
        moves.for_each(|(&c, &row)| centers.row_mut(c).copy_from_slice(self.data.centred().row(row)));
        (n_moves, empty.len())
    }
}

fn assign(x: MatrixView<'_>, centers: &Matrix) -> Vec<TwoNearest> {
    let mut nearest = vec![TwoNearest::default(); x.n_rows()];
    fill_chunks(&mut nearest, 1, CHUNK_ROWS, |range, nearest| {
        two_nearest(x.rows_range(range), centers.view(), nearest);
    });
    nearest
}

fn inertia_of(batch: &Batch, centers: &Matrix) -> f64 {
    let nearest = assign(batch.x.view(), centers);
    let weight = |i: usize| batch.weights.as_ref().map_or(1.0, |weights| weights[i]);
    nearest.iter().enumerate().map(|(i, found)| weight(i) * found.squared).sum()
}

/// One of `0..n`, all as likely but for 2^-53.
pub(super) fn draw_below(rng: &mut impl RngExt, n: usize) -> usize {
    ((rng.random::<f64>() * n as f64) as usize).min(n - 1)
}
