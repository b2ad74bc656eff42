//! Indices about centroids.

use proptest::prelude::*;
use segctl_metrics::internal::{
    CentroidIndices, calinski_harabasz, centroid_indices, centroid_indices_many, davies_bouldin, simplified_silhouette,
    sums_of_squares, xie_beni,
};
use segctl_metrics::{MetricsError, inertia};
use segctl_numeric::distance::squared_euclidean;
use segctl_numeric::par::with_threads;
use segctl_numeric::{Labels, Matrix, MatrixView};

use super::{close, groups, rows, scaled, shuffled, signed};

/// Calinski-Harabasz, Davies-Bouldin and Xie-Beni.
fn three(found: &CentroidIndices) -> [f64; 3] {
    [found.calinski_harabasz, found.davies_bouldin, found.xie_beni]
}

/// The same by their formulas, and the sum of squares about the mean of all.
fn by_definition(x: MatrixView<'_>, labels: &[i64]) -> ([f64; 3], f64) {
    let mean = |keep: &dyn Fn(i64) -> bool| {
        let rows: Vec<&[f64]> = x.rows().zip(labels).filter(|(_, l)| keep(**l)).map(|(row, _)| row).collect();
        let of = |j: usize| rows.iter().map(|row| row[j]).sum::<f64>() / rows.len() as f64;
        (rows.len() as f64, (0..x.n_cols()).map(of).collect::<Vec<f64>>())
    };
    let (n, centre) = mean(&|label| label >= 0);
    let mut names: Vec<i64> = labels.iter().copied().filter(|&label| label >= 0).collect();
    names.sort_unstable();
    names.dedup();
    let (mut within, mut between, mut total) = (0.0, 0.0, 0.0);
    let mut clusters = Vec::new();
    for &name in &names {
        let (size, centroid) = mean(&|label| label == name);
        let members: Vec<&[f64]> = x.rows().zip(labels).filter(|(_, l)| **l == name).map(|(row, _)| row).collect();
        within += members.iter().map(|row| squared_euclidean(row, &centroid)).sum::<f64>();
        total += members.iter().map(|row| squared_euclidean(row, &centre)).sum::<f64>();
        between += size * squared_euclidean(&centroid, &centre);
        let spread = members.iter().map(|row| squared_euclidean(row, &centroid).sqrt()).sum::<f64>() / size;
        clusters.push((centroid, spread));
    }
    let k = clusters.len() as f64;
    let (mut worst, mut nearest) = (vec![0.0_f64; clusters.len()], f64::INFINITY);
    for (i, a) in clusters.iter().enumerate() {
        for (_, b) in clusters.iter().enumerate().filter(|&(j, _)| j != i) {
            let apart = squared_euclidean(&a.0, &b.0);
            nearest = nearest.min(apart);
            worst[i] = worst[i].max((a.1 + b.1) / apart.sqrt());
        }
    }
    let indices = [between * (n - k) / (within * (k - 1.0)), worst.iter().sum::<f64>() / k, within / (n * nearest)];
    (indices, total)
}

proptest! {
    #[test]
    fn indices_are_those_of_the_definition((x, labels) in rows()) {
        let (expected, total) = by_definition(x.view(), &labels);
        prop_assume!(expected.iter().all(|value| value.is_finite()) && expected[2] < 1e9);
        let labels = signed(&labels);
        let found = centroid_indices(x.view(), &labels).unwrap();
        for (found, expected) in three(&found).into_iter().zip(expected) {
            prop_assert!(close(found, expected, 1e-9), "{found} for {expected}");
        }
        let sums = &found.sums_of_squares;
        prop_assert!(close(sums.total, total, 1e-10));
        prop_assert!(close(sums.within, inertia(x.view(), &labels).unwrap(), 1e-10));
        prop_assert!(close(sums.per_cluster.iter().sum(), sums.within, 1e-10));
        prop_assert_eq!(sums, &sums_of_squares(x.view(), &labels).unwrap());
        let alone = [calinski_harabasz, davies_bouldin, xie_beni].map(|of| of(x.view(), &labels).unwrap());
        prop_assert_eq!(alone.map(|score| score.value), three(&found));
        prop_assert!(alone.iter().all(|score| score.n_noise == labels.n_noise()));
        let other = signed(&(0..labels.len() as i64).map(|i| i % 2).collect::<Vec<_>>());
        prop_assert_eq!(&centroid_indices_many(x.view(), &[&other, &labels]).unwrap()[1], &found);
    }

    #[test]
    fn names_and_order_and_place_and_unit_do_not_matter((x, labels) in rows(), step in 1_usize..99) {
        let given = signed(&labels);
        let found = centroid_indices(x.view(), &given).unwrap();
        prop_assume!(found.xie_beni < 1e9);
        let renamed = signed(&labels.iter().map(|&label| [-1, 7, 3, 0, 5][(label + 1) as usize]).collect::<Vec<_>>());
        let renamed = centroid_indices(x.view(), &renamed).unwrap();
        let (moved, moved_labels) = shuffled(&x, &labels, step);
        let moved = centroid_indices(moved.view(), &moved_labels).unwrap();
        let shifted = Matrix::new(x.as_slice().iter().map(|v| v + 1000.0).collect(), x.n_rows(), x.n_cols()).unwrap();
        let shifted = centroid_indices(shifted.view(), &given).unwrap();
        // A power of two: the same digits.
        let larger = centroid_indices(scaled(&x, 1024.0).view(), &given).unwrap();
        prop_assert_eq!(three(&larger), three(&found));
        for other in [renamed, moved, shifted] {
            for (other, found) in three(&other).into_iter().zip(three(&found)) {
                prop_assert!(close(other, found, 1e-7), "{other} for {found}");
            }
        }
    }

    #[test]
    fn simplified_silhouettes_are_those_of_the_definition((x, labels) in rows()) {
        let found = simplified_silhouette(x.view(), &signed(&labels)).unwrap();
        let centroid = |label: i64| {
            let rows: Vec<&[f64]> = x.view().rows().zip(&labels).filter(|(_, l)| **l == label).map(|p| p.0).collect();
            let of = |j: usize| rows.iter().map(|row| row[j]).sum::<f64>() / rows.len() as f64;
            (!rows.is_empty()).then(|| (0..x.n_cols()).map(of).collect::<Vec<f64>>())
        };
        let centroids: Vec<_> = (0..5).map(centroid).collect();
        for (i, &label) in labels.iter().enumerate() {
            if label < 0 {
                prop_assert_eq!(found.samples[i], None);
                continue;
            }
            let to = |c: usize| centroids[c].as_ref().map(|c| squared_euclidean(c, x.row(i)).sqrt());
            let a = to(label as usize).unwrap();
            let b = (0..5).filter(|&c| c as i64 != label).filter_map(to).fold(f64::INFINITY, f64::min);
            let is_alone = labels.iter().filter(|&&other| other == label).count() == 1;
            let expected = if is_alone || a.max(b) < 1e-9 { 0.0 } else { (b - a) / a.max(b) };
            if a.max(b) == 0.0 || a.max(b) > 1e-9 {
                prop_assert!(close(found.samples[i].unwrap(), expected, 1e-9));
            }
        }
        let used: Vec<f64> = found.samples.iter().flatten().copied().collect();
        prop_assert!(close(found.mean, used.iter().sum::<f64>() / used.len() as f64, 1e-12));
        let weighted: f64 = found.per_cluster_mean.iter().enumerate().filter_map(|(c, mean)| {
            Some((*mean)? * labels.iter().filter(|&&label| label == c as i64).count() as f64)
        }).sum();
        prop_assert!(close(weighted / found.n_used as f64, found.mean, 1e-12));
    }
}

#[test]
fn the_same_bits_at_any_number_of_threads() {
    let (x, labels) = groups(9001, 5);
    let run = |threads| {
        with_threads(threads, || {
            let indices = centroid_indices(x.view(), &labels).unwrap();
            (indices, simplified_silhouette(x.view(), &labels).unwrap())
        })
    };
    let one = run(1);
    assert_eq!(one, run(2));
    assert_eq!(one, run(3));
}

#[test]
fn an_offset_costs_no_digits() {
    let (x, labels) = groups(500, 3);
    let far = Matrix::new(x.as_slice().iter().map(|v| v + (1_u64 << 30) as f64).collect(), 500, 3).unwrap();
    // The values of the shifted rows are rounded at 2^-22: shift them back before comparing.
    let back = Matrix::new(far.as_slice().iter().map(|v| v - (1_u64 << 30) as f64).collect(), 500, 3).unwrap();
    let [far, back] = [far, back].map(|x| centroid_indices(x.view(), &labels).unwrap());
    for (far, back) in three(&far).into_iter().zip(three(&back)) {
        assert!(close(far, back, 1e-7), "{far} {back}");
    }
}

#[test]
fn clusters_of_equal_rows() {
    // 0.1 added up three times and divided by three is not 0.1.
    let x = Matrix::from_rows(&[[0.1], [0.1], [0.1], [0.7], [0.7], [0.7]]).unwrap();
    let found = centroid_indices(x.view(), &signed(&[0, 0, 0, 1, 1, 1])).unwrap();
    assert_eq!((found.sums_of_squares.within, found.calinski_harabasz), (0.0, 1.0));
    assert_eq!((found.davies_bouldin, found.xie_beni), (0.0, 0.0));
    let same = Matrix::new(vec![0.1; 6], 6, 1).unwrap();
    let found = centroid_indices(same.view(), &signed(&[0, 0, 0, 1, 1, 1])).unwrap();
    assert_eq!(three(&found), [1.0, f64::INFINITY, f64::INFINITY]);
    assert_eq!(found.sums_of_squares.total, 0.0);
    let silhouette = simplified_silhouette(same.view(), &signed(&[0, 0, 0, 1, 1, 1])).unwrap();
    assert_eq!(silhouette.mean, 0.0);
}

#[test]
fn unusable_input_is_refused() {
    let x = Matrix::from_rows(&[[1.0, 0.0], [2.0, 0.0], [5.0, 0.0], [6.0, 1.0]]).unwrap();
    let refused = |x: &Matrix, labels: &[i64]| {
        let labels = signed(labels);
        let error = centroid_indices(x.view(), &labels).unwrap_err();
        assert_eq!(simplified_silhouette(x.view(), &labels).unwrap_err().to_string(), error.to_string());
        assert_eq!(davies_bouldin(x.view(), &labels).unwrap_err().to_string(), error.to_string());
        error
    };
    for labels in [&[0, 0, 0, 0][..], &[0, 1, 2, 3], &[-1, -1, -1, -1], &[0, -1, -1, 1], &[-1, 0, 0, 0]] {
        assert!(matches!(refused(&x, labels), MetricsError::ClusterCount { .. }), "{labels:?}");
    }
    assert_eq!(refused(&x, &[0, 1]).to_string(), "labels has 2 entries, expected 4");
    for (value, text) in [
        (f64::NAN, "X: value NaN at row 1, column 1 is not finite"),
        (f64::INFINITY, "X: value inf at row 1, column 1 is not finite"),
        (-1e300, "X: magnitude of value -1e300 at row 1, column 1 should be <= 1e140"),
    ] {
        let mut bad = x.clone();
        bad.row_mut(1)[1] = value;
        assert_eq!(refused(&bad, &[0, 0, 1, 1]).to_string(), text);
        assert_eq!(sums_of_squares(bad.view(), &signed(&[0, 0, 1, 1])).unwrap_err().to_string(), text);
    }
    let none = Matrix::zeros(4, 0);
    assert_eq!(refused(&none, &[0, 0, 1, 1]).to_string(), "X: n_features=0 should be >= 1");
    let noise = sums_of_squares(x.view(), &signed(&[-1; 4])).unwrap();
    assert_eq!((noise.total, noise.n_used, noise.n_noise), (0.0, 0, 4));
    let labels = [signed(&[0, 0, 1, 1]), signed(&[0, 0, 0, 0])];
    let error = centroid_indices_many(x.view(), &[&labels[0], &labels[1]]).unwrap_err();
    assert!(matches!(error, MetricsError::ClusterCount { labeling: 1, .. }));
}

#[test]
fn extreme_magnitudes_have_finite_indices() {
    let (x, labels) = groups(60, 2);
    let expected = centroid_indices(x.view(), &labels).unwrap();
    for scale in [2.0_f64.powi(460), 2.0_f64.powi(-440)] {
        let found = centroid_indices(scaled(&x, scale).view(), &labels).unwrap();
        for (found, expected) in three(&found).into_iter().zip(three(&expected)) {
            assert!(close(found, expected, 1e-12), "{found} for {expected}");
        }
    }
    // Squares of denormal differences are 0: no variation at all.
    let found = centroid_indices(scaled(&x, 1e-310).view(), &labels).unwrap();
    assert_eq!(three(&found), [1.0, f64::INFINITY, f64::INFINITY]);
}

#[test]
fn empty_clusters_and_single_rows_have_their_places() {
    let x = Matrix::from_rows(&[[0.0], [2.0], [9.0]]).unwrap();
    let labels = Labels::new(vec![1, 1, 3], 5).unwrap();
    let found = centroid_indices(x.view(), &labels).unwrap();
    assert_eq!((found.n_clusters, &found.sums_of_squares.per_cluster[..]), (2, &[0.0, 2.0, 0.0, 0.0, 0.0][..]));
    let found = simplified_silhouette(x.view(), &labels).unwrap();
    assert_eq!(found.per_cluster_mean, [None, Some((8.0 / 9.0 + 6.0 / 7.0) / 2.0), None, Some(0.0), None]);
}
