//! `segctl run` on the bundled sample, without configuration.

use std::collections::{BTreeMap, BTreeSet};

use segctl_tests::{OUTPUTS, QUICK, Segctl, Table, bytes_of, customers, names_in, read_json, sample};
use serde_json::Value;
use tempfile::tempdir;

use crate::sample_run;

const COLUMNS: [&str; 8] =
    ["id", "segment", "segment_name", "distance", "silhouette", "membership", "second_segment", "margin"];

fn segments() -> Table {
    Table::read(sample_run().dir.join("segments.csv"))
}

fn profile() -> Table {
    Table::read(sample_run().dir.join("profile.csv"))
}

fn manifest() -> Value {
    read_json(sample_run().dir.join("run.json"))
}

/// Segment numbers and their sizes.
fn sizes(labels: &[&str]) -> BTreeMap<usize, usize> {
    let mut sizes = BTreeMap::new();
    for label in labels {
        *sizes.entry(label.parse().expect("no customer is left out by k-means")).or_default() += 1;
    }
    sizes
}

/// What the ledger counts in a stage, for a column or whatever the column.
fn counted(manifest: &Value, stage: &str, unit: &str, column: Option<&str>, detail: &str) -> u64 {
    let entries = manifest["ledger"].as_array().expect("the ledger is a list").iter();
    entries
        .filter(|entry| entry["stage"] == stage && entry["unit"] == unit)
        .filter(|entry| column.is_none_or(|name| entry["column"] == name))
        .filter(|entry| entry["detail"].as_str().is_some_and(|text| text.contains(detail)))
        .map(|entry| entry["count"].as_u64().expect("a count"))
        .sum()
}

#[test]
fn all_outputs_are_there_and_nothing_else() {
    assert_eq!(names_in(&sample_run().dir), OUTPUTS);
    let page = String::from_utf8(bytes_of(sample_run().dir.join("report.html"))).unwrap();
    assert!(page.starts_with("<!doctype html>") && page.trim_end().ends_with("</html>"));
}

#[test]
fn every_distinct_customer_has_one_row() {
    let segments = segments();
    assert_eq!(segments.header, COLUMNS);
    let ids: BTreeSet<&str> = segments.column("id").into_iter().collect();
    let sample = Table::read(sample());
    assert_eq!(ids, sample.column("CUST_ID").into_iter().collect());
    assert_eq!(segments.rows.len(), ids.len());
}

#[test]
fn segments_are_numbered_from_the_largest() {
    let segments = segments();
    let sizes = sizes(&segments.column("segment"));
    assert!((2..=10).contains(&sizes.len()), "{sizes:?}");
    assert!(sizes.keys().copied().eq(0..sizes.len()), "{sizes:?}");
    assert!(sizes.values().is_sorted_by(|a, b| a >= b), "{sizes:?}");
}

#[test]
fn segments_have_distinct_names() {
    let segments = segments();
    let labels = segments.column("segment");
    let names: BTreeSet<_> = labels.iter().copied().zip(segments.column("segment_name")).collect();
    let distinct: BTreeSet<&str> = names.iter().map(|(_, name)| *name).collect();
    assert_eq!(names.len(), sizes(&labels).len(), "one name per segment: {names:?}");
    assert_eq!(distinct.len(), names.len(), "one segment per name: {names:?}");
    assert!(distinct.iter().all(|name| !name.is_empty()));
}

#[test]
fn figures_of_a_customer_are_within_their_bounds() {
    let segments = segments();
    let bounds = [("distance", 0.0, f64::INFINITY), ("silhouette", -1.0, 1.0), ("margin", 0.0, 1.0)];
    for (column, low, high) in bounds {
        let values = segments.numbers(column);
        assert!(values.iter().all(|value| (low..=high).contains(value)), "{column}");
        assert!(values.iter().any(|value| *value != values[0]), "{column} says nothing");
    }
    for (own, second) in segments.column("segment").into_iter().zip(segments.column("second_segment")) {
        assert_ne!(own, second);
    }
}

#[test]
fn parquet_holds_what_csv_holds() {
    assert_eq!(Table::read_parquet(sample_run().dir.join("segments.parquet")), segments());
}

#[test]
fn the_profile_has_every_feature_of_every_segment_once() {
    let profile = profile();
    let expected =
        ["segment", "segment_name", "size", "share", "feature", "mean", "median", "std", "difference", "rank"];
    assert_eq!(profile.header, expected);
    let pairs: BTreeSet<_> = profile.column("segment").into_iter().zip(profile.column("feature")).collect();
    let k = sizes(&segments().column("segment")).len();
    let features: BTreeSet<&str> = profile.column("feature").into_iter().collect();
    assert_eq!(profile.rows.len(), pairs.len());
    assert_eq!(pairs.len(), k * features.len());
}

#[test]
fn sizes_and_shares_of_the_profile_are_those_of_the_segments() {
    let (profile, segments) = (profile(), segments());
    let sizes = sizes(&segments.column("segment"));
    let labels = profile.column("segment");
    for ((label, size), share) in labels.iter().zip(profile.numbers("size")).zip(profile.numbers("share")) {
        let members = sizes[&label.parse().unwrap()] as f64;
        assert_eq!(size, members, "segment {label}");
        assert!((share - members / segments.rows.len() as f64).abs() < 1e-12, "segment {label}");
    }
}

#[test]
fn ranks_order_the_features_of_a_segment_by_difference() {
    let profile = profile();
    let mut by_segment: BTreeMap<&str, Vec<(u64, f64)>> = BTreeMap::new();
    let ranked = profile.column("rank").into_iter().zip(profile.numbers("difference"));
    for (segment, (rank, difference)) in profile.column("segment").into_iter().zip(ranked) {
        by_segment.entry(segment).or_default().push((rank.parse().unwrap(), difference.abs()));
    }
    for (segment, mut features) in by_segment {
        features.sort_by_key(|(rank, _)| *rank);
        assert!(features.iter().map(|(rank, _)| *rank).eq(1..=features.len() as u64), "segment {segment}");
        assert!(features.iter().map(|(_, difference)| *difference).is_sorted_by(|a, b| a >= b), "segment {segment}");
    }
}

/// Size-weighted means of segments are the mean of all customers, here computed from the file itself.
#[test]
fn means_of_the_profile_are_in_original_units() {
    let distinct: BTreeSet<Vec<String>> = Table::read(sample()).rows.into_iter().collect();
    let customers = Table { header: Table::read(sample()).header, rows: distinct.into_iter().collect() };
    let profile = profile();
    let features = profile.column("feature");
    let means = profile.numbers("mean");
    let sizes = profile.numbers("size");
    for feature in ["BALANCE", "PURCHASES", "TENURE"] {
        let weighted = |i: usize| if features[i] == feature { means[i] * sizes[i] } else { 0.0 };
        let total: f64 = (0..features.len()).map(weighted).sum();
        let expected: f64 = customers.numbers(feature).iter().sum();
        assert!(((total - expected) / expected).abs() < 1e-9, "{feature}: {total} is not {expected}");
    }
}

/// The counts that `data/sample/README.md` states.
#[test]
fn planted_dirt_is_found_and_counted() {
    let manifest = manifest();
    let missing = |column| counted(&manifest, "read", "cells", Some(column), "empty");
    assert_eq!(manifest["input"]["n_rows"], 2000);
    assert_eq!(manifest["n_customers"], 1991);
    assert_eq!(counted(&manifest, "duplicates", "rows", None, ""), 9);
    assert_eq!(missing("MINIMUM_PAYMENTS"), 80);
    assert_eq!(missing("CREDIT_LIMIT"), 2);
    assert_eq!(counted(&manifest, "rules", "rows", None, "FREQUENCY"), 4);
}

#[test]
fn the_manifest_says_what_was_recognised_and_chosen() {
    let manifest = manifest();
    let columns = manifest["columns"].as_array().unwrap();
    let id = columns.iter().find(|column| column["name"] == "CUST_ID").unwrap();
    assert_eq!((&id["role"], &id["usage"]), (&"id".into(), &"id".into()));
    for derived in ["CREDIT_UTILIZATION", "TOTAL_TRX"] {
        assert!(manifest["derived"].as_array().unwrap().iter().any(|one| one["name"] == derived), "{derived}");
        assert!(columns.iter().any(|column| column["name"] == derived && column["usage"] == "clusters"), "{derived}");
    }
    assert_eq!(manifest["recipe"]["seed"], 0);
    assert!(manifest["evidence"]["explanation"].as_array().is_some_and(|sentences| !sentences.is_empty()));
    assert_eq!(manifest["input"]["files"][0]["sha256"].as_str().map(str::len), Some(64));
    let mut outputs: Vec<&str> = manifest["outputs"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    outputs.sort_unstable();
    assert_eq!(outputs, OUTPUTS);
}

#[test]
fn the_model_names_no_customer() {
    let model = String::from_utf8(bytes_of(sample_run().dir.join("model.json"))).unwrap();
    for id in segments().column("id") {
        assert!(!model.contains(id), "{id}");
    }
}

#[test]
fn the_summary_names_the_segments_and_the_report() {
    let answer = &sample_run().answer;
    assert!(answer.stdout.contains("1,991 customers"), "{answer}");
    assert!(answer.stdout.contains("report.html"), "{answer}");
    for name in segments().column("segment_name") {
        assert!(answer.stdout.contains(name), "{name}: {answer}");
    }
}

#[test]
fn timings_have_every_stage() {
    let times = read_json(sample_run().dir.with_extension("timings.json"));
    let stages = times["stages"].as_array().unwrap();
    let names: BTreeSet<&str> = stages.iter().filter_map(|stage| stage["name"].as_str()).collect();
    assert_eq!(names, BTreeSet::from(["read", "prepare", "fit", "evaluate", "report", "write"]));
    assert_eq!(stages.len(), names.len());
    let seconds: f64 = stages.iter().filter_map(|stage| stage["seconds"].as_f64()).sum();
    let total = times["total_seconds"].as_f64().unwrap();
    assert!(seconds > 0.0 && seconds <= total, "{seconds} of {total}");
    if cfg!(target_os = "linux") {
        assert!(times["peak_rss_bytes"].as_u64().is_some_and(|bytes| bytes > 10_000_000), "{times}");
    }
}

#[test]
fn json_is_one_document_and_quiet_is_silence() {
    let dir = tempdir().unwrap();
    let data = dir.path().join("customers.csv");
    customers(60).write(&data);
    let run = |out: &str| Segctl::run(&data, &dir.path().join(out)).args(QUICK);

    let answer = run("json").arg("--json").answer().done();
    let document: Value = serde_json::from_str(&answer.stdout).expect("one JSON document and nothing else");
    assert_eq!(document, read_json(dir.path().join("json/run.json")));

    let answer = run("quiet").arg("--quiet").answer().done();
    assert_eq!(answer.stdout, "");
    assert!(answer.stderr.lines().all(|line| line.starts_with("warning: ")), "{answer}");
}

#[test]
fn expressions_choose_rows_and_add_features() {
    let dir = tempdir().unwrap();
    let out = dir.path().join("out");
    let answer = Segctl::run(&sample(), &out)
        .args(QUICK)
        .option("--where", "BALANCE > 100 AND TENURE = 12")
        .option("--feature", "LEFT_OVER=CREDIT_LIMIT - BALANCE")
        .option("--exclude", "PAYMENTS")
        .answer();
    answer.done();
    let sample = Table::read(sample());
    let wanted = sample.numbers("BALANCE").into_iter().zip(sample.numbers("TENURE"));
    let kept: BTreeSet<&str> = sample
        .column("CUST_ID")
        .into_iter()
        .zip(wanted)
        .filter(|(_, (balance, tenure))| *balance > 100.0 && *tenure == 12.0)
        .map(|(id, _)| id)
        .collect();
    let segments = Table::read(out.join("segments.csv"));
    assert_eq!(segments.column("id").into_iter().collect::<BTreeSet<_>>(), kept);
    let profile = Table::read(out.join("profile.csv"));
    assert!(profile.column("feature").contains(&"LEFT_OVER"));
    let manifest = read_json(out.join("run.json"));
    let payments = manifest["columns"].as_array().unwrap().iter().find(|column| column["name"] == "PAYMENTS");
    assert_eq!(payments.unwrap()["usage"], "ignored");
}
