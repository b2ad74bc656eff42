//! Components as the E-step wants them: factors of the precisions, in blocks of four features.

use super::cholesky::{LEAST_VARIANCE, inverse_factor};
use super::covariances::Covariances;
use super::tiles::{BLOCK, padded};
use crate::ClusteringError;

/// k weighted Gaussian densities.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Gaussians {
    /// `log w + log |L^-1| - d/2 log 2 pi` of each component.
    pub(super) constants: Vec<f64>,
    /// k x padded(d)
    pub(super) means: Vec<f64>,
    pub(super) shape: Shape,
    pub(super) stride: usize,
}

/// How a difference to a mean becomes a vector of independent standard normal numbers.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Shape {
    /// `y = L^-1 (x - mean)` with a factor per component.
    Full(Vec<Factor>),
    /// `y = L^-1 x - L^-1 mean` with one factor; the second terms (k x padded(d)).
    Tied(Factor, Vec<f64>),
    /// `y_j = s_j (x_j - mean_j)`, k x padded(d).
    Diag(Vec<f64>),
}

/// A lower triangular matrix, four rows at a time: of rows 4b to 4b + 3, columns 0 to 4b + 3 one after the other.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Factor(pub(super) Vec<[f64; BLOCK]>);

impl Factor {
    fn new(lower: &[f64], d: usize) -> Self {
        let at = |i: usize, j: usize| if i < d && j <= i { lower[i * d + j] } else { 0.0 };
        let of_block = |b: usize| (0..BLOCK * (b + 1)).map(move |j| std::array::from_fn(|a| at(BLOCK * b + a, j)));
        Self((0..padded(d) / BLOCK).flat_map(of_block).collect())
    }

    fn squared_length(&self, x: &[f64]) -> f64 {
        let (mut rest, mut sum) = (self.0.as_slice(), 0.0);
        for b in 0..padded(x.len()) / BLOCK {
            let (rows, after) = rest.split_at(BLOCK * (b + 1));
            for a in 0..BLOCK {
                let y: f64 = x.iter().zip(rows).map(|(x, row)| x * row[a]).sum();
                sum += y * y;
            }
            rest = after;
        }
        sum
    }
}

impl Gaussians {
    /// Of `weights` (k, above 0), `means` (k x d) and `covariances`, whose shapes were checked.
    pub(super) fn new(
        weights: &[f64],
        means: &[f64],
        covariances: &Covariances,
        reg_covar: f64,
    ) -> Result<Self, ClusteringError> {
        let (k, d) = (weights.len(), means.len() / weights.len());
        let bad = |component| ClusteringError::Covariance { component, reg_covar };
        let (shape, log_scales) = shape(means, covariances, k, d).map_err(bad)?;
        let normal = 0.5 * d as f64 * libm::log(2.0 * std::f64::consts::PI);
        let constant = |(weight, log_scale): (&f64, f64)| libm::log(*weight) + log_scale - normal;
        let constants = weights.iter().zip(log_scales).map(constant).collect();
        Ok(Self { constants, means: pad(means, d), shape, stride: padded(d) })
    }

    pub(super) fn n_components(&self) -> usize {
        self.constants.len()
    }

    /// Those of some components, in the order given.
    pub(super) fn select(&self, components: &[usize]) -> Self {
        let rows = |all: &[f64]| -> Vec<f64> {
            components.iter().flat_map(|&c| all[c * self.stride..][..self.stride].to_vec()).collect()
        };
        let shape = match &self.shape {
            Shape::Full(factors) => Shape::Full(components.iter().map(|&c| factors[c].clone()).collect()),
            Shape::Tied(factor, means) => Shape::Tied(factor.clone(), rows(means)),
            Shape::Diag(scales) => Shape::Diag(rows(scales)),
        };
        let constants = components.iter().map(|&c| self.constants[c]).collect();
        Self { constants, means: rows(&self.means), shape, stride: self.stride }
    }

    /// The squared Mahalanobis length of a difference (d) to the mean of component `c`.
    pub(super) fn squared_length(&self, c: usize, difference: &[f64]) -> f64 {
        let d = difference.len();
        match &self.shape {
            Shape::Full(factors) => factors[c].squared_length(difference),
            Shape::Tied(factor, _) => factor.squared_length(difference),
            Shape::Diag(scales) => {
                let scaled = difference.iter().zip(&scales[c * self.stride..][..d]).map(|(value, scale)| value * scale);
                scaled.map(|y| y * y).sum()
            }
        }
    }
}

/// With the logarithm of the determinant of each factor. The error is the component whose covariance is none.
fn shape(means: &[f64], covariances: &Covariances, k: usize, d: usize) -> Result<(Shape, Vec<f64>), usize> {
    let diagonal = |variance: &dyn Fn(usize, usize) -> f64| {
        let (mut scales, mut logs) = (vec![], vec![]);
        for c in 0..k {
            let variances: Vec<f64> = (0..d).map(|j| variance(c, j)).collect();
            if !variances.iter().all(|&variance| variance.is_finite() && variance >= LEAST_VARIANCE) {
                return Err(c);
            }
            logs.push(-0.5 * variances.iter().map(|&variance| libm::log(variance)).sum::<f64>());
            scales.extend(variances.iter().map(|variance| 1.0 / variance.sqrt()));
        }
        Ok((Shape::Diag(pad(&scales, d)), logs))
    };
    let log_scale = |lower: &[f64]| (0..d).map(|j| libm::log(lower[j * d + j])).sum::<f64>();
    match covariances {
        Covariances::Full(all) => {
            let lower = |c: usize| inverse_factor(all[c].as_slice(), d).ok_or(c);
            let lowers = (0..k).map(lower).collect::<Result<Vec<_>, _>>()?;
            let factors = lowers.iter().map(|lower| Factor::new(lower, d)).collect();
            Ok((Shape::Full(factors), lowers.iter().map(|lower| log_scale(lower)).collect()))
        }
        Covariances::Tied(one) => {
            let lower = inverse_factor(one.as_slice(), d).ok_or(0_usize)?;
            let times = |mean: &[f64], row: &[f64]| mean.iter().zip(row).map(|(m, l)| m * l).sum::<f64>();
            let whitened =
                means.chunks_exact(d).flat_map(|mean| lower.chunks_exact(d).map(move |row| times(mean, row)));
            let whitened: Vec<f64> = whitened.collect();
            Ok((Shape::Tied(Factor::new(&lower, d), pad(&whitened, d)), vec![log_scale(&lower); k]))
        }
        Covariances::Diag(all) => diagonal(&|c, j| all.row(c)[j]),
        Covariances::Spherical(all) => diagonal(&|c, _| all[c]),
    }
}

/// Rows of d values with zeros up to whole blocks.
pub(super) fn pad(rows: &[f64], d: usize) -> Vec<f64> {
    let zeros = || std::iter::repeat_n(0.0, padded(d) - d);
    rows.chunks_exact(d).flat_map(|row| row.iter().copied().chain(zeros())).collect()
}
