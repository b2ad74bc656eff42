use super::brent::minimum;
use crate::describe::centred;

/// Box and Cox's power transform (1964) of one value: `(x^l - 1) / l`, and `ln x` at l = 0. NaN for a
/// value that is negative; increasing in x for every l.
///
/// ```
/// use segctl_preprocessing::steps::box_cox;
/// assert!((box_cox(3.0, 2.0) - 4.0).abs() < 1e-12);
/// assert_eq!(box_cox(1.0, 0.0), 0.0);
/// assert!(box_cox(-1.0, 0.5).is_nan());
/// ```
pub fn box_cox(x: f64, lambda: f64) -> f64 {
    power(libm::log(x), lambda)
}

/// `(e^(l u) - 1) / l`, and u at l = 0.
fn power(u: f64, lambda: f64) -> f64 {
    if lambda.abs() < f64::EPSILON { u } else { libm::expm1(lambda * u) / lambda }
}

/// The logarithm of the largest transformed value that a lambda may lead to: the squares of a million such
/// values add up to a number.
pub(super) const LARGEST_EXPONENT: f64 = 300.0;

/// Rows from which lambda is learnt, as for the transform of Yeo and Johnson.
const MAX_ROWS: usize = 100_000;

/// The lambda in [-8, 8] under which the transformed values are most nearly normal, by Brent's method;
/// `None` unless every value that is there exceeds 0, and without values.
///
/// The likelihood is `-n/2 ln var - n u`, u the mean logarithm and var the variance of the transform of
/// `x / e^u`: divided by their geometric mean, values that are all far from 1 keep their digits. Of more
/// than 100,000 values, evenly spaced ones are used. The interval is narrower where values would leave the
/// range of numbers. SciPy's `boxcox` gives the same lambda where it lies
/// within [-8, 8]; beyond, which takes values that differ by a small part of their size, lambda hardly
/// matters.
///
/// ```
/// use segctl_preprocessing::steps::box_cox_lambda;
/// let squares: Vec<f64> = (1..50).map(|i| f64::from(i * i)).collect();
/// let lambda = box_cox_lambda(&squares).unwrap();
/// assert!(lambda > 0.2 && lambda < 0.5, "{lambda}");
/// assert_eq!(box_cox_lambda(&[1.0, 0.0, 2.0]), None);
/// ```
pub fn box_cox_lambda(values: &[f64]) -> Option<f64> {
    if values.iter().any(|&value| value <= 0.0) {
        return None;
    }
    let stride = values.len().div_ceil(MAX_ROWS).max(1);
    let present = values.iter().step_by(stride).filter(|value| value.is_finite());
    let mut logs: Vec<f64> = present.map(|&value| libm::log(value)).collect();
    let centre = crate::describe::mean(&logs)?;
    logs.iter_mut().for_each(|log| *log -= centre);
    let widest = logs.iter().fold(0.0, |top: f64, log| top.max(log.abs()));
    let most = (LARGEST_EXPONENT / widest).min(8.0);
    let mut out = vec![0.0; logs.len()];
    Some(minimum(-most, most, 1.48e-8, |lambda| {
        out.iter_mut().zip(&logs).for_each(|(out, &u)| *out = power(u, lambda));
        0.5 * libm::log(centred(&out).map_or(f64::NAN, |found| found.variance()))
    }))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn units_do_not_matter_to_lambda() {
        let values: Vec<f64> = (0..200).map(|i| libm::exp(libm::sin(f64::from(i)) * 0.7 + f64::from(i % 7))).collect();
        let plain = box_cox_lambda(&values).unwrap();
        for unit in [1e-9, 1e6] {
            let scaled: Vec<f64> = values.iter().map(|value| unit * value).collect();
            let found = box_cox_lambda(&scaled).unwrap();
            assert!((found - plain).abs() < 1e-6, "{unit}: {found} {plain}");
        }
    }

    #[test]
    fn extremes_have_a_lambda_under_which_they_are_numbers() {
        let values = [1e-300, 1e75, 1.0, 5.0, f64::MIN_POSITIVE / 8.0];
        let lambda = box_cox_lambda(&values).unwrap();
        assert!(values.iter().all(|&value| box_cox(value, lambda).is_finite()), "{lambda}");
        assert!(box_cox_lambda(&[3.0; 5]).unwrap().is_finite());
        assert_eq!(box_cox_lambda(&[f64::NAN]), None);
    }

    proptest! {
        #[test]
        fn larger_stays_larger(x in 1e-6..1e3_f64, gap in 1e-3..1e3_f64, lambda in -2.0..4.0_f64) {
            prop_assert!(box_cox(x, lambda) <= box_cox(x + gap, lambda));
        }
    }
}
