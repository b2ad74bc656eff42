use serde::{Deserialize, Serialize};

/// A self-organising map as it is drawn: units on a grid, and what is known of each.
///
/// Units are in the order of their numbers; unit `(x, y)` has the number `x * n_y + y`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SomMap {
    /// Units from left to right.
    pub n_x: usize,
    /// Units from bottom to top.
    pub n_y: usize,
    /// Whether opposite borders meet.
    pub is_toroidal: bool,
    /// Where the middle of each unit stands; neighbours are 1 apart.
    pub places: Vec<[f64; 2]>,
    /// The corners of a unit around its middle, anticlockwise: a hexagon or a square.
    pub outline: Vec<[f64; 2]>,
    /// Customers of each unit.
    pub sizes: Vec<u64>,
    /// The segment of each unit, or the one that most of its customers are in; units without customers have that of
    /// the nearest unit with some. None where they are in none.
    pub segments: Vec<Option<usize>>,
    /// The mean distance of each unit to its neighbours, in prepared units (U-matrix).
    pub distances: Vec<f64>,
    /// One per feature that forms the segments.
    pub planes: Vec<SomPlane>,
    /// Mean distance of a customer to the nearest unit, in prepared units.
    pub quantization_error: f64,
    /// The share of customers whose two nearest units are not neighbours.
    pub topographic_error: Option<f64>,
    /// The share of the variance of the features that the units account for.
    pub explained_variance: Option<f64>,
    /// Whether customers that are near each other on the map are near each other; 1 is perfect.
    pub trustworthiness: Option<f64>,
    /// Whether customers that are near each other are near each other on the map; 1 is perfect.
    pub neighbourhood_preservation: Option<f64>,
    /// Units without customers.
    pub n_dead: usize,
    /// Customers that it learnt from, when they are not all.
    pub sample: Option<u64>,
}

/// One feature over the units of a map.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SomPlane {
    /// The feature.
    pub feature: String,
    /// What the units have learnt, in prepared units.
    pub values: Vec<f64>,
    /// The median of each unit's customers in original units, or for one value of a category their share that has
    /// it; NaN without customers.
    pub medians: Vec<f64>,
    /// Whether it stands for one value of a category.
    pub is_share: bool,
}
