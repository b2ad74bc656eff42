//! Evidence per feature: how much of it a labeling accounts for, and what sets each cluster apart.
//!
//! Effect sizes describe the rows at hand whatever made the labels. P-values do not: clusters are made to differ, so
//! that a test on the rows that formed them rejects on pure noise, and so does one on other rows put into clusters by the
//! feature that is tested. They are offered for held-out rows labelled without a look at the feature, by
//! [`labels_without`] with [`held_out_p_values`] or [`held_out_p_value`], and adjusted for many features by
//! [`benjamini_hochberg`].
//!
//! ```
//! use segctl_metrics::effects::numeric_effects;
//! use segctl_numeric::{Labels, Matrix};
//! let x = Matrix::from_rows(&[[1.0, 5.0], [2.0, 3.0], [8.0, 4.0], [9.0, 4.0]])?;
//! let effects = numeric_effects(x.view(), &Labels::from_signed(&[0, 0, 1, 1])?)?;
//! assert!(effects[0].anova.eta_squared > 0.97);
//! assert_eq!(effects[1].anova.eta_squared, 0.0);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod adjust;
mod anova;
mod categorical;
mod held_out;
mod kruskal_wallis;
mod left_out;
mod moments;
mod numeric;

pub use adjust::benjamini_hochberg;
pub use anova::Anova;
pub use categorical::{CategoricalEffect, categorical_effect};
pub use held_out::{HeldOutPValues, held_out_p_value, held_out_p_values};
pub use kruskal_wallis::KruskalWallis;
pub use left_out::labels_without;
pub use numeric::{ClusterEffect, NumericEffect, numeric_effects};
