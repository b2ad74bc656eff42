//! The Dunn index.

use proptest::prelude::*;
use segctl_metrics::MetricsError;
use segctl_metrics::internal::{Dunn, dunn};
use segctl_numeric::distance::{Dissimilarity, Gower, Metric};
use segctl_numeric::par::with_threads;
use segctl_numeric::{Matrix, MatrixView};

use super::{all_distances, close, groups, rows, scaled, shuffled, signed};

fn by_definition(x: MatrixView<'_>, dissimilarity: &Dissimilarity, labels: &[i64]) -> (f64, f64) {
    let (mut separation, mut diameter) = (f64::INFINITY, 0.0_f64);
    for i in 0..labels.len() {
        for j in (0..i).filter(|&j| labels[i] >= 0 && labels[j] >= 0) {
            let distance = dissimilarity.distance(x.row(i), x.row(j));
            if labels[i] == labels[j] {
                diameter = diameter.max(distance);
            } else {
                separation = separation.min(distance);
            }
        }
    }
    (separation, diameter)
}

proptest! {
    #[test]
    fn extremes_are_those_of_all_pairs((x, labels) in rows(), step in 1_usize..99) {
        for dissimilarity in all_distances(x.view()) {
            let expected = by_definition(x.view(), &dissimilarity, &labels);
            let found = dunn(x.view(), &dissimilarity, &signed(&labels)).unwrap();
            prop_assert!(close(found.separation, expected.0, 1e-12), "{found:?} {expected:?}");
            prop_assert!(close(found.diameter, expected.1, 1e-12), "{found:?} {expected:?}");
            let (moved, moved_labels) = shuffled(&x, &labels, step);
            prop_assert_eq!(dunn(moved.view(), &dissimilarity, &moved_labels).unwrap(), found);
            if dissimilarity == Metric::Euclidean.into() {
                let larger = dunn(scaled(&x, 64.0).view(), &dissimilarity, &signed(&labels)).unwrap();
                prop_assert_eq!(larger.value, found.value);
                prop_assert_eq!(larger.diameter, 64.0 * found.diameter);
            }
        }
    }
}

#[test]
fn boxes_that_are_passed_over_change_nothing() {
    // Many boxes, of which most pairs are passed over.
    for d in [1, 2, 7] {
        let (x, labels) = groups(3001, d);
        let given: Vec<i64> = labels.to_signed().into_iter().map(i64::from).collect();
        for metric in [Metric::Euclidean, Metric::SquaredEuclidean, Metric::Manhattan, Metric::Chebyshev] {
            let expected = by_definition(x.view(), &metric.into(), &given);
            let found = dunn(x.view(), &metric.into(), &labels).unwrap();
            assert!(close(found.separation, expected.0, 1e-12) && close(found.diameter, expected.1, 1e-12));
        }
    }
}

#[test]
fn the_same_bits_at_any_number_of_threads() {
    let (x, labels) = groups(2003, 4);
    for dissimilarity in all_distances(x.view()) {
        let run = |threads| -> Dunn { with_threads(threads, || dunn(x.view(), &dissimilarity, &labels).unwrap()) };
        let one = run(1);
        assert_eq!(one, run(2));
        assert_eq!(one, run(3));
    }
}

#[test]
fn limits_have_their_values() {
    let euclidean = Dissimilarity::default();
    let value = |rows: &[[f64; 1]], labels: &[i64]| {
        dunn(Matrix::from_rows(rows).unwrap().view(), &euclidean, &signed(labels)).unwrap().value
    };
    assert_eq!(value(&[[1.0], [1.0], [2.0]], &[0, 0, 1]), f64::INFINITY, "no diameter");
    assert_eq!(value(&[[1.0], [1.0], [1.0]], &[0, 0, 1]), 0.0, "all rows equal");
    assert_eq!(value(&[[1.0], [3.0], [1.0]], &[0, 0, 1]), 0.0, "clusters that touch");
    // A row of zeros is at 1 from itself by the cosine, but no row is compared with itself.
    let x = Matrix::from_rows(&[[0.0, 0.0], [1.0, 0.0], [2.0, 0.0]]).unwrap();
    let found = dunn(x.view(), &Metric::Cosine.into(), &signed(&[0, 1, 1])).unwrap();
    assert_eq!((found.separation, found.diameter), (1.0, 0.0));
}

#[test]
fn unusable_input_is_refused() {
    let x = Matrix::from_rows(&[[1.0, 0.0], [2.0, 0.0], [5.0, 0.0], [6.0, 1.0]]).unwrap();
    let euclidean = Dissimilarity::default();
    for labels in [&[0, 0, 0, 0][..], &[0, 1, 2, 3], &[-1, -1, -1, -1], &[0, -1, -1, 1]] {
        let error = dunn(x.view(), &euclidean, &signed(labels)).unwrap_err();
        assert!(matches!(error, MetricsError::ClusterCount { .. }), "{labels:?}");
    }
    let with = |value: f64, by: &Dissimilarity| {
        let mut x = x.clone();
        x.row_mut(2)[0] = value;
        dunn(x.view(), by, &signed(&[0, 0, 1, 1])).map_err(|error| error.to_string())
    };
    assert_eq!(with(f64::NAN, &euclidean).unwrap_err(), "X: value NaN at row 2, column 0 is not finite");
    assert!(with(1e300, &euclidean).unwrap_err().ends_with("should be <= 1e150"));
    assert!(with(1e145, &Metric::SquaredEuclidean.into()).unwrap_err().ends_with("should be <= 1e140"));
    assert!(with(1e149, &euclidean).unwrap().value.is_finite());
    assert_eq!(with(5e-324, &euclidean).unwrap().separation, 1.0);
    let other = Gower::new(vec![true], vec![0.0]).unwrap().into();
    assert_eq!(with(1.0, &other).unwrap_err(), "row of X has 2 entries, expected 1");
    assert!(dunn(x.view(), &euclidean, &signed(&[0, 1])).is_err());
    assert!(dunn(Matrix::zeros(3, 0).view(), &euclidean, &signed(&[0, 0, 1])).is_err());
}
