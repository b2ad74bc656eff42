//! Cluster-wise stability: against the definition, under transformations, and at the edges.

#![expect(clippy::unwrap_used, reason = "helpers of tests may panic")]

mod common;

use common::{cut_at, groups, kmeans, truth};
use proptest::prelude::*;
use segctl_metrics::{
    MetricsError, Resample, Resampling, Stability, StabilityParams, Thresholds, Verdict, nearest_centroid, resamples,
    stability, stability_of, stability_predicted,
};
use segctl_numeric::observe::Silent;
use segctl_numeric::par::with_threads;
use segctl_numeric::seed::Seed;
use segctl_numeric::{Labels, Matrix, MatrixView};

/// Row by row and pair by pair.
fn oracle(labels: &Labels, resamples: &[Resample], row: usize) -> Option<f64> {
    let own = labels.get(row)?;
    let (mut seen, mut kept) = (0, 0);
    for resample in resamples {
        let Some(at) = resample.rows().iter().position(|&drawn| drawn == row) else { continue };
        let jaccard = |other: usize| {
            let flags = resample.rows().iter().enumerate();
            let flags = flags.map(|(i, &row)| (labels.get(row) == Some(own), resample.labels().get(i) == Some(other)));
            let count = |hit: fn((bool, bool)) -> bool| flags.clone().filter(|&flag| hit(flag)).count() as f64;
            count(|(a, b)| a && b) / count(|(a, b)| a || b).max(1.0)
        };
        let mut best = (0.0, None);
        for other in 0..resample.labels().n_clusters() {
            if jaccard(other) > best.0 {
                best = (jaccard(other), Some(other));
            }
        }
        seen += 1;
        kept += usize::from(best.1.is_some() && resample.labels().get(at) == best.1);
    }
    (seen > 0).then(|| kept as f64 / f64::from(seen))
}

/// The share of pairs of rows of clusters `a` and `b` that were drawn together and put together.
fn pairs_oracle(labels: &Labels, resamples: &[Resample], a: usize, b: usize) -> Option<f64> {
    let (mut drawn, mut together) = (0, 0);
    for resample in resamples {
        for (i, &row) in resample.rows().iter().enumerate() {
            for (j, &other) in resample.rows().iter().enumerate().filter(|(j, _)| *j != i) {
                if labels.get(row) == Some(a) && labels.get(other) == Some(b) {
                    drawn += 1;
                    let found = resample.labels();
                    together += usize::from(found.get(i).is_some() && found.get(i) == found.get(j));
                }
            }
        }
    }
    (drawn > 0).then(|| together as f64 / f64::from(drawn))
}

fn labelled_resamples() -> impl Strategy<Value = (Labels, Vec<Resample>)> {
    let draw = prop::collection::vec((any::<bool>(), -1_i64..4), 16);
    (prop::collection::vec(-1_i64..3, 13), prop::collection::vec(draw, 1..6)).prop_map(|(mut labels, draws)| {
        labels.extend([0, 1, 2]);
        let resample = |draw: Vec<(bool, i64)>| {
            let rows: Vec<usize> = (0..16).filter(|&row| draw[row].0).rev().collect();
            let found: Vec<i64> = rows.iter().map(|&row| draw[row].1).collect();
            Resample::new(rows, Labels::from_signed(&found).unwrap()).unwrap()
        };
        (Labels::from_signed(&labels).unwrap(), draws.into_iter().map(resample).collect())
    })
}

proptest! {
    #[test]
    fn memberships_and_pairs_are_those_of_the_definition((labels, resamples) in labelled_resamples()) {
        let found = stability_of(&labels, &resamples, &Thresholds::default()).unwrap();
        for row in 0..labels.len() {
            prop_assert_eq!(found.membership[row], oracle(&labels, &resamples, row), "row {}", row);
        }
        for a in 0..3 {
            for b in 0..3 {
                prop_assert_eq!(found.co_membership[a][b], pairs_oracle(&labels, &resamples, a, b));
            }
        }
    }

    #[test]
    fn the_order_of_the_rows_is_irrelevant((labels, resamples) in labelled_resamples()) {
        let turned = |row: usize| labels.len() - 1 - row;
        let order: Vec<usize> = (0..labels.len()).map(turned).collect();
        let turn = |one: &Resample| Resample::new(one.rows().iter().map(|&row| turned(row)).collect(), one.labels().clone());
        let others: Vec<Resample> = resamples.iter().map(|one| turn(one).unwrap()).collect();
        let found = stability_of(&labels, &resamples, &Thresholds::default()).unwrap();
        let mut again = stability_of(&labels.select(&order), &others, &Thresholds::default()).unwrap();
        again.membership.reverse();
        again.n_seen.reverse();
        prop_assert_eq!(found, again);
    }

    #[test]
    fn names_of_clusters_are_irrelevant((labels, resamples) in labelled_resamples()) {
        let found = stability_of(&labels, &resamples, &Thresholds::default()).unwrap();
        let renamed = stability_of(&labels.permuted(&[2, 0, 1]), &resamples, &Thresholds::default()).unwrap();
        for (c, new) in [2, 0, 1].into_iter().enumerate() {
            prop_assert_eq!(&found.clusters[c], &renamed.clusters[new]);
        }
        prop_assert_eq!(&found.membership, &renamed.membership);
    }
}

fn run(x: &Matrix, labels: &Labels, resampling: Resampling) -> Stability {
    let params = StabilityParams::new(Seed(2)).with_resampling(resampling).with_resamples(20);
    stability(x.view(), labels, &kmeans, &params, &Silent).unwrap()
}

const ALL: [Resampling; 4] = [
    Resampling::Bootstrap,
    Resampling::Subset { share: 0.5 },
    Resampling::Noise { share: 0.05, factor: 4.0 },
    Resampling::Jitter { quantile: 0.05 },
];

#[test]
fn clear_groups_come_back_and_cuts_through_one_do_not() {
    let x = groups(120, 3, 3, 15.0);
    for resampling in [Resampling::Bootstrap, Resampling::Subset { share: 0.5 }, Resampling::Jitter { quantile: 0.05 }]
    {
        let found = run(&x, &truth(120, 3), resampling);
        assert!(
            found.clusters.iter().all(|cluster| cluster.mean_jaccard == 1.0),
            "{resampling:?}: {:?}",
            found.clusters
        );
        assert!(found.contested(1.0).is_empty());
        assert_eq!(found.co_membership[0], [Some(1.0), Some(0.0), Some(0.0)]);
    }
    let cloud = groups(120, 3, 1, 0.0);
    let five = kmeans(cloud.view(), 5, Seed(0)).unwrap();
    let found = run(&cloud, &five, Resampling::Bootstrap);
    assert!(found.clusters.iter().any(|cluster| cluster.verdict != Verdict::Stable), "{:?}", found.clusters);
    assert!(!found.contested(0.7).is_empty());
}

#[test]
fn rows_between_two_groups_are_the_contested_ones() {
    // Two groups on a line and three rows halfway.
    let mut values: Vec<f64> = (0..60).map(|i| f64::from(i % 2) * 100.0 + f64::from(i % 13)).collect();
    values.extend([56.0, 56.2, 56.4]);
    let x = Matrix::new(values, 63, 1).unwrap();
    let labels = kmeans(x.view(), 2, Seed(0)).unwrap();
    let found = run(&x, &labels, Resampling::Subset { share: 0.3 });
    assert!(found.contested(1.0).iter().all(|&row| row >= 60), "{:?}", found.contested(1.0));
    assert!(!found.contested(1.0).is_empty());
    assert!(found.clusters.iter().all(|cluster| cluster.verdict == Verdict::Stable));
}

#[test]
fn threads_change_nothing() {
    let x = groups(150, 4, 3, 3.0);
    let labels = kmeans(x.view(), 4, Seed(0)).unwrap();
    for resampling in ALL {
        let found = [1, 2, 3].map(|threads| with_threads(threads, || run(&x, &labels, resampling)));
        assert!(found.iter().all(|one| *one == found[0]), "{resampling:?}");
    }
}

#[test]
fn both_ways_of_asking_agree() {
    let x = groups(100, 3, 3, 4.0);
    let labels = kmeans(x.view(), 3, Seed(0)).unwrap();
    for resampling in ALL {
        let params = StabilityParams::new(Seed(9)).with_resampling(resampling).with_resamples(15);
        let kept = resamples(x.view(), 3, &kmeans, &params, &Silent).unwrap();
        let direct = stability(x.view(), &labels, &kmeans, &params, &Silent).unwrap();
        assert_eq!(stability_of(&labels, &kept, &params.thresholds).unwrap(), direct, "{resampling:?}");
    }
}

#[test]
fn prediction_lets_every_resample_speak_of_every_row() {
    let x = groups(90, 3, 3, 4.0);
    let labels = kmeans(x.view(), 3, Seed(0)).unwrap();
    let params = StabilityParams::new(Seed(9)).with_resamples(15);
    let found = stability_predicted(x.view(), &labels, &kmeans, &nearest_centroid, &params, &Silent).unwrap();
    let without = stability(x.view(), &labels, &kmeans, &params, &Silent).unwrap();
    assert!(found.n_seen.iter().all(|&n| n == 15));
    let n_drawn: u32 = without.n_seen.iter().sum();
    assert!((700..1000).contains(&n_drawn), "{n_drawn} of 1,350 at 63 %");
    assert_eq!(found.clusters, without.clusters);
    // k-means puts each row to its nearest mean: where all rows were drawn, both agree.
    let jitter = params.with_resampling(Resampling::Jitter { quantile: 0.0 });
    let all = stability(x.view(), &labels, &kmeans, &jitter, &Silent).unwrap();
    assert_eq!(all.n_seen, found.n_seen);
}

#[test]
fn noise_of_either_side_is_nobodys_member() {
    let labels = Labels::from_signed(&[0, 0, 0, 1, 1, -1]).unwrap();
    let resample = Resample::new((0..6).collect(), Labels::from_signed(&[0, 0, -1, 1, 1, 1]).unwrap()).unwrap();
    let found = stability_of(&labels, &[resample], &Thresholds::default()).unwrap();
    assert_eq!(found.clusters[0].jaccard, [2.0 / 3.0]);
    assert_eq!(found.clusters[1].jaccard, [2.0 / 3.0], "the row of noise is in the match alone");
    assert_eq!(found.membership, [Some(1.0), Some(1.0), Some(0.0), Some(1.0), Some(1.0), None]);
    let all_noise = Resample::new((0..6).collect(), Labels::from_signed(&[-1; 6]).unwrap()).unwrap();
    let found = stability_of(&labels, &[all_noise], &Thresholds::default()).unwrap();
    assert_eq!(found.clusters[0].jaccard, [0.0]);
    assert_eq!((found.clusters[0].verdict, found.membership[0]), (Verdict::Dissolved, Some(0.0)));
}

#[test]
fn verdicts_and_counts_keep_to_their_sides_of_the_thresholds() {
    let labels = Labels::from_signed(&[0, 0, 0, 0]).unwrap();
    let with = |signed: &[i64]| Resample::new((0..4).collect(), Labels::from_signed(signed).unwrap()).unwrap();
    let of = |signed: &[i64]| {
        let found = stability_of(&labels, &[with(signed)], &Thresholds::default()).unwrap();
        let cluster = &found.clusters[0];
        (cluster.verdict, cluster.n_dissolved, cluster.n_recovered)
    };
    assert_eq!(of(&[0, 0, 0, 1]), (Verdict::Stable, 0, 0), "0.75 is stable as a mean, and not above 0.75");
    assert_eq!(of(&[0, 0, 1, 1]), (Verdict::Dissolved, 1, 0));
    assert_eq!(of(&[0, 0, 0, 0]), (Verdict::Stable, 0, 1));
}

#[test]
fn hostile_input_is_refused_with_the_numbers() {
    let x = Matrix::new((0..6).map(f64::from).collect(), 6, 1).unwrap();
    let message = |x: &Matrix, labels: &Labels, params: StabilityParams| {
        stability(x.view(), labels, &cut_at(2.5), &params, &Silent).unwrap_err().to_string()
    };
    let (params, good) =
        (StabilityParams::new(Seed(0)).with_resamples(3), Labels::from_signed(&[0, 0, 0, 1, 1, 1]).unwrap());
    let short = Labels::from_signed(&[0, 1]).unwrap();
    assert_eq!(message(&x, &short, params), "labels has 2 entries, expected 6");
    let noise = Labels::from_signed(&[-1; 6]).unwrap();
    assert_eq!(message(&x, &noise, params), "n_clusters=0 should be >= 1: no row of n_samples=6 is in a cluster");
    let empty = Labels::new(vec![0, 0, 0, 2, 2, 2], 3).unwrap();
    assert_eq!(message(&x, &empty, params), "cluster 1 of 3 has no rows");
    assert_eq!(message(&x, &good, params.with_resamples(0)), "n_resamples=0 should be in 1..=65535");
    let all = params.with_resampling(Resampling::Subset { share: 1.0 });
    assert_eq!(message(&x, &good, all), "share=1 should be in (0, 1)");
    let crossed = params.with_thresholds(Thresholds::new(0.8, 0.6));
    assert_eq!(message(&x, &good, crossed), "recovered=0.6 should be >= dissolved=0.8");
    let nan = Matrix::new(vec![f64::NAN; 6], 6, 1).unwrap();
    assert_eq!(message(&nan, &good, params), "X: value NaN at row 0, column 0 is not finite");
    assert!(stability_of(&good, &[], &Thresholds::default()).is_err());
    let beyond = Resample::new(vec![6], Labels::from_signed(&[0]).unwrap()).unwrap();
    assert_eq!(
        stability_of(&good, &[beyond], &Thresholds::default()).unwrap_err().to_string(),
        "row=6 should be < n_samples=6"
    );
    assert!(Resample::new(vec![1, 1], short.clone()).is_err());
    assert!(Resample::new(vec![1], short).is_err());
}

#[test]
fn equal_rows_singletons_and_large_values_have_a_stability() {
    let one = |x: MatrixView<'_>, _: usize, _: Seed| Ok::<_, MetricsError>(Labels::new(vec![0; x.n_rows()], 1)?);
    let each = |x: MatrixView<'_>, _: usize, _: Seed| {
        let n = x.n_rows() as u32;
        Ok::<_, MetricsError>(Labels::new((0..n).collect(), n as usize)?)
    };
    for value in [3.0, 1e150, -1e-310] {
        let x = Matrix::new(vec![value; 8], 4, 2).unwrap();
        for resampling in ALL {
            let params = StabilityParams::new(Seed(0)).with_resampling(resampling).with_resamples(10);
            let whole = stability(x.view(), &truth(4, 1), &one, &params, &Silent).unwrap();
            assert_eq!(whole.clusters[0].mean_jaccard, 1.0, "{resampling:?}");
            let singletons = stability(x.view(), &truth(4, 4), &each, &params, &Silent).unwrap();
            assert!(singletons.clusters.iter().all(|c| c.jaccard.iter().all(|&j| j == 0.0 || j == 1.0)));
            assert!(singletons.membership.iter().flatten().all(|&share| share == 1.0));
        }
    }
}

#[test]
fn results_cross_threads_and_files() {
    fn assert_send_sync<T: Send + Sync>() {}
    assert_send_sync::<(Stability, Resample, StabilityParams)>();
    let found = run(&groups(60, 2, 2, 9.0), &truth(60, 2), Resampling::Bootstrap);
    let text = serde_json::to_string(&found).unwrap();
    assert_eq!(serde_json::from_str::<Stability>(&text).unwrap(), found);
}
