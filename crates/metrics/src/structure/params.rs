use segctl_numeric::InputError;
use segctl_numeric::seed::Seed;

use crate::MetricsError;

/// Rows that are clustered for each table, over all halvings, unless their number is chosen.
const ROWS_HALVED: usize = 1_000;

/// How structure is looked for.
///
/// ```
/// use segctl_metrics::StructureParams;
/// use segctl_numeric::seed::Seed;
/// let params = StructureParams::new(Seed(0)).with_k_max(6).with_null_sets(199);
/// assert!(params.validate().is_ok());
/// assert!(params.with_null_sets(50).validate().is_err(), "no p-value could be as small as 0.01");
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct StructureParams {
    /// The root of the random numbers, those of the clusterer included.
    pub seed: Seed,
    /// The largest number of clusters tried, at least 2.
    pub k_max: usize,
    /// Null sets B: at least 1 / `level` - 1.
    pub n_null_sets: usize,
    /// The largest number of rows: of a larger table a simple random sample is taken.
    pub max_rows: usize,
    /// How often each table is cut into random halves, at least 1; `None` for 1,000 over the number of rows
    /// used, at least 1 and at most 4.
    pub n_halvings: Option<usize>,
    /// The p-value up to which structure is claimed, in (0, 1).
    pub level: f64,
}

impl StructureParams {
    /// 2 to 10 clusters, 99 null sets, at most 800 rows, a level of 0.01.
    pub fn new(seed: Seed) -> Self {
        Self { seed, k_max: 10, n_null_sets: 99, max_rows: 800, n_halvings: None, level: 0.01 }
    }

    /// Sets the largest number of clusters tried.
    pub fn with_k_max(self, k_max: usize) -> Self {
        Self { k_max, ..self }
    }

    /// Sets the number of null sets.
    pub fn with_null_sets(self, n_null_sets: usize) -> Self {
        Self { n_null_sets, ..self }
    }

    /// Sets the largest number of rows.
    pub fn with_max_rows(self, max_rows: usize) -> Self {
        Self { max_rows, ..self }
    }

    /// Sets how often each table is cut into halves.
    pub fn with_halvings(self, n_halvings: usize) -> Self {
        Self { n_halvings: Some(n_halvings), ..self }
    }

    /// Sets the p-value up to which structure is claimed.
    pub fn with_level(self, level: f64) -> Self {
        Self { level, ..self }
    }

    /// Checks the ranges; [`crate::structure`] calls it first.
    ///
    /// # Errors
    /// [`InputError::OutOfRange`] with the first parameter outside its range.
    pub fn validate(&self) -> Result<(), MetricsError> {
        let bad = |name, value, expected| Err(InputError::OutOfRange { name, value, expected }.into());
        if self.k_max < 2 {
            return bad("k_max", self.k_max as f64, ">= 2");
        }
        if !(self.level > 0.0 && self.level < 1.0) {
            return bad("level", self.level, "> 0 and < 1");
        }
        if smallest_p_value(self.n_null_sets) > self.level {
            return bad("n_null_sets", self.n_null_sets as f64, ">= 1 / level - 1");
        }
        if self.max_rows < self.min_rows() {
            return bad("max_rows", self.max_rows as f64, ">= 2 k_max + 2");
        }
        if self.n_halvings == Some(0) {
            return bad("n_halvings", 0.0, ">= 1");
        }
        Ok(())
    }

    /// Rows of a table, at least: a half must have more than `k_max`.
    pub(super) fn min_rows(&self) -> usize {
        self.k_max.saturating_mul(2).saturating_add(2)
    }

    /// How often a table of `n_rows` is halved.
    pub(super) fn halvings(&self, n_rows: usize) -> usize {
        self.n_halvings.unwrap_or_else(|| (ROWS_HALVED / n_rows).clamp(1, 4))
    }
}

/// The p-value of a statistic above those of all null sets.
fn smallest_p_value(n_null_sets: usize) -> f64 {
    1.0 / (n_null_sets as f64 + 1.0)
}
