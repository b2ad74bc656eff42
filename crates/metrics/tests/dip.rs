//! The dip test: against diptest on the file of tests/golden/dip.py, under transformations, and at the edges.

mod common;

use common::{golden, hashed};
use proptest::prelude::*;
use segctl_metrics::dip_test;
use serde::Deserialize;

#[derive(Deserialize)]
struct Case {
    x: Vec<f64>,
    dip: f64,
    p: f64,
}

#[test]
fn dips_and_p_values_are_those_of_diptest() {
    let cases: Vec<Case> = golden("dip/dip.json");
    assert!(cases.len() > 70);
    for Case { x, dip, p } in cases {
        let found = dip_test(&x).unwrap();
        assert!((found.statistic - dip).abs() < 1e-14, "{x:?}: {found:?} for {dip}");
        // Both are read off tables of simulations; ours has nothing above 0.99 and below 0.0001. The least dip
        // there is has the probability 1; diptest gives that of lesser ones.
        if dip * 2.0 * x.len() as f64 > 1.0 + 1e-9 {
            let is_in_both = (4..=9).contains(&x.len()) || [30, 200].contains(&x.len());
            let tolerance = if is_in_both { 0.012 } else { 0.03 };
            assert!((found.p_value - p).abs() < tolerance, "n={}: {found:?} for {p}", x.len());
        } else {
            assert_eq!(found.p_value, 1.0);
        }
    }
}

proptest! {
    #[test]
    fn place_scale_direction_and_order_do_not_matter(values in prop::collection::vec(-40_i32..40, 4..80)) {
        let x: Vec<f64> = values.iter().map(|v| f64::from(*v) / 4.0).collect();
        let own = dip_test(&x).unwrap();
        for change in [|v: f64| 8.0 * v + 64.0, |v: f64| -v, |v: f64| v * 2.0_f64.powi(-300)] {
            let changed: Vec<f64> = x.iter().rev().map(|v| change(*v)).collect();
            let found = dip_test(&changed).unwrap();
            prop_assert!((found.statistic - own.statistic).abs() < 1e-14, "{:?} {:?}", found, own);
        }
        prop_assert!(own.statistic >= 0.5 / x.len() as f64 && own.statistic <= 0.25 && own.low <= own.high);
    }
}

#[test]
fn the_mode_of_one_lump_is_in_it_and_two_are_told_apart() {
    let lump = |centre: f64, from: usize| (from..from + 200).map(move |i| centre + hashed(i) + hashed(i + 5_000));
    let one = dip_test(&lump(3.0, 0).collect::<Vec<_>>()).unwrap();
    assert!(one.p_value > 0.5 && one.low >= 3.0 && one.high <= 5.0, "{one:?}");
    let two = dip_test(&lump(3.0, 0).chain(lump(6.0, 900)).collect::<Vec<_>>()).unwrap();
    assert!(two.p_value == 0.0001 && two.statistic > 0.1, "{two:?}");
}

#[test]
fn hostile_values_are_refused_or_have_a_value() {
    let message = |x: &[f64]| dip_test(x).unwrap_err().to_string();
    assert_eq!(message(&[1.0; 3]), "dip test: n_samples=3 should be >= 4");
    assert_eq!(message(&[1.0, 2.0, f64::NAN, 3.0]), "X: value NaN at row 2, column 0 is not finite");
    assert_eq!(message(&[1.0, 2.0, 3.0, 1e300]), "X: magnitude of value 1e300 at row 3, column 0 should be <= 1e150");
    let of = |x: &[f64]| dip_test(x).unwrap();
    assert_eq!((of(&[7.0; 20]).statistic, of(&[7.0; 20]).p_value), (1.0 / 40.0, 1.0));
    assert!((of(&[[-1e150; 10], [1e150; 10]].concat()).statistic - 0.25).abs() < 1e-14);
    assert!((of(&[[0.0; 10], [5e-324; 10]].concat()).statistic - 0.25).abs() < 1e-14);
}
