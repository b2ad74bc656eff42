//! Groups found in one half of the rows, looked for in the other.

use segctl_numeric::distance::squared_euclidean;
use segctl_numeric::{Labels, Matrix, MatrixView};

use crate::dip;

/// Rows that a centre and a dip stand on, at least.
const MIN_ROWS: usize = 5;

/// A place chosen for its dip in one half.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Place {
    /// The scaled dip there in the half in which it was chosen.
    pub(super) own: f64,
    /// The scaled dip there in the other half.
    pub(super) other: f64,
    /// Rows there in the other half.
    n_other: usize,
}

impl Place {
    /// The first of those with the largest dip in their own half.
    pub(super) fn best(places: &[Self]) -> Self {
        largest(places.iter().map(|place| (*place, place.own))).unwrap_or_default().0
    }

    /// That of the dip in the other half, for which the place was not chosen; 1 where there are too few rows.
    pub(super) fn p_value(&self) -> f64 {
        if self.n_other < MIN_ROWS {
            return 1.0;
        }
        dip::p_value(self.other / (self.n_other as f64).sqrt(), self.n_other)
    }
}

/// The feature with the largest dip in `own`.
pub(super) fn feature_dip(own: MatrixView<'_>, other: MatrixView<'_>) -> Place {
    let dips = (0..own.n_cols()).map(|j| (j, scaled_dip(own.column(j).collect())));
    place(largest(dips), |j| other.column(j).collect())
}

/// The line through two centres of the clusters of `own` with the largest dip there.
pub(super) fn pair_dip(own: MatrixView<'_>, labels: &Labels, other: MatrixView<'_>) -> Place {
    let centers = centers(own, labels);
    let (to_own, to_other) = (distances(own, centers.view()), distances(other, centers.view()));
    let pairs = (0..centers.n_rows()).flat_map(|a| (0..a).map(move |b| (a, b)));
    let dips = pairs.map(|pair| (pair, scaled_dip(between(to_own.view(), centers.view(), pair))));
    place(largest(dips), |pair| between(to_other.view(), centers.view(), pair))
}

fn place<T>(chosen: Option<(T, f64)>, values: impl Fn(T) -> Vec<f64>) -> Place {
    let Some((at, own)) = chosen else { return Place::default() };
    let values = values(at);
    Place { own, n_other: values.len(), other: scaled_dip(values) }
}

/// The first of those with the largest value.
fn largest<T>(valued: impl Iterator<Item = (T, f64)>) -> Option<(T, f64)> {
    valued.reduce(|best, next| if next.1 > best.1 { next } else { best })
}

/// The dip times the square root of the number of values: what does not shrink as they become more.
fn scaled_dip(mut values: Vec<f64>) -> f64 {
    if values.len() < MIN_ROWS {
        return 0.0;
    }
    values.sort_unstable_by(f64::total_cmp);
    dip::fit(&values).dip * (values.len() as f64).sqrt()
}

/// The means of clusters with enough rows.
fn centers(x: MatrixView<'_>, labels: &Labels) -> Matrix {
    let (sizes, d) = (labels.sizes(), x.n_cols());
    let mut means = Matrix::zeros(labels.n_clusters(), d);
    for (i, row) in x.rows().enumerate() {
        if let Some(cluster) = labels.get(i) {
            means.row_mut(cluster).iter_mut().zip(row).for_each(|(mean, value)| *mean += value / sizes[cluster] as f64);
        }
    }
    let large: Vec<usize> = (0..sizes.len()).filter(|&cluster| sizes[cluster] >= MIN_ROWS).collect();
    means.view().select_rows(&large)
}

/// The squared distances of rows to centres, n x k.
fn distances(x: MatrixView<'_>, centers: MatrixView<'_>) -> Matrix {
    let all = x.rows().flat_map(|row| centers.rows().map(move |center| squared_euclidean(row, center)));
    Matrix::new(all.collect(), x.n_rows(), centers.n_rows()).expect("a distance for each row and center")
}

/// The places along the line through two centres of the rows that are nearer to the middle of both than to any
/// other centre.
///
/// That region is convex, so that a density whose logarithm is concave has one mode along any line in it.
fn between(distances: MatrixView<'_>, centers: MatrixView<'_>, (a, b): (usize, usize)) -> Vec<f64> {
    let apart = squared_euclidean(centers.row(a), centers.row(b));
    let is_inside = |row: &&[f64]| {
        let to_middle = (row[a] + row[b]) / 2.0 - apart / 4.0;
        row.iter().enumerate().all(|(c, distance)| c == a || c == b || to_middle <= *distance)
    };
    distances.rows().filter(is_inside).map(|row| row[a] - row[b]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(n: usize, centre: impl Fn(usize) -> [f64; 2]) -> Matrix {
        let wobble = |at: usize| ((at * 2_654_435_761) % 1_000_003) as f64 / 1_000_003.0;
        let row = |i: usize| [centre(i)[0] + wobble(2 * i), centre(i)[1] + wobble(2 * i + 1)];
        Matrix::from_rows(&(0..n).map(row).collect::<Vec<_>>()).unwrap()
    }

    #[test]
    fn a_region_between_two_centres_leaves_out_the_others() {
        let centers = Matrix::from_rows(&[[0.0, 0.0], [4.0, 0.0], [0.0, 5.0]]).unwrap();
        let x = Matrix::from_rows(&[[0.0, 0.0], [4.0, 0.0], [2.0, -9.0], [0.0, 5.0], [2.0, 2.0]]).unwrap();
        let to = distances(x.view(), centers.view());
        // Nearer to (2, 0) than to (0, 5): by definition, row by row. The place is |x - a|^2 - |x - b|^2.
        assert_eq!(between(to.view(), centers.view(), (0, 1)), [-16.0, 16.0, 0.0, 0.0]);
    }

    #[test]
    fn the_place_is_chosen_in_one_half_and_looked_at_in_the_other() {
        let apart = |i: usize| [f64::from(u32::from(i % 2 == 1)) * 4.0, 0.0];
        let labels = Labels::new((0..80).map(|i| i % 2).collect(), 2).unwrap();
        let (own, same, one) = (table(80, apart), table(120, apart), table(90, |_| [2.0, 0.0]));
        let found = pair_dip(own.view(), &labels, same.view());
        assert!(found.own > 1.0 && found.other > 1.0 && found.p_value() == 0.0001, "{found:?}");
        let found = pair_dip(own.view(), &labels, one.view());
        assert!(found.own > 1.0 && found.other < 0.5 && found.p_value() > 0.1, "{found:?}");
        assert_eq!(feature_dip(own.view(), same.view()).n_other, 120);
    }

    #[test]
    fn small_clusters_and_noise_have_no_place() {
        let x = table(12, |_| [0.0, 0.0]);
        let labels = Labels::from_signed(&[0, 0, 0, 0, 1, 1, 1, 1, 1, 1, -1, -1]).unwrap();
        assert_eq!(centers(x.view(), &labels).n_rows(), 1);
        let noise = Labels::from_signed(&[-1; 12]).unwrap();
        for labels in [labels, noise] {
            let found = pair_dip(x.view(), &labels, x.view());
            assert_eq!((found, found.p_value()), (Place::default(), 1.0));
        }
    }
}
