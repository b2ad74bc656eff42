//! The consensus matrix: against counting pair by pair, and at the edges.

mod common;

use common::{groups, kmeans};
use proptest::prelude::*;
use segctl_metrics::{Consensus, MetricsError, Resample, StabilityParams, consensus, resamples};
use segctl_numeric::Labels;
use segctl_numeric::observe::Silent;
use segctl_numeric::par::with_threads;
use segctl_numeric::seed::Seed;

fn oracle(resamples: &[Resample], i: usize, j: usize) -> Option<f64> {
    let label = |resample: &Resample, row: usize| {
        let at = resample.rows().iter().position(|&drawn| drawn == row)?;
        Some(resample.labels().get(at))
    };
    let pairs: Vec<_> = resamples.iter().filter_map(|r| Some((label(r, i)?, label(r, j)?))).collect();
    let together = pairs.iter().filter(|(a, b)| a.is_some() && a == b).count();
    (!pairs.is_empty()).then(|| together as f64 / pairs.len() as f64)
}

proptest! {
    #[test]
    fn shares_are_those_of_counting(
        draws in prop::collection::vec(prop::collection::vec((any::<bool>(), -1_i64..3), 9), 0..6),
        (low, high) in (0.0_f64..0.5, 0.5_f64..1.0),
    ) {
        let resample = |draw: &Vec<(bool, i64)>| {
            let rows: Vec<usize> = (0..9).filter(|&row| draw[row].0).collect();
            let labels: Vec<i64> = rows.iter().map(|&row| draw[row].1).collect();
            Resample::new(rows, Labels::from_signed(&labels).unwrap()).unwrap()
        };
        let all: Vec<Resample> = draws.iter().map(resample).collect();
        let found = consensus(9, &all).unwrap();
        let mut values = Vec::new();
        for i in 0..9 {
            prop_assert_eq!(found.get(i, i), Some(1.0));
            for j in 0..i {
                prop_assert_eq!(found.get(i, j), oracle(&all, i, j));
                prop_assert_eq!(found.get(j, i), found.get(i, j));
                values.extend(found.get(i, j));
            }
        }
        let share = |holds: &dyn Fn(f64) -> bool| {
            let n = values.iter().filter(|value| holds(**value)).count();
            (!values.is_empty()).then(|| n as f64 / values.len() as f64)
        };
        prop_assert_eq!(found.cdf(low), share(&|value| value <= low));
        prop_assert_eq!(found.pac(low, high), share(&|value| low < value && value <= high));
    }
}

#[test]
fn clear_groups_are_not_ambiguous_at_their_number_only() {
    let x = groups(90, 3, 3, 15.0);
    let pac = |k| {
        let params = StabilityParams::new(Seed(1)).with_resamples(30);
        let all = resamples(x.view(), k, &kmeans, &params, &Silent).unwrap();
        consensus(90, &all).unwrap().pac(0.1, 0.9).unwrap()
    };
    assert_eq!(pac(3), 0.0);
    assert!(pac(5) > 0.05, "{}", pac(5));
}

#[test]
fn threads_change_nothing() {
    let x = groups(200, 3, 3, 3.0);
    let params = StabilityParams::new(Seed(1)).with_resamples(20);
    let run = || consensus(200, &resamples(x.view(), 4, &kmeans, &params, &Silent).unwrap()).unwrap();
    let found: [Consensus; 3] = [1, 2, 3].map(|threads| with_threads(threads, run));
    assert!(found.iter().all(|one| *one == found[0]));
}

#[test]
fn too_many_rows_are_refused_with_the_limit() {
    let error = consensus(5_001, &[]).unwrap_err();
    let expected = MetricsError::TooManyRows { what: "consensus matrix", n_samples: 5_001, limit: 5_000 };
    assert_eq!(error, expected);
    assert_eq!(error.to_string(), "consensus matrix: n_samples=5001 should be <= 5000");
    assert!(error.hint().is_some());
}

#[test]
fn edges() {
    assert_eq!(consensus(0, &[]).unwrap().pac(0.1, 0.9), None);
    let far = Resample::new(vec![3], Labels::from_signed(&[0]).unwrap()).unwrap();
    assert!(consensus(3, &[far]).is_err());
    // Names far beyond 16 bits.
    let wide = Labels::new(vec![4_000_000, 4_000_000, 7], 5_000_000).unwrap();
    let found = consensus(3, &[Resample::new(vec![0, 1, 2], wide).unwrap()]).unwrap();
    assert_eq!((found.get(0, 1), found.get(0, 2)), (Some(1.0), Some(0.0)));
}
