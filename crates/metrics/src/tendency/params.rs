use segctl_numeric::InputError;
use segctl_numeric::seed::Seed;

use crate::MetricsError;

/// How the Hopkins statistic is computed.
///
/// ```
/// use segctl_metrics::HopkinsParams;
/// use segctl_numeric::seed::Seed;
/// let params = HopkinsParams::new(Seed(0)).with_draws(20).with_simulations(0);
/// assert!(params.validate().is_ok());
/// assert!(params.with_draws(0).validate().is_err());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct HopkinsParams {
    /// The root of the random numbers.
    pub seed: Seed,
    /// The largest number m of points of each kind in a draw, at least 1: m is a tenth of the rows,
    /// rounded down but at least 1, where that is less.
    pub max_points: usize,
    /// Draws that are averaged, at least 1.
    pub n_draws: usize,
    /// Data sets simulated for each null hypothesis; 0 for none.
    pub n_simulations: usize,
    /// The largest number of rows, at least 2: of a larger table a simple random sample is taken.
    pub max_rows: usize,
    /// The power that distances are raised to, at least 1; `None` for the number of columns that are not
    /// constant, for which Beta(m, m) holds. The more columns, the more do the few largest distances
    /// decide, and rows that lie apart then hide groups; a power of 1 takes all alike. Simulated p-values
    /// are right for any.
    pub exponent: Option<usize>,
}

impl HopkinsParams {
    /// 5 draws of at most 100 points, 99 simulations of each null hypothesis, at most 2,000 rows: about 7 10^9
    /// comparisons of one feature for 17 of them.
    pub fn new(seed: Seed) -> Self {
        Self { seed, max_points: 100, n_draws: 5, n_simulations: 99, max_rows: 2_000, exponent: None }
    }

    /// Sets the largest number of points of each kind in a draw.
    pub fn with_max_points(self, max_points: usize) -> Self {
        Self { max_points, ..self }
    }

    /// Sets the number of draws that are averaged.
    pub fn with_draws(self, n_draws: usize) -> Self {
        Self { n_draws, ..self }
    }

    /// Sets the number of simulations S of each null hypothesis: the smallest p-value is 1 / (S + 1).
    pub fn with_simulations(self, n_simulations: usize) -> Self {
        Self { n_simulations, ..self }
    }

    /// Sets the largest number of rows.
    pub fn with_max_rows(self, max_rows: usize) -> Self {
        Self { max_rows, ..self }
    }

    /// Sets the power that distances are raised to.
    pub fn with_exponent(self, exponent: usize) -> Self {
        Self { exponent: Some(exponent), ..self }
    }

    /// Checks the ranges; [`crate::hopkins`] calls it first.
    ///
    /// # Errors
    /// [`InputError::OutOfRange`] with the first parameter outside its range.
    pub fn validate(&self) -> Result<(), MetricsError> {
        let bad =
            |name, value: usize, expected| Err(InputError::OutOfRange { name, value: value as f64, expected }.into());
        match self {
            Self { max_points: 0, .. } => bad("max_points", 0, ">= 1"),
            Self { n_draws: 0, .. } => bad("n_draws", 0, ">= 1"),
            Self { exponent: Some(0), .. } => bad("exponent", 0, ">= 1"),
            Self { max_rows: 0 | 1, .. } => bad("max_rows", self.max_rows, ">= 2"),
            _ => Ok(()),
        }
    }
}
