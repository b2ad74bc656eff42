//! Real files, where they are at hand.

use std::fs::File;
use std::io::Seek;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::csv::ReaderBuilder;
use arrow::csv::reader::Format;
use segctl_preprocessing::{ColumnPlan, Preparation, Scale, Treatment, fit_transform};

#[expect(clippy::print_stdout, reason = "whoever runs the tests should see what was not run")]
pub(crate) fn data(name: &str) -> Option<PathBuf> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let path = std::env::var_os("SEGCTL_DATA_DIR").map_or_else(beside, PathBuf::from).join(name);
    if !path.exists() {
        println!("skipped: no {name}");
    }
    path.exists().then_some(path)
}

pub(crate) fn read(path: &Path) -> Vec<RecordBatch> {
    let mut file = File::open(path).expect("the file is there");
    let (schema, _) = Format::default().with_header(true).infer_schema(&mut file, None).expect("a table");
    file.rewind().expect("a regular file");
    let reader = ReaderBuilder::new(Arc::new(schema)).with_header(true).build(file).expect("a table");
    reader.collect::<Result<_, _>>().expect("typed as inferred")
}

#[test]
fn credit_card_holders_need_no_configuration() {
    let Some(path) = data("CC_GENERAL.csv") else { return };
    let table = read(&path);
    let names = table[0].schema();
    let columns = names.fields().iter().skip(1).map(|field| ColumnPlan::new(field.name(), Treatment::Numeric));
    let columns: Vec<ColumnPlan> = columns.collect();
    let (fitted, prepared) = fit_transform(&table, &columns, &Preparation::default()).unwrap();
    assert_eq!((prepared.matrix.n_rows(), prepared.matrix.n_cols()), (8950, 17));
    assert_eq!(prepared.kept_rows, None, "the default never leaves out a customer");
    let n_filled: u64 = prepared.events.iter().filter(|event| event.step == "missing").map(|event| event.count).sum();
    assert_eq!(n_filled, 314);
    let told: Vec<String> = prepared.events.iter().map(ToString::to_string).collect();
    for expected in [
        "missing: MINIMUM_PAYMENTS: filled with the median, 312.344 (313)",
        "outliers: BALANCE: 695 above 4942.93: flagged, not changed (695)",
        "skew: BALANCE: replaced by ln(1 + x): skewness 2.4 became -0.9, chosen for the long tail of values none of \
         which is negative (8950)",
    ] {
        assert!(told.iter().any(|event| event == expected), "{expected}: {told:#?}");
    }
    let read = serde_json::from_str::<segctl_preprocessing::Fitted>(&serde_json::to_string(&fitted).unwrap()).unwrap();
    assert_eq!(read.transform(&table).unwrap(), fitted.transform(&table).unwrap());
}

#[test]
fn coded_and_worded_categories_are_blocks() {
    let Some(path) = data("Telco-Customer-Churn.csv") else { return };
    let table = read(&path);
    let plan = |name: &str, treatment| ColumnPlan::new(name, treatment);
    let columns = [
        plan("Contract", Treatment::OneHot),
        plan("SeniorCitizen", Treatment::OneHot),
        plan("Partner", Treatment::Numeric),
        plan("tenure", Treatment::Numeric),
    ];
    let (_, prepared) = fit_transform(&table, &columns, &Preparation::default()).unwrap();
    assert_eq!(prepared.names.len(), 7);
    let n = prepared.matrix.n_rows() as f64;
    let variance = |j: usize| prepared.matrix.view().column(j).map(|value| value * value).sum::<f64>() / n;
    for block in [0..3, 3..5, 5..6, 6..7] {
        let total: f64 = block.clone().map(variance).sum();
        assert!((total - 1.0).abs() < 1e-9, "features {block:?}: {total}");
    }
    let plain = Preparation { scale: Scale::None, ..Preparation::default() };
    let (_, prepared) = fit_transform(&table, &columns[..1], &plain).unwrap();
    assert!(prepared.matrix.view().rows().all(|row| row.iter().sum::<f64>() == 1.0));
}
