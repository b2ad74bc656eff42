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
