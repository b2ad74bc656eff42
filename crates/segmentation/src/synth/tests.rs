use arrow::array::{Array, AsArray};
use arrow::datatypes::{Float64Type, Int64Type};
use segctl_numeric::par::with_threads;
use segctl_numeric::seed::Seed;

use super::*;

fn batches(params: &SynthParams) -> Vec<RecordBatch> {
    synth(params).unwrap().collect()
}

fn clean(rows: usize) -> SynthParams {
    SynthParams::new(rows).with_rates(Rates::NONE)
}

fn floats(batches: &[RecordBatch], column: &str) -> Vec<f64> {
    let cells = |b: &RecordBatch| b[column].as_primitive::<Float64Type>().values().to_vec();
    batches.iter().flat_map(cells).collect()
}

fn counts(batches: &[RecordBatch], column: &str) -> Vec<i64> {
    batches.iter().flat_map(|b| b[column].as_primitive::<Int64Type>().values().to_vec()).collect()
}

fn texts(batches: &[RecordBatch], column: &str) -> Vec<String> {
    batches.iter().flat_map(|b| b[column].as_string::<i32>().iter().map(|cell| cell.unwrap().to_owned())).collect()
}

fn quantile(mut x: Vec<f64>, q: f64) -> f64 {
    x.sort_by(f64::total_cmp);
    x[((x.len() - 1) as f64 * q) as usize]
}

#[test]
fn the_same_bits_at_any_number_of_threads() {
    let params = SynthParams::new(3 * CHUNK_ROWS + 17).with_groups();
    let one = with_threads(1, || batches(&params));
    assert_eq!(one.iter().map(RecordBatch::num_rows).collect::<Vec<_>>(), [CHUNK_ROWS, CHUNK_ROWS, CHUNK_ROWS, 17]);
    assert_eq!(one, with_threads(2, || batches(&params)));
    assert_eq!(one, with_threads(3, || batches(&params)));
}

#[test]
fn a_longer_file_begins_with_the_shorter_one() {
    let (short, long) = (batches(&SynthParams::new(100)), batches(&SynthParams::new(CHUNK_ROWS + 1)));
    assert_eq!(short[0], long[0].slice(0, 100));
}

#[test]
fn blocks_of_chunks_join_without_a_seam() {
    let rows = CHUNKS_AHEAD * CHUNK_ROWS + 5;
    let ids = texts(&batches(&clean(rows)), "CUST_ID");
    assert_eq!(ids.len(), rows);
    assert!(ids.iter().enumerate().all(|(i, id)| *id == format!("C{}", FIRST_ID + i)));
}

#[test]
fn seeds_differ_and_no_rows_are_no_batches() {
    let params = SynthParams::new(50);
    assert_ne!(batches(&params), batches(&params.clone().with_seed(Seed(1))));
    assert!(batches(&SynthParams::new(0)).is_empty());
}

#[test]
fn clean_customers_are_consistent() {
    let b = batches(&clean(20_000));
    let [purchases, one_off, instalments] =
        ["PURCHASES", "ONEOFF_PURCHASES", "INSTALLMENTS_PURCHASES"].map(|c| floats(&b, c));
    let (purchases_trx, cash_trx) = (counts(&b, "PURCHASES_TRX"), counts(&b, "CASH_ADVANCE_TRX"));
    let (cash, limit) = (floats(&b, "CASH_ADVANCE"), floats(&b, "CREDIT_LIMIT"));
    for row in 0..purchases.len() {
        let cents = |x: f64| (x * 100.0).round();
        assert_eq!(cents(purchases[row]), cents(one_off[row]) + cents(instalments[row]), "row {row}");
        assert_eq!(purchases[row] == 0.0, purchases_trx[row] == 0, "row {row}");
        assert_eq!(cash[row] == 0.0, cash_trx[row] == 0, "row {row}");
        assert!((300.0..=30_000.0).contains(&limit[row]) && limit[row] % 100.0 == 0.0, "row {row}");
    }
}

#[test]
fn frequencies_are_whole_months_over_the_tenure() {
    let b = batches(&clean(20_000));
    let tenure = counts(&b, "TENURE");
    assert!(tenure.iter().all(|months| (6..=12).contains(months)));
    let names = b[0].schema();
    let names = names.fields().iter().map(|f| f.name().as_str());
    let frequencies: Vec<&str> =
        names.filter(|name| name.ends_with("FREQUENCY") || *name == "PRC_FULL_PAYMENT").collect();
    assert_eq!(frequencies.len(), 6);
    for name in frequencies {
        for (row, (f, &tenure)) in floats(&b, name).into_iter().zip(&tenure).enumerate() {
            let months = f * tenure as f64;
            assert!((0.0..=1.0).contains(&f) && (months - months.round()).abs() < 1e-5, "{name} row {row}: {f}");
        }
    }
}

#[test]
fn faults_come_at_their_rates() {
    let rows = 100_000;
    let mut customers = synth(&SynthParams::new(rows)).unwrap();
    customers.by_ref().for_each(drop);
    let (report, rates) = (customers.report(), Rates::DEFAULT);
    for (found, rate) in [
        (report.missing_minimum_payments, rates.missing_minimum_payments),
        (report.missing_credit_limit, rates.missing_credit_limit),
        (report.duplicates, rates.duplicate),
        (report.impossible, rates.impossible),
        (report.outliers, rates.outlier),
    ] {
        let (expected, deviation) = (rows as f64 * rate, (rows as f64 * rate).sqrt());
        assert!((found as f64 - expected).abs() < 5.0 * deviation, "{found} found, {expected} expected");
    }
    assert_eq!(report.groups.iter().sum::<u64>(), report.rows - report.duplicates);
}

#[test]
fn the_report_counts_what_the_table_shows() {
    let rates = Rates { duplicate: 0.0, ..Rates::DEFAULT };
    let mut customers = synth(&SynthParams::new(30_000).with_rates(rates)).unwrap();
    let b: Vec<RecordBatch> = customers.by_ref().collect();
    let empty = |column| b.iter().map(|b| b[column].null_count() as u64).sum::<u64>();
    let above_one = |column| floats(&b, column).iter().filter(|&&f| f > 1.0).count() as u64;
    let report = customers.report();
    assert_eq!(empty("MINIMUM_PAYMENTS"), report.missing_minimum_payments);
    assert_eq!(empty("CREDIT_LIMIT"), report.missing_credit_limit);
    assert_eq!(above_one("CASH_ADVANCE_FREQUENCY") + above_one("PURCHASES_FREQUENCY"), report.impossible);
}

#[test]
fn duplicates_are_exact_and_in_their_chunk() {
    let rates = Rates { duplicate: 0.05, ..Rates::NONE };
    let mut customers = synth(&SynthParams::new(2_000).with_rates(rates)).unwrap();
    let batch = customers.next().unwrap();
    let ids = texts(std::slice::from_ref(&batch), "CUST_ID");
    let mut copies = 0;
    for (row, id) in ids.iter().enumerate() {
        let first = ids.iter().position(|other| other == id).unwrap();
        copies += u64::from(first < row);
        assert_eq!(batch.slice(row, 1), batch.slice(first, 1));
    }
    assert!(copies > 0);
    assert_eq!(copies, customers.report().duplicates);
}

#[test]
fn the_group_column_changes_no_other() {
    let params = SynthParams::new(5_000);
    let (without, with) = (batches(&params), batches(&params.clone().with_groups()));
    let columns: Vec<usize> = (0..without[0].num_columns()).collect();
    assert_eq!(without[0], with[0].project(&columns).unwrap());
    let groups = texts(&with, "PLANTED_GROUP");
    for group in Group::ALL {
        let share = groups.iter().filter(|name| *name == group.name()).count() as f64 / groups.len() as f64;
        assert!((share - group.share()).abs() < 0.03, "{group:?}: {share}");
    }
}

#[test]
fn groups_differ_in_what_they_are_named_for() {
    let b = batches(&clean(20_000).with_groups());
    let groups = texts(&b, "PLANTED_GROUP");
    let mean = |column: &str, group: Group| {
        let cells: Vec<f64> =
            floats(&b, column).into_iter().zip(&groups).filter(|(_, g)| *g == group.name()).map(|(x, _)| x).collect();
        cells.iter().sum::<f64>() / cells.len() as f64
    };
    let highest = |column| Group::ALL.into_iter().max_by(|a, b| mean(column, *a).total_cmp(&mean(column, *b))).unwrap();
    assert_eq!(highest("CASH_ADVANCE"), Group::CashRevolver);
    assert_eq!(highest("PURCHASES"), Group::BigSpender);
    assert_eq!(highest("PRC_FULL_PAYMENT"), Group::Transactor);
    assert_eq!(highest("PURCHASES_INSTALLMENTS_FREQUENCY"), Group::InstalmentBuyer);
}

#[test]
fn marginals_resemble_the_public_data() {
    // Median and 95th percentile of the public file, to two or three digits.
    let b = batches(&SynthParams::new(20_000).with_rates(Rates { missing_minimum_payments: 0.0, ..Rates::NONE }));
    for (column, median, high) in [
        ("BALANCE", 873.0, 5_910.0),
        ("PURCHASES", 361.0, 4_000.0),
        ("ONEOFF_PURCHASES", 38.0, 2_670.0),
        ("INSTALLMENTS_PURCHASES", 89.0, 1_750.0),
        ("CASH_ADVANCE", 0.0, 4_650.0),
        ("CREDIT_LIMIT", 3_000.0, 12_000.0),
        ("PAYMENTS", 857.0, 6_080.0),
        ("MINIMUM_PAYMENTS", 312.0, 2_770.0),
    ] {
        let x = floats(&b, column);
        for (q, expected) in [(0.5, median), (0.95, high)] {
            let found = quantile(x.clone(), q);
            assert!(found >= expected / 1.5 && found <= expected * 1.5, "{column} at {q}: {found}, public {expected}");
        }
    }
}

#[test]
fn a_rate_must_be_a_share() {
    for duplicate in [-0.1, 1.5, f64::NAN] {
        let params = SynthParams::new(1).with_rates(Rates { duplicate, ..Rates::NONE });
        assert!(synth(&params).unwrap_err().to_string().starts_with("duplicate="));
    }
}

#[test]
fn everything_can_be_a_fault() {
    let all = Rates {
        missing_minimum_payments: 1.0,
        missing_credit_limit: 1.0,
        duplicate: 0.0,
        impossible: 1.0,
        outlier: 1.0,
    };
    let mut customers = synth(&SynthParams::new(1_000).with_rates(all)).unwrap();
    assert_eq!(customers.next().unwrap()["CREDIT_LIMIT"].null_count(), 1_000);
    assert_eq!(customers.report().impossible, 1_000);
}

#[test]
fn the_bundled_sample_is_what_the_model_draws_today() {
    // Made by `segctl synth --rows 2000`; see data/sample/README.md.
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../data/sample/customers.csv");
    let expected = batches(&SynthParams::new(2_000));
    let reader = arrow::csv::ReaderBuilder::new(expected[0].schema()).with_header(true).with_batch_size(CHUNK_ROWS);
    let sample: Result<Vec<_>, _> = reader.build(std::fs::File::open(path).unwrap()).unwrap().collect();
    assert_eq!(sample.unwrap(), expected);
}
