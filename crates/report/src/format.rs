//! Numbers as people read them.

/// Shown where there is no number.
pub(crate) const DASH: &str = "–";

/// A value in its own unit: whole above a thousand, three significant digits below, thousands
/// separated; an en dash for NaN.
pub(crate) fn number(value: f64) -> String {
    if value.is_nan() {
        return DASH.into();
    }
    with_sign(value < 0.0, magnitude(value.abs()))
}

/// Like [`number`], with two digits after the point whatever the size: scores between -1 and 1.
pub(crate) fn score(value: f64) -> String {
    if value.is_nan() {
        return DASH.into();
    }
    with_sign(value < 0.0, format!("{:.2}", value.abs()))
}

/// A difference with its sign and one digit after the point: `+1.8`, `−0.4`, `0.0`.
pub(crate) fn difference(value: f64) -> String {
    if value.is_nan() {
        return DASH.into();
    }
    let text = with_sign(value < 0.0, format!("{:.1}", value.abs()));
    if value > 0.0 && text != "0.0" { format!("+{text}") } else { text }
}

/// A count, thousands separated.
pub(crate) fn count(value: u64) -> String {
    grouped(&value.to_string())
}

/// A count and its noun: `1 customer`, `8,950 customers`.
pub(crate) fn counted(value: u64, noun: &str) -> String {
    let plural = if value == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", count(value))
}

/// A share of 0..1 as a percentage: whole from ten up, one digit after the point below.
pub(crate) fn percent(share: f64) -> String {
    let percentage = share * 100.0;
    match percentage {
        p if p.is_nan() => DASH.into(),
        p if p > 0.0 && p < 0.1 => "<0.1%".into(),
        p if p > 99.5 && p < 100.0 => ">99%".into(),
        p if p.abs() < 9.95 => format!("{}%", trimmed(&format!("{p:.1}"))),
        p => format!("{p:.0}%"),
    }
}

/// The size of a file: `512 bytes`, `903 kB`, `1.2 GB`.
pub(crate) fn bytes(value: u64) -> String {
    const UNITS: [&str; 4] = ["kB", "MB", "GB", "TB"];
    let mut size = value as f64 / 1000.0;
    if size < 1.0 {
        return counted(value, "byte");
    }
    let mut unit = 0;
    while size >= 999.5 && unit + 1 < UNITS.len() {
        size /= 1000.0;
        unit += 1;
    }
    format!("{} {}", number(size), UNITS[unit])
}

/// The text cut to `limit` characters, the last of them an ellipsis.
pub(crate) fn shortened(text: &str, limit: usize) -> String {
    if text.chars().count() <= limit {
        return text.into();
    }
    text.chars().take(limit.saturating_sub(1)).chain(['…']).collect()
}

/// The value with five significant digits: enough for a picture, a third of the bytes.
pub(crate) fn rounded(value: f64) -> f64 {
    if value.is_finite() { format!("{value:.4e}").parse().unwrap_or(value) } else { value }
}

fn magnitude(value: f64) -> String {
    match value {
        v if v.is_infinite() => "∞".into(),
        0.0 => "0".into(),
        v if !(1e-4..1e15).contains(&v) => scientific(v),
        v if v >= 999.5 => grouped(&format!("{v:.0}")),
        v => significant(v),
    }
}

fn with_sign(negative: bool, text: String) -> String {
    let is_zero = text.chars().all(|digit| matches!(digit, '0' | '.'));
    if negative && !is_zero { format!("−{text}") } else { text }
}

fn scientific(value: f64) -> String {
    let text = format!("{value:.2e}");
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    format!("{}e{exponent}", trimmed(mantissa))
}

/// Three significant digits, trailing zeros gone.
fn significant(value: f64) -> String {
    let exponent: i32 = format!("{value:.2e}").split_once('e').map_or(0, |(_, e)| e.parse().unwrap_or(0));
    let decimals = usize::try_from(2 - exponent).unwrap_or(0);
    trimmed(&format!("{value:.decimals$}")).into()
}

fn trimmed(text: &str) -> &str {
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { text }
}

fn grouped(digits: &str) -> String {
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_keep_three_significant_digits() {
        let check = |value: f64, expected: &str| assert_eq!(number(value), expected, "{value}");
        check(0.0, "0");
        check(-0.0, "0");
        check(1949.6, "1,950");
        check(1_234_567.0, "1,234,567");
        check(999.4, "999");
        check(999.6, "1,000");
        check(99.96, "100");
        check(9.999, "10");
        check(12.34, "12.3");
        check(4.0, "4");
        check(0.12345, "0.123");
        check(0.000_123_4, "0.000123");
        check(0.000_012, "1.2e-5");
        check(3.2e17, "3.2e17");
        check(-42.0, "−42");
        check(f64::NAN, "–");
        check(f64::NEG_INFINITY, "−∞");
    }

    #[test]
    fn scores_and_differences_carry_their_sign() {
        assert_eq!(score(0.254), "0.25");
        assert_eq!(score(-0.001), "0.00");
        assert_eq!(difference(1.84), "+1.8");
        assert_eq!(difference(-0.44), "−0.4");
        assert_eq!(difference(0.04), "0.0");
        assert_eq!(difference(f64::NAN), "–");
    }

    #[test]
    fn shares_do_not_round_to_all_or_nothing() {
        let check = |share: f64, expected: &str| assert_eq!(percent(share), expected, "{share}");
        check(0.0, "0%");
        check(0.0004, "<0.1%");
        check(0.05, "5%");
        check(0.0512, "5.1%");
        check(0.432, "43%");
        check(0.9999, ">99%");
        check(1.0, "100%");
        check(f64::NAN, "–");
    }

    #[test]
    fn counts_sizes_and_texts_are_short() {
        assert_eq!(counted(1, "customer"), "1 customer");
        assert_eq!(counted(8950, "customer"), "8,950 customers");
        assert_eq!(bytes(1), "1 byte");
        assert_eq!(bytes(902_879), "903 kB");
        assert_eq!(bytes(999_999), "1 MB");
        assert_eq!(shortened("überlang", 5), "über…");
        assert_eq!(shortened("kurz", 5), "kurz");
    }

    #[test]
    fn rounding_keeps_what_is_not_a_number() {
        assert_eq!(rounded(1.234_567_8), 1.2346);
        assert_eq!(rounded(-0.000_123_456_7), -0.000_123_46);
        assert!(rounded(f64::NAN).is_nan());
    }
}
