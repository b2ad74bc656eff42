//! The order in which distances are added up: the same whichever way they are computed.
//!
//! The rows of a cluster are numbered in their order. Each run of `SEGMENT` of them is added up in
//! eight partial sums, the row with number r in sum r mod 8; the eight are joined as a tree, and
//! the segments in their order. So a sum depends on the rows of the cluster alone: not on threads,
//! on blocks, on other clusters, or on other labelings.

use segctl_numeric::simd::LANES;

/// Rows in a segment: 256 rows of 16 columns, twice, are 64 KiB, which stays in the second-level
/// cache beside their partner.
pub(super) const SEGMENT: usize = 256;

/// The sum of eight partial sums.
#[inline(always)]
pub(super) fn join(partial: [f64; LANES]) -> f64 {
    let four: [f64; LANES / 2] = std::array::from_fn(|lane| partial[lane] + partial[lane + LANES / 2]);
    (four[0] + four[2]) + (four[1] + four[3])
}
