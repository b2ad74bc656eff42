use segctl_segmentation::Profile;

use crate::check::row;
use crate::format::{DASH, difference, number};
use crate::palette::tint;

/// The segments in numbers: one row per feature, one column per segment.
#[derive(Debug)]
pub(crate) struct ProfileView {
    pub(crate) rows: Vec<ProfileRow>,
    /// Pixels the heatmap needs.
    pub(crate) height: usize,
}

/// A feature.
#[derive(Debug)]
pub(crate) struct ProfileRow {
    pub(crate) feature: String,
    pub(crate) overall_median: String,
    pub(crate) overall_mean: String,
    pub(crate) cells: Vec<ProfileCell>,
}

/// A feature in a segment.
#[derive(Debug)]
pub(crate) struct ProfileCell {
    pub(crate) median: String,
    pub(crate) mean: String,
    pub(crate) difference: String,
    /// The background, as CSS takes it.
    pub(crate) tint: String,
}

impl ProfileView {
    pub(crate) fn new(profile: &Profile, n_segments: usize) -> Self {
        let d = profile.features.len();
        Self { rows: (0..d).map(|j| profile_row(profile, j, n_segments)).collect(), height: 150 + 24 * d }
    }
}

fn profile_row(profile: &Profile, j: usize, n_segments: usize) -> ProfileRow {
    ProfileRow {
        feature: profile.features[j].clone(),
        overall_median: number(profile.overall_median[j]),
        overall_mean: number(profile.overall_mean[j]),
        cells: (0..n_segments).map(|s| cell(profile, s, j)).collect(),
    }
}

fn cell(profile: &Profile, s: usize, j: usize) -> ProfileCell {
    let value = row(&profile.difference, s)[j];
    ProfileCell {
        median: number(row(&profile.median, s)[j]),
        mean: number(row(&profile.mean, s)[j]),
        difference: if value.is_nan() { DASH.into() } else { format!("{} sd", difference(value)) },
        tint: tint(value),
    }
}
