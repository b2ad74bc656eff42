use std::collections::{BTreeMap, BTreeSet};

use segctl_numeric::InputError;
use serde::{Deserialize, Serialize};

use super::Unseen;
use crate::ReductionError;

/// A categorical column of n rows, borrowed: codes into its named levels.
///
/// A missing value has no code of its own: give it a level, or impute it.
///
/// ```
/// use segctl_reduction::CategoricalColumn;
/// let levels = ["gold", "silver"].map(str::to_owned);
/// let column = CategoricalColumn::new("tier", &levels, &[0, 1, 1])?;
/// assert_eq!(column.codes().len(), 3);
/// assert!(CategoricalColumn::new("tier", &levels, &[0, 2]).is_err());
/// # Ok::<(), segctl_reduction::ReductionError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CategoricalColumn<'a> {
    name: &'a str,
    levels: &'a [String],
    codes: &'a [u32],
}

impl<'a> CategoricalColumn<'a> {
    /// A column `name` of which row i has the level `levels[codes[i]]`. O(n + J log J) for J levels.
    ///
    /// # Errors
    /// [`ReductionError::Code`] for a code that is not below the number of levels,
    /// [`ReductionError::DuplicateLevel`] for two levels of one name.
    pub fn new(name: &'a str, levels: &'a [String], codes: &'a [u32]) -> Result<Self, ReductionError> {
        let n_levels = levels.len();
        if let Some(row) = codes.iter().position(|&code| code as usize >= n_levels) {
            return Err(ReductionError::Code { column: name.to_owned(), row, code: codes[row], n_levels });
        }
        let mut seen = BTreeSet::new();
        match levels.iter().find(|&level| !seen.insert(level)) {
            Some(level) => Err(ReductionError::DuplicateLevel { column: name.to_owned(), level: level.clone() }),
            None => Ok(Self { name, levels, codes }),
        }
    }

    /// The name of the column.
    ///
    /// ```
    /// # use segctl_reduction::CategoricalColumn;
    /// assert_eq!(CategoricalColumn::new("tier", &[], &[])?.name(), "tier");
    /// # Ok::<(), segctl_reduction::ReductionError>(())
    /// ```
    pub fn name(self) -> &'a str {
        self.name
    }

    /// The names of the levels, by code.
    ///
    /// ```
    /// # use segctl_reduction::CategoricalColumn;
    /// let levels = ["gold".to_owned()];
    /// assert_eq!(CategoricalColumn::new("tier", &levels, &[0])?.levels(), levels);
    /// # Ok::<(), segctl_reduction::ReductionError>(())
    /// ```
    pub fn levels(self) -> &'a [String] {
        self.levels
    }

    /// The code of each row, below the number of levels.
    ///
    /// ```
    /// # use segctl_reduction::CategoricalColumn;
    /// let levels = ["gold".to_owned()];
    /// assert_eq!(CategoricalColumn::new("tier", &levels, &[0, 0])?.codes(), [0, 0]);
    /// # Ok::<(), segctl_reduction::ReductionError>(())
    /// ```
    pub fn codes(self) -> &'a [u32] {
        self.codes
    }
}

/// A categorical column as it was fitted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Factor {
    /// The name of the column.
    pub name: String,
    /// The names of its levels, in the order of the codes.
    pub levels: Vec<String>,
    /// Rows with each level; 0 for a level that no row had.
    pub counts: Vec<u64>,
}

impl Factor {
    pub(super) fn of(column: &CategoricalColumn<'_>) -> Self {
        let mut counts = vec![0; column.levels.len()];
        column.codes.iter().for_each(|&code| counts[code as usize] += 1);
        Self { name: column.name.to_owned(), levels: column.levels.to_vec(), counts }
    }

    /// The share of rows with each level.
    pub(super) fn frequencies(&self, n_samples: usize) -> impl Iterator<Item = f64> {
        self.counts.iter().map(move |&count| count as f64 / n_samples as f64)
    }

    /// Levels that some row had.
    pub(super) fn n_observed(&self) -> usize {
        self.counts.iter().filter(|&&count| count > 0).count()
    }

    /// The fitted level of each row of `column`, found by the name of the level; `None` for one that
    /// the fit has not seen.
    pub(super) fn resolve(
        &self,
        column: &CategoricalColumn<'_>,
        unseen: Unseen,
    ) -> Result<Vec<Option<usize>>, ReductionError> {
        if column.name != self.name {
            return Err(ReductionError::Name { found: column.name.to_owned(), expected: self.name.clone() });
        }
        let known = self.levels.iter().zip(&self.counts).enumerate().filter(|(_, (_, count))| **count > 0);
        let known: BTreeMap<&str, usize> = known.map(|(at, (level, _))| (level.as_str(), at)).collect();
        let level_of_code: Vec<Option<usize>> =
            column.levels.iter().map(|level| known.get(level.as_str()).copied()).collect();
        let levels: Vec<Option<usize>> = column.codes.iter().map(|&code| level_of_code[code as usize]).collect();
        match levels.iter().position(Option::is_none) {
            Some(row) if unseen == Unseen::Error => {
                let level = column.levels[column.codes[row] as usize].clone();
                Err(ReductionError::Unseen { column: self.name.clone(), row, level })
            }
            _ => Ok(levels),
        }
    }
}

/// Checks that every column has `n` rows.
pub(super) fn ensure_length(columns: &[CategoricalColumn<'_>], n: usize) -> Result<(), ReductionError> {
    match columns.iter().find(|column| column.codes.len() != n) {
        Some(column) => Err(InputError::Length { what: "codes", found: column.codes.len(), expected: n }.into()),
        None => Ok(()),
    }
}

/// Checks that factors read from a file have a count for each level and n rows each.
pub(super) fn ensure_consistent(factors: &[Factor], n_samples: usize) -> Result<(), InputError> {
    for factor in factors {
        let rows = factor.counts.iter().fold(0_u64, |sum, &count| sum.saturating_add(count)) as usize;
        for (what, found, expected) in
            [("counts", factor.counts.len(), factor.levels.len()), ("rows of a factor", rows, n_samples)]
        {
            if found != expected {
                return Err(InputError::Length { what, found, expected });
            }
        }
    }
    Ok(())
}
