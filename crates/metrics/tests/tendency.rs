//! The Hopkins statistic: its null distributions, under transformations, and at the edges.

#![expect(clippy::unwrap_used, reason = "helpers of tests may panic")]

mod common;

use std::f64::consts::TAU;

use common::{groups, hashed};
use rand::RngExt;
use segctl_metrics::{Hopkins, HopkinsParams, hopkins};
use segctl_numeric::observe::Silent;
use segctl_numeric::par::with_threads;
use segctl_numeric::seed::Seed;
use segctl_numeric::{Matrix, MatrixView};
use statrs::distribution::{Beta, ContinuousCDF};

fn params(seed: u64) -> HopkinsParams {
    HopkinsParams::new(Seed(seed)).with_draws(4).with_simulations(39)
}

fn run(x: MatrixView<'_>, params: &HopkinsParams) -> Hopkins {
    hopkins(x, params, &Silent).unwrap()
}

fn uniform(n: usize, d: usize, salt: usize) -> Matrix {
    let mut rng = Seed(salt as u64).stream("test", 1, 0);
    Matrix::new((0..n * d).map(|_| rng.random()).collect(), n, d).unwrap()
}

#[test]
fn single_draws_of_uniform_data_follow_the_beta_distribution() {
    let once = HopkinsParams::new(Seed(1)).with_draws(1).with_simulations(0);
    let found: Vec<Hopkins> = (0..400).map(|salt| run(uniform(200, 2, salt).view(), &once)).collect();
    assert_eq!((found[0].n_points, found[0].exponent), (20, 2));
    let beta = Beta::new(20.0, 20.0).unwrap();
    let mut places: Vec<f64> = found.iter().map(|found| beta.cdf(found.statistic)).collect();
    for (place, found) in places.iter().zip(&found) {
        assert!((1.0 - place - found.beta_p_value.unwrap()).abs() < 1e-9);
    }
    places.sort_by(f64::total_cmp);
    let gap = places.iter().enumerate().map(|(i, p)| (p - (i as f64 + 0.5) / 400.0).abs()).fold(0.0, f64::max);
    // Kolmogorov's 99.9 % point is 0.0975; the edges of the box push the values up a little.
    assert!(gap < 0.12, "{gap}");
}

#[test]
fn p_values_under_each_null_are_those_of_the_null() {
    // The share of p-values up to 0.2 over tables that are what the null says.
    let share = |table: &dyn Fn(usize) -> Matrix, p: &dyn Fn(&Hopkins) -> f64| {
        let few = |salt: usize| HopkinsParams::new(Seed(1000 + salt as u64)).with_draws(2).with_simulations(19);
        let small = (0..200).filter(|&salt| p(&run(table(salt).view(), &few(salt))) <= 0.2).count();
        small as f64 / 200.0
    };
    let normal = |salt: usize| {
        let mut rng = Seed(salt as u64).stream("test", 0, 0);
        // Box and Muller's formula.
        let mut pair = || {
            let (radius, angle) = ((-2.0 * rng.random::<f64>().ln()).sqrt(), rng.random::<f64>() * TAU);
            (radius * angle.cos(), radius * angle.sin())
        };
        let row = |(a, b): (f64, f64)| [5.0 * a, 4.0 * a + b];
        Matrix::from_rows(&(0..80).map(|_| row(pair())).collect::<Vec<_>>()).unwrap()
    };
    let gaussian = share(&normal, &|found| found.gaussian.as_ref().unwrap().p_value);
    // 200 tables at 0.2: a standard deviation of 0.028.
    assert!((0.1..0.3).contains(&gaussian), "{gaussian}");
    let beta = share(&normal, &|found| found.beta_p_value.unwrap());
    assert!(beta > 0.9, "Beta(m, m) takes correlation for clusters: {beta}");
    let slanted = |salt: usize| {
        let flat = uniform(80, 2, salt);
        let turned = |row: &[f64]| [3.0 * row[0] - 0.4 * row[1], 4.0 * row[0] + 0.3 * row[1]];
        Matrix::from_rows(&flat.view().rows().map(turned).collect::<Vec<_>>()).unwrap()
    };
    let along = share(&slanted, &|found| found.uniform.as_ref().unwrap().p_value);
    assert!((0.1..0.3).contains(&along), "{along}");
}

#[test]
fn groups_are_told_from_everything() {
    let found = run(groups(300, 3, 3, 20.0).view(), &params(1));
    assert!(found.statistic > 0.95 && found.beta_p_value.unwrap() < 1e-6, "{found:?}");
    assert_eq!(found.uniform.unwrap().p_value, 1.0 / 40.0);
    assert_eq!(found.gaussian.unwrap().p_value, 1.0 / 40.0);
}

#[test]
fn rows_apart_hide_groups_from_a_high_power_only() {
    // Three groups, in each of which a few rows are far out in all directions.
    let d = 12;
    let spread = |row: usize| 0.3 / (0.03 + hashed(row));
    let value = |at: usize| {
        let centre = if at % d == at / d % 3 { 6.0 } else { 0.0 };
        centre + spread(at / d) * (2.0 * hashed(70_000 + at) - 1.0)
    };
    let x = Matrix::new((0..300 * d).map(value).collect(), 300, d).unwrap();
    let p = |params: &HopkinsParams| run(x.view(), params).gaussian.unwrap().p_value;
    assert!(p(&params(1)) > 0.2, "{}", p(&params(1)));
    assert_eq!(p(&params(1).with_exponent(1)), 1.0 / 40.0);
    assert_eq!(run(x.view(), &params(1).with_exponent(1)).beta_p_value, None);
    assert!(params(1).with_exponent(0).validate().is_err());
}

#[test]
fn a_grid_keeps_its_distance() {
    let x = Matrix::new((0..400).flat_map(|i| [f64::from(i % 20), f64::from(i / 20)]).collect(), 400, 2).unwrap();
    let found = run(x.view(), &params(1));
    assert!(found.statistic < 0.3 && found.uniform.unwrap().p_value > 0.9, "{:?}", found.draws);
}

#[test]
fn scale_does_not_matter_at_all_and_place_hardly() {
    let x = groups(120, 3, 2, 4.0);
    let own = run(x.view(), &params(2));
    let of = |change: &dyn Fn(f64) -> f64| {
        run(Matrix::new(x.as_slice().iter().map(|v| change(*v)).collect(), 120, 3).unwrap().view(), &params(2))
    };
    for power in [-900, -1, 400, 490] {
        assert_eq!(of(&|v| v * 2.0_f64.powi(power)), own, "2^{power}");
    }
    let moved = of(&|v| v + 1e6);
    assert!((moved.statistic - own.statistic).abs() < 1e-6);
    assert!((of(&|v| v * 3.7).statistic - own.statistic).abs() < 1e-9);
}

#[test]
fn a_constant_column_changes_nothing() {
    let x = groups(100, 2, 2, 4.0);
    let wide: Vec<[f64; 3]> = x.view().rows().map(|row| [row[0], row[1], 7.0]).collect();
    let (own, wide) = (run(x.view(), &params(2)), run(Matrix::from_rows(&wide).unwrap().view(), &params(2)));
    assert_eq!((own.exponent, wide.exponent), (2, 2));
    assert!((own.statistic - wide.statistic).abs() < 0.1, "{own:?} {wide:?}");
}

#[test]
fn threads_change_no_bit() {
    let x = groups(150, 4, 3, 3.0);
    let found = [1, 2, 3].map(|threads| with_threads(threads, || run(x.view(), &params(5))));
    assert!(found.iter().all(|one| *one == found[0]));
    assert_ne!(run(x.view(), &params(6)).draws, found[0].draws);
}

#[test]
fn results_cross_threads_and_files() {
    fn assert_send_sync<T: Send + Sync>() {}
    assert_send_sync::<(Hopkins, HopkinsParams)>();
    let found = run(groups(60, 2, 2, 9.0).view(), &params(0));
    let text = serde_json::to_string(&found).unwrap();
    assert_eq!(serde_json::from_str::<Hopkins>(&text).unwrap(), found);
}

#[test]
fn large_tables_are_sampled_and_simulations_may_be_left_out() {
    let x = groups(500, 2, 2, 9.0);
    let few = HopkinsParams::new(Seed(0)).with_max_rows(200).with_max_points(7).with_simulations(0);
    let found = run(x.view(), &few);
    assert_eq!((found.n_rows, found.n_points, found.draws.len()), (200, 7, 5));
    assert_eq!((found.uniform, found.gaussian), (None, None));
}

#[test]
fn hostile_tables_are_refused_or_have_a_value() {
    let message = |rows: &[[f64; 1]]| {
        hopkins(Matrix::from_rows(rows).unwrap().view(), &params(0), &Silent).unwrap_err().to_string()
    };
    assert_eq!(message(&[[1.0]]), "X: n_samples=1 should be >= 2");
    assert_eq!(message(&[[4.0]; 30]), "X: all rows of n_samples=30 are equal");
    assert_eq!(message(&[[4.0], [f64::NEG_INFINITY]]), "X: value -inf at row 1, column 0 is not finite");
    assert_eq!(message(&[[4.0], [1e300]]), "X: magnitude of value 1e300 at row 1, column 0 should be <= 1e150");
    assert!(hopkins(Matrix::zeros(5, 0).view(), &params(0), &Silent).is_err());
    for rows in [
        vec![[0.0], [1.0]],
        vec![[0.0], [5e-324], [5e-324]],
        vec![[-1e150], [1e150], [1e150], [0.0]],
        [[1.0], [1.0 + f64::EPSILON]].repeat(20),
    ] {
        let found = run(Matrix::from_rows(&rows).unwrap().view(), &params(0));
        assert!(found.draws.iter().all(|h| (0.0..=1.0).contains(h)), "{rows:?}: {found:?}");
        let nulls = [found.uniform.unwrap(), found.gaussian.unwrap()];
        assert!(nulls.iter().all(|null| null.values.iter().all(|h| (0.0..=1.0).contains(h))), "{rows:?}");
        assert!((0.0..=1.0).contains(&found.beta_p_value.unwrap()));
    }
}
