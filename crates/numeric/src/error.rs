use thiserror::Error;

/// What can be wrong with numbers handed to an algorithm.
///
/// Rows and columns are 0-based, as in the matrix.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum InputError {
    /// The buffer does not hold `n_rows * n_cols` values.
    #[error("buffer of {len} values does not hold a {n_rows} x {n_cols} matrix")]
    Shape {
        /// Values in the buffer.
        len: usize,
        /// Rows asked for.
        n_rows: usize,
        /// Columns asked for.
        n_cols: usize,
    },
    /// Rows of unequal length.
    #[error("row {row} has {found} values, row 0 has {expected}")]
    Ragged {
        /// The first row that differs.
        row: usize,
        /// Its length.
        found: usize,
        /// The length of row 0.
        expected: usize,
    },
    /// A NaN or an infinity where finite numbers are required.
    #[error("{what}: value {value} at row {row}, column {column} is not finite")]
    NotFinite {
        /// The name of the argument.
        what: &'static str,
        /// 0-based row.
        row: usize,
        /// 0-based column.
        column: usize,
        /// NaN or an infinity.
        value: f64,
    },
    /// Fewer rows than needed.
    #[error("{what}: n_samples={n_samples} should be >= {at_least}")]
    TooFewRows {
        /// The name of the argument or the step.
        what: &'static str,
        /// Rows given.
        n_samples: usize,
        /// Rows needed.
        at_least: usize,
    },
    /// A matrix without columns.
    #[error("{what}: n_features=0 should be >= 1")]
    NoColumns {
        /// The name of the argument.
        what: &'static str,
    },
    /// Two arguments that must agree in length do not.
    #[error("{what} has {found} entries, expected {expected}")]
    Length {
        /// The name of the argument.
        what: &'static str,
        /// Its length.
        found: usize,
        /// The length it must have.
        expected: usize,
    },
    /// A number outside its range.
    #[error("{name}={value} should be {expected}")]
    OutOfRange {
        /// The name of the parameter.
        name: &'static str,
        /// The value given.
        value: f64,
        /// The range, in words: `>= 1`, `in [0, 1]`.
        expected: &'static str,
    },
    /// A label that is neither noise nor a cluster.
    #[error("label {label} at row {row} should be -1 (noise) or in 0..{n_clusters}")]
    Label {
        /// 0-based row.
        row: usize,
        /// The label given.
        label: i64,
        /// Clusters stated.
        n_clusters: usize,
    },
}
