//! Silhouettes from samples: what they estimate, how well, and reproducibly.

#![expect(clippy::unwrap_used, reason = "helpers of tests may panic")]

use segctl_metrics::{SampleParams, SampledSilhouette, silhouette, silhouette_against, silhouette_sampled};
use segctl_numeric::observe::Silent;
use segctl_numeric::seed::Seed;
use segctl_numeric::{Labels, Matrix, par};

/// Three overlapping groups of unequal size and a fourth of five rows; 3 columns.
fn groups(n: usize) -> (Matrix, Labels) {
    let noise = |at: usize| ((at * 2_654_435_761) % 1_000_003) as f64 / 1_000_003.0 * 4.0;
    let group = |i: usize| if i % 400 == 7 { 3 } else { [0, 0, 0, 1, 1, 2][i % 6] };
    let value = |at: usize| noise(at) + [0.0, 3.0, 6.0, 40.0][group(at / 3)] * (1 + at % 3) as f64 / 2.0;
    let x = Matrix::new((0..n * 3).map(value).collect(), n, 3).unwrap();
    (x, Labels::new((0..n).map(|i| group(i) as u32).collect(), 4).unwrap())
}

fn sampled(x: &Matrix, labels: &Labels, params: &SampleParams) -> SampledSilhouette {
    silhouette_sampled(x.view(), &[labels], params, &Silent).unwrap().remove(0)
}

#[test]
fn the_interval_holds_the_exact_mean_as_often_as_it_says() {
    let (x, labels) = groups(2000);
    let exact = silhouette(x.view(), &labels).unwrap().mean;
    let holds = |seed| {
        let found = sampled(&x, &labels, &SampleParams::new(Seed(seed)).with_rows(100));
        found.interval.low <= exact && exact <= found.interval.high
    };
    let held = (0..400).filter(|&seed| holds(seed)).count();
    // 95 % of 400 is 380, with a standard deviation of 4.4.
    assert!((365..=394).contains(&held), "{held} of 400 intervals hold {exact}");
}

#[test]
fn a_sampled_reference_is_nearly_unbiased() {
    let (x, labels) = groups(2000);
    let exact = silhouette(x.view(), &labels).unwrap();
    let means: Vec<f64> =
        (0..50).map(|seed| silhouette_against(x.view(), &labels, 200, Seed(seed), &Silent).unwrap().mean).collect();
    let mean = means.iter().sum::<f64>() / 50.0;
    assert!((mean - exact.mean).abs() < 0.003, "{mean} for {}", exact.mean);
    assert!(means.iter().all(|mean| (mean - exact.mean).abs() < 0.05));
}

#[test]
fn estimates_of_rows_are_near_the_exact_values() {
    let (x, labels) = groups(3000);
    let exact = silhouette(x.view(), &labels).unwrap();
    let found = silhouette_against(x.view(), &labels, 1000, Seed(1), &Silent).unwrap();
    assert!((1000..1300).contains(&found.n_reference), "{}", found.n_reference);
    let differences = exact.samples.iter().zip(&found.samples).map(|(a, b)| (a.unwrap() - b.unwrap()).abs());
    let worst = differences.fold(0.0, f64::max);
    assert!(worst > 0.0 && worst < 0.15, "{worst}");
}

#[test]
fn a_sample_of_everything_is_exact() {
    let (x, labels) = groups(500);
    let exact = silhouette(x.view(), &labels).unwrap();
    assert_eq!(silhouette_against(x.view(), &labels, 500, Seed(0), &Silent).unwrap(), exact);
    let found = sampled(&x, &labels, &SampleParams::new(Seed(0)));
    assert_eq!((found.mean, found.n_evaluated, found.n_reference), (exact.mean, 500, 500));
    assert_eq!((found.interval.low, found.interval.high, found.standard_error), (exact.mean, exact.mean, 0.0));
    assert_eq!(found.per_cluster_mean, exact.per_cluster_mean);
}

#[test]
fn a_row_of_the_reference_is_not_its_own_neighbour() {
    // Two rows per cluster, all in the reference: a is the distance to the other one, not half of it.
    let mut data: Vec<f64> = (0..400).map(|i| f64::from(i / 2 * 100 + i % 2)).collect();
    data.extend([0.0; 100]);
    let labels = (0..400).map(|i| i / 2).chain(std::iter::repeat_n(0, 100)).collect();
    let x = Matrix::new(data, 500, 1).unwrap();
    let labels = Labels::new(labels, 200).unwrap();
    let found = silhouette_against(x.view(), &labels, 50, Seed(3), &Silent).unwrap();
    let exact = silhouette(x.view(), &labels).unwrap();
    for row in 4..400 {
        let (found, exact) = (found.samples[row].unwrap(), exact.samples[row].unwrap());
        assert!((found - exact).abs() < 1e-12, "row {row}: {found} for {exact}");
    }
}

#[test]
fn seeds_decide_and_threads_do_not() {
    let (x, labels) = groups(3000);
    let other = Labels::new((0..3000).map(|i| i % 5 / 2).collect(), 3).unwrap();
    let run = |seed| {
        let params = SampleParams::new(Seed(seed)).with_rows(300).with_reference(700);
        silhouette_sampled(x.view(), &[&labels, &other], &params, &Silent).unwrap()
    };
    let one = par::with_threads(1, || run(0));
    assert_eq!(one, par::with_threads(2, || run(0)));
    assert_eq!(one, par::with_threads(3, || run(0)));
    assert_ne!(one, run(1));
    let against = || silhouette_against(x.view(), &labels, 300, Seed(0), &Silent).unwrap();
    assert_eq!(par::with_threads(1, against), par::with_threads(3, against));
}

#[test]
fn noise_is_neither_drawn_nor_compared_with() {
    let (x, labels) = groups(2000);
    let ids = labels.as_slice().iter().enumerate().map(|(i, &id)| if i % 4 == 0 { Labels::NOISE } else { id });
    let labels = Labels::new(ids.collect(), 4).unwrap();
    let found = sampled(&x, &labels, &SampleParams::new(Seed(0)).with_rows(200).with_reference(400));
    assert_eq!((found.n_evaluated, found.n_used, found.share_noise), (200, 1500, 0.25));
    let against = silhouette_against(x.view(), &labels, 400, Seed(0), &Silent).unwrap();
    assert!(against.samples.iter().enumerate().all(|(i, value)| value.is_none() == (i % 4 == 0)));
}

#[test]
fn too_small_a_sample_is_refused() {
    let (x, labels) = groups(2000);
    let error =
        |params: SampleParams| silhouette_sampled(x.view(), &[&labels], &params, &Silent).unwrap_err().to_string();
    assert_eq!(error(SampleParams::new(Seed(0)).with_rows(9)), "n_rows=9 should be >= 10");
    assert_eq!(error(SampleParams::new(Seed(0)).with_reference(0)), "n_reference=0 should be >= 1");
    assert!(silhouette_against(x.view(), &labels, 0, Seed(0), &Silent).is_err());
    // 1,985 rows are noise under the second labeling: of 100 rows drawn, about one is not.
    let sparse = Labels::new((0..2000).map(|i| if i < 15 { i % 2 } else { Labels::NOISE }).collect(), 2).unwrap();
    let params = SampleParams::new(Seed(0)).with_rows(100);
    let error = silhouette_sampled(x.view(), &[&labels, &sparse], &params, &Silent).unwrap_err().to_string();
    assert!(error.starts_with("silhouette sample: n_samples="), "{error}");
    assert!(sampled(&x, &sparse, &params).n_evaluated == 15, "alone, all its rows are drawn");
}
