//! `segctl compare`: two segmentations, and who went where.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use segctl_tests::{Segctl, Table};
use serde_json::Value;
use tempfile::{TempDir, tempdir};

use crate::sample_run;

struct Place {
    dir: TempDir,
}

impl Place {
    fn new() -> Self {
        Self { dir: tempdir().unwrap() }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Groups of customers by their segments before and now, in two files; `None` for one who is not there.
    fn write(&self, groups: &[(Option<&str>, Option<&str>, usize)]) {
        let (mut before, mut now) = ("id,segment,spend\n".to_owned(), "segment,id\n".to_owned());
        let mut id = 0;
        for &(a, b, n) in groups {
            for _ in 0..n {
                id += 1;
                if let Some(a) = a {
                    let _ = writeln!(before, "c{id},{a},{}", id % 10);
                }
                if let Some(b) = b {
                    let _ = writeln!(now, "{b},c{id}");
                }
            }
        }
        std::fs::write(self.path("before.csv"), before).unwrap();
        std::fs::write(self.path("now.csv"), now).unwrap();
    }

    fn compared(&self, args: &[&str]) -> Value {
        compared(&self.path("before.csv"), &self.path("now.csv"), args)
    }
}

fn compared(before: &Path, now: &Path, args: &[&str]) -> Value {
    let answer = Segctl::new("compare").arg(before).arg(now).args(args).arg("--json").answer().done();
    serde_json::from_str(&answer.stdout).unwrap()
}

fn sum(value: &Value) -> u64 {
    match value {
        Value::Array(values) => values.iter().map(sum).sum(),
        other => other.as_u64().unwrap(),
    }
}

#[test]
fn permuted_labels_are_the_same_segments() {
    let run = sample_run();
    let place = Place::new();
    let labels = run.dir.join("segments.csv");
    let mut permuted = Table::read(&labels).select(&["id", "segment"]);
    let k = permuted.column("segment").iter().map(|label| label.parse::<usize>().unwrap()).max().unwrap() + 1;
    permuted.rows.iter_mut().for_each(|row| row[1] = format!("{}", (row[1].parse::<usize>().unwrap() + 1) % k));
    permuted.rows.reverse();
    permuted.write(place.path("permuted.csv"));
    let found = compared(&labels, &place.path("permuted.csv"), &[]);
    assert_eq!(found["adjusted_rand_index"], 1.0);
    let fates = found["fates"].as_array().unwrap();
    assert_eq!(fates.len(), k);
    for (segment, fate) in fates.iter().enumerate() {
        assert_eq!((fate["fate"].as_str(), fate["share"].as_f64()), (Some("kept"), Some(1.0)));
        assert_eq!(fate["into"][0], format!("{}", (segment + 1) % k));
    }
}

#[test]
fn a_split_a_merge_a_birth_and_a_death_are_named_and_everybody_is_counted() {
    let place = Place::new();
    place.write(&[
        (Some("0"), Some("0"), 60),
        (Some("0"), Some("1"), 40),
        (Some("1"), Some("2"), 50),
        (Some("2"), Some("2"), 30),
        (Some("3"), Some("0"), 10),
        (Some("3"), Some("2"), 10),
        (Some("3"), None, 30),
        (None, Some("3"), 25),
        (Some("-1"), Some("0"), 3),
    ]);
    let found = place.compared(&[]);
    let fates: Vec<&str> = found["fates"].as_array().unwrap().iter().map(|f| f["fate"].as_str().unwrap()).collect();
    assert_eq!(fates, ["split", "merged", "merged", "dissolved"]);
    assert_eq!((found["births"][0]["segment"].as_str(), found["births"][0]["size"].as_u64()), (Some("3"), Some(25)));
    assert_eq!((found["n_common"].as_u64(), found["n_gone"].as_u64()), (Some(203), Some(30)));
    let migration = &found["migration"];
    assert_eq!(migration["from"], serde_json::json!(["0", "1", "2", "3", "-1"]));
    let sizes: Vec<u64> = (0..5).map(|row| sum(&migration["counts"][row]) + sum(&migration["gone"][row])).collect();
    assert_eq!(sizes, [100, 50, 30, 50, 3], "rows are the segments of before");
    let column = |j: usize| (0..5).map(|i| sum(&migration["counts"][i][j])).sum::<u64>() + sum(&migration["new"][j]);
    assert_eq!((0..4).map(column).collect::<Vec<_>>(), [73, 40, 90, 25], "columns are those of now");
}

#[test]
fn a_value_is_followed() {
    let place = Place::new();
    place.write(&[(Some("a"), Some("x"), 20), (Some("a"), Some("y"), 10), (None, Some("y"), 5)]);
    let found = place.compared(&["--value", "spend"]);
    let value = &found["migration"]["value"];
    assert_eq!((value["sums"][0][0].as_f64(), value["sums"][0][1].as_f64()), (Some(90.0), Some(45.0)));
    assert!(found["notes"].to_string().contains("5 customers have no spend"));
    std::fs::write(place.path("values.csv"), "id,worth\nc1,100\nc25,7\n").unwrap();
    let data = place.path("values.csv");
    let found = place.compared(&["--value", "worth", "--data", data.to_str().unwrap()]);
    assert_eq!(found["migration"]["value"]["sums"], serde_json::json!([[100.0, 7.0]]));
}

#[test]
fn the_summary_says_what_became_of_each_segment() {
    let place = Place::new();
    place.write(&[(Some("0"), Some("0"), 1200), (Some("1"), Some("1"), 40), (Some("1"), Some("0"), 5)]);
    let answer = Segctl::new("compare").arg(place.path("before.csv")).arg(place.path("now.csv")).answer().done();
    for expected in ["1,245 customers in both", "segment 1 goes on as 1, with 88.9 %", "1,200", "from \\ to"] {
        assert!(answer.stdout.contains(expected), "{expected}: {}", answer.stdout);
    }
}

#[test]
fn tables_that_cannot_be_matched_are_refused() {
    let place = Place::new();
    place.write(&[(Some("0"), Some("0"), 3)]);
    let call = |a: &str, b: &str| Segctl::new("compare").arg(place.path(a)).arg(place.path(b));
    std::fs::write(place.path("two.csv"), "segment\n0\n1\n").unwrap();
    std::fs::write(place.path("twice.csv"), "id,segment\nc1,0\nc1,1\n").unwrap();
    std::fs::write(place.path("none.csv"), "x,y\n1,2\n").unwrap();
    call("before.csv", "two.csv").answer().refused(&["3 and 2 labels"]);
    call("before.csv", "twice.csv").answer().refused(&["twice.csv", "c1"]);
    call("before.csv", "none.csv").answer().refused(&["x, y"]);
    call("before.csv", "now.csv").args(["--value", "spent"]).answer().refused(&["spent"]);
    call("before.csv", "now.csv").args(["--id", "nr"]).answer().refused(&["nr"]);
}
