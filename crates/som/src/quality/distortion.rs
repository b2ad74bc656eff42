use segctl_numeric::MatrixView;
use segctl_numeric::par::fold_chunks;

use crate::check::{check_rows_of, check_weights, positive};
use crate::neighbourhood::{Bell, Neighbourhood};
use crate::search::forms::SquaredEuclidean;
use crate::search::tiles::Tiles;
use crate::{SomError, SomModel};

/// Rows of one piece of work.
const ROWS: usize = 512;

/// The distortion `sum_i sum_u h(c_i, u) |x_i - w_u|^2` (Kohonen 2001, section 3.12): what training with
/// the neighbourhood `h` at that radius strives to lower. `c_i` is the winner of row `i` in the map's metric;
/// squared distances over known features are scaled by all over those known. A sum, not a mean; rows have
/// their weights.
///
/// MiniSom's `distortion_measure` states the same formula, and adds plain distances instead of squared ones.
/// Time O(n m d).
///
/// ```
/// use segctl_numeric::distance::Metric;
/// use segctl_numeric::{Matrix, MatrixView};
/// use segctl_som::SomModel;
/// use segctl_som::grid::Grid;
/// use segctl_som::neighbourhood::Neighbourhood;
/// use segctl_som::quality::distortion;
/// let codebook = Matrix::from_rows(&[[0.0], [5.0]])?;
/// let model = SomModel::new(Grid::rectangular(2, 1)?, Metric::Euclidean, codebook)?;
/// let x = MatrixView::new(&[2.0], 1, 1)?;
/// assert_eq!(distortion(&model, x, None, Neighbourhood::Bubble, 1.0)?, 4.0);
/// assert_eq!(distortion(&model, x, None, Neighbourhood::Bubble, 2.0)?, 13.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// As [`quality`](super::quality); [`SomError::Input`] for a radius that is not finite and above 0.
pub fn distortion(
    model: &SomModel,
    x: MatrixView<'_>,
    weights: Option<&[f64]>,
    neighbourhood: Neighbourhood,
    radius: f64,
) -> Result<f64, SomError> {
    positive("radius", radius)?;
    check_rows_of(x, model.n_features())?;
    super::at_least_one_row(x)?;
    check_weights(weights, x.n_rows())?;
    let winners = model.winners(x)?.unit;
    let tiles = Tiles::new(model.codebook().view());
    let mut bell = Bell::new(model.grid(), neighbourhood);
    bell.set_radius(radius);
    let of_chunk = |range: std::ops::Range<usize>| {
        let (mut bell, mut shares) = (bell.clone(), vec![0.0; model.n_units()]);
        let of_row = |i: usize| {
            bell.fill(winners[i] as usize, weights.map_or(1.0, |weights| weights[i]), &mut shares);
            let squares = tiles.distances::<SquaredEuclidean>(x.row(i));
            shares.iter().zip(squares).fold(0.0, |sum, (share, square)| sum + share * square)
        };
        range.map(of_row).fold(0.0, |sum, of_row| sum + of_row)
    };
    Ok(fold_chunks(x.n_rows(), ROWS, of_chunk, 0.0, |sum, part| sum + part))
}
