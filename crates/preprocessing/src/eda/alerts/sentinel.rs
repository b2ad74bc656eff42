//! Values that stand for "missing".

use std::collections::BTreeMap;

use super::fix::column;
use super::{Alert, AlertKind, Fix, FixAction, many};
use crate::describe::{Runs, quantile_of_runs};
use crate::eda::ColumnProfile;

/// Sentinels at one end of a column, at most.
const N_PER_END: usize = 3;
/// A column of fewer different values has no distribution that one could be far from.
const MIN_DISTINCT: u64 = 10;

/// The values at either end that are written like a sentinel and lie farther from the next value than the middle half of
/// the values is wide; and -1 where it is the only negative value.
pub(super) fn sentinels(profile: &ColumnProfile, runs: &Runs<f64>) -> Vec<Alert> {
    if profile.n_distinct < MIN_DISTINCT {
        return Vec::new();
    }
    let iqr = quantile_of_runs(runs, 0.75) - quantile_of_runs(runs, 0.25);
    let found = ends(runs.iter(), iqr).into_iter().chain(ends(runs.iter().rev(), iqr));
    found.map(|(value, count, next)| alert(profile, value, count, next)).collect()
}

/// Sentinels with their counts and the next value, from the outermost of runs inwards.
fn ends(runs: impl Iterator<Item = (f64, u64)>, iqr: f64) -> Vec<(f64, u64, f64)> {
    let runs: Vec<(f64, u64)> = runs.take(N_PER_END + 1).collect();
    let mut found = Vec::new();
    for pair in runs.windows(2) {
        let ((value, count), (next, _)) = (pair[0], pair[1]);
        let is_far = iqr > 0.0 && (value - next).abs() > iqr;
        let is_lone_minus_one = value == -1.0 && next >= 0.0;
        if !(is_sentinel(value) && is_far || is_lone_minus_one) {
            break;
        }
        found.push((value, count, next));
    }
    found
}

/// 99, 999, ... and any digit three times or more, of either sign; -1 and -9.
fn is_sentinel(value: f64) -> bool {
    if value.trunc() != value || value.abs() >= 1e15 {
        return false;
    }
    let digits = (value.abs() as u64).to_string().into_bytes();
    let repeated = digits.iter().all(|digit| *digit == digits[0]);
    let nines = digits[0] == b'9';
    repeated && (digits.len() >= 3 && digits[0] != b'0' || nines && digits.len() == 2) || value == -1.0 || value == -9.0
}

fn alert(profile: &ColumnProfile, value: f64, count: u64, next: f64) -> Alert {
    let name = &profile.name;
    let times = if count == 1 { "once".to_owned() } else { many(count, "time") };
    let message = format!("{name} holds {value} {times}, and the next value is {next}: it may stand for a missing one");
    let fix = Fix::Rule {
        name: format!("{name} is no {value}"),
        check: format!("{} <> {value}", column(name)),
        action: FixAction::Set(BTreeMap::from([(name.clone(), "NULL".to_owned())])),
    };
    let advice = "treat it as missing if it is not a true value";
    Alert::new(AlertKind::Sentinel, &[name], (count, profile.n_rows), message, advice).with_fix(fix)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentinels_are_written_like_one() {
        for value in [99.0, 999.0, 666_666.0, -1.0, -9.0, -999.0, 111.0, 99_999.0] {
            assert!(is_sentinel(value), "{value}");
        }
        for value in [0.0, 1.0, 9.0, 11.0, 88.0, 998.0, 99.9, 1000.0, 1e300, f64::from(u32::MAX)] {
            assert!(!is_sentinel(value), "{value}");
        }
    }

    #[test]
    fn only_what_is_far_from_the_rest_is_one() {
        let runs = |values: &[f64]| values.iter().map(|&value| (value, 1)).collect::<Vec<_>>().into_iter();
        assert_eq!(ends(runs(&[9999.0, 999.0, 50.0, 40.0]), 20.0), [(9999.0, 1, 999.0), (999.0, 1, 50.0)]);
        assert!(ends(runs(&[999.0, 990.0]), 20.0).is_empty());
        assert!(ends(runs(&[998.0, 10.0]), 20.0).is_empty());
        assert_eq!(ends(runs(&[-1.0, 0.0, 3.0]), 20.0), [(-1.0, 1, 0.0)]);
        assert!(ends(runs(&[999.0, 0.0]), 0.0).is_empty(), "no middle half to compare with");
    }
}
