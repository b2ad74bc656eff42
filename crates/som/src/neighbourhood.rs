//! How much the units around a winner learn with it.

use serde::{Deserialize, Serialize};

use crate::grid::{Grid, Offset, Topology};

/// How much a unit learns of a row that another unit won, by the way between the two and the radius
/// `r`.
///
/// `D` is the distance in the plane, `dx` and `dy` are its parts along the sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Neighbourhood {
    /// `exp(-D^2 / (2 r^2))`
    #[default]
    Gaussian,
    /// `exp(-D^2 / (2 r^2)) (1 - D^2 / r^2)`: units of a ring move away. In batch training, units whose sum of
    /// these is not positive stay where they are.
    MexicanHat,
    /// 1 where the least number of moves between the units is `< r`, else 0. On a rectangular grid that is
    /// MiniSom's square; on a hexagonal one a hexagon (MiniSom counts along the sides and gets a lopsided
    /// shape).
    Bubble,
    /// On a rectangular grid `max(r - |dx|, 0) max(r - |dy|, 0)`, MiniSom's; on a hexagonal one the cone
    /// `r max(r - D, 0)`, which is the same along the sides (MiniSom takes no account of hexagons). The winner
    /// itself gets `r^2`, so that in online training a rate times the square of the radius above 1 overshoots.
    Triangle,
}

impl Neighbourhood {
    /// Its value for two units of a grid and a radius.
    ///
    /// ```
    /// use segctl_som::grid::Grid;
    /// use segctl_som::neighbourhood::Neighbourhood;
    /// let grid = Grid::rectangular(5, 5)?;
    /// let (middle, beside) = (grid.unit(2, 2), grid.unit(2, 3));
    /// assert_eq!(Neighbourhood::Gaussian.between(grid, middle, beside, 1.0), (-0.5_f64).exp());
    /// assert_eq!(Neighbourhood::Bubble.between(grid, middle, beside, 1.0), 0.0);
    /// assert_eq!(Neighbourhood::Triangle.between(grid, middle, beside, 2.0), 2.0);
    /// # Ok::<(), segctl_som::SomError>(())
    /// ```
    ///
    /// # Panics
    /// When the grid has no such unit.
    pub fn between(self, grid: Grid, winner: usize, unit: usize, radius: f64) -> f64 {
        let mut bell = Bell::new(grid, self);
        bell.set_radius(radius);
        bell.at(grid.offset(winner, unit))
    }
}

/// A neighbourhood at some radius, by tables over the steps along either side.
#[derive(Debug, Clone)]
pub(crate) struct Bell {
    grid: Grid,
    kind: Neighbourhood,
    radius: f64,
    /// By [`Offset::along`].
    along: Vec<f64>,
    /// By [`Offset::lines`].
    lines: Vec<f64>,
    /// Factors of the lines, for one winner; first those of lines that stand as its own does, and 0 for
    /// the others, then the reverse.
    of_lines: [Vec<f64>; 2],
}

impl Bell {
    pub(crate) fn new(grid: Grid, kind: Neighbourhood) -> Self {
        let zeros = || vec![0.0; grid.n_y()];
        let along = vec![0.0; grid.along_end()];
        Self { grid, kind, radius: 0.0, along, lines: zeros(), of_lines: [zeros(), zeros()] }
    }

    pub(crate) fn set_radius(&mut self, radius: f64) {
        if radius == self.radius {
            return;
        }
        self.radius = radius;
        let (step, height) = self.grid.scale();
        match self.kind {
            Neighbourhood::Gaussian | Neighbourhood::MexicanHat => {
                gaussian(&mut self.along, step / radius);
                if step == height && self.along.len() >= self.lines.len() {
                    self.lines.iter_mut().zip(&self.along).for_each(|(line, along)| *line = *along);
                } else {
                    gaussian(&mut self.lines, height / radius);
                }
            }
            Neighbourhood::Bubble => self.fill_tables(|steps| f64::from(u8::from(steps < radius))),
            Neighbourhood::Triangle => self.fill_tables(|steps| (radius - steps).max(0.0)),
        }
    }

    fn fill_tables(&mut self, of: impl Fn(f64) -> f64) {
        for table in [&mut self.along, &mut self.lines] {
            table.iter_mut().enumerate().for_each(|(steps, value)| *value = of(steps as f64));
        }
    }

    /// Whether the value is the product of those of the tables.
    pub(crate) fn is_product(&self) -> bool {
        match self.kind {
            Neighbourhood::Gaussian => true,
            Neighbourhood::MexicanHat => false,
            Neighbourhood::Bubble | Neighbourhood::Triangle => self.grid.topology() == Topology::Rectangular,
        }
    }

    pub(crate) fn along(&self, steps: usize) -> f64 {
        self.along[steps]
    }

    pub(crate) fn lines(&self, lines: usize) -> f64 {
        self.lines[lines]
    }

    #[inline]
    pub(crate) fn at(&self, offset: Offset) -> f64 {
        let product = || self.along[offset.along] * self.lines[offset.lines];
        let squared = || self.grid.four_squares(offset) as f64 * 0.25;
        match self.kind {
            _ if self.is_product() => product(),
            Neighbourhood::MexicanHat => match product() {
                nothing_or_all if nothing_or_all == 0.0 || squared() == 0.0 => nothing_or_all,
                gaussian => gaussian * (1.0 - squared() / (self.radius * self.radius)),
            },
            Neighbourhood::Bubble => f64::from(u8::from((self.grid.steps_of(offset) as f64) < self.radius)),
            _ => self.radius * (self.radius - squared().sqrt()).max(0.0),
        }
    }

    /// Writes `rate` times the value of every unit for one winner.
    pub(crate) fn fill(&mut self, winner: usize, rate: f64, out: &mut [f64]) {
        let (grid, (winner_x, winner_y)) = (self.grid, self.grid.place(winner));
        if !self.is_product() {
            for (unit, out) in out[..grid.n_units()].iter_mut().enumerate() {
                *out = rate * self.at(grid.offset(winner, unit));
            }
            return;
        }
        for y in 0..grid.n_y() {
            let value = rate * self.lines[grid.around(y.abs_diff(winner_y), grid.n_y())];
            let alike = grid.is_shifted(y) == grid.is_shifted(winner_y);
            self.of_lines[0][y] = if alike { value } else { 0.0 };
            self.of_lines[1][y] = if alike { 0.0 } else { value };
        }
        let [alike, other] = &self.of_lines;
        for (x, out) in out.chunks_exact_mut(grid.n_y()).take(grid.n_x()).enumerate() {
            let along = |y| self.along[grid.along((winner_x, winner_y), (x, y))];
            let first = along(winner_y);
            if grid.topology() == Topology::Rectangular {
                out.iter_mut().zip(alike).for_each(|(out, line)| *out = first * line);
            } else {
                let second = along(if winner_y > 0 { winner_y - 1 } else { (winner_y + 1).min(grid.n_y() - 1) });
                let lines = alike.iter().zip(other);
                out.iter_mut().zip(lines).for_each(|(out, (a, b))| *out = first * a + second * b);
            }
        }
    }
}

/// With smaller steps the rounding of the first exponential would be felt in the others.
const LEAST_STEP: f64 = 1.0 / 32.0;

/// `exp(-(k step)^2 / 2)` for each `k`. The squares are sums of odd numbers, so that one exponential is enough
/// where steps are not small: the first is raised to a large power only where the result is next to nothing,
/// and no value is off by more than 2e-13.
fn gaussian(out: &mut [f64], step: f64) {
    if step < LEAST_STEP {
        let exact = |k: usize| libm::exp(-0.5 * (k as f64 * step) * (k as f64 * step));
        return out.iter_mut().enumerate().for_each(|(k, out)| *out = exact(k));
    }
    let first = libm::exp(-0.5 * step * step);
    let (mut value, mut factor) = (1.0, first);
    for out in out {
        *out = value;
        value *= factor;
        factor *= first * first;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grid::Edges;

    const KINDS: [Neighbourhood; 4] =
        [Neighbourhood::Gaussian, Neighbourhood::MexicanHat, Neighbourhood::Bubble, Neighbourhood::Triangle];

    fn by_formula(kind: Neighbourhood, grid: Grid, a: usize, b: usize, radius: f64) -> f64 {
        let (distance, steps) = (grid.distance(a, b), grid.steps(a, b) as f64);
        let bell = (-distance * distance / (2.0 * radius * radius)).exp();
        let Offset { along, lines } = grid.offset(a, b);
        match kind {
            Neighbourhood::Gaussian => bell,
            Neighbourhood::MexicanHat => bell * (1.0 - distance * distance / (radius * radius)),
            Neighbourhood::Bubble => f64::from(u8::from(steps < radius)),
            Neighbourhood::Triangle if grid.topology() == Topology::Hexagonal => radius * (radius - distance).max(0.0),
            Neighbourhood::Triangle => (radius - along as f64).max(0.0) * (radius - lines as f64).max(0.0),
        }
    }

    #[test]
    fn tables_hold_the_formulas() {
        for (n_x, n_y) in [(1, 1), (1, 6), (7, 2), (5, 4), (6, 5)] {
            for (topology, edges) in [
                (Topology::Rectangular, Edges::Planar),
                (Topology::Rectangular, Edges::Toroidal),
                (Topology::Hexagonal, Edges::Planar),
                (Topology::Hexagonal, Edges::Toroidal),
            ] {
                let Ok(grid) = Grid::new(n_x, n_y, topology, edges) else { continue };
                for (kind, radius) in KINDS.into_iter().flat_map(|kind| [(kind, 0.3), (kind, 1.0), (kind, 2.6)]) {
                    let mut bell = Bell::new(grid, kind);
                    bell.set_radius(radius);
                    let mut filled = vec![f64::NAN; grid.n_units()];
                    for winner in 0..grid.n_units() {
                        bell.fill(winner, 0.5, &mut filled);
                        for (unit, filled) in filled.iter().enumerate() {
                            let expected = by_formula(kind, grid, winner, unit, radius);
                            let found = bell.at(grid.offset(winner, unit));
                            assert!((found - expected).abs() < 1e-14, "{kind:?} {grid:?} {winner} {unit}: {found}");
                            assert!((filled - 0.5 * expected).abs() < 1e-14, "{kind:?} {grid:?} {winner} {unit}");
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn no_radius_gives_anything_but_numbers() {
        let grid = Grid::hexagonal(40, 30).unwrap();
        for kind in KINDS {
            for radius in [5e-324, 1e-200, 1e-3, 1e3, 1e200] {
                let mut bell = Bell::new(grid, kind);
                bell.set_radius(radius);
                let mut filled = vec![f64::NAN; grid.n_units()];
                bell.fill(7, 1.0, &mut filled);
                assert!(filled.iter().all(|value| !value.is_nan()), "{kind:?} {radius:e}");
            }
        }
    }

    #[test]
    fn a_long_table_is_as_exact_as_a_short_one() {
        for step in [0.001, 0.0311, 0.0313, 0.1, 1.0] {
            let mut table = vec![0.0; 2000];
            gaussian(&mut table, step);
            for (k, value) in table.iter().enumerate() {
                let t = k as f64 * step;
                assert!((value - (-0.5 * t * t).exp()).abs() < 2e-13, "{k} {step}");
            }
        }
    }
}
