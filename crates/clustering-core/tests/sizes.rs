//! What must hold for k-means within bounds whatever the data, and the assignment beside slow oracles.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod common;

use std::ops::ControlFlow;

use common::{clumps, mean_of, members};
use proptest::prelude::*;
use segctl_clustering_core::ClusteringError;
use segctl_clustering_core::kmeans::{Init, KMeansParams, Stop, fit as fit_kmeans};
use segctl_clustering_core::model::Predict;
use segctl_clustering_core::sizes::{
    BoundedAssignment, SizeBounds, SizedKMeans, SizesParams, Solver, assign, fit, fit_with,
};
use segctl_numeric::distance::squared_euclidean;
use segctl_numeric::observe::{Event, Observer};
use segctl_numeric::par::with_threads;
use segctl_numeric::{Matrix, MatrixView};

fn column(values: &[f64]) -> MatrixView<'_> {
    MatrixView::new(values, values.len(), 1).unwrap()
}

fn first_rows(x: &Matrix, k: usize) -> Matrix {
    x.view().select_rows(&(0..k).collect::<Vec<_>>())
}

fn keeps(sizes: &[usize], bounds: SizeBounds) -> bool {
    let (least, most) = (bounds.min.unwrap_or(1).max(1), bounds.max.unwrap_or(usize::MAX));
    sizes.iter().all(|size| (least..=most).contains(size))
}

fn cost_of(x: &Matrix, centers: &Matrix, labels: &[usize]) -> f64 {
    labels.iter().enumerate().map(|(i, &c)| squared_euclidean(x.row(i), centers.row(c))).sum()
}

/// The least cost of all k^n assignments within bounds.
fn brute_force(x: &Matrix, centers: &Matrix, bounds: SizeBounds) -> f64 {
    let (n, k) = (x.n_rows(), centers.n_rows());
    let digits = |code: usize| (0..n as u32).map(|at| code / k.pow(at) % k).collect::<Vec<_>>();
    let sizes = |labels: &[usize]| (0..k).map(|c| members(labels, c).len()).collect::<Vec<_>>();
    let all = (0..k.pow(n as u32)).map(digits).filter(|labels| keeps(&sizes(labels), bounds));
    all.map(|labels| cost_of(x, centers, &labels)).fold(f64::INFINITY, f64::min)
}

struct Arc {
    from: usize,
    to: usize,
    room: usize,
    cost: f64,
}

/// A flow of least cost as in a textbook: rows, clusters and a sink are nodes, each arc has its
/// reverse, paths are found by Bellman and Ford. A cluster's first rows earn a reward, so that no
/// cluster gets too few.
fn plain_flow(x: &Matrix, centers: &Matrix, least: usize, most: usize) -> f64 {
    const REWARD: f64 = 1e7;
    let (n, k) = (x.n_rows(), centers.n_rows());
    let (source, sink) = (n + k, n + k + 1);
    let mut arcs: Vec<Arc> = vec![];
    let mut add = |from, to, room, cost| {
        arcs.push(Arc { from, to, room, cost });
        arcs.push(Arc { from: to, to: from, room: 0, cost: -cost });
    };
    for i in 0..n {
        add(source, i, 1, 0.0);
        (0..k).for_each(|c| add(i, n + c, 1, squared_euclidean(x.row(i), centers.row(c))));
    }
    for c in 0..k {
        add(n + c, sink, least, -REWARD);
        add(n + c, sink, most - least, 0.0);
    }
    for _ in 0..n {
        let (mut distance, mut by) = (vec![f64::INFINITY; n + k + 2], vec![usize::MAX; n + k + 2]);
        distance[source] = 0.0;
        let mut changed = true;
        while changed {
            changed = false;
            for (at, arc) in arcs.iter().enumerate().filter(|(_, arc)| arc.room > 0) {
                if distance[arc.from] + arc.cost < distance[arc.to] - 1e-6 {
                    (distance[arc.to], by[arc.to], changed) = (distance[arc.from] + arc.cost, at, true);
                }
            }
        }
        let mut node = sink;
        while node != source {
            let at = by[node];
            arcs[at].room -= 1;
            arcs[at ^ 1].room += 1;
            node = arcs[at].from;
        }
    }
    arcs.iter().step_by(2).filter(|arc| arc.from < n && arc.room == 0).map(|arc| arc.cost).sum()
}

fn check_assignment(x: &Matrix, centers: &Matrix, bounds: SizeBounds, found: &BoundedAssignment) {
    assert!(keeps(&found.labels.sizes(), bounds), "{:?} for {bounds:?}", found.labels.sizes());
    let labels: Vec<usize> = found.labels.as_slice().iter().map(|&id| id as usize).collect();
    let cost = cost_of(x, centers, &labels);
    assert!((found.cost - cost).abs() <= 1e-12 * cost, "{} for {cost}", found.cost);
}

proptest! {
    #[test]
    fn no_assignment_of_a_few_rows_costs_less(
        (n, k, d) in (1_usize..8, 1_usize..4, 1_usize..3),
        values in prop::collection::vec(prop_oneof![-3_i32..3, -100..100], 24),
        (least, extra) in (0_usize..4, 0_usize..4),
        one_sided in 0_u8..3,
    ) {
        let values: Vec<f64> = values.into_iter().map(f64::from).collect();
        let x = Matrix::new(values[..n * d].to_vec(), n, d).unwrap();
        let centers = Matrix::new(values[values.len() - k * d..].to_vec(), k, d).unwrap();
        let bounds = match one_sided {
            0 => SizeBounds::at_least(least),
            1 => SizeBounds::at_most(least + extra),
            _ => SizeBounds::between(least, least + extra),
        };
        match assign(x.view(), &centers, bounds, Solver::Flow) {
            Ok(found) => {
                check_assignment(&x, &centers, bounds, &found);
                let best = brute_force(&x, &centers, bounds);
                prop_assert!((found.cost - best).abs() <= 1e-9 * best.max(1.0), "{} for {best}", found.cost);
                let near = assign(x.view(), &centers, bounds, Solver::Prices).unwrap();
                check_assignment(&x, &centers, bounds, &near);
                prop_assert!(near.cost * (1.0 - near.gap) <= best * (1.0 + 1e-9) + 1e-9, "the gap is a bound");
            }
            Err(ClusteringError::SizeOrder { .. } | ClusteringError::Sizes { .. }) => {
                prop_assert_eq!(brute_force(&x, &centers, bounds), f64::INFINITY);
            }
            Err(error) => prop_assert!(false, "{}", error),
        }
    }

    #[test]
    fn the_flow_costs_what_the_plain_flow_costs(
        (n, k, d) in (6_usize..40, 2_usize..7, 1_usize..4),
        values in prop::collection::vec(prop_oneof![-9_i32..9, -100..100], 160),
        (slack_below, slack_above) in (0_usize..6, 0_usize..6),
    ) {
        let values: Vec<f64> = values.into_iter().map(f64::from).collect();
        let x = Matrix::new(values[..n * d].to_vec(), n, d).unwrap();
        let centers = Matrix::new(values[values.len() - k * d..].to_vec(), k, d).unwrap();
        let (least, most) = ((n / k).saturating_sub(slack_below).max(1), n.div_ceil(k) + slack_above);
        prop_assume!(n / k > 0);
        let found = assign(x.view(), &centers, SizeBounds::between(least, most), Solver::Auto).unwrap();
        prop_assert!(found.exact && found.gap == 0.0);
        check_assignment(&x, &centers, SizeBounds::between(least, most), &found);
        let best = plain_flow(&x, &centers, least, most);
        prop_assert!((found.cost - best).abs() <= 1e-9 * best.max(1.0), "{} for {best}", found.cost);
    }

    #[test]
    fn bounds_hold_whatever_the_data(
        (n, d, k) in (1_usize..60, 1_usize..4, 1_usize..7),
        values in prop::collection::vec(-3_i32..3, 240),
        (least, extra) in (0_usize..12, 0_usize..12),
        scale in prop::sample::select(vec![1.0, 1e-3, 1e-160, 1e100]),
    ) {
        let x = Matrix::new(values[..n * d].iter().map(|&v| f64::from(v) * scale).collect(), n, d).unwrap();
        let bounds = SizeBounds::between(least, least + extra);
        for solver in [Solver::Auto, Solver::Prices] {
            match fit(x.view(), &SizesParams::new(k, bounds).with_solver(solver).with_restarts(2)) {
                Ok(found) => check(&x, bounds, &found),
                Err(
                    ClusteringError::TooFewDistinct { .. } | ClusteringError::TooFewRows { .. }
                    | ClusteringError::Sizes { .. } | ClusteringError::SizeOrder { .. }
                ) => {}
                Err(error) => prop_assert!(false, "{}", error),
            }
        }
    }
}

fn check(x: &Matrix, bounds: SizeBounds, found: &SizedKMeans) {
    assert!(keeps(&found.labels.sizes(), bounds), "{:?} for {bounds:?}", found.labels.sizes());
    let labels: Vec<usize> = found.labels.as_slice().iter().map(|&id| id as usize).collect();
    let scale = x.as_slice().iter().fold(0.0, |top: f64, v| top.max(v.abs()));
    for c in 0..found.centers.n_rows() {
        let mean = mean_of(x.view(), &members(&labels, c));
        assert!(found.centers.row(c).iter().zip(mean).all(|(a, b)| (a - b).abs() <= 1e-12 * scale));
    }
    let inertia = cost_of(x, &found.centers, &labels);
    assert!((found.inertia - inertia).abs() <= 1e-9 * inertia + 1e-20 * scale * scale);
    let nearest = found.model.predict(x.view()).unwrap().labels;
    let agree = (0..x.n_rows()).filter(|&i| nearest.get(i) == found.labels.get(i)).count();
    assert_eq!(found.agreement, agree as f64 / x.n_rows() as f64);
}

#[test]
fn without_need_bounds_change_nothing() {
    let x = clumps(600, 3, 4);
    let init = Init::Centers(first_rows(&x, 4));
    let plain = fit_kmeans(x.view(), &KMeansParams::new(4).with_init(init.clone()).with_tol(0.0)).unwrap();
    let found = fit(x.view(), &SizesParams::new(4, SizeBounds::at_least(2)).with_init(init).with_tol(0.0)).unwrap();
    assert_eq!((&found.labels, found.agreement, found.stop), (&plain.labels, 1.0, Stop::Converged));
    assert!((found.inertia - plain.inertia).abs() <= 1e-9 * plain.inertia);
}

#[test]
fn equal_sizes_can_be_asked_for() {
    let x = clumps(400, 3, 3);
    for k in [2, 5, 8] {
        let bounds = SizeBounds::between(400 / k, 400 / k);
        let found = fit(x.view(), &SizesParams::new(k, bounds)).unwrap();
        assert_eq!(found.labels.sizes(), vec![400 / k; k]);
        check(&x, bounds, &found);
        assert!(found.exact && found.stop == Stop::Converged);
    }
}

#[test]
fn wider_bounds_never_cost_more() {
    let x = clumps(500, 2, 3);
    let centers = first_rows(&x, 6);
    let cost = |slack: usize| {
        let bounds = SizeBounds::between((83 - slack).max(1), 84 + slack);
        assign(x.view(), &centers, bounds, Solver::Flow).unwrap().cost
    };
    let costs: Vec<f64> = [0, 1, 5, 20, 82].map(cost).to_vec();
    assert!(costs.is_sorted_by(|a, b| b <= a), "{costs:?}");
}

#[test]
fn what_has_converged_stays_put() {
    let x = clumps(500, 3, 4);
    let bounds = SizeBounds::between(50, 110);
    let found = fit(x.view(), &SizesParams::new(6, bounds).with_tol(0.0)).unwrap();
    let from = SizesParams::new(6, bounds).with_tol(0.0).with_init(Init::Centers(found.centers.clone()));
    let again = fit(x.view(), &from).unwrap();
    assert!((again.inertia - found.inertia).abs() <= 1e-12 * found.inertia);
    assert_eq!((again.labels, again.n_iter), (found.labels, 2));
}

#[test]
fn prices_come_near_the_optimum() {
    for (n, d, k) in [(20_000, 4, 5), (30_000, 2, 9)] {
        let x = clumps(n, d, k / 2 + 1);
        let centers = first_rows(&x, k);
        let bounds = SizeBounds::between(n / k * 4 / 5, n / k * 6 / 5);
        let exact = assign(x.view(), &centers, bounds, Solver::Flow).unwrap();
        let near = assign(x.view(), &centers, bounds, Solver::Prices).unwrap();
        check_assignment(&x, &centers, bounds, &near);
        assert!(exact.exact && !near.exact);
        assert!(near.cost <= 1.0001 * exact.cost, "{} for {}", near.cost, exact.cost);
        assert!(near.cost >= exact.cost * (1.0 - 1e-12));
        assert!(near.cost * (1.0 - near.gap) <= exact.cost * (1.0 + 1e-12) && near.gap < 1e-4);
    }
}

#[test]
fn copies_are_split_as_bounds_ask() {
    let values: Vec<f64> = (0..9000).map(|i| f64::from(u8::from(i % 9 == 0))).collect();
    for solver in [Solver::Flow, Solver::Prices] {
        let params = SizesParams::new(2, SizeBounds::between(4000, 5000)).with_solver(solver);
        let found = fit(column(&values), &params).unwrap();
        assert!(keeps(&found.labels.sizes(), SizeBounds::between(4000, 5000)), "{:?}", found.labels.sizes());
    }
    let same =
        assign(column(&[3.0; 10]), &Matrix::new(vec![3.0; 4], 4, 1).unwrap(), SizeBounds::at_least(2), Solver::Auto);
    assert!(keeps(&same.unwrap().labels.sizes(), SizeBounds::at_least(2)));
}

#[test]
fn many_copies_in_few_places_are_assigned_exactly() {
    let rows: Vec<[f64; 2]> = (0..70_000).map(|i| [f64::from(i * 31 % 4), f64::from(i * 17 % 5)]).collect();
    let (x, bounds) = (Matrix::from_rows(&rows).unwrap(), SizeBounds::between(5833, 5834));
    let centers = Matrix::from_rows(&rows[..12]).unwrap();
    let [auto, flow] = [Solver::Auto, Solver::Flow].map(|s| assign(x.view(), &centers, bounds, s).unwrap());
    check_assignment(&x, &centers, bounds, &auto);
    assert!(auto.exact && (auto.cost - flow.cost).abs() <= 1e-9 * flow.cost);
    let near = assign(x.view(), &centers, bounds, Solver::Prices).unwrap();
    check_assignment(&x, &centers, bounds, &near);
    assert!(near.cost <= 1.01 * flow.cost, "{} for {}", near.cost, flow.cost);
}

#[test]
fn threads_change_no_bit() {
    let x = clumps(20_000, 4, 5);
    for solver in [Solver::Auto, Solver::Prices] {
        let params = SizesParams::new(6, SizeBounds::between(2500, 4000)).with_solver(solver).with_restarts(2);
        let run = || fit(x.view(), &params).unwrap();
        let one = with_threads(1, run);
        assert_eq!(one, with_threads(2, run));
        assert_eq!(one, with_threads(3, run));
    }
}

#[test]
fn errors_give_the_numbers_and_what_to_do() {
    let x = clumps(10, 2, 2);
    let error = |k, bounds| fit(x.view(), &SizesParams::new(k, bounds)).unwrap_err();
    for (k, bounds, message, hint) in [
        (
            3,
            SizeBounds::at_least(4),
            "n_samples=10 do not make n_clusters=3 of at least 4 rows",
            "lower the bound to 3 rows, or ask for at most 2 clusters",
        ),
        (
            3,
            SizeBounds::between(1, 3),
            "n_samples=10 do not make n_clusters=3 of 1 to 3 rows",
            "raise the bound to 4 rows, or ask for at least 4 clusters",
        ),
    ] {
        let error = error(k, bounds);
        assert_eq!((error.to_string().as_str(), error.hint().as_deref()), (message, Some(hint)));
    }
    let order = error(2, SizeBounds::between(4, 3)).to_string();
    assert_eq!(order, "the least rows of a cluster, 4, should be <= the most, 3");
    let message = |x: MatrixView<'_>, k| fit(x, &SizesParams::new(k, SizeBounds::default())).unwrap_err().to_string();
    assert_eq!(message(column(&[1.0, 2.0]), 3), "n_samples=2 should be >= n_clusters=3");
    assert_eq!(message(column(&[5.0; 9]), 2), "1 distinct rows should be >= n_clusters=2");
    assert_eq!(message(column(&[1.0, f64::NAN]), 2), "X: value NaN at row 1, column 0 is not finite");
    assert_eq!(message(column(&[0.0, 1e300]), 2), "X: magnitude of 1e300 at row 1, column 0 should be <= 1e120");
    assert_eq!(message(column(&[0.0]), 0), "n_clusters=0 should be >= 1");
    let narrow = assign(x.view(), &Matrix::zeros(2, 3), SizeBounds::default(), Solver::Auto).unwrap_err();
    assert_eq!(narrow.to_string(), "row of centres has 3 entries, expected 2");
}

#[test]
fn extreme_values_keep_their_bounds() {
    for scale in [5e-324, 1e-310, 1e-160, 1e100, 1e119] {
        let values: Vec<f64> = (0..50).map(|i| f64::from(i % 5) * scale).collect();
        for solver in [Solver::Flow, Solver::Prices] {
            let params = SizesParams::new(3, SizeBounds::between(12, 20)).with_solver(solver);
            let found = fit(column(&values), &params).unwrap();
            assert!(keeps(&found.labels.sizes(), SizeBounds::between(12, 20)), "{scale:e}");
            assert!(found.inertia.is_finite() && found.centers.view().ensure_finite("centres").is_ok());
        }
    }
    let one = fit(column(&[7.0]), &SizesParams::new(1, SizeBounds::between(1, 1))).unwrap();
    assert_eq!((one.centers.as_slice(), one.inertia, one.agreement), ([7.0].as_slice(), 0.0, 1.0));
}

struct StopAt(&'static str, u64);

impl Observer for StopAt {
    fn event(&self, event: Event<'_>) -> ControlFlow<()> {
        if (event.stage, event.step) == (self.0, self.1) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }
}

#[test]
fn any_iteration_can_be_the_last() {
    let x = clumps(300, 2, 4);
    for stop in [StopAt("sized k-means", 2), StopAt("sized k-means iteration", 1), StopAt("k-means", 1)] {
        let cancelled = fit_with(x.view(), &SizesParams::new(4, SizeBounds::at_least(60)), &stop);
        assert_eq!(cancelled, Err(ClusteringError::Cancelled));
    }
}

#[test]
fn results_can_cross_threads() {
    fn check<T: Send + Sync + 'static>() {}
    check::<SizedKMeans>();
    check::<BoundedAssignment>();
    check::<SizesParams>();
}
