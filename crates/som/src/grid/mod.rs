//! Where the units of a map stand.

mod neighbours;
mod offset;
mod size;

use segctl_numeric::InputError;
use serde::{Deserialize, Serialize};

pub(crate) use self::offset::Offset;
pub use self::size::{Proposal, propose_size};
use crate::SomError;

/// The height of a line of a hexagonal grid: all six neighbours of a unit are then at distance 1.
pub(crate) const HEXAGONAL_HEIGHT: f64 = 0.866_025_403_784_438_6;

/// Units are numbered by 32 bits, and tables of pairs of lines stay small.
const MOST_UNITS: usize = 1 << 20;

/// How many neighbours a unit has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Topology {
    /// Squares: up to eight neighbours, those across a corner included.
    #[default]
    Rectangular,
    /// Hexagons: up to six neighbours, all at distance 1.
    Hexagonal,
}

/// What is beyond the last unit of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Edges {
    /// Nothing.
    #[default]
    Planar,
    /// The first unit of the line: the map has no border.
    Toroidal,
}

/// `n_x` x `n_y` units. Unit `(x, y)` has the number `x * n_y + y`, as in MiniSom's `weights[x, y]`.
///
/// On a rectangular grid the unit stands at `(x, y)`; on a hexagonal one at `(x, y sqrt(3) / 2)`, and
/// half a step to the left where `n_y - 1 - y` is even (MiniSom's layout).
///
/// ```
/// use segctl_som::grid::Grid;
/// let grid = Grid::hexagonal(3, 3)?;
/// assert_eq!(grid.n_units(), 9);
/// assert_eq!(grid.neighbours(4), [1, 3, 5, 6, 7, 8]);
/// # Ok::<(), segctl_som::SomError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "RawGrid")]
pub struct Grid {
    n_x: usize,
    n_y: usize,
    topology: Topology,
    edges: Edges,
}

#[derive(Deserialize)]
struct RawGrid {
    n_x: usize,
    n_y: usize,
    topology: Topology,
    edges: Edges,
}

impl TryFrom<RawGrid> for Grid {
    type Error = SomError;

    fn try_from(RawGrid { n_x, n_y, topology, edges }: RawGrid) -> Result<Self, SomError> {
        Self::new(n_x, n_y, topology, edges)
    }
}

impl Grid {
    /// A grid of the given size and kind.
    ///
    /// ```
    /// use segctl_som::grid::{Edges, Grid, Topology};
    /// assert!(Grid::new(4, 6, Topology::Hexagonal, Edges::Toroidal).is_ok());
    /// assert!(Grid::new(4, 5, Topology::Hexagonal, Edges::Toroidal).is_err());
    /// assert!(Grid::new(0, 5, Topology::Rectangular, Edges::Planar).is_err());
    /// ```
    ///
    /// # Errors
    /// [`SomError::GridSize`] without units or with more than 1,048,576; [`SomError::OddTorus`] for a
    /// hexagonal torus of an odd `n_y`, whose staggered lines do not close.
    pub fn new(n_x: usize, n_y: usize, topology: Topology, edges: Edges) -> Result<Self, SomError> {
        match n_x.checked_mul(n_y) {
            Some(1..=MOST_UNITS) => {}
            _ => return Err(SomError::GridSize { n_x, n_y, limit: MOST_UNITS }),
        }
        if topology == Topology::Hexagonal && edges == Edges::Toroidal && !n_y.is_multiple_of(2) {
            return Err(SomError::OddTorus { n_y });
        }
        Ok(Self { n_x, n_y, topology, edges })
    }

    /// A planar grid of squares.
    ///
    /// ```
    /// assert_eq!(segctl_som::grid::Grid::rectangular(4, 5)?.n_units(), 20);
    /// # Ok::<(), segctl_som::SomError>(())
    /// ```
    ///
    /// # Errors
    /// As [`Grid::new`].
    pub fn rectangular(n_x: usize, n_y: usize) -> Result<Self, SomError> {
        Self::new(n_x, n_y, Topology::Rectangular, Edges::Planar)
    }

    /// A planar grid of hexagons.
    ///
    /// ```
    /// assert_eq!(segctl_som::grid::Grid::hexagonal(4, 5)?.n_units(), 20);
    /// # Ok::<(), segctl_som::SomError>(())
    /// ```
    ///
    /// # Errors
    /// As [`Grid::new`].
    pub fn hexagonal(n_x: usize, n_y: usize) -> Result<Self, SomError> {
        Self::new(n_x, n_y, Topology::Hexagonal, Edges::Planar)
    }

    /// Units along the first side.
    pub fn n_x(self) -> usize {
        self.n_x
    }

    /// Units along the second side.
    pub fn n_y(self) -> usize {
        self.n_y
    }

    /// Squares or hexagons.
    pub fn topology(self) -> Topology {
        self.topology
    }

    /// With a border or without.
    pub fn edges(self) -> Edges {
        self.edges
    }

    /// The number of units, `n_x * n_y`.
    pub fn n_units(self) -> usize {
        self.n_x * self.n_y
    }

    /// The number of unit `(x, y)`.
    ///
    /// ```
    /// let grid = segctl_som::grid::Grid::rectangular(4, 5)?;
    /// assert_eq!(grid.unit(2, 3), 13);
    /// assert_eq!(grid.place(13), (2, 3));
    /// # Ok::<(), segctl_som::SomError>(())
    /// ```
    ///
    /// # Panics
    /// When the grid has no such unit.
    pub fn unit(self, x: usize, y: usize) -> usize {
        assert!(x < self.n_x && y < self.n_y, "unit ({x}, {y}) of {} x {}", self.n_x, self.n_y);
        x * self.n_y + y
    }

    /// The place `(x, y)` of a unit in the grid, by counting.
    ///
    /// # Panics
    /// When the grid has no such unit.
    pub fn place(self, unit: usize) -> (usize, usize) {
        assert!(unit < self.n_units(), "unit {unit} of {}", self.n_units());
        (unit / self.n_y, unit % self.n_y)
    }

    /// Where the middle of a unit stands in the plane, steps between neighbours being 1: for drawing.
    ///
    /// ```
    /// let grid = segctl_som::grid::Grid::hexagonal(4, 4)?;
    /// assert_eq!(grid.coordinates(0), [0.0, 0.0]);
    /// assert_eq!(grid.coordinates(1), [-0.5, 0.75_f64.sqrt()]);
    /// # Ok::<(), segctl_som::SomError>(())
    /// ```
    ///
    /// # Panics
    /// When the grid has no such unit.
    pub fn coordinates(self, unit: usize) -> [f64; 2] {
        let (x, y) = self.place(unit);
        match self.topology {
            Topology::Rectangular => [x as f64, y as f64],
            Topology::Hexagonal => [x as f64 - if self.is_shifted(y) { 0.5 } else { 0.0 }, y as f64 * HEXAGONAL_HEIGHT],
        }
    }

    /// The outline of a unit around its middle, for drawing: four corners of a square or six of a
    /// hexagon, anticlockwise.
    ///
    /// ```
    /// let corners = segctl_som::grid::Grid::hexagonal(4, 4)?.outline();
    /// assert_eq!(corners.len(), 6);
    /// # Ok::<(), segctl_som::SomError>(())
    /// ```
    pub fn outline(self) -> Vec<[f64; 2]> {
        match self.topology {
            Topology::Rectangular => vec![[0.5, -0.5], [0.5, 0.5], [-0.5, 0.5], [-0.5, -0.5]],
            Topology::Hexagonal => {
                let (side, half) = (0.5 / HEXAGONAL_HEIGHT, 0.25 / HEXAGONAL_HEIGHT);
                vec![[0.5, -half], [0.5, half], [0.0, side], [-0.5, half], [-0.5, -half], [0.0, -side]]
            }
        }
    }

    /// Whether the line `y` of a hexagonal grid stands half a step to the left.
    pub(crate) fn is_shifted(self, y: usize) -> bool {
        self.topology == Topology::Hexagonal && (self.n_y - 1 - y).is_multiple_of(2)
    }
}

/// Checks that a codebook has a row per unit of a grid.
pub(crate) fn check_units(what: &'static str, found: usize, grid: Grid) -> Result<(), SomError> {
    if found == grid.n_units() {
        Ok(())
    } else {
        Err(InputError::Length { what, found, expected: grid.n_units() }.into())
    }
}
