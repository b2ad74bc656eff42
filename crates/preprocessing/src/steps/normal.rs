/// Half the width of the middle, in which a rational function of the share itself serves.
const MIDDLE: f64 = 0.425;

// Coefficients from the constant on: above and below the line in the middle, and in the tails.
const MIDDLE_ABOVE: [f64; 8] = [
    3.387_132_872_796_366_5,
    133.141_667_891_784_38,
    1_971.590_950_306_551_3,
    13_731.693_765_509_46,
    45_921.953_931_549_87,
    67_265.770_927_008_7,
    33_430.575_583_588_13,
    2_509.080_928_730_122_7,
];
const MIDDLE_BELOW: [f64; 8] = [
    1.0,
    42.313_330_701_600_91,
    687.187_007_492_057_9,
    5_394.196_021_424_751,
    21_213.794_301_586_597,
    39_307.895_800_092_71,
    28_729.085_735_721_943,
    5_226.495_278_852_854,
];
const TAIL_ABOVE: [f64; 8] = [
    1.423_437_110_749_683_5,
    4.630_337_846_156_546,
    5.769_497_221_460_691,
    3.647_848_324_763_204_5,
    1.270_458_252_452_368_4,
    0.241_780_725_177_450_6,
    0.022_723_844_989_269_184,
    0.000_774_545_014_278_341_4,
];
const TAIL_BELOW: [f64; 8] = [
    1.0,
    2.053_191_626_637_759,
    1.676_384_830_183_803_8,
    0.689_767_334_985_1,
    0.148_103_976_427_480_08,
    0.015_198_666_563_616_457,
    0.000_547_593_808_499_534_5,
    1.0507500716444169e-09,
];

/// The standard normal quantile of a share between 1e-10 and 1 - 1e-10, to 1e-15 (Wichura 1988, algorithm AS
/// 241, without its branch for shares beyond). Logarithms come from `libm`, so that all machines agree.
pub(super) fn normal_quantile(share: f64) -> f64 {
    let away = share - 0.5;
    if away.abs() <= MIDDLE {
        let x = MIDDLE * MIDDLE - away * away;
        return away * polynomial(&MIDDLE_ABOVE, x) / polynomial(&MIDDLE_BELOW, x);
    }
    let x = (-libm::log(share.min(1.0 - share))).sqrt() - 1.6;
    (polynomial(&TAIL_ABOVE, x) / polynomial(&TAIL_BELOW, x)).copysign(away)
}

/// By Horner's rule.
fn polynomial(coefficients: &[f64; 8], x: f64) -> f64 {
    coefficients.iter().rev().fold(0.0, |sum, coefficient| sum * x + coefficient)
}

#[cfg(test)]
mod tests {
    use statrs::distribution::{ContinuousCDF, Normal};

    use super::*;

    #[test]
    fn quantiles_agree_with_another_implementation() {
        let normal = Normal::standard();
        let tails = (0..97).map(|i| libm::pow(10.0, -0.1 * f64::from(i) - 0.3));
        for share in (1..1000).map(|i| f64::from(i) / 1000.0).chain(tails) {
            for share in [share, 1.0 - share] {
                let (found, expected) = (normal_quantile(share), normal.inverse_cdf(share));
                assert!((found - expected).abs() < 1e-11, "{share}: {found} {expected}");
            }
        }
        assert_eq!(normal_quantile(0.5), 0.0);
    }
}
