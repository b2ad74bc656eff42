//! Whether the customers called contested change sides where segments are learnt from others.

use std::fmt::Write as _;

use segctl_metrics::external::{ContingencyTable, NoisePolicy, matched_confusion};
use segctl_numeric::{Labels, Matrix};

use super::draws::{Null, correlated, planted};
use super::tool::Tool;
use crate::error::XtaskError;

/// Who is in the own segment in fewer resamples is contested.
const CONTESTED: f64 = 0.75;

/// Shares of resamples, from and to.
const BANDS: [(f64, f64); 4] = [(0.0, 0.5), (0.5, 0.75), (0.75, 0.95), (0.95, 1.01)];

/// A population that any number of tables are drawn from.
struct Population {
    title: &'static str,
    k: usize,
    draw: fn(usize) -> Vec<Matrix>,
}

const POPULATIONS: [Population; 4] = [
    Population { title: "3 groups, distance 3", k: 3, draw: |n| planted(3, 3.0, 1).chain(others(3, 3.0, n)).collect() },
    Population { title: "5 groups, distance 4", k: 5, draw: |n| planted(5, 4.0, 1).chain(others(5, 4.0, n)).collect() },
    Population { title: "one normal crowd, cut into 3", k: 3, draw: |n| correlated(Null::Gaussian, n + 1).collect() },
    Population { title: "one log-normal crowd, cut into 4", k: 4, draw: |n| correlated(Null::Skewed, n + 1).collect() },
];

/// Other rows of the same groups.
fn others(k: usize, distance: f64, n: usize) -> impl Iterator<Item = Matrix> {
    super::draws::redrawn(k, distance, n)
}

pub(super) fn section(n_refits: usize, tool: &Tool) -> Result<String, XtaskError> {
    let mut text = format!(
        "\n## Whether contested customers are contested\n\n\
         600 customers are segmented by `segctl run`, which says of each in what share of resamples he is in his segment. \
         Then segments\nare learnt from 600 other customers of the same population, {n_refits} times, and the customers \
         assigned to them. *Disagreement* is the\nmean share of those fits that put them elsewhere, segments being matched \
         at the greatest agreement.\n\n\
         | population | contested | their disagreement | others' disagreement | in < 50 % of resamples | 50 to 75 % | 75 to 95 \
         % | 95 % or more |\n|---|---|---|---|---|---|---|---|\n"
    );
    for population in &POPULATIONS {
        eprintln!("{}: {n_refits} fits to others", population.title);
        let rows = disagreements(population, n_refits, tool)?;
        let mean = |keep: &dyn Fn(f64) -> bool| {
            let kept: Vec<f64> = rows.iter().filter(|(membership, _)| keep(*membership)).map(|row| row.1).collect();
            match kept.len() {
                0 => "–".to_owned(),
                n => format!("{:.1} % ({n})", 100.0 * kept.iter().sum::<f64>() / n as f64),
            }
        };
        let bands = BANDS.map(|(from, to)| mean(&|m| m >= from && m < to));
        let n_contested = rows.iter().filter(|row| row.0 < CONTESTED).count();
        let (own, rest) = (mean(&|m| m < CONTESTED), mean(&|m| m >= CONTESTED));
        let _ = writeln!(text, "| {} | {n_contested} | {own} | {rest} | {} |", population.title, bands.join(" | "));
    }
    Ok(text)
}

/// Of each customer the share of resamples that agree, and the share of fits to others that do not.
fn disagreements(population: &Population, n_refits: usize, tool: &Tool) -> Result<Vec<(f64, f64)>, XtaskError> {
    let drawn = (population.draw)(n_refits);
    let (own, others) = drawn.split_first().expect("one draw at least");
    let run = tool.run(own, population.k)?;
    let file = tool.table("own.csv", own)?;
    let mut n_elsewhere = vec![0_u32; own.n_rows()];
    for other in others {
        let labels = tool.assigned(other, population.k, &file)?;
        let is_same = same(&run.labels, &labels)?;
        n_elsewhere.iter_mut().zip(is_same).for_each(|(n, is_same)| *n += u32::from(!is_same));
    }
    let share = |n: u32| f64::from(n) / others.len() as f64;
    let rows = run.membership.into_iter().zip(n_elsewhere.into_iter().map(share));
    Ok(rows.filter(|(membership, _)| !membership.is_nan()).collect())
}

/// Whether each row is in the segment of `other` that its own is matched with.
fn same(own: &Labels, other: &Labels) -> Result<Vec<bool>, XtaskError> {
    let failed = |error: segctl_metrics::MetricsError| XtaskError::Answer {
        what: "the labels of two fits".to_owned(),
        why: format!("cannot be matched: {error}"),
    };
    let table = ContingencyTable::new(own, other, NoisePolicy::OwnLabel).map_err(failed)?;
    let matched = matched_confusion(&table).map_err(failed)?;
    let partner = |label: i64| {
        let at = matched.row_labels.iter().position(|row| *row == label)?;
        matched.column_labels.get(at).copied()
    };
    let (own, other) = (own.to_signed(), other.to_signed());
    let is_same = |(own, other): (&i32, &i32)| partner(i64::from(*own)) == Some(i64::from(*other));
    Ok(own.iter().zip(&other).map(is_same).collect())
}
