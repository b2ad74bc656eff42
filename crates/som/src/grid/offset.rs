//! How far two units are apart, in whole numbers.

use super::{Edges, Grid, HEXAGONAL_HEIGHT, Topology};

/// How far two units are apart along either side: on a torus, the short way round.
///
/// Distances follow from whole numbers alone, so that equal ones compare equal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Offset {
    /// Half steps along the first side of a hexagonal grid, whole steps of a rectangular one.
    pub(crate) along: usize,
    /// Lines along the second side.
    pub(crate) lines: usize,
}

impl Grid {
    /// How far two units are apart.
    #[inline]
    pub(crate) fn offset(self, a: usize, b: usize) -> Offset {
        let ((ax, ay), (bx, by)) = (self.place(a), self.place(b));
        Offset { along: self.along((ax, ay), (bx, by)), lines: self.around(ay.abs_diff(by), self.n_y) }
    }

    /// [`Offset::along`] of the units at two places.
    #[inline]
    pub(crate) fn along(self, (ax, ay): (usize, usize), (bx, by): (usize, usize)) -> usize {
        match self.topology {
            Topology::Rectangular => self.around(ax.abs_diff(bx), self.n_x),
            Topology::Hexagonal => {
                let halves = |x: usize, y: usize| 2 * x + usize::from(!self.is_shifted(y));
                self.around(halves(ax, ay).abs_diff(halves(bx, by)), 2 * self.n_x)
            }
        }
    }

    /// The shorter way, where there are two.
    #[inline]
    pub(crate) fn around(self, steps: usize, side: usize) -> usize {
        match self.edges {
            Edges::Planar => steps,
            Edges::Toroidal => steps.min(side - steps.min(side)),
        }
    }

    /// No offset along the first side is as large as this.
    pub(crate) fn along_end(self) -> usize {
        match self.topology {
            Topology::Rectangular => self.n_x,
            Topology::Hexagonal => 2 * self.n_x,
        }
    }

    /// The length of a step of [`Offset::along`], and the height of a line.
    pub(crate) fn scale(self) -> (f64, f64) {
        match self.topology {
            Topology::Rectangular => (1.0, 1.0),
            Topology::Hexagonal => (0.5, HEXAGONAL_HEIGHT),
        }
    }

    /// Four times the squared distance of units so far apart: a whole number.
    #[inline]
    pub(crate) fn four_squares(self, Offset { along, lines }: Offset) -> u64 {
        let (along, lines) = (along as u64, lines as u64);
        match self.topology {
            Topology::Rectangular => 4 * (along * along + lines * lines),
            Topology::Hexagonal => along * along + 3 * lines * lines,
        }
    }

    /// The least number of moves from neighbour to neighbour between units so far apart.
    #[inline]
    pub(crate) fn steps_of(self, Offset { along, lines }: Offset) -> usize {
        match self.topology {
            Topology::Rectangular => along.max(lines),
            // A move to another line goes half a step along as well.
            Topology::Hexagonal => lines + along.saturating_sub(lines) / 2,
        }
    }

    /// The Euclidean distance of two units in the plane, on a torus the short way round.
    ///
    /// ```
    /// let grid = segctl_som::grid::Grid::rectangular(5, 5)?;
    /// assert_eq!(grid.distance(grid.unit(0, 0), grid.unit(3, 4)), 5.0);
    /// # Ok::<(), segctl_som::SomError>(())
    /// ```
    ///
    /// # Panics
    /// When the grid has no such unit.
    pub fn distance(self, a: usize, b: usize) -> f64 {
        (self.four_squares(self.offset(a, b)) as f64 * 0.25).sqrt()
    }

    /// The least number of moves from neighbour to neighbour between two units.
    ///
    /// ```
    /// let grid = segctl_som::grid::Grid::rectangular(5, 5)?;
    /// assert_eq!(grid.steps(grid.unit(0, 0), grid.unit(3, 4)), 4);
    /// # Ok::<(), segctl_som::SomError>(())
    /// ```
    ///
    /// # Panics
    /// When the grid has no such unit.
    pub fn steps(self, a: usize, b: usize) -> usize {
        self.steps_of(self.offset(a, b))
    }

    /// Whether two units are neighbours: one move apart.
    ///
    /// ```
    /// let grid = segctl_som::grid::Grid::rectangular(5, 5)?;
    /// assert!(grid.is_adjacent(grid.unit(0, 0), grid.unit(1, 1)));
    /// assert!(!grid.is_adjacent(0, 0));
    /// # Ok::<(), segctl_som::SomError>(())
    /// ```
    ///
    /// # Panics
    /// When the grid has no such unit.
    pub fn is_adjacent(self, a: usize, b: usize) -> bool {
        self.steps(a, b) == 1
    }
}
