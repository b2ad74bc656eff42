use super::box_cox::LARGEST_EXPONENT;
use super::brent::minimum;
use crate::describe::centred;

/// Yeo and Johnson's power transform (2000) of one value; a NaN stays one.
///
/// For x >= 0: `((x + 1)^l - 1) / l`, and `ln(x + 1)` at l = 0. For x < 0:
/// `-((1 - x)^(2 - l) - 1) / (2 - l)`, and `-ln(1 - x)` at l = 2. Increasing in x for every l.
///
/// ```
/// use segctl_preprocessing::steps::yeo_johnson;
/// assert_eq!(yeo_johnson(3.0, 1.0), 3.0);
/// assert!((yeo_johnson(3.0, 2.0) - 7.5).abs() < 1e-12);
/// ```
pub fn yeo_johnson(x: f64, lambda: f64) -> f64 {
    if lambda == 1.0 { x } else { from_log(signed_log(x), lambda) }
}

/// `sign(x) ln(1 + |x|)`: the part that does not depend on lambda.
fn signed_log(x: f64) -> f64 {
    if x >= 0.0 { libm::log1p(x) } else { -libm::log1p(-x) }
}

fn from_log(u: f64, lambda: f64) -> f64 {
    let power = |u: f64, exponent: f64| {
        if exponent.abs() < f64::EPSILON { u } else { libm::expm1(exponent * u) / exponent }
    };
    if u >= 0.0 { power(u, lambda) } else { -power(-u, 2.0 - lambda) }
}

/// Rows from which lambda is learnt: more change its third digit at most, and each costs about 20 exponentials.
const MAX_ROWS: usize = 100_000;

/// The lambda in [-8, 8] under which the transformed values are most nearly normal: the maximum of
/// the likelihood `-n/2 ln var + (l - 1) sum sign(x) ln(1 + |x|)`, by Brent's method. Missing values
/// are left out; of more than 100,000 values, evenly spaced ones are used. The interval is narrower where
/// values beyond 1e16 would leave the range of numbers.
///
/// ```
/// use segctl_preprocessing::steps::yeo_johnson_lambda;
/// let squares: Vec<f64> = (0..50).map(|i| f64::from(i * i)).collect();
/// let lambda = yeo_johnson_lambda(&squares);
/// assert!(lambda > 0.2 && lambda < 0.5, "{lambda}");
/// ```
pub fn yeo_johnson_lambda(values: &[f64]) -> f64 {
    let stride = values.len().div_ceil(MAX_ROWS).max(1);
    let present = values.iter().step_by(stride).filter(|value| value.is_finite());
    let logs: Vec<f64> = present.map(|&value| signed_log(value)).collect();
    let total: f64 = logs.iter().sum();
    let n = logs.len() as f64;
    let mut out = vec![0.0; logs.len()];
    let top = |sign: f64| logs.iter().fold(0.0, |top: f64, log| top.max(sign * log));
    let (low, high) = (2.0 - LARGEST_EXPONENT / top(-1.0), LARGEST_EXPONENT / top(1.0));
    minimum(low.max(-8.0), high.min(8.0), 1.48e-8, |lambda| {
        out.iter_mut().zip(&logs).for_each(|(out, &u)| *out = from_log(u, lambda));
        let variance = centred(&out).map_or(f64::NAN, |found| found.variance());
        0.5 * n * libm::log(variance) - (lambda - 1.0) * total
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_branches_meet() {
        for (x, lambda) in [(2.5, 0.0), (-2.5, 2.0), (0.0, 0.7), (-1e6, 1.3), (1e6, -0.4)] {
            let near = yeo_johnson(x, lambda + 1e-9);
            let at = yeo_johnson(x, lambda);
            assert!((near - at).abs() <= 1e-6 * (1.0 + at.abs()), "{x} {lambda}: {near} {at}");
        }
    }

    #[test]
    fn extremes_have_a_lambda_under_which_they_are_numbers() {
        for values in [&[1e75, -1e75, 1.0, 5.0][..], &[1e75, 3e74, 1.0], &[-1e75, -2.0, 0.0, 1e-300]] {
            let lambda = yeo_johnson_lambda(values);
            assert!(values.iter().all(|&value| yeo_johnson(value, lambda).is_finite()), "{lambda}");
        }
    }

    proptest! {
        #[test]
        fn larger_stays_larger(x in -1e3..1e3_f64, gap in 1e-3..1e3_f64, lambda in -2.0..4.0_f64) {
            prop_assert!(yeo_johnson(x, lambda) <= yeo_johnson(x + gap, lambda));
        }
    }
}
