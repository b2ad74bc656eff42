//! The normal distribution with the moments of a table.

use rand::Rng;
use segctl_numeric::{Matrix, MatrixView};

use super::{Axes, Normals};

/// Mean and covariance, n - 1 in its denominator.
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

#[cfg(test)]
mod tests {
    use segctl_numeric::seed::Seed;

    use super::*;

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
