//! A self-organising map as a reader sees it.

use rayon::prelude::*;
use segctl_numeric::Labels;
use segctl_som::map::u_matrix;

use crate::SegmentationError;
use crate::algorithm::{TrainedMap, nearest_unit};
use crate::features::Feature;
use crate::outcome::{SomMap, SomPlane};
use crate::profile::middles;

/// The map with what is known of the customers of each unit, whose segments are in `labels`.
pub(crate) fn drawn(map: &TrainedMap, features: &[Feature], labels: &Labels) -> Result<SomMap, SegmentationError> {
    let grid = map.model.grid();
    let units = Labels::new(map.units.clone(), map.model.n_units())?;
    let forming: Vec<(&Feature, usize)> =
        features.iter().filter_map(|feature| Some((feature, feature.prepared?))).collect();
    let plane = |&(feature, at): &(&Feature, usize)| {
        let middles = middles(&feature.values, &units);
        SomPlane {
            feature: feature.name.clone(),
            values: map.model.codebook().view().column(at).collect(),
            medians: if feature.level.is_some() { middles.mean } else { middles.median },
            is_share: feature.level.is_some(),
        }
    };
    Ok(SomMap {
        n_x: grid.n_x(),
        n_y: grid.n_y(),
        is_toroidal: grid.edges() == segctl_som::grid::Edges::Toroidal,
        places: (0..grid.n_units()).map(|unit| grid.coordinates(unit)).collect(),
        outline: grid.outline(),
        sizes: map.hits.iter().map(|&hits| hits as u64).collect(),
        segments: segments(map, labels),
        distances: u_matrix(&map.model).as_slice().to_vec(),
        planes: forming.par_iter().map(plane).collect(),
        quantization_error: map.quality.quantization_error,
        topographic_error: map.quality.topographic_error,
        explained_variance: map.quality.explained_variance,
        trustworthiness: map.preservation.map(|found| found.trustworthiness),
        neighbourhood_preservation: map.preservation.map(|found| found.neighbourhood_preservation),
        n_dead: map.n_dead(),
        sample: map.n_sampled.map(|n| n as u64),
    })
}

/// For each unit the segment that most of its customers are in, the lowest number among equals; without customers
/// that of the nearest unit with some.
fn segments(map: &TrainedMap, labels: &Labels) -> Vec<Option<usize>> {
    let k = labels.n_clusters();
    let mut counts = vec![vec![0_usize; k + 1]; map.model.n_units()];
    for (row, &unit) in map.units.iter().enumerate() {
        counts[unit as usize][labels.get(row).unwrap_or(k)] += 1;
    }
    let most = |counts: &Vec<usize>| (0..=k).rev().max_by_key(|&s| counts[s]).filter(|&s| s < k);
    let alive: Vec<usize> = (0..counts.len()).filter(|&unit| map.hits[unit] > 0).collect();
    let of = |unit: usize| match map.hits[unit] {
        0 => alive.get(nearest_unit(&map.model, unit, &alive)).and_then(|&near| most(&counts[near])),
        _ => most(&counts[unit]),
    };
    (0..counts.len()).map(of).collect()
}
