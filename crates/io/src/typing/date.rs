//! Days and moments.

use arrow::array::StringArray;
use arrow::datatypes::TimestampMicrosecondType;
use jiff::SignedDuration;
use jiff::civil::{Date, DateTime, Time, date};

use super::attempt::{Parsed, attempt};
use super::canonical::midnights_as_dates;
use super::markers::Markers;

/// The order of the parts of a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Order {
    YearMonthDay,
    DayMonthYear,
    MonthDayYear,
}

const EPOCH: DateTime = date(1970, 1, 1).at(0, 0, 0, 0);

/// Columns of dates or times in one order; days when every time is midnight.
///
/// When all cells can be read day first and month first, day first wins, with a note.
pub(super) fn dates(cells: &[StringArray], markers: &Markers) -> Option<Parsed> {
    let read = |order| attempt::<TimestampMicrosecondType>(cells, markers, |cell| micros(cell, order));
    let mut parsed = match read(Order::YearMonthDay) {
        Some(parsed) => parsed,
        None => day_or_month_first(read(Order::DayMonthYear), read(Order::MonthDayYear))?,
    };
    parsed.arrays = midnights_as_dates(parsed.arrays);
    Some(parsed)
}

fn day_or_month_first(day_first: Option<Parsed>, month_first: Option<Parsed>) -> Option<Parsed> {
    match (day_first, month_first) {
        (Some(mut day), Some(month)) => {
            if day.arrays != month.arrays {
                day.notes.push("dates read day first; month first would fit as well".into());
            }
            Some(day)
        }
        (Some(mut day), None) => {
            day.notes.push("dates read day first".into());
            Some(day)
        }
        (None, Some(mut month)) => {
            month.notes.push("dates read month first".into());
            Some(month)
        }
        (None, None) => None,
    }
}

/// Microseconds since 1970 of a date with or without a time; an offset from UTC is taken off.
fn micros(cell: &str, order: Order) -> Option<i64> {
    if cell.len() < 8 || !cell.as_bytes()[0].is_ascii_digit() {
        return None;
    }
    let (day, time) = match cell.split_once(['T', ' ']) {
        Some((day, time)) => (day, Some(time.trim_start())),
        None => (cell, None),
    };
    let day = parse_date(day, order)?;
    let (time, offset) = time.map_or(Some((Time::midnight(), SignedDuration::ZERO)), parse_time)?;
    let since = day.to_datetime(time).duration_since(EPOCH).checked_sub(offset)?;
    i64::try_from(since.as_micros()).ok()
}

fn parse_date(text: &str, order: Order) -> Option<Date> {
    let separator = text.chars().find(|c| !c.is_ascii_digit()).filter(|c| "-/.".contains(*c))?;
    let mut parts = text.split(separator);
    let (first, second, third) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    let (year, month, day) = match order {
        Order::YearMonthDay => (first, second, third),
        Order::DayMonthYear => (third, second, first),
        Order::MonthDayYear => (third, first, second),
    };
    let year = (year.len() == 4).then(|| number(year))??;
    Date::new(year, i8::try_from(number(month)?).ok()?, i8::try_from(number(day)?).ok()?).ok()
}

/// A time `H:MM[:SS[.fraction]]` and the offset from UTC that follows it.
fn parse_time(text: &str) -> Option<(Time, SignedDuration)> {
    let end = text.find(['Z', '+', '-', ' ']).unwrap_or(text.len());
    let offset = parse_offset(text[end..].trim())?;
    let (clock, fraction) = text[..end].split_once('.').unwrap_or((&text[..end], ""));
    let mut parts = clock.split(':');
    let mut part = |default| number(parts.next().or(default)?).and_then(|value| i8::try_from(value).ok());
    let (hour, minute, second) = (part(None)?, part(None)?, part(Some("0"))?);
    if parts.next().is_some() {
        return None;
    }
    Some((Time::new(hour, minute, second, nanoseconds(fraction)?).ok()?, offset))
}

fn nanoseconds(fraction: &str) -> Option<i32> {
    if !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    format!("{fraction:0<9}").get(..9)?.parse().ok()
}

fn parse_offset(text: &str) -> Option<SignedDuration> {
    let (sign, digits) = match text.as_bytes() {
        [] => return Some(SignedDuration::ZERO),
        [b'Z'] => return Some(SignedDuration::ZERO),
        [b'+', ..] => (1, &text[1..]),
        [b'-', ..] => (-1, &text[1..]),
        _ => return (text == "UTC").then_some(SignedDuration::ZERO),
    };
    let digits = digits.replace(':', "");
    let hours = number(digits.get(..2)?)?;
    let minutes = if digits.len() == 2 { 0 } else { number(digits.get(2..4)?)? };
    (digits.len() <= 4 && hours <= 14 && minutes < 60)
        .then(|| SignedDuration::from_mins(sign * (i64::from(hours) * 60 + i64::from(minutes))))
}

/// One to four digits.
fn number(text: &str) -> Option<i16> {
    let is_number = (1..=4).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_number { text.parse().ok() } else { None }
}
