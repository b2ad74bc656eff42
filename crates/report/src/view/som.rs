use segctl_segmentation::{SomMap, SomPlane};

use super::Breakable;
use crate::data::shown_planes;
use crate::format::{count, counted, number, percent, score};

/// What goes around the pictures of a self-organising map.
#[derive(Debug)]
pub(crate) struct SomView {
    /// The units, in words.
    pub(crate) units: String,
    /// How wide the map is for its height, as CSS takes it.
    pub(crate) aspect: String,
    /// How well the map stands for the customers, in sentences.
    pub(crate) quality: Vec<String>,
    /// What of the planes is not shown.
    pub(crate) left_out: String,
    pub(crate) planes: Vec<PlaneView>,
}

/// What goes around one plane.
#[derive(Debug)]
pub(crate) struct PlaneView {
    pub(crate) feature: Breakable,
    /// For those who do not see it.
    pub(crate) description: String,
    /// From where to where the units' customers go.
    pub(crate) range: String,
}

impl SomView {
    pub(crate) fn new(map: &SomMap) -> Self {
        let (planes, n) = (shown_planes(map), map.planes.len());
        let kind = if map.outline.len() == 6 { "hexagons" } else { "squares" };
        let border = if map.is_toroidal { ", left joined to right and top to bottom" } else { "" };
        Self {
            units: format!("{} \u{d7} {} {kind}{border}", map.n_x, map.n_y),
            aspect: aspect(map),
            quality: quality(map),
            left_out: match planes.len() < n {
                true => format!("Shown are the {} of {n} features that vary most over the map.", planes.len()),
                false => String::new(),
            },
            planes: planes.into_iter().map(plane).collect(),
        }
    }
}

/// The room that the units take.
fn aspect(map: &SomMap) -> String {
    let side = |c: usize| {
        let reach = map.outline.iter().map(|corner| corner[c]).fold(0.0, f64::max);
        let ends = map.places.iter().map(|place| place[c]);
        let (low, high) = ends.fold((0.0_f64, 0.0_f64), |(low, high), at| (low.min(at), high.max(at)));
        high - low + 2.0 * reach
    };
    format!("{:.2} / {:.2}", side(0), side(1))
}

fn plane(plane: &SomPlane) -> PlaneView {
    let (low, high) = range(&plane.medians);
    let shown = if plane.is_share { [percent(low), percent(high)] } else { [number(low), number(high)] };
    let what = if plane.is_share { "shares" } else { "medians" };
    PlaneView {
        feature: Breakable::new(&plane.feature),
        description: format!("{} over the map, unit by unit", plane.feature),
        range: format!("{what} from {} to {}", shown[0], shown[1]),
    }
}

/// The least and the largest value; NaN without any.
fn range(values: &[f64]) -> (f64, f64) {
    values.iter().fold((f64::NAN, f64::NAN), |(low, high), &value| (low.min(value), high.max(value)))
}

fn quality(map: &SomMap) -> Vec<String> {
    let error = format!(
        "A customer is {} away from the nearest unit on average, in prepared units (quantisation error).",
        number(map.quantization_error)
    );
    let explained = map.explained_variance.map(|share| {
        format!("The units account for {} of the variance of all features (explained variance).", percent(share))
    });
    let topographic = map.topographic_error.map(|share| {
        format!(
            "For {} of the customers the two nearest units are not neighbours (topographic error): there the map is \
             torn.",
            percent(share)
        )
    });
    let both = map.trustworthiness.zip(map.neighbourhood_preservation).map(|(trust, kept)| {
        format!(
            "Neighbours on the map are neighbours in all features: {} (trustworthiness; 1 is perfect). The other way \
             round: {} (neighbourhood preservation).",
            score(trust),
            score(kept)
        )
    });
    let dead = (map.n_dead > 0).then(|| {
        format!(
            "{} no customers: they bridge what lies between groups.",
            if map.n_dead == 1 { "1 unit has".to_owned() } else { format!("{} units have", count(map.n_dead as u64)) }
        )
    });
    let sample = map.sample.map(|n| format!("The map learnt from {} drawn at random.", counted(n, "customer")));
    [explained, Some(error), topographic, both, dead, sample].into_iter().flatten().collect()
}
