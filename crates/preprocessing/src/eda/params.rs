use segctl_numeric::seed::Seed;

use crate::PrepareError;

/// How far an exploration goes.
///
/// ```
/// use segctl_preprocessing::eda::ExploreParams;
/// let params = ExploreParams::new().with_pair_rows(10_000).with_seed(7).with_year(2024);
/// assert!(params.validate().is_ok());
/// assert!(params.with_pair_rows(1).validate().is_err());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct ExploreParams {
    /// Most rows from which pairs of columns are judged; >= 10. A longer table is sampled, and what was computed from a
    /// sample says from how many rows. At 50,000 rows the standard error of a correlation is 0.005 at most.
    pub pair_rows: usize,
    /// Most columns of a matrix of pairs, in `[2, 60]`.
    pub matrix_columns: usize,
    /// Most points of a scatter plot and rows of the pair plot, in `[1, 1000]`.
    pub points: usize,
    /// The root of the samples.
    pub seed: Seed,
    /// The year in which the data was drawn, from which ages follow; that of the latest date in the table when absent.
    pub year: Option<i32>,
}

impl Default for ExploreParams {
    fn default() -> Self {
        Self { pair_rows: 50_000, matrix_columns: 60, points: 1000, seed: Seed(0), year: None }
    }
}

impl ExploreParams {
    /// What suits a command line and a page.
    pub fn new() -> Self {
        Self::default()
    }

    /// States from how many rows pairs of columns are judged.
    pub fn with_pair_rows(mut self, pair_rows: usize) -> Self {
        self.pair_rows = pair_rows;
        self
    }

    /// States how many columns a matrix of pairs may have.
    ///
    /// ```
    /// use segctl_preprocessing::eda::ExploreParams;
    /// assert!(ExploreParams::new().with_matrix_columns(20).with_points(300).validate().is_ok());
    /// ```
    pub fn with_matrix_columns(mut self, matrix_columns: usize) -> Self {
        self.matrix_columns = matrix_columns;
        self
    }

    /// States how many points a plot may have.
    pub fn with_points(mut self, points: usize) -> Self {
        self.points = points;
        self
    }

    /// States the root of the samples.
    pub fn with_seed(mut self, seed: u64) -> Self {
        self.seed = Seed(seed);
        self
    }

    /// States the year in which the data was drawn.
    pub fn with_year(mut self, year: i32) -> Self {
        self.year = Some(year);
        self
    }

    /// Checks every number against its range.
    ///
    /// # Errors
    /// [`PrepareError::Parameter`] with the first one outside.
    pub fn validate(&self) -> Result<(), PrepareError> {
        let checks = [
            ("pair-rows", self.pair_rows, self.pair_rows >= 10, ">= 10"),
            ("matrix-columns", self.matrix_columns, (2..=60).contains(&self.matrix_columns), "in [2, 60]"),
            ("points", self.points, (1..=1000).contains(&self.points), "in [1, 1000]"),
        ];
        match checks.into_iter().find(|&(_, _, valid, _)| !valid) {
            None => Ok(()),
            Some((name, value, _, expected)) => Err(PrepareError::Parameter { name, value: value as f64, expected }),
        }
    }
}
