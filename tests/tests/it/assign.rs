//! `segctl assign`: yesterday's model on today's customers.

use std::path::PathBuf;

use segctl_tests::{Answer, QUICK, Segctl, Table, bytes_of, customers, read_json, sample};
use tempfile::{TempDir, tempdir};

use crate::sample_run;

/// What assigning gives that a run gives too.
const SHARED: [&str; 6] = ["id", "segment", "segment_name", "distance", "second_segment", "margin"];

/// A model of made-up customers in which the plan counts, and where to put tomorrow's.
struct Yesterday {
    dir: TempDir,
    customers: Table,
}

impl Yesterday {
    fn new() -> Self {
        let (dir, customers) = (tempdir().unwrap(), customers(60));
        let data = dir.path().join("yesterday.csv");
        customers.write(&data);
        let out = dir.path().join("model");
        Segctl::run(&data, &out).args(QUICK).args(["--categories", "always"]).answer().done();
        Self { dir, customers }
    }

    fn out(&self) -> PathBuf {
        self.dir.path().join("assigned.csv")
    }

    fn assign(&self, today: &Table) -> Answer {
        let data = self.dir.path().join("today.csv");
        today.write(&data);
        Segctl::assign(&data, &self.dir.path().join("model/model.json"), &self.out()).answer()
    }

    /// The customers' segments as the run wrote them.
    fn expected(&self) -> Table {
        Table::read(self.dir.path().join("model/segments.csv")).select(&SHARED)
    }

    #[track_caller]
    fn agrees(&self, today: &Table) {
        self.assign(today).done();
        assert_eq!(Table::read(self.out()), self.expected());
    }

    #[track_caller]
    fn refuses(&self, today: &Table, names: &[&str]) {
        self.assign(today).refused(names).with_hint();
        assert!(!self.out().exists(), "nothing is written");
    }
}

#[test]
fn the_training_file_gets_every_label_back() {
    let dir = tempdir().unwrap();
    let expected = Table::read(sample_run().dir.join("segments.csv")).select(&SHARED);
    let assign = |name: &str| {
        let out = dir.path().join(name);
        let answer = Segctl::assign(&sample(), &sample_run().dir.join("model.json"), &out).answer().done();
        assert!(answer.stdout.contains("1,991 customers assigned"), "{answer}");
        out
    };
    assert_eq!(Table::read(assign("out.csv")), expected);
    assert_eq!(Table::read_parquet(assign("out.parquet")), expected);
    assert!(bytes_of(assign("out.arrow")).starts_with(b"ARROW1"));
    assert!(bytes_of(assign("out.jsonl")).starts_with(b"{\"id\":"));
}

#[test]
fn json_counts_every_customer() {
    let dir = tempdir().unwrap();
    let out = dir.path().join("out.csv");
    let answer = Segctl::assign(&sample(), &sample_run().dir.join("model.json"), &out).arg("--json").answer().done();
    let document: serde_json::Value = serde_json::from_str(&answer.stdout).expect("one JSON document");
    let sizes = |value: &serde_json::Value| -> Vec<u64> {
        value["segments"].as_array().unwrap().iter().filter_map(|segment| segment["size"].as_u64()).collect()
    };
    assert_eq!(sizes(&document), sizes(&read_json(sample_run().dir.join("run.json"))));
    assert_eq!(document["n_customers"], 1991);
}

#[test]
fn categories_that_form_segments_are_replayed() {
    let yesterday = Yesterday::new();
    yesterday.agrees(&yesterday.customers);
}

#[test]
fn order_of_columns_and_further_columns_do_not_matter() {
    let yesterday = Yesterday::new();
    yesterday.agrees(&yesterday.customers.select(&["plan", "basket", "customer", "balance", "spend"]));
    yesterday.agrees(&yesterday.customers.with("shoe size", |i| (36 + i % 9).to_string()));
}

#[test]
fn a_single_customer_is_enough() {
    let yesterday = Yesterday::new();
    let expected = yesterday.expected();
    for i in [0, 1, 59] {
        let one = |table: &Table| Table { header: table.header.clone(), rows: vec![table.rows[i].clone()] };
        yesterday.assign(&one(&yesterday.customers)).done();
        assert_eq!(Table::read(yesterday.out()), one(&expected));
    }
}

#[test]
fn missing_cells_are_filled_as_they_were() {
    let yesterday = Yesterday::new();
    yesterday.assign(&yesterday.customers.with("spend", |_| String::new())).done();
    let assigned = Table::read(yesterday.out());
    assert_eq!(assigned.rows.len(), 60);
    assert!(assigned.numbers("distance").iter().all(|distance| distance.is_finite()));
}

#[test]
fn differences_are_named() {
    let yesterday = Yesterday::new();
    let customers = &yesterday.customers;
    yesterday.refuses(&customers.select(&["customer", "spend", "balance", "plan"]), &["basket"]);
    yesterday.refuses(&customers.renamed("balance", "balanse"), &["balance", "balanse"]);
    yesterday.refuses(&customers.with("spend", |i| format!("about {i}")), &["spend", "text"]);
    let platinum = customers.with("plan", |i| if i == 7 { "platinum".into() } else { "basic".into() });
    yesterday.refuses(&platinum, &["plan", "platinum"]);
}

#[test]
fn differences_are_named_all_at_once() {
    let yesterday = Yesterday::new();
    let today = yesterday.customers.select(&["customer", "spend", "plan"]).with("spend", |i| format!("about {i}"));
    yesterday.refuses(&today, &["today.csv", "spend", "balance", "basket"]);
}

#[test]
fn other_files_are_no_model() {
    let yesterday = Yesterday::new();
    let out = yesterday.out();
    let data = yesterday.dir.path().join("yesterday.csv");
    for text in ["", "[]", "{\"format\":\"segctl-run\",\"version\":1}", "{\"format\":\"segctl-model\",\"version\":99}"]
    {
        let model = yesterday.dir.path().join("other.json");
        std::fs::write(&model, text).unwrap();
        Segctl::assign(&data, &model, &out).answer().refused(&["other.json"]).with_hint();
    }
    Segctl::assign(&data, &yesterday.dir.path().join("none.json"), &out).answer().refused(&["none.json"]);
    Segctl::assign(&data, &yesterday.dir.path().join("model/model.json"), &out.with_extension("docx"))
        .answer()
        .refused(&["assigned.docx"])
        .with_hint();
    assert!(!out.exists());
}

/// Cut short, or changed by hand so that its parts no longer fit: refused, whatever was changed.
#[test]
fn a_damaged_model_is_refused() {
    let yesterday = Yesterday::new();
    let path = yesterday.dir.path().join("model/model.json");
    let text = String::from_utf8(bytes_of(&path)).unwrap();
    let changed = |change: &dyn Fn(&mut serde_json::Value)| {
        let mut model = read_json(&path);
        change(&mut model);
        model.to_string()
    };
    fn rule(model: &mut serde_json::Value) -> &mut serde_json::Value {
        &mut model["clusterer"]["rule"]["nearest-centre"]
    }
    let drop_first = |list: &mut serde_json::Value| drop(list.as_array_mut().unwrap().remove(0));
    let damaged = [
        text[..text.len() / 2].to_owned(),
        changed(&|model| model["surplus"] = 1.into()),
        changed(&|model| drop_first(&mut model["segments"])),
        changed(&|model| drop_first(&mut rule(model)["mean"])),
        changed(&|model| drop_first(&mut model["prepare"]["inputs"])),
        changed(&|model| rule(model)["mean"][0] = serde_json::Value::Null),
    ];
    for (i, text) in damaged.iter().enumerate() {
        let model = yesterday.dir.path().join(format!("damaged-{i}.json"));
        std::fs::write(&model, text).unwrap();
        Segctl::assign(&yesterday.dir.path().join("yesterday.csv"), &model, &yesterday.out()).answer().refused(&[]);
        assert!(!yesterday.out().exists());
    }
}
