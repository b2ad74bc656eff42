//! External evidence: how far two labelings of the same rows agree.
//!
//! Everything follows from the [`ContingencyTable`] of the two, which also says what becomes of noise. The
//! first labeling plays the part of scikit-learn's `labels_true`, the second that of `labels_pred`; only
//! homogeneity, completeness, [`purity`] and [`PairConfusion`] distinguish them.
//!
//! ```
//! use segctl_metrics::external::{Agreement, ContingencyTable, NoisePolicy};
//! use segctl_numeric::Labels;
//! let first = Labels::from_signed(&[0, 0, 1, 1])?;
//! let second = Labels::from_signed(&[1, 1, 0, 2])?;
//! let table = ContingencyTable::new(&first, &second, NoisePolicy::OwnLabel)?;
//! let agreement = Agreement::of(&table);
//! assert_eq!(agreement.homogeneity, 1.0);
//! assert!((agreement.adjusted_rand_index - 4.0 / 7.0).abs() < 1e-12);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod agreement;
mod expected;
mod information;
mod matched;
mod pairs;
mod purity;
mod table;

pub use agreement::Agreement;
pub use expected::{adjusted_mutual_information, expected_mutual_information};
pub use information::{
    VMeasure, mutual_information, normalized_mutual_information, v_measure, variation_of_information,
};
pub use matched::{MatchedConfusion, MatchedPair, matched_confusion};
pub use pairs::{PairConfusion, adjusted_rand_index, fowlkes_mallows_index, pair_confusion};
pub use purity::purity;
pub use table::{Cell, ContingencyTable, NoisePolicy};
