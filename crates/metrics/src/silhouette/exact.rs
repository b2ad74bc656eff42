use segctl_numeric::distance::Dissimilarity;
use segctl_numeric::observe::{Observer, Silent};
use segctl_numeric::seed::Seed;
use segctl_numeric::{InputError, Labels, MatrixView};

use super::general::{check, is_euclidean};
use super::partition::Partitions;
use super::pass;
use super::reference::Reference;
use super::result::Silhouette;
use super::symmetric;
use super::value::value;
use crate::MetricsError;

/// Labelings up to which one pass over the pairs of rows for each is faster than one pass over all
/// ordered pairs for all.
const MAX_BY_PAIRS: usize = 2;

/// The exact silhouettes of `x` (n x d) under `labels`.
///
/// Noise is left out, both as rows to evaluate and as neighbours. Each of the n (n - 1) / 2 distances
/// is computed once: O(n^2 d) time, O(n (d + k)) memory. Equal to scikit-learn's
/// `silhouette_samples`. Columns with means of a hundred standard deviations and more take about
/// twice as long: centre them.
///
/// ```
/// use segctl_metrics::silhouette;
/// use segctl_numeric::{Labels, Matrix};
/// let x = Matrix::from_rows(&[[0.0], [1.0], [10.0], [12.0]])?;
/// let found = silhouette(x.view(), &Labels::from_signed(&[0, 0, 1, 1])?)?;
/// assert_eq!(found.samples[0], Some((11.0 - 1.0) / 11.0));
/// # Ok::<(), segctl_metrics::MetricsError>(())
/// ```
///
/// # Errors
/// As [`silhouette_many`].
pub fn silhouette(x: MatrixView<'_>, labels: &Labels) -> Result<Silhouette, MetricsError> {
    let mut found = silhouette_many(x, &[labels], &Silent)?;
    Ok(found.pop().expect("one labeling in, one silhouette out"))
}

/// The exact silhouettes of `x` (n x d) under each of L labelings, by one pass over all distances.
///
/// A sweep over k costs little more than two single ones: O(n^2 (d + L)) time, O(n L) memory; up to
/// two labelings are evaluated as by [`silhouette`]. The n x n distances are never held. The same bits at any number of threads, on any processor, and whatever
/// other labelings are asked for.
///
/// ```
/// use segctl_metrics::silhouette_many;
/// use segctl_numeric::{Labels, Matrix, observe::Silent};
/// let x = Matrix::from_rows(&[[0.0], [1.0], [10.0], [12.0]])?;
/// let (two, three) = (Labels::from_signed(&[0, 0, 1, 1])?, Labels::from_signed(&[0, 0, 1, 2])?);
/// let found = silhouette_many(x.view(), &[&two, &three], &Silent)?;
/// assert!(found[0].mean > found[1].mean);
/// # Ok::<(), segctl_metrics::MetricsError>(())
/// ```
///
/// # Errors
/// No columns; labels of another length than n; a value that is NaN, infinite or beyond 1e150; a
/// labeling with fewer than 2 clusters or as many as rows; the observer's wish
/// ([`MetricsError::Cancelled`]).
pub fn silhouette_many(
    x: MatrixView<'_>,
    labels: &[&Labels],
    observer: &dyn Observer,
) -> Result<Vec<Silhouette>, MetricsError> {
    silhouette_many_by(x, &Dissimilarity::default(), labels, observer)
}

/// As [`silhouette_many`], by any distance: such as Gower's, for rows of numbers and categories.
///
/// By distances that are not Euclidean every one is computed twice, once for each of its rows, and memory is as
/// little as there. Equal to scikit-learn's `silhouette_samples` of the matrix of distances.
///
/// ```
/// use segctl_metrics::silhouette_many_by;
/// use segctl_numeric::distance::{Dissimilarity, Gower};
/// use segctl_numeric::{Labels, Matrix, observe::Silent};
/// // An age and the code of a region.
/// let x = Matrix::from_rows(&[[20.0, 0.0], [24.0, 0.0], [60.0, 1.0], [60.0, 1.0]])?;
/// let gower = Dissimilarity::from(Gower::fit(x.view(), &[false, true])?);
/// let labels = Labels::from_signed(&[0, 0, 1, 1])?;
/// let found = silhouette_many_by(x.view(), &gower, &[&labels], &Silent)?;
/// // 0.05 from its own, 1 from the others.
/// assert!((found[0].samples[0].unwrap_or(0.0) - (1.0 - 0.05) / 1.0).abs() < 1e-15);
/// # Ok::<(), segctl_metrics::MetricsError>(())
/// ```
///
/// # Errors
/// As [`silhouette_many`]; a Gower distance for another number of columns, or of rows that exceed its ranges more
/// than 1e280 times; values beyond 1e140 by squared Euclidean distances.
pub fn silhouette_many_by(
    x: MatrixView<'_>,
    dissimilarity: &Dissimilarity,
    labels: &[&Labels],
    observer: &dyn Observer,
) -> Result<Vec<Silhouette>, MetricsError> {
    let partitions = Partitions::new(x, labels)?;
    check(x, dissimilarity)?;
    let by_pairs = is_euclidean(dissimilarity) && labels.len() <= MAX_BY_PAIRS;
    if by_pairs && (0..labels.len()).all(|l| symmetric::is_worth(&partitions, l)) {
        return evaluate_by_pairs(x, &partitions, observer);
    }
    evaluate(x, dissimilarity, &partitions, &Reference::all(&partitions), observer)
}

/// Silhouettes of all n rows of `x` (n x d), each estimated from its distances to a sample of about
/// `n_reference` rows: for data too large for [`silhouette`]. O(n n_reference d) time.
///
/// The sample is drawn uniformly from the rows that are no noise, and filled up to 64 rows of each
/// cluster (all of a smaller one). A row that is in the sample is not compared with itself. Mean
/// distances to clusters are unbiased. Silhouettes are slightly too small where two other clusters
/// are about equally near, because the smallest of several noisy means is below the smallest mean;
/// the bias vanishes as 1 / `n_reference`. With `n_reference >= n` the values are exact.
///
/// ```
/// use segctl_metrics::{silhouette, silhouette_against};
/// use segctl_numeric::{Labels, Matrix, observe::Silent, seed::Seed};
/// let x = Matrix::new((0..4000).map(|i| f64::from(i % 10 + i % 2 * 100)).collect(), 4000, 1)?;
/// let labels = Labels::new((0..4000).map(|i| i % 2).collect(), 2)?;
/// let estimate = silhouette_against(x.view(), &labels, 500, Seed(0), &Silent)?;
/// assert!((estimate.mean - silhouette(x.view(), &labels)?.mean).abs() < 0.01);
/// # Ok::<(), segctl_metrics::MetricsError>(())
/// ```
///
/// # Errors
/// As [`silhouette_many`], and `n_reference` = 0.
pub fn silhouette_against(
    x: MatrixView<'_>,
    labels: &Labels,
    n_reference: usize,
    seed: Seed,
    observer: &dyn Observer,
) -> Result<Silhouette, MetricsError> {
    silhouette_against_by(x, &Dissimilarity::default(), labels, n_reference, seed, observer)
}

/// As [`silhouette_against`], by any distance.
///
/// ```
/// use segctl_metrics::silhouette_against_by;
/// use segctl_numeric::distance::{Dissimilarity, Metric};
/// use segctl_numeric::{Labels, Matrix, observe::Silent, seed::Seed};
/// let x = Matrix::new((0..4000).map(|i| f64::from(i % 10 + i % 2 * 100)).collect(), 4000, 1)?;
/// let labels = Labels::new((0..4000).map(|i| i % 2).collect(), 2)?;
/// let by = Dissimilarity::from(Metric::Manhattan);
/// assert!(silhouette_against_by(x.view(), &by, &labels, 500, Seed(0), &Silent)?.mean > 0.9);
/// # Ok::<(), segctl_metrics::MetricsError>(())
/// ```
///
/// # Errors
/// As [`silhouette_many_by`], and `n_reference` = 0.
pub fn silhouette_against_by(
    x: MatrixView<'_>,
    dissimilarity: &Dissimilarity,
    labels: &Labels,
    n_reference: usize,
    seed: Seed,
    observer: &dyn Observer,
) -> Result<Silhouette, MetricsError> {
    if n_reference == 0 {
        return Err(InputError::OutOfRange { name: "n_reference", value: 0.0, expected: ">= 1" }.into());
    }
    let labels = [labels];
    let partitions = Partitions::new(x, &labels)?;
    check(x, dissimilarity)?;
    let reference = Reference::sample(&partitions, n_reference, seed);
    let mut found = evaluate(x, dissimilarity, &partitions, &reference, observer)?;
    Ok(found.pop().expect("one labeling in, one silhouette out"))
}

/// Evaluates all rows against `reference`.
fn evaluate(
    x: MatrixView<'_>,
    dissimilarity: &Dissimilarity,
    partitions: &Partitions<'_>,
    reference: &Reference,
    observer: &dyn Observer,
) -> Result<Vec<Silhouette>, MetricsError> {
    let queries = partitions.used_rows();
    let values = pass::silhouettes(x, dissimilarity, partitions, &queries, reference, observer)?;
    let n_labelings = partitions.labels.len();
    let of_labeling = |(l, labels): (usize, &&Labels)| {
        let mut samples = vec![None; x.n_rows()];
        for (&row, value) in queries.iter().zip(values.iter().skip(l).step_by(n_labelings)) {
            samples[row] = *value;
        }
        Silhouette::new(samples, labels, reference.n_members(partitions, l))
    };
    Ok(partitions.labels.iter().enumerate().map(of_labeling).collect())
}

/// Evaluates all rows against all rows, labeling by labeling, computing each distance once for both
/// of its rows. The same bits as [`evaluate`].
fn evaluate_by_pairs(
    x: MatrixView<'_>,
    partitions: &Partitions<'_>,
    observer: &dyn Observer,
) -> Result<Vec<Silhouette>, MetricsError> {
    let reference = Reference::all(partitions);
    let n_labelings = partitions.labels.len();
    let of_labeling = |(l, labels): (usize, &&Labels)| {
        let tell = |share| symmetric::tell(observer, x.n_rows(), l, n_labelings, share);
        let first = partitions.slots(l).start;
        let mut samples = vec![None; x.n_rows()];
        for block in symmetric::sums(x, partitions, l, tell)? {
            for (at, &row) in block.rows.iter().enumerate() {
                samples[row] = value(partitions, &reference, l, row, |slot| block.sum(slot - first, at));
            }
        }
        Ok(Silhouette::new(samples, labels, reference.n_members(partitions, l)))
    };
    partitions.labels.iter().enumerate().map(of_labeling).collect()
}

#[cfg(test)]
mod tests {
    use std::iter::repeat_n;

    use proptest::prelude::*;
    use segctl_numeric::Matrix;

    use super::*;

    fn by_rows(x: MatrixView<'_>, partitions: &Partitions<'_>) -> Vec<Silhouette> {
        evaluate(x, &Dissimilarity::default(), partitions, &Reference::all(partitions), &Silent).unwrap()
    }

    proptest! {
        #[test]
        fn both_ways_give_the_same_bits(
            (n, d, k) in (600_usize..900, 1_usize..20, 2_usize..6),
            noise in 0_usize..3,
            salt in 0_usize..1000,
        ) {
            let value = |at: usize| ((at + salt) * 2_654_435_761 % 1_000_003) as f64 / 1e5;
            let x = Matrix::new((0..n * d).map(value).collect(), n, d).unwrap();
            let label = |i: usize| if noise * i % 11 == 1 { Labels::NOISE } else { ((i * i + salt) % 97 % k) as u32 };
            let labels = Labels::new((0..n).map(label).collect(), k).unwrap();
            let labels = [&labels];
            let partitions = Partitions::new(x.view(), &labels).unwrap();
            let by_pairs = evaluate_by_pairs(x.view(), &partitions, &Silent).unwrap();
            prop_assert_eq!(by_rows(x.view(), &partitions), by_pairs);
        }
    }

    #[test]
    fn clusters_of_all_sizes_beside_those_of_tiles_and_segments() {
        let sizes = [1, 257, 15, 16, 17, 4, 513, 8, 256, 2, 255, 5];
        let signed: Vec<i64> = (0..).zip(sizes).flat_map(|(label, size)| repeat_n(label, size)).collect();
        let n = signed.len();
        let x = Matrix::new((0..n * 3).map(|at| (at * 7919 % 1013) as f64 / 7.0).collect(), n, 3).unwrap();
        let labels = Labels::from_signed(&signed).unwrap();
        let labels = [&labels];
        let partitions = Partitions::new(x.view(), &labels).unwrap();
        let by_pairs = evaluate_by_pairs(x.view(), &partitions, &Silent).unwrap();
        assert_eq!(by_rows(x.view(), &partitions), by_pairs);
    }
}
