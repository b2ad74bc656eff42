use segctl_segmentation::Projection;

use super::header::css_percent;
use crate::check::row;
use crate::format::{count, percent, score};

/// Components whose loadings are listed.
const COMPONENTS: usize = 3;

/// Loadings that are listed per component.
const LOADINGS: usize = 6;

/// What goes around the pictures of the customers.
#[derive(Debug)]
pub(crate) struct MapView {
    /// How much of the data the pictures show.
    pub(crate) shown: String,
    /// What share of the variance the plane and the space carry.
    pub(crate) explained: String,
    pub(crate) has_plane: bool,
    pub(crate) has_space: bool,
    pub(crate) has_noise: bool,
    /// Whether segments are drawn as normal distributions.
    pub(crate) has_ellipses: bool,
    pub(crate) components: Vec<ComponentView>,
}

/// A principal component and the features that make it.
#[derive(Debug)]
pub(crate) struct ComponentView {
    pub(crate) name: String,
    pub(crate) explained: String,
    pub(crate) loadings: Vec<LoadingView>,
}

/// A feature's part in a component.
#[derive(Debug)]
pub(crate) struct LoadingView {
    pub(crate) feature: String,
    pub(crate) value: String,
    /// The bar's length, of half the width at most, and where it starts, as CSS takes them.
    pub(crate) width: String,
    pub(crate) left: String,
    pub(crate) is_positive: bool,
}

impl MapView {
    pub(crate) fn new(projection: &Projection) -> Self {
        let n_components = projection.scores.n_cols();
        let has_points = !projection.rows.is_empty();
        Self {
            shown: shown_of(projection),
            explained: explained(&projection.explained),
            has_plane: has_points && n_components >= 1,
            has_space: has_points && n_components >= 3,
            has_ellipses: projection.covariances.is_some() && n_components >= 2,
            has_noise: projection.segments.contains(&-1),
            components: (0..n_components.min(COMPONENTS)).map(|c| component(projection, c)).collect(),
        }
    }
}

/// How much of the data a picture shows, in words.
pub(crate) fn shown_of(projection: &Projection) -> String {
    let (shown, total) = (projection.rows.len() as u64, projection.n_total);
    if shown >= total {
        format!("all {} customers shown", count(total))
    } else {
        format!("{} of {} customers shown, drawn by segment", count(shown), count(total))
    }
}

fn explained(ratios: &[f64]) -> String {
    let upto = |n: usize| percent(ratios.iter().take(n).sum());
    match ratios.len() {
        0 => String::new(),
        1 => format!("The one component carries {} of the variance.", upto(1)),
        2 => format!("The plane carries {} of the variance.", upto(2)),
        _ => format!("The plane carries {} of the variance, the space {}.", upto(2), upto(3)),
    }
}

fn component(projection: &Projection, c: usize) -> ComponentView {
    let loadings = row(&projection.loadings, c);
    let mut strongest: Vec<usize> = (0..loadings.len()).filter(|&j| loadings[j].is_finite()).collect();
    strongest.sort_by(|&a, &b| loadings[b].abs().total_cmp(&loadings[a].abs()));
    strongest.truncate(LOADINGS);
    ComponentView {
        name: format!("PC{}", c + 1),
        explained: percent(projection.explained[c]),
        loadings: strongest.iter().map(|&j| loading(&projection.features[j], loadings[j])).collect(),
    }
}

fn loading(feature: &str, value: f64) -> LoadingView {
    let half = value.abs().min(1.0) / 2.0;
    LoadingView {
        feature: feature.into(),
        value: score(value),
        width: css_percent(half),
        left: css_percent(if value < 0.0 { 0.5 - half } else { 0.5 }),
        is_positive: value > 0.0,
    }
}
