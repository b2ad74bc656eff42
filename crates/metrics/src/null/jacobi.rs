//! Eigenvalues and eigenvectors of a symmetric matrix by Jacobi rotations.
//!
//! Golub & Van Loan, "Matrix Computations", 4th ed. (2013), section 8.5. Plain arithmetic in a fixed
//! order: the same bits on every machine.

use segctl_numeric::Matrix;

/// Convergence is quadratic: 6 to 10 sweeps are usual.
const MAX_SWEEPS: usize = 50;

/// What is left off the diagonal, as a share of the whole, when the rotations stop.
const NEGLIGIBLE: f64 = 1e-16;

/// Eigenvalues of `a` (d x d, symmetric, entries at most about 1 in magnitude), largest first, and
/// the unit eigenvectors as rows, the entry of largest magnitude positive. O(d^3) per sweep, serial.
pub(crate) fn eigen(mut a: Matrix) -> (Vec<f64>, Matrix) {
    let d = a.n_rows();
    let mut vectors = Matrix::zeros(d, d);
    (0..d).for_each(|i| vectors.row_mut(i)[i] = 1.0);
    let whole: f64 = a.as_slice().iter().map(|v| v * v).sum();
    for _ in 0..MAX_SWEEPS {
        if off_diagonal(&a) <= NEGLIGIBLE * NEGLIGIBLE * whole {
            break;
        }
        for p in 0..d {
            for q in p + 1..d {
                annihilate(&mut a, &mut vectors, p, q);
            }
        }
    }
    sorted(&a, &vectors)
}

/// The sum of squares off the diagonal.
fn off_diagonal(a: &Matrix) -> f64 {
    let d = a.n_rows();
    let entries = (0..d).flat_map(|i| (0..d).filter(move |&j| j != i).map(move |j| (i, j)));
    entries.map(|(i, j)| a.row(i)[j] * a.row(i)[j]).sum()
}

/// Rotates in the plane of axes p and q so that entry (p, q) vanishes.
fn annihilate(a: &mut Matrix, vectors: &mut Matrix, p: usize, q: usize) {
    let (pp, qq, pq) = (a.row(p)[p], a.row(q)[q], a.row(p)[q]);
    if pq == 0.0 {
        return;
    }
    // The smaller root of t^2 + 2 theta t - 1 = 0: an angle of at most 45 degrees.
    let theta = (qq - pp) / (2.0 * pq);
    let t = theta.signum() / (theta.abs() + (1.0 + theta * theta).sqrt());
    let c = 1.0 / (1.0 + t * t).sqrt();
    let s = c * t;
    for i in 0..a.n_rows() {
        let row = a.row_mut(i);
        (row[p], row[q]) = rotated(c, s, row[p], row[q]);
    }
    rotate_rows(a, p, q, c, s);
    rotate_rows(vectors, p, q, c, s);
}

fn rotate_rows(a: &mut Matrix, p: usize, q: usize, c: f64, s: f64) {
    for j in 0..a.n_cols() {
        let (x, y) = rotated(c, s, a.row(p)[j], a.row(q)[j]);
        a.row_mut(p)[j] = x;
        a.row_mut(q)[j] = y;
    }
}

fn rotated(c: f64, s: f64, x: f64, y: f64) -> (f64, f64) {
    (c * x - s * y, s * x + c * y)
}

fn sorted(a: &Matrix, vectors: &Matrix) -> (Vec<f64>, Matrix) {
    let mut order: Vec<usize> = (0..a.n_rows()).collect();
    order.sort_by(|&i, &j| a.row(j)[j].total_cmp(&a.row(i)[i]));
    let mut vectors = vectors.view().select_rows(&order);
    (0..vectors.n_rows()).for_each(|i| point_up(vectors.row_mut(i)));
    (order.iter().map(|&i| a.row(i)[i]).collect(), vectors)
}

/// Flips the vector so that its first entry of largest magnitude is positive.
fn point_up(vector: &mut [f64]) {
    let top = vector.iter().fold(0.0_f64, |top, &value| if value.abs() > top.abs() { value } else { top });
    if top < 0.0 {
        vector.iter_mut().for_each(|value| *value = -*value);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn dot(a: &[f64], b: &[f64]) -> f64 {
        a.iter().zip(b).map(|(a, b)| a * b).sum()
    }

    proptest! {
        #[test]
        fn the_parts_make_up_the_matrix(d in 1_usize..9, values in prop::collection::vec(-1.0_f64..1.0, 64)) {
            let mut a = Matrix::zeros(d, d);
            for i in 0..d {
                for j in 0..d {
                    a.row_mut(i)[j] = values[i.min(j) * 8 + i.max(j)];
                }
            }
            let (eigenvalues, vectors) = eigen(a.clone());
            prop_assert!(eigenvalues.is_sorted_by(|a, b| a >= b));
            for i in 0..d {
                for j in 0..d {
                    let expected = if i == j { 1.0 } else { 0.0 };
                    prop_assert!((dot(vectors.row(i), vectors.row(j)) - expected).abs() < 1e-13);
                    let made: f64 = (0..d).map(|e| eigenvalues[e] * vectors.row(e)[i] * vectors.row(e)[j]).sum();
                    prop_assert!((made - a.row(i)[j]).abs() < 1e-13, "{made} for {}", a.row(i)[j]);
                }
            }
        }
    }

    #[test]
    fn a_known_pair() {
        let (eigenvalues, vectors) = eigen(Matrix::from_rows(&[[2.0, 1.0], [1.0, 2.0]]).unwrap());
        assert!((eigenvalues[0] - 3.0).abs() < 1e-15 && (eigenvalues[1] - 1.0).abs() < 1e-15);
        let half = 0.5_f64.sqrt();
        assert!((vectors.row(0)[0] - half).abs() < 1e-15 && (vectors.row(0)[1] - half).abs() < 1e-15);
    }

    #[test]
    fn zeros_and_equal_eigenvalues_are_fine() {
        let (eigenvalues, vectors) = eigen(Matrix::zeros(3, 3));
        assert_eq!(eigenvalues, [0.0; 3]);
        assert_eq!(vectors.row(1), [0.0, 1.0, 0.0]);
    }
}
