use serde::{Deserialize, Serialize};

/// One segment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Segment {
    /// Its number, from 0; the largest segment is 0, unless numbers are those of an earlier run.
    pub id: usize,
    /// A name made of what stands out: `high cash advance, low purchases`.
    pub name: String,
    /// Customers in it.
    pub size: u64,
    /// Its share of all customers, 0..1.
    pub share: f64,
    /// Mean silhouette of its customers.
    pub silhouette: f64,
    /// The share of its customers with a negative silhouette: nearer to another segment.
    pub share_misfit: f64,
    /// Mean Euclidean distance of its customers to its centre, in prepared units.
    pub mean_distance: f64,
    /// What stands out, strongest first.
    pub highlights: Vec<Highlight>,
    /// How well it comes back in resamples, where that was tried.
    pub stability: Option<SegmentStability>,
    /// What defines it, in original units: the rule that catches most of its customers first.
    pub rules: Vec<SegmentRule>,
    /// The ids of the customers nearest to its mean, the nearest first; a handful.
    pub typical: Vec<String>,
    /// The ids of its customers whose choice of segment is least clear, the least clear first; a handful.
    pub borderline: Vec<String>,
    /// A sorted sample of its customers' silhouettes, descending, at most 200 evenly spaced quantiles.
    pub silhouette_curve: Vec<f64>,
}

/// How well a segment comes back when customers are drawn anew (Hennig 2007).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SegmentStability {
    /// Its mean similarity (Jaccard) with the most similar segment of each resample, 0 to 1.
    pub jaccard: f64,
    /// `stable`, `doubtful` or `dissolved`.
    pub verdict: String,
}

/// A rule that most customers of a segment meet, and few others.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SegmentRule {
    /// The rule in words: `BALANCE > 1500 and CASH_ADVANCE <= 300`.
    pub rule: String,
    /// The share of the segment's customers who meet it.
    pub recall: f64,
    /// The share of those who meet it that are in the segment.
    pub precision: f64,
    /// The share of all customers who meet it.
    pub coverage: f64,
}

/// A customer who changes segments from resample to resample.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Contested {
    /// The id, as text.
    pub id: String,
    /// The segment.
    pub segment: usize,
    /// The nearest other segment; -1 when there is none.
    pub second: i32,
    /// The share of resamples in which the customer is in the segment.
    pub membership: f64,
}

/// A feature in which a segment differs from the rest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Highlight {
    /// The feature.
    pub feature: String,
    /// The value of a category that the feature stands for; `None` for a number.
    pub level: Option<Level>,
    /// The segment's mean minus the overall mean, in overall standard deviations, on the scale
    /// the clustering saw (after log1p where that was applied).
    pub difference: f64,
    /// The segment's median in original units.
    pub median: f64,
    /// The overall median in original units.
    pub overall_median: f64,
    /// The segment's mean in original units.
    pub mean: f64,
    /// The overall mean in original units.
    pub overall_mean: f64,
}

/// One value of a category, as a feature of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Level {
    /// The category's column.
    pub column: String,
    /// The value.
    pub value: String,
}
