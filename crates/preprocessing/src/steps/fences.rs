use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::short;
use crate::describe::{centred, median, quartiles};
use crate::table::{Column, Kind, Table};
use crate::{Event, OutlierAction, Outliers, Preparation, PrepareError};

/// Flags, clips or leaves out values beyond a fence. Flags, ranks and categories have no outliers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Fences {
    /// What becomes of outliers.
    pub action: OutlierAction,
    /// One per column of numbers.
    pub fences: Vec<Fence>,
}

/// The range outside of which values are outliers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Fence {
    /// The column.
    pub column: String,
    /// The least and the greatest value within, in the column's own units; `None` where the measure
    /// of spread is 0 (half of all values equal, say), so that no distance is far.
    pub bounds: Option<(f64, f64)>,
}

impl Fences {
    pub(super) fn fit(table: &Table, preparation: &Preparation) -> Self {
        let action = preparation.outlier_action;
        let method = preparation.outliers;
        if method == Outliers::None || method.is_of_rows() {
            return Self { action, fences: vec![] };
        }
        let numbers: Vec<&Column> = table.columns.iter().filter(|column| column.kind == Kind::Number).collect();
        let fit = |column: &&Column| Fence {
            column: column.name.clone(),
            bounds: bounds(&column.values, method, preparation.outlier_factor),
        };
        Self { action, fences: numbers.par_iter().map(fit).collect() }
    }

    pub(super) fn transform(&self, table: &mut Table) -> Result<(), PrepareError> {
        if self.fences.is_empty() {
            return Ok(());
        }
        table.outliers = vec![0; table.n_rows];
        for fence in &self.fences {
            let at = table.position(&fence.column)?;
            let event = self.apply(fence, &mut table.columns[at].values, &mut table.outliers);
            table.events.extend(event);
        }
        self.finish(table)
    }

    fn apply(&self, fence: &Fence, values: &mut [f64], outliers: &mut [u32]) -> Option<Event> {
        let Some((low, high)) = fence.bounds else {
            let why = "not searched for outliers: too many of its values are equal to tell what is far";
            return Some(Event::new("outliers", 0, why).of(&fence.column));
        };
        let (mut n_low, mut n_high) = (0, 0);
        for (value, count) in values.iter_mut().zip(outliers) {
            let (below, above) = (*value < low, *value > high);
            n_low += usize::from(below);
            n_high += usize::from(above);
            *count += u32::from(below || above);
            if self.action == OutlierAction::Clip {
                *value = value.max(low).min(high);
            }
        }
        let side = |n: usize, word: &str, bound: f64| (n > 0).then(|| format!("{n} {word} {}", short(bound)));
        let sides: Vec<String> =
            [side(n_low, "below", low), side(n_high, "above", high)].into_iter().flatten().collect();
        let detail = format!("{}: {}", sides.join(", "), words(self.action));
        (n_low + n_high > 0).then(|| Event::new("outliers", n_low + n_high, detail).of(&fence.column))
    }

    fn finish(&self, table: &mut Table) -> Result<(), PrepareError> {
        let n_outlying = table.outliers.iter().filter(|&&count| count > 0).count();
        if n_outlying > 0 {
            let detail = format!("rows with an outlier in at least one column: {}", words(self.action));
            table.events.push(Event::new("outliers", n_outlying, detail));
        }
        leave_out_outliers(self.action, table)
    }
}

/// Leaves out the rows with outliers where that is the action; an error when none is left.
pub(super) fn leave_out_outliers(action: OutlierAction, table: &mut Table) -> Result<(), PrepareError> {
    let n_rows = table.n_rows;
    if action == OutlierAction::Drop {
        let keep: Vec<bool> = table.outliers.iter().map(|&count| count == 0).collect();
        table.retain_rows(&keep);
    }
    match table.n_rows {
        0 if n_rows > 0 => Err(PrepareError::NoRowsLeft { step: "outliers", n_rows }),
        _ => Ok(()),
    }
}

pub(super) fn words(action: OutlierAction) -> &'static str {
    match action {
        OutlierAction::Flag => "flagged, not changed",
        OutlierAction::Clip => "moved to the limit",
        OutlierAction::Drop => "rows left out",
    }
}

fn bounds(values: &[f64], method: Outliers, factor: Option<f64>) -> Option<(f64, f64)> {
    let around = |low: f64, high: f64, reach: f64| (reach > 0.0).then_some((low - reach, high + reach));
    match method {
        Outliers::Iqr => {
            let [q1, _, q3] = quartiles(values)?;
            around(q1, q3, factor.unwrap_or(1.5) * (q3 - q1))
        }
        Outliers::Z => {
            let found = centred(values)?;
            let spread = if found.is_constant() { 0.0 } else { found.variance().sqrt() };
            around(found.mean, found.mean, factor.unwrap_or(3.0) * spread)
        }
        Outliers::Mad => {
            let centre = median(values)?;
            let distances: Vec<f64> = values.iter().map(|value| (value - centre).abs()).collect();
            let mad = median(&distances)?;
            // 0.6745 |x - median| / MAD > factor, solved for x.
            around(centre, centre, factor.unwrap_or(3.5) * mad / 0.6745)
        }
        Outliers::Mahalanobis | Outliers::IsolationForest | Outliers::None => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_method_has_its_fence() {
        let values = [1.0, 2.0, 3.0, 4.0, 5.0];
        assert_eq!(bounds(&values, Outliers::Iqr, None), Some((-1.0, 7.0)));
        assert_eq!(bounds(&values, Outliers::Mad, Some(0.6745)), Some((2.0, 4.0)));
        let (low, high) = bounds(&values, Outliers::Z, None).unwrap();
        assert!((low - (3.0 - 3.0 * 2.0_f64.sqrt())).abs() < 1e-12 && (high + low - 6.0).abs() < 1e-12);
        assert_eq!(bounds(&[1.0, 1.0, 1.0, 1.0, 9.0], Outliers::Iqr, None), None, "no spread");
    }
}
