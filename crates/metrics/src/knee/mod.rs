//! The knee of a curve (Satopaa, Albrecht, Irwin & Raghavan, "Finding a 'kneedle' in a haystack: detecting
//! knee points in system behavior", 31st International Conference on Distributed Computing Systems
//! Workshops, 2011), without smoothing.

mod detect;
mod params;

pub use detect::{Knee, knee, knees};
pub use params::{Curve, Direction, KneeParams};
