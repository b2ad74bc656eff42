use segctl_numeric::distance::TwoNearest;
use segctl_numeric::par::{CHUNK_ROWS, map_chunks};
use segctl_numeric::{InputError, Labels, Matrix, MatrixView};
use serde::{Deserialize, Serialize};

use super::columns::{Columns, Prototypes};
use super::nearest::{dissimilarities, two_nearest};
use super::params::check_gamma;
use crate::ClusteringError;
use crate::check::check_magnitudes;
use crate::model::{Assignment, Predict, check_labels, check_permutation, check_rows};

/// Clusters known by their prototypes: a row belongs to the one of least dissimilarity
/// `sum_numbers (x_j - c_j)^2 + gamma * mismatches`. Serialisable; checked when read back.
///
/// That dissimilarity is what [`Assignment::distance`] holds: not its root, which would mean nothing for
/// categories. A code that no training row had is a mismatch with every prototype.
///
/// ```
/// use segctl_clustering_core::kprototypes::PrototypesModel;
/// use segctl_clustering_core::model::Predict;
/// use segctl_numeric::{Matrix, MatrixView};
/// let prototypes = Matrix::from_rows(&[[1.0, 0.0], [9.0, 2.0]])?;
/// let model = PrototypesModel::new(prototypes.view(), vec![false, true], 3.0)?;
/// // A number between the two, and a code never seen.
/// let found = model.predict(MatrixView::new(&[4.0, 7.0], 1, 2)?)?;
/// assert_eq!((found.distance[0], found.second_distance[0]), (9.0 + 3.0, 25.0 + 3.0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "RawModel")]
pub struct PrototypesModel {
    categorical: Vec<bool>,
    gamma: f64,
    /// Of the numbers (p).
    mean: Vec<f64>,
    /// k x p, less the mean.
    numbers: Matrix,
    /// k x q.
    codes: Matrix,
}

#[derive(Deserialize)]
struct RawModel {
    categorical: Vec<bool>,
    gamma: f64,
    mean: Vec<f64>,
    numbers: Matrix,
    codes: Matrix,
}

impl TryFrom<RawModel> for PrototypesModel {
    type Error = ClusteringError;

    fn try_from(raw: RawModel) -> Result<Self, ClusteringError> {
        let RawModel { categorical, gamma, mean, numbers, codes } = raw;
        let q = categorical.iter().filter(|&&is_category| is_category).count();
        let (p, k) = (categorical.len() - q, numbers.n_rows());
        if categorical.is_empty() {
            return Err(InputError::NoColumns { what: "prototypes" }.into());
        }
        if k == 0 {
            return Err(InputError::TooFewRows { what: "prototypes", n_samples: 0, at_least: 1 }.into());
        }
        for (what, found, expected) in [
            ("mean", mean.len(), p),
            ("numbers of a prototype", numbers.n_cols(), p),
            ("codes of a prototype", codes.n_cols(), q),
            ("prototypes", codes.n_rows(), k),
        ] {
            if found != expected {
                return Err(InputError::Length { what, found, expected }.into());
            }
        }
        check_gamma(gamma)?;
        for part in [&numbers, &codes] {
            if part.n_cols() > 0 {
                check_magnitudes("prototypes", part.view())?;
            }
        }
        if p > 0 {
            check_magnitudes("mean", MatrixView::new(&mean, 1, p)?)?;
        }
        Ok(Self { categorical, gamma, mean, numbers, codes })
    }
}

impl PrototypesModel {
    /// The rows of `prototypes` (k x d), with codes in the columns that `categorical` (d) says are categories.
    ///
    /// # Errors
    /// [`ClusteringError::Input`] for no prototypes or no columns, another number of columns, values that are
    /// not finite, or a `gamma` outside of [0, 1e120]; [`ClusteringError::TooLarge`] for magnitudes beyond 1e120.
    pub fn new(prototypes: MatrixView<'_>, categorical: Vec<bool>, gamma: f64) -> Result<Self, ClusteringError> {
        if prototypes.n_cols() != categorical.len() {
            let (what, found) = ("row of prototypes", prototypes.n_cols());
            return Err(InputError::Length { what, found, expected: categorical.len() }.into());
        }
        let columns = Columns::new(&categorical);
        let mean = vec![0.0; categorical.len() - columns.n_categories()];
        let Prototypes { numbers, codes } = columns.prototypes(prototypes, &mean);
        RawModel { categorical, gamma, mean, numbers, codes }.try_into()
    }

    pub(super) fn of(categorical: Vec<bool>, gamma: f64, mean: Vec<f64>, prototypes: Prototypes) -> Self {
        let Prototypes { numbers, codes } = prototypes;
        Self { categorical, gamma, mean, numbers, codes }
    }

    /// Which columns are categories (d).
    pub fn categorical(&self) -> &[bool] {
        &self.categorical
    }

    /// What a mismatch of categories counts beside squared differences of numbers.
    pub fn gamma(&self) -> f64 {
        self.gamma
    }

    fn prototypes(&self) -> Prototypes {
        Prototypes { numbers: self.numbers.clone(), codes: self.codes.clone() }
    }

    /// The k dissimilarities of one row.
    fn to_all(&self, columns: &Columns, prototypes: &Prototypes, row: MatrixView<'_>) -> Vec<f64> {
        dissimilarities(&columns.split(row, &self.mean), 0..1, prototypes, self.gamma)
    }
}

/// Time O(n k d).
impl Predict for PrototypesModel {
    fn rule(&self) -> &'static str {
        "the nearest prototype"
    }

    fn n_clusters(&self) -> usize {
        self.codes.n_rows()
    }

    fn n_features(&self) -> usize {
        self.categorical.len()
    }

    /// The prototypes: means of numbers, and the commonest codes of categories.
    fn centers(&self) -> Matrix {
        Columns::new(&self.categorical).join(&self.prototypes(), &self.mean)
    }

    fn reordered(&self, order: &[usize]) -> Self {
        check_permutation(order, self.n_clusters());
        let select = |part: &Matrix| part.view().select_rows(order);
        Self { numbers: select(&self.numbers), codes: select(&self.codes), ..self.clone() }
    }

    fn predict(&self, x: MatrixView<'_>) -> Result<Assignment, ClusteringError> {
        check_rows(x, self.n_features())?;
        let (columns, prototypes) = (Columns::new(&self.categorical), self.prototypes());
        let of_chunk = |range: std::ops::Range<usize>| {
            let rows = columns.split(x.rows_range(range.clone()), &self.mean);
            two_nearest(&rows, 0..range.len(), &prototypes, self.gamma)
        };
        let nearest: Vec<TwoNearest> = map_chunks(x.n_rows(), CHUNK_ROWS, of_chunk).concat();
        Ok(Assignment::by_distance(
            Labels::new(nearest.iter().map(|row| row.index).collect(), self.n_clusters())?,
            nearest.iter().map(|row| row.squared).collect(),
            nearest.iter().map(|row| row.second).collect(),
            nearest.iter().map(|row| row.second_squared).collect(),
        ))
    }

    fn distances_to(&self, x: MatrixView<'_>, labels: &Labels) -> Result<Vec<f64>, ClusteringError> {
        check_rows(x, self.n_features())?;
        check_labels(labels, x.n_rows(), self.n_clusters())?;
        let (columns, prototypes) = (Columns::new(&self.categorical), self.prototypes());
        let own = |row: usize| match labels.get(row) {
            None => f64::NAN,
            Some(cluster) => self.to_all(&columns, &prototypes, x.rows_range(row..row + 1))[cluster],
        };
        Ok(map_chunks(x.n_rows(), CHUNK_ROWS, |range| range.map(own).collect::<Vec<f64>>()).concat())
    }
}
