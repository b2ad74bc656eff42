//! `segctl synth`: the same customers from the same seed, in every format.

use std::path::Path;

use segctl_tests::{Answer, Segctl, Table, bytes_of, sample};
use tempfile::tempdir;

fn synth(rows: &str, out: &Path) -> Segctl {
    Segctl::new("synth").option("--rows", rows).option("--out", out)
}

fn draw(out: &Path, more: &[&str]) -> Answer {
    synth("300", out).args(more).answer().done()
}

#[test]
fn the_bundled_sample_is_drawn_again() {
    let dir = tempdir().unwrap();
    let out = dir.path().join("customers.csv");
    let answer = synth("2000", &out).answer().done();
    assert!(bytes_of(&out) == bytes_of(sample()), "data/sample/customers.csv is out of date");
    assert!(answer.stderr.contains("9 exact duplicates, 82 missing cells, 4 impossible entries"), "{answer}");
}

#[test]
fn the_seed_decides() {
    let dir = tempdir().unwrap();
    let drawn = |name: &str, seed: &str| {
        let out = dir.path().join(name);
        draw(&out, &["--seed", seed]);
        bytes_of(out)
    };
    assert!(drawn("a.csv", "7") == drawn("b.csv", "7"));
    assert!(drawn("c.csv", "8") != drawn("a.csv", "7"));
}

#[test]
fn rows_and_columns_are_as_asked() {
    let dir = tempdir().unwrap();
    let out = dir.path().join("customers.csv");
    draw(&out, &[]);
    let plain = Table::read(&out);
    assert_eq!(plain.header, Table::read(sample()).header);
    assert_eq!(plain.rows.len(), 300);

    draw(&out, &["--with-groups"]);
    let grouped = Table::read(&out);
    assert_eq!(grouped.header.last().map(String::as_str), Some("PLANTED_GROUP"));
    let names: Vec<&str> = plain.header.iter().map(String::as_str).collect();
    assert_eq!(grouped.select(&names), plain, "groups are told, not drawn anew");
    let mut groups = grouped.column("PLANTED_GROUP");
    groups.sort_unstable();
    groups.dedup();
    assert_eq!(groups.len(), 5, "{groups:?}");
}

#[test]
fn the_ending_chooses_the_format() {
    let dir = tempdir().unwrap();
    let out = |name: &str| {
        let path = dir.path().join(name);
        draw(&path, &[]);
        path
    };
    let csv = Table::read(out("a.csv"));
    let parquet = Table::read_parquet(out("a.parquet"));
    assert_eq!(parquet.column("CUST_ID"), csv.column("CUST_ID"));
    for name in ["BALANCE", "MINIMUM_PAYMENTS", "TENURE"] {
        let bits = |table: &Table| table.numbers(name).iter().map(|value| value.to_bits()).collect::<Vec<_>>();
        assert_eq!(bits(&parquet), bits(&csv), "{name}");
    }
    assert!(bytes_of(out("a.arrow")).starts_with(b"ARROW1"));
    let lines = String::from_utf8(bytes_of(out("a.jsonl"))).unwrap();
    assert_eq!(lines.lines().count(), 300);
    assert!(lines.lines().all(|line| serde_json::from_str::<serde_json::Value>(line).is_ok()));
}

#[test]
fn an_unknown_ending_is_refused() {
    let dir = tempdir().unwrap();
    for name in ["customers.docx", "customers"] {
        let out = dir.path().join(name);
        synth("10", &out).answer().refused(&[name]).with_hint();
        assert!(!out.exists());
    }
    synth("0", &dir.path().join("a.csv")).answer().refused(&["--rows"]);
}
