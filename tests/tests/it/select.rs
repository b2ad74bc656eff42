//! `segctl select`, and what `run` says of how sure its segments are.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use segctl_tests::{Segctl, Table, bytes_of, read_json, sample};
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
}

fn selected(data: &Path, args: &[&str]) -> Value {
    let answer = Segctl::new("select").arg(data).args(args).arg("--json").answer().done();
    serde_json::from_str(&answer.stdout).unwrap()
}

/// Numbers that look random and are the same everywhere, in [0, 1).
fn noise(i: usize, salt: usize) -> f64 {
    let mixed = (i as u64 + 1)
        .wrapping_mul(0x9E37_79B9_7F4A_7C15)
        .wrapping_add((salt as u64).wrapping_mul(0xD1B5_4A32_D192_ED03));
    let mixed = (mixed ^ (mixed >> 29)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    ((mixed ^ (mixed >> 32)) >> 11) as f64 / (1_u64 << 53) as f64
}

/// Sums of uniform numbers around `groups` middles far apart; one group is one crowd.
fn points(path: &Path, n: usize, groups: usize) {
    let mut text = String::from("a,b,c\n");
    for i in 0..n {
        let spread = |salt: usize| (0..6).map(|part| noise(i, salt * 10 + part)).sum::<f64>() - 3.0;
        let middle = |feature: usize| 9.0 * ((i % groups) >> feature & 1) as f64;
        let _ = writeln!(text, "{},{},{}", spread(1) + middle(0), spread(2) + middle(1), spread(3) + middle(2));
    }
    std::fs::write(path, text).unwrap();
}

#[test]
fn groups_far_apart_are_found_by_every_measure() {
    let place = Place::new();
    let data = place.path("groups.csv");
    points(&data, 400, 4);
    let found = selected(&data, &["--as-is", "--algorithm", "kmeans,ward", "--k", "1..8"]);
    assert_eq!(found["recommended"]["k"], 4);
    assert_eq!(found["structure"]["is_structured"], true);
    for index in ["silhouette", "calinski-harabasz", "davies-bouldin", "prediction-strength", "stability"] {
        let votes = found["votes"].as_array().unwrap();
        let vote = votes.iter().find(|vote| vote["index"] == index).unwrap();
        assert_eq!(vote["k"], 4, "{index}");
    }
    let candidates = found["candidates"].as_array().unwrap();
    let four = candidates.iter().find(|c| c["k"] == 4 && c["algorithm"] == "kmeans").unwrap();
    for index in ["silhouette", "calinski_harabasz", "davies_bouldin", "gap", "gap_standard_error", "stability"] {
        assert!(four[index].is_f64(), "{index}: {four}");
    }
    assert!(four["prediction_strength"].as_f64().unwrap() > 0.95);
}

#[test]
fn one_crowd_is_no_group_and_useful_segments_are_cut_all_the_same() {
    let place = Place::new();
    let (data, out) = (place.path("crowd.csv"), place.path("out"));
    points(&data, 400, 1);
    let found = selected(&data, &["--as-is", "--algorithm", "kmeans"]);
    assert_eq!(found["recommended"]["k"], 1, "{}", found["recommended"]);
    assert!(found["recommended"]["reason"].as_str().unwrap().contains("No natural groups"));
    assert!(found["recommended"]["useful_k"].as_u64().unwrap() >= 2);
    Segctl::run(&data, &out).args(["--algorithm", "kmeans"]).answer().done();
    let page = String::from_utf8(bytes_of(out.join("report.html"))).unwrap();
    assert!(page.contains("No natural groups"));
}

#[test]
fn the_evidence_is_the_same_at_any_number_of_threads() {
    let place = Place::new();
    let data = place.path("groups.csv");
    points(&data, 300, 3);
    let of =
        |threads: &str| selected(&data, &["--as-is", "--algorithm", "kmeans", "--k", "2..4", "--threads", threads]);
    let one = of("1");
    assert!(of("2") == one && of("3") == one);
}

#[test]
fn a_run_says_what_defines_its_segments_and_who_is_between_them() {
    let run = sample_run();
    let page = String::from_utf8(bytes_of(run.dir.join("report.html"))).unwrap();
    for expected in
        ["What each measure prefers", "Rules: what defines each segment", "Contested customers", "Comes back"]
    {
        assert!(page.contains(expected), "{expected}");
    }
    let segments = Table::read(run.dir.join("segments.csv"));
    assert!(segments.numbers("membership").iter().all(|share| (0.0..=1.0).contains(share)));
    let evidence = read_json(run.dir.join("run.json"))["evidence"].clone();
    assert!(evidence["votes"].as_array().unwrap().len() >= 5);
    assert!(evidence["structure"]["p_value"].is_f64());
}

#[test]
fn segments_keep_their_numbers_and_names_from_run_to_run() {
    let place = Place::new();
    let run = sample_run();
    let k = read_json(run.dir.join("run.json"))["evidence"]["chosen_k"].to_string();
    // Half of the customers of the largest segment are gone: it is the largest no more.
    let mut customers = Table::read(sample());
    let segments = Table::read(run.dir.join("segments.csv"));
    let largest: std::collections::BTreeSet<&str> = segments
        .column("id")
        .into_iter()
        .zip(segments.column("segment"))
        .enumerate()
        .filter(|(i, (_, segment))| *segment == "0" && i % 2 == 0)
        .map(|(_, (id, _))| id)
        .collect();
    customers.rows.retain(|row| !largest.contains(row[0].as_str()));
    let (data, out) = (place.path("later.csv"), place.path("out"));
    customers.write(&data);
    let previous = run.dir.to_str().unwrap();
    Segctl::run(&data, &out).args(["--algorithm", "kmeans", "--k", &k, "--previous", previous]).answer().done();
    let names = |dir: &Path| {
        let table = Table::read(dir.join("segments.csv"));
        let named: std::collections::BTreeMap<String, String> = table
            .column("segment")
            .into_iter()
            .zip(table.column("segment_name"))
            .map(|(segment, name)| (segment.to_owned(), name.to_owned()))
            .collect();
        named
    };
    assert_eq!(names(&out), names(&run.dir));
    let page = String::from_utf8(bytes_of(out.join("report.html"))).unwrap();
    assert!(page.contains("Since the last run") && page.contains("goes on as 0"));
    Segctl::run(&data, &place.path("other")).args(["--previous", "nowhere"]).answer().refused(&["nowhere"]);
}

/// Three groups along `a` and `b`; `c`, `d` and the category are noise.
fn two_of_five(path: &Path, n: usize) {
    let mut text = String::from("a,b,c,d,kind\n");
    for i in 0..n {
        let spread = |salt: usize| (0..6).map(|part| noise(i, salt * 10 + part)).sum::<f64>() - 3.0;
        let (a, b) = [(0.0, 0.0), (8.0, 0.0), (0.0, 8.0)][i % 3];
        let kind = ["red", "green", "blue"][(noise(i, 99) * 3.0) as usize];
        let _ = writeln!(text, "{},{},{},{},{kind}", spread(1) + a, spread(2) + b, spread(3), spread(4));
    }
    std::fs::write(path, text).unwrap();
}

#[test]
fn columns_are_ordered_by_how_much_they_go_with_the_segments() {
    let place = Place::new();
    let (data, out) = (place.path("five.csv"), place.path("out"));
    two_of_five(&data, 600);
    Segctl::run(&data, &out).args(["--algorithm", "kmeans", "--k", "3", "--categories", "never"]).answer().done();
    let manifest = read_json(out.join("run.json"));
    let columns = manifest["drivers"]["columns"].as_array().unwrap();
    let names: Vec<&str> = columns.iter().map(|column| column["column"].as_str().unwrap()).collect();
    assert!(names[..2].contains(&"a") && names[..2].contains(&"b"), "{names:?}");
    let of = |name: &str| columns.iter().find(|column| column["column"] == name).unwrap();
    assert!(of("a")["eta_squared"].as_f64().unwrap() > 0.7 && of("a")["q_value"].as_f64().unwrap() < 1e-6);
    for name in ["c", "d"] {
        assert!(of(name)["eta_squared"].as_f64().unwrap() < 0.1 && of(name)["forms"] == true);
        assert!(of(name)["q_value"].as_f64().unwrap() > 0.01, "{}", of(name));
    }
    let kind = of("kind");
    assert!(kind["forms"] == false && kind["cramers_v"].as_f64().unwrap() < 0.15, "{kind}");
    assert!(kind["q_value"].as_f64().unwrap() > 0.01 && kind["eta_squared"].is_null());
    assert_eq!((&manifest["drivers"]["n_customers"], &manifest["drivers"]["n_held_out"]), (&600.into(), &300.into()));
    let page = String::from_utf8(bytes_of(out.join("report.html"))).unwrap();
    assert!(page.contains("Drivers: which columns go with the segments"));
    let segment = &manifest["segments"][0];
    assert_eq!(segment["typical"].as_array().map(Vec::len), Some(5));
    assert!(segment["borderline"].as_array().unwrap().iter().all(Value::is_string));
}

#[test]
fn select_says_what_run_takes_and_how_customers_crowd() {
    let place = Place::new();
    let (data, out) = (place.path("groups.csv"), place.path("out"));
    points(&data, 300, 3);
    let words = ["--algorithm", "kmeans,ward", "--k", "2..5"];
    let found = selected(&data, &words);
    Segctl::run(&data, &out).args(words).answer().done();
    let evidence = read_json(out.join("run.json"))["evidence"].clone();
    assert_eq!((&found["taken"]["algorithm"], &found["taken"]["k"]), (&evidence["algorithm"], &evidence["chosen_k"]));
    assert_eq!(found["recommended"]["useful_k"], evidence["chosen_k"]);
    assert!(found["tendency"]["hopkins"].as_f64().unwrap() > 0.6);
    assert!(found["tendency"]["uniform_p_value"].as_f64().unwrap() <= 0.05);
}

#[test]
fn segments_below_the_share_asked_for_are_passed_over() {
    let place = Place::new();
    let data = place.path("uneven.csv");
    let mut text = String::from("a,b\n");
    for i in 0..300 {
        // 30 of 300 are a group of their own, nearer to the second than to the first.
        let far = if i % 10 == 0 { 14.0 } else { 8.0 * (i % 2) as f64 };
        let _ = writeln!(text, "{},{}", far + noise(i, 1), noise(i, 2));
    }
    std::fs::write(&data, text).unwrap();
    let words = ["--as-is", "--algorithm", "kmeans", "--k", "2..4"];
    assert_eq!(selected(&data, &words)["recommended"]["k"], 3);
    let bounded = selected(&data, &[&words[..], &["--min-share", "0.2"]].concat());
    assert_eq!((&bounded["recommended"]["k"], &bounded["taken"]["k"]), (&2.into(), &2.into()));
    Segctl::new("select")
        .arg(&data)
        .args(["--min-share", "0.7"])
        .answer()
        .refused(&["min-share=0.7 should be in [0, 0.5]"]);
}
