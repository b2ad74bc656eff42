//! What the pictures are drawn from: the one block of JSON in the page.
//!
//! Everything here is bounded by the numbers of features and segments and by the outcome's own
//! samples; names are cut, so that hostile ones do not blow up the page.

mod density;
mod evidence;
mod map;
mod som;
mod spread;
mod tree;

use segctl_numeric::Matrix;
use segctl_segmentation::{Correlation, Outcome, Profile, Segment};
use serde::Serialize;

use crate::check::column;
use crate::format::{self, rounded, shortened};
use crate::palette;
pub(crate) use som::shown_planes;

/// Characters of a name that a picture shows in full on hover.
const NAME_LIMIT: usize = 160;

/// The data of every picture.
#[derive(Debug, Serialize)]
pub(crate) struct Data {
    segments: Vec<SegmentData>,
    silhouette: Option<f64>,
    profile: ProfileData,
    map: map::MapData,
    evidence: evidence::EvidenceData,
    tree: Option<tree::TreeData>,
    neighbours: Option<density::NeighboursData>,
    condensed: Option<Vec<density::CondensedData>>,
    som: Option<som::SomData>,
    distributions: Vec<spread::DistributionData>,
    correlation: CorrelationData,
}

#[derive(Debug, Serialize)]
struct SegmentData {
    name: String,
    colour: &'static str,
    symbol: &'static str,
    symbol_3d: &'static str,
    size: u64,
    /// Silhouettes, descending, at evenly spaced quantiles.
    curve: Vec<f64>,
}

#[derive(Debug, Serialize)]
struct ProfileData {
    features: Vec<String>,
    /// Standardised differences, d x k: a row of the picture is a feature.
    difference: Vec<Vec<f64>>,
    /// The lines of the hover text in original units, d x k.
    hover: Vec<Vec<[String; 2]>>,
}

#[derive(Debug, Serialize)]
struct CorrelationData {
    features: Vec<String>,
    pearson: Vec<Vec<f64>>,
    spearman: Vec<Vec<f64>>,
}

impl Data {
    /// Collects the pictures' data. The outcome has passed [`crate::check::outcome`].
    pub(crate) fn new(outcome: &Outcome, silhouette: f64) -> Self {
        Self {
            segments: outcome.segments.iter().enumerate().map(|(s, segment)| segment_data(s, segment)).collect(),
            silhouette: Some(rounded(silhouette)).filter(|mean| mean.is_finite()),
            profile: profile(&outcome.profile),
            map: map::map(&outcome.projection),
            evidence: evidence::evidence(&outcome.evidence),
            tree: outcome.tree.as_ref().map(tree::tree),
            neighbours: outcome.neighbours.as_ref().map(density::neighbours),
            condensed: outcome.condensed.as_ref().map(density::condensed),
            som: outcome.map.as_ref().map(som::som),
            distributions: outcome.distributions.iter().map(spread::distribution).collect(),
            correlation: correlation(&outcome.correlation),
        }
    }
}

/// Names as a picture may show them.
fn names(names: &[String]) -> Vec<String> {
    names.iter().map(|name| shown_name(name)).collect()
}

fn shown_name(name: &str) -> String {
    if name.trim().is_empty() { "(no name)".into() } else { shortened(name, NAME_LIMIT) }
}

fn rounded_all(values: &[f64]) -> Vec<f64> {
    values.iter().map(|&value| rounded(value)).collect()
}

fn segment_data(s: usize, segment: &Segment) -> SegmentData {
    let mark = palette::mark(s);
    SegmentData {
        name: shown_name(&segment.name),
        colour: mark.colour,
        symbol: mark.symbol,
        symbol_3d: mark.symbol_3d,
        size: segment.size,
        curve: rounded_all(&segment.silhouette_curve),
    }
}

fn profile(profile: &Profile) -> ProfileData {
    let transposed = |j: usize| rounded_all(&column(&profile.difference, j));
    let d = profile.features.len();
    ProfileData {
        features: names(&profile.features),
        difference: (0..d).map(transposed).collect(),
        hover: (0..d).map(|j| profile_hover(profile, j)).collect(),
    }
}

fn profile_hover(profile: &Profile, j: usize) -> Vec<[String; 2]> {
    let line = |what: &str, here: f64, overall: f64| {
        format!("{what} {} (all customers {})", format::number(here), format::number(overall))
    };
    let medians = column(&profile.median, j);
    let means = column(&profile.mean, j);
    medians
        .into_iter()
        .zip(means)
        .map(|(median, mean)| {
            [line("median", median, profile.overall_median[j]), line("mean", mean, profile.overall_mean[j])]
        })
        .collect()
}

fn correlation(correlation: &Correlation) -> CorrelationData {
    CorrelationData {
        features: names(&correlation.features),
        pearson: coefficients(&correlation.pearson),
        spearman: coefficients(&correlation.spearman),
    }
}

/// Three digits after the point: the picture shows two.
fn coefficients(matrix: &Matrix) -> Vec<Vec<f64>> {
    let coarse = |&value: &f64| (value * 1000.0).round() / 1000.0;
    matrix.view().rows().map(|row| row.iter().map(coarse).collect()).collect()
}
