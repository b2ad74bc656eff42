//! Whether neighbours stay neighbours, both ways.

use rand::RngExt;
use segctl_numeric::par::map_chunks;
use segctl_numeric::seed::Seed;
use segctl_numeric::{InputError, MatrixView};

use super::ranks::{Tie, among_rows, on_the_map};
use crate::check::{at_least_one, check_rows_of, out_of_range};
use crate::search::tiles::Tiles;
use crate::{SomError, SomModel};

/// Rows of one piece of work.
const ROWS: usize = 16;

/// What neighbours are, and how many rows to look at.
///
/// ```
/// use segctl_som::quality::PreservationParams;
/// assert_eq!(PreservationParams::new(10).max_rows, 2000);
/// assert!(PreservationParams::new(0).validate().is_err());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct PreservationParams {
    /// The size of a neighbourhood, `k` rows, >= 1.
    pub n_neighbours: usize,
    /// Of more rows than these a sample is taken (2,000), >= 1.
    pub max_rows: usize,
    /// Root of the sample (0).
    pub seed: Seed,
}

impl PreservationParams {
    /// Neighbourhoods of `n_neighbours` rows.
    pub fn new(n_neighbours: usize) -> Self {
        Self { n_neighbours, max_rows: 2000, seed: Seed(0) }
    }

    /// Sets beyond how many rows a sample is taken.
    pub fn with_max_rows(mut self, max_rows: usize) -> Self {
        self.max_rows = max_rows;
        self
    }

    /// Sets the root of the sample.
    pub fn with_seed(mut self, seed: Seed) -> Self {
        self.seed = seed;
        self
    }

    /// Checks what can be checked without data.
    ///
    /// # Errors
    /// [`SomError::Input`] naming the first parameter that is out of range.
    pub fn validate(&self) -> Result<(), SomError> {
        at_least_one("n_neighbours", self.n_neighbours)?;
        at_least_one("max_rows", self.max_rows)
    }
}

/// Whether neighbours stay neighbours, both ways; 1 is perfect.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Preservation {
    /// Whether rows that are near each other on the map are near each other.
    pub trustworthiness: f64,
    /// Whether rows that are near each other are near each other on the map (later papers: continuity).
    pub neighbourhood_preservation: f64,
    /// The rows looked at: all, or those of the sample.
    pub n_rows: usize,
}

/// Trustworthiness and neighbourhood preservation of a map (Venna & Kaski, *Neighborhood preservation in
/// nonlinear projection methods*, ICANN 2001):
/// `1 - 2 / (n k (2 n - 3 k - 1)) sum_i sum_{j in U_i} (r(i, j) - k)`, where `U_i` are the rows among the `k`
/// nearest of row `i` on the map and not among the rows, and `r` their ranks among the rows; and the same
/// with the roles exchanged.
///
/// Distances on the map are those of the winners' units in the plane. Many are equal: as in the paper, all
/// orders of equals are taken as equally likely, and the mean over them is returned. Among the rows, equals
/// keep their order. Time O(n^2 (d + log n)) for `n` rows, or a sample of `max_rows` of them.
///
/// ```
/// use segctl_numeric::MatrixView;
/// use segctl_som::grid::Grid;
/// use segctl_som::quality::{PreservationParams, preservation};
/// use segctl_som::{SomParams, fit};
/// let x: Vec<f64> = (0..40).map(f64::from).collect();
/// let x = MatrixView::new(&x, 40, 1)?;
/// let som = fit(x, &SomParams::new(Grid::rectangular(8, 1)?))?;
/// let found = preservation(&som.model, x, &PreservationParams::new(10))?;
/// assert!(found.trustworthiness > 0.9 && found.neighbourhood_preservation > 0.9);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// As [`SomModel::winners`]; [`SomError::Input`] for parameters out of range, or unless there are more
/// than `2 k` rows (the sum is scaled by its largest value, which is another one beyond).
pub fn preservation(
    model: &SomModel,
    x: MatrixView<'_>,
    params: &PreservationParams,
) -> Result<Preservation, SomError> {
    params.validate()?;
    check_rows_of(x, model.n_features())?;
    let sampled;
    let x = if x.n_rows() > params.max_rows {
        sampled = x.select_rows(&sample(x.n_rows(), params));
        sampled.view()
    } else {
        x
    };
    let (n, k) = (x.n_rows(), params.n_neighbours);
    if n <= 1 {
        return Err(InputError::TooFewRows { what: "X", n_samples: n, at_least: 2 }.into());
    }
    if 2 * k >= n {
        return Err(out_of_range("n_neighbours", k as f64, "below half the rows"));
    }
    let winners = model.winners(x)?.unit;
    let tiles = Tiles::new(x);
    let grid = model.grid();
    let parts = map_chunks(n, ROWS, |range| {
        let of_row = |i: usize| {
            let far = |&unit: &u32| grid.four_squares(grid.offset(winners[i] as usize, unit as usize));
            let ties = on_the_map(&winners.iter().map(far).collect::<Vec<u64>>(), i);
            faults(&ties, &among_rows(&tiles, x, i), k)
        };
        range.map(of_row).fold([0.0; 2], |sum, of_row| [sum[0] + of_row[0], sum[1] + of_row[1]])
    });
    let [near, far] = parts.iter().fold([0.0; 2], |sum, part| [sum[0] + part[0], sum[1] + part[1]]);
    let (n_rows, n, k) = (n, n as f64, k as f64);
    let share = |faults: f64| 1.0 - 2.0 / (n * k * (2.0 * n - 3.0 * k - 1.0)) * faults;
    Ok(Preservation { trustworthiness: share(near), neighbourhood_preservation: share(far), n_rows })
}

fn sample(n: usize, params: &PreservationParams) -> Vec<usize> {
    let mut rng = params.seed.stream("som preservation", 0, 0);
    let mut left: Vec<usize> = (0..n).collect();
    for i in 0..params.max_rows {
        left.swap(i, rng.random_range(i..n));
    }
    left.truncate(params.max_rows);
    left.sort_unstable();
    left
}

/// What one row's neighbours on the map add by their ranks among the rows, and its neighbours among the rows
/// by theirs on the map.
fn faults(ties: &[Tie], ranks: &[u32], k: usize) -> [f64; 2] {
    let mut found = [0.0; 2];
    for tie in ties {
        let size = tie.rows.len();
        // A share of the tied rows is among the k nearest on the map, each as likely as the others.
        let inside = k.saturating_sub(tie.before).min(size) as f64 / size as f64;
        // The mean excess over k of the ranks that each of them may have.
        let outside = mean_excess(tie.before, size, k);
        for &row in &tie.rows {
            let rank = ranks[row as usize] as usize;
            if rank > k {
                found[0] += inside * (rank - k) as f64;
            } else {
                found[1] += outside;
            }
        }
    }
    found
}

/// The mean of `max(rank - k, 0)` over the ranks `before + 1 ..= before + size`.
fn mean_excess(before: usize, size: usize, k: usize) -> f64 {
    let (first, last) = ((before + 1).max(k + 1), before + size);
    if last < first {
        return 0.0;
    }
    let (least, most, count) = (first - k, last - k, last - first + 1);
    (least + most) as f64 * count as f64 / 2.0 / size as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ties_are_means_over_all_orders() {
        // Rows 1 to 4 around row 0: one nearer on the map, three tied.
        let ties = [Tie { before: 0, rows: vec![3] }, Tie { before: 1, rows: vec![1, 2, 4] }];
        let ranks = [0, 1, 2, 3, 4];
        for k in 1..=3 {
            let orders = [[1, 2, 4], [1, 4, 2], [2, 1, 4], [2, 4, 1], [4, 1, 2], [4, 2, 1]];
            let mut expected = [0.0; 2];
            for order in orders {
                let map: Vec<usize> = [3].into_iter().chain(order).collect();
                for (at, &row) in map.iter().enumerate() {
                    let (on_map, among) = (at + 1, ranks[row] as usize);
                    if on_map <= k && among > k {
                        expected[0] += (among - k) as f64 / 6.0;
                    }
                    if among <= k && on_map > k {
                        expected[1] += (on_map - k) as f64 / 6.0;
                    }
                }
            }
            let found = faults(&ties, &ranks, k);
            assert!((0..2).all(|i| (found[i] - expected[i]).abs() < 1e-12), "k = {k}: {found:?} for {expected:?}");
        }
    }
}
