//! The distance by which clusterings are judged: one for all that are compared.

use segctl_metrics::internal::{centroid_indices, dbcv, dunn, simplified_silhouette};
use segctl_metrics::{SampleParams, Silhouette, silhouette_many_by, silhouette_sampled_by};
use segctl_numeric::distance::{Dissimilarity, Gower};
use segctl_numeric::observe::Observer;
use segctl_numeric::seed::Seed;
use segctl_numeric::{Labels, Matrix, MatrixView};

use crate::SegmentationError;
use crate::run::Ready;

/// Up to so many customers silhouettes are exact; beyond, each mean is estimated on a sample.
/// All distances among 50,000 customers take seconds, those among a million would take half an hour.
const EXACT_ROWS: usize = 50_000;

/// Up to so many customers the density of segments is judged.
const DENSITY_ROWS: usize = 20_000;

/// Customers against whom silhouettes are estimated when there are too many to compare all.
const REFERENCE: usize = 2000;

/// What the distance of two customers is, where silhouettes are taken: Euclidean of the features, or Gower's
/// of numbers and categories.
pub(crate) struct Yardstick<'a> {
    x: MatrixView<'a>,
    /// The numbers and categories of the rows, where they are told apart.
    codes: Option<Matrix>,
    distance: Dissimilarity,
}

/// The mean silhouette of one clustering, with its interval when it is an estimate.
pub(crate) type Mean = (f64, Option<(f64, f64)>);

/// What labelings are worth.
pub(crate) struct Judged {
    /// One per labeling; NaN where there are fewer than two clusters, or as many as rows.
    pub(crate) means: Vec<Mean>,
    /// The sum of squared distances to the means of the clusters, one per labeling.
    pub(crate) inertias: Vec<f64>,
    /// The silhouettes of all rows, when they are exact; none where the mean is NaN.
    pub(crate) exact: Option<Vec<Option<Silhouette>>>,
    /// Rows that the means rest on.
    pub(crate) n_rows: usize,
}

/// What one labeling is worth by other measures; absent where one is not defined.
#[derive(Default)]
pub(crate) struct Indices {
    pub(crate) between: Option<f64>,
    pub(crate) simplified_silhouette: Option<f64>,
    pub(crate) calinski_harabasz: Option<f64>,
    pub(crate) davies_bouldin: Option<f64>,
    pub(crate) dunn: Option<f64>,
    pub(crate) xie_beni: Option<f64>,
    pub(crate) dbcv: Option<f64>,
    /// What was left out, and why.
    pub(crate) notes: Vec<String>,
}

impl<'a> Yardstick<'a> {
    /// Gower's distance where some algorithm looks at categories as such.
    pub(crate) fn of(ready: &'a Ready) -> Result<Self, SegmentationError> {
        let x = ready.prepared.matrix.view();
        if !ready.cluster.is_mixed() {
            return Ok(Self { x, codes: None, distance: Dissimilarity::default() });
        }
        let codes = ready.mixed.decode(x);
        let distance = Gower::fit(codes.view(), &ready.mixed.mask())?.into();
        Ok(Self { x, codes: Some(codes), distance })
    }

    /// What is said of it, where it is not the usual one.
    pub(crate) fn note(&self) -> Option<String> {
        self.codes.is_some().then(|| {
            "Silhouettes rest on Gower's distance, in which every column counts alike: a number by its difference, a \
             category by being another."
                .to_owned()
        })
    }

    fn rows(&self) -> MatrixView<'_> {
        self.codes.as_ref().map_or(self.x, Matrix::view)
    }

    /// Judges labelings of the rows, one pass over the distances for all of them.
    pub(crate) fn judge(
        &self,
        labels: &[&Labels],
        seed: Seed,
        observer: &dyn Observer,
    ) -> Result<Judged, SegmentationError> {
        let inertias = segctl_metrics::inertia_many(self.x, labels)?;
        let defined: Vec<&Labels> = labels.iter().filter(|labels| is_defined(labels)).copied().collect();
        let spread = |values: Vec<Mean>| {
            let mut values = values.into_iter();
            labels.iter().map(|l| is_defined(l).then(|| values.next()).flatten().unwrap_or((f64::NAN, None))).collect()
        };
        if self.x.n_rows() > EXACT_ROWS {
            let params = SampleParams::new(seed);
            let estimates = silhouette_sampled_by(self.rows(), &self.distance, &defined, &params, observer)?;
            let n_rows = estimates.first().map_or(0, |e| e.n_evaluated);
            let means = estimates.iter().map(|e| (e.mean, Some((e.interval.low, e.interval.high)))).collect();
            return Ok(Judged { means: spread(means), inertias, exact: None, n_rows });
        }
        let exact = silhouette_many_by(self.rows(), &self.distance, &defined, observer)?;
        let means = spread(exact.iter().map(|silhouette| (silhouette.mean, None)).collect());
        let mut exact = exact.into_iter();
        let exact = labels.iter().map(|l| is_defined(l).then(|| exact.next()).flatten()).collect();
        Ok(Judged { means, inertias, exact: Some(exact), n_rows: self.x.n_rows() })
    }

    /// Judges a labeling by other measures. Those about means are Euclidean; Dunn's and that of densities go by
    /// this distance, and by all pairs of rows, so that too many are left out.
    pub(crate) fn indices(&self, labels: &Labels) -> Result<Indices, SegmentationError> {
        if !is_defined(labels) {
            return Ok(Indices::default());
        }
        let centroids = centroid_indices(self.x, labels)?;
        let n = self.x.n_rows();
        let mut notes = Vec::new();
        let mut within = |limit: usize, name: &str| {
            let fits = n <= limit;
            if !fits {
                notes.push(format!("{name} compares all pairs of customers, and is taken of {limit} at most."));
            }
            fits
        };
        let dunn = within(EXACT_ROWS, "Dunn's index").then(|| dunn(self.rows(), &self.distance, labels)).transpose()?;
        let dbcv = within(DENSITY_ROWS, "DBCV").then(|| dbcv(self.rows(), &self.distance, labels)).transpose()?;
        let finite = |value: f64| Some(value).filter(|value| value.is_finite());
        Ok(Indices {
            between: finite(centroids.sums_of_squares.between),
            simplified_silhouette: finite(simplified_silhouette(self.x, labels)?.mean),
            calinski_harabasz: finite(centroids.calinski_harabasz),
            davies_bouldin: finite(centroids.davies_bouldin),
            xie_beni: finite(centroids.xie_beni),
            dunn: dunn.and_then(|found| finite(found.value)),
            dbcv: dbcv.and_then(|found| finite(found.value)),
            notes,
        })
    }

    /// The silhouettes of all rows, estimated against a sample drawn by segment; NaN without a second
    /// segment.
    pub(crate) fn estimated(
        &self,
        labels: &Labels,
        seed: Seed,
        observer: &dyn Observer,
    ) -> Result<Vec<f64>, SegmentationError> {
        if labels.n_clusters() < 2 {
            return Ok(vec![f64::NAN; labels.len()]);
        }
        let rows = self.rows();
        let found = segctl_metrics::silhouette_against_by(rows, &self.distance, labels, REFERENCE, seed, observer)?;
        Ok(found.samples.into_iter().map(|sample| sample.unwrap_or(f64::NAN)).collect())
    }
}

/// Whether there are clusters to compare, and rows within them.
pub(crate) fn is_defined(labels: &Labels) -> bool {
    let k = labels.n_clusters();
    k >= 2 && labels.len() - labels.n_noise() > k
}
