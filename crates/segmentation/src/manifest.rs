//! The manifest of a run: what went in, what was done, what came out.

use segctl_preprocessing::eda::Alert;
use serde::Serialize;

use crate::outcome::{
    Column, Derived, Drivers, Entry, Evidence, Input, Outcome, Segment, SegmentRule, SegmentStability,
};
use crate::recipe::Recipe;
use crate::timings::Timings;

/// What `run.json` holds. Everything but `timings` and `peak_rss_bytes` is the same for the same
/// input, recipe and seed.
#[derive(Debug, Serialize)]
pub struct Manifest<'a> {
    format: &'static str,
    version: u32,
    segctl: &'static str,
    /// What was read, with digests.
    pub input: &'a Input,
    /// The recipe as resolved, seed included.
    pub recipe: &'a Recipe,
    /// Every column, its role and its use.
    pub columns: &'a [Column],
    /// Features that were derived.
    pub derived: &'a [Derived],
    /// Every count.
    pub ledger: &'a [Entry],
    /// Why this number of segments.
    pub evidence: &'a Evidence,
    /// The segments.
    pub segments: Vec<SegmentSummary<'a>>,
    /// How much of each column goes with the segments.
    pub drivers: &'a Drivers,
    /// The share of customers to whom rules learnt from others give the right segment.
    pub rule_fidelity: Option<f64>,
    /// Customers who are in another segment in more than a quarter of the resamples.
    pub n_contested: u64,
    /// Customers who were followed from resample to resample.
    pub n_followed: u64,
    /// Customers in the outputs.
    pub n_customers: usize,
    /// What looks wrong in the data as read.
    pub alerts: &'a [Alert],
    /// Things a reader must know.
    pub warnings: &'a [String],
    /// The files written, in the order they were written.
    pub outputs: Vec<String>,
    /// Seconds by stage.
    #[serde(flatten)]
    pub timings: TimingsReport<'a>,
}

/// A segment in the manifest.
#[derive(Debug, Serialize)]
pub struct SegmentSummary<'a> {
    id: usize,
    name: &'a str,
    size: u64,
    share: f64,
    silhouette: f64,
    stability: &'a Option<SegmentStability>,
    rules: &'a [SegmentRule],
    typical: &'a [String],
    borderline: &'a [String],
}

impl<'a> From<&'a Segment> for SegmentSummary<'a> {
    fn from(segment: &'a Segment) -> Self {
        Self {
            id: segment.id,
            name: &segment.name,
            size: segment.size,
            share: segment.share,
            silhouette: segment.silhouette,
            stability: &segment.stability,
            rules: &segment.rules,
            typical: &segment.typical,
            borderline: &segment.borderline,
        }
    }
}

/// Stage times as they are written: `{"stages": […], "total_seconds": …, "peak_rss_bytes": …}`.
#[derive(Debug, Clone, Serialize)]
pub struct TimingsReport<'a> {
    stages: &'a [crate::timings::Stage],
    total_seconds: f64,
    peak_rss_bytes: Option<u64>,
}

impl<'a> TimingsReport<'a> {
    /// Reports `timings` over a whole of `total_seconds`; the peak memory is the caller's to measure.
    pub fn new(timings: &'a Timings, total_seconds: f64, peak_rss_bytes: Option<u64>) -> Self {
        Self { stages: &timings.stages, total_seconds, peak_rss_bytes }
    }
}

impl<'a> Manifest<'a> {
    /// The manifest of a run whose files are `outputs`.
    pub fn new(outcome: &'a Outcome, recipe: &'a Recipe, outputs: Vec<String>, timings: TimingsReport<'a>) -> Self {
        Self {
            format: "segctl-run",
            version: 1,
            segctl: env!("CARGO_PKG_VERSION"),
            input: &outcome.input,
            recipe,
            columns: &outcome.columns,
            derived: &outcome.derived,
            ledger: &outcome.ledger,
            evidence: &outcome.evidence,
            segments: outcome.segments.iter().map(SegmentSummary::from).collect(),
            drivers: &outcome.drivers,
            rule_fidelity: outcome.rule_fidelity,
            n_contested: outcome.n_contested,
            n_followed: outcome.n_followed,
            n_customers: outcome.customers.labels.len(),
            alerts: &outcome.alerts,
            warnings: &outcome.warnings,
            outputs,
            timings,
        }
    }

    /// The text of a `run.json`.
    ///
    /// # Panics
    /// Never: every field has a JSON form.
    pub fn to_json(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).expect("every field of a manifest has a JSON form");
        text.push('\n');
        text
    }
}
