use crate::Scale;
use crate::describe::{centred, quartiles};

/// `(x - centre) / scale`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Affine {
    pub(super) centre: f64,
    pub(super) scale: f64,
    /// Whether there was no spread to scale by.
    pub(super) constant: bool,
}

impl Affine {
    /// As it is.
    pub(super) const IDENTITY: Self = Self { centre: 0.0, scale: 1.0, constant: false };

    pub(super) fn of_numbers(values: &[f64], method: Scale) -> Self {
        let constant = centred(values).is_none_or(|found| found.is_constant());
        let (centre, scale) = match method {
            Scale::None => return Self { centre: 0.0, scale: 1.0, constant },
            Scale::Standard => standard(values),
            Scale::Robust => robust(values),
            Scale::MinMax => min_max(values),
            // Such a scale is a curve, but for 0 and 1, of which it would make its two ends: for the normal
            // distribution ten standard deviations apart.
            Scale::QuantileUniform | Scale::Rank => min_max(values),
            Scale::QuantileNormal => standard(values),
            Scale::MaxAbs => (0.0, values.iter().fold(0.0, |top: f64, value| top.max(value.abs()))),
        };
        Self { centre, scale: if constant || scale == 0.0 { 1.0 } else { scale }, constant }
    }

    /// One of the dummies of a category, of which `share` of the rows have it; `spread` is the sum of
    /// `share (1 - share)` over the block.
    pub(super) fn of_dummy(share: f64, spread: f64, method: Scale) -> Self {
        let (centre, scale) = match method {
            Scale::None => (0.0, 1.0),
            Scale::Standard | Scale::Robust | Scale::QuantileNormal => (share, spread.sqrt()),
            Scale::MinMax | Scale::MaxAbs | Scale::QuantileUniform | Scale::Rank => (0.0, std::f64::consts::SQRT_2),
        };
        Self { centre, scale: if scale > 0.0 { scale } else { 1.0 }, constant: spread <= 0.0 }
    }
}

fn standard(values: &[f64]) -> (f64, f64) {
    centred(values).map_or((0.0, 1.0), |found| (found.mean, found.variance().sqrt()))
}

/// Where the quartiles coincide (half of the values are equal) the standard deviation scales: the 1
/// that scikit-learn takes would let such a column drown all others.
fn robust(values: &[f64]) -> (f64, f64) {
    let [q1, median, q3] = quartiles(values).unwrap_or([0.0; 3]);
    (median, if q3 > q1 { q3 - q1 } else { standard(values).1 })
}

fn min_max(values: &[f64]) -> (f64, f64) {
    let low = values.iter().copied().reduce(f64::min).unwrap_or(0.0);
    let high = values.iter().copied().reduce(f64::max).unwrap_or(1.0);
    (low, high - low)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_dummies_weigh_as_much_as_one_standardised_flag() {
        let share = 0.3;
        let spread = 2.0 * share * (1.0 - share);
        let dummy = Affine::of_dummy(share, spread, Scale::Standard);
        let flag = Affine::of_numbers(&[1.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0], Scale::Standard);
        let (by_dummies, by_flag) = (2.0 / (dummy.scale * dummy.scale), 1.0 / (flag.scale * flag.scale));
        assert!((by_dummies - by_flag).abs() < 1e-9, "squared distance between the two categories");
    }

    #[test]
    fn constants_are_left_unscaled() {
        for method in [Scale::Standard, Scale::Robust, Scale::MinMax] {
            let affine = Affine::of_numbers(&[5.0; 4], method);
            assert_eq!((affine.centre, affine.scale, affine.constant), (5.0, 1.0, true));
        }
        assert_eq!(Affine::of_numbers(&[0.0; 4], Scale::MaxAbs).scale, 1.0);
    }
}
