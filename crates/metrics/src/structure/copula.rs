//! A normal copula with the rank correlations of a table (Nelsen, "An Introduction to Copulas", 2006).

use std::f64::consts::{PI, SQRT_2};

use rand::Rng;
use segctl_numeric::{Matrix, MatrixView};

use super::marginal::Marginal;
use super::ranks::{dot, rank_correlations};
use crate::null::{Normals, eigen};

/// Steps towards the rank correlations, which ties weaken.
const N_CORRECTIONS: usize = 3;

/// One blob: features with one mode each, joined by a normal copula.
#[derive(Debug, Clone)]
pub(super) struct OneBlob {
    pub(super) marginals: Vec<Marginal>,
    /// d x d: row j times a vector of independent normal numbers is the score of feature j.
    factor: Matrix,
}

impl OneBlob {
    /// `x` must be finite, with rows and columns. O(n d^2 + n d log n + d^3).
    ///
    /// Ties take away from rank correlations. How much is found by drawing a set from the same normal numbers
    /// with ties and without, and is given back.
    pub(super) fn fit(x: MatrixView<'_>, rng: &mut impl Rng) -> Self {
        let d = x.n_cols();
        let marginals = (0..d).map(|j| Marginal::fit(&sorted(x, j))).collect();
        let target = normal_correlations(x);
        let mut blob = Self { marginals, factor: factor(target.clone()) };
        let numbers = normals(x.as_slice().len(), rng);
        for _ in 0..N_CORRECTIONS {
            let scores = blob.scores(&numbers);
            let (with, without) =
                (normal_correlations(blob.shaped(scores.clone()).view()), normal_correlations(scores.view()));
            let lost = without.as_slice().iter().zip(with.as_slice()).map(|(without, with)| without - with);
            let wanted = target.as_slice().iter().zip(lost).map(|(target, lost)| (target + lost).clamp(-1.0, 1.0));
            blob.factor = factor(Matrix::new(wanted.collect(), d, d).expect("d x d correlations"));
        }
        blob
    }

    /// `n` rows of it.
    pub(super) fn draw(&self, n: usize, rng: &mut impl Rng) -> Matrix {
        self.shaped(self.scores(&normals(n * self.marginals.len(), rng)))
    }

    /// Correlated normal numbers of independent ones.
    fn scores(&self, numbers: &[f64]) -> Matrix {
        let d = self.marginals.len();
        let rows = numbers.chunks_exact(d).flat_map(|row| self.factor.view().rows().map(move |f| dot(f, row)));
        Matrix::new(rows.collect(), numbers.len() / d, d).expect("rows of d scores each")
    }

    /// Features of the scores.
    fn shaped(&self, mut rows: Matrix) -> Matrix {
        for i in 0..rows.n_rows() {
            for (value, marginal) in rows.row_mut(i).iter_mut().zip(&self.marginals) {
                *value = marginal.quantile(0.5 * libm::erfc(-*value / SQRT_2));
            }
        }
        rows
    }
}

fn normals(n: usize, rng: &mut impl Rng) -> Vec<f64> {
    let mut normals = Normals::new(rng);
    (0..n).map(|_| normals.next()).collect()
}

fn sorted(x: MatrixView<'_>, j: usize) -> Vec<f64> {
    let mut values: Vec<f64> = x.column(j).collect();
    values.sort_by(f64::total_cmp);
    values
}

/// The correlations of normal scores with the rank correlations of `x`: 2 sin(pi r / 6).
fn normal_correlations(x: MatrixView<'_>) -> Matrix {
    let mut found = rank_correlations(x);
    for i in 0..x.n_cols() {
        found.row_mut(i).iter_mut().for_each(|r| *r = 2.0 * libm::sin(PI * *r / 6.0));
        found.row_mut(i)[i] = 1.0;
    }
    found
}

/// A square root of the closest positive semi-definite matrix, its rows scaled to length 1.
fn factor(correlations: Matrix) -> Matrix {
    let d = correlations.n_rows();
    let (values, vectors) = eigen(correlations);
    let mut factor = Matrix::zeros(d, d);
    for j in 0..d {
        for (e, value) in values.iter().enumerate() {
            factor.row_mut(j)[e] = vectors.row(e)[j] * value.max(0.0).sqrt();
        }
        let length = dot(factor.row(j), factor.row(j)).sqrt();
        factor.row_mut(j).iter_mut().for_each(|value| *value /= length);
    }
    factor
}

#[cfg(test)]
mod tests {
    use segctl_numeric::seed::Seed;

    use super::*;

    /// Rows of correlated normal numbers, changed column by column.
    fn table(n: usize, change: impl Fn(usize, f64) -> f64) -> Matrix {
        let mut rng = Seed(5).stream("test", 0, 0);
        let numbers = normals(4 * n, &mut rng);
        let row = |z: &[f64]| [z[0], 0.8 * z[0] + 0.6 * z[1], z[2] - 0.7 * z[0], z[3]];
        let rows: Vec<[f64; 4]> = numbers.chunks_exact(4).map(row).collect();
        let all = rows.iter().flat_map(|row| row.iter().enumerate().map(|(j, z)| change(j, *z)).collect::<Vec<_>>());
        Matrix::new(all.collect(), n, 4).unwrap()
    }

    #[track_caller]
    fn check(x: &Matrix) {
        let blob = OneBlob::fit(x.view(), &mut Seed(1).stream("test", 1, 0));
        let drawn = blob.draw(8_000, &mut Seed(1).stream("test", 2, 0));
        let (own, found) = (rank_correlations(x.view()), rank_correlations(drawn.view()));
        for (own, found) in own.as_slice().iter().zip(found.as_slice()) {
            assert!((own - found).abs() < 0.05, "{own} {found}");
        }
    }

    #[test]
    fn rank_correlations_are_kept_whatever_the_shape() {
        check(&table(3_000, |_, z| z));
        check(&table(3_000, |_, z| libm::exp(z)));
    }

    #[test]
    fn ties_do_not_weaken_them() {
        check(&table(3_000, |_, z| z.max(0.0)));
        check(&table(3_000, |j, z| if j < 2 { z.max(0.5) } else { z.round() }));
    }

    #[test]
    fn a_matrix_that_is_no_correlation_matrix_is_repaired() {
        let a = Matrix::from_rows(&[[1.0, 0.9, -0.9], [0.9, 1.0, 0.9], [-0.9, 0.9, 1.0]]).unwrap();
        let factor = factor(a);
        for i in 0..3 {
            assert!((dot(factor.row(i), factor.row(i)) - 1.0).abs() < 1e-14);
            assert!((0..3).all(|j| dot(factor.row(i), factor.row(j)).abs() <= 1.0 + 1e-14));
        }
        assert!(dot(factor.row(0), factor.row(1)) > 0.3 && dot(factor.row(0), factor.row(2)) < -0.3);
    }
}
