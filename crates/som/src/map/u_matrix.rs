//! How far units are from their neighbours: ridges between clusters.

use segctl_numeric::Matrix;
use segctl_numeric::distance::squared_euclidean;

use super::on_grid;
use crate::SomModel;

/// Two neighbours and how far apart they are.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Edge {
    /// The unit of the lower number.
    pub a: usize,
    /// The other.
    pub b: usize,
    /// The Euclidean distance of the two among the rows.
    pub distance: f64,
}

/// The unified distance matrix (Ultsch & Siemon, 1990), a value per unit: the mean Euclidean distance to its
/// neighbours on the grid, unscaled; 0 on a map of one unit. Time O(m d).
///
/// ```
/// use segctl_numeric::Matrix;
/// use segctl_numeric::distance::Metric;
/// use segctl_som::SomModel;
/// use segctl_som::grid::Grid;
/// use segctl_som::map::u_matrix;
/// let codebook = Matrix::from_rows(&[[0.0], [1.0], [5.0]])?;
/// let model = SomModel::new(Grid::rectangular(3, 1)?, Metric::Euclidean, codebook)?;
/// assert_eq!(u_matrix(&model).as_slice(), [1.0, 2.5, 4.0]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn u_matrix(model: &SomModel) -> Matrix {
    let mean = |(sum, n): (f64, usize)| if n > 0 { sum / n as f64 } else { 0.0 };
    on_grid(model.grid(), sums(model).into_iter().map(mean).collect())
}

/// MiniSom's `distance_map`: the sum of the distances to the neighbours, over the largest of these sums.
/// Units of the border have fewer neighbours and so look nearer to them than they are. All 0 where all
/// units are equal.
///
/// On hexagonal grids MiniSom takes the wrong neighbours where `n_y` is even; these are the right ones.
///
/// ```
/// use segctl_numeric::Matrix;
/// use segctl_numeric::distance::Metric;
/// use segctl_som::SomModel;
/// use segctl_som::grid::Grid;
/// use segctl_som::map::u_matrix_minisom;
/// let codebook = Matrix::from_rows(&[[0.0], [1.0], [5.0]])?;
/// let model = SomModel::new(Grid::rectangular(3, 1)?, Metric::Euclidean, codebook)?;
/// assert_eq!(u_matrix_minisom(&model).as_slice(), [0.2, 1.0, 0.8]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn u_matrix_minisom(model: &SomModel) -> Matrix {
    let sums: Vec<f64> = sums(model).into_iter().map(|(sum, _)| sum).collect();
    let largest = sums.iter().fold(0.0_f64, |top, &sum| top.max(sum));
    let scaled = |sum| if largest > 0.0 { sum / largest } else { 0.0 };
    on_grid(model.grid(), sums.into_iter().map(scaled).collect())
}

/// Every pair of neighbours and their distance: what stands between the units of a larger drawing, each at the
/// middle of two [`coordinates`](crate::grid::Grid::coordinates). Time O(m d).
///
/// ```
/// use segctl_numeric::Matrix;
/// use segctl_numeric::distance::Metric;
/// use segctl_som::SomModel;
/// use segctl_som::grid::Grid;
/// use segctl_som::map::u_edges;
/// let codebook = Matrix::from_rows(&[[0.0], [1.0], [5.0]])?;
/// let model = SomModel::new(Grid::rectangular(3, 1)?, Metric::Euclidean, codebook)?;
/// let edges = u_edges(&model);
/// assert_eq!((edges.len(), edges[1].a, edges[1].b, edges[1].distance), (2, 1, 2, 4.0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn u_edges(model: &SomModel) -> Vec<Edge> {
    let codebook = model.codebook();
    let edge = |(a, b)| Edge { a, b, distance: squared_euclidean(codebook.row(a), codebook.row(b)).sqrt() };
    model.grid().pairs().into_iter().map(edge).collect()
}

/// For each unit the sum of the distances to its neighbours, and how many there are.
fn sums(model: &SomModel) -> Vec<(f64, usize)> {
    let mut sums = vec![(0.0, 0); model.n_units()];
    for Edge { a, b, distance } in u_edges(model) {
        for unit in [a, b] {
            sums[unit] = (sums[unit].0 + distance, sums[unit].1 + 1);
        }
    }
    sums
}
