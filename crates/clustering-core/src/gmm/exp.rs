//! The exponential of differences of log-probabilities.

/// Below this, an exponential counts as 0: probabilities under 1.1e-30 of the largest add nothing to
/// a sum with it.
pub(super) const LEAST_EXPONENT: f64 = -69.0;

/// Adding it rounds to whole numbers, which then stand in the low bits.
const ROUNDER: f64 = 6_755_399_441_055_744.0;
/// ln 2 in two parts, the first with 21 zeros at its end: products with small whole numbers are exact.
const LN_2_HIGH: f64 = f64::from_bits(0x3fe6_2e42_fee0_0000);
const LN_2_LOW: f64 = 1.908_214_929_270_587_7e-10;
/// 1/13!, 1/12!, ... 1/0!: beyond ln(2)/2 the next term is 4e-18.
const TAYLOR: [f64; 14] = [
    1.0 / 6_227_020_800.0,
    1.0 / 479_001_600.0,
    1.0 / 39_916_800.0,
    1.0 / 3_628_800.0,
    1.0 / 362_880.0,
    1.0 / 40_320.0,
    1.0 / 5_040.0,
    1.0 / 720.0,
    1.0 / 120.0,
    1.0 / 24.0,
    1.0 / 6.0,
    0.5,
    1.0,
    1.0,
];

/// e^x for x <= 0, to 2 units in the last place; 0 below [`LEAST_EXPONENT`]. Without a branch, so that loops over
/// lanes become registers; the same bits on every processor.
#[inline(always)]
pub(super) fn exp(x: f64) -> f64 {
    let bounded = x.max(LEAST_EXPONENT);
    let shifted = bounded * std::f64::consts::LOG2_E + ROUNDER;
    let whole = shifted - ROUNDER;
    let rest = (bounded - whole * LN_2_HIGH) - whole * LN_2_LOW;
    let mut sum = TAYLOR[0];
    for term in &TAYLOR[1..] {
        sum = sum * rest + term;
    }
    // The low bits of `shifted` are the whole number; those above fall out of the 64.
    let scaled = f64::from_bits(sum.to_bits().wrapping_add(shifted.to_bits() << 52));
    if x < LEAST_EXPONENT { 0.0 } else { scaled }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exponentials_are_right_to_two_units() {
        for i in 0..20_000 {
            let x = f64::from(i) / 20_000.0 * LEAST_EXPONENT;
            let (found, expected) = (exp(x), libm::exp(x));
            assert!((found - expected).abs() <= 2.0 * f64::EPSILON * expected, "{x}: {found} for {expected}");
        }
    }

    #[test]
    fn the_ends_are_exact() {
        let found = [0.0, -0.0, -69.1, -1e300, f64::NEG_INFINITY, -708.0, -1e-300, -70.0].map(exp);
        assert_eq!(found, [1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0]);
    }
}
