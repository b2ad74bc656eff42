//! Batch training beside its definition, and what must not change it.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod common;

use common::{KINDS, METRICS, clouds, grids, holed, largest_difference, slow_batch};
use proptest::prelude::*;
use segctl_numeric::Matrix;
use segctl_numeric::observe::Silent;
use segctl_numeric::par::with_threads;
use segctl_numeric::seed::Seed;
use segctl_som::grid::Grid;
use segctl_som::neighbourhood::Neighbourhood;
use segctl_som::params::{EarlyStop, Falling, Order, Training};
use segctl_som::schedule::Schedule;
use segctl_som::start::Start;
use segctl_som::train::Stop;
use segctl_som::{SomParams, fit, fit_with};

/// From rows of `x`, every third.
fn given(grid: Grid, x: &Matrix) -> Matrix {
    let rows: Vec<usize> = (0..grid.n_units()).map(|unit| unit * 3 % x.n_rows()).collect();
    let mut start = x.view().select_rows(&rows).into_vec();
    start.iter_mut().for_each(|value| *value = if value.is_nan() { 0.5 } else { *value });
    Matrix::new(start, grid.n_units(), x.n_cols()).unwrap()
}

/// Epoch by epoch, each from where the one before has left the units: places that are equal but for rounding
/// may then be won by either without the maps parting.
fn agree(x: &Matrix, weights: Option<&[f64]>, params: &SomParams) {
    let (mut start, ones) = (given(params.grid, x), vec![1.0; x.n_rows()]);
    let largest = x.as_slice().iter().fold(0.0_f64, |top, value| top.max(value.abs()));
    for radius in [2.5, 1.7, 0.9, 0.4] {
        let one = params.clone().with_n_epochs(1).with_radius(Schedule::constant(radius));
        let found = fit_with(x.view(), weights, &one.clone().with_start(Start::Given(start.clone())), &Silent).unwrap();
        let expected = slow_batch(x, weights.unwrap_or(&ones), &one, start);
        start = found.model.codebook().clone();
        let off = largest_difference(&start, &expected);
        assert!(off < 1e-9 * largest, "{one:?}: {off}");
    }
}

#[test]
fn every_kind_of_map_is_as_defined() {
    let (x, holes) = (clouds(90, 3), holed(90, 4, 5));
    let weights: Vec<f64> = (0..90).map(|i| f64::from(i % 4) * 0.5).collect();
    for grid in grids() {
        for kind in KINDS {
            let rate = if kind == Neighbourhood::MexicanHat { 0.1 } else { 0.8 };
            let rate = Schedule::constant(rate);
            let params = SomParams::new(grid).with_neighbourhood(kind).with_learning_rate(rate);
            agree(&x, None, &params);
            agree(&x, Some(&weights), &params);
            agree(&holes, Some(&weights), &params);
        }
    }
}

#[test]
fn every_metric_is_as_defined() {
    let grid = Grid::hexagonal(5, 3).unwrap();
    for metric in METRICS {
        let params = SomParams::new(grid).with_metric(metric);
        agree(&clouds(80, 5), None, &params);
        agree(&holed(80, 5, 4), None, &params);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn rows_beyond_one_block_and_single_precision_are_as_defined(
        (n, d) in (200_usize..700, 1_usize..8),
        (n_x, n_y) in (1_usize..8, 1_usize..8),
        scale in prop::sample::select(vec![1.0, 1e-90, 1e6]),
        offset in prop::sample::select(vec![0.0, 1e3]),
    ) {
        let values = clouds(n, d).into_vec().into_iter().map(|value| (value + offset) * scale).collect();
        let x = Matrix::new(values, n, d).unwrap();
        let params = SomParams::new(Grid::rectangular(n_x, n_y).unwrap());
        agree(&x, None, &params);
        if scale == 1.0 && d > 1 {
            agree(&holed(n, d, 17), None, &params);
        }
    }

    #[test]
    fn a_gaussian_map_stays_within_the_range_of_the_rows(
        values in prop::collection::vec(prop_oneof![-3.0_f64..3.0, -1e9..1e9], 60),
        (n_x, n_y) in (1_usize..6, 1_usize..6),
        radius in 0.01_f64..9.0,
    ) {
        let x = Matrix::new(values, 30, 2).unwrap();
        let grid = Grid::rectangular(n_x, n_y).unwrap();
        let params = SomParams::new(grid).with_n_epochs(5).with_radius(Schedule::constant(radius));
        let codebook = fit(x.view(), &params).unwrap().model;
        for j in 0..2 {
            let range = x.view().column(j).fold((f64::MAX, f64::MIN), |(a, b), v| (v.min(a), v.max(b)));
            let slack = 1e-12 * (range.0.abs() + range.1.abs());
            let inside = |v: f64| v >= range.0 - slack && v <= range.1 + slack;
            prop_assert!(codebook.codebook().view().column(j).all(inside));
        }
    }
}

#[test]
fn the_order_of_rows_matters_by_rounding_alone() {
    let x = clouds(700, 4);
    let order: Vec<usize> = (0..700).map(|i| i * 307 % 700).collect();
    let params = SomParams::new(Grid::hexagonal(6, 5).unwrap()).with_n_epochs(8);
    let params = params.clone().with_start(Start::Given(given(params.grid, &x)));
    let (a, b) = (fit(x.view(), &params).unwrap(), fit(x.view().select_rows(&order).view(), &params).unwrap());
    assert!(largest_difference(a.model.codebook(), b.model.codebook()) < 1e-9);
}

#[test]
fn a_weight_of_three_is_three_copies_and_of_zero_none() {
    for x in [clouds(120, 3), holed(120, 3, 7)] {
        let weights: Vec<f64> = (0..120).map(|i| f64::from(i % 4)).collect();
        let copies: Vec<usize> = (0..120).flat_map(|i| vec![i; i % 4]).collect();
        let params = SomParams::new(Grid::rectangular(4, 4).unwrap()).with_n_epochs(6);
        let params = params.clone().with_start(Start::Given(given(params.grid, &x)));
        let weighted = fit_with(x.view(), Some(&weights), &params, &Silent).unwrap();
        let copied = fit(x.view().select_rows(&copies).view(), &params).unwrap();
        assert!(largest_difference(weighted.model.codebook(), copied.model.codebook()) < 1e-10);
        let close = |(a, b): (&f64, &f64)| (a - b).abs() < 1e-10;
        assert!(weighted.errors.iter().zip(&copied.errors).all(close));
    }
}

#[test]
fn scaling_all_rows_scales_the_map() {
    let x = clouds(300, 3);
    let params = SomParams::new(Grid::rectangular(5, 3).unwrap()).with_n_epochs(6);
    let plain = fit(x.view(), &params).unwrap();
    for factor in [0.25, 1024.0] {
        let scaled = x.as_slice().iter().map(|value| value * factor).collect();
        let scaled = fit(Matrix::new(scaled, 300, 3).unwrap().view(), &params).unwrap();
        let expected = plain.model.codebook().as_slice().iter().map(|value| value * factor);
        assert!(scaled.model.codebook().as_slice().iter().copied().eq(expected), "powers of two change no digit");
    }
}

#[test]
fn threads_change_no_bit() {
    let (x, holes) = (clouds(3000, 6), holed(3000, 6, 9));
    for grid in grids() {
        for (x, metric) in [(&x, METRICS[0]), (&holes, METRICS[0]), (&x, METRICS[2])] {
            for kind in [Neighbourhood::Gaussian, Neighbourhood::Bubble] {
                let params = SomParams::new(grid).with_n_epochs(4).with_metric(metric).with_neighbourhood(kind);
                let run = || {
                    let som = fit(x.view(), &params).unwrap();
                    (som.model.winners(x.view()).unwrap().distance, som)
                };
                let one = with_threads(1, run);
                assert_eq!(one, with_threads(2, run));
                assert_eq!(one, with_threads(3, run));
            }
        }
    }
    let online = SomParams::online(Grid::hexagonal(4, 4).unwrap()).with_n_epochs(2);
    assert_eq!(with_threads(1, || fit(x.view(), &online)), with_threads(3, || fit(x.view(), &online)));
}

#[test]
fn seeds_change_the_start_and_the_order_and_nothing_else_is_random() {
    let x = clouds(200, 3);
    for params in [
        SomParams::new(Grid::rectangular(4, 4).unwrap()).with_start(Start::Random),
        SomParams::new(Grid::rectangular(4, 4).unwrap()),
        SomParams::online(Grid::rectangular(4, 4).unwrap()),
    ] {
        let of = |seed| fit(x.view(), &params.clone().with_seed(Seed(seed)).with_n_epochs(2)).unwrap();
        assert_eq!(of(1), of(1));
        assert_ne!(of(1), of(2));
    }
    let fixed = SomParams::online(Grid::rectangular(4, 4).unwrap());
    let training = Training::Online { order: Order::Sequential, falling: Falling::EachEpoch };
    let fixed = fixed.clone().with_training(training).with_start(Start::Given(given(fixed.grid, &x)));
    let of = |seed| fit(x.view(), &fixed.clone().with_seed(Seed(seed))).unwrap();
    assert_eq!(of(1), of(2));
}

#[test]
fn training_stops_when_the_error_no_longer_falls() {
    let x = clouds(300, 3);
    let params = SomParams::new(Grid::rectangular(5, 5).unwrap())
        .with_n_epochs(200)
        .with_radius(Schedule::constant(1.0))
        .with_early_stop(Some(EarlyStop { patience: 3, tolerance: 1e-4 }));
    let found = fit(x.view(), &params).unwrap();
    assert_eq!((found.stop, found.errors.len()), (Stop::Converged, found.n_epochs));
    assert!(found.n_epochs < 100, "{}", found.n_epochs);
    let last = &found.errors[found.n_epochs - 4..];
    assert!(last[1..].iter().all(|&error| error >= last[0] * (1.0 - 1e-4)), "{last:?}");
    let all = fit(x.view(), &params.with_early_stop(None)).unwrap();
    assert_eq!((all.stop, all.n_epochs), (Stop::Epochs, 200));
    assert_eq!(all.errors[..found.n_epochs], found.errors);
}
