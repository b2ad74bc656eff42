//! Online training beside its definition where MiniSom has no say: missing values, weights, other grids.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod common;

use common::{METRICS, clouds, distance, grids, holed, largest_difference, winner};
use segctl_numeric::Matrix;
use segctl_numeric::distance::Metric;
use segctl_numeric::observe::Silent;
use segctl_som::grid::Grid;
use segctl_som::neighbourhood::Neighbourhood;
use segctl_som::params::{Falling, Order, Training};
use segctl_som::schedule::{Decay, Schedule};
use segctl_som::start::Start;
use segctl_som::{Som, SomParams, fit_with};

fn slow(x: &Matrix, weights: &[f64], params: &SomParams, mut codebook: Matrix) -> (Matrix, Vec<f64>) {
    let n = x.n_rows();
    let mut errors = vec![];
    for epoch in 0..params.n_epochs {
        let (mut sum, mut total) = (0.0, 0.0);
        for i in (0..n).filter(|&i| weights[i] > 0.0) {
            let won = winner(params.metric, x.row(i), &codebook);
            sum += weights[i] * distance(params.metric, x.row(i), codebook.row(won));
            total += weights[i];
            let (step, steps) = (epoch * n + i, params.n_epochs * n);
            let rate = 1.0 - (1.0 - params.learning_rate.at(step, steps)).powf(weights[i]);
            for unit in 0..codebook.n_rows() {
                let radius = params.radius.at(step, steps);
                let share = rate * params.neighbourhood.between(params.grid, won, unit, radius);
                for (place, value) in codebook.row_mut(unit).iter_mut().zip(x.row(i)).filter(|(_, v)| !v.is_nan()) {
                    *place += share * (value - *place);
                }
            }
        }
        errors.push(sum / total);
    }
    (codebook, errors)
}

fn fast(x: &Matrix, weights: Option<&[f64]>, params: &SomParams, start: &Matrix) -> Som {
    fit_with(x.view(), weights, &params.clone().with_start(Start::Given(start.clone())), &Silent).unwrap()
}

fn online(grid: Grid) -> SomParams {
    SomParams::online(grid)
        .with_training(Training::Online { order: Order::Sequential, falling: Falling::EachRow })
        .with_n_epochs(3)
        .with_radius(Schedule::new(2.0, Decay::Linear { end: 0.5 }))
}

fn agree(x: &Matrix, weights: Option<&[f64]>, params: &SomParams) {
    let start = clouds(params.grid.n_units(), x.n_cols());
    let ones = vec![1.0; x.n_rows()];
    let found = fast(x, weights, params, &start);
    let (expected, errors) = slow(x, weights.unwrap_or(&ones), params, start);
    let off = largest_difference(found.model.codebook(), &expected);
    assert!(off < 1e-10, "{params:?}: {off}");
    assert!(found.errors.iter().zip(&errors).all(|(a, b)| (a - b).abs() < 1e-10), "{:?}", found.errors);
}

#[test]
fn every_metric_learns_from_what_is_known() {
    for metric in METRICS {
        // All rows of one positive feature have the same direction.
        for d in if metric == Metric::Cosine { [2, 5, 9] } else { [1, 5, 9] } {
            agree(&clouds(70, d), None, &online(Grid::rectangular(4, 5).unwrap()).with_metric(metric));
        }
        agree(&holed(70, 5, 3), None, &online(Grid::hexagonal(5, 9).unwrap()).with_metric(metric));
    }
}

#[test]
fn every_grid_and_neighbourhood_learns_with_weights() {
    let weights: Vec<f64> = (0..60).map(|i| f64::from(i % 4) * 0.75).collect();
    for grid in grids() {
        for kind in [Neighbourhood::Gaussian, Neighbourhood::Bubble] {
            agree(&holed(60, 3, 6), Some(&weights), &online(grid).with_neighbourhood(kind));
        }
        let gentle = online(grid).with_learning_rate(Schedule::constant(0.05));
        for kind in [Neighbourhood::MexicanHat, Neighbourhood::Triangle] {
            agree(&clouds(60, 3), Some(&weights), &gentle.clone().with_neighbourhood(kind));
        }
    }
}

#[test]
fn a_row_of_weight_three_takes_its_winner_where_three_presentations_do() {
    let (x, thrice) = (clouds(1, 2), clouds(1, 2).view().select_rows(&[0, 0, 0]));
    let constant = online(Grid::rectangular(1, 1).unwrap()).with_learning_rate(Schedule::constant(0.3));
    let start = Matrix::from_rows(&[[5.0, -1.0]]).unwrap();
    let once = fast(&x, Some(&[3.0]), &constant, &start);
    let copied = fast(&thrice, None, &constant, &start);
    assert!(largest_difference(once.model.codebook(), copied.model.codebook()) < 1e-14);
}

#[test]
fn a_given_order_is_the_sequence_it_names() {
    let (x, grid) = (clouds(40, 3), Grid::rectangular(3, 3).unwrap());
    let given =
        |rows: Vec<usize>, falling| online(grid).with_training(Training::Online { order: Order::Given(rows), falling });
    let start = clouds(9, 3);
    let sequential = fast(&x, None, &online(grid), &start);
    let named = (0..120).map(|i| i % 40).collect();
    assert_eq!(fast(&x, None, &given(named, Falling::EachRow), &start), sequential);
    // The same rows turned round in X and in the order.
    let turned: Vec<usize> = (0..40).rev().collect();
    let backwards = (0..120).map(|i| 39 - i % 40).collect();
    let found = fast(&x.view().select_rows(&turned), None, &given(backwards, Falling::EachRow), &start);
    assert_eq!(found, sequential);
}
