use segctl_numeric::observe::Observer;
use segctl_numeric::seed::Seed;
use segctl_numeric::{InputError, Labels, Matrix, MatrixView};

use super::StabilityParams;
use super::scheme::Scheme;
use crate::MetricsError;
use crate::each::{at_once, checked, child, try_each};
use crate::null::check_table;

/// A clustering of some of the rows of a table.
#[derive(Debug, Clone, PartialEq)]
pub struct Resample {
    rows: Vec<usize>,
    labels: Labels,
}

impl Resample {
    /// Label i is that of row `rows[i]` of the table; each row occurs at most once.
    ///
    /// ```
    /// use segctl_metrics::Resample;
    /// use segctl_numeric::Labels;
    /// let labels = Labels::from_signed(&[0, 1])?;
    /// assert!(Resample::new(vec![4, 2], labels.clone()).is_ok());
    /// assert!(Resample::new(vec![4, 4], labels).is_err());
    /// # Ok::<(), segctl_metrics::MetricsError>(())
    /// ```
    ///
    /// # Errors
    /// As many labels as rows are needed, and a row may occur once.
    pub fn new(rows: Vec<usize>, labels: Labels) -> Result<Self, MetricsError> {
        if rows.len() != labels.len() {
            return Err(InputError::Length { what: "labels", found: labels.len(), expected: rows.len() }.into());
        }
        let mut sorted = rows.clone();
        sorted.sort_unstable();
        match sorted.windows(2).find(|pair| pair[0] == pair[1]) {
            None => Ok(Self { rows, labels }),
            Some(pair) => {
                Err(InputError::OutOfRange { name: "row", value: pair[0] as f64, expected: "drawn once" }.into())
            }
        }
    }

    /// The rows, in the order of the labels.
    ///
    /// ```
    /// # use segctl_metrics::Resample;
    /// # use segctl_numeric::Labels;
    /// let resample = Resample::new(vec![4, 2], Labels::from_signed(&[0, 1])?)?;
    /// assert_eq!(resample.rows(), [4, 2]);
    /// # Ok::<(), segctl_metrics::MetricsError>(())
    /// ```
    pub fn rows(&self) -> &[usize] {
        &self.rows
    }

    /// Their clusters.
    ///
    /// ```
    /// # use segctl_metrics::Resample;
    /// # use segctl_numeric::Labels;
    /// let resample = Resample::new(vec![4, 2], Labels::from_signed(&[0, 1])?)?;
    /// assert_eq!(resample.labels().to_signed(), [0, 1]);
    /// # Ok::<(), segctl_metrics::MetricsError>(())
    /// ```
    pub fn labels(&self) -> &Labels {
        &self.labels
    }

    /// # Errors
    /// [`MetricsError::Order`] for a row that a table of `n_rows` does not have.
    pub(super) fn check(&self, n_rows: usize) -> Result<(), MetricsError> {
        match self.rows.iter().find(|&&row| row >= n_rows) {
            None => Ok(()),
            Some(&row) => Err(MetricsError::Order {
                name: "row",
                value: row as f64,
                relation: "<",
                other: "n_samples",
                limit: n_rows as f64,
            }),
        }
    }
}

/// Clusters resamples of `x` (n x d) into `k` clusters each, in parallel.
///
/// `cluster` gets a table, `k` and a seed of its own, and gives the cluster of each row; it is called
/// from several threads, and its errors are passed through, that of the lowest resample first. For
/// [`crate::consensus`], or to keep the labels; [`crate::stability()`] needs no room for them. The
/// result has O(n B) entries.
///
/// ```
/// use segctl_metrics::{MetricsError, StabilityParams, resamples};
/// use segctl_numeric::{Labels, Matrix, MatrixView, observe::Silent, seed::Seed};
/// let x = Matrix::new((0..20).map(f64::from).collect(), 20, 1)?;
/// let halves = |x: MatrixView<'_>, _: usize, _: Seed| -> Result<Labels, MetricsError> {
///     Ok(Labels::new(x.rows().map(|row| u32::from(row[0] > 9.5)).collect(), 2)?)
/// };
/// let params = StabilityParams::new(Seed(0)).with_resamples(5);
/// let all = resamples(x.view(), 2, &halves, &params, &Silent)?;
/// assert_eq!(all.len(), 5);
/// assert!(all[0].rows().len() < 20);
/// # Ok::<(), MetricsError>(())
/// ```
///
/// # Errors
/// Parameters out of range; fewer than 2 rows, no columns, values that are not finite or of a
/// magnitude above 1e150; labels of another number than the rows of a resample; those of `cluster`.
pub fn resamples<E, F>(
    x: MatrixView<'_>,
    k: usize,
    cluster: &F,
    params: &StabilityParams,
    observer: &dyn Observer,
) -> Result<Vec<Resample>, E>
where
    E: From<MetricsError> + Send,
    F: Fn(MatrixView<'_>, usize, Seed) -> Result<Labels, E> + Sync,
{
    params.validate()?;
    check_table(x)?;
    let scheme = Scheme::new(params.resampling, x);
    let one = |b| Ok(clustered(x, k, cluster, params.seed, &scheme, b)?.compared);
    try_each(params.n_resamples, at_once(x.as_slice().len()), "stability", observer, one)
}

/// A resample with what was clustered.
pub(super) struct Clustered {
    pub(super) data: Matrix,
    /// Of all rows of `data`, where not all are compared.
    all: Option<Labels>,
    pub(super) compared: Resample,
}

impl Clustered {
    /// Of all rows of `data`.
    pub(super) fn labels(&self) -> &Labels {
        self.all.as_ref().unwrap_or(&self.compared.labels)
    }
}

/// Draws and clusters resample `b`.
pub(super) fn clustered<E, F>(
    x: MatrixView<'_>,
    k: usize,
    cluster: &F,
    seed: Seed,
    scheme: &Scheme,
    b: usize,
) -> Result<Clustered, E>
where
    E: From<MetricsError>,
    F: Fn(MatrixView<'_>, usize, Seed) -> Result<Labels, E>,
{
    let drawn = scheme.draw(x, &mut seed.stream("resample", b as u64, 0));
    let labels = cluster(drawn.data.view(), k, child(seed, "fit of resample", b, 0))?;
    let labels = checked(labels, drawn.data.n_rows())?;
    let (all, compared) = match drawn.at {
        Some(at) => (Some(labels.clone()), labels.select(&at)),
        None => (None, labels),
    };
    Ok(Clustered { data: drawn.data, all, compared: Resample { rows: drawn.rows, labels: compared } })
}
