use serde::{Deserialize, Serialize};

use crate::{Components, PcaParams, ReductionError};

/// What a level stands for that the fit has not seen: its name is new, or no fitted row had it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Unseen {
    /// It is refused, with its row and column.
    #[default]
    Error,
    /// The row is placed at the mean of the column, which then adds nothing to its scores.
    Mean,
}

/// Parameters of a factor analysis of mixed data or a multiple correspondence analysis.
///
/// ```
/// use segctl_reduction::{Components, FactorParams, Unseen};
/// let params = FactorParams::new(Components::Count(5)).with_unseen(Unseen::Mean);
/// assert!(params.validate().is_ok());
/// assert!(FactorParams::new(Components::Count(0)).validate().is_err());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FactorParams {
    /// How many components to keep; all are as many as the rank of the coded table.
    pub components: Components,
    /// What `transform` makes of levels that the fit has not seen.
    pub unseen: Unseen,
}

impl FactorParams {
    /// Keeps `components`; unseen levels are errors.
    pub fn new(components: Components) -> Self {
        Self { components, ..Self::default() }
    }

    /// Sets what `transform` makes of levels that the fit has not seen.
    ///
    /// ```
    /// use segctl_reduction::{FactorParams, Unseen};
    /// assert_eq!(FactorParams::default().with_unseen(Unseen::Mean).unseen, Unseen::Mean);
    /// ```
    pub fn with_unseen(self, unseen: Unseen) -> Self {
        Self { unseen, ..self }
    }

    /// Checks what can be checked without data; the fits call it first.
    ///
    /// # Errors
    /// A fraction outside (0, 1) or a count of 0.
    pub fn validate(&self) -> Result<(), ReductionError> {
        PcaParams::new(self.components).validate()
    }
}
