//! Eight numbers of eight rows, side by side in one register.

use segctl_numeric::simd::LANES;

use super::tiles::BLOCK;

/// The same quantity of a tile of rows, on a cache line of its own.
///
/// Methods change it in place, by plain loops over the lanes: so written, sums stay in registers; values handed
/// from function to function pass through memory.
#[derive(Debug, Clone, Copy, PartialEq)]
#[repr(align(64))]
pub(super) struct Lanes(pub(super) [f64; LANES]);

impl Lanes {
    pub(super) const ZERO: Self = Self([0.0; LANES]);

    #[inline(always)]
    pub(super) fn add(&mut self, x: &Self) {
        for l in 0..LANES {
            self.0[l] += x.0[l];
        }
    }

    #[inline(always)]
    pub(super) fn add_product(&mut self, x: &Self, y: &Self) {
        for l in 0..LANES {
            self.0[l] += x.0[l] * y.0[l];
        }
    }

    #[inline(always)]
    pub(super) fn add_scaled(&mut self, x: &Self, factor: f64) {
        for l in 0..LANES {
            self.0[l] += x.0[l] * factor;
        }
    }

    /// Adds `((x - mean) * scale)^2`.
    #[inline(always)]
    pub(super) fn add_square(&mut self, x: &Self, mean: f64, scale: f64) {
        for l in 0..LANES {
            let y = (x.0[l] - mean) * scale;
            self.0[l] += y * y;
        }
    }

    #[inline(always)]
    pub(super) fn set_difference(&mut self, x: &Self, mean: f64) {
        for l in 0..LANES {
            self.0[l] = x.0[l] - mean;
        }
    }

    /// Becomes `(x - mean) * factor`.
    #[inline(always)]
    pub(super) fn set_scaled(&mut self, x: &Self, mean: f64, factor: &Self) {
        for l in 0..LANES {
            self.0[l] = (x.0[l] - mean) * factor.0[l];
        }
    }

    /// Writes the lanes; sums beyond all numbers become the largest, so that they can be subtracted.
    #[inline(always)]
    pub(super) fn put(&self, out: &mut [f64; LANES]) {
        for (out, value) in out.iter_mut().zip(&self.0) {
            *out = value.min(f64::MAX);
        }
    }

    /// The sum of all lanes, always in the same order.
    pub(super) fn sum(self) -> f64 {
        let [a, b, c, d, e, f, g, h] = self.0;
        ((a + e) + (c + g)) + ((b + f) + (d + h))
    }
}

/// One sum for each feature of a block. Blocks are written out feature by feature: the compiler unrolls loops
/// over lanes, but not three loops in each other, and would keep the sums in memory.
#[derive(Debug, Clone, Copy)]
pub(super) struct Four(pub(super) [Lanes; BLOCK]);

impl Four {
    pub(super) const ZERO: Self = Self([Lanes::ZERO; BLOCK]);

    /// Adds `x * y_b` to sum b.
    #[inline(always)]
    pub(super) fn add_products(&mut self, x: &Lanes, y: &[Lanes; BLOCK]) {
        let [a, b, c, d] = &mut self.0;
        a.add_product(x, &y[0]);
        b.add_product(x, &y[1]);
        c.add_product(x, &y[2]);
        d.add_product(x, &y[3]);
    }

    /// Adds `x * factors_b` to sum b.
    #[inline(always)]
    pub(super) fn add_scaled(&mut self, x: &Lanes, factors: &[f64; BLOCK]) {
        let [a, b, c, d] = &mut self.0;
        a.add_scaled(x, factors[0]);
        b.add_scaled(x, factors[1]);
        c.add_scaled(x, factors[2]);
        d.add_scaled(x, factors[3]);
    }

    /// Adds `x_e * factors_eb` to sum b, for all e <= b.
    #[inline(always)]
    pub(super) fn add_triangle(&mut self, x: &[Lanes; BLOCK], factors: &[[f64; BLOCK]; BLOCK]) {
        let [a, b, c, d] = &mut self.0;
        a.add_scaled(&x[0], factors[0][0]);
        b.add_scaled(&x[0], factors[0][1]);
        c.add_scaled(&x[0], factors[0][2]);
        d.add_scaled(&x[0], factors[0][3]);
        b.add_scaled(&x[1], factors[1][1]);
        c.add_scaled(&x[1], factors[1][2]);
        d.add_scaled(&x[1], factors[1][3]);
        c.add_scaled(&x[2], factors[2][2]);
        d.add_scaled(&x[2], factors[2][3]);
        d.add_scaled(&x[3], factors[3][3]);
    }

    /// Adds `((x_b - means_b) * scales_b)^2` to sum b.
    #[inline(always)]
    pub(super) fn add_squares(&mut self, x: &[Lanes; BLOCK], means: &[f64; BLOCK], scales: &[f64; BLOCK]) {
        let [a, b, c, d] = &mut self.0;
        a.add_square(&x[0], means[0], scales[0]);
        b.add_square(&x[1], means[1], scales[1]);
        c.add_square(&x[2], means[2], scales[2]);
        d.add_square(&x[3], means[3], scales[3]);
    }

    /// Becomes `x_b - means_b`.
    #[inline(always)]
    pub(super) fn set_differences(&mut self, x: &[Lanes; BLOCK], means: &[f64; BLOCK]) {
        let [a, b, c, d] = &mut self.0;
        a.set_difference(&x[0], means[0]);
        b.set_difference(&x[1], means[1]);
        c.set_difference(&x[2], means[2]);
        d.set_difference(&x[3], means[3]);
    }

    /// Becomes `(x_b - means_b) * factor`.
    #[inline(always)]
    pub(super) fn set_scaled(&mut self, x: &[Lanes; BLOCK], means: &[f64; BLOCK], factor: &Lanes) {
        let [a, b, c, d] = &mut self.0;
        a.set_scaled(&x[0], means[0], factor);
        b.set_scaled(&x[1], means[1], factor);
        c.set_scaled(&x[2], means[2], factor);
        d.set_scaled(&x[3], means[3], factor);
    }

    /// Adds the squares of the four to `sum`.
    #[inline(always)]
    pub(super) fn add_squares_to(&self, sum: &mut Lanes) {
        let [a, b, c, d] = &self.0;
        sum.add_product(a, a);
        sum.add_product(b, b);
        sum.add_product(c, c);
        sum.add_product(d, d);
    }

    /// The sum of the four.
    #[inline(always)]
    pub(super) fn together(&self) -> Lanes {
        let [mut a, b, mut c, d] = self.0;
        a.add(&b);
        c.add(&d);
        a.add(&c);
        a
    }
}
