//! Numbers written for people: `$1,234.50`, `1.234,50 €`, `12 %`.

use arrow::array::StringArray;
use arrow::datatypes::Float64Type;

use super::attempt::{Parsed, attempt};
use super::canonical::whole_as_integers;
use super::markers::Markers;
use super::number::parse_number;

/// Which characters separate groups of three digits, and the fraction.
#[derive(Clone, Copy)]
struct Separators {
    group: char,
    decimal: char,
}

/// In the order tried; `1,234` alone is read as one thousand and some.
const SEPARATORS: [Separators; 5] = [
    Separators { group: ',', decimal: '.' },
    Separators { group: '.', decimal: ',' },
    Separators { group: ' ', decimal: '.' },
    Separators { group: ' ', decimal: ',' },
    Separators { group: '\'', decimal: '.' },
];

/// The sign around a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sign {
    None,
    Currency(char),
    Percent,
}

const CURRENCIES: [char; 4] = ['$', '€', '£', '¥'];

/// Columns whose numbers all have the same separators and carry the same sign.
pub(super) fn numbers(cells: &[StringArray], markers: &Markers) -> Option<Parsed> {
    SEPARATORS.iter().find_map(|&separators| {
        let mut sign = None;
        let mut seen = Seen::default();
        let value = |cell: &str| {
            let (negative, found, digits) = undressed(cell)?;
            let value = ungrouped(digits, separators, &mut seen)?;
            let is_alike = *sign.get_or_insert(found) == found;
            is_alike.then_some(if negative { 0.0 - value } else { value })
        };
        let mut parsed = attempt::<Float64Type>(cells, markers, value)?;
        // Without a sign or a separator these are plain digits that are no number: codes, or too long.
        let note = note(sign.unwrap_or(Sign::None), separators, seen);
        parsed.arrays = whole_as_integers(parsed.arrays);
        parsed.notes.push((!note.is_empty()).then_some(note)?);
        Some(parsed)
    })
}

/// The digits and separators of a cell, its sign, and whether it is negative.
fn undressed(cell: &str) -> Option<(bool, Sign, &str)> {
    let (negative, rest) = without_minus(cell);
    if let Some(currency) = rest.chars().next().filter(|first| CURRENCIES.contains(first)) {
        let (inner, digits) = without_minus(rest[currency.len_utf8()..].trim_start());
        return Some((negative ^ inner, Sign::Currency(currency), digits));
    }
    let last = rest.chars().next_back()?;
    let before = || rest[..rest.len() - last.len_utf8()].trim_end();
    match last {
        '%' => Some((negative, Sign::Percent, before())),
        _ if CURRENCIES.contains(&last) => Some((negative, Sign::Currency(last), before())),
        _ => Some((negative, Sign::None, rest)),
    }
}

fn without_minus(cell: &str) -> (bool, &str) {
    match cell.strip_prefix('-') {
        Some(rest) => (true, rest.trim_start()),
        None => (false, cell.strip_prefix('+').unwrap_or(cell)),
    }
}

/// Which separators occurred in a column.
#[derive(Default, Clone, Copy)]
struct Seen {
    group: bool,
    decimal: bool,
}

/// The number behind `1,234.5`: groups of three digits after a first of one to three.
fn ungrouped(text: &str, separators: Separators, seen: &mut Seen) -> Option<f64> {
    if !text.starts_with(|first: char| first.is_ascii_digit() || first == separators.decimal) {
        return None;
    }
    let (whole, fraction) = match text.split_once(separators.decimal) {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (text, None),
    };
    if fraction.is_some_and(|fraction| !fraction.bytes().all(|byte| byte.is_ascii_digit())) {
        return None;
    }
    seen.decimal |= fraction.is_some();
    let mut plain = joined_groups(whole, separators.group, seen)?;
    plain.push('.');
    plain.push_str(fraction.unwrap_or("0"));
    parse_number(&plain)
}

fn joined_groups(whole: &str, group: char, seen: &mut Seen) -> Option<String> {
    let is_group = |c: char| c == group || (group == ' ' && matches!(c, '\u{a0}' | '\u{202f}'));
    let groups: Vec<&str> = whole.split(is_group).collect();
    let digits_only = groups.iter().all(|part| part.bytes().all(|byte| byte.is_ascii_digit()));
    let well_cut = groups.len() == 1
        || ((1..=3).contains(&groups[0].len()) && groups[0] != "0" && groups[1..].iter().all(|part| part.len() == 3));
    if !(digits_only && well_cut) {
        return None;
    }
    seen.group |= groups.len() > 1;
    Some(groups.concat())
}

fn note(sign: Sign, separators: Separators, seen: Seen) -> String {
    let mut parts = Vec::new();
    if seen.group {
        let group = if separators.group == ' ' { "blank".to_owned() } else { format!("'{}'", separators.group) };
        parts.push(format!("{group} read as thousands separator"));
    }
    if seen.decimal && separators.decimal == ',' {
        parts.push("',' read as decimal separator".to_owned());
    }
    match sign {
        Sign::Currency(currency) => parts.push(format!("currency sign {currency} removed")),
        Sign::Percent => parts.push("percent signs removed, 12% is 12".to_owned()),
        Sign::None => {}
    }
    parts.join(", ")
}
