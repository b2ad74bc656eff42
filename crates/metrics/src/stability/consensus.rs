use rayon::prelude::*;
use segctl_numeric::InputError;
use segctl_numeric::simd::{Kernel, dispatch};

use super::Resample;
use crate::MetricsError;

/// The code of a row that was not drawn; that of one drawn as noise is 1, clusters follow.
const ABSENT: u16 = 0;
const NOISE: u16 = 1;

/// Of each pair of rows, how often both were drawn and how often they were put together.
///
/// Monti, Tamayo, Mesirov & Golub, "Consensus clustering", Machine Learning 52 (2003).
#[derive(Debug, Clone, PartialEq)]
pub struct Consensus {
    /// Row i has a pair of counts for each row below it: together, and drawn.
    pairs: Vec<Vec<(u16, u16)>>,
}

/// The consensus matrix of resamples of a table of `n_rows` rows, at most [`Consensus::MAX_ROWS`]. Two
/// rows of noise are not together. O(n^2 B) time, in parallel; 2 n^2 bytes.
///
/// ```
/// use segctl_metrics::{Resample, consensus};
/// use segctl_numeric::Labels;
/// let first = Resample::new(vec![0, 1, 2], Labels::from_signed(&[0, 0, 1])?)?;
/// let second = Resample::new(vec![0, 1], Labels::from_signed(&[0, 1])?)?;
/// let found = consensus(3, &[first, second])?;
/// assert_eq!(found.get(0, 1), Some(0.5));
/// assert_eq!(found.get(2, 0), Some(0.0));
/// # Ok::<(), segctl_metrics::MetricsError>(())
/// ```
///
/// # Errors
/// More rows than the limit; more than 65,535 resamples; a row that the table does not have.
pub fn consensus(n_rows: usize, resamples: &[Resample]) -> Result<Consensus, MetricsError> {
    if n_rows > Consensus::MAX_ROWS {
        let (what, limit) = ("consensus matrix", Consensus::MAX_ROWS);
        return Err(MetricsError::TooManyRows { what, n_samples: n_rows, limit });
    }
    if resamples.len() > usize::from(u16::MAX) {
        let (name, value) = ("n_resamples", resamples.len() as f64);
        return Err(InputError::OutOfRange { name, value, expected: "<= 65535" }.into());
    }
    resamples.iter().try_for_each(|resample| resample.check(n_rows))?;
    let (codes, b) = (codes(n_rows, resamples), resamples.len());
    let of_row = |i: usize| {
        let mut out = vec![(0, 0); i];
        dispatch(Pairs { row: &codes[i * b..][..b], below: &codes[..i * b], out: &mut out });
        out
    };
    Ok(Consensus { pairs: (0..n_rows).into_par_iter().with_max_len(16).map(of_row).collect() })
}

/// n x B: the cluster of each row in each resample, numbered by first row so that 16 bits hold it.
fn codes(n_rows: usize, resamples: &[Resample]) -> Vec<u16> {
    let mut codes = vec![ABSENT; n_rows * resamples.len()];
    for (b, resample) in resamples.iter().enumerate() {
        let labels = resample.labels().renumbered();
        for (i, &row) in resample.rows().iter().enumerate() {
            codes[row * resamples.len() + b] = labels.get(i).map_or(NOISE, |cluster| cluster as u16 + NOISE + 1);
        }
    }
    codes
}

struct Pairs<'a> {
    row: &'a [u16],
    below: &'a [u16],
    out: &'a mut [(u16, u16)],
}

impl Kernel for Pairs<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        for (out, other) in self.out.iter_mut().zip(self.below.chunks_exact(self.row.len().max(1))) {
            let (mut together, mut drawn) = (0_u16, 0_u16);
            for (&a, &b) in self.row.iter().zip(other) {
                together += u16::from((a == b) & (a > NOISE));
                drawn += u16::from((a != ABSENT) & (b != ABSENT));
            }
            *out = (together, drawn);
        }
    }
}

impl Consensus {
    /// The largest table: 5,000 rows take 50 MB and 12.5 million pairs.
    pub const MAX_ROWS: usize = 5_000;

    /// Rows of the table.
    ///
    /// ```
    /// assert_eq!(segctl_metrics::consensus(4, &[])?.n_rows(), 4);
    /// # Ok::<(), segctl_metrics::MetricsError>(())
    /// ```
    pub fn n_rows(&self) -> usize {
        self.pairs.len()
    }

    /// The share of the resamples with both rows that put them together, `None` where there is none; 1
    /// for a row and itself.
    ///
    /// ```
    /// assert_eq!(segctl_metrics::consensus(4, &[])?.get(0, 3), None);
    /// # Ok::<(), segctl_metrics::MetricsError>(())
    /// ```
    ///
    /// # Panics
    /// When a row is out of range.
    pub fn get(&self, i: usize, j: usize) -> Option<f64> {
        if i == j {
            assert!(i < self.n_rows(), "row {i} of {}", self.n_rows());
            return Some(1.0);
        }
        value(self.pairs[i.max(j)][i.min(j)])
    }

    /// The share of the pairs of different rows, drawn together at least once, whose consensus is at
    /// most `at`; `None` where there is no such pair.
    ///
    /// ```
    /// use segctl_metrics::{Resample, consensus};
    /// use segctl_numeric::Labels;
    /// let only = Resample::new(vec![0, 1, 2], Labels::from_signed(&[0, 0, 1])?)?;
    /// assert_eq!(consensus(3, &[only])?.cdf(0.5), Some(2.0 / 3.0));
    /// # Ok::<(), segctl_metrics::MetricsError>(())
    /// ```
    pub fn cdf(&self, at: f64) -> Option<f64> {
        self.share(|consensus| consensus <= at)
    }

    /// The proportion of ambiguous clustering: the share of the pairs whose consensus is above `low` and
    /// at most `high`, 0.1 and 0.9 being usual. Small where resamples agree.
    ///
    /// Senbabaoglu, Michailidis & Li, "Critical limitations of consensus clustering in class
    /// discovery", Scientific Reports 4 (2014). `None` where no two rows were drawn together.
    ///
    /// ```
    /// use segctl_metrics::{Resample, consensus};
    /// use segctl_numeric::Labels;
    /// let first = Resample::new(vec![0, 1, 2], Labels::from_signed(&[0, 0, 1])?)?;
    /// let second = Resample::new(vec![0, 1, 2], Labels::from_signed(&[0, 1, 1])?)?;
    /// assert_eq!(consensus(3, &[first, second])?.pac(0.1, 0.9), Some(2.0 / 3.0));
    /// # Ok::<(), segctl_metrics::MetricsError>(())
    /// ```
    pub fn pac(&self, low: f64, high: f64) -> Option<f64> {
        self.share(|consensus| low < consensus && consensus <= high)
    }

    fn share(&self, holds: impl Fn(f64) -> bool + Sync) -> Option<f64> {
        let of_row = |row: &Vec<(u16, u16)>| {
            let values = row.iter().copied().filter_map(value);
            values.fold((0_u64, 0_u64), |(hold, all), value| (hold + u64::from(holds(value)), all + 1))
        };
        let (hold, all) = self.pairs.par_iter().map(of_row).reduce(|| (0, 0), |a, b| (a.0 + b.0, a.1 + b.1));
        (all > 0).then(|| hold as f64 / all as f64)
    }
}

fn value((together, drawn): (u16, u16)) -> Option<f64> {
    (drawn > 0).then(|| f64::from(together) / f64::from(drawn))
}
