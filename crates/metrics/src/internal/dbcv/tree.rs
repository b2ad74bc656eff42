//! The minimum spanning tree of a cluster by reachability distance.

use segctl_numeric::distance::Dissimilarity;
use segctl_numeric::{Matrix, MatrixView};
use serde::{Deserialize, Serialize};

/// Which of several minimum spanning trees [`dbcv_with`](super::dbcv_with) takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Ties {
    /// Of edges of one reachability the shortest by distance: the same tree in any order of the rows, unless distances
    /// are equal too.
    #[default]
    Distance,
    /// What Prim's algorithm finds from the first row when the lowest row and the earliest neighbour win ties: the tree
    /// of the authors' program.
    RowOrder,
}

/// An edge of the tree.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Edge {
    pub(super) ends: [usize; 2],
    /// The reachability distance of its ends.
    pub(super) weight: f64,
    /// By which edges of one weight are ordered.
    tie: f64,
}

impl Edge {
    fn is_shorter(&self, other: &Self) -> bool {
        (self.weight, self.tie) < (other.weight, other.tie)
    }
}

/// The rows not yet in the tree, kept dense so that distances to them are one call.
struct Outside {
    values: Matrix,
    /// Of each, which row it is, and its shortest edge to the tree.
    rows: Vec<(usize, Edge)>,
    distances: Vec<f64>,
    ties: Ties,
}

/// Prim's algorithm from the first row.
///
/// Many edges are of one reachability, namely of one core distance. By distance the shortest of those is taken: where
/// distances differ there is one such tree, whatever the order of the rows. Among edges alike in both, and by the order
/// of the rows among all of one reachability, that to the lowest row is taken, from the row that joined first.
pub(super) fn minimum_spanning_tree(
    rows: MatrixView<'_>,
    cores: &[f64],
    dissimilarity: &Dissimilarity,
    ties: Ties,
) -> Vec<Edge> {
    let n = rows.n_rows();
    let unreached = |row: usize| (row, Edge { ends: [0, row], weight: f64::INFINITY, tie: f64::INFINITY });
    let mut outside = Outside {
        values: rows.rows_range(1..n).to_owned(),
        rows: (1..n).map(unreached).collect(),
        distances: vec![0.0; n - 1],
        ties,
    };
    let mut tree = Vec::with_capacity(n - 1);
    let mut joined = 0;
    while !outside.rows.is_empty() {
        let at = outside.relax(joined, rows.row(joined), cores, dissimilarity);
        let (row, edge) = outside.remove(at);
        tree.push(edge);
        joined = row;
    }
    tree
}

impl Outside {
    /// Offers edges from the row that joined the tree; where the shortest edge of all leads.
    fn relax(&mut self, joined: usize, row: &[f64], cores: &[f64], dissimilarity: &Dissimilarity) -> usize {
        let distances = &mut self.distances[..self.rows.len()];
        dissimilarity.one_to_many(row, &self.values.as_slice()[..row.len() * distances.len()], distances);
        let mut shortest = 0;
        for (at, &distance) in distances.iter().enumerate() {
            let (row, edge) = &mut self.rows[at];
            let weight = distance.max(cores[joined]).max(cores[*row]);
            let tie = if self.ties == Ties::Distance { distance } else { 0.0 };
            let offered = Edge { ends: [joined, *row], weight, tie };
            if offered.is_shorter(edge) {
                *edge = offered;
            }
            let (row, edge) = &self.rows[at];
            let (best_row, best) = &self.rows[shortest];
            if edge.is_shorter(best) || (row < best_row && !best.is_shorter(edge)) {
                shortest = at;
            }
        }
        shortest
    }

    /// Takes a row out, and puts the last into its place.
    fn remove(&mut self, at: usize) -> (usize, Edge) {
        let last = self.rows.len() - 1;
        if at != last {
            let moved = self.values.row(last).to_vec();
            self.values.row_mut(at).copy_from_slice(&moved);
        }
        self.rows.swap_remove(at)
    }
}
