use segctl_numeric::{InputError, Matrix, MatrixView};
use serde::{Deserialize, Serialize};

use super::axes::{Axes, ensure_table, ratio};
use super::coding::{Coding, ensure_lengths, moments, warn_of_constants};
use super::column::{CategoricalColumn, Factor, ensure_consistent};
use super::coordinates::{by_column, by_variable, squared_cosines};
use super::{FactorParams, Unseen, scores};
use crate::ReductionError;
use crate::magnitude::ensure_fits;

/// Fits a factor analysis of mixed data to the numbers `x` (n x p) and K categorical columns of n
/// rows, with J levels in all. Either kind may be absent: with p = 0 the eigenvalues are K times
/// those of a multiple correspondence analysis, with K = 0 this is the PCA of standardised columns.
///
/// With n > d = p + J, the d x d covariances of the coded columns are added up without coding a row
/// and factored: O(n (p^2 + p K + K^2) + d^3) time, the second term some 6 to 10 times over and on one
/// thread (1,000 coded columns take seconds), O(d^2) memory per 16 d rows. Otherwise the coded
/// table, n x d, is diagonalised as it stands. Numbers are centred and scaled first and levels are
/// counted in whole numbers, so an offset costs nothing; components of less than 1e-12 of the
/// largest eigenvalue are rounding and left out. The same bits at any number of threads.
///
/// A constant column, of either kind, is named by a warning and explains nothing. A rare level
/// weighs as much as its coding says: one of frequency p has the inertia 1 - p, almost all of it on
/// few rows, so that components may be made of rare levels: pool them first.
///
/// ```
/// use segctl_numeric::Matrix;
/// use segctl_reduction::{CategoricalColumn, FactorParams, fit_famd};
/// let spending = Matrix::from_rows(&[[1.0], [2.0], [8.0], [9.0]])?;
/// let levels = ["silver", "gold"].map(str::to_owned);
/// let tier = CategoricalColumn::new("tier", &levels, &[0, 0, 1, 1])?;
/// let famd = fit_famd(spending.view(), &[tier], &FactorParams::default())?;
/// assert!(famd.explained_ratio[0] > 0.98);
/// # Ok::<(), segctl_reduction::ReductionError>(())
/// ```
///
/// # Errors
/// n < 2, no column, columns of other lengths than n, a number that is NaN, infinite or beyond
/// 1e140, no column that varies, more components than the rank of the coded table, a fraction
/// outside (0, 1).
pub fn fit_famd(
    x: MatrixView<'_>,
    columns: &[CategoricalColumn<'_>],
    params: &FactorParams,
) -> Result<Famd, ReductionError> {
    params.validate()?;
    ensure_table("FAMD", x, columns)?;
    ensure_fits(x)?;
    let span = tracing::debug_span!("famd", n = x.n_rows(), p = x.n_cols(), k = columns.len());
    let _entered = span.enter();
    let (mean, scale) = moments(x);
    let factors: Vec<Factor> = columns.iter().map(Factor::of).collect();
    let coding = Coding { mean: &mean, scale: &scale, factors: &factors, n_samples: x.n_rows() };
    warn_of_constants(&coding);
    let axes = Axes::of(&coding, x, columns);
    let total_inertia = coding.total_inertia();
    let k = axes.count(params.components, total_inertia)?;
    let components = axes.first(k);
    let eigenvalues = axes.eigenvalues[..k].to_vec();
    let explained_ratio = ratio(&eigenvalues, total_inertia);
    let (n_samples, unseen) = (x.n_rows(), params.unseen);
    Ok(Famd { mean, scale, factors, components, eigenvalues, explained_ratio, total_inertia, n_samples, unseen })
}

/// A fitted factor analysis of mixed data: k axes for p numeric columns and K factors with J levels
/// in all, on which both kinds weigh alike.
///
/// It is the principal component analysis of the coded columns, p + J of them in this order: a
/// number as (x - mean) / scale with the population standard deviation, a level of frequency q as
/// (indicator - q) / sqrt(q). So the variance along a component is the sum of its squared
/// correlations with the numbers and its squared correlation ratios with the factors, which it
/// maximises. Eigenvalues, scores and coordinates are those of Pagès, and of `FAMD` of the Python
/// package prince 0.23 on the rows fitted on; for other rows prince codes levels by their frequency
/// among those rows, whereas here, as in FactoMineR, a row has the same scores whatever rows it
/// comes with.
///
/// In each component the loading of largest magnitude (the first of equals) is positive. Levels that
/// no row has and constant columns have zero loadings. Components of equal eigenvalues are an
/// arbitrary basis of what they span.
///
/// Pagès, "Analyse factorielle de données mixtes", Revue de Statistique Appliquée 52 (2004).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "RawFamd")]
#[non_exhaustive]
pub struct Famd {
    /// The mean of each numeric column, length p.
    pub mean: Vec<f64>,
    /// Its population standard deviation, length p; 0 for a constant column, which is left out.
    pub scale: Vec<f64>,
    /// The categorical columns, K of them.
    pub factors: Vec<Factor>,
    /// k x (p + J), orthonormal rows: loadings of the coded columns, by descending eigenvalue.
    pub components: Matrix,
    /// Variance of the scores along each component (n in the denominator), length k.
    pub eigenvalues: Vec<f64>,
    /// Its share of the total inertia, length k.
    pub explained_ratio: Vec<f64>,
    /// Varying numeric columns, and for each factor the observed levels less one.
    pub total_inertia: f64,
    /// n, the rows fitted on.
    pub n_samples: usize,
    /// What [`Famd::transform`] makes of levels that the fit has not seen.
    pub unseen: Unseen,
}

impl Famd {
    /// k, the components kept.
    ///
    /// ```
    /// # use segctl_numeric::Matrix;
    /// # use segctl_reduction::{Components, FactorParams, fit_famd};
    /// let x = Matrix::from_rows(&[[1.0, 0.0], [2.0, 5.0], [4.0, 4.0]])?;
    /// let famd = fit_famd(x.view(), &[], &FactorParams::new(Components::Count(1)))?;
    /// assert_eq!(famd.n_components(), 1);
    /// # Ok::<(), segctl_reduction::ReductionError>(())
    /// ```
    pub fn n_components(&self) -> usize {
        self.eigenvalues.len()
    }

    /// The scores of rows: their coordinates on the components, n x k. Columns are those of the fit
    /// in its order; levels are found by name, so their codes may differ. O(n (p + K) k).
    ///
    /// ```
    /// # use segctl_numeric::Matrix;
    /// # use segctl_reduction::{CategoricalColumn, FactorParams, fit_famd};
    /// # let x = Matrix::from_rows(&[[1.0], [2.0], [8.0], [9.0]])?;
    /// # let levels = ["silver", "gold"].map(str::to_owned);
    /// # let tier = CategoricalColumn::new("tier", &levels, &[0, 0, 1, 1])?;
    /// # let famd = fit_famd(x.view(), &[tier], &FactorParams::default())?;
    /// let gold = ["gold".to_owned()];
    /// let one = famd.transform(x.view().rows_range(3..4), &[CategoricalColumn::new("tier", &gold, &[0])?])?;
    /// assert_eq!(one.row(0), famd.transform(x.view(), &[tier])?.row(3));
    /// # Ok::<(), segctl_reduction::ReductionError>(())
    /// ```
    ///
    /// # Errors
    /// Another number of columns, another name or length of one, NaN and infinities; a level that
    /// the fit has not seen, unless [`Unseen::Mean`] was asked for.
    pub fn transform(&self, x: MatrixView<'_>, columns: &[CategoricalColumn<'_>]) -> Result<Matrix, ReductionError> {
        let levels = self.resolve(x, columns)?;
        Ok(scores::scores(&self.coding(), self.components.view(), x, &levels))
    }

    /// The share of each row's squared distance from the mean that lies along each component, n x k:
    /// how well the row is shown there. 0 for a row at the mean. O(n (p + K) k).
    ///
    /// ```
    /// # use segctl_numeric::Matrix;
    /// # use segctl_reduction::{FactorParams, fit_famd};
    /// let x = Matrix::from_rows(&[[1.0, 0.0], [2.0, 5.0], [4.0, 4.0]])?;
    /// let famd = fit_famd(x.view(), &[], &FactorParams::default())?;
    /// let shares = famd.row_squared_cosines(x.view(), &[])?;
    /// assert!((shares.row(0).iter().sum::<f64>() - 1.0).abs() < 1e-12);
    /// # Ok::<(), segctl_reduction::ReductionError>(())
    /// ```
    ///
    /// # Errors
    /// As [`Famd::transform`].
    pub fn row_squared_cosines(
        &self,
        x: MatrixView<'_>,
        columns: &[CategoricalColumn<'_>],
    ) -> Result<Matrix, ReductionError> {
        let levels = self.resolve(x, columns)?;
        Ok(scores::squared_cosines(&self.coding(), self.components.view(), x, &levels))
    }

    /// The coordinates of the coded columns, loading times sqrt(eigenvalue), (p + J) x k: of a number
    /// its correlation with the component.
    ///
    /// ```
    /// # use segctl_numeric::Matrix;
    /// # use segctl_reduction::{FactorParams, fit_famd};
    /// let x = Matrix::from_rows(&[[1.0], [2.0], [4.0]])?;
    /// let famd = fit_famd(x.view(), &[], &FactorParams::default())?;
    /// assert!((famd.column_coordinates().row(0)[0] - 1.0).abs() < 1e-14);
    /// # Ok::<(), segctl_reduction::ReductionError>(())
    /// ```
    pub fn column_coordinates(&self) -> Matrix {
        by_column(self.components.view(), |_, s, v| v * self.eigenvalues[s].sqrt())
    }

    /// What each coded column contributes to each component, (p + J) x k: squared loadings, which add
    /// up to 1 in each component.
    ///
    /// ```
    /// # use segctl_numeric::Matrix;
    /// # use segctl_reduction::{FactorParams, fit_famd};
    /// let x = Matrix::from_rows(&[[1.0, 0.0], [2.0, 5.0], [4.0, 4.0]])?;
    /// let shares = fit_famd(x.view(), &[], &FactorParams::default())?.contributions();
    /// assert!((shares.row(0)[0] + shares.row(1)[0] - 1.0).abs() < 1e-14);
    /// # Ok::<(), segctl_reduction::ReductionError>(())
    /// ```
    pub fn contributions(&self) -> Matrix {
        by_column(self.components.view(), |_, _, v| v * v)
    }

    /// The squared cosine of each coded column with each component, (p + J) x k: how well the column
    /// is shown there. 0 for a constant column.
    ///
    /// ```
    /// # use segctl_numeric::Matrix;
    /// # use segctl_reduction::{FactorParams, fit_famd};
    /// let x = Matrix::from_rows(&[[1.0, 0.0], [2.0, 5.0], [4.0, 4.0]])?;
    /// let shares = fit_famd(x.view(), &[], &FactorParams::default())?.column_squared_cosines();
    /// assert!((shares.row(0).iter().sum::<f64>() - 1.0).abs() < 1e-14);
    /// # Ok::<(), segctl_reduction::ReductionError>(())
    /// ```
    pub fn column_squared_cosines(&self) -> Matrix {
        squared_cosines(&self.coding(), self.components.view(), &self.eigenvalues)
    }

    /// How closely each variable goes with each component, (p + K) x k: the squared correlation of a
    /// number, the squared correlation ratio (eta squared) of a factor. A column of it adds up to the
    /// eigenvalue.
    ///
    /// ```
    /// # use segctl_numeric::Matrix;
    /// # use segctl_reduction::{CategoricalColumn, FactorParams, fit_famd};
    /// # let x = Matrix::from_rows(&[[1.0], [2.0], [8.0], [9.0]])?;
    /// # let levels = ["silver", "gold"].map(str::to_owned);
    /// # let tier = CategoricalColumn::new("tier", &levels, &[0, 0, 1, 1])?;
    /// let famd = fit_famd(x.view(), &[tier], &FactorParams::default())?;
    /// let of_variables = famd.variable_coordinates();
    /// assert!((of_variables.row(0)[0] + of_variables.row(1)[0] - famd.eigenvalues[0]).abs() < 1e-14);
    /// # Ok::<(), segctl_reduction::ReductionError>(())
    /// ```
    pub fn variable_coordinates(&self) -> Matrix {
        by_variable(&self.coding(), self.components.view(), &self.eigenvalues)
    }

    /// The mean score of the rows of each level, J x k: where to draw a level among the rows. 0 for a
    /// level that no row has.
    ///
    /// ```
    /// # use segctl_numeric::Matrix;
    /// # use segctl_reduction::{CategoricalColumn, FactorParams, fit_famd};
    /// # let x = Matrix::from_rows(&[[1.0], [2.0], [8.0], [9.0]])?;
    /// # let levels = ["silver", "gold"].map(str::to_owned);
    /// # let tier = CategoricalColumn::new("tier", &levels, &[0, 0, 1, 1])?;
    /// let famd = fit_famd(x.view(), &[tier], &FactorParams::default())?;
    /// let scores = famd.transform(x.view(), &[tier])?;
    /// let mean = (scores.row(0)[0] + scores.row(1)[0]) / 2.0;
    /// assert!((famd.barycentres().row(0)[0] - mean).abs() < 1e-14);
    /// # Ok::<(), segctl_reduction::ReductionError>(())
    /// ```
    pub fn barycentres(&self) -> Matrix {
        let p = self.mean.len();
        let frequencies = self.coding().frequencies();
        let of_levels = by_column(self.components.view(), |j, s, v| match j.checked_sub(p).map(|l| frequencies[l]) {
            Some(frequency) if frequency > 0.0 => v * self.eigenvalues[s] / frequency.sqrt(),
            _ => 0.0,
        });
        of_levels.view().rows_range(p..of_levels.n_rows()).to_owned()
    }

    fn coding(&self) -> Coding<'_> {
        Coding { mean: &self.mean, scale: &self.scale, factors: &self.factors, n_samples: self.n_samples }
    }

    /// Checks rows to transform and finds their levels.
    fn resolve(&self, x: MatrixView<'_>, columns: &[CategoricalColumn<'_>]) -> Result<scores::Levels, ReductionError> {
        if x.n_cols() != self.mean.len() {
            return Err(ReductionError::Width { what: "X", found: x.n_cols(), expected: self.mean.len() });
        }
        x.ensure_finite("X")?;
        scores::resolve(&self.factors, columns, x.n_rows(), self.unseen)
    }
}

/// An analysis as it stands in a file, before its shapes are checked.
#[derive(Deserialize)]
struct RawFamd {
    mean: Vec<f64>,
    scale: Vec<f64>,
    factors: Vec<Factor>,
    components: Matrix,
    eigenvalues: Vec<f64>,
    explained_ratio: Vec<f64>,
    total_inertia: f64,
    n_samples: usize,
    unseen: Unseen,
}

impl TryFrom<RawFamd> for Famd {
    type Error = InputError;

    fn try_from(raw: RawFamd) -> Result<Self, InputError> {
        let RawFamd {
            mean,
            scale,
            factors,
            components,
            eigenvalues,
            explained_ratio,
            total_inertia,
            n_samples,
            unseen,
        } = raw;
        ensure_consistent(&factors, n_samples)?;
        let coding = Coding { mean: &mean, scale: &scale, factors: &factors, n_samples };
        let k = components.n_rows();
        ensure_lengths(&[
            ("scale", scale.len(), mean.len()),
            ("component", components.n_cols(), coding.width()),
            ("eigenvalues", eigenvalues.len(), k),
            ("explained_ratio", explained_ratio.len(), k),
        ])?;
        Ok(Self { mean, scale, factors, components, eigenvalues, explained_ratio, total_inertia, n_samples, unseen })
    }
}
