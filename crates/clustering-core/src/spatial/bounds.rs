//! Distances of rows, and bounds of distances of what is in boxes. All are totals of a metric's form.

use segctl_numeric::simd::LANES;

use super::form::{Form, larger, total, totals};
use super::tree::{FAN, LEAF, Node, Tree};

impl Tree {
    /// The totals of `row` and each slot of a leaf; infinite for slots without a row.
    #[inline(always)]
    pub(crate) fn leaf_totals<F: Form>(&self, leaf: usize, row: &[f64]) -> [[f64; LANES]; LEAF / LANES] {
        let columns = self.leaf_columns(leaf);
        assert_eq!(columns.len(), LEAF / LANES * row.len());
        let mut out = [[0.0; LANES]; LEAF / LANES];
        for (g, out) in out.iter_mut().enumerate() {
            *out = totals::<F, LANES>(row.len(), |j| {
                let mut differences = columns[j * (LEAF / LANES) + g];
                for value in &mut differences {
                    *value = row[j] - *value;
                }
                differences
            });
        }
        out
    }

    /// For each leaf of a block, no row in it has a smaller total with any row between the corners
    /// `lower` and `upper`. Infinite for leaves without rows.
    #[inline(always)]
    pub(crate) fn fan_gaps<F: Form>(&self, block: usize, lower: &[f64], upper: &[f64]) -> [f64; FAN] {
        let (low, high) = self.fan(block);
        assert!(low.len() == lower.len() && high.len() == lower.len() && upper.len() == lower.len());
        totals::<F, FAN>(lower.len(), |j| {
            let mut gaps = [0.0; FAN];
            for l in 0..FAN {
                gaps[l] = larger(larger(lower[j] - high[j][l], low[j][l] - upper[j]), 0.0);
            }
            gaps
        })
    }

    /// No row of a node has a smaller total with any row between the corners `lower` and `upper`.
    #[inline(always)]
    pub(crate) fn node_gap<F: Form>(&self, node: Node, lower: &[f64], upper: &[f64]) -> f64 {
        let (low, high) = self.corners(node);
        assert!(low.len() == lower.len() && high.len() == lower.len() && upper.len() == lower.len());
        total::<F>(lower.len(), |j| larger(larger(lower[j] - high[j], low[j] - upper[j]), 0.0))
    }
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
