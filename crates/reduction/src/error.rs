use segctl_numeric::InputError;
use thiserror::Error;

/// Why a reduction could not be done.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum ReductionError {
    /// The matrix itself is unusable: too few rows, no columns, a NaN.
    #[error(transparent)]
    Input(#[from] InputError),
    /// More components asked for than the data can have, or none.
    #[error(
        "n_components={count} should be in 1..={limit}, the smaller of n_samples={n_samples} and n_features={n_features}"
    )]
    ComponentCount {
        /// Components asked for.
        count: usize,
        /// `min(n_samples, n_features)`.
        limit: usize,
        /// Rows of the data.
        n_samples: usize,
        /// Columns of the data.
        n_features: usize,
    },
    /// A value whose square is beyond the range of a 64-bit float.
    #[error("X: magnitude of value {value:e} at row {row}, column {column} should be <= {limit:e}")]
    TooLarge {
        /// 0-based row.
        row: usize,
        /// 0-based column.
        column: usize,
        /// The value found.
        value: f64,
        /// The largest magnitude accepted.
        limit: f64,
    },
    /// Data of another width than the analysis was fitted on.
    #[error("{what}: n_columns={found} should be {expected}, as fitted")]
    Width {
        /// The name of the argument.
        what: &'static str,
        /// Columns given.
        found: usize,
        /// Columns needed.
        expected: usize,
    },
    /// A code that stands for no level.
    #[error("column {column}: code {code} at row {row} should be below n_levels={n_levels}")]
    Code {
        /// The name of the column.
        column: String,
        /// 0-based row.
        row: usize,
        /// The code found.
        code: u32,
        /// Levels of the column.
        n_levels: usize,
    },
    /// Two levels of one name.
    #[error("column {column}: level {level} is given twice")]
    DuplicateLevel {
        /// The name of the column.
        column: String,
        /// The name of the levels.
        level: String,
    },
    /// A level that the fit has not seen.
    #[error("column {column}: level {level} at row {row} was in no row of the fit")]
    Unseen {
        /// The name of the column.
        column: String,
        /// 0-based row.
        row: usize,
        /// The name of the level.
        level: String,
    },
    /// A categorical column of another name than the one fitted in its place.
    #[error("column {found} should be {expected}, as fitted")]
    Name {
        /// The name given.
        found: String,
        /// The name fitted.
        expected: String,
    },
    /// A table of which every column is constant.
    #[error("no column varies, so there is nothing to explain")]
    NoVariance,
    /// More components asked for than the coded table has.
    #[error("n_components={count} should be in 1..={rank}, the rank of the coded table")]
    Rank {
        /// Components asked for.
        count: usize,
        /// Components with variance.
        rank: usize,
    },
}

impl ReductionError {
    /// What the user can do about it, where there is something.
    ///
    /// ```
    /// use segctl_numeric::Matrix;
    /// use segctl_reduction::{Components, PcaParams, fit};
    /// let x = Matrix::from_rows(&[[1.0, 2.0], [3.0, 5.0], [4.0, 4.0]])?;
    /// let error = fit(x.view(), &PcaParams::new(Components::Count(9))).unwrap_err();
    /// assert_eq!(error.hint().as_deref(), Some("ask for at most 2 components"));
    /// # Ok::<(), segctl_numeric::InputError>(())
    /// ```
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Input(InputError::NotFinite { .. }) => Some("impute missing values before the analysis".to_owned()),
            Self::ComponentCount { limit, .. } => Some(format!("ask for at most {limit} components")),
            Self::Rank { rank, .. } => Some(format!("ask for at most {rank} components")),
            Self::Unseen { .. } => Some("refit with rows that have it, or place such rows at the mean".to_owned()),
            Self::TooLarge { .. } => Some("scale the column, or treat the value as missing".to_owned()),
            _ => None,
        }
    }
}
