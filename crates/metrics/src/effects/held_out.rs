//! P-values, for rows that had no part in making the labels.

use serde::{Deserialize, Serialize};
use statrs::function::beta::beta_reg;
use statrs::function::gamma::gamma_ur;

use super::categorical::CategoricalEffect;
use super::numeric::NumericEffect;

/// The p-values of a numeric feature.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct HeldOutPValues {
    /// Of F, for normal errors of one variance; `None` for a constant feature.
    pub anova: Option<f64>,
    /// Of H by its chi-squared approximation, for clusters of five rows or more; `None` for a constant feature.
    pub kruskal_wallis: Option<f64>,
}

/// The probability of effects as large as these were the labels drawn by lot, for rows that had no part in making
/// the labels.
///
/// **Labels must come from other rows, and from other features**: form the clusters on one half of the data, label the
/// other half by them without this feature ([`super::labels_without`]), and pass the effects of that half. On the rows
/// that formed the clusters these numbers are no evidence: k-means on pure noise gives p-values below 1e-80; nor are
/// they on other rows that the feature itself has put into clusters.
///
/// ```
/// use segctl_metrics::effects::{held_out_p_values, numeric_effects};
/// use segctl_numeric::{Labels, MatrixView};
/// let held_out = MatrixView::new(&[1.0, 3.0, 2.0, 7.0, 8.0, 6.0], 6, 1)?;
/// let assigned = Labels::from_signed(&[0, 0, 0, 1, 1, 1])?;
/// let p = held_out_p_values(&numeric_effects(held_out, &assigned)?[0]);
/// assert!((p.anova.unwrap() - 0.003_6).abs() < 1e-4);
/// assert!((p.kruskal_wallis.unwrap() - 0.049_5).abs() < 1e-4);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn held_out_p_values(effect: &NumericEffect) -> HeldOutPValues {
    let anova = &effect.anova;
    HeldOutPValues {
        anova: anova.f.map(|f| f_tail(f, anova.df_between as f64, anova.df_within as f64)),
        kruskal_wallis: effect.kruskal_wallis.h.map(|h| chi_squared_tail(h, effect.kruskal_wallis.df as f64)),
    }
}

/// The p-value of a categorical feature by Pearson's chi-squared test, **for labels that come from other rows**, as
/// with [`held_out_p_values`]; for tables in which some five rows or more are expected of most cells. `None` for a
/// constant feature.
///
/// ```
/// use segctl_metrics::effects::{categorical_effect, held_out_p_value};
/// use segctl_numeric::Labels;
/// let assigned = Labels::from_signed(&[0, 0, 0, 1, 1, 1])?;
/// let p = held_out_p_value(&categorical_effect(&[1, 1, 1, 2, 2, 2], &assigned)?);
/// assert!((p.unwrap() - 0.014_3).abs() < 1e-4);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn held_out_p_value(effect: &CategoricalEffect) -> Option<f64> {
    (effect.df > 0).then(|| chi_squared_tail(effect.chi_squared, effect.df as f64))
}

/// P(F > f) for F with `between` and `within` degrees of freedom.
fn f_tail(f: f64, between: f64, within: f64) -> f64 {
    // Not 1 - ...: a small probability keeps its digits.
    let share = within / (within + between * f);
    beta_reg(within / 2.0, between / 2.0, share).clamp(0.0, 1.0)
}

/// P(X > x) for X chi-squared with `df` degrees of freedom.
fn chi_squared_tail(x: f64, df: f64) -> f64 {
    if x <= 0.0 { 1.0 } else { gamma_ur(df / 2.0, x / 2.0).clamp(0.0, 1.0) }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[derive(Deserialize)]
    struct Tails {
        f: Vec<[f64; 4]>,
        chi_squared: Vec<[f64; 3]>,
    }

    fn assert_close(found: f64, expected: f64, of: &[f64]) {
        assert!((found - expected).abs() <= 1e-8 * expected + 1e-300, "{of:?}: {found} for {expected}");
    }

    #[test]
    fn tails_are_scipys() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden/effects/tails.json");
        let tails: Tails = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
        for [f, between, within, expected] in tails.f {
            assert_close(f_tail(f, between, within), expected, &[f, between, within]);
        }
        for [x, df, expected] in tails.chi_squared {
            assert_close(chi_squared_tail(x, df), expected, &[x, df]);
        }
        assert_eq!((f_tail(f64::INFINITY, 3.0, 9.0), chi_squared_tail(0.0, 3.0)), (0.0, 1.0));
    }
}
