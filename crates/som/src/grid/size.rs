//! How large a map to make.

use serde::{Deserialize, Serialize};

use super::{Edges, Grid, HEXAGONAL_HEIGHT, Topology};
use crate::SomError;
use crate::check::{at_least_one, not_negative, out_of_range};

/// No proposal is longer than this many times its width: with hardly any second component the map would
/// be a line of thousands of units.
const MOST_ELONGATED: f64 = 10.0;

/// A size proposed for a map, and where it comes from.
///
/// ```
/// use segctl_som::grid::{Edges, Topology, propose_size};
/// let proposal = propose_size(8950, [4.6, 3.5], Topology::Rectangular, Edges::Planar)?;
/// assert_eq!((proposal.grid.n_x(), proposal.grid.n_y()), (24, 20));
/// assert!(proposal.to_string().starts_with("24 x 20 units"));
/// # Ok::<(), segctl_som::SomError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Proposal {
    /// The grid proposed; its longer side is the first.
    pub grid: Grid,
    /// The rows that the proposal is for.
    pub n_samples: usize,
    /// The units to have by the rule of thumb: `5 sqrt(n_samples)`.
    pub n_units_wanted: f64,
    /// How many times as long as wide the map should be: the square root of the ratio of the two
    /// variances, from 1 to 10.
    pub side_ratio: f64,
}

impl std::fmt::Display for Proposal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{} x {} units: 5 times the root of {} rows are {:.0} units, and the first two principal components ask \
             for sides of {:.2} to 1",
            self.grid.n_x(),
            self.grid.n_y(),
            self.n_samples,
            self.n_units_wanted,
            self.side_ratio
        )
    }
}

/// Proposes the size of a map of `n_samples` rows whose two largest principal components have the given
/// `variances` (eigenvalues of the covariance matrix): `5 sqrt(n)` units (Vesanto & Alhoniemi, 2000), and
/// sides in the ratio of the standard deviations (the SOM Toolbox's rule). The second side of a
/// hexagonal torus is made even.
///
/// A second variance of 0 (one feature, or rows on a line) gives the longest map proposed, ten to one; two
/// of 0 give a square.
///
/// ```
/// use segctl_som::grid::{Edges, Topology, propose_size};
/// let proposal = propose_size(100, [4.0, 1.0], Topology::Rectangular, Edges::Planar)?;
/// assert_eq!((proposal.n_units_wanted, proposal.side_ratio), (50.0, 2.0));
/// assert_eq!((proposal.grid.n_x(), proposal.grid.n_y()), (10, 5));
/// # Ok::<(), segctl_som::SomError>(())
/// ```
///
/// # Errors
/// [`SomError::Input`] without rows, or for variances that are negative, not finite, or ascending.
pub fn propose_size(
    n_samples: usize,
    variances: [f64; 2],
    topology: Topology,
    edges: Edges,
) -> Result<Proposal, SomError> {
    at_least_one("n_samples", n_samples)?;
    let [first, second] = variances;
    not_negative("variance of the first component", first)?;
    not_negative("variance of the second component", second)?;
    if second > first {
        return Err(out_of_range("variance of the second component", second, "<= that of the first"));
    }
    let side_ratio = if first > 0.0 { (first / second).sqrt().min(MOST_ELONGATED) } else { 1.0 };
    let n_units_wanted = 5.0 * (n_samples as f64).sqrt();
    let height = if topology == Topology::Hexagonal { HEXAGONAL_HEIGHT } else { 1.0 };
    let mut n_y = (n_units_wanted / (side_ratio * height)).sqrt().round().max(1.0);
    if topology == Topology::Hexagonal && edges == Edges::Toroidal {
        n_y = (n_y / 2.0).ceil() * 2.0;
    }
    let n_x = (n_units_wanted / n_y).round().max(1.0);
    let grid = Grid::new(n_x as usize, n_y as usize, topology, edges)?;
    Ok(Proposal { grid, n_samples, n_units_wanted, side_ratio })
}
