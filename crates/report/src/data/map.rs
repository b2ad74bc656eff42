use segctl_numeric::Matrix;
use segctl_segmentation::Projection;
use serde::Serialize;

use super::rounded_all;
use crate::check::column;
use crate::format::{percent, rounded, shortened};
use crate::view::shown_of;

/// Components that can be drawn.
const DIMENSIONS: usize = 3;

/// Characters of an id that are kept.
const ID_LIMIT: usize = 48;

/// The sampled customers in up to three principal components.
#[derive(Debug, Serialize)]
pub(super) struct MapData {
    /// How much of the data the picture shows, in words.
    shown: String,
    /// One title per component.
    axes: Vec<String>,
    ids: Vec<String>,
    segments: Vec<i32>,
    silhouettes: Vec<f64>,
    /// One row of scores per component.
    scores: Vec<Vec<f64>>,
    /// One row of centres' scores per component.
    centers: Vec<Vec<f64>>,
    /// The covariances of the first two scores, where segments are normal distributions.
    covariances: Option<Vec<[f64; 3]>>,
}

pub(super) fn map(projection: &Projection) -> MapData {
    let n_components = projection.scores.n_cols().min(DIMENSIONS);
    MapData {
        shown: shown_of(projection),
        axes: (0..n_components).map(|c| axis(c, projection.explained[c])).collect(),
        ids: projection.ids.iter().map(|id| shortened(id, ID_LIMIT)).collect(),
        segments: projection.segments.clone(),
        silhouettes: rounded_all(&projection.silhouettes),
        scores: components(&projection.scores, n_components),
        centers: components(&projection.centers, n_components),
        covariances: projection.covariances.as_ref().map(|all| all.iter().map(|one| one.map(rounded)).collect()),
    }
}

fn axis(component: usize, explained: f64) -> String {
    format!("PC{} ({} of variance)", component + 1, percent(explained))
}

/// The first columns as rows.
fn components(matrix: &Matrix, n_components: usize) -> Vec<Vec<f64>> {
    (0..n_components).map(|c| rounded_all(&column(matrix, c))).collect()
}
