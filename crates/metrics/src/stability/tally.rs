//! What the resamples add up to.

use std::sync::atomic::{AtomicU32, Ordering};

use segctl_numeric::Labels;

use super::overlap::{Match, Overlap};
use super::{ClusterStability, Stability, Thresholds, Verdict};

/// Counts per row. Sums of whole numbers do not depend on the order, so all threads add to one table.
pub(super) struct Counts {
    seen: Vec<AtomicU32>,
    kept: Vec<AtomicU32>,
}

/// What one resample says about clusters.
pub(super) struct Compared {
    jaccard: Vec<f64>,
    /// Pairs put together and pairs drawn, k x k.
    pairs: Vec<(u128, u128)>,
}

impl Counts {
    pub(super) fn new(n_rows: usize) -> Self {
        let zeros = || (0..n_rows).map(|_| AtomicU32::new(0)).collect();
        Self { seen: zeros(), kept: zeros() }
    }

    /// Counts the rows whose cluster in `found` matches that in `labels`; label i of `found` is that of
    /// row `rows(i)`.
    pub(super) fn add(&self, labels: &Labels, found: &Labels, rows: impl Fn(usize) -> usize, matches: &[Match]) {
        for i in 0..found.len() {
            let row = rows(i);
            let Some(own) = labels.get(row) else { continue };
            self.seen[row].fetch_add(1, Ordering::Relaxed);
            if matches[own].cluster.is_some_and(|cluster| found.get(i) == Some(cluster)) {
                self.kept[row].fetch_add(1, Ordering::Relaxed);
            }
        }
    }
}

impl Compared {
    pub(super) fn new(overlap: &Overlap, matches: &[Match]) -> Self {
        let k = matches.len();
        let pairs = (0..k * k).map(|at| pairs(overlap, at / k, at % k)).collect();
        Self { jaccard: matches.iter().map(|found| found.jaccard).collect(), pairs }
    }
}

/// The pairs of a row of cluster `a` and another of cluster `b`: put together, and all.
fn pairs(overlap: &Overlap, a: usize, b: usize) -> (u128, u128) {
    let (m, n) = (u128::from(overlap.sizes()[a]), u128::from(overlap.sizes()[b]));
    let products = overlap.counts(a).iter().zip(overlap.counts(b)).map(|(&x, &y)| (u128::from(x), u128::from(y)));
    if a == b {
        let own = |n: u128| n * n.saturating_sub(1);
        (products.map(|(x, _)| own(x)).sum(), own(n))
    } else {
        (products.map(|(x, y)| x * y).sum(), m * n)
    }
}

/// `compared` must not be empty.
pub(super) fn summary(labels: &Labels, compared: &[Compared], counts: Counts, thresholds: &Thresholds) -> Stability {
    let sizes = labels.sizes();
    let of_cluster = |(c, &size): (usize, &usize)| {
        cluster_stability(size, compared.iter().map(|resample| resample.jaccard[c]).collect(), thresholds)
    };
    let counts = counts.seen.into_iter().zip(counts.kept).map(|(seen, kept)| (seen.into_inner(), kept.into_inner()));
    let (n_seen, membership) = counts.map(|(seen, kept)| (seen, share(kept.into(), seen.into()))).unzip();
    Stability {
        clusters: sizes.iter().enumerate().map(of_cluster).collect(),
        membership,
        n_seen,
        co_membership: co_membership(sizes.len(), compared),
        n_resamples: compared.len(),
    }
}

fn cluster_stability(size: usize, jaccard: Vec<f64>, thresholds: &Thresholds) -> ClusterStability {
    let mean_jaccard = jaccard.iter().sum::<f64>() / jaccard.len() as f64;
    let verdict = match mean_jaccard {
        mean if mean >= thresholds.recovered => Verdict::Stable,
        mean if mean <= thresholds.dissolved => Verdict::Dissolved,
        _ => Verdict::Doubtful,
    };
    let count = |counts: &dyn Fn(f64) -> bool| jaccard.iter().filter(|value| counts(**value)).count();
    ClusterStability {
        size,
        mean_jaccard,
        n_dissolved: count(&|value| value <= thresholds.dissolved),
        n_recovered: count(&|value| value > thresholds.recovered),
        verdict,
        jaccard,
    }
}

fn co_membership(k: usize, compared: &[Compared]) -> Vec<Vec<Option<f64>>> {
    let cell = |at: usize| {
        let sum = |(x, y), resample: &Compared| (x + resample.pairs[at].0, y + resample.pairs[at].1);
        let (together, drawn) = compared.iter().fold((0, 0), sum);
        share(together, drawn)
    };
    (0..k).map(|a| (0..k).map(|b| cell(a * k + b)).collect()).collect()
}

fn share(part: u128, whole: u128) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}
