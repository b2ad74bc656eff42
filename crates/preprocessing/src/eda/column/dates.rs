use arrow::array::{ArrayRef, AsArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Int32Type, Int64Type, TimeUnit};
use arrow::error::ArrowError;
use serde::Serialize;

use super::runs;
use crate::PrepareError;
use crate::describe::Runs;
use crate::eda::hash;
use crate::raw::Pieces;

/// When the dates of a column lie.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct DateProfile {
    /// The earliest, as `2024-07-31`, or `2024-07-31T23:59:59` where cells are moments.
    pub first: String,
    /// The latest, in the same form.
    pub last: String,
    /// Months in a period: 1 for months, 12 for years, a multiple of 12 where years would be too many.
    pub months_per_period: u64,
    /// Cells per period, from the first to the last, empty ones included; [`DateProfile::MAX_PERIODS`] at most.
    pub periods: Vec<Period>,
}

/// Cells within a month or a span of years.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Period {
    /// Its first month, `2024-07`, or its first year, `2024`.
    pub start: String,
    /// Cells within it.
    pub count: u64,
}

impl DateProfile {
    /// The most periods that are counted.
    pub const MAX_PERIODS: usize = 120;
}

/// A moment as days from 1970-01-01 and nanoseconds of the day.
type Moment = (i64, i64);

/// A column of dates.
pub(super) struct Moments {
    /// The moments that are there, in units from 1970-01-01.
    pub(super) runs: Runs<i64>,
    /// A hash of all cells in order.
    pub(super) fingerprint: u64,
    /// Units in a day; days that have no time have one.
    per_day: i64,
}

const NANOS_PER_DAY: i64 = 86_400_000_000_000;

/// The moments of a column; `None` when the column holds durations or times of day.
pub(super) fn read(pieces: &Pieces<'_>) -> Result<Option<Moments>, PrepareError> {
    let per_day = pieces.arrays.iter().map(|array| units_per_day(array.data_type()));
    let Some(per_day) = per_day.collect::<Option<Vec<i64>>>() else { return Ok(None) };
    // The batches of a table have the same unit, as a rule.
    let finest = per_day.iter().copied().max().unwrap_or(1);
    let mut reading = Reading { there: Vec::with_capacity(pieces.n_rows()), fingerprint: 3, finest };
    for (array, per_day) in pieces.arrays.iter().zip(per_day) {
        reading.add(array, per_day).map_err(|source| pieces.convert(source))?;
    }
    Ok(Some(Moments { runs: runs::of_whole(reading.there), fingerprint: reading.fingerprint, per_day: finest }))
}

/// What is read of a column so far.
struct Reading {
    there: Vec<i64>,
    fingerprint: u64,
    /// Units per day of what is there.
    finest: i64,
}

impl Reading {
    fn add(&mut self, array: &ArrayRef, per_day: i64) -> Result<(), ArrowError> {
        if per_day > 1 {
            return self.push(cast(array, &DataType::Int64)?.as_primitive::<Int64Type>().iter(), per_day);
        }
        let days = cast(array, &DataType::Int32)?;
        self.push(days.as_primitive::<Int32Type>().iter().map(|day| day.map(i64::from)), per_day)
    }

    fn push(&mut self, cells: impl Iterator<Item = Option<i64>>, per_day: i64) -> Result<(), ArrowError> {
        let beyond = || ArrowError::ArithmeticOverflow("a moment lies beyond the range of 64-bit integers".to_owned());
        for cell in cells {
            let hash = cell.map_or(hash::MISSING, |at| hash_of(moment(at, per_day)));
            self.fingerprint = hash::then(self.fingerprint, hash);
            if let Some(at) = cell {
                self.there.push(at.checked_mul(self.finest / per_day).ok_or_else(beyond)?);
            }
        }
        Ok(())
    }
}

fn moment(at: i64, per_day: i64) -> Moment {
    (at.div_euclid(per_day), at.rem_euclid(per_day) * (NANOS_PER_DAY / per_day))
}

fn hash_of((day, nanos): Moment) -> u64 {
    hash::then(hash::whole(day as u64), hash::whole(nanos as u64))
}

/// `None` of what is no date.
fn units_per_day(data_type: &DataType) -> Option<i64> {
    let per_second = match data_type {
        DataType::Date32 => return Some(1),
        DataType::Timestamp(TimeUnit::Second, _) => 1,
        DataType::Date64 | DataType::Timestamp(TimeUnit::Millisecond, _) => 1000,
        DataType::Timestamp(TimeUnit::Microsecond, _) => 1_000_000,
        DataType::Timestamp(TimeUnit::Nanosecond, _) => 1_000_000_000,
        _ => return None,
    };
    Some(86_400 * per_second)
}

/// Profiles moments; `None` without any.
pub(super) fn profile(Moments { runs, per_day, .. }: &Moments) -> Option<DateProfile> {
    let moment = |&at: &i64| moment(at, *per_day);
    let (first, last) = (runs.values().first().map(moment)?, runs.values().last().map(moment)?);
    let (start, end) = (month(first.0), month(last.0));
    let months_per_period = period(start, end);
    let first_period = start.div_euclid(months_per_period);
    let n_periods = (end.div_euclid(months_per_period) - first_period + 1) as usize;
    let name = |i: usize| written_period((first_period + i as i64) * months_per_period, months_per_period);
    let mut periods: Vec<Period> = (0..n_periods).map(|i| Period { start: name(i), count: 0 }).collect();
    let (mut day, mut period) = (first.0, 0);
    for (at, count) in runs.iter() {
        // Many moments fall on one day.
        if day != at.div_euclid(*per_day) {
            day = at.div_euclid(*per_day);
            period = (month(day).div_euclid(months_per_period) - first_period) as usize;
        }
        periods[period].count += count;
    }
    let timed = *per_day > 1;
    Some(DateProfile {
        first: written(first, timed),
        last: written(last, timed),
        months_per_period: months_per_period as u64,
        periods,
    })
}

/// The year of the latest moment.
pub(super) fn latest_year(moments: &Moments) -> Option<i64> {
    moments.runs.values().last().map(|&at| civil(moment(at, moments.per_day).0).0)
}

/// Months, years, or decades and their tenfolds, whichever is the shortest that makes few enough periods.
fn period(start: i64, end: i64) -> i64 {
    let lengths = std::iter::once(1).chain(std::iter::successors(Some(12), |length| Some(length * 10)));
    let n_periods = |length: i64| end.div_euclid(length) - start.div_euclid(length) + 1;
    // The lengths have no end; a period long enough is always found.
    lengths.into_iter().find(|&length| n_periods(length) <= DateProfile::MAX_PERIODS as i64).unwrap_or(i64::MAX)
}

fn month(day: i64) -> i64 {
    let (year, month, _) = civil(day);
    year * 12 + month - 1
}

fn written_period(month: i64, length: i64) -> String {
    let (year, month) = (month.div_euclid(12), month.rem_euclid(12) + 1);
    if length == 1 { format!("{year:04}-{month:02}") } else { format!("{year:04}") }
}

fn written((day, nanos): Moment, timed: bool) -> String {
    let (year, month, day) = civil(day);
    let seconds = nanos / 1_000_000_000;
    let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    match timed {
        true => format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}"),
        false => format!("{year:04}-{month:02}-{day:02}"),
    }
}

/// Year, month and day of a day from 1970-01-01 in the Gregorian calendar (Neri and Schneider 2023 give the idea: years
/// begin in March, so that the leap day comes last).
fn civil(day: i64) -> (i64, i64, i64) {
    // Days from 0000-03-01; an era of 400 years has 146,097 days.
    let day = day + 719_468;
    let (era, of_era) = (day.div_euclid(146_097), day.rem_euclid(146_097));
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    (era * 400 + year_of_era + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_have_their_dates() {
        let rows = [(0, (1970, 1, 1)), (-1, (1969, 12, 31)), (19_782, (2024, 2, 29)), (11_016, (2000, 2, 29))];
        for (day, expected) in rows.into_iter().chain([(-719_528, (0, 1, 1)), (-25_567, (1900, 1, 1))]) {
            assert_eq!(civil(day), expected, "{day}");
        }
    }

    #[test]
    fn every_day_follows_the_last() {
        let mut last = civil(-800_000);
        for day in -799_999..800_000 {
            let (year, month, of_month) = civil(day);
            let next_day = (year, month) == (last.0, last.1) && of_month == last.2 + 1;
            let next_month = of_month == 1 && year * 12 + month == last.0 * 12 + last.1 + 1 && last.2 >= 28;
            assert!(next_day || next_month, "{day}: {last:?} {:?}", (year, month, of_month));
            last = (year, month, of_month);
        }
    }

    fn of_days(days: Vec<i64>) -> Moments {
        Moments { runs: runs::of_whole(days), fingerprint: 0, per_day: 1 }
    }

    #[test]
    fn periods_are_few_however_far_dates_lie_apart() {
        let spans =
            [(0, 40, 1), (0, 4000, 12), (0, 60_000, 120), (i64::from(i32::MIN), i64::from(i32::MAX), 1_200_000)];
        for (first, last, months) in spans {
            let found = profile(&of_days(vec![first, last, last])).unwrap();
            assert_eq!(found.months_per_period, months);
            assert!(found.periods.len() <= DateProfile::MAX_PERIODS);
            assert_eq!(found.periods.iter().map(|period| period.count).sum::<u64>(), 3);
        }
        assert_eq!(profile(&of_days(vec![])), None);
    }
}
