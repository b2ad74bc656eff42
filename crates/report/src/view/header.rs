use segctl_segmentation::{Evidence, Input, Outcome, Segment, Usage};

use crate::format::{count, counted, percent, score};
use crate::palette::{Mark, mark};
use crate::quality::Structure;

/// The answer first: how many customers in how many segments, and how good that is.
#[derive(Debug)]
pub(crate) struct Header {
    pub(crate) title: String,
    /// `8,950 customers in 6 segments`.
    pub(crate) answer: String,
    /// `CC_GENERAL.csv · 8,950 rows · 17 features form the segments · k-means`.
    pub(crate) facts: Vec<String>,
    pub(crate) slices: Vec<Slice>,
    /// The share of customers in no segment, as CSS takes it and as people read it.
    pub(crate) noise: Option<(String, String)>,
    /// `None` with a single segment.
    pub(crate) quality: Option<Quality>,
    pub(crate) warnings: Vec<String>,
}

/// A segment's part of the bar of sizes.
#[derive(Debug)]
pub(crate) struct Slice {
    pub(crate) id: usize,
    pub(crate) name: String,
    pub(crate) mark: Mark,
    /// Its width in percent, as CSS takes it.
    pub(crate) width: String,
    pub(crate) share: String,
}

/// How clear-cut the segments are.
#[derive(Debug)]
pub(crate) struct Quality {
    pub(crate) name: &'static str,
    pub(crate) score: String,
    /// Steps lit, of four.
    pub(crate) level: usize,
    pub(crate) advice: &'static str,
}

impl Header {
    pub(crate) fn new(outcome: &Outcome, title: Option<&str>, silhouette: f64) -> Self {
        Self {
            title: title.map_or_else(|| default_title(&outcome.input), str::to_owned),
            answer: answer(&outcome.segments, n_customers(outcome)),
            facts: facts(outcome),
            slices: outcome.segments.iter().enumerate().map(|(s, segment)| slice(s, segment)).collect(),
            noise: noise(outcome),
            quality: Structure::of(silhouette).map(|structure| quality(structure, silhouette)),
            warnings: outcome.warnings.clone(),
        }
    }
}

/// The mean silhouette of the chosen segments: that of the candidate that was taken, else the mean
/// of the segments' own weighted by size; NaN when neither is known.
pub(crate) fn overall_silhouette(evidence: &Evidence, segments: &[Segment]) -> f64 {
    evidence
        .chosen()
        .map(|candidate| candidate.silhouette)
        .filter(|s| s.is_finite())
        .unwrap_or_else(|| weighted_mean(segments))
}

fn weighted_mean(segments: &[Segment]) -> f64 {
    let total: f64 = segments.iter().map(|segment| segment.size as f64).sum();
    segments.iter().map(|segment| segment.silhouette * segment.size as f64).sum::<f64>() / total
}

/// Customers kept; those in no segment are among them.
fn n_customers(outcome: &Outcome) -> u64 {
    let in_segments = outcome.segments.iter().map(|segment| segment.size).sum();
    outcome.projection.n_total.max(in_segments)
}

fn default_title(input: &Input) -> String {
    if input.name.is_empty() { "Customer segments".into() } else { format!("Customer segments in {}", input.name) }
}

fn answer(segments: &[Segment], n_customers: u64) -> String {
    let answer = format!("{} in {}", counted(n_customers, "customer"), counted(segments.len() as u64, "segment"));
    match n_customers - segments.iter().map(|segment| segment.size).sum::<u64>() {
        0 => answer,
        noise => format!("{answer}, {} in none", count(noise)),
    }
}

fn noise(outcome: &Outcome) -> Option<(String, String)> {
    let n = n_customers(outcome);
    let n_noise = n - outcome.segments.iter().map(|segment| segment.size).sum::<u64>();
    let share = n_noise as f64 / n as f64;
    (n_noise > 0).then(|| (css_percent(share), percent(share)))
}

fn facts(outcome: &Outcome) -> Vec<String> {
    let forming = outcome.columns.iter().filter(|column| column.usage == Usage::Clusters).count() as u64;
    let form = if forming == 1 { "forms" } else { "form" };
    let source = match outcome.input.files.as_slice() {
        [] => outcome.input.name.clone(),
        [file] => file.name.clone(),
        [first, rest @ ..] => format!("{} and {}", first.name, counted(rest.len() as u64, "more file")),
    };
    let facts = [
        source,
        format!("{} read", counted(outcome.input.n_rows, "row")),
        format!("{} {form} the segments", counted(forming, "feature")),
        outcome.evidence.algorithm.title().to_owned(),
    ];
    facts.into_iter().filter(|fact| !fact.is_empty()).collect()
}

fn slice(s: usize, segment: &Segment) -> Slice {
    Slice {
        id: segment.id,
        name: segment.name.clone(),
        mark: mark(s),
        width: css_percent(segment.share),
        share: percent(segment.share),
    }
}

/// A share as CSS takes it; nothing where it is no share.
pub(crate) fn css_percent(share: f64) -> String {
    let share = if share.is_nan() { 0.0 } else { share.clamp(0.0, 1.0) };
    format!("{:.2}%", share * 100.0)
}

fn quality(structure: Structure, silhouette: f64) -> Quality {
    Quality { name: structure.name(), score: score(silhouette), level: structure.level(), advice: structure.advice() }
}
