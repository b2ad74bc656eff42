//! Distances of rows, and bounds of distances of what is in boxes. All are totals of a metric's form.

use segctl_numeric::simd::LANES;

use super::form::{Differences, Form, larger, total, totals};
use super::tree::{FAN, LEAF, Node, Tree};

impl Tree {
    /// The totals of `row` and each slot of a leaf; infinite for slots without a row.
    #[inline(always)]
    pub(crate) fn leaf_totals<F: Form>(&self, leaf: usize, row: &[f64]) -> [[f64; LANES]; LEAF / LANES] {
        let (columns, d) = (self.leaf_columns(leaf), row.len());
        assert_eq!(columns.len(), LEAF / LANES * d);
        let mut out = [[0.0; LANES]; LEAF / LANES];
        for (g, out) in out.iter_mut().enumerate() {
            *out = totals::<F, LANES>(d, RowToLanes { row, columns: &columns[g * d..][..d] });
        }
        out
    }

    /// For each leaf of a block, no row in it has a smaller total with any row between the corners
    /// `lower` and `upper`. Infinite for leaves without rows.
    #[inline(always)]
    pub(crate) fn fan_gaps<F: Form>(&self, block: usize, lower: &[f64], upper: &[f64]) -> [f64; FAN] {
        let (low, high) = self.fan(block);
        assert!(low.len() == lower.len() && high.len() == lower.len() && upper.len() == lower.len());
        totals::<F, FAN>(lower.len(), BoxToFan { lower, upper, low, high })
    }

    /// No row of a node has a smaller total with any row between the corners `lower` and `upper`.
    #[inline(always)]
    pub(crate) fn node_gap<F: Form>(&self, node: Node, lower: &[f64], upper: &[f64]) -> f64 {
        let (low, high) = self.corners(node);
        assert!(low.len() == lower.len() && high.len() == lower.len() && upper.len() == lower.len());
        total::<F>(lower.len(), BoxToBox { lower, upper, low, high })
    }

    /// No row of a node has a larger total with any row between the corners `lower` and `upper`.
    #[inline(always)]
    pub(crate) fn node_span<F: Form>(&self, node: Node, lower: &[f64], upper: &[f64]) -> f64 {
        let (low, high) = self.corners(node);
        assert!(low.len() == lower.len() && high.len() == lower.len() && upper.len() == lower.len());
        total::<F>(lower.len(), Across(BoxToBox { lower, upper, low, high }))
    }
}

/// A row, and eight rows as columns.
struct RowToLanes<'a> {
    row: &'a [f64],
    columns: &'a [[f64; LANES]],
}

impl Differences<LANES> for RowToLanes<'_> {
    #[inline(always)]
    fn of(&self, j: usize) -> [f64; LANES] {
        let mut differences = self.columns[j];
        for value in &mut differences {
            *value = self.row[j] - *value;
        }
        differences
    }
}

/// A box, and the boxes of a block's leaves: how far apart they are, 0 where they meet.
struct BoxToFan<'a> {
    lower: &'a [f64],
    upper: &'a [f64],
    low: &'a [[f64; FAN]],
    high: &'a [[f64; FAN]],
}

impl Differences<FAN> for BoxToFan<'_> {
    #[inline(always)]
    fn of(&self, j: usize) -> [f64; FAN] {
        let mut gaps = [0.0; FAN];
        for l in 0..FAN {
            gaps[l] = larger(larger(self.lower[j] - self.high[j][l], self.low[j][l] - self.upper[j]), 0.0);
        }
        gaps
    }
}

/// Two boxes, as above.
struct BoxToBox<'a> {
    lower: &'a [f64],
    upper: &'a [f64],
    low: &'a [f64],
    high: &'a [f64],
}

impl Differences<1> for BoxToBox<'_> {
    #[inline(always)]
    fn of(&self, j: usize) -> [f64; 1] {
        [larger(larger(self.lower[j] - self.high[j], self.low[j] - self.upper[j]), 0.0)]
    }
}

/// Two boxes: how far apart what is in them can be.
struct Across<'a>(BoxToBox<'a>);

impl Differences<1> for Across<'_> {
    #[inline(always)]
    fn of(&self, j: usize) -> [f64; 1] {
        let BoxToBox { lower, upper, low, high } = self.0;
        [larger(upper[j] - low[j], high[j] - lower[j])]
    }
}

/// Bits of the lanes that are at most `limit`.
#[inline(always)]
pub(crate) fn near(gaps: &[f64; FAN], limit: f64) -> u8 {
    let mut bits = 0;
    for (lane, &gap) in gaps.iter().enumerate() {
        bits |= u8::from(gap <= limit) << lane;
    }
    bits
}

/// Bits of the slots whose totals are at most `limit`.
#[inline(always)]
pub(crate) fn within(totals: &[[f64; LANES]; LEAF / LANES], limit: f64) -> u32 {
    let mut bits = 0;
    for (g, totals) in totals.iter().enumerate() {
        for (l, &total) in totals.iter().enumerate() {
            bits |= u32::from(total <= limit) << (g * LANES + l);
        }
    }
    bits
}
