//! Public data sets, where this machine has them: segments, or an error that a stranger can act on.

use std::path::Path;

use segctl_tests::{QUICK, Segctl, Table, names_in, public_data, read_json};
use serde_json::Value;
use tempfile::{TempDir, tempdir};

const SHARED: [&str; 6] = ["id", "segment", "segment_name", "distance", "second_segment", "margin"];

/// A run on a data set.
struct Run {
    dir: TempDir,
}

impl Run {
    #[track_caller]
    fn new(data: &Path) -> Self {
        let dir = tempdir().unwrap();
        Segctl::run(data, &dir.path().join("out")).args(QUICK).answer().done();
        Self { dir }
    }

    fn manifest(&self) -> Value {
        read_json(self.dir.path().join("out/run.json"))
    }

    fn segments(&self) -> Table {
        Table::read(self.dir.path().join("out/segments.csv"))
    }

    #[track_caller]
    fn assign_gives_every_label_back(&self, data: &Path) {
        let out = self.dir.path().join("again.csv");
        Segctl::assign(data, &self.dir.path().join("out/model.json"), &out).answer().done();
        assert!(Table::read(&out) == self.segments().select(&SHARED), "{}: labels differ", data.display());
    }
}

fn count(manifest: &Value, stage: &str, column: Option<&str>) -> u64 {
    let entries = manifest["ledger"].as_array().unwrap().iter();
    let wanted = |entry: &&Value| {
        entry["stage"] == stage && column.is_none_or(|name| entry["column"] == name || names(entry, name))
    };
    entries.filter(wanted).filter_map(|entry| entry["count"].as_u64()).sum()
}

fn names(entry: &Value, text: &str) -> bool {
    entry["detail"].as_str().is_some_and(|detail| detail.contains(text))
}

/// A data set of `n` customers, with the id column recognised, if it has one.
#[track_caller]
fn check(name: &str, n: u64, id: Option<&str>) {
    let Some(data) = public_data(name) else { return };
    let run = Run::new(&data);
    let manifest = run.manifest();
    assert_eq!(manifest["n_customers"], n, "{name}");
    assert_eq!(manifest["segments"].as_array().map(Vec::len), Some(4), "{name}");
    let ids: Vec<&str> = manifest["columns"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|column| column["usage"] == "id")
        .filter_map(|column| column["name"].as_str())
        .collect();
    assert_eq!(ids.first().copied(), id, "{name}");
    run.assign_gives_every_label_back(&data);
}

#[test]
fn credit_card_holders() {
    let Some(data) = public_data("CC_GENERAL.csv") else { return };
    let run = Run::new(&data);
    let manifest = run.manifest();
    assert_eq!(manifest["n_customers"], 8950);
    assert_eq!(count(&manifest, "read", Some("MINIMUM_PAYMENTS")), 313);
    assert_eq!(count(&manifest, "read", Some("CREDIT_LIMIT")), 1);
    assert_eq!(count(&manifest, "rules", Some("CASH_ADVANCE_FREQUENCY")), 8);
    assert_eq!(count(&manifest, "duplicates", None), 0);
    let columns = manifest["columns"].as_array().unwrap();
    let has = |name: &str, usage: &str| columns.iter().any(|c| c["name"] == name && c["usage"] == usage);
    assert!(has("CUST_ID", "id"));
    assert!(has("CREDIT_UTILIZATION", "clusters") && has("TOTAL_TRX", "clusters"));
    let segments = run.segments();
    assert_eq!(segments.column("id"), Table::read(&data).column("CUST_ID"));
    run.assign_gives_every_label_back(&data);
}

#[test]
fn malls() {
    check("Mall_Customers.csv", 200, Some("CustomerID"));
    check("Mall_Customers_Genre.csv", 200, Some("CustomerID"));
}

#[test]
fn ids_with_leading_zeros_stay_text() {
    let Some(data) = public_data("Mall_Customers_Genre.csv") else { return };
    assert_eq!(Run::new(&data).segments().column("id")[0], "0001");
}

#[test]
fn wholesale_clients() {
    check("Wholesale_customers_data.csv", 440, None);
}

#[test]
fn credit_clients() {
    check("UCI_Credit_Card.csv", 30_000, Some("ID"));
}

#[test]
fn telecom_customers() {
    check("Telco-Customer-Churn.csv", 7043, Some("customerID"));
}

#[test]
fn marketing_responses() {
    check("marketing_campaign.csv", 2240, Some("ID"));
}

#[test]
fn motor_insurance() {
    check("beMTPL97.csv.gz", 163_212, Some("id"));
}

#[test]
fn damaged_copies() {
    let Some(dir) = public_data("messy") else { return };
    let files = names_in(&dir);
    assert!(!files.is_empty());
    for name in files {
        let data = dir.join(&name);
        let out = tempdir().unwrap();
        let answer = Segctl::run(&data, &out.path().join("out")).args(QUICK).answer();
        match answer.code {
            Some(0) => assert!(Table::read(out.path().join("out/segments.csv")).rows.len() >= 200, "{name}"),
            _ => drop(answer.refused(&[&name]).with_hint()),
        }
    }
}
