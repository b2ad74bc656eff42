//! Where dips are looked for: rows without ties, at a scale at which squares neither overflow nor vanish.

use rand::{Rng, RngExt};
use segctl_numeric::{Matrix, MatrixView};
use statrs::function::erf::erfc_inv;

use super::marginal::Marginal;

/// How the rows of a table become scores, with ties told apart at random, because a dip would take them for
/// modes.
#[derive(Debug, Clone)]
pub(super) struct Scores<'a> {
    marginals: &'a [Marginal],
    /// The middle of each feature.
    middles: Vec<f64>,
    /// The power of two that makes the longest side of the table about 1.
    factor: f64,
    /// The standard deviation of each feature after that.
    deviations: Vec<f64>,
    n_rows: f64,
}

impl<'a> Scores<'a> {
    /// Those of `x`, whose features have the distributions `marginals`; `None` where all rows are equal. O(n d).
    pub(super) fn fit(x: MatrixView<'_>, marginals: &'a [Marginal]) -> Option<Self> {
        let sides: Vec<(f64, f64)> = marginals.iter().map(Marginal::range).collect();
        let longest = sides.iter().map(|(low, high)| high - low).fold(0.0, f64::max);
        if longest == 0.0 {
            return None;
        }
        // A factor of 2^1074 would be infinite; 2^1000 lifts the smallest number to 2^-74.
        let factor = libm::scalbn(1.0, (-libm::ilogb(longest)).min(1000));
        let middles: Vec<f64> = sides.iter().map(|(low, high)| low / 2.0 + high / 2.0).collect();
        let scaled = |j: usize| x.column(j).map(|v| (v - middles[j]) * factor).collect::<Vec<_>>();
        let deviations = (0..x.n_cols()).map(|j| deviation(&scaled(j))).collect();
        Some(Self { marginals, middles, factor, deviations, n_rows: x.n_rows() as f64 })
    }

    /// The scores of `x`, the table or a set drawn like it.
    pub(super) fn of(&self, x: MatrixView<'_>, rng: &mut impl Rng) -> Matrix {
        let mut scores = x.to_owned();
        for i in 0..scores.n_rows() {
            for (j, value) in scores.row_mut(i).iter_mut().enumerate() {
                *value = self.score(j, *value, rng.random());
            }
        }
        scores
    }

    /// A feature with spikes is brought to a normal shape, which leaves nothing of the spike; any other is taken
    /// as it is, rounded values from anywhere they are rounded from.
    fn score(&self, j: usize, value: f64, v: f64) -> f64 {
        let marginal = &self.marginals[j];
        if !marginal.has_spikes {
            return (marginal.unrounded(value, v) - self.middles[j]) * self.factor;
        }
        let least = 0.5 / self.n_rows;
        let place = marginal.place(value, v).clamp(least, 1.0 - least);
        -std::f64::consts::SQRT_2 * erfc_inv(2.0 * place) * self.deviations[j]
    }
}

fn deviation(values: &[f64]) -> f64 {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    (values.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>() / n).sqrt()
}
