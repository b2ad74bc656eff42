//! The units one move away.

use super::{Edges, Grid, Topology};

/// Moves of a square: along the sides and across the corners.
const SQUARE: [(isize, isize); 8] = [(-1, -1), (-1, 0), (-1, 1), (0, -1), (0, 1), (1, -1), (1, 0), (1, 1)];

/// Moves of a hexagon in a line that stands half a step to the left.
const SHIFTED: [(isize, isize); 6] = [(-1, -1), (-1, 0), (-1, 1), (0, -1), (0, 1), (1, 0)];

/// Moves of a hexagon in the other lines.
const UNSHIFTED: [(isize, isize); 6] = [(-1, 0), (0, -1), (0, 1), (1, -1), (1, 0), (1, 1)];

impl Grid {
    /// The neighbours of a unit, ascending: eight at most of a square, those across a corner included,
    /// and six of a hexagon. Units of a border have fewer, and so have those of a torus that goes round
    /// in one or two steps; no unit is its own neighbour or is listed twice.
    ///
    /// ```
    /// let grid = segctl_som::grid::Grid::rectangular(3, 3)?;
    /// assert_eq!(grid.neighbours(0), [1, 3, 4]);
    /// # Ok::<(), segctl_som::SomError>(())
    /// ```
    ///
    /// # Panics
    /// When the grid has no such unit.
    pub fn neighbours(self, unit: usize) -> Vec<usize> {
        let (x, y) = self.place(unit);
        let moves: &[(isize, isize)] = match self.topology() {
            Topology::Rectangular => &SQUARE,
            Topology::Hexagonal if self.is_shifted(y) => &SHIFTED,
            Topology::Hexagonal => &UNSHIFTED,
        };
        let mut found: Vec<usize> = moves
            .iter()
            .filter_map(|&(dx, dy)| Some(self.unit(self.moved(x, dx, self.n_x())?, self.moved(y, dy, self.n_y())?)))
            .filter(|&other| other != unit)
            .collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    /// All pairs of neighbours, each once, the lower number first, ascending.
    ///
    /// ```
    /// let grid = segctl_som::grid::Grid::rectangular(1, 3)?;
    /// assert_eq!(grid.pairs(), [(0, 1), (1, 2)]);
    /// # Ok::<(), segctl_som::SomError>(())
    /// ```
    pub fn pairs(self) -> Vec<(usize, usize)> {
        let later = |unit| self.neighbours(unit).into_iter().filter(move |&other| other > unit);
        (0..self.n_units()).flat_map(|unit| later(unit).map(move |other| (unit, other))).collect()
    }

    fn moved(self, at: usize, by: isize, side: usize) -> Option<usize> {
        match at.checked_add_signed(by) {
            Some(to) if to < side => Some(to),
            _ if self.edges() == Edges::Planar => None,
            Some(_) => Some(0),
            None => Some(side - 1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every grid from 1 x 1 to 12 x 12.
    fn grids() -> impl Iterator<Item = Grid> {
        let sizes = (1..=12).flat_map(|n_x| (1..=12).map(move |n_y| (n_x, n_y)));
        sizes.flat_map(|(n_x, n_y)| {
            let kinds = [Topology::Rectangular, Topology::Hexagonal];
            let pairs = kinds.into_iter().flat_map(|kind| [(kind, Edges::Planar), (kind, Edges::Toroidal)]);
            pairs.filter_map(move |(topology, edges)| Grid::new(n_x, n_y, topology, edges).ok())
        })
    }

    #[test]
    fn neighbours_are_the_units_one_move_away_and_of_hexagons_at_distance_one() {
        for grid in grids() {
            for unit in 0..grid.n_units() {
                let near = |other: usize| match grid.topology() {
                    Topology::Rectangular => grid.distance(unit, other) <= 1.42,
                    Topology::Hexagonal => grid.distance(unit, other) == 1.0,
                };
                let expected: Vec<usize> = (0..grid.n_units()).filter(|&other| other != unit && near(other)).collect();
                assert_eq!(grid.neighbours(unit), expected, "{grid:?}, unit {unit}");
                assert!(expected.iter().all(|&other| grid.is_adjacent(unit, other)), "{grid:?}, unit {unit}");
            }
        }
    }

    #[test]
    fn planar_distances_are_those_of_the_coordinates() {
        for grid in grids().filter(|grid| grid.edges() == Edges::Planar) {
            for (a, b) in (0..grid.n_units()).flat_map(|a| (0..grid.n_units()).map(move |b| (a, b))) {
                let ([ax, ay], [bx, by]) = (grid.coordinates(a), grid.coordinates(b));
                let expected = ((ax - bx).powi(2) + (ay - by).powi(2)).sqrt();
                assert!((grid.distance(a, b) - expected).abs() < 1e-12, "{grid:?}: {a} to {b}");
            }
        }
    }

    #[test]
    fn inner_units_have_all_neighbours_and_a_torus_has_inner_units_alone() {
        for grid in grids().filter(|grid| grid.n_x() >= 3 && grid.n_y() >= 3) {
            let full = if grid.topology() == Topology::Hexagonal { 6 } else { 8 };
            let inner = (0..grid.n_units()).filter(|&unit| grid.neighbours(unit).len() == full).count();
            let expected = match grid.edges() {
                Edges::Planar => (grid.n_x() - 2) * (grid.n_y() - 2),
                Edges::Toroidal => grid.n_units(),
            };
            assert!(inner >= expected, "{grid:?}: {inner} of {expected}");
        }
    }

    #[test]
    fn moves_are_counted_as_by_going_through_the_neighbours() {
        for grid in grids().filter(|grid| grid.n_units() <= 60) {
            for start in [0, grid.n_units() / 2, grid.n_units() - 1] {
                let mut steps = vec![usize::MAX; grid.n_units()];
                steps[start] = 0;
                let mut queue = std::collections::VecDeque::from([start]);
                while let Some(unit) = queue.pop_front() {
                    for other in grid.neighbours(unit) {
                        if steps[other] == usize::MAX {
                            steps[other] = steps[unit] + 1;
                            queue.push_back(other);
                        }
                    }
                }
                let counted: Vec<usize> = (0..grid.n_units()).map(|unit| grid.steps(start, unit)).collect();
                assert_eq!(counted, steps, "{grid:?} from {start}");
            }
        }
    }
}
