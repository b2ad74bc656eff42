use segctl_segmentation::{SomMap, SomPlane};
use serde::Serialize;

use super::{rounded_all, shown_name};

/// Values of all planes together: maps may have thousands of units.
const VALUES: usize = 100_000;

/// The units of a self-organising map.
#[derive(Debug, Serialize)]
pub(crate) struct SomData {
    places: Vec<[f64; 2]>,
    outline: Vec<[f64; 2]>,
    sizes: Vec<u64>,
    /// -1 for none.
    segments: Vec<i32>,
    distances: Vec<f64>,
    planes: Vec<PlaneData>,
}

#[derive(Debug, Serialize)]
struct PlaneData {
    feature: String,
    values: Vec<f64>,
    medians: Vec<f64>,
    is_share: bool,
}

pub(crate) fn som(map: &SomMap) -> SomData {
    SomData {
        places: map.places.iter().map(coarse).collect(),
        outline: map.outline.iter().map(coarse).collect(),
        sizes: map.sizes.clone(),
        segments: map.segments.iter().map(|segment| segment.map_or(-1, |segment| segment as i32)).collect(),
        distances: rounded_all(&map.distances),
        planes: shown_planes(map).into_iter().map(plane).collect(),
    }
}

fn plane(plane: &SomPlane) -> PlaneData {
    PlaneData {
        feature: shown_name(&plane.feature),
        values: rounded_all(&plane.values),
        medians: rounded_all(&plane.medians),
        is_share: plane.is_share,
    }
}

/// Three digits after the point: a thousandth of a unit is not seen.
fn coarse(place: &[f64; 2]) -> [f64; 2] {
    place.map(|value| (value * 1000.0).round() / 1000.0)
}

/// The planes that a page has room for, in their order: where there are too many, those that vary most from
/// customer to customer.
pub(crate) fn shown_planes(map: &SomMap) -> Vec<&SomPlane> {
    let room = (VALUES / map.places.len().max(1)).max(1);
    let mut order: Vec<usize> = (0..map.planes.len()).collect();
    if order.len() > room {
        let spreads: Vec<f64> = map.planes.iter().map(|plane| spread(&plane.values, &map.sizes)).collect();
        order.sort_by(|&a, &b| spreads[b].total_cmp(&spreads[a]));
        order.truncate(room);
        order.sort_unstable();
    }
    order.into_iter().map(|at| &map.planes[at]).collect()
}

/// The variance of the values, each counting as often as its unit has customers.
fn spread(values: &[f64], sizes: &[u64]) -> f64 {
    let n = sizes.iter().sum::<u64>().max(1) as f64;
    let mean_of = |value: &dyn Fn(f64) -> f64| {
        values.iter().zip(sizes).map(|(&at, &size)| value(at) * size as f64).sum::<f64>() / n
    };
    let mean = mean_of(&|value| value);
    mean_of(&|value| (value - mean) * (value - mean))
}
