//! How steady the segments are, and who is between them.

use segctl_metrics::Verdict;
use segctl_numeric::observe::Observer;
use segctl_numeric::seed::Seed;

use crate::SegmentationError;
use crate::outcome::{Contested, Customers, SegmentStability};
use crate::recipe::Algorithm;
use crate::run::Ready;
use crate::values::text_at;
use crate::weigh::{Steadiness, steadiness};

/// Contested customers told by name.
const TOLD: usize = 20;

/// Who is in the own segment in fewer resamples than this is contested.
const CONTESTED: f64 = 0.75;

/// What resamples say of the segments and the customers.
#[derive(Default)]
pub(crate) struct Steady {
    /// One entry per segment; empty where resamples say nothing.
    pub(crate) segments: Vec<SegmentStability>,
    pub(crate) contested: Vec<Contested>,
    pub(crate) n_contested: u64,
    pub(crate) n_followed: u64,
    /// The share of resamples in which each customer is in its segment, where all were followed.
    pub(crate) membership: Option<Vec<f64>>,
}

pub(crate) fn steady(
    ready: &Ready,
    algorithm: Algorithm,
    customers: &Customers,
    seed: Seed,
    observer: &dyn Observer,
) -> Result<Steady, SegmentationError> {
    let Some(Steadiness { found, rows }) = steadiness(ready, algorithm, &customers.labels, seed, observer)? else {
        return Ok(Steady::default());
    };
    let verdict = |verdict: Verdict| match verdict {
        Verdict::Stable => "stable",
        Verdict::Doubtful => "doubtful",
        Verdict::Dissolved => "dissolved",
    };
    let segments = found.clusters.iter().map(|cluster| SegmentStability {
        jaccard: cluster.mean_jaccard,
        verdict: verdict(cluster.verdict).to_owned(),
    });
    let place = |at: usize| rows.as_ref().map_or(at, |rows| rows[at]);
    let contested = found.contested(CONTESTED);
    let told = |&at: &usize| {
        let row = place(at);
        Some(Contested {
            id: text_at(&customers.ids.values, row),
            segment: customers.labels.get(row)?,
            second: customers.second[row],
            membership: found.membership[at]?,
        })
    };
    Ok(Steady {
        segments: segments.collect(),
        n_contested: contested.len() as u64,
        n_followed: found.membership.iter().flatten().count() as u64,
        contested: contested.iter().take(TOLD).filter_map(told).collect(),
        membership: rows.is_none().then(|| found.membership.iter().map(|share| share.unwrap_or(f64::NAN)).collect()),
    })
}
