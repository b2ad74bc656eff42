//! How good an optimum is, where everybody starts from starts of his own.

use segctl_numeric::MatrixView;

use super::answer::Answer;

/// An inertia this much above another counts as equal: both found the same optimum.
pub(super) const EQUAL: f64 = 1e-9;

/// The sum of squared distances of the rows to the means of their clusters. `None` for labels that
/// do not fit.
pub(super) fn inertia(x: MatrixView<'_>, labels: &[i64]) -> Option<f64> {
    let d = x.n_cols();
    let labels: Vec<usize> = labels.iter().map(|&label| usize::try_from(label).ok()).collect::<Option<_>>()?;
    let k = labels.iter().max()? + 1;
    if labels.len() != x.n_rows() || k > x.n_rows() {
        return None;
    }
    let (mut means, mut counts) = (vec![0.0; k * d], vec![0.0; k]);
    for (row, &label) in x.rows().zip(&labels) {
        counts[label] += 1.0;
        means[label * d..][..d].iter_mut().zip(row).for_each(|(sum, value)| *sum += value);
    }
    for (mean, count) in means.chunks_exact_mut(d).zip(&counts) {
        mean.iter_mut().for_each(|value| *value /= count);
    }
    let squared = |(row, &label): (&[f64], &usize)| {
        row.iter().zip(&means[label * d..]).map(|(value, mean)| (value - mean) * (value - mean)).sum::<f64>()
    };
    Some(x.rows().zip(&labels).map(squared).sum())
}

/// Runs in which our inertia was no worse than theirs in the same round.
pub(super) fn as_good(ours: &[Answer], theirs: &[Answer]) -> usize {
    let pairs = ours.iter().zip(theirs).filter_map(|(ours, theirs)| ours.inertia.zip(theirs.inertia));
    pairs.filter(|(ours, theirs)| *ours <= theirs * (1.0 + EQUAL)).count()
}

/// How many restarts fit `limit` seconds, when `restarts` of them took `seconds`: a tenth is left
/// for chance.
pub(super) fn restarts_within(limit: f64, restarts: usize, seconds: f64) -> usize {
    if seconds <= 0.0 {
        return restarts;
    }
    ((0.9 * limit / seconds * restarts as f64) as usize).clamp(1, 10_000)
}

#[cfg(test)]
mod tests {
    use segctl_numeric::Matrix;

    use super::*;

    #[test]
    fn inertia_is_that_of_the_means() {
        let x = Matrix::from_rows(&[[0.0], [2.0], [10.0]]).unwrap();
        assert_eq!(inertia(x.view(), &[0, 0, 1]), Some(2.0));
        assert_eq!(inertia(x.view(), &[2, 2, 0]), Some(2.0));
        for bad in [&[0, 0][..], &[0, 0, -1], &[0, 0, 99]] {
            assert_eq!(inertia(x.view(), bad), None);
        }
    }

    #[test]
    fn equal_optima_are_as_good() {
        let runs = |inertias: [f64; 3]| inertias.map(|inertia| Answer { inertia: Some(inertia), ..Answer::default() });
        assert_eq!(as_good(&runs([1.0, 2.0 + 1e-12, 3.0]), &runs([2.0, 2.0, 2.0])), 2);
    }

    #[test]
    fn restarts_fill_the_time() {
        assert_eq!(restarts_within(1.0, 10, 0.5), 18);
        assert_eq!(restarts_within(0.01, 10, 5.0), 1);
        assert_eq!(restarts_within(1.0, 10, 0.0), 10);
    }
}
