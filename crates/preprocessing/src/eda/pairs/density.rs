//! Where the points of two columns lie.

use serde::Serialize;

use crate::describe::{present, select_quantiles};

/// Points counted on a grid of equal cells that spans the 1st to the 99th percentile of both columns: a few far values would
/// leave all others in one cell.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Density {
    /// The ascending edges of the cells along x, one more than cells.
    pub x_edges: Vec<f64>,
    /// The same along y.
    pub y_edges: Vec<f64>,
    /// Points per cell: those of the lowest y first, x running faster.
    pub counts: Vec<u64>,
    /// Points beyond the grid.
    pub n_outside: u64,
}

impl Density {
    /// Cells along each side.
    pub const CELLS: usize = 24;

    /// Counts the points of which both values are there; `None` where a column has but one value between its percentiles.
    pub(super) fn of(x: &[f64], y: &[f64]) -> Option<Self> {
        let (x_edges, y_edges) = (edges(x)?, edges(y)?);
        let mut counts = vec![0; Self::CELLS * Self::CELLS];
        let mut n_outside = 0;
        for (&x, &y) in x.iter().zip(y).filter(|(x, y)| x.is_finite() && y.is_finite()) {
            match (cell(&x_edges, x), cell(&y_edges, y)) {
                (Some(i), Some(j)) => counts[j * Self::CELLS + i] += 1,
                _ => n_outside += 1,
            }
        }
        Some(Self { x_edges, y_edges, counts, n_outside })
    }
}

fn edges(values: &[f64]) -> Option<Vec<f64>> {
    let mut values = present(values);
    if values.is_empty() {
        return None;
    }
    let [low, high] = select_quantiles(&mut values, [0.01, 0.99]);
    let step = (high - low) / Density::CELLS as f64;
    let inner = (0..Density::CELLS).map(|i| low + i as f64 * step);
    // A range of a few roundings has no room for cells.
    let edges: Vec<f64> = inner.chain([high]).collect();
    edges.is_sorted_by(|a, b| a < b).then_some(edges)
}

/// The last cell holds its upper edge too.
fn cell(edges: &[f64], value: f64) -> Option<usize> {
    let last = edges.len() - 1;
    let above = edges.partition_point(|&edge| edge <= value);
    if value == edges[last] { Some(last - 1) } else { above.checked_sub(1).filter(|&at| at < last) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_point_is_counted_once() {
        let x: Vec<f64> = (0..1000).map(|i| f64::from(i * i % 997)).collect();
        let mut y: Vec<f64> = x.iter().map(|x| x * x).collect();
        y[3] = f64::NAN;
        let found = Density::of(&x, &y).unwrap();
        assert_eq!(found.counts.iter().sum::<u64>() + found.n_outside, 999);
        assert!(found.n_outside < 60);
        assert_eq!(Density::of(&[1.0; 50], &y[..50]), None);
        assert_eq!(Density::of(&[], &[]), None);
    }

    #[test]
    fn edges_belong_to_the_cell_above() {
        let edges = [0.0, 1.0, 2.0];
        let cells = [-0.1, 0.0, 0.9, 1.0, 2.0, 2.1].map(|value| cell(&edges, value));
        assert_eq!(cells, [None, Some(0), Some(0), Some(1), Some(1), None]);
    }
}
