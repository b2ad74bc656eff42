//! Training a map.

mod batch;
mod online;
mod progress;
mod smooth;
mod sums;

use segctl_numeric::observe::{Observer, Silent};
use segctl_numeric::{InputError, MatrixView};
use serde::{Deserialize, Serialize};

use self::progress::Progress;
use crate::check::{Known, check_rows, check_weights};
use crate::params::{SomParams, Training};
use crate::{SomError, SomModel};

/// A trained map, and how it came about.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Som {
    /// The map.
    pub model: SomModel,
    /// Epochs run.
    pub n_epochs: usize,
    /// For each epoch the weighted mean distance of the rows to their winners, in the map's metric, as the
    /// epoch found them: in batch training before its units moved, online just before each row was
    /// learnt. [`quality`](crate::quality::quality) judges the units as they are in the end.
    pub errors: Vec<f64>,
    /// Why it ended.
    pub stop: Stop,
}

/// Why training ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Stop {
    /// All epochs were run.
    Epochs,
    /// The error no longer fell enough ([`EarlyStop`](crate::params::EarlyStop)).
    Converged,
}

/// Rows to train on, checked.
#[derive(Clone, Copy)]
struct Data<'a> {
    x: MatrixView<'a>,
    weights: Option<&'a [f64]>,
    known: Known,
}

impl Data<'_> {
    fn weight(&self, row: usize) -> f64 {
        self.weights.map_or(1.0, |weights| weights[row])
    }
}

/// Trains a map on the rows of `x` (n x d).
///
/// NaN is a missing value: winners are sought by the known features, and only those are learnt from.
/// Batch training takes time O(n m d) an epoch and memory O(n d); the same input gives the same bits at any
/// number of threads.
///
/// ```
/// use segctl_numeric::MatrixView;
/// use segctl_som::grid::Grid;
/// use segctl_som::{SomParams, fit};
/// let x = MatrixView::new(&[1.0, 2.0, 8.0, 9.0], 4, 1)?;
/// let som = fit(x, &SomParams::new(Grid::rectangular(2, 1)?))?;
/// let winners = som.model.winners(x)?.unit;
/// assert!(winners[0] == winners[1] && winners[2] == winners[3] && winners[1] != winners[2]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`SomError::Input`] for parameters out of range, no rows, no columns or infinities;
/// [`SomError::TooLarge`] beyond 1e120; [`SomError::NothingKnown`] and [`SomError::NoValues`] for a row or a
/// column of NaN alone; [`SomError::Diverged`] when a neighbourhood with negative or large values drives
/// units out of all bounds.
pub fn fit(x: MatrixView<'_>, params: &SomParams) -> Result<Som, SomError> {
    fit_with(x, None, params, &Silent)
}

/// As [`fit`], with a weight for each row, and told of each epoch.
///
/// In batch training a weight of 3 equals three copies of the row. Online, a row of weight `w` is learnt
/// at the rate `1 - (1 - rate)^w`, which is where `w` presentations in a row would take its winner; a row
/// of weight 0 is passed over. Events are of the stage `som`, one per epoch, with the error of
/// [`Som::errors`].
///
/// ```
/// use segctl_numeric::MatrixView;
/// use segctl_numeric::observe::Silent;
/// use segctl_som::grid::Grid;
/// use segctl_som::{SomParams, fit_with};
/// let x = MatrixView::new(&[1.0, 4.0], 2, 1)?;
/// let som = fit_with(x, Some(&[2.0, 1.0]), &SomParams::new(Grid::rectangular(1, 1)?), &Silent)?;
/// assert_eq!(som.model.codebook().as_slice(), [2.0]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// As [`fit`]; [`SomError::Input`] for weights that are negative, above 1e30, not as many as rows, or all 0;
/// [`SomError::Cancelled`] when the observer says so.
pub fn fit_with(
    x: MatrixView<'_>,
    weights: Option<&[f64]>,
    params: &SomParams,
    observer: &dyn Observer,
) -> Result<Som, SomError> {
    params.validate()?;
    if x.n_rows() == 0 {
        return Err(InputError::TooFewRows { what: "X", n_samples: 0, at_least: 1 }.into());
    }
    let known = check_rows(x)?;
    check_weights(weights, x.n_rows())?;
    if known == Known::Some {
        check_columns(x)?;
    }
    let data = Data { x, weights, known };
    let codebook = params.start.codebook(x, params.grid, params.seed)?;
    let mut progress = Progress::new(params, observer);
    let codebook = match &params.training {
        Training::Batch => batch::train(&data, params, codebook, &mut progress)?,
        Training::Online { order, falling } => {
            let epochs = online::Epochs::new(order, *falling, x.n_rows(), params)?;
            online::train(&data, params, &epochs, &codebook, &mut progress)?
        }
    };
    tracing::debug!(n_epochs = progress.errors().len(), "map trained");
    let model = SomModel::new(params.grid, params.metric, codebook)?;
    Ok(progress.into_som(model))
}

fn check_columns(x: MatrixView<'_>) -> Result<(), SomError> {
    match (0..x.n_cols()).find(|&column| x.column(column).all(f64::is_nan)) {
        Some(column) => Err(SomError::NoValues { column }),
        None => Ok(()),
    }
}
