//! Standard normal random numbers by the ziggurat method.
//!
//! Marsaglia & Tsang, "The ziggurat method for generating random variables", J. Statistical Software 5
//! (2000), in the form of Doornik, "An improved ziggurat method to generate normal random samples"
//! (2005): the layer and the place in it come from different bits. Exponentials and logarithms are of
//! our own kind, so the numbers are the same on every processor.

use std::sync::LazyLock;

use rand::{Rng, RngExt};

/// Layers of equal area under the density, the lowest with the tail.
const LAYERS: usize = 128;

/// Where the tail begins, and the area of a layer (Marsaglia & Tsang's constants).
const TAIL: f64 = 3.442_619_855_899;
const AREA: f64 = 9.912_563_035_262_17e-3;

/// The right edge of each layer, from the lowest; the first is that of a box as large as the lowest
/// layer and the tail.
static EDGES: LazyLock<[f64; LAYERS + 1]> = LazyLock::new(|| {
    let density = |x: f64| libm::exp(-0.5 * x * x);
    let mut edges = [0.0; LAYERS + 1];
    (edges[0], edges[1]) = (AREA / density(TAIL), TAIL);
    for i in 2..LAYERS {
        edges[i] = (-2.0 * libm::log(AREA / edges[i - 1] + density(edges[i - 1]))).sqrt();
    }
    edges
});

/// A source of standard normal numbers.
pub(crate) struct Normals<'a, R> {
    rng: &'a mut R,
    edges: &'static [f64; LAYERS + 1],
}

impl<'a, R: Rng> Normals<'a, R> {
    pub(crate) fn new(rng: &'a mut R) -> Self {
        Self { rng, edges: &EDGES }
    }

    pub(crate) fn next(&mut self) -> f64 {
        loop {
            let bits = self.rng.next_u64();
            // 53 high bits for a place in (-1, 1), 7 low bits for a layer.
            let place = ((bits >> 11) as f64 + 0.5) / (1_u64 << 52) as f64 - 1.0;
            let layer = bits as usize % LAYERS;
            let x = place * self.edges[layer];
            if x.abs() < self.edges[layer + 1] {
                return x;
            }
            if layer == 0 {
                return self.tail().copysign(place);
            }
            if self.is_under(x, layer) {
                return x;
            }
        }
    }

    /// Whether a height drawn in the part of a layer that the density crosses is below it.
    fn is_under(&mut self, x: f64, layer: usize) -> bool {
        let relative = |edge: f64| libm::exp(-0.5 * (edge * edge - x * x));
        let (low, high) = (relative(self.edges[layer]), relative(self.edges[layer + 1]));
        low + self.rng.random::<f64>() * (high - low) < 1.0
    }

    /// Beyond the lowest layer (Marsaglia 1964).
    fn tail(&mut self) -> f64 {
        loop {
            let mut exponential = || -libm::log(1.0 - self.rng.random::<f64>());
            let (x, y) = (exponential() / TAIL, exponential());
            if 2.0 * y > x * x {
                return TAIL + x;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use segctl_numeric::seed::Seed;
    use statrs::distribution::{ContinuousCDF, Normal};

    use super::*;

    fn sorted(n: usize) -> Vec<f64> {
        let mut rng = Seed(3).stream("test", 0, 0);
        let mut normals = Normals::new(&mut rng);
        let mut values: Vec<f64> = (0..n).map(|_| normals.next()).collect();
        values.sort_by(f64::total_cmp);
        values
    }

    #[test]
    fn the_numbers_are_normal() {
        let (n, normal) = (1_000_000, Normal::new(0.0, 1.0).unwrap());
        let gap = |(i, v): (usize, &f64)| (normal.cdf(*v) - (i as f64 + 0.5) / n as f64).abs();
        // The 99.9 % point of Kolmogorov's statistic is 1.95 / sqrt(n).
        assert!(sorted(n).iter().enumerate().map(gap).fold(0.0, f64::max) < 1.95e-3);
    }

    #[test]
    fn the_tails_are_those_of_the_density() {
        let (values, normal) = (sorted(1_000_000), Normal::new(0.0, 1.0).unwrap());
        for edge in [3.0, TAIL, 3.8, 4.2] {
            let expected = 1e6 * (1.0 - normal.cdf(edge));
            for found in [values.iter().filter(|v| **v > edge).count(), values.iter().filter(|v| **v < -edge).count()] {
                assert!((found as f64 - expected).abs() < 4.0 * expected.sqrt(), "{edge}: {found} for {expected}");
            }
        }
    }

    #[test]
    fn layers_have_the_same_area_and_end_at_the_top() {
        let density = |x: f64| (-0.5 * x * x).exp();
        for i in 1..LAYERS {
            let area = EDGES[i] * (density(EDGES[i + 1]) - density(EDGES[i]));
            assert!((area - AREA).abs() < 1e-10, "layer {i}: {area}");
        }
    }
}
