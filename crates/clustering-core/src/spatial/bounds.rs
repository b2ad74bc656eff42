//! Distances of rows, and bounds of distances of what is in boxes. All are totals of a metric's form.

use segctl_numeric::simd::LANES;

use super::form::{Between, Differences, Form, larger, total, totals};
use super::tree::{FAN, LEAF, Node, Tree};

impl Tree {
    /// The totals of `row` and each slot of a leaf; infinite for slots without a row.
    #[inline(always)]
    pub(crate) fn leaf_totals<F: Form>(&self, leaf: usize, row: &[f64]) -> [[f64; LANES]; LEAF / LANES] {
        let columns = self.leaf_columns(leaf);
        assert_eq!(columns.len(), LEAF / LANES * row.len());
        totals::<F, LANES, { LEAF / LANES }>(row.len(), &RowToLeaf { row, columns })
    }

    /// For each leaf of a block, no row in it has a smaller total with any row between the corners
    /// `lower` and `upper`. Infinite for leaves without rows.
    #[inline(always)]
    pub(crate) fn fan_gaps<F: Form>(&self, block: usize, lower: &[f64], upper: &[f64]) -> [f64; FAN] {
        let (low, high) = self.fan(block);
        assert!(low.len() == lower.len() && high.len() == lower.len() && upper.len() == lower.len());
        totals::<F, FAN, 1>(lower.len(), &BoxToFan { lower, upper, low, high })[0]
    }

    /// No row of a node has a smaller total with any row between the corners `lower` and `upper`.
    #[inline(always)]
    pub(crate) fn node_gap<F: Form>(&self, node: Node, lower: &[f64], upper: &[f64]) -> f64 {
        let (low, high) = self.corners(node);
        total::<F, Gap>([lower, upper], [low, high])
    }

    /// No row of a node has a larger total with any row between the corners `lower` and `upper`.
    #[inline(always)]
    pub(crate) fn node_span<F: Form>(&self, node: Node, lower: &[f64], upper: &[f64]) -> f64 {
        let (low, high) = self.corners(node);
        total::<F, Span>([lower, upper], [low, high])
    }
}

/// A row, and the rows in a leaf as columns.
struct RowToLeaf<'a> {
    row: &'a [f64],
    columns: &'a [[f64; LANES]],
}

impl Differences<LANES> for RowToLeaf<'_> {
    #[inline(always)]
    fn of(&self, group: usize, j: usize) -> [f64; LANES] {
        let mut differences = self.columns[group * self.row.len() + j];
        for value in &mut differences {
            *value = self.row[j] - *value;
        }
        differences
    }
}

/// A box, and the boxes of a block's leaves: how far apart they are.
struct BoxToFan<'a> {
    lower: &'a [f64],
    upper: &'a [f64],
    low: &'a [[f64; FAN]],
    high: &'a [[f64; FAN]],
}

impl Differences<FAN> for BoxToFan<'_> {
    #[inline(always)]
    fn of(&self, _group: usize, j: usize) -> [f64; FAN] {
        let mut gaps = [0.0; FAN];
        for (gap, (&low, &high)) in gaps.iter_mut().zip(self.low[j].iter().zip(&self.high[j])) {
            *gap = Gap::of([self.lower[j], self.upper[j]], [low, high]);
        }
        gaps
    }
}

/// How far two boxes are apart: 0 where they meet.
struct Gap;

impl Between for Gap {
    #[inline(always)]
    fn of([lower, upper]: [f64; 2], [low, high]: [f64; 2]) -> f64 {
        larger(larger(lower - high, low - upper), 0.0)
    }
}

/// How far apart what is in two boxes can be.
struct Span;

impl Between for Span {
    #[inline(always)]
    fn of([lower, upper]: [f64; 2], [low, high]: [f64; 2]) -> f64 {
        larger(upper - low, high - lower)
    }
}

/// Bits of the lanes that are at most `limit`.
#[inline(always)]
pub(crate) fn near(values: &[f64; LANES], limit: f64) -> u8 {
    let mut bytes = [0; LANES];
    for l in 0..LANES {
        bytes[l] = u8::from(values[l] <= limit);
    }
    // Brings the last bit of byte l to bit 56 + l.
    (u64::from_le_bytes(bytes).wrapping_mul(0x0102_0408_1020_4080) >> 56) as u8
}

/// Bits of the slots whose totals are at most `limit`.
#[inline(always)]
pub(crate) fn within(totals: &[[f64; LANES]; LEAF / LANES], limit: f64) -> u32 {
    let mut bytes = [0; LEAF / LANES];
    for (byte, totals) in bytes.iter_mut().zip(totals) {
        *byte = near(totals, limit);
    }
    u32::from_le_bytes(bytes)
}
