use rand::RngExt;
use segctl_numeric::distance::{TwoNearest, two_nearest};
use segctl_numeric::par::fill_chunks;
use segctl_numeric::{InputError, Matrix, MatrixView};

use super::fit::draw_below;
use crate::ClusteringError;
use crate::check::{check_magnitudes, check_values};
use crate::kmeans::check_weights;

/// Rows of a batch that one thread assigns at a time: a batch is small.
const BATCH_CHUNK: usize = 256;

/// Centres that follow the rows they are shown, batch by batch: scikit-learn's `partial_fit`.
///
/// A batch is assigned to the centres as they are; then each centre moves to the weighted mean of
/// all rows that it was ever given (Sculley's learning rate of one over the count). Random numbers
/// have no part in it. Memory O(k d).
///
/// ```
/// use segctl_clustering_core::minibatch::OnlineCenters;
/// use segctl_numeric::{Matrix, MatrixView};
/// let mut online = OnlineCenters::new(Matrix::new(vec![0.0, 10.0], 2, 1)?)?;
/// online.update(MatrixView::new(&[1.0, 8.0], 2, 1)?, None)?;
/// online.update(MatrixView::new(&[3.0], 1, 1)?, None)?;
/// assert_eq!(online.centers().as_slice(), [2.0, 8.0]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct OnlineCenters {
    centers: Matrix,
    counts: Vec<f64>,
}

impl OnlineCenters {
    /// Begins with `centers` (k x d), to which no row has been given yet.
    ///
    /// # Errors
    /// [`ClusteringError::Input`] without centres or features, or for a value that is not finite;
    /// [`ClusteringError::TooLarge`] for magnitudes beyond 1e120.
    pub fn new(centers: Matrix) -> Result<Self, ClusteringError> {
        check_values("initial centres", centers.view())?;
        Ok(Self::checked(centers))
    }

    /// As [`OnlineCenters::new`], for centres that were checked.
    pub(super) fn checked(centers: Matrix) -> Self {
        Self { counts: vec![0.0; centers.n_rows()], centers }
    }

    /// The centres as they are (k x d).
    pub fn centers(&self) -> &Matrix {
        &self.centers
    }

    /// The weight of the rows given to each centre so far (k).
    pub fn counts(&self) -> &[f64] {
        &self.counts
    }

    /// Shows a batch (b x d) with its weights, and returns its inertia before the centres moved:
    /// `sum_i w_i min_c |x_i - c|^2`. No rows change nothing. Time O(b k d).
    ///
    /// # Errors
    /// [`ClusteringError::Input`] for another number of features, values that are not finite, or
    /// weights that are no weights; [`ClusteringError::TooLarge`] for magnitudes beyond 1e120.
    pub fn update(&mut self, batch: MatrixView<'_>, sample_weight: Option<&[f64]>) -> Result<f64, ClusteringError> {
        if batch.n_cols() != self.centers.n_cols() {
            let (found, expected) = (batch.n_cols(), self.centers.n_cols());
            return Err(InputError::Length { what: "row of X", found, expected }.into());
        }
        check_magnitudes("X", batch)?;
        check_weights(sample_weight, batch.n_rows())?;
        Ok(self.step(batch, sample_weight))
    }

    /// As [`OnlineCenters::update`], for a batch that was checked.
    pub(super) fn step(&mut self, batch: MatrixView<'_>, weights: Option<&[f64]>) -> f64 {
        let mut nearest = vec![TwoNearest::default(); batch.n_rows()];
        let centers = self.centers.view();
        fill_chunks(&mut nearest, 1, BATCH_CHUNK, |range, nearest| {
            two_nearest(batch.rows_range(range), centers, nearest);
        });
        self.follow(batch, weights, &nearest)
    }

    /// Moves each centre to the mean of what it had and what it got.
    fn follow(&mut self, batch: MatrixView<'_>, weights: Option<&[f64]>, nearest: &[TwoNearest]) -> f64 {
        let of = |i: usize| weights.map_or(1.0, |weights| weights[i]);
        let mut moved = Matrix::zeros(self.centers.n_rows(), self.centers.n_cols());
        let (mut gained, mut inertia) = (vec![0.0; self.counts.len()], 0.0);
        for (i, (row, found)) in batch.rows().zip(nearest).enumerate() {
            let (weight, c) = (of(i), found.index as usize);
            // Differences to the centre, not the rows: nothing is lost however many came before.
            let from = self.centers.row(c).iter();
            moved.row_mut(c).iter_mut().zip(row).zip(from).for_each(|((sum, x), c)| *sum += weight * (x - c));
            gained[c] += weight;
            inertia += weight * found.squared;
        }
        for (c, &gained) in gained.iter().enumerate().filter(|&(_, &gained)| gained > 0.0) {
            self.counts[c] += gained;
            let count = self.counts[c];
            self.centers.row_mut(c).iter_mut().zip(moved.row(c)).for_each(|(center, sum)| *center += sum / count);
        }
        inertia
    }

    /// Moves the centres that starve to rows of the batch, as scikit-learn does: those whose count is
    /// below `ratio` of the largest, at most half as many as the batch has rows, each to a row of its
    /// own. Their counts become the least of the others, lest they move again at once. Returns how many
    /// moved.
    pub(super) fn reassign(
        &mut self,
        batch: MatrixView<'_>,
        weights: Option<&[f64]>,
        ratio: f64,
        rng: &mut impl RngExt,
    ) -> usize {
        let most = self.counts.iter().copied().fold(0.0, f64::max);
        let mut starving: Vec<usize> = (0..self.counts.len()).filter(|&c| self.counts[c] < ratio * most).collect();
        let mut rows: Vec<usize> =
            (0..batch.n_rows()).filter(|&i| weights.is_none_or(|weights| weights[i] > 0.0)).collect();
        starving.sort_by(|&a, &b| self.counts[a].total_cmp(&self.counts[b]));
        starving.truncate(rows.len() / 2);
        let others = (0..self.counts.len()).filter(|c| !starving.contains(c));
        let least = others.map(|c| self.counts[c]).fold(f64::INFINITY, f64::min);
        for (at, &c) in starving.iter().enumerate() {
            let drawn = at + draw_below(rng, rows.len() - at);
            rows.swap(at, drawn);
            self.centers.row_mut(c).copy_from_slice(batch.row(rows[at]));
            self.counts[c] = least;
        }
        starving.len()
    }
}
