use segctl_numeric::InputError;
use segctl_numeric::distance::Metric;
use thiserror::Error;

/// Why a map could not be trained, read back or judged.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum SomError {
    /// The matrix, the weights or a parameter cannot be used.
    #[error(transparent)]
    Input(#[from] InputError),
    /// A value whose square would overflow.
    #[error("{what}: magnitude of {value:e} at row {row}, column {column} should be <= {limit:e}")]
    TooLarge {
        /// The name of the argument.
        what: &'static str,
        /// 0-based row.
        row: usize,
        /// 0-based column.
        column: usize,
        /// The value found.
        value: f64,
        /// The largest magnitude accepted.
        limit: f64,
    },
    /// A grid with a side of no units, or more units than can be numbered.
    #[error("a grid of {n_x} x {n_y} units should have 1 to {limit} units")]
    GridSize {
        /// Units along the first side.
        n_x: usize,
        /// Units along the second side.
        n_y: usize,
        /// The most units a grid may have.
        limit: usize,
    },
    /// A hexagonal torus whose staggered lines do not close.
    #[error("n_y={n_y} of a hexagonal torus should be even")]
    OddTorus {
        /// Units along the second side.
        n_y: usize,
    },
    /// A row of which nothing is known.
    #[error("X: row {row} has no known value")]
    NothingKnown {
        /// 0-based row.
        row: usize,
    },
    /// A feature of which nothing is known.
    #[error("X: column {column} has no known value")]
    NoValues {
        /// 0-based column.
        column: usize,
    },
    /// A row to be learnt from that is not in the matrix.
    #[error("order: row {row} at {at} should be < n_samples={n_samples}")]
    Order {
        /// 0-based place in the order.
        at: usize,
        /// The row named there.
        row: usize,
        /// Rows given.
        n_samples: usize,
    },
    /// An order of another length than the epochs take.
    #[error("an order of {found} rows is not that of n_epochs={n_epochs} over n_samples={n_samples}")]
    OrderLength {
        /// Rows in the order.
        found: usize,
        /// Epochs asked for.
        n_epochs: usize,
        /// Rows given.
        n_samples: usize,
    },
    /// A metric that units are not compared by.
    #[error("maps do not know the metric {}", metric.name())]
    Metric {
        /// The metric asked for.
        metric: Metric,
    },
    /// Units that left all bounds.
    #[error("the units left all bounds in epoch {epoch}")]
    Diverged {
        /// The epoch, from 1.
        epoch: usize,
    },
    /// The observer asked to stop.
    #[error("cancelled")]
    Cancelled,
}

impl SomError {
    /// What the user can do about it, where something can be done.
    ///
    /// ```
    /// use segctl_som::SomError;
    /// let error = SomError::OddTorus { n_y: 7 };
    /// assert_eq!(error.hint().as_deref(), Some("use 8 units there, or a planar grid"));
    /// ```
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::TooLarge { column, .. } => Some(format!("scale column {column} before training")),
            Self::OddTorus { n_y } => Some(format!("use {} units there, or a planar grid", n_y + 1)),
            Self::NothingKnown { .. } => Some("drop such rows, or fill them".into()),
            Self::NoValues { .. } => Some("drop the column".into()),
            Self::Diverged { .. } => Some("use a gaussian neighbourhood, a smaller radius or a smaller rate".into()),
            Self::OrderLength { n_samples, .. } => {
                Some(format!("an epoch takes {n_samples} rows; only the last may be shorter"))
            }
            Self::Metric { .. } => Some("use euclidean, squared-euclidean, manhattan, chebyshev or cosine".into()),
            Self::Input(_) | Self::GridSize { .. } | Self::Order { .. } | Self::Cancelled => None,
        }
    }
}
