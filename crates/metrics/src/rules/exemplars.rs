use segctl_numeric::distance::squared_euclidean;
use segctl_numeric::{InputError, Labels, MatrixView, par};

use super::tree::check_lengths;
use crate::MetricsError;

/// The largest magnitude accepted: squared differences of 10^7 columns still add up to a finite number.
const MAX_MAGNITUDE: f64 = 1e150;

/// Of each cluster the `m` rows of `x` (n x d) nearest to its centre in `centers` (k x d) by Euclidean distance, the
/// nearest first, the lower row number first among equals; fewer where the cluster has fewer. Noise has none.
///
/// Both in the space in which the clusters were made, such as scaled columns. O(n d + n log n).
///
/// ```
/// use segctl_metrics::rules::paragons;
/// use segctl_numeric::{Labels, MatrixView};
/// let x = MatrixView::new(&[1.0, 2.0, 3.0, 9.0], 4, 1)?;
/// let centers = MatrixView::new(&[2.0, 9.0], 2, 1)?;
/// let found = paragons(x, &Labels::new(vec![0, 0, 0, 1], 2)?, centers, 2)?;
/// assert_eq!(found, [vec![1, 0], vec![3]]);
/// # Ok::<(), segctl_metrics::MetricsError>(())
/// ```
///
/// # Errors
/// [`MetricsError::Input`] for another number of labels than rows, of centres than clusters or of columns in both, and
/// values that are not finite; [`MetricsError::TooLarge`] for magnitudes whose squares overflow.
pub fn paragons(
    x: MatrixView<'_>,
    labels: &Labels,
    centers: MatrixView<'_>,
    m: usize,
) -> Result<Vec<Vec<usize>>, MetricsError> {
    check_lengths(x, labels)?;
    let agree = |what, found, expected| match found == expected {
        true => Ok(()),
        false => Err(InputError::Length { what, found, expected }),
    };
    agree("centers", centers.n_rows(), labels.n_clusters())?;
    agree("a row of centers", centers.n_cols(), x.n_cols())?;
    check_magnitudes(x, "X")?;
    check_magnitudes(centers, "centers")?;
    let mut distances = vec![0.0; x.n_rows()];
    par::fill_chunks(&mut distances, 1, par::CHUNK_ROWS, |range, distances| {
        for (distance, row) in distances.iter_mut().zip(range) {
            *distance = labels.get(row).map_or(0.0, |cluster| squared_euclidean(x.row(row), centers.row(cluster)));
        }
    });
    Ok(smallest(&distances, labels, m))
}

/// Of each cluster the `m` rows with the smallest margins, the smallest first, the lower row number first among equals;
/// fewer where the cluster has fewer.
///
/// A margin is how clearly a row is of its cluster, by whatever measure: a silhouette, or the distance to the second
/// nearest centre less that to the nearest. One per row, of any sign, infinite ones allowed; those of noise are not looked at. O(n log n).
///
/// ```
/// use segctl_metrics::rules::borderline;
/// use segctl_numeric::Labels;
/// let labels = Labels::from_signed(&[0, 0, 1, -1])?;
/// assert_eq!(borderline(&[0.9, 0.1, 0.5, f64::NAN], &labels, 1)?, [vec![1], vec![2]]);
/// # Ok::<(), segctl_metrics::MetricsError>(())
/// ```
///
/// # Errors
/// [`MetricsError::Input`] for another number of margins than labels, and the margin NaN of a row that is no noise.
pub fn borderline(margins: &[f64], labels: &Labels, m: usize) -> Result<Vec<Vec<usize>>, MetricsError> {
    if margins.len() != labels.len() {
        return Err(InputError::Length { what: "margins", found: margins.len(), expected: labels.len() }.into());
    }
    let is_wrong = |&row: &usize| margins[row].is_nan() && labels.get(row).is_some();
    match (0..margins.len()).find(is_wrong) {
        Some(row) => Err(InputError::NotFinite { what: "margins", row, column: 0, value: margins[row] }.into()),
        None => Ok(smallest(margins, labels, m)),
    }
}

/// Of each cluster the `m` rows of the smallest values.
fn smallest(values: &[f64], labels: &Labels, m: usize) -> Vec<Vec<usize>> {
    let mut members = vec![Vec::new(); labels.n_clusters()];
    for row in 0..values.len() {
        if let Some(cluster) = labels.get(row) {
            members[cluster].push(row);
        }
    }
    for rows in &mut members {
        // Adding 0 makes -0 a 0.
        rows.sort_by(|&a: &usize, &b| (values[a] + 0.0).total_cmp(&(values[b] + 0.0)));
        rows.truncate(m);
    }
    members
}

fn check_magnitudes(x: MatrixView<'_>, what: &'static str) -> Result<(), MetricsError> {
    x.ensure_finite(what)?;
    match x.as_slice().iter().position(|value| value.abs() > MAX_MAGNITUDE) {
        None => Ok(()),
        Some(at) => Err(MetricsError::TooLarge {
            row: at / x.n_cols(),
            column: at % x.n_cols(),
            value: x.as_slice()[at],
            limit: MAX_MAGNITUDE,
        }),
    }
}
