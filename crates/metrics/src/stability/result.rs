use serde::{Deserialize, Serialize};

/// How well the clusters of a labeling come back in resamples.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Stability {
    /// One entry per cluster.
    pub clusters: Vec<ClusterStability>,
    /// Of each row, the share of the resamples with it in which it is in the cluster that matches its
    /// own, in [0, 1]: low for a contested row. `None` for noise, and for a row in no resample.
    pub membership: Vec<Option<f64>>,
    /// Of each row, the resamples that say where it belongs.
    pub n_seen: Vec<u32>,
    /// k x k: of the pairs of rows of cluster i and of cluster j that were drawn together, the share
    /// that was put together, over all resamples; on the diagonal that of the pairs within a cluster
    /// (the cluster consensus of Monti et al., pairs weighted by their draws). `None` where no such
    /// pair was drawn.
    pub co_membership: Vec<Vec<Option<f64>>>,
    /// How many resamples there were.
    pub n_resamples: usize,
}

/// How well one cluster comes back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ClusterStability {
    /// Rows in the cluster.
    pub size: usize,
    /// Of each resample, the Jaccard similarity with the most similar cluster, in [0, 1]; 0 where no
    /// row of the cluster was drawn.
    pub jaccard: Vec<f64>,
    /// The mean of these.
    pub mean_jaccard: f64,
    /// Resamples with a similarity of at most the threshold of dissolution.
    pub n_dissolved: usize,
    /// Resamples with a similarity above the threshold of recovery.
    pub n_recovered: usize,
    /// What the mean says.
    pub verdict: Verdict,
}

/// What the mean similarity of a cluster says (Hennig 2007, section 5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// At least the threshold of recovery, 0.75 by default.
    Stable,
    /// Between the thresholds: there is a pattern, but which rows belong to it is in doubt.
    Doubtful,
    /// At most the threshold of dissolution, 0.5 by default.
    Dissolved,
}

impl Stability {
    /// The rows whose membership is below `share`, the most contested first, then by number.
    ///
    /// ```
    /// use segctl_metrics::{Resample, Thresholds, stability_of};
    /// use segctl_numeric::Labels;
    /// let labels = Labels::from_signed(&[0, 0, 0, 1, 1, 1])?;
    /// let astray = Resample::new((0..6).collect(), Labels::from_signed(&[0, 0, 0, 0, 1, 1])?)?;
    /// let found = stability_of(&labels, &[astray], &Thresholds::default())?;
    /// assert_eq!(found.contested(0.8), [3]);
    /// # Ok::<(), segctl_metrics::MetricsError>(())
    /// ```
    pub fn contested(&self, share: f64) -> Vec<usize> {
        let below = |(row, membership): (usize, &Option<f64>)| membership.filter(|m| *m < share).map(|m| (m, row));
        let mut contested: Vec<(f64, usize)> = self.membership.iter().enumerate().filter_map(below).collect();
        contested.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        contested.into_iter().map(|(_, row)| row).collect()
    }
}
