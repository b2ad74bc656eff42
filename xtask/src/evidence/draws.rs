//! Tables without groups, and tables with groups that are known.

use rand::{Rng, RngExt};
use segctl_numeric::Matrix;
use segctl_numeric::seed::Seed;

const SEED: Seed = Seed(20_241_118);

/// Rows and features of the draws, in turn.
const ROWS: [usize; 5] = [200, 500, 1000, 2000, 5000];
const FEATURES: [usize; 4] = [2, 5, 10, 20];

/// Rows and features where groups are planted.
const PLANTED_ROWS: usize = 600;
const PLANTED_FEATURES: usize = 5;

/// Numbers of groups, and the distance of the nearest two in standard deviations of a group.
pub(super) const PLANTED: [(usize, f64); 16] = [
    (2, 3.0),
    (2, 4.0),
    (2, 5.0),
    (2, 6.0),
    (3, 3.0),
    (3, 4.0),
    (3, 5.0),
    (3, 6.0),
    (5, 3.0),
    (5, 4.0),
    (5, 5.0),
    (5, 6.0),
    (8, 3.0),
    (8, 4.0),
    (8, 5.0),
    (8, 6.0),
];

/// A kind of data without groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Null {
    Gaussian,
    Uniform,
    Skewed,
}

impl Null {
    pub(super) const ALL: [Self; 3] = [Self::Gaussian, Self::Uniform, Self::Skewed];

    pub(super) fn title(self) -> &'static str {
        match self {
            Self::Gaussian => "Gaussian, correlated",
            Self::Uniform => "uniform in a box",
            Self::Skewed => "log-normal, correlated",
        }
    }

    /// Without the correlation.
    pub(super) fn marginal(self) -> &'static str {
        match self {
            Self::Gaussian => "Gaussian",
            Self::Uniform => "uniform",
            Self::Skewed => "log-normal",
        }
    }
}

/// One table after the other.
pub(super) fn nulls(kind: Null, n_draws: usize) -> impl Iterator<Item = Matrix> {
    (0..n_draws).map(move |i| {
        let (n, d) = (ROWS[i % ROWS.len()], FEATURES[i / ROWS.len() % FEATURES.len()]);
        let mut rng = SEED.stream("evidence without groups", kind as u64, i as u64);
        let rows: Vec<Vec<f64>> = (0..n).map(|_| null_row(kind, d, &mut rng)).collect();
        Matrix::from_rows(&rows).expect("rows of one length")
    })
}

/// Neighbouring features share half of their variance where they are correlated.
fn null_row(kind: Null, d: usize, rng: &mut impl Rng) -> Vec<f64> {
    if kind == Null::Uniform {
        return (0..d).map(|_| rng.random::<f64>()).collect();
    }
    let shared: Vec<f64> = (0..=d).map(|_| normal(rng)).collect();
    let value = |j: usize| (shared[j] + shared[j + 1]) / 2.0_f64.sqrt();
    (0..d).map(|j| if kind == Null::Skewed { libm::exp(value(j)) } else { value(j) }).collect()
}

/// Tables of 600 rows and 5 independent features, one after the other.
pub(super) fn independent(kind: Null, n_draws: usize) -> impl Iterator<Item = Matrix> {
    (0..n_draws).map(move |i| {
        let mut rng = SEED.stream("evidence of noise", kind as u64, i as u64);
        let value = |rng: &mut _| match kind {
            Null::Uniform => RngExt::random::<f64>(rng),
            Null::Gaussian => normal(rng),
            Null::Skewed => libm::exp(normal(rng)),
        };
        let flat = (0..PLANTED_ROWS * PLANTED_FEATURES).map(|_| value(&mut rng)).collect();
        Matrix::new(flat, PLANTED_ROWS, PLANTED_FEATURES).expect("as many values as cells")
    })
}

/// Tables of 600 rows and 5 correlated features, one after the other.
pub(super) fn correlated(kind: Null, n_draws: usize) -> impl Iterator<Item = Matrix> {
    (0..n_draws).map(move |i| {
        let mut rng = SEED.stream("evidence of a crowd", kind as u64, i as u64);
        let rows: Vec<Vec<f64>> = (0..PLANTED_ROWS).map(|_| null_row(kind, PLANTED_FEATURES, &mut rng)).collect();
        Matrix::from_rows(&rows).expect("rows of one length")
    })
}

/// Other rows of the groups of the first table of [`planted`].
pub(super) fn redrawn(k: usize, distance: f64, n_draws: usize) -> impl Iterator<Item = Matrix> {
    let centers = centers(k, distance, &mut SEED.stream("evidence with groups", planted_id(k, distance), 0));
    (0..n_draws).map(move |i| {
        let mut rng = SEED.stream("evidence of the same groups", planted_id(k, distance), i as u64);
        around(&centers, &mut rng)
    })
}

fn planted_id(k: usize, distance: f64) -> u64 {
    (k * 100) as u64 + distance as u64
}

/// Round groups of unequal size.
pub(super) fn planted(k: usize, distance: f64, n_draws: usize) -> impl Iterator<Item = Matrix> {
    (0..n_draws).map(move |i| {
        let mut rng = SEED.stream("evidence with groups", planted_id(k, distance), i as u64);
        let centers = centers(k, distance, &mut rng);
        around(&centers, &mut rng)
    })
}

/// Rows around each centre, whose groups grow from 2 parts to one more than there are groups.
fn around(centers: &[Vec<f64>], rng: &mut impl Rng) -> Matrix {
    let k = centers.len();
    let total = k * (k + 3) / 2;
    let group = |row: usize| {
        let part = row * total / PLANTED_ROWS;
        (0..k).find(|&g| part < (g + 1) * (g + 4) / 2).unwrap_or(k - 1)
    };
    let row = |at: usize| centers[group(at)].iter().map(|center| center + normal(rng)).collect::<Vec<f64>>();
    let rows: Vec<Vec<f64>> = (0..PLANTED_ROWS).map(row).collect();
    Matrix::from_rows(&rows).expect("rows of one length")
}

/// Drawn around the origin, and spread so that the nearest two are so far apart.
fn centers(k: usize, distance: f64, rng: &mut impl Rng) -> Vec<Vec<f64>> {
    let drawn: Vec<Vec<f64>> = (0..k).map(|_| (0..PLANTED_FEATURES).map(|_| normal(rng)).collect()).collect();
    let apart = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum::<f64>().sqrt();
    let pairs = (0..k).flat_map(|a| (a + 1..k).map(move |b| (a, b)));
    let nearest = pairs.map(|(a, b)| apart(&drawn[a], &drawn[b])).fold(f64::INFINITY, f64::min);
    drawn.into_iter().map(|center| center.into_iter().map(|at| at * distance / nearest).collect()).collect()
}

/// Box and Muller.
fn normal(rng: &mut impl Rng) -> f64 {
    let (u, v) = (1.0 - rng.random::<f64>(), rng.random::<f64>());
    (-2.0 * libm::log(u)).sqrt() * libm::cos(2.0 * std::f64::consts::PI * v)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_are_the_same_every_time_and_go_through_all_sizes() {
        let shapes: Vec<(usize, usize)> = nulls(Null::Uniform, 6).map(|x| (x.n_rows(), x.n_cols())).collect();
        assert_eq!(shapes, [(200, 2), (500, 2), (1000, 2), (2000, 2), (5000, 2), (200, 5)]);
        assert_eq!(nulls(Null::Skewed, 1).next(), nulls(Null::Skewed, 1).next());
        assert!(nulls(Null::Skewed, 1).next().unwrap().as_slice().iter().all(|value| *value > 0.0));
    }

    #[test]
    fn the_nearest_groups_are_as_far_apart_as_asked() {
        let mut rng = SEED.stream("test", 0, 0);
        let centers = centers(4, 5.0, &mut rng);
        let apart = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum::<f64>().sqrt();
        let pairs = (0..4).flat_map(|a| (a + 1..4).map(move |b| (a, b)));
        let nearest = pairs.map(|(a, b)| apart(&centers[a], &centers[b])).fold(f64::INFINITY, f64::min);
        assert!((nearest - 5.0).abs() < 1e-12);
        let mean = |x: &Matrix| x.view().column(0).sum::<f64>() / x.n_rows() as f64;
        let (first, again) = (planted(3, 6.0, 1).next().unwrap(), redrawn(3, 6.0, 1).next().unwrap());
        assert!(first != again && (mean(&first) - mean(&again)).abs() < 0.5, "other rows of the same groups");
        assert_eq!(planted(3, 6.0, 1).next().unwrap().n_rows(), PLANTED_ROWS);
    }
}
