//! Reading a map: plain data to draw from.
//!
//! Matrices of a value per unit have a row per `x` and a column per `y` of the grid.

mod hits;
mod planes;
mod u_matrix;

pub use self::hits::{LabelMap, activation, hits, label_map, rows_of_units};
pub use self::planes::{component_plane, correlation_of_planes};
use segctl_numeric::Matrix;

pub use self::u_matrix::{Edge, u_edges, u_matrix, u_matrix_minisom};
use crate::grid::Grid;

/// A value per unit, as the grid has them.
fn on_grid(grid: Grid, values: Vec<f64>) -> Matrix {
    Matrix::new(values, grid.n_x(), grid.n_y()).expect("a value per unit")
}
