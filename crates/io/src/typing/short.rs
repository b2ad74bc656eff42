//! Numbers of up to fifteen digits without an exponent, which nearly all are.

use super::number::Number;

/// Up to here every whole number is a double, and so is a power of ten below 10^23: one division of the two is
/// correctly rounded (Clinger 1990, "How to read floating point numbers accurately").
const MAX_DIGITS: usize = 15;

const POWERS: [f64; MAX_DIGITS + 1] =
    [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];

/// The number, where it is as plain as this; nothing says that there is none.
pub(super) fn short_number(cell: &[u8]) -> Option<Number> {
    let (negative, digits) = match cell {
        [b'-', rest @ ..] => (true, rest),
        rest => (false, rest),
    };
    if digits.len() > MAX_DIGITS + 1 || matches!(digits, [b'0', b'0'..=b'9', ..]) {
        return None;
    }
    let (whole, rest) = run(digits, 0);
    if rest.len() == digits.len() {
        return None;
    }
    let [b'.', fraction @ ..] = rest else {
        let value = if negative { -whole } else { whole };
        return (rest.is_empty() && digits.len() <= MAX_DIGITS).then_some(Number::Whole(value));
    };
    let (all, rest) = run(fraction, whole);
    let value = all as f64 / POWERS[fraction.len().min(MAX_DIGITS)];
    rest.is_empty().then_some(Number::Real(if negative { 0.0 - value } else { value }))
}

/// The digits at the beginning behind those of `value`, and what follows them.
fn run(text: &[u8], mut value: i64) -> (i64, &[u8]) {
    for (at, byte) in text.iter().enumerate() {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return (value, &text[at..]);
        }
        value = 10 * value + i64::from(digit);
    }
    (value, &[])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn cell() -> impl Strategy<Value = String> {
        prop_oneof![
            "-?[0-9]{1,17}",
            "-?[0-9]{1,9}\\.[0-9]{0,9}",
            "-?0\\.[0-9]{1,16}",
            "[-+.0-9e]{1,8}",
            any::<f64>().prop_map(|value| value.to_string()),
            any::<i64>().prop_map(|value| value.to_string()),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4000))]

        #[test]
        fn what_is_found_is_what_the_standard_library_reads(cell in cell()) {
            match short_number(cell.as_bytes()) {
                Some(Number::Whole(value)) => prop_assert_eq!(Ok(value), cell.parse()),
                Some(Number::Real(value)) => {
                    prop_assert_eq!(value.to_bits(), (cell.parse::<f64>().unwrap() + 0.0).to_bits());
                }
                None => {}
            }
        }
    }

    #[test]
    fn plain_cells_are_found_and_others_left() {
        for (cell, expected) in [
            ("0", Number::Whole(0)),
            ("-12", Number::Whole(-12)),
            ("999999999999999", Number::Whole(999_999_999_999_999)),
            ("3055.144401", Number::Real(3055.144401)),
            ("-0.0", Number::Real(0.0)),
            ("5.", Number::Real(5.0)),
            ("0.1", Number::Real(0.1)),
        ] {
            assert_eq!(short_number(cell.as_bytes()), Some(expected), "{cell}");
        }
        for cell in ["", "-", ".", ".5", "+1", "007", "00.5", "1e5", "1.2.3", "x", "1x", "1234567890123456", "1 "] {
            assert_eq!(short_number(cell.as_bytes()), None, "{cell}");
        }
    }
}
