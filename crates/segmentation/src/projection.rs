//! The customers in the plane and in space.

use segctl_clustering_core::model::Predict;
use segctl_numeric::{Labels, Matrix, MatrixView};
use segctl_reduction::{Components, Pca, PcaParams};

use crate::SegmentationError;
use crate::model::{Clusterer, Rule};
use crate::outcome::{Customers, Projection};
use crate::sample;
use crate::values::text_at;

/// Customers shown in a picture: enough to see shapes, few enough for a phone.
const POINTS: usize = 3000;

/// Customers of a small segment shown at least.
const POINTS_PER_SEGMENT: usize = 60;

/// Principal components shown.
const DIMENSIONS: usize = 3;

/// Projects a sample of the prepared rows on their first principal components.
pub(crate) fn project(
    x: MatrixView<'_>,
    features: &[String],
    clusterer: &Clusterer,
    customers: &Customers,
) -> Result<Projection, SegmentationError> {
    let rows = sample::by_segment(&customers.labels, POINTS, POINTS_PER_SEGMENT);
    let picked = x.select_rows(&rows);
    let mut projection = shown(&rows, customers);
    projection.features = features.to_vec();
    if x.n_rows() < 2 {
        return Ok(projection);
    }
    let pca = fit(x)?;
    projection.scores = pca.transform(picked.view())?;
    projection.centers = pca.transform(clusterer.centers().view())?;
    projection.covariances = covariances(&clusterer.rule, &pca);
    projection.explained = pca.explained_variance_ratio.clone();
    projection.loadings = pca.components;
    Ok(projection)
}

/// The covariances of the first two scores of each normal distribution.
fn covariances(rule: &Rule, pca: &Pca) -> Option<Vec<[f64; 3]>> {
    let Rule::MostProbable(model) = rule else { return None };
    let axis = |component: usize| {
        if component < pca.components.n_rows() { pca.components.row(component).to_vec() } else { Vec::new() }
    };
    let (first, second) = (axis(0), axis(1));
    let form = |a: &[f64], covariance: &Matrix, b: &[f64]| -> f64 {
        let dot = |row: &[f64]| row.iter().zip(b).map(|(x, y)| x * y).sum::<f64>();
        a.iter().zip(covariance.view().rows()).map(|(weight, row)| weight * dot(row)).sum()
    };
    let projected = |cluster: usize| {
        let covariance = model.covariance(cluster);
        let between = |a: &[f64], b: &[f64]| form(a, &covariance, b);
        [between(&first, &first), between(&first, &second), between(&second, &second)]
    };
    Some((0..model.n_clusters()).map(projected).collect())
}

fn fit(x: MatrixView<'_>) -> Result<Pca, SegmentationError> {
    let n_components = DIMENSIONS.min(x.n_cols()).min(x.n_rows());
    Ok(segctl_reduction::fit(x, &PcaParams::new(Components::Count(n_components)))?)
}

fn shown(rows: &[usize], customers: &Customers) -> Projection {
    let labels: &Labels = &customers.labels;
    let signed = labels.to_signed();
    Projection {
        rows: rows.iter().map(|&i| i as u64).collect(),
        ids: rows.iter().map(|&i| text_at(&customers.ids.values, i)).collect(),
        segments: rows.iter().map(|&i| signed[i]).collect(),
        silhouettes: rows.iter().map(|&i| customers.silhouette[i]).collect(),
        n_total: labels.len() as u64,
        scores: Matrix::zeros(rows.len(), 0),
        ..Projection::default()
    }
}
