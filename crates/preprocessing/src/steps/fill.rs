use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::{Imputer, short};
use crate::describe::{mean, median};
use crate::table::{Column, Kind, Table};
use crate::{Event, Missing, Preparation, PrepareError};

/// The category of cells without one.
const MISSING_LEVEL: &str = "(missing)";

/// Fills missing cells, or leaves their rows out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FillMissing {
    /// What was asked for.
    pub strategy: Missing,
    /// One per column; none when rows are left out or missing cells refused.
    pub fills: Vec<Fill>,
    /// What tells missing numbers from the others of their rows, under `knn` and `iterative`; numbers that
    /// it leaves, in columns it does not know, become their fill.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub imputer: Option<Imputer>,
}

/// What the missing cells of a column become.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Fill {
    /// The column.
    pub column: String,
    /// The number, or the index of the category.
    pub value: f64,
    /// The category added for missing cells, where cells were missing when this was fitted.
    pub level: Option<String>,
    /// The 0/1 feature that tells where cells were missing.
    pub indicator: Option<String>,
}

impl FillMissing {
    pub(super) fn fit(table: &Table, preparation: &Preparation) -> Self {
        let strategy = preparation.missing;
        if matches!(strategy, Missing::Drop | Missing::Error) {
            return Self { strategy, fills: vec![], imputer: None };
        }
        let fit = |column: &Column| Fill::fit(column, preparation);
        let mut fills: Vec<Fill> = table.columns.par_iter().map(fit).collect();
        if preparation.indicator {
            name_indicators(table, &mut fills);
        }
        Self { strategy, fills, imputer: Imputer::fit(table, preparation) }
    }

    pub(super) fn transform(&self, table: &mut Table) -> Result<(), PrepareError> {
        match self.strategy {
            Missing::Drop => drop_rows(table),
            Missing::Error => refuse(table),
            _ => self.fill(table),
        }
    }

    fn fill(&self, table: &mut Table) -> Result<(), PrepareError> {
        let n_missing: Vec<usize> =
            self.fills.iter().map(|fill| fill.note(table)).collect::<Result<_, PrepareError>>()?;
        let n_lonely = self.imputer.as_ref().map_or(Ok(0), |imputer| imputer.complete(table))?;
        for (fill, &n_filled) in self.fills.iter().zip(&n_missing) {
            let at = table.position(&fill.column)?;
            fill.apply(&mut table.columns[at]);
            if n_filled > 0 {
                let words = self.words(fill, &table.columns[at]);
                table.events.push(Event::new("missing", n_filled, words).of(&fill.column));
            }
        }
        if n_lonely > 0 {
            let detail = "rows that share no column with a row that has what they miss: filled with the mean";
            table.events.push(Event::new("missing", n_lonely, detail));
        }
        Ok(())
    }

    fn words(&self, fill: &Fill, column: &Column) -> String {
        match &self.imputer {
            Some(imputer) if imputer.columns().any(|name| name == fill.column) => imputer.words(),
            _ => fill.words(column, self.strategy),
        }
    }
}

fn refuse(table: &Table) -> Result<(), PrepareError> {
    for column in &table.columns {
        if let Some(row) = column.values.iter().position(|value| value.is_nan()) {
            let (column, n_missing) = (column.name.clone(), column.n_missing());
            return Err(PrepareError::Missing { column, row, n_missing });
        }
    }
    Ok(())
}

fn drop_rows(table: &mut Table) -> Result<(), PrepareError> {
    let n_rows = table.n_rows;
    let mut keep = vec![true; n_rows];
    for column in &table.columns {
        keep.iter_mut().zip(&column.values).for_each(|(keep, value)| *keep &= !value.is_nan());
    }
    let n_dropped = table.retain_rows(&keep);
    if n_dropped > 0 {
        table.events.push(Event::new("missing", n_dropped, "rows with a missing cell left out"));
    }
    match table.n_rows {
        0 if n_rows > 0 => Err(PrepareError::NoRowsLeft { step: "missing", n_rows }),
        _ => Ok(()),
    }
}

/// Columns missing together share the indicator of the first.
fn name_indicators(table: &Table, fills: &mut [Fill]) {
    let missing = |i: usize| table.columns[i].values.iter().map(|value| value.is_nan());
    let holey: Vec<usize> = (0..fills.len()).filter(|&i| table.columns[i].n_missing() > 0).collect();
    for (place, &i) in holey.iter().enumerate() {
        if !holey[..place].iter().any(|&earlier| missing(earlier).eq(missing(i))) {
            fills[i].indicator = Some(table.free_name(format!("{} {MISSING_LEVEL}", fills[i].column)));
        }
    }
}

impl Fill {
    fn fit(column: &Column, preparation: &Preparation) -> Self {
        let own_level = preparation.missing != Missing::MostFrequent && column.n_missing() > 0;
        let (value, level) = match &column.kind {
            Kind::Category(levels) if own_level => {
                let known = levels.iter().position(|level| level == MISSING_LEVEL);
                (known.unwrap_or(levels.len()) as f64, Some(MISSING_LEVEL.to_owned()))
            }
            Kind::Category(_) => (most_frequent(&column.values), None),
            _ => (number(column, preparation), None),
        };
        Self { column: column.name.clone(), value, level, indicator: None }
    }

    /// Remembers where cells are missing, in an indicator too if there is one; returns how many are.
    fn note(&self, table: &mut Table) -> Result<usize, PrepareError> {
        let at = table.position(&self.column)?;
        if let Some(name) = &self.indicator {
            let values = table.columns[at].values.iter().map(|value| f64::from(u8::from(value.is_nan()))).collect();
            table.columns.push(Column { name: name.clone(), kind: Kind::Flag, values });
        }
        table.note_gaps(at);
        Ok(table.columns[at].n_missing())
    }

    fn apply(&self, column: &mut Column) {
        if let (Kind::Category(levels), Some(level)) = (&mut column.kind, &self.level)
            && !levels.contains(level)
        {
            levels.push(level.clone());
        }
        column.values.iter_mut().filter(|value| value.is_nan()).for_each(|value| *value = self.value);
    }

    fn words(&self, column: &Column, strategy: Missing) -> String {
        match (&column.kind, strategy) {
            (Kind::Category(levels), _) => {
                let level = levels.get(self.value as usize).map_or("?", String::as_str);
                format!("filled with the category {level}")
            }
            (_, Missing::Mean | Missing::Knn | Missing::Iterative) => {
                format!("filled with the mean, {}", short(self.value))
            }
            (_, Missing::Median) => format!("filled with the median, {}", short(self.value)),
            (_, Missing::MostFrequent) => format!("filled with the most frequent value, {}", short(self.value)),
            (_, Missing::Constant | Missing::Drop | Missing::Error) => format!("filled with {}", short(self.value)),
        }
    }
}

fn number(column: &Column, preparation: &Preparation) -> f64 {
    let found = match preparation.missing {
        Missing::Mean | Missing::Knn | Missing::Iterative => mean(&column.values),
        Missing::MostFrequent => Some(most_frequent(&column.values)),
        Missing::Constant => Some(preparation.constant),
        Missing::Median | Missing::Drop | Missing::Error => median(&column.values),
    };
    found.unwrap_or(0.0)
}

/// The most frequent value, the least of several; 0 without values.
fn most_frequent(values: &[f64]) -> f64 {
    let mut sorted = crate::describe::present(values);
    sorted.sort_unstable_by(f64::total_cmp);
    let runs = sorted.chunk_by(|a, b| a == b);
    let longest = runs.fold(&[0.0; 0][..], |best, run| if run.len() > best.len() { run } else { best });
    longest.first().copied().unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_least_of_the_most_frequent_wins() {
        assert_eq!(most_frequent(&[3.0, 1.0, 3.0, 1.0, 2.0, f64::NAN]), 1.0);
    }

    #[test]
    fn missing_cells_are_refused_by_column_and_row() {
        let column = Column { name: "a".into(), kind: Kind::Number, values: vec![1.0, f64::NAN, f64::NAN] };
        let mut table = Table { columns: vec![column], n_rows: 3, ..Table::default() };
        let step = FillMissing::fit(&table, &Preparation::as_is());
        let error = step.transform(&mut table).unwrap_err();
        assert_eq!(error.to_string(), "column a: missing cells (2), the first in row 2");
    }

    #[test]
    fn columns_missing_together_share_an_indicator() {
        let column = |name: &str, values: [f64; 3]| Column {
            name: name.to_owned(),
            kind: Kind::Number,
            values: values.to_vec(),
        };
        let columns = vec![
            column("a", [f64::NAN, 1.0, 3.0]),
            column("b", [f64::NAN, 7.0, 9.0]),
            column("c", [1.0, f64::NAN, 3.0]),
            column("d", [1.0, 2.0, 3.0]),
        ];
        let mut table = Table { columns, n_rows: 3, ..Table::default() };
        let step = FillMissing::fit(&table, &Preparation { indicator: true, ..Preparation::default() });
        step.transform(&mut table).unwrap();
        let names: Vec<&str> = table.columns.iter().map(|column| column.name.as_str()).collect();
        assert_eq!(names, ["a", "b", "c", "d", "a (missing)", "c (missing)"]);
        assert_eq!(table.columns[0].values, [2.0, 1.0, 3.0]);
        assert_eq!(table.columns[5].values, [0.0, 1.0, 0.0]);
    }
}
