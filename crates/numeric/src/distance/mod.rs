//! Distances between rows, and nearest centres.
//!
//! Kernels work on row-major slices with [`LANES`](crate::simd::LANES) accumulators whatever the
//! processor, so the result is the same bits on every machine. Two orders of summation occur:
//!
//! - **pairs of rows** ([`Metric`] and the functions beside it): feature `j` goes to accumulator
//!   `j % 8`, and the eight are added as a tree. `distance`, `one_to_many` and `many_to_many`
//!   agree bit for bit.
//! - **nearest centres** ([`two_nearest`], [`squared_to_each`]) and **[`Gower`]**: lanes run over rows, each sums its
//!   features in order.
//!
//! Squared distances are sums of squared differences, never `|x|^2 - 2xy + |y|^2`: nothing
//! cancels, an overflow is an infinity and never a NaN, and equal rows are at distance exactly 0.

mod columns;
mod cosine;
mod dissimilarity;
mod gower;
mod gower_tile;
mod metric;
mod nearest;
mod pairs;

pub use dissimilarity::Dissimilarity;
pub use gower::Gower;
pub use metric::Metric;
pub use nearest::{TwoNearest, squared_to_each, two_nearest, two_nearest_of};
pub use pairs::{one_to_many, squared_euclidean, squared_norms, tile};
