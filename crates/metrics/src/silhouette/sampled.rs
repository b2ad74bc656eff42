use segctl_numeric::distance::Dissimilarity;
use segctl_numeric::observe::Observer;
use segctl_numeric::seed::Seed;
use segctl_numeric::{InputError, Labels, MatrixView};

use super::general::check;
use super::partition::Partitions;
use super::pass;
use super::reference::{Reference, draw};
use super::result::{Interval, SampledSilhouette, cluster_means, share_noise};
use crate::MetricsError;

/// Fewer rows have no standard error to speak of.
const MIN_ROWS: usize = 10;

/// How a silhouette is sampled.
///
/// ```
/// use segctl_metrics::SampleParams;
/// use segctl_numeric::seed::Seed;
/// let params = SampleParams::new(Seed(0)).with_rows(5_000);
/// assert!(params.validate().is_ok());
/// assert!(params.with_rows(3).validate().is_err());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct SampleParams {
    /// The root of the random numbers.
    pub seed: Seed,
    /// Rows to evaluate, at least 10.
    pub n_rows: usize,
    /// Rows to compare them with, at least 1.
    pub n_reference: usize,
}

impl SampleParams {
    /// Evaluates 2,000 rows, for an interval of about +-0.01, against at most 100,000.
    pub fn new(seed: Seed) -> Self {
        Self { seed, n_rows: 2_000, n_reference: 100_000 }
    }

    /// Evaluates `n_rows` rows: the interval shrinks with the square root of their number.
    pub fn with_rows(self, n_rows: usize) -> Self {
        Self { n_rows, ..self }
    }

    /// Compares them with `n_reference` rows. With all of them, `usize::MAX`, the estimate is
    /// unbiased.
    pub fn with_reference(self, n_reference: usize) -> Self {
        Self { n_reference, ..self }
    }

    /// Checks the ranges; [`silhouette_sampled`] calls it first.
    ///
    /// # Errors
    /// [`InputError::OutOfRange`] for fewer than 10 rows or a reference of none.
    pub fn validate(&self) -> Result<(), MetricsError> {
        let bad = |name, value, expected| Err(InputError::OutOfRange { name, value, expected }.into());
        match self {
            Self { n_rows, .. } if *n_rows < MIN_ROWS => bad("n_rows", *n_rows as f64, ">= 10"),
            Self { n_reference: 0, .. } => bad("n_reference", 0.0, ">= 1"),
            _ => Ok(()),
        }
    }
}

/// The mean silhouette of `x` (n x d) under each of L labelings, estimated from a simple random
/// sample of rows, with its 95 % confidence interval.
///
/// The same rows are evaluated for all labelings, so that their differences are less uncertain than
/// each mean. Each row's silhouette is exact where `n_reference >= n`, and estimated from a sample of
/// reference rows otherwise, as in [`crate::silhouette_against`]. The interval covers the choice of
/// the rows evaluated, not that of the reference, so keep the latter at several times `n_rows`: with
/// 500 reference rows for 400 evaluated, 88 % of intervals held the exact mean instead of 95 %.
///
/// Where `n_rows >= n` all rows are evaluated and the interval is a point.
/// O(n_rows n_reference (d + L)) time.
///
/// ```
/// use segctl_metrics::{SampleParams, silhouette_sampled};
/// use segctl_numeric::{Labels, Matrix, observe::Silent, seed::Seed};
/// let x = Matrix::new((0..4000).map(|i| f64::from(i % 10 + i % 2 * 100)).collect(), 4000, 1)?;
/// let labels = Labels::new((0..4000).map(|i| i % 2).collect(), 2)?;
/// let params = SampleParams::new(Seed(0)).with_rows(200);
/// let found = &silhouette_sampled(x.view(), &[&labels], &params, &Silent)?[0];
/// assert_eq!(found.n_evaluated, 200);
/// assert!(found.interval.low < found.mean && found.mean < found.interval.high);
/// # Ok::<(), segctl_metrics::MetricsError>(())
/// ```
///
/// Cochran, "Sampling Techniques", 3rd ed. (1977), section 2.8.
///
/// # Errors
/// As [`crate::silhouette_many`]; parameters out of range; fewer than 10 rows that are no noise
/// among those drawn.
pub fn silhouette_sampled(
    x: MatrixView<'_>,
    labels: &[&Labels],
    params: &SampleParams,
    observer: &dyn Observer,
) -> Result<Vec<SampledSilhouette>, MetricsError> {
    silhouette_sampled_by(x, &Dissimilarity::default(), labels, params, observer)
}

/// As [`silhouette_sampled`], by any distance: such as Gower's, for rows of numbers and categories.
///
/// ```
/// use segctl_metrics::{SampleParams, silhouette_sampled_by};
/// use segctl_numeric::distance::{Dissimilarity, Gower};
/// use segctl_numeric::{Labels, Matrix, observe::Silent, seed::Seed};
/// let x = Matrix::new((0..4000).map(|i| f64::from(i % 10 + i % 2 * 100)).collect(), 4000, 1)?;
/// let labels = Labels::new((0..4000).map(|i| i % 2).collect(), 2)?;
/// let gower = Dissimilarity::from(Gower::fit(x.view(), &[false])?);
/// let params = SampleParams::new(Seed(0)).with_rows(200);
/// assert!(silhouette_sampled_by(x.view(), &gower, &[&labels], &params, &Silent)?[0].mean > 0.9);
/// # Ok::<(), segctl_metrics::MetricsError>(())
/// ```
///
/// # Errors
/// As [`silhouette_sampled`] and [`crate::silhouette_many_by`].
pub fn silhouette_sampled_by(
    x: MatrixView<'_>,
    dissimilarity: &Dissimilarity,
    labels: &[&Labels],
    params: &SampleParams,
    observer: &dyn Observer,
) -> Result<Vec<SampledSilhouette>, MetricsError> {
    params.validate()?;
    let partitions = Partitions::new(x, labels)?;
    check(x, dissimilarity)?;
    let reference = Reference::sample(&partitions, params.n_reference, params.seed);
    let mut stream = params.seed.stream("silhouette rows", 0, 0);
    let queries = draw(&partitions.used_rows(), params.n_rows, &mut stream);
    let values = pass::silhouettes(x, dissimilarity, &partitions, &queries, &reference, observer)?;
    let of_labeling = |(l, labels): (usize, &&Labels)| {
        let samples = values.iter().skip(l).step_by(partitions.labels.len()).copied();
        let evaluated = queries.iter().copied().zip(samples).collect::<Vec<_>>();
        summarize(labels, &evaluated, reference.n_members(&partitions, l))
    };
    labels.iter().enumerate().map(of_labeling).collect()
}

/// What follows from the silhouettes of some rows; noise among them does not count.
fn summarize(
    labels: &Labels,
    evaluated: &[(usize, Option<f64>)],
    n_reference: usize,
) -> Result<SampledSilhouette, MetricsError> {
    let values: Vec<f64> = evaluated.iter().filter_map(|&(_, value)| value).collect();
    let (m, n_used) = (values.len(), labels.len() - labels.n_noise());
    if m < MIN_ROWS.min(n_used) {
        return Err(InputError::TooFewRows { what: "silhouette sample", n_samples: m, at_least: MIN_ROWS }.into());
    }
    let mean = values.iter().sum::<f64>() / m as f64;
    let standard_error = standard_error(&values, mean, n_used);
    let half = t_quantile_975((m - 1) as f64) * standard_error;
    Ok(SampledSilhouette {
        mean,
        standard_error,
        interval: Interval { low: (mean - half).max(-1.0), high: (mean + half).min(1.0) },
        per_cluster_mean: cluster_means(labels, evaluated.iter().copied()),
        n_evaluated: m,
        n_reference,
        n_used,
        share_noise: share_noise(labels),
    })
}

/// sqrt(s^2 / m (1 - m / n)) of m values drawn from n without replacement.
fn standard_error(values: &[f64], mean: f64, n: usize) -> f64 {
    let m = values.len() as f64;
    let squares: f64 = values.iter().map(|value| (value - mean) * (value - mean)).sum();
    (squares / (m - 1.0) / m * (1.0 - m / n as f64)).sqrt()
}

/// The 0.975 quantile of Student's t with `freedom` >= 2 degrees, to 1e-4 from 9 degrees on.
///
/// An expansion around the normal quantile (Abramowitz & Stegun, 26.7.5): plain arithmetic, where
/// inverting the distribution would go through functions that differ between processors.
fn t_quantile_975(freedom: f64) -> f64 {
    const Z: f64 = 1.959_963_984_540_054;
    let z2 = Z * Z;
    let g1 = Z * (z2 + 1.0) / 4.0;
    let g2 = Z * ((5.0 * z2 + 16.0) * z2 + 3.0) / 96.0;
    let g3 = Z * (((3.0 * z2 + 19.0) * z2 + 17.0) * z2 - 15.0) / 384.0;
    let g4 = Z * ((((79.0 * z2 + 776.0) * z2 + 1482.0) * z2 - 1920.0) * z2 - 945.0) / 92_160.0;
    Z + (g1 + (g2 + (g3 + g4 / freedom) / freedom) / freedom) / freedom
}

#[cfg(test)]
mod tests {
    use statrs::distribution::{ContinuousCDF, StudentsT};

    use super::*;

    #[test]
    fn t_quantiles_are_those_of_the_distribution() {
        for freedom in [9.0, 10.0, 20.0, 100.0, 1999.0] {
            let expected = StudentsT::new(0.0, 1.0, freedom).unwrap().inverse_cdf(0.975);
            let found = t_quantile_975(freedom);
            assert!((found - expected).abs() < 1e-4, "{freedom}: {found} for {expected}");
        }
    }

    #[test]
    fn a_census_has_no_standard_error() {
        assert_eq!(standard_error(&[0.1, 0.5, 0.9], 0.5, 3), 0.0);
        assert!((standard_error(&[0.1, 0.5, 0.9], 0.5, 3_000_000) - 0.4 / 3_f64.sqrt()).abs() < 1e-6);
    }
}
