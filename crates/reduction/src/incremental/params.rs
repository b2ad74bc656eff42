use segctl_numeric::InputError;
use serde::{Deserialize, Serialize};

use crate::ReductionError;

/// Parameters of an incremental principal component analysis.
///
/// ```
/// use segctl_reduction::IncrementalPcaParams;
/// let params = IncrementalPcaParams::new(3).with_batch_size(1000);
/// assert!(params.validate().is_ok());
/// assert!(params.with_batch_size(2).validate().is_err());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct IncrementalPcaParams {
    /// k, the components kept after each batch: at most d, and the rows of the first batch.
    pub n_components: usize,
    /// Rows of the batches of [`crate::fit_incremental`]; `None` takes 5 d.
    pub batch_size: Option<usize>,
}

impl IncrementalPcaParams {
    /// Keeps `n_components`, in batches of 5 d rows.
    pub fn new(n_components: usize) -> Self {
        Self { n_components, batch_size: None }
    }

    /// Sets the rows of a batch.
    ///
    /// ```
    /// use segctl_reduction::IncrementalPcaParams;
    /// assert_eq!(IncrementalPcaParams::new(3).with_batch_size(50).batch_size, Some(50));
    /// ```
    pub fn with_batch_size(self, batch_size: usize) -> Self {
        Self { batch_size: Some(batch_size), ..self }
    }

    /// Checks what can be checked without data; the fits call it first.
    ///
    /// # Errors
    /// [`InputError::OutOfRange`] for no components, or batches smaller than k or than 2 rows.
    pub fn validate(&self) -> Result<(), ReductionError> {
        let bad =
            |name, value: usize, expected| Err(InputError::OutOfRange { name, value: value as f64, expected }.into());
        match self.batch_size {
            _ if self.n_components == 0 => bad("n_components", 0, ">= 1"),
            Some(size) if size < self.n_components => bad("batch_size", size, ">= n_components"),
            Some(size) if size < 2 => bad("batch_size", size, ">= 2"),
            _ => Ok(()),
        }
    }
}
