use segctl_numeric::{InputError, Matrix, MatrixView};
use serde::{Deserialize, Serialize};

use super::axes::{Axes, ensure_table, ratio};
use super::coding::{Coding, ensure_lengths, warn_of_constants};
use super::column::{CategoricalColumn, Factor, ensure_consistent};
use super::coordinates::{by_column, by_variable, squared_cosines};
use super::inertia::{CorrectedInertia, InertiaCorrection, corrected};
use super::{FactorParams, Unseen, scores};
use crate::ReductionError;

/// Fits a multiple correspondence analysis to K categorical columns of n rows, with J levels in all.
///
/// With n > J, the cross-tables of the columns are counted (the Burt table), centred in whole numbers
/// and factored: O(n K^2 + J^3) time, O(J^2) memory per 16 J rows. Otherwise the coded table, n x J,
/// is diagonalised as it stands. The same bits at any number of threads.
///
/// A constant column is named by a warning; it counts in K, as in the definition, and explains
/// nothing. Rare levels draw components to themselves: one of frequency p has the inertia
/// (1 - p) / K, almost all of it on few rows: pool them first.
///
/// ```
/// use segctl_reduction::{CategoricalColumn, FactorParams, fit_mca};
/// let levels = ["no", "yes"].map(str::to_owned);
/// let phone = CategoricalColumn::new("phone", &levels, &[0, 0, 1, 1])?;
/// let video = CategoricalColumn::new("video", &levels, &[0, 0, 1, 0])?;
/// let mca = fit_mca(&[phone, video], &FactorParams::default())?;
/// assert!((mca.eigenvalues.iter().sum::<f64>() - mca.total_inertia).abs() < 1e-14);
/// # Ok::<(), segctl_reduction::ReductionError>(())
/// ```
///
/// # Errors
/// n < 2, no column, columns of different lengths, no column that varies, more components than the
/// rank of the indicators, a fraction outside (0, 1).
pub fn fit_mca(columns: &[CategoricalColumn<'_>], params: &FactorParams) -> Result<Mca, ReductionError> {
    params.validate()?;
    let n_samples = columns.first().map_or(0, |column| column.codes().len());
    let x = no_numbers(n_samples);
    ensure_table("MCA", x, columns)?;
    let span = tracing::debug_span!("mca", n = n_samples, k = columns.len());
    let _entered = span.enter();
    let factors: Vec<Factor> = columns.iter().map(Factor::of).collect();
    let coding = Coding { mean: &[], scale: &[], factors: &factors, n_samples };
    warn_of_constants(&coding);
    let axes = Axes::of(&coding, x, columns);
    let q = factors.len() as f64;
    let k = axes.count(params.components, coding.total_inertia())?;
    let total_inertia = coding.total_inertia() / q;
    let spectrum: Vec<f64> = axes.eigenvalues.iter().map(|value| value / q).collect();
    let eigenvalues = spectrum[..k].to_vec();
    let explained_ratio = ratio(&eigenvalues, total_inertia);
    let (components, unseen) = (axes.first(k), params.unseen);
    Ok(Mca { factors, components, eigenvalues, explained_ratio, total_inertia, spectrum, n_samples, unseen })
}

/// `n` rows of no columns.
fn no_numbers(n: usize) -> MatrixView<'static> {
    MatrixView::new(&[], n, 0).expect("no values are n x 0")
}

/// A fitted multiple correspondence analysis: the correspondence analysis of the n x J indicators of
/// K factors with J levels in all, on k axes.
///
/// `eigenvalues` are the principal inertias of the indicator matrix (their squares are those of the
/// Burt table); they add up, over all axes, to `total_inertia` = J / K - 1, J counting the levels
/// that some row has. Scores are the principal coordinates of rows. Numbers are those of `MCA` of the
/// Python package prince 0.23. In each component the loading of largest magnitude (the first of
/// equals) is positive. Levels that no row has have zero loadings. Components of equal eigenvalues
/// are an arbitrary basis of what they span: those of one single column are all 1.
///
/// Lebart, Morineau & Warwick, "Multivariate Descriptive Statistical Analysis" (1984); Greenacre,
/// "Correspondence Analysis in Practice", 2nd ed. (2007), chapter 18.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "RawMca")]
#[non_exhaustive]
pub struct Mca {
    /// The categorical columns, K of them.
    pub factors: Vec<Factor>,
    /// k x J, orthonormal rows: loadings of the coded levels, by descending eigenvalue.
    pub components: Matrix,
    /// The principal inertia of each component: the variance of the scores along it (n in the
    /// denominator), length k.
    pub eigenvalues: Vec<f64>,
    /// Its share of the total inertia, length k.
    pub explained_ratio: Vec<f64>,
    /// Observed levels less factors, by factors.
    pub total_inertia: f64,
    /// The inertias of all axes, kept or not, descending: [`Mca::corrected`] needs them.
    pub spectrum: Vec<f64>,
    /// n, the rows fitted on.
    pub n_samples: usize,
    /// What [`Mca::transform`] makes of levels that the fit has not seen.
    pub unseen: Unseen,
}

impl Mca {
    /// k, the components kept.
    ///
    /// ```
    /// # use segctl_reduction::{CategoricalColumn, FactorParams, fit_mca};
    /// # let levels = ["a", "b", "c"].map(str::to_owned);
    /// let column = CategoricalColumn::new("letter", &levels, &[0, 0, 1, 1, 2])?;
    /// assert_eq!(fit_mca(&[column], &FactorParams::default())?.n_components(), 2);
    /// # Ok::<(), segctl_reduction::ReductionError>(())
    /// ```
    pub fn n_components(&self) -> usize {
        self.eigenvalues.len()
    }

    /// The scores of rows: their principal coordinates, n x k. Columns are those of the fit in its
    /// order; levels are found by name, so their codes may differ. O(n K k).
    ///
    /// ```
    /// # use segctl_reduction::{CategoricalColumn, FactorParams, fit_mca};
    /// # let levels = ["no", "yes"].map(str::to_owned);
    /// let phone = CategoricalColumn::new("phone", &levels, &[0, 0, 1, 1])?;
    /// let scores = fit_mca(&[phone], &FactorParams::default())?.transform(&[phone])?;
    /// assert!((scores.row(0)[0].abs() - 1.0).abs() < 1e-14);
    /// # Ok::<(), segctl_reduction::ReductionError>(())
    /// ```
    ///
    /// # Errors
    /// Another number of columns, another name of one, columns of different lengths; a level that the
    /// fit has not seen, unless [`Unseen::Mean`] was asked for.
    pub fn transform(&self, columns: &[CategoricalColumn<'_>]) -> Result<Matrix, ReductionError> {
        let (x, levels) = self.resolve(columns)?;
        let mut scores = scores::scores(&self.coding(), self.components.view(), x, &levels);
        let root = self.n_columns().sqrt();
        scores.view_mut().as_mut_slice().iter_mut().for_each(|score| *score /= root);
        Ok(scores)
    }

    /// The share of each row's squared distance from the mean that lies along each component, n x k:
    /// how well the row is shown there. 0 for a row at the mean. O(n K k).
    ///
    /// ```
    /// # use segctl_reduction::{CategoricalColumn, FactorParams, fit_mca};
    /// # let levels = ["no", "yes"].map(str::to_owned);
    /// let phone = CategoricalColumn::new("phone", &levels, &[0, 0, 1, 1])?;
    /// let shares = fit_mca(&[phone], &FactorParams::default())?.row_squared_cosines(&[phone])?;
    /// assert!((shares.row(2)[0] - 1.0).abs() < 1e-14);
    /// # Ok::<(), segctl_reduction::ReductionError>(())
    /// ```
    ///
    /// # Errors
    /// As [`Mca::transform`].
    pub fn row_squared_cosines(&self, columns: &[CategoricalColumn<'_>]) -> Result<Matrix, ReductionError> {
        let (x, levels) = self.resolve(columns)?;
        Ok(scores::squared_cosines(&self.coding(), self.components.view(), x, &levels))
    }

    /// The principal coordinates of the levels, J x k: the mean score of a level's rows by
    /// sqrt(eigenvalue). 0 for a level that no row has.
    ///
    /// ```
    /// # use segctl_reduction::{CategoricalColumn, FactorParams, fit_mca};
    /// # let levels = ["no", "yes"].map(str::to_owned);
    /// let phone = CategoricalColumn::new("phone", &levels, &[0, 0, 1, 1])?;
    /// let of_levels = fit_mca(&[phone], &FactorParams::default())?.column_coordinates();
    /// assert!((of_levels.row(0)[0] + of_levels.row(1)[0]).abs() < 1e-14);
    /// # Ok::<(), segctl_reduction::ReductionError>(())
    /// ```
    pub fn column_coordinates(&self) -> Matrix {
        let (frequencies, q) = (self.coding().frequencies(), self.n_columns());
        by_column(self.components.view(), |j, s, v| match frequencies[j] {
            0.0 => 0.0,
            frequency => v * (self.eigenvalues[s] * q / frequency).sqrt(),
        })
    }

    /// What each level contributes to each component, J x k: squared loadings, which add up to 1 in
    /// each component.
    ///
    /// ```
    /// # use segctl_reduction::{CategoricalColumn, FactorParams, fit_mca};
    /// # let levels = ["no", "yes"].map(str::to_owned);
    /// let phone = CategoricalColumn::new("phone", &levels, &[0, 1, 1, 1])?;
    /// let shares = fit_mca(&[phone], &FactorParams::default())?.contributions();
    /// assert!((shares.row(0)[0] - 0.75).abs() < 1e-14);
    /// # Ok::<(), segctl_reduction::ReductionError>(())
    /// ```
    pub fn contributions(&self) -> Matrix {
        by_column(self.components.view(), |_, _, v| v * v)
    }

    /// The squared cosine of each level with each component, J x k: how well the level is shown there.
    /// 0 for a level that no row has, or all.
    ///
    /// ```
    /// # use segctl_reduction::{CategoricalColumn, FactorParams, fit_mca};
    /// # let levels = ["no", "yes"].map(str::to_owned);
    /// let phone = CategoricalColumn::new("phone", &levels, &[0, 1, 1, 1])?;
    /// let shares = fit_mca(&[phone], &FactorParams::default())?.column_squared_cosines();
    /// assert!((shares.row(0)[0] - 1.0).abs() < 1e-14);
    /// # Ok::<(), segctl_reduction::ReductionError>(())
    /// ```
    pub fn column_squared_cosines(&self) -> Matrix {
        squared_cosines(&self.coding(), self.components.view(), &self.inertia_in_columns())
    }

    /// The squared correlation ratio (eta squared) of each factor with each component, K x k: the
    /// discrimination measures. Their mean over the factors is the eigenvalue.
    ///
    /// ```
    /// # use segctl_reduction::{CategoricalColumn, FactorParams, fit_mca};
    /// # let levels = ["no", "yes"].map(str::to_owned);
    /// let phone = CategoricalColumn::new("phone", &levels, &[0, 0, 1, 1])?;
    /// let ratios = fit_mca(&[phone], &FactorParams::default())?.variable_coordinates();
    /// assert!((ratios.row(0)[0] - 1.0).abs() < 1e-14);
    /// # Ok::<(), segctl_reduction::ReductionError>(())
    /// ```
    pub fn variable_coordinates(&self) -> Matrix {
        by_variable(&self.coding(), self.components.view(), &self.inertia_in_columns())
    }

    /// The inertias of the components kept by `correction`.
    ///
    /// ```
    /// # use segctl_reduction::{CategoricalColumn, FactorParams, InertiaCorrection, fit_mca};
    /// # let levels = ["no", "yes"].map(str::to_owned);
    /// let phone = CategoricalColumn::new("phone", &levels, &[0, 0, 1, 1])?;
    /// let video = CategoricalColumn::new("video", &levels, &[0, 0, 1, 0])?;
    /// let mca = fit_mca(&[phone, video], &FactorParams::default())?;
    /// let corrected = mca.corrected(InertiaCorrection::Benzecri)?;
    /// assert_eq!(corrected.explained_ratio, [1.0, 0.0]);
    /// # Ok::<(), segctl_reduction::ReductionError>(())
    /// ```
    ///
    /// # Errors
    /// A single column, of which there are no cross-tables.
    pub fn corrected(&self, correction: InertiaCorrection) -> Result<CorrectedInertia, ReductionError> {
        if self.factors.len() < 2 {
            let value = self.n_columns();
            let name = "n_columns of a corrected inertia";
            return Err(InputError::OutOfRange { name, value, expected: ">= 2" }.into());
        }
        let n_levels = self.factors.iter().map(Factor::n_observed).sum();
        Ok(corrected(correction, &self.spectrum, self.n_components(), self.factors.len(), n_levels))
    }

    /// K.
    fn n_columns(&self) -> f64 {
        self.factors.len() as f64
    }

    /// The variance along each component in the coded columns, K times that of the scores.
    fn inertia_in_columns(&self) -> Vec<f64> {
        self.eigenvalues.iter().map(|value| value * self.n_columns()).collect()
    }

    fn coding(&self) -> Coding<'_> {
        Coding { mean: &[], scale: &[], factors: &self.factors, n_samples: self.n_samples }
    }

    /// Checks rows to transform and finds their levels.
    fn resolve(
        &self,
        columns: &[CategoricalColumn<'_>],
    ) -> Result<(MatrixView<'static>, scores::Levels), ReductionError> {
        let n = columns.first().map_or(0, |column| column.codes().len());
        Ok((no_numbers(n), scores::resolve(&self.factors, columns, n, self.unseen)?))
    }
}

/// An analysis as it stands in a file, before its shapes are checked.
#[derive(Deserialize)]
struct RawMca {
    factors: Vec<Factor>,
    components: Matrix,
    eigenvalues: Vec<f64>,
    explained_ratio: Vec<f64>,
    total_inertia: f64,
    spectrum: Vec<f64>,
    n_samples: usize,
    unseen: Unseen,
}

impl TryFrom<RawMca> for Mca {
    type Error = InputError;

    fn try_from(raw: RawMca) -> Result<Self, InputError> {
        let RawMca { factors, components, eigenvalues, explained_ratio, total_inertia, spectrum, n_samples, unseen } =
            raw;
        ensure_consistent(&factors, n_samples)?;
        let coding = Coding { mean: &[], scale: &[], factors: &factors, n_samples };
        let k = components.n_rows();
        ensure_lengths(&[
            ("component", components.n_cols(), coding.width()),
            ("eigenvalues", eigenvalues.len(), k),
            ("explained_ratio", explained_ratio.len(), k),
            ("head of the spectrum", spectrum.len().min(k), k),
        ])?;
        Ok(Self { factors, components, eigenvalues, explained_ratio, total_inertia, spectrum, n_samples, unseen })
    }
}
