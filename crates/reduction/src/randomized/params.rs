use segctl_numeric::InputError;
use segctl_numeric::seed::Seed;

use crate::ReductionError;

/// Parameters of a randomised principal component analysis.
///
/// ```
/// use segctl_numeric::seed::Seed;
/// use segctl_reduction::RandomizedPcaParams;
/// let params = RandomizedPcaParams::new(10).with_n_iterations(2).with_seed(Seed(7));
/// assert_eq!(params.n_oversamples, 10);
/// assert!(RandomizedPcaParams::new(0).validate().is_err());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct RandomizedPcaParams {
    /// k, the components to find, in `1..=min(n, d)`.
    pub n_components: usize,
    /// Random directions beyond k: 10 as in scikit-learn. Those beyond `min(n, d)` are left out.
    pub n_oversamples: usize,
    /// Power iterations; `None` takes 7 for k below a tenth of `min(n, d)` and 4 otherwise, as in
    /// scikit-learn.
    pub n_iterations: Option<usize>,
    /// The root of the random directions.
    pub seed: Seed,
}

impl RandomizedPcaParams {
    /// Finds `n_components`, with the other parameters as documented and seed 0.
    pub fn new(n_components: usize) -> Self {
        Self { n_components, n_oversamples: 10, n_iterations: None, seed: Seed::default() }
    }

    /// Sets the random directions beyond k: more of them separate close singular values sooner.
    ///
    /// ```
    /// use segctl_reduction::RandomizedPcaParams;
    /// assert_eq!(RandomizedPcaParams::new(3).with_n_oversamples(20).n_oversamples, 20);
    /// ```
    pub fn with_n_oversamples(self, n_oversamples: usize) -> Self {
        Self { n_oversamples, ..self }
    }

    /// Sets the power iterations, each of which is two passes over the data.
    ///
    /// ```
    /// use segctl_reduction::RandomizedPcaParams;
    /// assert_eq!(RandomizedPcaParams::new(3).with_n_iterations(1).n_iterations, Some(1));
    /// ```
    pub fn with_n_iterations(self, n_iterations: usize) -> Self {
        Self { n_iterations: Some(n_iterations), ..self }
    }

    /// Sets the root of the random directions.
    ///
    /// ```
    /// use segctl_numeric::seed::Seed;
    /// use segctl_reduction::RandomizedPcaParams;
    /// assert_eq!(RandomizedPcaParams::new(3).with_seed(Seed(1)).seed, Seed(1));
    /// ```
    pub fn with_seed(self, seed: Seed) -> Self {
        Self { seed, ..self }
    }

    /// Checks what can be checked without data; [`crate::fit_randomized`] calls it first.
    ///
    /// # Errors
    /// [`InputError::OutOfRange`] for no components.
    pub fn validate(&self) -> Result<(), ReductionError> {
        match self.n_components {
            0 => Err(InputError::OutOfRange { name: "n_components", value: 0.0, expected: ">= 1" }.into()),
            _ => Ok(()),
        }
    }

    /// Power iterations on n x d data of which `limit` is the smaller.
    pub(super) fn iterations(&self, limit: usize) -> usize {
        self.n_iterations.unwrap_or(if 10 * self.n_components < limit { 7 } else { 4 })
    }
}
