//! What looks wrong in a table, and what to do about it. Nothing is changed.

mod alike;
mod fix;
mod group;
mod names;
mod numbers;
mod rare;
mod sentinel;
mod shape;
mod words;

use serde::Serialize;

pub use fix::{Fix, FixAction, config_lines};

pub(super) use alike::{duplicated, of_pairs};

use self::group::{Finding, grouped};
use super::column::{ColumnProfile, Looked};
use super::{ColumnFacts, EdaRole};

/// Something that looks wrong, and what to do about it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Alert {
    /// What it is.
    pub kind: AlertKind,
    /// How much it matters.
    pub severity: Severity,
    /// The columns concerned, those most concerned first.
    pub columns: Vec<String>,
    /// Cells concerned, in all these columns together.
    pub count: u64,
    /// The share of these columns' cells that they are, in `[0, 1]`.
    pub share: f64,
    /// What was found, in a sentence.
    pub message: String,
    /// What to do, in a sentence.
    pub advice: String,
    /// The change of the configuration that does it, where one does.
    pub fix: Option<Fix>,
    /// Its lines, as [`config_lines`] writes them.
    pub config: Option<String>,
}

/// What an alert is about. The order is that of alerts of the same severity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum AlertKind {
    /// A value far from all others that looks like a code for missing.
    Sentinel,
    /// A share outside of 0 to 1.
    ImpossibleShare,
    /// A count below 0.
    NegativeCount,
    /// A year of birth of nobody alive.
    ImpossibleBirth,
    /// An age of nobody.
    ImpossibleAge,
    /// Infinities, or numbers beyond [`LARGEST`](crate::raw::LARGEST).
    Infinite,
    /// A column of numbers that a few cells make text.
    MixedFormats,
    /// The same values as another column.
    Duplicated,
    /// More than half of the cells are missing.
    MostlyMissing,
    /// One value only.
    Constant,
    /// An id that is on more than one row.
    RepeatedId,
    /// A different text on every row.
    UniqueText,
    /// Whole numbers that are names of something, by the column's name.
    CodesAsNumbers,
    /// |r| above 0.95.
    Correlated,
    /// Codes or words on less than 1 % of the rows each.
    RareLevels,
    /// Missing cells.
    Missing,
    /// One value on 99 % of the rows.
    NearConstant,
    /// |skewness| above 1.
    Skewed,
    /// More than half of the values are 0, and none is negative.
    ZeroInflated,
    /// More than 1 % of the values beyond Tukey's fences.
    Outliers,
}

/// How much an alert matters. The order is that of alerts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// The data says what cannot be, or a column misleads as it is.
    Serious,
    /// Worth a decision.
    Notable,
    /// Taken care of by the preparation; good to know.
    Minor,
}

impl AlertKind {
    /// How much it matters.
    ///
    /// ```
    /// use segctl_preprocessing::eda::{AlertKind, Severity};
    /// assert_eq!(AlertKind::Sentinel.severity(), Severity::Serious);
    /// ```
    pub fn severity(self) -> Severity {
        match self {
            Self::Sentinel | Self::ImpossibleShare | Self::NegativeCount | Self::ImpossibleBirth => Severity::Serious,
            Self::ImpossibleAge | Self::Infinite | Self::MixedFormats => Severity::Serious,
            Self::Duplicated | Self::MostlyMissing | Self::Constant | Self::RepeatedId => Severity::Notable,
            Self::UniqueText | Self::CodesAsNumbers | Self::Correlated | Self::RareLevels | Self::Missing => {
                Severity::Notable
            }
            Self::NearConstant | Self::Skewed | Self::ZeroInflated | Self::Outliers => Severity::Minor,
        }
    }
}

impl Alert {
    fn new(kind: AlertKind, columns: &[&str], (count, n_cells): (u64, u64), message: String, advice: &str) -> Self {
        Self {
            kind,
            severity: kind.severity(),
            columns: columns.iter().map(|&name| name.to_owned()).collect(),
            count,
            share: count as f64 / n_cells.max(1) as f64,
            message,
            advice: advice.to_owned(),
            fix: None,
            config: None,
        }
    }

    fn with_fix(mut self, fix: Fix) -> Self {
        self.config = Some(config_lines([&fix]));
        self.fix = Some(fix);
        self
    }
}

/// What was found so far: alerts, and findings of which those of a kind become one alert.
#[derive(Debug, Default)]
pub(super) struct Found {
    alerts: Vec<Alert>,
    findings: Vec<Finding>,
}

impl Found {
    pub(super) fn add(&mut self, other: Self) {
        self.alerts.extend(other.alerts);
        self.findings.extend(other.findings);
    }

    /// All alerts, the most serious first; of a kind those first that concern most cells.
    pub(super) fn alerts(self, profiles: &[ColumnProfile]) -> Vec<Alert> {
        let has_id = profiles.iter().any(|profile| profile.role == EdaRole::Id);
        let mut alerts = self.alerts;
        let copies: Vec<Vec<String>> =
            alerts.iter().filter(|a| a.kind == AlertKind::Duplicated).map(|a| a.columns.clone()).collect();
        let within = |alert: &Alert, copies: &Vec<String>| alert.columns.iter().all(|column| copies.contains(column));
        alerts.retain(|a| a.kind != AlertKind::Correlated || !copies.iter().any(|copies| within(a, copies)));
        alerts.extend(grouped(self.findings, has_id));
        alerts.sort_by(|a, b| (a.severity, a.kind).cmp(&(b.severity, b.kind)).then_with(|| b.count.cmp(&a.count)));
        alerts
    }
}

/// Whether what looks wrong with a column depends on when the data was drawn.
pub(super) fn depends_on_year(facts: &ColumnFacts) -> bool {
    facts.role == EdaRole::Numeric && names::of_births(&facts.name)
}

/// What looks wrong with a column by itself; `year` is when the data was drawn, where known.
pub(super) fn of_column(looked: &Looked, year: Option<i64>) -> Found {
    let profile = &looked.profile;
    let mut found = shape::found(profile);
    if shape::says_nothing(profile) {
        return found;
    }
    found.alerts.extend(words::alerts(profile));
    found.alerts.extend(rare::alert(profile));
    found.alerts.extend(numbers::alerts(profile, &looked.runs, year));
    found
}

/// A share for people.
fn percent(share: f64) -> String {
    let percent = 100.0 * share;
    if percent > 0.0 && percent < 0.1 { "under 0.1%".to_owned() } else { format!("{percent:.1}%") }
}

/// `1 row`, `2 rows`.
fn many(count: u64, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

/// Columns or values that a message names.
const NAMED: usize = 8;

/// The first few, and how many more there are.
fn some<T: AsRef<str>>(items: &[T]) -> String {
    let named: Vec<&str> = items.iter().take(NAMED).map(AsRef::as_ref).collect();
    match items.len().saturating_sub(NAMED) {
        0 => named.join(", "),
        n_more => format!("{} and {n_more} more", named.join(", ")),
    }
}
