use crate::steps::triangle::{Svd, dot, svd};

/// Rounds of re-estimating the two precisions, at most.
const MAX_ITER: usize = 300;
/// The estimates stand when the coefficients move less than this in sum.
const TOLERANCE: f64 = 1e-3;
/// Both parameters of both gamma priors on the precisions.
const PRIOR: f64 = 1e-6;

/// The coefficients of a Bayesian ridge regression (`MacKay` 1992; Tipping 2001), as scikit-learn's
/// `BayesianRidge` with its defaults has them.
///
/// `r` is the triangle (`p + 1` x `p + 1`, column-major) of the centred predictors and, last, the
/// centred target of `n` rows: everything the regression depends on. O(p^3).
pub(super) fn coefficients(r: &[f64], p: usize, n: usize) -> Vec<f64> {
    let problem = Problem::new(r, p);
    let n = n as f64;
    let mut alpha = 1.0 / (problem.target_square() / n + f64::EPSILON);
    let mut lambda = 1.0;
    let mut before: Option<Vec<f64>> = None;
    for _ in 0..MAX_ITER {
        let found = problem.solve(lambda / alpha);
        let gamma: f64 = problem.eigenvalues.iter().map(|value| alpha * value / (lambda + alpha * value)).sum();
        lambda = (gamma + 2.0 * PRIOR) / (dot(&found, &found) + 2.0 * PRIOR);
        alpha = (n - gamma + 2.0 * PRIOR) / (problem.residual_square(&found) + 2.0 * PRIOR);
        let moved = |old: Vec<f64>| old.iter().zip(&found).map(|(old, new)| (old - new).abs()).sum::<f64>();
        if before.take().is_some_and(|old| moved(old) < TOLERANCE) {
            break;
        }
        before = Some(found);
    }
    problem.solve(lambda / alpha)
}

/// Minimise `|q - R b|^2` plus a penalty, R by its singular value decomposition.
struct Problem<'a> {
    p: usize,
    /// The target, rotated as the predictors were; its last value is what no predictor reaches.
    q: &'a [f64],
    predictors: &'a [f64],
    svd: Svd,
    /// Squares of the singular values.
    eigenvalues: Vec<f64>,
    /// The target along the left singular vectors.
    along: Vec<f64>,
}

impl<'a> Problem<'a> {
    fn new(r: &'a [f64], p: usize) -> Self {
        let (predictors, q) = r.split_at(p * (p + 1));
        let square: Vec<f64> = predictors.chunks_exact(p + 1).flat_map(|column| &column[..p]).copied().collect();
        let svd = svd(square, p);
        let eigenvalues = svd.values.iter().map(|value| value * value).collect();
        let along = svd.left.chunks_exact(p.max(1)).map(|left| dot(left, &q[..p])).collect();
        Self { p, q, predictors, svd, eigenvalues, along }
    }

    fn target_square(&self) -> f64 {
        dot(self.q, self.q)
    }

    /// The posterior mean under the penalty `ratio * |b|^2`.
    fn solve(&self, ratio: f64) -> Vec<f64> {
        let mut found = vec![0.0; self.p];
        for (k, right) in self.svd.right.chunks_exact(self.p.max(1)).enumerate() {
            let share = self.svd.values[k] / (self.eigenvalues[k] + ratio) * self.along[k];
            found.iter_mut().zip(right).for_each(|(found, right)| *found += share * right);
        }
        found
    }

    fn residual_square(&self, coefficients: &[f64]) -> f64 {
        let mut rest = self.q.to_vec();
        for (column, &coefficient) in self.predictors.chunks_exact(self.p + 1).zip(coefficients) {
            rest.iter_mut().zip(column).for_each(|(rest, value)| *rest -= coefficient * value);
        }
        dot(&rest, &rest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::steps::triangle::triangle;

    fn fit(x: &[f64], y: &[f64]) -> f64 {
        let r = triangle(x.len(), 2, |rows, out| {
            let (left, right) = out.split_at_mut(rows.len());
            left.copy_from_slice(&x[rows.clone()]);
            right.copy_from_slice(&y[rows]);
        });
        coefficients(&r, 1, x.len())[0]
    }

    #[test]
    fn a_clear_slope_is_found_and_noise_is_shrunk() {
        let x: Vec<f64> = (-50..=50).map(f64::from).collect();
        let y: Vec<f64> = x.iter().map(|x| 3.0 * x).collect();
        assert!((fit(&x, &y) - 3.0).abs() < 1e-8);
        let noise: Vec<f64> = x.iter().map(|x| libm::sin(x * 2.4) + 0.5).collect();
        let slope = fit(&x, &noise);
        let least_squares = dot(&x, &noise) / dot(&x, &x);
        assert!(slope.abs() < least_squares.abs(), "{slope} {least_squares}");
    }

    #[test]
    fn predictors_that_say_nothing_have_no_weight() {
        assert_eq!(fit(&[0.0; 4], &[1.0, -1.0, 2.0, -2.0]), 0.0);
        assert_eq!(fit(&[1.0, -1.0], &[0.0; 2]), 0.0);
        assert_eq!(coefficients(&[2.0], 0, 3), [0.0; 0]);
    }
}
