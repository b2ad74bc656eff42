//! Columns that say the same.

use super::{Alert, AlertKind, Fix, Found, NAMED, some};
use crate::eda::{Association, ColumnProfile, Pairs};

/// Columns that go together more than this are one dimension to every distance.
const ALIKE: f64 = 0.95;

/// Columns with equal cells in every row, by their hashes of 64 bits.
pub(in crate::eda) fn duplicated(profiles: &[ColumnProfile], fingerprints: &[u64]) -> Found {
    let mut order: Vec<usize> = (0..profiles.len()).filter(|&at| is_judged(&profiles[at])).collect();
    order.sort_by_key(|&at| (fingerprints[at], at));
    let copies = order.chunk_by(|&a, &b| fingerprints[a] == fingerprints[b]).filter(|group| group.len() > 1);
    let mut groups: Vec<&[usize]> = copies.collect();
    groups.sort_by_key(|group| group[0]);
    Found { alerts: groups.into_iter().map(|group| copy(profiles, group)).collect(), findings: Vec::new() }
}

/// Few rows agree by chance.
const MIN_ROWS: u64 = 20;

fn is_judged(profile: &ColumnProfile) -> bool {
    profile.n_distinct > 1 && profile.n_present() >= MIN_ROWS
}

fn copy(profiles: &[ColumnProfile], group: &[usize]) -> Alert {
    let names: Vec<&str> = group.iter().map(|&at| profiles[at].name.as_str()).collect();
    let n_rows = profiles[group[0]].n_rows;
    let message = format!("{} hold the same values in every row", listed(&names));
    let n_copies = (group.len() - 1) as u64;
    let cells = (n_rows * n_copies, n_rows * group.len() as u64);
    let alert = Alert::new(AlertKind::Duplicated, &names, cells, message, "keep the first of them");
    alert.with_fix(Fix::Exclude { columns: names[1..].iter().map(|&name| name.to_owned()).collect() })
}

/// Columns of numbers that stand for one another: the most telling of each group, and those that go with it.
pub(in crate::eda) fn of_pairs(profiles: &[ColumnProfile], pairs: &Pairs) -> Found {
    let alerts = pairs.pearson.as_ref().map_or(Vec::new(), |pearson| correlated(profiles, pearson, pairs.n_rows));
    Found { alerts, findings: Vec::new() }
}

fn correlated(profiles: &[ColumnProfile], pearson: &Association, n_rows: u64) -> Vec<Alert> {
    let place = |name: &str| pearson.columns.iter().position(|column| column == name);
    // In the order of the table, so that of equally telling columns the first stays.
    let mut left: Vec<(usize, f64)> =
        profiles.iter().filter_map(|profile| Some((place(&profile.name)?, profile.telling()))).collect();
    left.sort_by(|a, b| b.1.total_cmp(&a.1));
    let mut alerts = Vec::new();
    while !left.is_empty() {
        let (leader, _) = left.remove(0);
        let n = |at: usize| pearson.n[leader * pearson.columns.len() + at];
        let r = |at: usize| pearson.get(leader, at).filter(|_| n(at) >= MIN_ROWS).unwrap_or(0.0);
        let (alike, others): (Vec<_>, Vec<_>) = left.into_iter().partition(|&(at, _)| r(at).abs() > ALIKE);
        left = others;
        if !alike.is_empty() {
            let with: Vec<(&str, f64)> = alike.iter().map(|&(at, _)| (pearson.columns[at].as_str(), r(at))).collect();
            alerts.push(together(&pearson.columns[leader], &with, n_rows));
        }
    }
    alerts
}

fn together(leader: &str, with: &[(&str, f64)], n_rows: u64) -> Alert {
    let said: Vec<String> = with.iter().map(|(name, r)| format!("{name} (r = {r:.3})")).collect();
    let said: Vec<&str> = said.iter().map(String::as_str).collect();
    let names: Vec<&str> = std::iter::once(leader).chain(with.iter().map(|&(name, _)| name)).collect();
    let message = format!("{leader} goes with {}", listed(&said));
    let cells = (n_rows * with.len() as u64, n_rows * names.len() as u64);
    let advice = "keep one of them, or they count as often as they are";
    let alert = Alert::new(AlertKind::Correlated, &names, cells, message, advice);
    alert.with_fix(Fix::Exclude { columns: with.iter().map(|&(name, _)| name.to_owned()).collect() })
}

fn listed(names: &[&str]) -> String {
    match names {
        [all @ .., last] if !all.is_empty() && names.len() <= NAMED => format!("{} and {last}", all.join(", ")),
        _ => some(names),
    }
}
