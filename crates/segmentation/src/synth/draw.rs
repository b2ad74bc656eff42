//! The few distributions the model needs, over `libm` alone: the standard library's logarithm
//! may differ by processor.

use rand::{Rng, RngExt};

/// Positive and skewed to the right: `median * exp(sigma * z)`.
#[derive(Debug, Clone, Copy)]
pub(super) struct LogNormal {
    pub(super) median: f64,
    pub(super) sigma: f64,
}

impl LogNormal {
    pub(super) fn draw(self, rng: &mut impl Rng) -> f64 {
        self.median * libm::exp(self.sigma * normal(rng))
    }
}

/// A share in (0, 1): the logistic function of a normal variable.
#[derive(Debug, Clone, Copy)]
pub(super) struct LogitNormal {
    pub(super) median: f64,
    pub(super) sigma: f64,
}

impl LogitNormal {
    pub(super) fn draw(self, rng: &mut impl Rng) -> f64 {
        let odds = self.median / (1.0 - self.median) * libm::exp(self.sigma * normal(rng));
        odds / (1.0 + odds)
    }
}

/// True with probability `p`.
pub(super) fn chance(rng: &mut impl Rng, p: f64) -> bool {
    rng.random::<f64>() < p
}

/// Uniform on `[low, high)`.
pub(super) fn between(rng: &mut impl Rng, low: f64, high: f64) -> f64 {
    low + (high - low) * rng.random::<f64>()
}

/// Uniform on `0..n`, for small `n`.
pub(super) fn index(rng: &mut impl Rng, n: usize) -> usize {
    // The product can round up to n itself only for n beyond 2^53.
    (rng.random::<f64>() * n as f64) as usize
}

/// The place in `weights` (which sum to 1) that a uniform number falls on.
pub(super) fn weighted(rng: &mut impl Rng, weights: impl ExactSizeIterator<Item = f64>) -> usize {
    let (last, mut left) = (weights.len() - 1, rng.random::<f64>());
    weights
        .take(last)
        .position(|weight| {
            left -= weight;
            left < 0.0
        })
        .unwrap_or(last)
}

/// Successes in `n` trials; n is a number of months, so that counting beats any formula.
pub(super) fn binomial(rng: &mut impl Rng, n: u32, p: f64) -> u32 {
    (0..n).map(|_| u32::from(chance(rng, p))).sum()
}

/// Standard normal by Marsaglia's polar method (Marsaglia & Bray, 1964).
pub(super) fn normal(rng: &mut impl Rng) -> f64 {
    loop {
        let (u, v) = (between(rng, -1.0, 1.0), between(rng, -1.0, 1.0));
        let s = u * u + v * v;
        if s > 0.0 && s < 1.0 {
            return u * (-2.0 * libm::log(s) / s).sqrt();
        }
    }
}
