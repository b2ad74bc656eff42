//! A trained map, and which units rows belong to.

use segctl_numeric::distance::Metric;
use segctl_numeric::{InputError, Matrix, MatrixView};
use serde::{Deserialize, Serialize};

use crate::SomError;
use crate::check::{check_finite, check_metric, check_rows_of};
use crate::grid::{Grid, check_units};
use crate::search::two_nearest_units;

/// A map: units on a grid, each with a place among the rows. Serialisable; checked when read back.
///
/// ```
/// use segctl_numeric::distance::Metric;
/// use segctl_numeric::{Matrix, MatrixView};
/// use segctl_som::SomModel;
/// use segctl_som::grid::Grid;
/// let codebook = Matrix::from_rows(&[[0.0], [5.0], [9.0]])?;
/// let model = SomModel::new(Grid::rectangular(3, 1)?, Metric::Euclidean, codebook)?;
/// let winners = model.winners(MatrixView::new(&[4.0], 1, 1)?)?;
/// assert_eq!((winners.unit[0], winners.distance[0]), (1, 1.0));
/// assert_eq!((winners.second[0], winners.second_distance[0]), (0, 4.0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "RawModel")]
pub struct SomModel {
    grid: Grid,
    metric: Metric,
    codebook: Matrix,
}

#[derive(Deserialize)]
struct RawModel {
    grid: Grid,
    metric: Metric,
    codebook: Matrix,
}

impl TryFrom<RawModel> for SomModel {
    type Error = SomError;

    fn try_from(RawModel { grid, metric, codebook }: RawModel) -> Result<Self, SomError> {
        Self::new(grid, metric, codebook)
    }
}

/// The nearest and the second nearest unit of each row; all have an entry per row.
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub struct Winners {
    /// The nearest unit; of equals the one of the lowest number.
    pub unit: Vec<u32>,
    /// The distance to it, in the map's metric.
    pub distance: Vec<f64>,
    /// The second nearest, or [`Winners::NONE`] on a map of one unit.
    pub second: Vec<u32>,
    /// The distance to it, infinite when there is none.
    pub second_distance: Vec<f64>,
}

impl Winners {
    /// The second nearest unit where there is one unit only.
    pub const NONE: u32 = u32::MAX;
}

impl SomModel {
    /// A map of the given units: `codebook` has a row per unit, in the order of their numbers.
    ///
    /// # Errors
    /// [`SomError::Input`] when the codebook has another number of rows than the grid has units, no
    /// columns, or a value that is not finite; [`SomError::TooLarge`] beyond 1e120; [`SomError::Metric`] for a
    /// metric that maps do not know.
    pub fn new(grid: Grid, metric: Metric, codebook: Matrix) -> Result<Self, SomError> {
        check_metric(metric)?;
        check_units("codebook", codebook.n_rows(), grid)?;
        if codebook.n_cols() == 0 {
            return Err(InputError::NoColumns { what: "codebook" }.into());
        }
        check_finite("codebook", codebook.view())?;
        Ok(Self { grid, metric, codebook })
    }

    /// Where the units stand.
    pub fn grid(&self) -> Grid {
        self.grid
    }

    /// How far rows are from units.
    pub fn metric(&self) -> Metric {
        self.metric
    }

    /// The place of each unit among the rows (units x d), in the coordinates of X.
    pub fn codebook(&self) -> &Matrix {
        &self.codebook
    }

    /// The number of units.
    pub fn n_units(&self) -> usize {
        self.grid.n_units()
    }

    /// The number of features, d.
    pub fn n_features(&self) -> usize {
        self.codebook.n_cols()
    }

    /// The two nearest units of each row of `x` (n x d). NaN is a missing value: distances are over the
    /// known features, and scaled by all over those known (sums only: not the cosine, and not the
    /// maximum). Time O(n m d).
    ///
    /// # Errors
    /// [`SomError::Input`] for another number of columns or an infinity; [`SomError::TooLarge`] beyond
    /// 1e120; [`SomError::NothingKnown`] for a row of NaN alone.
    pub fn winners(&self, x: MatrixView<'_>) -> Result<Winners, SomError> {
        let known = check_rows_of(x, self.n_features())?;
        let two = two_nearest_units(x, &self.codebook, self.metric, known);
        Ok(Winners {
            unit: two.iter().map(|row| row.unit).collect(),
            distance: two.iter().map(|row| row.distance).collect(),
            second: two.iter().map(|row| row.second).collect(),
            second_distance: two.iter().map(|row| row.second_distance).collect(),
        })
    }
}
