use segctl_segmentation::{Driver, Drivers};

use super::Breakable;
use super::header::css_percent;
use crate::format::{DASH, count, difference, percent};

/// Columns shown; more say little.
const SHOWN: usize = 40;

/// Which columns go with the segments, and how sure that is.
#[derive(Debug)]
pub(crate) struct DriversView {
    pub(crate) rows: Vec<DriverRow>,
    /// Columns that are not shown.
    pub(crate) n_more: usize,
    /// What effects and p-values rest on, in a sentence.
    pub(crate) basis: String,
    /// Whether there are p-values.
    pub(crate) is_tested: bool,
}

/// A column.
#[derive(Debug)]
pub(crate) struct DriverRow {
    pub(crate) column: Breakable,
    pub(crate) forms: bool,
    /// `61%` of variance between segments, or `0.42` of association.
    pub(crate) effect: String,
    /// The length of its bar, as CSS takes it.
    pub(crate) width: String,
    /// By ranks.
    pub(crate) by_ranks: String,
    /// `2 (+1.3 sd)`.
    pub(crate) strongest: String,
    pub(crate) q_value: String,
}

impl DriversView {
    pub(crate) fn new(drivers: &Drivers) -> Self {
        Self {
            rows: drivers.columns.iter().take(SHOWN).map(row).collect(),
            n_more: drivers.columns.len().saturating_sub(SHOWN),
            basis: format!("Effects rest on {} customers.", count(drivers.n_customers)),
            is_tested: drivers.n_held_out > 0,
        }
    }
}

fn row(driver: &Driver) -> DriverRow {
    let strongest = driver.segment.zip(driver.difference);
    DriverRow {
        column: Breakable::new(&driver.column),
        forms: driver.forms,
        effect: match (driver.eta_squared, driver.cramers_v) {
            (Some(share), _) => percent(share),
            (None, Some(v)) => format!("V {v:.2}"),
            (None, None) => DASH.into(),
        },
        width: css_percent(driver.effect().clamp(0.0, 1.0)),
        by_ranks: driver.epsilon_squared.map_or_else(|| DASH.into(), percent),
        strongest: strongest.map_or_else(|| DASH.into(), |(s, by)| format!("{s} ({} sd)", difference(by))),
        q_value: driver.q_value.map_or_else(|| DASH.into(), chance),
    }
}

/// A small chance is not told to the last digit.
fn chance(p: f64) -> String {
    if p < 0.001 { "< 0.001".into() } else { format!("{p:.3}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chances_are_short() {
        assert_eq!((chance(1e-89), chance(0.0412), chance(1.0)), ("< 0.001".into(), "0.041".into(), "1.000".into()));
    }
}
