//! Normal random numbers, and a normal distribution with the moments of a table.

use rand::{Rng, RngExt};
use segctl_numeric::{Matrix, MatrixView};

use super::Axes;

/// The normal distribution with the mean and the covariance of a table.
pub(crate) struct Gaussian(Axes);

impl Gaussian {
    /// `x` as for [`Axes::fit`].
    pub(crate) fn fit(x: MatrixView<'_>) -> Self {
        Self(Axes::fit(x))
    }

    /// `n` rows of it.
    pub(crate) fn draw(&self, n: usize, rng: &mut impl Rng) -> Matrix {
        let mut normals = Normals::new(rng);
        let steps: Vec<f64> =
            (0..n).flat_map(|_| &self.0.deviations).map(|deviation| normals.next() * deviation).collect();
        Matrix::new(self.0.unprojected(&steps), n, self.0.mean.len()).expect("n rows of d steps were made")
    }
}

/// Standard normal numbers by the polar method (Marsaglia & Bray 1964): square roots and one
/// logarithm of our own kind, so the same on every processor.
pub(crate) struct Normals<'a, R> {
    rng: &'a mut R,
    spare: Option<f64>,
}

impl<'a, R: Rng> Normals<'a, R> {
    pub(crate) fn new(rng: &'a mut R) -> Self {
        Self { rng, spare: None }
    }

    pub(crate) fn next(&mut self) -> f64 {
        if let Some(spare) = self.spare.take() {
            return spare;
        }
        loop {
            let (u, v) = (2.0 * self.rng.random::<f64>() - 1.0, 2.0 * self.rng.random::<f64>() - 1.0);
            let s = u * u + v * v;
            if s > 0.0 && s < 1.0 {
                let factor = (-2.0 * libm::log(s) / s).sqrt();
                self.spare = Some(v * factor);
                return u * factor;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use segctl_numeric::seed::Seed;
    use statrs::distribution::{ContinuousCDF, Normal};

    use super::*;

    #[test]
    fn the_numbers_are_normal() {
        let mut rng = Seed(3).stream("test", 0, 0);
        let mut normals = Normals::new(&mut rng);
        let mut values: Vec<f64> = (0..20_000).map(|_| normals.next()).collect();
        values.sort_by(f64::total_cmp);
        let normal = Normal::new(0.0, 1.0).unwrap();
        let gap = |(i, v): (usize, &f64)| (normal.cdf(*v) - (i as f64 + 0.5) / 20_000.0).abs();
        // The 99.9 % point of Kolmogorov's statistic is 1.95 / sqrt(n) = 0.0138.
        assert!(values.iter().enumerate().map(gap).fold(0.0, f64::max) < 0.0138);
    }

    #[test]
    fn the_moments_are_those_of_the_table() {
        let x =
            Matrix::new((0..300).map(|i| f64::from(i * i % 23) + f64::from(i % 3) * 40.0).collect(), 100, 3).unwrap();
        let drawn = Gaussian::fit(x.view()).draw(40_000, &mut Seed(1).stream("test", 0, 0));
        let (of, found) = (Axes::fit(x.view()), Axes::fit(drawn.view()));
        for j in 0..3 {
            assert!((of.mean[j] - found.mean[j]).abs() < 4.0 * of.deviations[0] / 200.0);
            assert!((of.deviations[j] / found.deviations[j] - 1.0).abs() < 0.02, "{of:?} {found:?}");
        }
    }
}
