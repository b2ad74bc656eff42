//! The generated input: groups that are neither round, nor equal, nor clean.
//!
//! Twelve correlated Gaussian groups whose sizes grow one to twelve, 5 % of the rows uniform noise
//! over their box, every other feature stretched to a heavy tail, all features standardised. Rows
//! are drawn in chunks with a stream each: the same numbers at any number of threads.

use rand::{Rng, RngExt};
use segctl_numeric::par::{CHUNK_ROWS, fill_chunks, fold_chunks};
use segctl_numeric::seed::Seed;
use segctl_numeric::{Matrix, MatrixView};

/// Changing anything here changes the input: the name of its file must change with it.
pub(super) const NAME: &str = "mixture1";
const SEED: Seed = Seed(20_240_307);
const N_GROUPS: usize = 12;
const NOISE: f64 = 0.05;
/// Common causes behind the features of a group.
const N_FACTORS: usize = 3;
/// Standard deviation of the groups' centres; their own features have about 1.
const SPREAD: f64 = 2.0;
/// Half the side of the box that noise fills.
const BOX: f64 = 5.0;
/// Features become sinh(TAIL x) / TAIL: straight in the middle, exponential outside.
const TAIL: f64 = 0.7;

struct Group {
    /// d values.
    center: Vec<f64>,
    /// d scales of what a feature has to itself.
    scale: Vec<f64>,
    /// d x `N_FACTORS` loadings of the common causes.
    loadings: Vec<f64>,
}

/// n x d numbers, each column of mean 0 and standard deviation 1.
pub(super) fn mixture(n_samples: usize, n_features: usize) -> Matrix {
    let groups: Vec<Group> = (0..N_GROUPS).map(|g| group(g, n_features)).collect();
    let mut x = Matrix::zeros(n_samples, n_features);
    fill_chunks(x.view_mut().as_mut_slice(), n_features, CHUNK_ROWS, |range, rows| {
        let mut rng = SEED.stream("bench rows", 0, (range.start / CHUNK_ROWS) as u64);
        rows.chunks_exact_mut(n_features).for_each(|row| draw(row, &groups, &mut rng));
    });
    standardise(&mut x);
    x
}

fn group(g: usize, n_features: usize) -> Group {
    let mut rng = SEED.stream("bench groups", g as u64, 0);
    let mut normals = |n, scale: f64| (0..n).map(|_| scale * normal(&mut rng)).collect::<Vec<f64>>();
    let center = normals(n_features, SPREAD);
    let loadings = normals(n_features * N_FACTORS, 0.5);
    let scale = (0..n_features).map(|_| 0.3 + 0.7 * rng.random::<f64>()).collect();
    Group { center, scale, loadings }
}

fn draw(row: &mut [f64], groups: &[Group], rng: &mut impl Rng) {
    if rng.random::<f64>() < NOISE {
        row.fill_with(|| BOX * (2.0 * rng.random::<f64>() - 1.0));
    } else {
        draw_from(row, &groups[choose(rng)], rng);
    }
    for value in row.iter_mut().skip(1).step_by(2) {
        *value = libm::sinh(TAIL * *value) / TAIL;
    }
}

/// Group g has g + 1 parts of all.
fn choose(rng: &mut impl Rng) -> usize {
    let mut part = rng.random_range(0..N_GROUPS * (N_GROUPS + 1) / 2);
    (0..N_GROUPS)
        .find(|&g| {
            let found = part <= g;
            part = part.wrapping_sub(g + 1);
            found
        })
        .expect("the parts add up")
}

fn draw_from(row: &mut [f64], group: &Group, rng: &mut impl Rng) {
    let factors: [f64; N_FACTORS] = std::array::from_fn(|_| normal(rng));
    for (j, (value, loadings)) in row.iter_mut().zip(group.loadings.chunks_exact(N_FACTORS)).enumerate() {
        let common: f64 = factors.iter().zip(loadings).map(|(factor, loading)| factor * loading).sum();
        *value = group.center[j] + common + group.scale[j] * normal(rng);
    }
}

/// A standard normal number (Box & Muller 1958; the second of the pair is not used).
fn normal(rng: &mut impl Rng) -> f64 {
    let radius = (-2.0 * libm::log(1.0 - rng.random::<f64>())).sqrt();
    radius * libm::cos(std::f64::consts::TAU * rng.random::<f64>())
}

fn standardise(x: &mut Matrix) {
    let d = x.n_cols();
    let mean = column_means(x.view(), |_, value| value);
    let variance = column_means(x.view(), |j, value| (value - mean[j]) * (value - mean[j]));
    fill_chunks(x.view_mut().as_mut_slice(), d, CHUNK_ROWS, |_, rows| {
        for row in rows.chunks_exact_mut(d) {
            row.iter_mut().enumerate().for_each(|(j, value)| *value = (*value - mean[j]) / variance[j].sqrt());
        }
    });
}

fn column_means(x: MatrixView<'_>, of: impl Fn(usize, f64) -> f64 + Sync) -> Vec<f64> {
    let d = x.n_cols();
    let add = |mut sums: Vec<f64>, row: &[f64]| {
        sums.iter_mut().zip(row).for_each(|(sum, value)| *sum += value);
        sums
    };
    let chunk = |range| {
        x.rows_range(range).rows().fold(vec![0.0; d], |sums, row| {
            let row: Vec<f64> = row.iter().enumerate().map(|(j, &value)| of(j, value)).collect();
            add(sums, &row)
        })
    };
    let sums = fold_chunks(x.n_rows(), CHUNK_ROWS, chunk, vec![0.0; d], |all, part| add(all, &part));
    sums.into_iter().map(|sum| sum / x.n_rows() as f64).collect()
}

#[cfg(test)]
mod tests {
    use segctl_numeric::par;

    use super::*;

    #[test]
    fn the_same_bits_at_any_number_of_threads() {
        let one = par::with_threads(1, || mixture(3000, 6));
        assert_eq!(one, par::with_threads(2, || mixture(3000, 6)));
        assert_eq!(one, par::with_threads(3, || mixture(3000, 6)));
    }

    #[test]
    fn columns_are_standardised_and_every_other_is_heavy_tailed() {
        let x = mixture(20_000, 4);
        for j in 0..4 {
            let moment = |power: i32| x.view().column(j).map(|value| value.powi(power)).sum::<f64>() / 20_000.0;
            assert!(moment(1).abs() < 1e-12 && (moment(2) - 1.0).abs() < 1e-12);
            assert_eq!(moment(4) > 4.0, j % 2 == 1, "kurtosis of column {j}: {}", moment(4));
        }
    }

    #[test]
    fn groups_grow_one_to_twelve() {
        let mut rng = SEED.stream("test", 0, 0);
        let mut counts = [0; N_GROUPS];
        (0..78_000).for_each(|_| counts[choose(&mut rng)] += 1);
        assert!(counts.iter().enumerate().all(|(g, &count)| (count as f64 / 1000.0 - g as f64 - 1.0).abs() < 0.4));
    }
}
