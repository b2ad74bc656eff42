//! What is learnt from the data and replayed on new data, one file per step.

mod box_cox;
mod brent;
mod curve;
mod features;
mod fences;
mod fill;
mod impute;
mod normal;
mod rows;
mod scaling;
mod select;
mod straighten;
mod triangle;
mod winsorize;
mod yeo_johnson;

use serde::{Deserialize, Serialize};

pub use box_cox::{box_cox, box_cox_lambda};
pub use curve::Curve;
pub use features::{Feature, Features};
pub use fences::{Fence, Fences};
pub use fill::{Fill, FillMissing};
pub use impute::{DonorColumn, Imputer, IterativeImputer, KnnImputer, Regression};
pub use rows::{IsolationForest, IsolationTree, Mahalanobis, Node, RowJudge, RowOutliers, average_path_length};
pub use straighten::{Power, Straighten, Straightened};
pub use winsorize::{Limits, Winsorize};
pub use yeo_johnson::{yeo_johnson, yeo_johnson_lambda};

pub(crate) use select::select_columns;

use crate::table::Table;
use crate::{Preparation, PrepareError};

/// A fitted step: what it learnt is in its fields.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Step {
    /// Fills missing cells or leaves their rows out.
    Missing(FillMissing),
    /// Flags, clips or leaves out outliers.
    Outliers(Fences),
    /// Flags or leaves out rows that are outliers in all their numbers together.
    RowOutliers(RowOutliers),
    /// Moves values beyond two quantiles to them.
    Winsorize(Winsorize),
    /// Straightens skewed columns.
    Skew(Straighten),
}

/// Learns a step from the table as the steps before it left it; `None` where it was not asked for.
type Fit = fn(&Table, &Preparation) -> Option<Step>;

/// The steps in their order: fences and limits stand in original units, so they come before the logarithms.
pub(crate) const ORDER: [Fit; 4] = [
    |table, preparation| Some(Step::Missing(FillMissing::fit(table, preparation))),
    |table, preparation| match RowOutliers::fit(table, preparation) {
        Some(step) => Some(Step::RowOutliers(step)),
        None => Some(Step::Outliers(Fences::fit(table, preparation))),
    },
    |table, preparation| preparation.winsorize.map(|quantiles| Step::Winsorize(Winsorize::fit(table, quantiles))),
    |table, preparation| Some(Step::Skew(Straighten::fit(table, preparation.skew))),
];

impl Step {
    pub(crate) fn transform(&self, table: &mut Table) -> Result<(), PrepareError> {
        match self {
            Self::Missing(step) => step.transform(table),
            Self::Outliers(step) => step.transform(table),
            Self::RowOutliers(step) => step.transform(table),
            Self::Winsorize(step) => step.transform(table),
            Self::Skew(step) => step.transform(table),
        }
    }
}

/// A number as people read it: six significant digits at most.
pub(crate) fn short(value: f64) -> String {
    let magnitude = value.abs();
    if magnitude != 0.0 && !(1e-4..1e9).contains(&magnitude) {
        return format!("{value:.3e}");
    }
    let digits = if magnitude >= 1.0 { 6 - 1 - libm::floor(libm::log10(magnitude)) as i32 } else { 6 };
    let text = format!("{value:.*}", digits.clamp(0, 6) as usize);
    if !text.contains('.') {
        return text;
    }
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short() {
        let rows = [(312.343_947, "312.344"), (0.0, "0"), (-2.5, "-2.5"), (100.0, "100"), (1e12, "1.000e12")];
        for (value, text) in rows {
            assert_eq!(short(value), text);
        }
        assert_eq!(short(0.123_456_7), "0.123457");
        assert_eq!(short(123_456_789.0), "123456789");
    }
}
