use segctl_numeric::par::{CHUNK_ROWS, fill_chunks};
use segctl_numeric::simd::{Kernel, LANES, dispatch};
use segctl_numeric::{Matrix, MatrixView};

/// (X - before) W + after, for X n x a and W a x b.
pub(crate) struct Projection<'a> {
    before: &'a [f64],
    after: &'a [f64],
    /// W in panels of `LANES` columns, each a rows long; the last is padded with zeros.
    panels: Vec<[f64; LANES]>,
}

impl<'a> Projection<'a> {
    /// `weight(i, j)` is W_ij; `before` has length a, `after` length b.
    pub(crate) fn new(before: &'a [f64], weight: impl Fn(usize, usize) -> f64, after: &'a [f64]) -> Self {
        let width = after.len();
        let lane = |i, j| if j < width { weight(i, j) } else { 0.0 };
        let panel_rows = (0..width).step_by(LANES).flat_map(|j| (0..before.len()).map(move |i| (i, j)));
        let panels = panel_rows.map(|(i, j)| std::array::from_fn(|l| lane(i, j + l))).collect();
        Self { before, after, panels }
    }

    /// Projects the rows of `x` (n x a): n x b. Each result is a sum over a in its order, so equal
    /// rows get equal bits wherever they stand.
    pub(crate) fn apply(&self, x: MatrixView<'_>) -> Matrix {
        let width = self.after.len();
        let mut out = Matrix::zeros(x.n_rows(), width);
        fill_chunks(out.view_mut().as_mut_slice(), width, CHUNK_ROWS, |range, out| {
            dispatch(Rows { projection: self, x: x.rows_range(range).as_slice(), out });
        });
        out
    }
}

/// Some rows to project and the place of their results, both row-major.
struct Rows<'a> {
    projection: &'a Projection<'a>,
    x: &'a [f64],
    out: &'a mut [f64],
}

impl Kernel for Rows<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Projection { before, after, panels } = self.projection;
        let (a, b) = (before.len(), after.len());
        // Centred once for all panels, so that these read their factors from memory.
        let mut centered = vec![0.0; TILE_ROWS * a];
        for (rows, out) in self.x.chunks(TILE_ROWS * a).zip(self.out.chunks_mut(TILE_ROWS * b)) {
            for (centered, row) in centered.chunks_exact_mut(a).zip(rows.chunks_exact(a)) {
                centered.iter_mut().zip(row).zip(*before).for_each(|((out, value), before)| *out = value - before);
            }
            for (panel, at) in panels.chunks_exact(a).zip((0..b).step_by(LANES)) {
                let after = &after[at..b.min(at + LANES)];
                // Where there are fewer rows, the last sums are of older rows and go nowhere.
                for (out, sums) in out.chunks_exact_mut(b).zip(times_panel(&centered, panel)) {
                    for ((out, sum), after) in out[at..].iter_mut().zip(sums).zip(after) {
                        *out = sum + after;
                    }
                }
            }
        }
    }
}

/// Rows projected at a time: their sums are four registers of AVX-512 or eight of AVX2, enough to
/// hide the latency of an addition.
const TILE_ROWS: usize = 4;

/// Some rows times one panel of W: the sums stay in registers.
#[inline(always)]
fn times_panel(rows: &[f64], panel: &[[f64; LANES]]) -> [[f64; LANES]; TILE_ROWS] {
    let a = panel.len();
    // Written out: sums in an array of arrays would not all stay in registers.
    let [row0, row1, row2, row3] = std::array::from_fn(|row| &rows[row * a..][..a]);
    let [mut s0, mut s1, mut s2, mut s3] = [[0.0; LANES]; TILE_ROWS];
    for (i, weights) in panel.iter().enumerate() {
        for lane in 0..LANES {
            s0[lane] += row0[i] * weights[lane];
            s1[lane] += row1[i] * weights[lane];
            s2[lane] += row2[i] * weights[lane];
            s3[lane] += row3[i] * weights[lane];
        }
    }
    [s0, s1, s2, s3]
}

#[cfg(test)]
mod tests {
    use segctl_numeric::simd::{available_levels, dispatch_with};

    use super::*;

    #[test]
    fn widths_beside_the_lane_count_agree_with_the_definition() {
        for (a, b) in [(1, 1), (3, 7), (2, 8), (5, 9), (9, 17)] {
            let weight = |i: usize, j: usize| (i * 31 + j * 17 % 23) as f64;
            let before: Vec<f64> = (0..a).map(|i| i as f64).collect();
            let after: Vec<f64> = (0..b).map(|j| j as f64 / 2.0).collect();
            let x = Matrix::new((0..2 * a).map(|at| (at * at) as f64).collect(), 2, a).unwrap();
            let found = Projection::new(&before, weight, &after).apply(x.view());
            for row in 0..2 {
                for (j, (&found, after)) in found.row(row).iter().zip(&after).enumerate() {
                    let sum: f64 = (0..a).map(|i| (x.row(row)[i] - before[i]) * weight(i, j)).sum();
                    assert_eq!(found, sum + after, "{a} x {b}, row {row}, column {j}");
                }
            }
        }
    }

    #[test]
    fn every_instruction_set_gives_the_same_bits() {
        let x: Vec<f64> = (0..60 * 5).map(|i| 1.0 / (1.0 + f64::from(i))).collect();
        let projection = Projection::new(&[0.1; 5], |i, j| 1.0 / (3 + i + j) as f64, &[0.2; 11]);
        let projected = |level| {
            let mut out = vec![0.0; 60 * 11];
            dispatch_with(level, Rows { projection: &projection, x: &x, out: &mut out });
            out
        };
        let levels = available_levels();
        assert!(levels.iter().all(|&level| projected(level) == projected(levels[0])));
    }
}
