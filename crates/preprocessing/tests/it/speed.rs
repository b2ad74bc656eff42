//! A measurement: `cargo test --release -p segctl-preprocessing --test it -- --ignored --nocapture`.

use std::time::Instant;

use crate::common::{numbers, plan};
use arrow::array::{ArrayRef, RecordBatch};
use segctl_preprocessing::describe::{boxplot, histogram, moments, pearson, spearman};
use segctl_preprocessing::{ColumnPlan, Preparation, Treatment, fit_transform, raw};

const N_ROWS: u64 = 1_000_000;
const N_COLUMNS: u64 = 25;

#[expect(clippy::print_stdout, reason = "the figures are what is asked for")]
fn timed<T>(what: &str, work: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let done = work();
    println!("{what}: {:.3} s", start.elapsed().as_secs_f64());
    done
}

/// Three in four columns have a long tail; one in five has missing cells.
fn column(number: u64) -> ArrayRef {
    numbers((0..N_ROWS).map(move |row| {
        let bits = (row * N_COLUMNS + number + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let bits = (bits ^ (bits >> 31)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let uniform = (bits >> 11) as f64 / (1_u64 << 53) as f64;
        let value = if number.is_multiple_of(4) { uniform } else { libm::exp(6.0 * uniform) };
        (!number.is_multiple_of(5) || uniform > 0.03).then_some(value)
    }))
}

#[test]
#[ignore = "a measurement, of use in release builds only"]
fn a_million_rows() {
    let names: Vec<String> = (0..N_COLUMNS).map(|number| format!("x{number}")).collect();
    let columns = names.iter().zip(0..).map(|(name, number)| (name, column(number), true));
    let table = [RecordBatch::try_from_iter_with_nullable(columns).unwrap()];
    let plans: Vec<ColumnPlan> = names.iter().map(|name| plan(name, Treatment::Numeric)).collect();
    let (fitted, prepared) =
        timed("fit and transform", || fit_transform(&table, &plans, &Preparation::default())).unwrap();
    let again = timed("transform", || fitted.transform(&table)).unwrap();
    assert_eq!(again.matrix, prepared.matrix);
    drop((again, prepared));
    let values: Vec<Vec<f64>> = names.iter().map(|name| raw::numbers(&table, name).unwrap()).collect();
    let views: Vec<&[f64]> = values.iter().map(Vec::as_slice).collect();
    timed("histograms, one thread", || views.iter().for_each(|values| drop(histogram(values))));
    timed("boxplots, one thread", || assert!(views.iter().all(|values| boxplot(values).is_some())));
    timed("moments, one thread", || assert!(views.iter().all(|values| moments(values).n > 0)));
    timed("pearson", || pearson(&views));
    timed("spearman", || spearman(&views));
}
