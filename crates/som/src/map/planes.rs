//! The map feature by feature.

use segctl_numeric::{InputError, Matrix};

use super::on_grid;
use crate::check::out_of_range;
use crate::{SomError, SomModel};

/// The value of one feature at each unit (0-based `feature`).
///
/// ```
/// use segctl_numeric::Matrix;
/// use segctl_numeric::distance::Metric;
/// use segctl_som::SomModel;
/// use segctl_som::grid::Grid;
/// use segctl_som::map::component_plane;
/// let codebook = Matrix::from_rows(&[[0.0, 7.0], [1.0, 8.0]])?;
/// let model = SomModel::new(Grid::rectangular(1, 2)?, Metric::Euclidean, codebook)?;
/// assert_eq!(component_plane(&model, 1)?.row(0), [7.0, 8.0]);
/// assert!(component_plane(&model, 2).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`SomError::Input`] when the model has no such feature.
pub fn component_plane(model: &SomModel, feature: usize) -> Result<Matrix, SomError> {
    if feature >= model.n_features() {
        return Err(out_of_range("feature", feature as f64, "below the number of features"));
    }
    Ok(on_grid(model.grid(), model.codebook().view().column(feature).collect()))
}

/// The Pearson correlations (d x d) of the component planes: which features the map orders alike. Row and column
/// of a constant plane are NaN, its own place included: a correlation with a constant is not defined.
///
/// ```
/// use segctl_numeric::Matrix;
/// use segctl_numeric::distance::Metric;
/// use segctl_som::SomModel;
/// use segctl_som::grid::Grid;
/// use segctl_som::map::correlation_of_planes;
/// let codebook = Matrix::from_rows(&[[0.0, 7.0], [1.0, 5.0]])?;
/// let model = SomModel::new(Grid::rectangular(1, 2)?, Metric::Euclidean, codebook)?;
/// let found = correlation_of_planes(&model)?;
/// assert!((found.row(0)[1] + 1.0).abs() < 1e-12);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`SomError::Input`] on a map of one unit.
pub fn correlation_of_planes(model: &SomModel) -> Result<Matrix, SomError> {
    let (m, d) = (model.n_units(), model.n_features());
    if m < 2 {
        return Err(InputError::TooFewRows { what: "codebook", n_samples: m, at_least: 2 }.into());
    }
    let planes: Vec<Option<Vec<f64>>> = (0..d).map(|j| standard(model.codebook().view().column(j).collect())).collect();
    let mut out = Matrix::zeros(d, d);
    for (i, a) in planes.iter().enumerate() {
        for (j, b) in planes.iter().enumerate() {
            out.row_mut(i)[j] = match (a, b) {
                (Some(_), Some(_)) if i == j => 1.0,
                (Some(a), Some(b)) => a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>().clamp(-1.0, 1.0),
                _ => f64::NAN,
            };
        }
    }
    Ok(out)
}

/// The values less their mean, at length 1; `None` of a constant.
fn standard(mut values: Vec<f64>) -> Option<Vec<f64>> {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    values.iter_mut().for_each(|value| *value -= mean);
    // Scaled by the largest first: squares of tiny values would vanish.
    let largest = values.iter().fold(0.0_f64, |top, value| top.max(value.abs()));
    if largest <= n * f64::EPSILON * mean.abs() {
        return None;
    }
    values.iter_mut().for_each(|value| *value /= largest);
    let length = values.iter().map(|value| value * value).sum::<f64>().sqrt();
    values.iter_mut().for_each(|value| *value /= length);
    Some(values)
}
