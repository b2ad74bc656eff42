//! The triangular factor of a tall matrix, and its singular values.

use std::ops::Range;

use segctl_numeric::par::map_chunks;

/// Rows factorised at a time: 1,024 rows of 20 columns stay in the second-level cache.
const ROWS: usize = 1024;

/// Accumulators of a dot product: one addition need not wait for the last.
const LANES: usize = 8;

/// The upper triangle R (`p` x `p`, column-major) of the QR factorisation of `n_rows` x `p` values.
///
/// `fill` writes a range of rows, column-major. Householder reflections (Golub and Van Loan, 5.2.1)
/// within chunks of rows; the triangles are stacked and reduced in the order of the chunks, so that R
/// is the same bits at any number of threads. Unlike the Cholesky factor of X'X, R keeps the small
/// singular values of columns that nearly repeat each other. O(n p^2).
pub(super) fn triangle(n_rows: usize, p: usize, fill: impl Fn(Range<usize>, &mut [f64]) + Sync) -> Vec<f64> {
    let of_chunk = |rows: Range<usize>| {
        let m = rows.len();
        let mut columns = vec![0.0; m * p];
        fill(rows, &mut columns);
        reduce(&mut columns, m, p)
    };
    let triangles = map_chunks(n_rows, ROWS, of_chunk);
    triangles.into_iter().reduce(|above, below| stack(&above, &below, p)).unwrap_or_else(|| vec![0.0; p * p])
}

fn stack(above: &[f64], below: &[f64], p: usize) -> Vec<f64> {
    let mut columns = Vec::with_capacity(2 * p * p);
    for (above, below) in above.chunks_exact(p.max(1)).zip(below.chunks_exact(p.max(1))) {
        columns.extend_from_slice(above);
        columns.extend_from_slice(below);
    }
    reduce(&mut columns, 2 * p, p)
}

/// R of `m` x `p` values; rows beyond the first `min(m, p)` are zero.
fn reduce(columns: &mut [f64], m: usize, p: usize) -> Vec<f64> {
    for k in 0..p.min(m) {
        let (done, rest) = columns.split_at_mut((k + 1) * m);
        let pivot = &mut done[k * m + k..];
        if let Some(factor) = reflector(pivot) {
            for other in rest.chunks_exact_mut(m) {
                reflect(&mut other[k..], pivot, factor);
            }
            finish(pivot, factor);
        }
    }
    let mut r = vec![0.0; p * p];
    for j in 0..p {
        let height = (j + 1).min(m);
        r[j * p..j * p + height].copy_from_slice(&columns[j * m..j * m + height]);
    }
    r
}

/// Turns `x` into the vector `v` of the reflection `I - v v' / factor` that maps x to a multiple of
/// the first axis; `None` where x already is one.
fn reflector(x: &mut [f64]) -> Option<f64> {
    let norm = dot(x, x).sqrt();
    if norm == 0.0 || x[1..].iter().all(|&value| value == 0.0) {
        return None;
    }
    let first = x[0];
    x[0] += norm.copysign(first);
    let factor = norm * (norm + first.abs());
    (factor > 0.0).then_some(factor)
}

fn reflect(y: &mut [f64], v: &[f64], factor: f64) {
    let share = dot(y, v) / factor;
    y.iter_mut().zip(v).for_each(|(y, v)| *y -= share * v);
}

/// Replaces the vector of a reflection by what the reflection makes of the column it was made from.
fn finish(v: &mut [f64], factor: f64) {
    // With x0 the first value and s its sign: v0 = x0 + s norm, factor = norm |v0|.
    let norm = factor / v[0].abs();
    v[0] = -norm.copysign(v[0]);
    v[1..].fill(0.0);
}

/// The scalar product of two vectors of equal length, in fixed lanes.
pub(super) fn dot(a: &[f64], b: &[f64]) -> f64 {
    let ((a, a_tail), (b, b_tail)) = (a.as_chunks::<LANES>(), b.as_chunks::<LANES>());
    let mut lanes = [0.0; LANES];
    for (a, b) in a.iter().zip(b) {
        for l in 0..LANES {
            lanes[l] += a[l] * b[l];
        }
    }
    lanes.iter().sum::<f64>() + a_tail.iter().zip(b_tail).map(|(a, b)| a * b).sum::<f64>()
}

/// A singular value decomposition: the matrix is the sum of `value * left * right'`.
pub(super) struct Svd {
    /// Singular values, in no order.
    pub(super) values: Vec<f64>,
    /// Left singular vectors, column-major; zero where the value is.
    pub(super) left: Vec<f64>,
    /// Right singular vectors, column-major.
    pub(super) right: Vec<f64>,
}

/// Sweeps at most; a handful is usual.
const MAX_SWEEPS: usize = 60;

/// The singular value decomposition of a `p` x `p` matrix, column-major, by one-sided Jacobi rotations
/// (Hestenes 1958; Demmel and Veselic 1992): each singular value to high relative accuracy however
/// differently the columns are scaled. O(p^3) per sweep.
pub(super) fn svd(mut a: Vec<f64>, p: usize) -> Svd {
    let mut right = vec![0.0; p * p];
    (0..p).for_each(|j| right[j * p + j] = 1.0);
    for _ in 0..MAX_SWEEPS {
        let mut turned = false;
        for i in 0..p {
            for j in i + 1..p {
                turned |= orthogonalise(&mut a, &mut right, p, i, j);
            }
        }
        if !turned {
            break;
        }
    }
    let values: Vec<f64> = a.chunks_exact(p.max(1)).map(|column| dot(column, column).sqrt()).collect();
    for (column, &value) in a.chunks_exact_mut(p.max(1)).zip(&values) {
        column.iter_mut().for_each(|entry| *entry = if value > 0.0 { *entry / value } else { 0.0 });
    }
    Svd { values, left: a, right }
}

/// Rotates columns `i < j` until they are orthogonal; false when they are.
fn orthogonalise(a: &mut [f64], right: &mut [f64], p: usize, i: usize, j: usize) -> bool {
    let (x, y) = pair(a, p, i, j);
    let (xx, yy, xy) = (dot(x, x), dot(y, y), dot(x, y));
    if xy.abs() <= f64::EPSILON * (xx.sqrt() * yy.sqrt()) {
        return false;
    }
    let zeta = (yy - xx) / (2.0 * xy);
    let tangent = 1.0_f64.copysign(zeta) / (zeta.abs() + (1.0 + zeta * zeta).sqrt());
    let cosine = 1.0 / (1.0 + tangent * tangent).sqrt();
    rotate(x, y, cosine, cosine * tangent);
    let (x, y) = pair(right, p, i, j);
    rotate(x, y, cosine, cosine * tangent);
    true
}

fn pair(a: &mut [f64], p: usize, i: usize, j: usize) -> (&mut [f64], &mut [f64]) {
    let (before, from_j) = a.split_at_mut(j * p);
    (&mut before[i * p..(i + 1) * p], &mut from_j[..p])
}

fn rotate(x: &mut [f64], y: &mut [f64], cosine: f64, sine: f64) {
    for (x, y) in x.iter_mut().zip(y) {
        (*x, *y) = (cosine * *x - sine * *y, sine * *x + cosine * *y);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of_columns(columns: &[Vec<f64>]) -> Vec<f64> {
        let n = columns[0].len();
        triangle(n, columns.len(), |rows, out| {
            let m = rows.len();
            columns
                .iter()
                .enumerate()
                .for_each(|(j, column)| out[j * m..(j + 1) * m].copy_from_slice(&column[rows.clone()]));
        })
    }

    proptest! {
        #[test]
        fn r_has_the_products_of_the_columns(seed in 1..1000_u32, n in 1..3000_usize, p in 1..6_usize) {
            let value = |i: usize, j: usize| libm::sin(f64::from(seed) * (i * 7 + j * 13 + 1) as f64) * (j + 1) as f64;
            let columns: Vec<Vec<f64>> = (0..p).map(|j| (0..n).map(|i| value(i, j)).collect()).collect();
            let r = of_columns(&columns);
            for i in 0..p {
                prop_assert!(r[i * p + i + 1..(i + 1) * p].iter().all(|&below| below == 0.0));
                for j in 0..p {
                    let (found, expected) = (dot(&r[i * p..][..p], &r[j * p..][..p]), dot(&columns[i], &columns[j]));
                    prop_assert!((found - expected).abs() <= 1e-10 * n as f64 * p as f64, "{} {}", found, expected);
                }
            }
            let Svd { values, left, right } = svd(r.clone(), p);
            for j in 0..p {
                for i in 0..p {
                    let rebuilt: f64 = (0..p).map(|k| left[k * p + i] * values[k] * right[k * p + j]).sum();
                    prop_assert!((rebuilt - r[j * p + i]).abs() <= 1e-11 * n as f64, "{} {}", rebuilt, r[j * p + i]);
                }
            }
        }
    }

    #[test]
    fn repeated_columns_give_a_zero() {
        let column: Vec<f64> = (0..50).map(|i| f64::from(i) - 20.0).collect();
        let found = svd(of_columns(&[column.clone(), column]), 2);
        let (low, high) = (found.values[0].min(found.values[1]), found.values[0].max(found.values[1]));
        assert!(low <= 1e-13 * high, "{low} {high}");
        assert_eq!(of_columns(&[vec![], vec![]]), [0.0; 4]);
        assert_eq!(of_columns(&[vec![0.0; 9], vec![0.0; 9]]), [0.0; 4]);
    }
}
