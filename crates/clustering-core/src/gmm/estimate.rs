//! The M-step: a mixture from sums over the rows.

use segctl_numeric::{Labels, Matrix};

use super::covariances::{Covariance, Covariances};
use super::gaussians::{Gaussians, pad};
use super::moments::Products;
use super::pass::{Source, pass};
use super::tiles::Tiles;
use crate::ClusteringError;

/// Added to the weight of each component, as scikit-learn does: one without rows divides by it. Rows weigh 1, or
/// the heaviest about as much.
const LEAST_WEIGHT: f64 = 10.0 * f64::EPSILON;
/// When the means moved by no more than this, in squared Mahalanobis distance, products of differences to
/// where they were before are as good as those to where they are: taking the shift off costs three digits
/// of sixteen at most.
const FARTHEST_SHIFT: f64 = 1e3;

/// A mixture in centred coordinates, and what the E-step makes of it.
pub(super) struct Mixture {
    pub(super) weights: Vec<f64>,
    /// k x d
    pub(super) means: Vec<f64>,
    pub(super) covariances: Covariances,
    pub(super) gaussians: Gaussians,
}

/// The rows and what is asked of a mixture of them.
pub(super) struct Problem {
    tiles: Tiles,
    n_features: usize,
    covariance: Covariance,
    reg_covar: f64,
    total_weight: f64,
    /// Sums of the products of all rows, where one covariance follows from those and the means.
    all_products: Vec<f64>,
}

/// Sums of one component and what they are relative to.
struct Component<'a> {
    weight: f64,
    /// The mean less its reference.
    shift: Vec<f64>,
    products: &'a [f64],
}

impl Component<'_> {
    /// The covariance of features `i >= j`, regularised not yet, times the weight.
    fn scatter(&self, i: usize, j: usize) -> f64 {
        self.products[Products::place(i, j)] - self.weight * (self.shift[i] * self.shift[j])
    }

    fn variance(&self, j: usize) -> f64 {
        self.products[j] / self.weight - self.shift[j] * self.shift[j]
    }
}

impl Problem {
    pub(super) fn new(tiles: Tiles, n_rows: usize, n_features: usize, covariance: Covariance, reg_covar: f64) -> Self {
        let all = Labels::new(vec![0; n_rows], 1).expect("one cluster");
        let products = if covariance == Covariance::Tied { Products::All } else { Products::None };
        let sums = pass(&tiles, Source::Labels(&all), &vec![0.0; tiles.stride()], products).sums;
        let all_products = sums[1 + tiles.stride()..].to_vec();
        Self { tiles, n_features, covariance, reg_covar, total_weight: sums[0], all_products }
    }

    /// The mixture that the shares of `source` make likeliest, and the mean log-likelihood of a row under
    /// `source`. Sums are taken of differences to `references` (k x d), best near the new means; where they turn
    /// out to be far, once more.
    pub(super) fn step(&self, source: Source<'_>, references: &[f64]) -> Result<(Mixture, f64), ClusteringError> {
        let products = match self.covariance {
            // Shares that are given need not add up to 1 for each row.
            Covariance::Tied if matches!(source, Source::Mixture(_)) => Products::None,
            Covariance::Full | Covariance::Tied => Products::All,
            Covariance::Diag | Covariance::Spherical => Products::Squares,
        };
        let found = pass(&self.tiles, source, &pad(references, self.n_features), products);
        let log_likelihood = found.log_likelihood / self.total_weight;
        let means = self.means(&found.sums, references, products);
        let mixture = self.mixture(&found.sums, references, products);
        match mixture {
            Ok(mixture) if self.farthest(&mixture, references) <= FARTHEST_SHIFT => Ok((mixture, log_likelihood)),
            _ => {
                let products = if self.covariance == Covariance::Tied { Products::All } else { products };
                let found = pass(&self.tiles, source, &pad(&means, self.n_features), products);
                Ok((self.mixture(&found.sums, &means, products)?, log_likelihood))
            }
        }
    }

    fn components<'a>(&self, sums: &'a [f64], products: Products) -> Vec<Component<'a>> {
        let stride = self.tiles.stride();
        let of = |sums: &'a [f64]| {
            let weight = sums[0] + LEAST_WEIGHT;
            let shift = sums[1..=self.n_features].iter().map(|sum| sum / weight).collect();
            Component { weight, shift, products: &sums[1 + stride..] }
        };
        sums.chunks_exact(1 + stride + products.len(stride)).map(of).collect()
    }

    fn means(&self, sums: &[f64], references: &[f64], products: Products) -> Vec<f64> {
        let shifts = self.components(sums, products).into_iter().flat_map(|component| component.shift);
        references.iter().zip(shifts).map(|(reference, shift)| reference + shift).collect()
    }

    fn mixture(&self, sums: &[f64], references: &[f64], products: Products) -> Result<Mixture, ClusteringError> {
        let components = self.components(sums, products);
        let total: f64 = components.iter().map(|component| component.weight).sum();
        let weights: Vec<f64> = components.iter().map(|component| component.weight / total).collect();
        let means = self.means(sums, references, products);
        let d = self.n_features;
        let covariances = match self.covariance {
            Covariance::Full => {
                let of = |one: &Component<'_>| self.symmetric(|i, j| one.scatter(i, j) / one.weight);
                Covariances::Full(components.iter().map(of).collect())
            }
            Covariance::Tied if products == Products::All => Covariances::Tied(
                self.symmetric(|i, j| components.iter().map(|one| one.scatter(i, j)).sum::<f64>() / total),
            ),
            Covariance::Tied => Covariances::Tied(self.symmetric(|i, j| self.rest(&components, &means, i, j) / total)),
            Covariance::Diag => {
                let variances = components.iter().flat_map(|one| (0..d).map(|j| one.variance(j) + self.reg_covar));
                Covariances::Diag(Matrix::new(variances.collect(), components.len(), d)?)
            }
            Covariance::Spherical => {
                let mean = |one: &Component<'_>| (0..d).map(|j| one.variance(j)).sum::<f64>() / d as f64;
                Covariances::Spherical(components.iter().map(|one| mean(one) + self.reg_covar).collect())
            }
        };
        let gaussians = Gaussians::new(&weights, &means, &covariances, self.reg_covar)?;
        Ok(Mixture { weights, means, covariances, gaussians })
    }

    /// What the means leave of the products of all rows.
    fn rest(&self, components: &[Component<'_>], means: &[f64], i: usize, j: usize) -> f64 {
        let of_mean = |(one, mean): (&Component<'_>, &[f64])| one.weight * (mean[i] * mean[j]);
        let between: f64 = components.iter().zip(means.chunks_exact(self.n_features)).map(of_mean).sum();
        self.all_products[Products::place(i, j)] - between
    }

    /// A regularised matrix from its entries at `i >= j`.
    fn symmetric(&self, of: impl Fn(usize, usize) -> f64) -> Matrix {
        let d = self.n_features;
        let mut out = Matrix::zeros(d, d);
        for i in 0..d {
            for j in 0..=i {
                let value = of(i, j) + if i == j { self.reg_covar } else { 0.0 };
                out.row_mut(i)[j] = value;
                out.row_mut(j)[i] = value;
            }
        }
        out
    }

    /// The largest squared Mahalanobis distance of a mean to what its products were taken about.
    fn farthest(&self, mixture: &Mixture, references: &[f64]) -> f64 {
        let d = self.n_features;
        let pairs = mixture.means.chunks_exact(d).zip(references.chunks_exact(d)).enumerate();
        let squared = |(c, (mean, reference)): (usize, (&[f64], &[f64]))| match self.covariance {
            // What was taken off the one covariance is the spread of all means about 0.
            Covariance::Tied => mixture.gaussians.squared_length(c, mean) * mixture.weights[c],
            _ => {
                let shift: Vec<f64> = mean.iter().zip(reference).map(|(mean, reference)| mean - reference).collect();
                mixture.gaussians.squared_length(c, &shift)
            }
        };
        pairs.map(squared).fold(0.0, f64::max)
    }
}
