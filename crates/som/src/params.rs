//! What to train, and how.

use segctl_numeric::distance::Metric;
use segctl_numeric::seed::Seed;
use serde::{Deserialize, Serialize};

use crate::SomError;
use crate::check::{at_least_one, check_metric, not_negative, out_of_range};
use crate::grid::Grid;
use crate::neighbourhood::Neighbourhood;
use crate::schedule::{Decay, Schedule};
use crate::start::Start;

/// What to train, and how.
///
/// ```
/// use segctl_som::SomParams;
/// use segctl_som::grid::Grid;
/// use segctl_som::schedule::{Decay, Schedule};
/// let params = SomParams::new(Grid::hexagonal(10, 8)?)
///     .with_n_epochs(30)
///     .with_radius(Schedule::new(5.0, Decay::Exponential { end: 1.0 }));
/// assert!(params.validate().is_ok());
/// assert!(params.with_n_epochs(0).validate().is_err());
/// # Ok::<(), segctl_som::SomError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct SomParams {
    /// Where the units stand.
    pub grid: Grid,
    /// Row by row, or all rows at once ([`Training::Batch`]).
    pub training: Training,
    /// Passes over the rows (20).
    pub n_epochs: usize,
    /// How much the units around a winner learn with it ([`Neighbourhood::Gaussian`]).
    pub neighbourhood: Neighbourhood,
    /// The radius of the neighbourhood, in steps between neighbours: half the longer side at first (at
    /// least 1), falling to 0.5 exponentially. A last radius of 1 keeps neighbours together better, and lets units
    /// come less near to their rows.
    pub radius: Schedule,
    /// The share of the way that units go, in `(0, 1]`. In batch training a constant 1: units go to
    /// the weighted means. Online from 0.5 on, as [`Decay::Asymptotic`].
    pub learning_rate: Schedule,
    /// How far rows are from units ([`Metric::Euclidean`]).
    pub metric: Metric,
    /// Where the units begin ([`Start::Sample`]).
    pub start: Start,
    /// When to stop before the last epoch (`None`: never).
    pub early_stop: Option<EarlyStop>,
    /// Root of the random numbers (0).
    pub seed: Seed,
}

/// Row by row, or all rows at once.
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub enum Training {
    /// Each epoch finds all winners first; each unit then goes to the mean of all rows, weighted by its
    /// neighbourhood to their winners (Kohonen 2001, section 3.6). Parallel; the order of rows matters only by
    /// rounding.
    #[default]
    Batch,
    /// Units move after each row (Kohonen 2001, section 3.1; MiniSom's `train`). Serial by nature.
    Online {
        /// Which row comes when.
        order: Order,
        /// When radius and rate fall.
        falling: Falling,
    },
}

/// Which row comes when, in online training.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Order {
    /// As they stand in X, in each epoch.
    Sequential,
    /// In an order of its own in each epoch, from the seed.
    #[default]
    Shuffled,
    /// These rows of X, one after the other: `n_epochs` times as many as X has, or fewer in the last
    /// epoch.
    Given(Vec<usize>),
}

/// When radius and rate fall, in online training.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Falling {
    /// With each row: a schedule has a step per row.
    #[default]
    EachRow,
    /// With each epoch (MiniSom's `use_epochs`).
    EachEpoch,
}

/// When to stop before the last epoch: after `patience` epochs in a row none of which lowered the least
/// mean distance to the winner so far by more than `tolerance` times itself.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct EarlyStop {
    /// Epochs in a row, >= 1.
    pub patience: usize,
    /// A relative gain, finite and >= 0.
    pub tolerance: f64,
}

impl SomParams {
    /// Batch training of a map on `grid`, everything else at its default.
    pub fn new(grid: Grid) -> Self {
        let radius = (grid.n_x().max(grid.n_y()) as f64 / 2.0).max(1.0);
        Self {
            grid,
            training: Training::Batch,
            n_epochs: 20,
            neighbourhood: Neighbourhood::Gaussian,
            radius: Schedule::new(radius, Decay::Exponential { end: 0.5 }),
            learning_rate: Schedule::constant(1.0),
            metric: Metric::Euclidean,
            start: Start::Sample,
            early_stop: None,
            seed: Seed(0),
        }
    }

    /// Online training of a map on `grid`: rows in an order of their own in each epoch, and a learning
    /// rate that begins at 0.5.
    ///
    /// ```
    /// use segctl_som::SomParams;
    /// use segctl_som::grid::Grid;
    /// let params = SomParams::online(Grid::rectangular(5, 5)?);
    /// assert_eq!(params.learning_rate.start, 0.5);
    /// # Ok::<(), segctl_som::SomError>(())
    /// ```
    pub fn online(grid: Grid) -> Self {
        Self::new(grid)
            .with_training(Training::Online { order: Order::Shuffled, falling: Falling::EachRow })
            .with_learning_rate(Schedule::new(0.5, Decay::Asymptotic))
    }

    /// Sets whether to train row by row or on all rows at once.
    pub fn with_training(mut self, training: Training) -> Self {
        self.training = training;
        self
    }

    /// Sets the number of passes over the rows.
    pub fn with_n_epochs(mut self, n_epochs: usize) -> Self {
        self.n_epochs = n_epochs;
        self
    }

    /// Sets how much the units around a winner learn with it.
    pub fn with_neighbourhood(mut self, neighbourhood: Neighbourhood) -> Self {
        self.neighbourhood = neighbourhood;
        self
    }

    /// Sets the radius of the neighbourhood.
    pub fn with_radius(mut self, radius: Schedule) -> Self {
        self.radius = radius;
        self
    }

    /// Sets the share of the way that units go.
    pub fn with_learning_rate(mut self, learning_rate: Schedule) -> Self {
        self.learning_rate = learning_rate;
        self
    }

    /// Sets how far rows are from units.
    pub fn with_metric(mut self, metric: Metric) -> Self {
        self.metric = metric;
        self
    }

    /// Sets where the units begin.
    pub fn with_start(mut self, start: Start) -> Self {
        self.start = start;
        self
    }

    /// Sets when to stop before the last epoch.
    pub fn with_early_stop(mut self, early_stop: Option<EarlyStop>) -> Self {
        self.early_stop = early_stop;
        self
    }

    /// Sets the root of the random numbers.
    pub fn with_seed(mut self, seed: Seed) -> Self {
        self.seed = seed;
        self
    }

    /// Checks what can be checked without data.
    ///
    /// # Errors
    /// [`SomError::Input`] naming the first parameter that is out of range; [`SomError::Metric`] for a metric that
    /// maps do not know.
    pub fn validate(&self) -> Result<(), SomError> {
        at_least_one("n_epochs", self.n_epochs)?;
        check_metric(self.metric)?;
        self.radius.validate("radius")?;
        self.learning_rate.validate("learning_rate")?;
        if self.learning_rate.largest() > 1.0 {
            return Err(out_of_range("learning_rate", self.learning_rate.largest(), "<= 1"));
        }
        if let Some(EarlyStop { patience, tolerance }) = self.early_stop {
            at_least_one("patience", patience)?;
            not_negative("tolerance", tolerance)?;
        }
        self.start.validate(self.grid)
    }
}
