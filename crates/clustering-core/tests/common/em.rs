//! EM as one would write it on a blackboard: whole matrices, two passes, no blocks.

use segctl_clustering_core::gmm::Covariance;
use segctl_numeric::{Labels, MatrixView};

/// What the oracle finds; covariances are whole matrices (d x d), row-major.
pub(crate) struct Mixture {
    pub(crate) weights: Vec<f64>,
    pub(crate) means: Vec<Vec<f64>>,
    pub(crate) covariances: Vec<Vec<f64>>,
    pub(crate) lower_bounds: Vec<f64>,
}

pub(crate) struct Task<'a> {
    pub(crate) x: MatrixView<'a>,
    pub(crate) weights: Vec<f64>,
    pub(crate) covariance: Covariance,
    pub(crate) reg_covar: f64,
}

impl Task<'_> {
    /// An M-step from clusters, then `n_iter` iterations.
    pub(crate) fn run(&self, labels: &Labels, n_iter: usize) -> Mixture {
        let k = labels.n_clusters();
        let hard = |i: usize| (0..k).map(|c| f64::from(labels.get(i) == Some(c))).collect();
        let mut shares: Vec<Vec<f64>> = (0..self.x.n_rows()).map(hard).collect();
        let mut lower_bounds = vec![];
        for _ in 0..n_iter {
            let (next, lower_bound) = self.expect(&self.maximise(&shares, vec![]));
            shares = next;
            lower_bounds.push(lower_bound);
        }
        self.maximise(&shares, lower_bounds)
    }

    fn maximise(&self, shares: &[Vec<f64>], lower_bounds: Vec<f64>) -> Mixture {
        let (n, d, k) = (self.x.n_rows(), self.x.n_cols(), shares[0].len());
        let share = |i: usize, c: usize| shares[i][c] * self.weights[i];
        let sizes: Vec<f64> = (0..k).map(|c| (0..n).map(|i| share(i, c)).sum::<f64>() + 2.22e-15).collect();
        let mean = |c: usize, j: usize| (0..n).map(|i| share(i, c) * self.x.row(i)[j]).sum::<f64>() / sizes[c];
        let means: Vec<Vec<f64>> = (0..k).map(|c| (0..d).map(|j| mean(c, j)).collect()).collect();
        let scatter = |c: usize, a: usize, b: usize| {
            let product = |i: usize| (self.x.row(i)[a] - means[c][a]) * (self.x.row(i)[b] - means[c][b]);
            (0..n).map(|i| share(i, c) * product(i)).sum::<f64>()
        };
        let whole = |of: &dyn Fn(usize, usize) -> f64| -> Vec<f64> {
            (0..d * d).map(|at| of(at / d, at % d) + if at / d == at % d { self.reg_covar } else { 0.0 }).collect()
        };
        let total: f64 = sizes.iter().sum();
        let of = |c: usize| match self.covariance {
            Covariance::Full => whole(&|a, b| scatter(c, a, b) / sizes[c]),
            Covariance::Tied => whole(&|a, b| (0..k).map(|c| scatter(c, a, b)).sum::<f64>() / total),
            Covariance::Diag => whole(&|a, b| if a == b { scatter(c, a, a) / sizes[c] } else { 0.0 }),
            _ => {
                let mean = (0..d).map(|j| scatter(c, j, j)).sum::<f64>() / sizes[c] / d as f64;
                whole(&|a, b| if a == b { mean } else { 0.0 })
            }
        };
        let covariances = (0..k).map(of).collect();
        Mixture { weights: sizes.iter().map(|size| size / total).collect(), means, covariances, lower_bounds }
    }

    fn expect(&self, mixture: &Mixture) -> (Vec<Vec<f64>>, f64) {
        let (mut shares, mut sum) = (vec![], 0.0);
        for (row, weight) in self.x.rows().zip(&self.weights) {
            let density = |c: usize| {
                let difference: Vec<f64> = row.iter().zip(&mixture.means[c]).map(|(x, mean)| x - mean).collect();
                mixture.weights[c].ln() + log_density(&mixture.covariances[c], &difference)
            };
            let terms: Vec<f64> = (0..mixture.weights.len()).map(density).collect();
            let largest = terms.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let log = largest + terms.iter().map(|term| (term - largest).exp()).sum::<f64>().ln();
            shares.push(terms.iter().map(|term| (term - log).exp()).collect());
            sum += weight * log;
        }
        (shares, sum / self.weights.iter().sum::<f64>())
    }
}

/// By Gaussian elimination: the product of the pivots is the determinant.
fn log_density(covariance: &[f64], x: &[f64]) -> f64 {
    let d = x.len();
    let (mut a, mut y, mut log_det) = (covariance.to_vec(), x.to_vec(), 0.0);
    for p in 0..d {
        log_det += a[p * d + p].ln();
        for i in p + 1..d {
            let factor = a[i * d + p] / a[p * d + p];
            (p..d).for_each(|j| a[i * d + j] -= factor * a[p * d + j]);
            y[i] -= factor * y[p];
        }
    }
    for p in (0..d).rev() {
        let known: f64 = (p + 1..d).map(|j| a[p * d + j] * y[j]).sum();
        y[p] = (y[p] - known) / a[p * d + p];
    }
    let form: f64 = x.iter().zip(&y).map(|(x, y)| x * y).sum();
    -0.5 * (form + log_det + d as f64 * (2.0 * std::f64::consts::PI).ln())
}
