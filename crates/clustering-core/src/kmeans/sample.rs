//! A sample of the rows for starts that need not see all of them.

use rand::RngExt;
use segctl_numeric::Matrix;
use segctl_numeric::seed::Seed;

use super::problem::Problem;
use crate::distinct::count_distinct;

/// Rows drawn without replacement, in their order, with their weights.
pub(super) struct Sample {
    x: Matrix,
    weights: Option<Vec<f64>>,
}

impl Sample {
    /// Draws `size` rows. `None` when so few rows suffice for no start: when there are no more
    /// rows than that, or fewer distinct ones in the sample than clusters.
    pub(super) fn draw(problem: &Problem<'_>, size: usize, seed: Seed) -> Option<Self> {
        if problem.x.n_rows() <= size {
            return None;
        }
        let rows = draw_rows(&mut seed.stream("k-means sample", 0, 0), problem.x.n_rows(), size);
        let weights = problem.weights.map(|weights| rows.iter().map(|&i| weights[i]).collect());
        let sample = Self { x: problem.x.select_rows(&rows), weights };
        let drawn = sample.problem(problem);
        let n_distinct = count_distinct(drawn.x, |i| drawn.weight(i), problem.n_clusters);
        (n_distinct == problem.n_clusters).then_some(sample)
    }

    /// The same problem on the sample.
    pub(super) fn problem(&self, whole: &Problem<'_>) -> Problem<'_> {
        let &Problem { n_clusters, max_iter, tol, .. } = whole;
        Problem { x: self.x.view(), weights: self.weights.as_deref(), n_clusters, max_iter, tol }
    }
}

/// Selection sampling (Knuth, The Art of Computer Programming 2, 3.4.2, algorithm S): every subset
/// of `size` rows is as likely as any other.
pub(crate) fn draw_rows(rng: &mut impl RngExt, n: usize, size: usize) -> Vec<usize> {
    let mut rows = Vec::with_capacity(size);
    for i in 0..n {
        let wanted = (size - rows.len()) as f64;
        if rng.random::<f64>() * ((n - i) as f64) < wanted {
            rows.push(i);
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_draw_has_its_size_and_is_in_order() {
        for (n, size) in [(10, 1), (10, 9), (1000, 500)] {
            let rows = draw_rows(&mut Seed(3).stream("test", 0, 0), n, size);
            assert_eq!(rows.len(), size);
            assert!(rows.is_sorted_by(|a, b| a < b) && rows[size - 1] < n);
        }
    }
}
