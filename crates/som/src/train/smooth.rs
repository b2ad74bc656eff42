//! The sums of all units, weighted by the neighbourhood of each.

use segctl_numeric::par::fill_chunks;
use segctl_numeric::simd::{Kernel, dispatch};

use crate::grid::{Grid, Topology};
use crate::neighbourhood::Bell;

/// For each unit the sums of all units (`width` values each), weighted by its neighbourhood to them.
///
/// Time O(m^2 width), and O(m (n_x + n_y) width) where the neighbourhood is a product of one factor along
/// either side.
pub(super) fn smooth(bell: &Bell, grid: Grid, sums: &[f64], width: usize) -> Vec<f64> {
    let line = grid.n_y() * width;
    let mut out = vec![0.0; sums.len()];
    if !bell.is_product() {
        fill_chunks(&mut out, width, 16, |units, out| {
            for (unit, out) in units.zip(out.chunks_exact_mut(width)) {
                dispatch(Dense { bell, grid, unit, sums, out });
            }
        });
        return out;
    }
    let over_lines = |alike| {
        let mut out = vec![0.0; sums.len()];
        fill_chunks(&mut out, line, 1, |x, out| {
            let sums = &sums[x.start * line..x.end * line];
            dispatch(Lines { bell, grid, width, alike, sums, out });
        });
        out
    };
    if grid.topology() == Topology::Rectangular {
        let sums = over_lines(true);
        fill_chunks(&mut out, line, 1, |x, out| dispatch(Along { bell, grid, x: x.start, sums: &sums, out }));
    } else {
        let (alike, other) = (over_lines(true), over_lines(false));
        fill_chunks(&mut out, line, 1, |x, out| {
            dispatch(AlongBoth { bell, grid, width, x: x.start, sums: [&alike, &other], out });
        });
    }
    out
}

/// `out + by values`, nothing where `by` is 0.
#[inline(always)]
fn add_scaled(out: &mut [f64], values: &[f64], by: f64) {
    if by != 0.0 {
        out.iter_mut().zip(values).for_each(|(out, value)| *out += by * value);
    }
}

/// One unit's sum over all units.
struct Dense<'a> {
    bell: &'a Bell,
    grid: Grid,
    unit: usize,
    sums: &'a [f64],
    out: &'a mut [f64],
}

impl Kernel for Dense<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        for (unit, sums) in self.sums.chunks_exact(self.out.len()).enumerate() {
            add_scaled(self.out, sums, self.bell.at(self.grid.offset(self.unit, unit)));
        }
    }
}

/// The sums over the lines `y` for one `x`: of lines that stand as the unit's own does, or of the others.
struct Lines<'a> {
    bell: &'a Bell,
    grid: Grid,
    width: usize,
    alike: bool,
    sums: &'a [f64],
    out: &'a mut [f64],
}

impl Kernel for Lines<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        for (to, out) in self.out.chunks_exact_mut(self.width).enumerate() {
            for (from, sums) in self.sums.chunks_exact(self.width).enumerate() {
                if (self.grid.is_shifted(to) == self.grid.is_shifted(from)) == self.alike {
                    add_scaled(out, sums, self.bell.lines(self.grid.around(to.abs_diff(from), self.grid.n_y())));
                }
            }
        }
    }
}

/// The sums over `x` for all lines of a rectangular grid.
struct Along<'a> {
    bell: &'a Bell,
    grid: Grid,
    x: usize,
    sums: &'a [f64],
    out: &'a mut [f64],
}

impl Kernel for Along<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        for (from, sums) in self.sums.chunks_exact(self.out.len()).enumerate() {
            add_scaled(self.out, sums, self.bell.along(self.grid.along((self.x, 0), (from, 0))));
        }
    }
}

/// The sums over `x` for all lines of a hexagonal grid.
struct AlongBoth<'a> {
    bell: &'a Bell,
    grid: Grid,
    width: usize,
    x: usize,
    sums: [&'a [f64]; 2],
    out: &'a mut [f64],
}

impl Kernel for AlongBoth<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let line = self.out.len();
        for from in 0..self.grid.n_x() {
            for (y, out) in self.out.chunks_exact_mut(self.width).enumerate() {
                // Any line that stands otherwise has the same offset along the first side.
                let beside = if y > 0 { y - 1 } else { 1.min(self.grid.n_y() - 1) };
                for (sums, other) in self.sums.iter().zip([y, beside]) {
                    let by = self.bell.along(self.grid.along((self.x, y), (from, other)));
                    add_scaled(out, &sums[from * line + y * self.width..][..self.width], by);
                }
            }
        }
    }
}
