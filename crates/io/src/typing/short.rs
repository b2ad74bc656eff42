//! Numbers of up to eight digits before and behind the point, without an exponent: nearly all are.

use super::cell::Cell;
use super::number::Number;

/// Up to here every whole number is a double, and so are the powers of ten: one division of the two is correctly
/// rounded (Clinger 1990, "How to read floating point numbers accurately").
const MAX_DIGITS: usize = 15;

const POWERS: [i64; 9] = [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000];

/// The number, where it is as plain as this; nothing says that there is none.
#[inline(always)]
pub(super) fn short_number(cell: Cell<'_>) -> Option<Number> {
    let (text, len) = (cell.rest, cell.len);
    let negative = len > 0 && text[0] == b'-';
    let start = usize::from(negative);
    let (n_whole, whole) = digits(&text[start..], len - start);
    let point = start + n_whole;
    if n_whole == 0 || (n_whole > 1 && text[start] == b'0') {
        return None;
    }
    if point == len {
        return Some(Number::Whole(if negative { -whole } else { whole }));
    }
    let (n_fraction, fraction) = digits(&text[point + 1..], len - point - 1);
    if text[point] != b'.' || point + 1 + n_fraction != len || n_whole + n_fraction > MAX_DIGITS {
        return None;
    }
    let power = POWERS[n_fraction];
    let value = (whole * power + fraction) as f64 / power as f64;
    Some(Number::Real(if negative { 0.0 - value } else { value }))
}

/// How many digits there are at the beginning, at most eight and `len`, and their value.
///
/// All at once: the first byte that is no digit ends them, zeros are shifted in before them, and neighbours are joined
/// to pairs, fours and eights (Lemire 2021, "Number parsing at a gigabyte per second", section 6).
#[inline(always)]
fn digits(text: &[u8], len: usize) -> (usize, i64) {
    const EACH: u64 = 0x0101_0101_0101_0101;
    let values = first_eight(text) ^ (u64::from(b'0') * EACH);
    let over = (((values & (0x7f * EACH)) + 0x76 * EACH) | values) & (0x80 * EACH);
    let n = (over.trailing_zeros() as usize / 8).min(len);
    if n == 0 {
        return (0, 0);
    }
    let ones = values << (64 - 8 * n);
    let pairs = ((ones * 10) + (ones >> 8)) & 0x00ff_00ff_00ff_00ff;
    let fours = ((pairs * 100) + (pairs >> 16)) & 0x0000_ffff_0000_ffff;
    let eight = (fours * 10_000 + (fours >> 32)) & 0xffff_ffff;
    (n, eight as i64)
}

/// The first eight bytes, the first lowest, and zeros where there are fewer.
#[inline(always)]
fn first_eight(text: &[u8]) -> u64 {
    match text.first_chunk() {
        Some(bytes) => u64::from_le_bytes(*bytes),
        None => text.iter().rev().fold(0, |word, &byte| word << 8 | u64::from(byte)),
    }
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

    /// The cell alone, and with a digit and a letter behind it.
    fn short(cell: &str) -> Option<Number> {
        let alone = short_number(Cell::from(cell));
        for behind in ["7", ",", "x7777777", "77777777"] {
            let rest = format!("{cell}{behind}");
            assert_eq!(short_number(Cell { rest: rest.as_bytes(), len: cell.len() }), alone, "{rest}");
        }
        alone
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4000))]

        #[test]
        fn what_is_found_is_what_the_standard_library_reads(cell in cell()) {
            match short(&cell) {
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
            ("99999999", Number::Whole(99_999_999)),
            ("3055.144401", Number::Real(3055.144401)),
            ("9999999.99999999", Number::Real(9_999_999.999_999_99)),
            ("-0.0", Number::Real(0.0)),
            ("5.", Number::Real(5.0)),
            ("0.1", Number::Real(0.1)),
        ] {
            assert_eq!(short(cell), Some(expected), "{cell}");
        }
        for cell in ["", "-", ".", ".5", "+1", "007", "00.5", "1e5", "1.2.3", "x", "1x", "123456789", "1 ", "é", "1é"]
        {
            assert_eq!(short(cell), None, "{cell}");
        }
    }
}
