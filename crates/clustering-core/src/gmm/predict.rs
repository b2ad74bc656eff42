//! New rows: what the model says of them, in the arithmetic of the fit.

use std::ops::Range;

use segctl_numeric::par::{CHUNK_ROWS, map_chunks};
use segctl_numeric::simd::{LANES, dispatch};
use segctl_numeric::{Labels, Matrix, MatrixView};

use super::em::centred;
use super::forms::Forms;
use super::model::GmmModel;
use super::posterior::{Posterior, log_density};
use super::tiles::Tiles;
use crate::ClusteringError;
use crate::model::{Assignment, Predict, check_labels, check_permutation, check_rows};

/// All there is to know of some rows: component by component, a value per row.
struct Evaluated {
    /// Rows with those that fill the last tile.
    n_rows: usize,
    /// Squared Mahalanobis distances.
    forms: Vec<f64>,
    posterior: Vec<f64>,
    log_likelihood: Vec<f64>,
}

/// A row's two most probable components.
#[derive(Debug, Clone, Copy)]
struct Two {
    first: Component,
    second: Option<Component>,
}

#[derive(Debug, Clone, Copy)]
struct Component {
    index: usize,
    log_density: f64,
}

impl Evaluated {
    fn form(&self, row: usize, c: usize) -> f64 {
        self.forms[c * self.n_rows + row]
    }

    fn posterior(&self, row: usize, c: usize) -> f64 {
        self.posterior[c * self.n_rows + row]
    }

    /// The lowest index among equals, for both.
    fn two(&self, row: usize, constants: &[f64]) -> Two {
        let of = |index: usize| Component { index, log_density: log_density(constants[index], self.form(row, index)) };
        let mut two = Two { first: of(0), second: None };
        for next in (1..constants.len()).map(of) {
            if next.log_density > two.first.log_density {
                two = Two { first: next, second: Some(two.first) };
            } else if two.second.is_none_or(|second| next.log_density > second.log_density) {
                two.second = Some(next);
            }
        }
        two
    }
}

impl GmmModel {
    /// The log-likelihood of each row of `x` (n x d) under the mixture, of length n: the logarithm of its density.
    /// Time O(n k d^2), O(n k d) without full covariances.
    ///
    /// ```
    /// use segctl_clustering_core::gmm::{Covariances, GmmModel};
    /// use segctl_numeric::{Matrix, MatrixView};
    /// let model = GmmModel::new(vec![1.0], &Matrix::zeros(1, 1), Covariances::Spherical(vec![1.0]))?;
    /// let found = model.log_likelihood(MatrixView::new(&[0.0, 2.0], 2, 1)?)?;
    /// assert!((found[0] + 0.918_938_533_204_672_7).abs() < 1e-15);
    /// assert_eq!(found[0] - found[1], 2.0);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`Predict::predict`].
    pub fn log_likelihood(&self, x: MatrixView<'_>) -> Result<Vec<f64>, ClusteringError> {
        let of_chunk = |n_rows: usize, found: &Evaluated| found.log_likelihood[..n_rows].to_vec();
        Ok(self.evaluate(x, of_chunk)?.concat())
    }

    /// The posterior probabilities of the components (n x k) given each row of `x` (n x d). Rows add up to 1;
    /// probabilities below 1e-30 of the largest are 0. Time as [`log_likelihood`](Self::log_likelihood).
    ///
    /// ```
    /// use segctl_clustering_core::gmm::{Covariances, GmmModel};
    /// use segctl_numeric::{Matrix, MatrixView};
    /// let means = Matrix::from_rows(&[[-1.0], [1.0]])?;
    /// let model = GmmModel::new(vec![0.5, 0.5], &means, Covariances::Spherical(vec![1.0, 1.0]))?;
    /// let found = model.posterior(MatrixView::new(&[0.0, -50.0], 2, 1)?)?;
    /// assert_eq!(found.as_slice(), [0.5, 0.5, 1.0, 0.0]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`Predict::predict`].
    pub fn posterior(&self, x: MatrixView<'_>) -> Result<Matrix, ClusteringError> {
        let k = self.weights.len();
        let of_chunk = |n_rows: usize, found: &Evaluated| {
            let places = (0..n_rows).flat_map(|row| (0..k).map(move |c| (row, c)));
            places.map(|(row, c)| found.posterior(row, c)).collect::<Vec<f64>>()
        };
        Ok(Matrix::new(self.evaluate(x, of_chunk)?.concat(), x.n_rows(), k)?)
    }

    /// The most probable component and the log-likelihood of each row, in one pass.
    pub(super) fn labels_and_log_likelihood(&self, x: MatrixView<'_>) -> Result<(Labels, Vec<f64>), ClusteringError> {
        let of_chunk = |n_rows: usize, found: &Evaluated| {
            let label = |row| found.two(row, &self.gaussians.constants).first.index as u32;
            ((0..n_rows).map(label).collect::<Vec<u32>>(), found.log_likelihood[..n_rows].to_vec())
        };
        let (labels, log_likelihood): (Vec<_>, Vec<_>) = self.evaluate(x, of_chunk)?.into_iter().unzip();
        Ok((Labels::new(labels.concat(), self.n_clusters())?, log_likelihood.concat()))
    }

    /// Maps chunks of rows, in their order.
    fn evaluate<T: Send>(
        &self,
        x: MatrixView<'_>,
        map: impl Fn(usize, &Evaluated) -> T + Sync,
    ) -> Result<Vec<T>, ClusteringError> {
        check_rows(x, self.n_features())?;
        Ok(map_chunks(x.n_rows(), CHUNK_ROWS, |range| map(range.len(), &self.evaluate_chunk(x.rows_range(range)))))
    }

    fn evaluate_chunk(&self, x: MatrixView<'_>) -> Evaluated {
        let tiles = Tiles::new(centred(x, &self.mean).view(), None);
        let (n_tiles, gaussians) = (tiles.n_tiles(), &self.gaussians);
        let n_rows = n_tiles * LANES;
        let mut forms = vec![0.0; n_rows * gaussians.n_components()];
        dispatch(Forms { tiles: tiles.values(0..n_tiles), gaussians, out: &mut forms });
        let (mut posterior, mut log_likelihood, mut sums) = (forms.clone(), vec![0.0; n_rows], vec![0.0; n_rows]);
        dispatch(Posterior {
            constants: &gaussians.constants,
            forms: &mut posterior,
            log_likelihood: &mut log_likelihood,
            sums: &mut sums,
        });
        Evaluated { n_rows, forms, posterior, log_likelihood }
    }

    fn assign(&self, n_rows: usize, found: &Evaluated) -> Vec<Assigned> {
        let of = |row: usize| {
            let Two { first, second } = found.two(row, &self.gaussians.constants);
            Assigned {
                label: first.index as u32,
                distance: found.form(row, first.index).sqrt(),
                probability: found.posterior(row, first.index),
                second: second.map_or(Labels::NOISE, |second| second.index as u32),
                second_distance: second.map_or(f64::INFINITY, |second| found.form(row, second.index).sqrt()),
                second_probability: second.map_or(0.0, |second| found.posterior(row, second.index)),
            }
        };
        (0..n_rows).map(of).collect()
    }
}

#[derive(Debug, Clone, Copy)]
struct Assigned {
    label: u32,
    distance: f64,
    probability: f64,
    second: u32,
    second_distance: f64,
    second_probability: f64,
}

/// Distances are Mahalanobis distances to the means, probabilities the posterior ones. The runner-up is the next most
/// probable component, which may be nearer: its weight is smaller, or it spreads wider. Time O(n k d^2).
impl Predict for GmmModel {
    fn rule(&self) -> &'static str {
        "the most probable component"
    }

    fn n_clusters(&self) -> usize {
        self.weights.len()
    }

    fn n_features(&self) -> usize {
        self.n_cols()
    }

    fn centers(&self) -> Matrix {
        let mut centers = self.means.clone();
        for c in 0..centers.n_rows() {
            centers.row_mut(c).iter_mut().zip(&self.mean).for_each(|(value, mean)| *value += mean);
        }
        centers
    }

    fn reordered(&self, order: &[usize]) -> Self {
        check_permutation(order, self.n_clusters());
        let weights = order.iter().map(|&c| self.weights[c]).collect();
        let (mean, means) = (self.mean.clone(), self.means.view().select_rows(order));
        let (covariances, gaussians) = (self.covariances.select(order), self.gaussians.select(order));
        Self { mean, weights, means, covariances, gaussians }
    }

    fn predict(&self, x: MatrixView<'_>) -> Result<Assignment, ClusteringError> {
        let rows = self.evaluate(x, |n_rows, found| self.assign(n_rows, found))?.concat();
        let labels = Labels::new(rows.iter().map(|row| row.label).collect(), self.n_clusters())?;
        let of = |value: fn(&Assigned) -> f64| rows.iter().map(value).collect::<Vec<f64>>();
        let second = rows.iter().map(|row| row.second).collect();
        let mut found = Assignment::by_distance(labels, of(|row| row.distance), second, of(|row| row.second_distance));
        found.probability = Some(of(|row| row.probability));
        found.second_probability = Some(of(|row| row.second_probability));
        Ok(found)
    }

    fn distances_to(&self, x: MatrixView<'_>, labels: &Labels) -> Result<Vec<f64>, ClusteringError> {
        check_rows(x, self.n_features())?;
        check_labels(labels, x.n_rows(), self.n_clusters())?;
        let of_chunk = |range: Range<usize>| {
            let found = self.evaluate_chunk(x.rows_range(range.clone()));
            let own = |row: usize| labels.get(row).map_or(f64::NAN, |c| found.form(row - range.start, c).sqrt());
            range.clone().map(own).collect::<Vec<f64>>()
        };
        Ok(map_chunks(x.n_rows(), CHUNK_ROWS, of_chunk).concat())
    }
}
