//! What metrics have in common: rows to compare, a total that grows with the distance, and back.

use std::borrow::Cow;

use segctl_numeric::MatrixView;
use segctl_numeric::distance::Metric;
use segctl_numeric::par::{CHUNK_ROWS, fill_chunks};

/// Cosine distances are rounded in both directions: what is so near to a radius is within it.
const COSINE_SLACK: f64 = 1e-14;

/// Which of the totals a metric stands on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Squares,
    Magnitudes,
    Largest,
}

/// A metric as a total of differences.
///
/// Cosine distances are half the squared Euclidean ones of rows of length 1, with one more feature that is
/// 1 for rows of zeros: they are at distance 1 from all others, and 0 from each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Space {
    metric: Metric,
}

impl Space {
    pub(crate) fn new(metric: Metric) -> Self {
        Self { metric }
    }

    pub(crate) fn kind(self) -> Kind {
        match self.metric {
            Metric::Manhattan => Kind::Magnitudes,
            Metric::Chebyshev => Kind::Largest,
            _ => Kind::Squares,
        }
    }

    /// Features of a row to compare.
    pub(crate) fn n_features(self, n_features: usize) -> usize {
        if self.metric == Metric::Cosine { n_features + 1 } else { n_features }
    }

    /// The rows to compare.
    pub(crate) fn rows(self, x: MatrixView<'_>) -> Cow<'_, [f64]> {
        if self.metric != Metric::Cosine {
            return Cow::Borrowed(x.as_slice());
        }
        let width = x.n_cols() + 1;
        let mut rows = vec![0.0; x.n_rows() * width];
        fill_chunks(&mut rows, width, CHUNK_ROWS, |range, out| {
            range.zip(out.chunks_exact_mut(width)).for_each(|(i, out)| direction(x.row(i), out));
        });
        Cow::Owned(rows)
    }

    /// The largest total of rows whose distance is at most `radius`, which is finite and not negative: also
    /// finite.
    pub(crate) fn total_of(self, radius: f64) -> f64 {
        match self.metric {
            Metric::Euclidean => largest_square(radius),
            Metric::Cosine => (2.0 * radius * (1.0 + COSINE_SLACK) + COSINE_SLACK * COSINE_SLACK).min(f64::MAX),
            _ => radius,
        }
    }

    /// The distance of a total.
    pub(crate) fn distance_of(self, total: f64) -> f64 {
        match self.metric {
            Metric::Euclidean => total.sqrt(),
            Metric::Cosine => 0.5 * total,
            _ => total,
        }
    }
}

/// The largest number whose square root is at most `root`.
fn largest_square(root: f64) -> f64 {
    let mut square = (root * root).min(f64::MAX);
    // The rounded square is a few neighbours away at most, also where it is denormal or overflows.
    while square.sqrt() > root {
        square = square.next_down();
    }
    while square < f64::MAX && square.next_up().sqrt() <= root {
        square = square.next_up();
    }
    square
}

/// The row at length 1, and a last feature of 0; the last feature alone for a row of zeros.
fn direction(row: &[f64], out: &mut [f64]) {
    let largest = row.iter().fold(0.0, |top: f64, value| top.max(value.abs()));
    let (values, last) = out.split_at_mut(row.len());
    last.fill(if largest == 0.0 { 1.0 } else { 0.0 });
    if largest > 0.0 {
        // By the largest first, so that squares neither overflow nor vanish.
        values.iter_mut().zip(row).for_each(|(out, value)| *out = value / largest);
        let length = values.iter().map(|value| value * value).sum::<f64>().sqrt();
        values.iter_mut().for_each(|value| *value /= length);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_square_is_the_last_within_the_root() {
        for root in [0.0, 5e-324, 1e-200, 1e-160, 0.1, 0.5, 1.0 / 3.0, 7.0, 1e100, 1e160, f64::MAX] {
            let square = largest_square(root);
            assert!(square >= 0.0 && square.sqrt() <= root, "{root}");
            assert!(square == f64::MAX || square.next_up().sqrt() > root, "{root}");
        }
    }

    #[test]
    fn cosines_are_halved_squares() {
        let space = Space::new(Metric::Cosine);
        let x = MatrixView::new(&[3.0, 4.0, 6e-310, 8e-310, -4.0, 3.0, 0.0, 0.0], 4, 2).unwrap();
        let rows = space.rows(x);
        let distance = |i: usize, j: usize| {
            let row = |i| &rows[3 * i..3 * i + 3];
            space.distance_of(Metric::SquaredEuclidean.distance(row(i), row(j)))
        };
        assert!(distance(0, 1) < 1e-15 && (distance(0, 2) - 1.0).abs() < 1e-15);
        assert_eq!((distance(0, 3), distance(3, 3)), (1.0, 0.0));
        assert!(space.total_of(0.0) > 2.0 * distance(0, 1));
    }
}
