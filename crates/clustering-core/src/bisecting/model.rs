use segctl_numeric::distance::{TwoNearest, two_nearest, two_nearest_of};
use segctl_numeric::par::{CHUNK_ROWS, map_chunks};
use segctl_numeric::{InputError, Labels, Matrix, MatrixView};
use serde::{Deserialize, Serialize};

use crate::ClusteringError;
use crate::centring::center;
use crate::check::{check_magnitudes, out_of_range};
use crate::model::{Assignment, Predict, check_labels, check_permutation, check_rows};

/// A tree of splits: a row goes down to the nearer of the two centres of each, as in
/// scikit-learn. Serialisable; checked when read back.
///
/// Rows that were fitted on get the labels of the fit, always: training labels are made by the same
/// descent. The centre nearest to a row may be that of another leaf than the one it reaches; its
/// distance is then in [`Assignment::second_distance`], smaller than that to the row's own.
///
/// ```
/// use segctl_clustering_core::bisecting::{BisectingParams, fit};
/// use segctl_clustering_core::model::Predict;
/// use segctl_numeric::MatrixView;
/// let x = MatrixView::new(&[0.0, 1.0, 10.0, 11.0, 30.0], 5, 1)?;
/// let found = fit(x, &BisectingParams::new(3))?;
/// let again = found.model.predict(x)?;
/// assert_eq!(again.labels, found.labels);
/// assert_eq!(again.distance, [0.5, 0.5, 0.5, 0.5, 0.0]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "RawModel")]
pub struct BisectingModel {
    mean: Vec<f64>,
    /// The cluster that each step splits; one half keeps its number, the other gets `step + 1`.
    splits: Vec<usize>,
    /// Two centres a step (2(k - 1) x d), less the mean: of the half that keeps the number first.
    pairs: Matrix,
    /// The means of the leaves (k x d), less the mean.
    leaves: Matrix,
    /// The number that the cluster is known by, of each leaf.
    names: Vec<u32>,
}

#[derive(Deserialize)]
struct RawModel {
    mean: Vec<f64>,
    splits: Vec<usize>,
    pairs: Matrix,
    leaves: Matrix,
    names: Vec<u32>,
}

impl TryFrom<RawModel> for BisectingModel {
    type Error = ClusteringError;

    fn try_from(RawModel { mean, splits, pairs, leaves, names }: RawModel) -> Result<Self, ClusteringError> {
        let (k, d) = (leaves.n_rows(), leaves.n_cols());
        if k == 0 {
            return Err(InputError::TooFewRows { what: "leaves", n_samples: 0, at_least: 1 }.into());
        }
        for (what, found, expected) in [
            ("mean", mean.len(), d),
            ("splits", splits.len(), k - 1),
            ("centres of splits", pairs.n_rows(), 2 * (k - 1)),
            ("centre of a split", pairs.n_cols(), d),
            ("names", names.len(), k),
        ] {
            if found != expected {
                return Err(InputError::Length { what, found, expected }.into());
            }
        }
        if let Some(step) = (0..k - 1).find(|&step| splits[step] > step) {
            return Err(ClusteringError::Split { step });
        }
        if let Some(&name) = names
            .iter()
            .enumerate()
            .find(|&(at, name)| *name as usize >= k || names[..at].contains(name))
            .map(|(_, name)| name)
        {
            return Err(out_of_range("names", f64::from(name), "a permutation of the clusters"));
        }
        check_magnitudes("leaves", leaves.view())?;
        check_magnitudes("centres of splits", pairs.view())?;
        check_magnitudes("mean", MatrixView::new(&mean, 1, mean.len())?)?;
        Ok(Self { mean, splits, pairs, leaves, names })
    }
}

impl BisectingModel {
    pub(super) fn new(mean: Vec<f64>, splits: Vec<usize>, pairs: Matrix, leaves: Matrix) -> Self {
        let names = (0..leaves.n_rows() as u32).collect();
        Self { mean, splits, pairs, leaves, names }
    }

    /// The leaf that each row of `centred` reaches.
    fn descend(&self, centred: MatrixView<'_>) -> Vec<u32> {
        let mut members: Vec<Vec<usize>> = vec![vec![]; self.leaves.n_rows()];
        members[0] = (0..centred.n_rows()).collect();
        for (step, &cluster) in self.splits.iter().enumerate() {
            let rows = std::mem::take(&mut members[cluster]);
            let mut nearest = vec![TwoNearest::default(); rows.len()];
            two_nearest_of(centred, &rows, self.pairs.view().rows_range(2 * step..2 * step + 2), &mut nearest);
            for (row, found) in rows.into_iter().zip(&nearest) {
                members[if found.index == 0 { cluster } else { step + 1 }].push(row);
            }
        }
        let mut leaf_of = vec![0; centred.n_rows()];
        for (leaf, rows) in members.iter().enumerate() {
            rows.iter().for_each(|&row| leaf_of[row] = leaf as u32);
        }
        leaf_of
    }

    /// Each row's leaf as `index`, the nearest other leaf as `second`.
    fn assign(&self, x: MatrixView<'_>) -> Vec<TwoNearest> {
        let mut centred = Matrix::zeros(x.n_rows(), x.n_cols());
        center(x, &self.mean, centred.view_mut().as_mut_slice());
        let mut nearest = vec![TwoNearest::default(); x.n_rows()];
        two_nearest(centred.view(), self.leaves.view(), &mut nearest);
        for (row, leaf) in self.descend(centred.view()).into_iter().enumerate() {
            let found = &mut nearest[row];
            if found.index != leaf {
                (found.second, found.second_squared) = (found.index, found.squared);
                (found.index, found.squared) = (leaf, self.squared_to(centred.view(), row, leaf));
            }
        }
        nearest
    }

    fn squared_to(&self, centred: MatrixView<'_>, row: usize, leaf: u32) -> f64 {
        let mut found = [TwoNearest::default()];
        let leaf = leaf as usize;
        two_nearest_of(centred, &[row], self.leaves.view().rows_range(leaf..leaf + 1), &mut found);
        found[0].squared
    }

    fn name(&self, leaf: u32) -> u32 {
        self.names.get(leaf as usize).copied().unwrap_or(Labels::NOISE)
    }
}

/// The distance is that to the mean of the row's leaf, the runner-up the leaf whose mean is the
/// nearest of all others. Time O(n k d).
impl Predict for BisectingModel {
    fn distances_to(&self, x: MatrixView<'_>, labels: &Labels) -> Result<Vec<f64>, ClusteringError> {
        check_rows(x, self.n_features())?;
        check_labels(labels, x.n_rows(), self.n_clusters())?;
        let mut leaf_of = vec![0; self.n_clusters()];
        self.names.iter().zip(0..).for_each(|(&name, leaf)| leaf_of[name as usize] = leaf);
        let mut centred = Matrix::zeros(x.n_rows(), x.n_cols());
        center(x, &self.mean, centred.view_mut().as_mut_slice());
        let own = |row: usize| match labels.get(row) {
            None => f64::NAN,
            Some(cluster) => self.squared_to(centred.view(), row, leaf_of[cluster]).sqrt(),
        };
        Ok(map_chunks(x.n_rows(), CHUNK_ROWS, |range| range.map(own).collect::<Vec<f64>>()).concat())
    }

    fn rule(&self) -> &'static str {
        "the leaf of the tree of splits, down which the nearer of two centres leads"
    }

    fn n_clusters(&self) -> usize {
        self.leaves.n_rows()
    }

    fn n_features(&self) -> usize {
        self.leaves.n_cols()
    }

    fn centers(&self) -> Matrix {
        let mut centers = Matrix::zeros(self.n_clusters(), self.n_features());
        for (leaf, &name) in self.leaves.view().rows().zip(&self.names) {
            let row = centers.row_mut(name as usize).iter_mut();
            row.zip(leaf).zip(&self.mean).for_each(|((out, value), mean)| *out = value + mean);
        }
        centers
    }

    fn reordered(&self, order: &[usize]) -> Self {
        check_permutation(order, self.n_clusters());
        let mut new_name = vec![0; order.len()];
        order.iter().enumerate().for_each(|(new, &old)| new_name[old] = new as u32);
        let names = self.names.iter().map(|&name| new_name[name as usize]).collect();
        Self { names, ..self.clone() }
    }

    fn predict(&self, x: MatrixView<'_>) -> Result<Assignment, ClusteringError> {
        check_rows(x, self.n_features())?;
        let found = map_chunks(x.n_rows(), CHUNK_ROWS, |range| self.assign(x.rows_range(range))).concat();
        Ok(Assignment::by_distance(
            Labels::new(found.iter().map(|row| self.name(row.index)).collect(), self.n_clusters())?,
            found.iter().map(|row| row.squared.sqrt()).collect(),
            found.iter().map(|row| self.name(row.second)).collect(),
            found.iter().map(|row| row.second_squared.sqrt()).collect(),
        ))
    }
}
