/// The number of the fewest significant digits strictly between two neighbouring values, the nearest to the middle
/// where several have as few; `None` where no float lies between, or unless `low < high` and both are finite.
///
/// So that a rule reads `balance > 1,500` and not `balance > 1,498.2371`, and no row of the data that showed `low` and
/// `high` as neighbours changes sides. At most 17 digits are tried, one after the other.
///
/// ```
/// use segctl_metrics::rules::rounded_threshold;
/// assert_eq!(rounded_threshold(1_483.27, 1_513.21), Some(1_500.0));
/// assert_eq!(rounded_threshold(3.0, 4.0), Some(3.5));
/// assert_eq!(rounded_threshold(-0.2, 7.0), Some(0.0));
/// assert_eq!(rounded_threshold(2.0, 2.0), None);
/// ```
pub fn rounded_threshold(low: f64, high: f64) -> Option<f64> {
    if !(low.is_finite() && high.is_finite() && low < high) {
        return None;
    }
    let between = |value: &f64| low < *value && *value < high;
    if between(&0.0) {
        return Some(0.0);
    }
    // If any number of so many digits is between, then the one nearest to the middle is.
    let middle = middle(low, high);
    let rounded = |decimals| format!("{middle:.decimals$e}").parse().ok();
    (0..17).filter_map(rounded).find(between).or_else(|| Some(middle).filter(between))
}

/// Halfway between two neighbouring values; `low` itself where no float lies between, since `x <= low` is the side of
/// the lower one. scikit-learn's convention.
pub(super) fn halfway(low: f64, high: f64) -> f64 {
    let middle = middle(low, high);
    if low <= middle && middle < high { middle } else { low }
}

/// Halves first, so that nothing overflows.
fn middle(low: f64, high: f64) -> f64 {
    low / 2.0 + high / 2.0
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Digits before the trailing zeros.
    fn significant(value: f64) -> usize {
        let text = format!("{value:e}");
        let mantissa = text.split('e').next().unwrap();
        mantissa.chars().filter(char::is_ascii_digit).count()
    }

    proptest! {
        #[test]
        fn whole_bounds_get_the_fewest_digits_nearest_to_the_middle(low in 1_i32..100_000, gap in 2_i32..2_000) {
            let found = rounded_threshold(low.into(), (low + gap).into()).unwrap();
            let between = || (low + 1..low + gap).map(f64::from);
            let fewest = between().map(significant).min().unwrap();
            let distance = |value: f64| (value - f64::from(low) - f64::from(gap) / 2.0).abs();
            let nearest = between().filter(|&value| significant(value) == fewest).map(distance).fold(f64::MAX, f64::min);
            prop_assert_eq!((significant(found), distance(found)), (fewest, nearest), "{}", found);
        }

        #[test]
        fn no_row_changes_sides_and_signs_mirror(a in any::<f64>(), b in any::<f64>()) {
            let (low, high) = if a < b { (a, b) } else { (b, a) };
            match rounded_threshold(low, high) {
                Some(found) => {
                    prop_assert!(low < found && found < high);
                    prop_assert!(significant(found) <= 17);
                    prop_assert_eq!(rounded_threshold(-high, -low), Some(-found).map(|t| if t == 0.0 { 0.0 } else { t }));
                }
                None => prop_assert!(!(low.is_finite() && high.is_finite()) || low.next_up() >= high),
            }
        }

        #[test]
        fn halfway_parts_the_two(a in any::<f64>(), steps in 1_u64..3) {
            let b = (0..steps).fold(a, |value, _| value.next_up());
            prop_assume!(a.is_finite() && b.is_finite());
            let found = halfway(a, b);
            prop_assert!(a <= found && found < b);
        }
    }

    #[test]
    fn extreme_neighbours() {
        let least = f64::from_bits(1);
        assert_eq!(rounded_threshold(-1e300, -1e-300), Some(-5e299));
        assert_eq!(rounded_threshold(-least, 0.0), None);
        assert_eq!(rounded_threshold(least, f64::from_bits(4)).map(|t| t.to_bits()), Some(2));
        assert_eq!(rounded_threshold(1.0, 1.0_f64.next_up()), None);
        assert_eq!(rounded_threshold(1.0, f64::NAN), None);
        assert_eq!(rounded_threshold(f64::NEG_INFINITY, 1.0), None);
        assert_eq!(halfway(f64::MIN, f64::MAX), 0.0);
        assert_eq!(halfway(-least, 0.0), -least);
        assert_eq!(significant(1_500.0), 2);
    }
}
