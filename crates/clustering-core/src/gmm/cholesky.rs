//! Small positive definite matrices.

/// Pivots below it are no variances: with rows up to 1e120 away, squares of their quotient would overflow.
pub(super) const LEAST_VARIANCE: f64 = 1e-40;

/// The inverse of the lower Cholesky factor L of `a = L L'` (d x d, row-major; its lower triangle counts), lower
/// too, with zeros above. `None` when `a` is not positive definite, also when a pivot is nothing but
/// the rounding of its diagonal. Time O(d^3).
pub(super) fn inverse_factor(a: &[f64], d: usize) -> Option<Vec<f64>> {
    let mut l = a.to_vec();
    for i in 0..d {
        for j in 0..=i {
            let known: f64 = (0..j).map(|m| l[i * d + m] * l[j * d + m]).sum();
            let rest = l[i * d + j] - known;
            l[i * d + j] = if i == j { pivot(rest, a[i * d + i])?.sqrt() } else { rest / l[j * d + j] };
        }
    }
    Some(inverse_lower(&l, d)).filter(|inverse| inverse.iter().all(|value| value.is_finite()))
}

/// The part of a variance that earlier features leave, if it is one.
fn pivot(rest: f64, variance: f64) -> Option<f64> {
    // Written so that NaN fails.
    (rest.is_finite() && rest >= LEAST_VARIANCE && rest > f64::EPSILON * variance).then_some(rest)
}

fn inverse_lower(l: &[f64], d: usize) -> Vec<f64> {
    let mut out = vec![0.0; d * d];
    for j in 0..d {
        out[j * d + j] = 1.0 / l[j * d + j];
        for i in j + 1..d {
            let sum: f64 = (j..i).map(|m| l[i * d + m] * out[m * d + j]).sum();
            out[i * d + j] = -sum / l[i * d + i];
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_factor_whitens() {
        let a = [4.0, 99.0, 99.0, 2.0, 5.0, 99.0, -2.0, 1.0, 6.0];
        let w = inverse_factor(&a, 3).unwrap();
        let full = |i: usize, j: usize| a[i.max(j) * 3 + i.min(j)];
        for i in 0..3 {
            for j in 0..3 {
                let sums = (0..9).map(|at| w[i * 3 + at / 3] * full(at / 3, at % 3) * w[j * 3 + at % 3]);
                let found: f64 = sums.sum();
                assert!((found - f64::from(i == j)).abs() < 1e-15, "{i} {j}: {found}");
            }
        }
    }

    #[test]
    fn what_is_not_positive_definite_has_none() {
        for a in [
            [1.0, 0.0, 2.0, 1.0],
            [1.0, 0.0, 1.0, 1.0],
            [0.0, 0.0, 0.0, 1.0],
            [1e-41, 0.0, 0.0, 1.0],
            [f64::NAN, 0.0, 0.0, 1.0],
            [1.0, 0.0, f64::NAN, 1.0],
            [f64::INFINITY, 0.0, 0.0, 1.0],
            [3.0, 0.0, 3e-10 / 3.0, 1e-40],
        ] {
            assert_eq!(inverse_factor(&a, 2), None, "{a:?}");
        }
    }
}
