//! The density-based index.

use proptest::prelude::*;
use segctl_metrics::internal::{Dbcv, Ties, dbcv, dbcv_with};
use segctl_numeric::distance::{Dissimilarity, Gower, Metric};
use segctl_numeric::par::with_threads;
use segctl_numeric::{Matrix, MatrixView};

use super::{all_distances, close, groups, rows, scaled, shuffled, signed};

/// A cluster: its rows, their core distances, its sparseness, its inner rows.
type Cluster = (Vec<usize>, Vec<f64>, f64, Vec<usize>);

fn reachability(x: MatrixView<'_>, by: &Dissimilarity, a: (usize, f64), b: (usize, f64)) -> f64 {
    by.distance(x.row(a.0), x.row(b.0)).max(a.1).max(b.1)
}

/// An edge: its weight, the distance of its ends, its ends.
type Edge = (f64, f64, usize, usize);

/// Kruskal's algorithm over all edges in order of weight and distance.
fn kruskal(m: usize, edge: &dyn Fn(usize, usize) -> Edge) -> Vec<Edge> {
    let mut edges: Vec<Edge> = (0..m).flat_map(|i| (0..i).map(move |j| (j, i))).map(|(i, j)| edge(i, j)).collect();
    edges.sort_by(|a, b| a.partial_cmp(b).unwrap());
    let mut component: Vec<usize> = (0..m).collect();
    edges.retain(|&(_, _, i, j)| {
        let (from, to) = (component[i], component[j]);
        component.iter_mut().filter(|c| **c == from).for_each(|c| *c = to);
        from != to
    });
    edges
}

/// Prim's algorithm from row 0, the lowest row and the earliest neighbour winning ties.
fn prim(m: usize, edge: &dyn Fn(usize, usize) -> Edge) -> Vec<Edge> {
    let mut nearest: Vec<Option<Edge>> = vec![None; m];
    let mut is_joined = vec![false; m];
    let (mut tree, mut joined) = (Vec::new(), 0);
    while tree.len() + 1 < m {
        is_joined[joined] = true;
        for row in (0..m).filter(|&row| !is_joined[row]) {
            let offered = edge(joined, row);
            if nearest[row].is_none_or(|nearest| offered.0 < nearest.0) {
                nearest[row] = Some(offered);
            }
        }
        let outside = (0..m).filter(|&row| !is_joined[row]);
        joined = outside.min_by(|&a, &b| nearest[a].unwrap().0.total_cmp(&nearest[b].unwrap().0)).unwrap();
        tree.push(nearest[joined].unwrap());
    }
    tree
}

fn inside(x: MatrixView<'_>, by: &Dissimilarity, rows: Vec<usize>, ties: Ties) -> Cluster {
    let (m, p) = (rows.len(), x.n_cols() as f64);
    let core = |i: usize| {
        let others = (0..m).filter(|&j| j != i).map(|j| by.distance(x.row(rows[i]), x.row(rows[j])));
        let sum: f64 = others.map(|distance| distance.powf(-p)).sum();
        (sum / (m - 1) as f64).powf(-1.0 / p)
    };
    let cores: Vec<f64> = (0..m).map(core).collect();
    let edge = |i: usize, j: usize| {
        let weight = reachability(x, by, (rows[i], cores[i]), (rows[j], cores[j]));
        (weight, by.distance(x.row(rows[i]), x.row(rows[j])), i, j)
    };
    let tree = if ties == Ties::Distance { kruskal(m, &edge) } else { prim(m, &edge) };
    let mut degrees = vec![0; m];
    tree.iter().flat_map(|edge| [edge.2, edge.3]).for_each(|end| degrees[end] += 1);
    let longest = |is_kept: &dyn Fn(usize, usize) -> bool| {
        tree.iter().filter(|edge| is_kept(edge.2, edge.3)).map(|edge| edge.0).reduce(f64::max)
    };
    let sparseness = longest(&|i, j| degrees[i] > 1 && degrees[j] > 1).or_else(|| longest(&|_, _| true)).unwrap();
    let mut inner: Vec<usize> = (0..m).filter(|&i| degrees[i] > 1).collect();
    if inner.is_empty() {
        inner = (0..m).collect();
    }
    (rows, cores, sparseness, inner)
}

fn by_definition(x: MatrixView<'_>, by: &Dissimilarity, labels: &[i64], ties: Ties) -> f64 {
    let rows = |label: i64| (0..labels.len()).filter(|&i| labels[i] == label).collect::<Vec<_>>();
    let clusters: Vec<Cluster> =
        (0..9).map(rows).filter(|rows| rows.len() > 1).map(|rows| inside(x, by, rows, ties)).collect();
    let separation = |a: &Cluster, b: &Cluster| {
        let pairs = a.3.iter().flat_map(|&i| b.3.iter().map(move |&j| (i, j)));
        let between = |(i, j): (usize, usize)| reachability(x, by, (a.0[i], a.1[i]), (b.0[j], b.1[j]));
        pairs.map(between).fold(f64::INFINITY, f64::min)
    };
    let mut sum = 0.0;
    for (i, a) in clusters.iter().enumerate() {
        let others = clusters.iter().enumerate().filter(|&(j, _)| j != i);
        let apart = others.map(|(_, b)| separation(a, b)).fold(f64::INFINITY, f64::min);
        let larger = apart.max(a.2);
        sum += if larger > 0.0 { a.0.len() as f64 * (apart - a.2) / larger } else { 0.0 };
    }
    sum / labels.len() as f64
}

/// Rows whose distances differ, so that one tree is minimal.
fn rows_without_ties() -> impl Strategy<Value = (Matrix, Vec<i64>)> {
    rows().prop_map(|(x, labels)| {
        // Irrational steps: multiples of one number would make equal distances again, and so would roots of squares.
        let jitter = |(at, value): (usize, &f64)| value + ((at as f64 + 2.0).ln() * 1009.0).fract() * 0.37;
        let values = x.as_slice().iter().enumerate().map(jitter).collect();
        (Matrix::new(values, x.n_rows(), x.n_cols()).unwrap(), labels)
    })
}

proptest! {
    #[test]
    fn the_index_is_that_of_the_definition((x, labels) in rows_without_ties()) {
        for dissimilarity in all_distances(x.view()) {
            // Equal distances abound among categories, and cosines of one column are all alike.
            let has_ties = match &dissimilarity {
                Dissimilarity::Metric(metric) => *metric == Metric::Cosine && x.n_cols() < 3,
                _ => true,
            };
            let found = dbcv(x.view(), &dissimilarity, &signed(&labels)).unwrap();
            prop_assert!((-1.0..=1.0).contains(&found.value));
            prop_assert!(found.per_cluster.iter().flatten().all(|value| (-1.0..=1.0).contains(value)));
            if !has_ties {
                let expected = by_definition(x.view(), &dissimilarity, &labels, Ties::Distance);
                prop_assert!(close(found.value, expected, 1e-8), "{} for {expected}", found.value);
                let found = dbcv_with(x.view(), &dissimilarity, &signed(&labels), Ties::RowOrder).unwrap();
                let expected = by_definition(x.view(), &dissimilarity, &labels, Ties::RowOrder);
                prop_assert!(close(found.value, expected, 1e-8), "{} for {expected}", found.value);
            }
        }
    }

    #[test]
    fn order_and_names_and_unit_do_not_matter((x, labels) in rows_without_ties(), step in 1_usize..99) {
        let euclidean = Dissimilarity::default();
        let found = dbcv(x.view(), &euclidean, &signed(&labels)).unwrap();
        let (moved, moved_labels) = shuffled(&x, &labels, step);
        prop_assert!(close(dbcv(moved.view(), &euclidean, &moved_labels).unwrap().value, found.value, 1e-9));
        let renamed: Vec<i64> = labels.iter().map(|&label| [-1, 7, 3, 0, 5][(label + 1) as usize]).collect();
        let renamed = dbcv(x.view(), &euclidean, &signed(&renamed)).unwrap();
        prop_assert!(close(renamed.value, found.value, 1e-12));
        let larger = dbcv(scaled(&x, 256.0).view(), &euclidean, &signed(&labels)).unwrap();
        prop_assert!(close(larger.value, found.value, 1e-12));
    }
}

#[test]
fn the_values_of_the_authors_program() {
    let squared = Metric::SquaredEuclidean.into();
    let x = Matrix::from_rows(&[[1.0, 1.0], [2.0, 2.0], [4.0, 4.0], [5.0, 5.0]]).unwrap();
    let other = Matrix::new((1..11).map(f64::from).collect(), 5, 2).unwrap();
    for ties in [Ties::Distance, Ties::RowOrder] {
        let found = dbcv_with(x.view(), &squared, &signed(&[0, 0, 1, 1]), ties).unwrap();
        assert!(close(found.value, 0.75, 1e-14));
        let found = dbcv_with(other.view(), &squared, &signed(&[0, 0, 1, 1, 1]), ties).unwrap();
        assert!(close(found.value, 0.694_201_697_828_989, 1e-14));
    }
}

#[test]
fn the_same_bits_at_any_number_of_threads() {
    let (x, labels) = groups(800, 3);
    for dissimilarity in all_distances(x.view()) {
        let run = |threads| -> Dbcv { with_threads(threads, || dbcv(x.view(), &dissimilarity, &labels).unwrap()) };
        let one = run(1);
        assert_eq!(one, run(2));
        assert_eq!(one, run(3));
    }
}

#[test]
fn shapes_that_centroids_cannot_tell_apart_are_valid() {
    let ring = |radius: f64, n: usize| {
        (0..n).map(move |i| {
            let angle = i as f64 / n as f64 * std::f64::consts::TAU + 0.01 * (i * i % 7) as f64;
            [radius * angle.cos(), radius * angle.sin()]
        })
    };
    let rows: Vec<[f64; 2]> = ring(1.0, 60).chain(ring(5.0, 200)).collect();
    let x = Matrix::from_rows(&rows).unwrap();
    let right: Vec<i64> = (0..260).map(|i| i64::from(i >= 60)).collect();
    let wrong: Vec<i64> = rows.iter().map(|row| i64::from(row[0] > 0.0)).collect();
    let value = |labels: &[i64]| dbcv(x.view(), &Dissimilarity::default(), &signed(labels)).unwrap().value;
    assert!(value(&right) > 0.7 && value(&wrong) < 0.0, "{} {}", value(&right), value(&wrong));
}

#[test]
fn noise_and_single_rows_count_in_the_weights() {
    let rows = [[0.0], [1.0], [2.5], [10.0], [11.0], [12.5], [50.0], [99.0]];
    let x = Matrix::from_rows(&rows).unwrap();
    let euclidean = Dissimilarity::default();
    let found = dbcv(x.view(), &euclidean, &signed(&[0, 0, 0, 2, 2, 2, 1, -1])).unwrap();
    assert_eq!((found.n_used, found.n_noise, found.n_alone), (6, 1, 1));
    assert_eq!(found.per_cluster[1], None);
    let used = dbcv(x.view().rows_range(0..6), &euclidean, &signed(&[0, 0, 0, 2, 2, 2])).unwrap();
    assert!(close(found.value, used.value * 6.0 / 8.0, 1e-14));
}

#[test]
fn duplicates_have_a_core_distance_of_zero() {
    let euclidean = Dissimilarity::default();
    let x = Matrix::from_rows(&[[0.0], [0.0], [0.0], [4.0], [4.0]]).unwrap();
    let found = dbcv(x.view(), &euclidean, &signed(&[0, 0, 0, 1, 1])).unwrap();
    assert_eq!(found.per_cluster, [Some(1.0), Some(1.0)]);
    let same = dbcv(Matrix::zeros(5, 1).view(), &euclidean, &signed(&[0, 0, 0, 1, 1])).unwrap();
    assert_eq!(same.value, 0.0);
}

#[test]
fn hostile_input_is_refused_or_has_a_value() {
    let (x, labels) = groups(40, 30);
    let euclidean = Dissimilarity::default();
    let expected = dbcv(x.view(), &euclidean, &labels).unwrap().value;
    for scale in [2.0_f64.powi(480), 2.0_f64.powi(-480)] {
        let found = dbcv(scaled(&x, scale).view(), &euclidean, &labels).unwrap().value;
        assert!(close(found, expected, 1e-9), "{found} for {expected}");
    }
    assert_eq!(dbcv(scaled(&x, 1e-310).view(), &euclidean, &labels).unwrap().value, 0.0);
    let message =
        |x: &Matrix, by: &Dissimilarity, labels: &[i64]| dbcv(x.view(), by, &signed(labels)).unwrap_err().to_string();
    let x = Matrix::from_rows(&[[1.0], [2.0], [5.0], [6.0]]).unwrap();
    for (labels, found) in [([0, 0, 0, 0], 1), ([0, 1, 2, 3], 0), ([-1; 4], 0), ([0, 0, 1, 2], 1)] {
        let expected = format!("clusters of two rows or more={found} should be >= 2");
        assert_eq!(message(&x, &euclidean, &labels), expected);
    }
    assert_eq!(message(&x, &euclidean, &[0]), "labels has 1 entries, expected 4");
    assert!(message(&scaled(&x, 1e300), &euclidean, &[0, 0, 1, 1]).ends_with("should be <= 1e150"));
    assert!(message(&scaled(&x, f64::NAN), &euclidean, &[0, 0, 1, 1]).ends_with("is not finite"));
    let other = Gower::new(vec![true; 2], vec![0.0; 2]).unwrap().into();
    assert_eq!(message(&x, &other, &[0, 0, 1, 1]), "row of X has 1 entries, expected 2");
}
