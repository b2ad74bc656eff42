//! The tables that stand in for the one given.

use rand::{Rng, RngExt};
use segctl_numeric::{Matrix, MatrixView};

use super::Resampling;
use crate::null::{Axes, Normals};

/// A way of making resamples of one table, with what it needs to know of the table.
pub(super) enum Scheme {
    Bootstrap,
    Subset { n_rows: usize },
    Noise { share: f64, reach: Vec<f64>, axes: Axes },
    Jitter { deviations: Vec<f64>, axes: Axes },
}

/// A table to be clustered.
pub(super) struct Drawn {
    pub(super) data: Matrix,
    /// The row of the table that each compared row is, ascending.
    pub(super) rows: Vec<usize>,
    /// Where the compared rows are in `data`; `None` where all of it is compared.
    pub(super) at: Option<Vec<usize>>,
}

impl Scheme {
    /// `x` must have two rows or more, of finite values of at most 1e150.
    pub(super) fn new(resampling: Resampling, x: MatrixView<'_>) -> Self {
        match resampling {
            Resampling::Bootstrap => Self::Bootstrap,
            Resampling::Subset { share } => Self::Subset { n_rows: ((share * x.n_rows() as f64) as usize).max(1) },
            Resampling::Noise { share, factor } => {
                let axes = Axes::fit(x);
                Self::Noise { share, reach: axes.deviations.iter().map(|deviation| deviation * factor).collect(), axes }
            }
            Resampling::Jitter { quantile } => {
                let axes = Axes::fit(x);
                Self::Jitter { deviations: steps_between(x, &axes, quantile), axes }
            }
        }
    }

    pub(super) fn draw(&self, x: MatrixView<'_>, rng: &mut impl Rng) -> Drawn {
        let n = x.n_rows();
        match self {
            Self::Bootstrap => Drawn::of(x, bootstrap(n, rng)),
            Self::Subset { n_rows } => Drawn::of(x, subset(n, *n_rows, rng)),
            Self::Noise { share, reach, axes } => with_noise(x, *share, reach, axes, rng),
            Self::Jitter { deviations, axes } => {
                Drawn { data: jittered(x, deviations, axes, rng), rows: (0..n).collect(), at: None }
            }
        }
    }
}

impl Drawn {
    fn of(x: MatrixView<'_>, rows: Vec<usize>) -> Self {
        Self { data: x.select_rows(&rows), rows, at: None }
    }
}

/// The distinct rows among n drawn with replacement.
fn bootstrap(n: usize, rng: &mut impl Rng) -> Vec<usize> {
    let mut drawn = vec![false; n];
    (0..n).for_each(|_| drawn[rng.random_range(0..n)] = true);
    (0..n).filter(|&row| drawn[row]).collect()
}

/// `m` of n rows without replacement (Knuth's algorithm S).
fn subset(n: usize, m: usize, rng: &mut impl Rng) -> Vec<usize> {
    let mut rows = Vec::with_capacity(m);
    for row in 0..n {
        if rng.random_range(0..n - row) < m - rows.len() {
            rows.push(row);
        }
    }
    rows
}

fn with_noise(x: MatrixView<'_>, share: f64, reach: &[f64], axes: &Axes, rng: &mut impl Rng) -> Drawn {
    let (mut data, mut rows, mut along) = (x.to_owned(), Vec::new(), vec![0.0; reach.len()]);
    for i in 0..x.n_rows() {
        if rng.random::<f64>() >= share {
            rows.push(i);
            continue;
        }
        along.iter_mut().zip(reach).for_each(|(at, reach)| *at = (2.0 * rng.random::<f64>() - 1.0) * reach);
        axes.unproject(&along, data.row_mut(i));
    }
    Drawn { data, at: Some(rows.clone()), rows }
}

fn jittered(x: MatrixView<'_>, deviations: &[f64], axes: &Axes, rng: &mut impl Rng) -> Matrix {
    let (mut normals, mut data) = (Normals::new(rng), x.to_owned());
    let steps: Vec<f64> =
        (0..x.n_rows()).flat_map(|_| deviations).map(|deviation| normals.next() * deviation).collect();
    axes.add_along(&steps, data.view_mut().as_mut_slice());
    data
}

/// Of each axis, a quantile of the distances above 0 between neighbouring coordinates; 0 where all
/// coordinates are equal.
fn steps_between(x: MatrixView<'_>, axes: &Axes, probability: f64) -> Vec<f64> {
    let d = x.n_cols();
    let mut coordinates = vec![Vec::with_capacity(x.n_rows()); d];
    let mut along = vec![0.0; d];
    for row in x.rows() {
        axes.project(row, &mut along);
        coordinates.iter_mut().zip(&along).for_each(|(all, value)| all.push(*value));
    }
    let of_axis = |values: &mut Vec<f64>| {
        values.sort_by(f64::total_cmp);
        let mut steps: Vec<f64> = values.windows(2).map(|pair| pair[1] - pair[0]).filter(|step| *step > 0.0).collect();
        steps.sort_by(f64::total_cmp);
        quantile(&steps, probability)
    };
    coordinates.iter_mut().map(of_axis).collect()
}

/// Of sorted values, by linear interpolation (Hyndman & Fan's type 7); 0 of none.
fn quantile(sorted: &[f64], probability: f64) -> f64 {
    let Some(last) = sorted.len().checked_sub(1) else { return 0.0 };
    let at = probability * last as f64;
    let below = (at as usize).min(last);
    let above = (below + 1).min(last);
    sorted[below] + (at - below as f64) * (sorted[above] - sorted[below])
}

#[cfg(test)]
mod tests {
    use segctl_numeric::seed::Seed;

    use super::*;

    fn table(n: usize) -> Matrix {
        Matrix::new((0..2 * n).map(|i| (i * 7919 % 1013) as f64).collect(), n, 2).unwrap()
    }

    fn draw(resampling: Resampling, x: &Matrix, at: u64) -> Drawn {
        Scheme::new(resampling, x.view()).draw(x.view(), &mut Seed(5).stream("test", at, 0))
    }

    #[test]
    fn a_bootstrap_keeps_each_row_once_and_about_63_percent() {
        let x = table(4000);
        let drawn = draw(Resampling::Bootstrap, &x, 0);
        assert!(drawn.rows.is_sorted_by(|a, b| a < b));
        let expected = 1.0 - (-1.0_f64).exp();
        assert!((drawn.rows.len() as f64 / 4000.0 - expected).abs() < 0.03, "{}", drawn.rows.len());
        assert_eq!(drawn.data, x.view().select_rows(&drawn.rows));
    }

    #[test]
    fn subsets_have_the_stated_size_and_draw_every_row_alike() {
        let x = table(40);
        let mut counts = [0; 40];
        for at in 0..2000 {
            let drawn = draw(Resampling::Subset { share: 0.25 }, &x, at);
            assert_eq!(drawn.rows.len(), 10);
            drawn.rows.iter().for_each(|&row| counts[row] += 1);
        }
        // 2,000 draws at 1/4: a standard deviation of 19.4.
        assert!(counts.iter().all(|count| (400..600).contains(count)), "{counts:?}");
    }

    #[test]
    fn noise_replaces_its_share_and_leaves_the_rest() {
        let x = table(3000);
        let drawn = draw(Resampling::Noise { share: 0.1, factor: 4.0 }, &x, 0);
        assert!((250..350).contains(&(3000 - drawn.rows.len())), "{}", drawn.rows.len());
        assert_eq!(drawn.at.as_ref(), Some(&drawn.rows));
        let changed = (0..3000).filter(|&row| drawn.data.row(row) != x.row(row)).collect::<Vec<_>>();
        assert!(changed.iter().all(|row| drawn.rows.binary_search(row).is_err()));
        assert_eq!(changed.len(), 3000 - drawn.rows.len());
        let reach = 4.0 * Axes::fit(x.view()).deviations[0] * 2.0_f64.sqrt();
        assert!(changed.iter().flat_map(|&row| drawn.data.row(row)).all(|v| (v - 506.0).abs() < reach + 20.0));
    }

    #[test]
    fn jitter_is_of_the_size_of_the_gaps() {
        let x = Matrix::new((0..500).map(f64::from).collect(), 500, 1).unwrap();
        let drawn = draw(Resampling::Jitter { quantile: 0.05 }, &x, 0);
        let squares: f64 = drawn.data.as_slice().iter().zip(x.as_slice()).map(|(a, b)| (a - b) * (a - b)).sum();
        assert!(((squares / 500.0).sqrt() - 1.0).abs() < 0.1, "all gaps are 1");
        let constant = Matrix::new(vec![3.0; 10], 10, 1).unwrap();
        assert_eq!(draw(Resampling::Jitter { quantile: 0.05 }, &constant, 0).data, constant);
    }

    #[test]
    fn quantiles_interpolate() {
        assert_eq!(quantile(&[1.0, 2.0, 4.0], 0.75), 3.0);
        assert_eq!(quantile(&[1.0, 2.0, 4.0], 1.0), 4.0);
        assert_eq!(quantile(&[], 0.5), 0.0);
    }
}
