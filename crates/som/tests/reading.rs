//! Judging and reading maps, beside definitions.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod common;

use common::{METRICS, clouds, distance, grids, holed, winner};
use segctl_numeric::distance::Metric;
use segctl_numeric::par::with_threads;
use segctl_numeric::{Labels, Matrix, MatrixView};
use segctl_som::grid::{Edges, Grid, Topology, propose_size};
use segctl_som::map::{
    activation, component_plane, correlation_of_planes, hits, label_map, rows_of_units, u_edges, u_matrix,
};
use segctl_som::neighbourhood::Neighbourhood;
use segctl_som::quality::{PreservationParams, distortion, preservation, quality};
use segctl_som::{SomModel, SomParams, Winners, fit};

fn trained(x: &Matrix, grid: Grid, metric: Metric) -> SomModel {
    fit(x.view(), &SomParams::new(grid).with_n_epochs(5).with_metric(metric)).unwrap().model
}

#[test]
fn winners_are_the_two_nearest_units_over_what_is_known() {
    for (metric, x) in METRICS.into_iter().flat_map(|metric| [(metric, clouds(60, 5)), (metric, holed(60, 5, 4))]) {
        let model = trained(&x, Grid::rectangular(5, 3).unwrap(), metric);
        let found = model.winners(x.view()).unwrap();
        for i in 0..60 {
            let mut all: Vec<f64> =
                model.codebook().view().rows().map(|unit| distance(metric, x.row(i), unit)).collect();
            assert_eq!(found.unit[i] as usize, winner(metric, x.row(i), model.codebook()), "{metric:?}, row {i}");
            assert!((found.second_distance[i] - all[found.second[i] as usize]).abs() < 1e-12);
            let activated = activation(&model, x.row(i)).unwrap();
            assert!(activated.as_slice().iter().zip(&all).all(|(a, b)| (a - b).abs() < 1e-12));
            all.sort_by(f64::total_cmp);
            let two = [found.distance[i], found.second_distance[i]];
            assert!(two.iter().zip(&all).all(|(a, b)| (a - b).abs() < 1e-12), "{metric:?}, row {i}: {two:?}");
        }
    }
}

#[test]
fn what_a_row_gets_does_not_depend_on_the_others() {
    for x in [clouds(1500, 6), holed(1500, 6, 23)] {
        let model = trained(&x, Grid::rectangular(8, 7).unwrap(), Metric::Euclidean);
        let all = model.winners(x.view()).unwrap();
        for i in [0, 1, 2, 3, 4, 5, 512, 1499] {
            let one = model.winners(x.view().rows_range(i..i + 1)).unwrap();
            assert_eq!((one.unit[0], one.second[0]), (all.unit[i], all.second[i]));
            assert_eq!((one.distance[0], one.second_distance[0]), (all.distance[i], all.second_distance[i]));
        }
    }
}

#[test]
fn the_first_of_equal_units_wins_and_a_single_unit_has_no_second() {
    let codebook = Matrix::from_rows(&[[1.0]; 20]).unwrap();
    for metric in METRICS {
        let model = SomModel::new(Grid::rectangular(4, 5).unwrap(), metric, codebook.clone()).unwrap();
        let found = model.winners(MatrixView::new(&[3.0], 1, 1).unwrap()).unwrap();
        assert_eq!((found.unit[0], found.second[0]), (0, 1), "{metric:?}");
        let one = Matrix::from_rows(&[[2.0]]).unwrap();
        let one = SomModel::new(Grid::rectangular(1, 1).unwrap(), metric, one).unwrap();
        let found = one.winners(MatrixView::new(&[3.0], 1, 1).unwrap()).unwrap();
        assert_eq!((found.second[0], found.second_distance[0]), (Winners::NONE, f64::INFINITY));
    }
}

#[test]
fn errors_are_means_over_rows() {
    let weights: Vec<f64> = (0..90).map(|i| f64::from(i % 3)).collect();
    for grid in grids() {
        let x = clouds(90, 3);
        let model = trained(&x, grid, Metric::Manhattan);
        let euclidean = SomModel::new(grid, Metric::Euclidean, model.codebook().clone()).unwrap();
        let won = euclidean.winners(x.view()).unwrap();
        let found = quality(&model, x.view(), Some(&weights)).unwrap();
        let total: f64 = weights.iter().sum();
        let mean = |of: &dyn Fn(usize) -> f64| (0..90).map(|i| weights[i] * of(i)).sum::<f64>() / total;
        let close = |a: f64, b: f64| assert!((a - b).abs() < 1e-12, "{grid:?}: {a} for {b}");
        close(found.quantization_error, mean(&|i| won.distance[i]));
        let apart = |i: usize| {
            let away = grid.distance(won.unit[i] as usize, won.second[i] as usize);
            let near = if grid.topology() == Topology::Hexagonal { 1.0 } else { 1.42 };
            f64::from(u8::from(away > near))
        };
        close(found.topographic_error.unwrap(), mean(&apart));
        let means: Vec<f64> = (0..3).map(|j| mean(&|i| x.row(i)[j])).collect();
        let all = mean(&|i| (0..3).map(|j| (x.row(i)[j] - means[j]).powi(2)).sum());
        close(found.explained_variance.unwrap(), 1.0 - mean(&|i| won.distance[i].powi(2)) / all);
        close(found.hits.iter().sum(), total);
        assert_eq!(found.n_dead, found.unit_errors.iter().filter(|error| error.is_none()).count());
        let by_unit = found.unit_errors.iter().zip(&found.hits).map(|(error, hits)| error.unwrap_or(0.0) * hits);
        close(by_unit.sum::<f64>() / total, found.quantization_error);
    }
}

#[test]
fn distortion_weighs_rows_as_copies() {
    let x = holed(50, 3, 6);
    let model = trained(&x, Grid::hexagonal(4, 4).unwrap(), Metric::Euclidean);
    let weights: Vec<f64> = (0..50).map(|i| f64::from(i % 3)).collect();
    let copies: Vec<usize> = (0..50).flat_map(|i| vec![i; i % 3]).collect();
    let of = |x: MatrixView<'_>, weights| distortion(&model, x, weights, Neighbourhood::Gaussian, 1.3).unwrap();
    let (weighted, copied) = (of(x.view(), Some(&weights)), of(x.view().select_rows(&copies).view(), None));
    assert!((weighted - copied).abs() < 1e-9 * copied && copied > 0.0);
}

/// Trustworthiness and its counterpart by the formula, where no two distances are equal.
fn by_ranks(far: &dyn Fn(usize, usize) -> f64, near: &dyn Fn(usize, usize) -> f64, n: usize, k: usize) -> f64 {
    let rank = |of: &dyn Fn(usize, usize) -> f64, i: usize, j: usize| {
        1 + (0..n).filter(|&other| other != i && other != j && of(i, other) < of(i, j)).count()
    };
    let pairs = (0..n).flat_map(|i| (0..n).filter(move |&j| j != i).map(move |j| (i, j)));
    let excess = |(i, j)| if rank(near, i, j) <= k { rank(far, i, j).saturating_sub(k) } else { 0 };
    let sum: usize = pairs.map(excess).sum();
    1.0 - 2.0 * sum as f64 / (n * k * (2 * n - 3 * k - 1)) as f64
}

#[test]
fn preservation_is_that_of_venna_and_kaski() {
    // Units of a line so chosen that no two are as far from a third.
    let units: Vec<usize> = (0..10).map(|k| (3_usize.pow(k) - 1) / 2).collect();
    let x = clouds(10, 3);
    let mut codebook = Matrix::from_rows(&vec![[1e6; 3]; 9842]).unwrap();
    units.iter().enumerate().for_each(|(i, &unit)| codebook.row_mut(unit).copy_from_slice(x.row(i)));
    let model = SomModel::new(Grid::rectangular(9842, 1).unwrap(), Metric::Euclidean, codebook).unwrap();
    let on_map = |i: usize, j: usize| units[i].abs_diff(units[j]) as f64;
    let among = |i: usize, j: usize| distance(Metric::Euclidean, x.row(i), x.row(j));
    for k in 1..=4 {
        let found = preservation(&model, x.view(), &PreservationParams::new(k)).unwrap();
        assert!((found.trustworthiness - by_ranks(&among, &on_map, 10, k)).abs() < 1e-12, "k = {k}");
        assert!((found.neighbourhood_preservation - by_ranks(&on_map, &among, 10, k)).abs() < 1e-12, "k = {k}");
    }
    let too_many = preservation(&model, x.view(), &PreservationParams::new(5)).unwrap_err();
    assert_eq!(too_many.to_string(), "n_neighbours=5 should be below half the rows");
}

#[test]
fn a_sample_stands_for_many_rows() {
    let x = clouds(900, 3);
    let model = trained(&x, Grid::rectangular(8, 6).unwrap(), Metric::Euclidean);
    let of = |max_rows| preservation(&model, x.view(), &PreservationParams::new(10).with_max_rows(max_rows)).unwrap();
    let (all, sample) = (of(900), of(300));
    assert_eq!((all.n_rows, sample.n_rows), (900, 300));
    assert!((all.trustworthiness - sample.trustworthiness).abs() < 0.03);
    assert_eq!(of(300), with_threads(3, || of(300)));
}

#[test]
fn distances_to_neighbours_are_means_over_edges() {
    for grid in grids() {
        let model = trained(&clouds(80, 3), grid, Metric::Euclidean);
        let apart = |a: usize, b: usize| distance(Metric::Euclidean, model.codebook().row(a), model.codebook().row(b));
        let found = u_matrix(&model);
        assert_eq!((found.n_rows(), found.n_cols()), (grid.n_x(), grid.n_y()));
        for unit in 0..grid.n_units() {
            let near = grid.neighbours(unit);
            let mean = near.iter().map(|&other| apart(unit, other)).sum::<f64>() / near.len() as f64;
            assert!((found.as_slice()[unit] - mean).abs() < 1e-12, "{grid:?}, unit {unit}");
        }
        let edges = u_edges(&model);
        assert_eq!(2 * edges.len(), (0..grid.n_units()).map(|unit| grid.neighbours(unit).len()).sum::<usize>());
        assert!(edges.iter().all(|edge| edge.a < edge.b && (edge.distance - apart(edge.a, edge.b)).abs() < 1e-12));
    }
}

#[test]
fn planes_hits_and_labels_add_up() {
    let x = clouds(80, 4);
    let grid = Grid::new(4, 6, Topology::Hexagonal, Edges::Toroidal).unwrap();
    let model = trained(&x, grid, Metric::Euclidean);
    let labels = Labels::from_signed(&(0..80).map(|i| i % 4 - 1).collect::<Vec<i64>>()).unwrap();
    let (rows, counted) = (rows_of_units(&model, x.view()).unwrap(), hits(&model, x.view(), None).unwrap());
    let map = label_map(&model, x.view(), &labels).unwrap();
    for (unit, rows) in rows.iter().enumerate() {
        let (a, b) = grid.place(unit);
        assert_eq!(rows.len() as f64, counted.row(a)[b]);
        let labelled = rows.iter().filter(|&&row| row % 4 != 0).count();
        assert_eq!(labelled as f64, map.counts.row(unit).iter().sum::<f64>());
        assert_eq!(map.majority[unit].is_none(), labelled == 0);
        assert_eq!(component_plane(&model, 2).unwrap().row(a)[b], model.codebook().row(unit)[2]);
    }
    assert_eq!(rows.concat().len(), 80);
    assert!(label_map(&model, x.view(), &Labels::from_signed(&[0]).unwrap()).is_err());
}

#[test]
fn planes_correlate_as_pearson_says() {
    let rows: Vec<[f64; 4]> = (0..12).map(f64::from).map(|t| [t, 5.0 - 2.0 * t, (t * 1.7).sin(), 3.0]).collect();
    let codebook = Matrix::from_rows(&rows).unwrap();
    let model = SomModel::new(Grid::rectangular(3, 4).unwrap(), Metric::Euclidean, codebook).unwrap();
    let found = correlation_of_planes(&model).unwrap();
    assert!((found.row(0)[1] + 1.0).abs() < 1e-12 && found.row(0)[0] == 1.0);
    let (a, b) = (model.codebook().view().column(0), model.codebook().view().column(2));
    let mean = |v: &[f64]| v.iter().sum::<f64>() / 12.0;
    let (a, b): (Vec<f64>, Vec<f64>) = (a.collect(), b.collect());
    let sum = |u: &[f64], v: &[f64]| u.iter().zip(v).map(|(x, y)| (x - mean(u)) * (y - mean(v))).sum::<f64>();
    assert!((found.row(0)[2] - sum(&a, &b) / (sum(&a, &a) * sum(&b, &b)).sqrt()).abs() < 1e-12);
    assert_eq!(found.row(2)[0], found.row(0)[2]);
    assert!(found.row(3).iter().all(|value| value.is_nan()) && found.row(1)[3].is_nan());
}

#[test]
fn proposed_sizes_follow_the_rule_of_thumb() {
    for (topology, height) in [(Topology::Rectangular, 1.0), (Topology::Hexagonal, 0.75_f64.sqrt())] {
        for n in [440, 8950, 100_000] {
            for ratio in [1.0, 1.5, 3.0] {
                let found = propose_size(n, [ratio * ratio, 1.0], topology, Edges::Planar).unwrap();
                let (n_x, n_y) = (found.grid.n_x() as f64, found.grid.n_y() as f64);
                assert!((found.grid.n_units() as f64 / (5.0 * (n as f64).sqrt()) - 1.0).abs() < 0.1, "{found}");
                assert!((n_x / (n_y * height) / ratio - 1.0).abs() < 0.25, "{found}: {ratio}");
            }
        }
    }
}
