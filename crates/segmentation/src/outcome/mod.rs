//! What a run found out, as plain data: everything the files and the report are made from.

mod density;
mod drivers;
mod evidence;
mod map;
mod segment;
mod tree;

pub use density::{Condensed, CondensedCluster, Neighbours};
pub use drivers::{Driver, Drivers};
pub use evidence::{Candidate, CandidateIndices, Evidence, Recommended, StructureTest, Tendency, Vote};
pub use map::{SomMap, SomPlane};
use segctl_numeric::{Labels, Matrix};
use segctl_preprocessing::eda::Alert;
pub use segment::{Contested, Highlight, Level, Segment, SegmentRule, SegmentStability};
use serde::{Deserialize, Serialize};
pub use tree::{Join, Leaf, Tree};

use crate::compare::Comparison;
use crate::model::Model;

/// The whole result of a run.
///
/// Identical for the same input, recipe and seed at any thread count; times are kept elsewhere
/// ([`crate::Timings`]).
#[derive(Debug, Clone)]
pub struct Outcome {
    /// What was read.
    pub input: Input,
    /// Every column of the table after features were added, in order.
    pub columns: Vec<Column>,
    /// Everything that was dropped, changed, added or left aside, in the order it happened.
    pub ledger: Vec<Entry>,
    /// The features derived by SQL expressions.
    pub derived: Vec<Derived>,
    /// One per profiled feature, in the order of [`Profile::features`].
    pub distributions: Vec<Distribution>,
    /// How the profiled numeric features move together.
    pub correlation: Correlation,
    /// Why this algorithm and this number of segments.
    pub evidence: Evidence,
    /// The segments, largest first unless they keep the numbers of an earlier run: segment `s` is at index `s`.
    pub segments: Vec<Segment>,
    /// The segments in numbers.
    pub profile: Profile,
    /// How much of each column goes with the segments.
    pub drivers: Drivers,
    /// How the columns that only describe are spread over the segments.
    pub composition: Vec<Composition>,
    /// The customers in the plane and in space.
    pub projection: Projection,
    /// One entry per customer kept.
    pub customers: Customers,
    /// What assigns tomorrow's customers.
    pub model: Model,
    /// The share of today's customers whom the model, asked again, puts where they are: all, unless bounds
    /// on the sizes of segments hold them elsewhere.
    pub agreement: f64,
    /// The top of the tree of merges, when an algorithm made one.
    pub tree: Option<Tree>,
    /// The distances to the neighbours, when an algorithm took one of them for near.
    pub neighbours: Option<Neighbours>,
    /// The clusters at every density, when an algorithm looked for them.
    pub condensed: Option<Condensed>,
    /// The map of the customers, when an algorithm made one.
    pub map: Option<SomMap>,
    /// The customers who change segments most often from resample to resample, the most contested first.
    pub contested: Vec<Contested>,
    /// How many customers are in another segment in more than a quarter of the resamples, among those followed.
    pub n_contested: u64,
    /// Customers who were followed from resample to resample.
    pub n_followed: u64,
    /// The share of customers to whom rules learnt from others give the right segment.
    pub rule_fidelity: Option<f64>,
    /// What became of the segments of an earlier run, where there was one.
    pub since: Option<Comparison>,
    /// What looks wrong in the data as read, the most serious first; nothing where customers are made of transactions.
    pub alerts: Vec<Alert>,
    /// Things a reader must know, in sentences.
    pub warnings: Vec<String>,
}

/// What was read.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Input {
    /// A short name: the stem of the first file, `stdin` for a pipe.
    pub name: String,
    /// The files, in the order they were read.
    pub files: Vec<InputFile>,
    /// Data rows read from all files.
    pub n_rows: u64,
    /// Columns read.
    pub n_columns: u64,
    /// Remarks of the reader: renamed headers, recognised currency signs, blank lines.
    pub notes: Vec<String>,
}

/// One file that was read.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct InputFile {
    /// Its name without the directory.
    pub name: String,
    /// What it turned out to be, in words: `CSV, semicolon, UTF-8, gzip`.
    pub format: String,
    /// Its size as stored.
    pub bytes: u64,
    /// The SHA-256 digest of those bytes, hexadecimal.
    pub sha256: String,
    /// Data rows.
    pub n_rows: u64,
}

/// A column, what it was taken for, and what became of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Its type in words: `integer`, `text`.
    pub kind: String,
    /// Its role in words: `numeric`, `categorical`, `id`.
    pub role: String,
    /// Why it was given that role.
    pub reason: String,
    /// What it is used for.
    pub usage: Usage,
    /// Missing cells.
    pub n_missing: u64,
    /// Missing cells by the marker found in the file; `""` is an empty cell.
    pub missing_by_marker: Vec<(String, u64)>,
    /// Distinct values, as far as they were counted.
    pub n_distinct: u64,
}

/// What a column is used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Usage {
    /// It names the customer.
    Id,
    /// It forms the segments.
    Clusters,
    /// It describes the segments but does not form them.
    Describes,
    /// It is left aside.
    Ignored,
}

/// One line of the ledger: something was counted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// The stage: `read`, `filter`, `duplicates`, `rules`, `features`, `missing`, `outliers`, `skew`, ….
    pub stage: String,
    /// The column concerned, when it is one.
    pub column: Option<String>,
    /// How many.
    pub count: u64,
    /// Of what.
    pub unit: Unit,
    /// What happened to them, in words.
    pub detail: String,
}

/// What a ledger line counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unit {
    /// Rows of the table.
    Rows,
    /// Cells of one or more columns.
    Cells,
    /// Columns.
    Columns,
}

/// A feature made by an SQL expression.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Derived {
    /// Its name.
    pub name: String,
    /// The expression.
    pub sql: String,
    /// The feature pack it comes from, when it is not the user's own.
    pub pack: Option<String>,
}

/// How one feature is spread, in original units, before imputation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Distribution {
    /// The feature.
    pub feature: String,
    /// Values that are present.
    pub n: u64,
    /// Cells that are missing.
    pub n_missing: u64,
    /// Arithmetic mean.
    pub mean: f64,
    /// Standard deviation, n - 1.
    pub std: f64,
    /// Bias-corrected skewness.
    pub skewness: f64,
    /// Smallest value.
    pub min: f64,
    /// First quartile.
    pub q1: f64,
    /// Median.
    pub median: f64,
    /// Third quartile.
    pub q3: f64,
    /// Largest value.
    pub max: f64,
    /// Last datum within 1.5 IQR below the first quartile.
    pub whisker_low: f64,
    /// Last datum within 1.5 IQR above the third quartile.
    pub whisker_high: f64,
    /// Values beyond the whiskers.
    pub n_outliers: u64,
    /// Bin edges, one more than counts.
    pub edges: Vec<f64>,
    /// Values in each bin.
    pub counts: Vec<u64>,
    /// What was done to the values that are there before clustering, in order: `clip, log1p, standard`;
    /// empty if the feature only describes.
    pub treatment: String,
}

/// Correlations of the profiled numeric features over pairwise complete rows.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Correlation {
    /// The features, d of them.
    pub features: Vec<String>,
    /// Pearson's r, d x d; NaN where undefined.
    pub pearson: Matrix,
    /// Spearman's rho, d x d; NaN where undefined.
    pub spearman: Matrix,
    /// The fewest rows any pair of Pearson's rests on.
    pub n_min: u64,
    /// Customers drawn at random for Spearman's rho, when it does not rest on all.
    pub spearman_sample: Option<u64>,
}

/// Segments x features in original units, over the values that are present.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Profile {
    /// The features, d of them: those that form the segments, then numeric ones that describe.
    pub features: Vec<String>,
    /// Means, k x d.
    pub mean: Matrix,
    /// Medians, k x d.
    pub median: Matrix,
    /// Standard deviations (n - 1), k x d.
    pub std: Matrix,
    /// Standardised differences from all customers, k x d (see [`Highlight::difference`]).
    pub difference: Matrix,
    /// Means over all customers, of length d.
    pub overall_mean: Vec<f64>,
    /// Medians over all customers, of length d.
    pub overall_median: Vec<f64>,
    /// Standard deviations over all customers, of length d.
    pub overall_std: Vec<f64>,
}

/// How one describing column with few values is spread over the segments.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Composition {
    /// The column.
    pub column: String,
    /// Its values, most frequent first; at most 12, the rest gathered in `(other)`.
    pub values: Vec<String>,
    /// The share of each value within each segment, k x values; rows sum to 1.
    pub shares: Matrix,
    /// The share of each value among all customers.
    pub overall: Vec<f64>,
}

/// A bounded sample of the customers in principal components.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Projection {
    /// Positions of the sampled customers in [`Customers`], ascending; at most a few thousand, drawn by segment.
    pub rows: Vec<u64>,
    /// Their ids as text.
    pub ids: Vec<String>,
    /// Their segments.
    pub segments: Vec<i32>,
    /// Their silhouettes.
    pub silhouettes: Vec<f64>,
    /// Their scores, m x 3 (fewer columns when there are fewer features).
    pub scores: Matrix,
    /// The segment centres' scores, k x as many.
    pub centers: Matrix,
    /// Where the segments are normal distributions: their covariances of the first two scores, as
    /// `[variance of the first, covariance, variance of the second]`.
    pub covariances: Option<Vec<[f64; 3]>>,
    /// Share of variance of each component.
    pub explained: Vec<f64>,
    /// The features of the loadings.
    pub features: Vec<String>,
    /// Loadings, components x features.
    pub loadings: Matrix,
    /// Customers there are in all.
    pub n_total: u64,
}

/// One entry per customer kept, in the order of the input.
#[derive(Debug, Clone, Default)]
pub struct Customers {
    /// The ids: the id column, or the 1-based row number of the input.
    pub ids: Ids,
    /// The segment of each.
    pub labels: Labels,
    /// Distance to the segment by the model's rule, in prepared units: to its centre, or to the nearest
    /// row kept of it.
    pub distance: Vec<f64>,
    /// How sure it is that the customer belongs to the segment, in [0, 1], where the model says.
    pub probability: Option<Vec<f64>>,
    /// How much of an outlier the customer is, in [0, 1], where the algorithm says (GLOSH).
    pub outlier_score: Option<Vec<f64>>,
    /// Silhouette: exact, or estimated against a reference sample when there are too many rows.
    pub silhouette: Vec<f64>,
    /// The share of resamples in which the customer is in the segment, where that was tried for all: the lower, the
    /// more contested.
    pub membership: Option<Vec<f64>>,
    /// The nearest other segment; -1 when there is only one.
    pub second: Vec<i32>,
    /// How clear the choice is, from 0 (on the border) to 1 (at the heart of the segment), below 0 for a
    /// customer whom the model would put into the second segment: the difference of the probabilities where
    /// they add up to 1, else (second distance - distance) / the larger of the two; NaN with one segment,
    /// and for noise.
    pub margin: Vec<f64>,
}

/// The ids of customers.
#[derive(Debug, Clone)]
pub struct Ids {
    /// The name of the id column; `row` when there is none.
    pub name: String,
    /// The values.
    pub values: arrow::array::ArrayRef,
}

impl Default for Ids {
    fn default() -> Self {
        Self { name: "row".into(), values: std::sync::Arc::new(arrow::array::Int64Array::from(Vec::<i64>::new())) }
    }
}
