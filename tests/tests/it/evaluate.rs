//! `segctl evaluate`: what given labels are worth.

use segctl_tests::{Segctl, Table};
use serde_json::Value;
use tempfile::tempdir;

use crate::sample_run;
use segctl_tests::{read_json, sample};

fn evaluated(call: Segctl) -> Value {
    serde_json::from_str(&call.arg("--json").answer().done().stdout).unwrap()
}

#[test]
fn the_labels_of_a_run_are_worth_what_the_run_said() {
    let run = sample_run();
    let labels = run.dir.join("segments.csv");
    let found = evaluated(Segctl::new("evaluate").arg(sample()).option("--labels", &labels));
    let manifest = read_json(run.dir.join("run.json"));
    let evidence = &manifest["evidence"];
    let chosen = evidence["candidates"].as_array().unwrap().iter();
    let chosen = chosen.clone().find(|c| c["k"] == evidence["chosen_k"] && c["algorithm"] == evidence["algorithm"]);
    let close = |a: &Value, b: &Value| (a.as_f64().unwrap() - b.as_f64().unwrap()).abs() <= 1e-9 * b.as_f64().unwrap();
    assert!(close(&found["inertia"], &chosen.unwrap()["inertia"]));
    assert!(close(&found["silhouette"], &chosen.unwrap()["silhouette"]));
}

#[test]
fn labels_are_matched_by_id_whatever_their_order() {
    let run = sample_run();
    let dir = tempdir().unwrap();
    let mut labels = Table::read(run.dir.join("segments.csv")).select(&["id", "segment"]);
    labels.rows.reverse();
    let reversed = dir.path().join("reversed.csv");
    labels.write(&reversed);
    let call = |labels: &std::path::Path| evaluated(Segctl::new("evaluate").arg(sample()).option("--labels", labels));
    assert_eq!(call(&reversed)["inertia"], call(&run.dir.join("segments.csv"))["inertia"]);
}

#[test]
fn noise_is_left_out_and_labels_may_be_words() {
    let dir = tempdir().unwrap();
    let (data, labels) = (dir.path().join("x.csv"), dir.path().join("labels.csv"));
    std::fs::write(&data, "a\n1\n3\n10\n12\n99\n").unwrap();
    std::fs::write(&labels, "cluster\nlow\nlow\nhigh\nhigh\n-1\n").unwrap();
    let found = evaluated(Segctl::new("evaluate").arg(&data).arg("--as-is").option("--labels", &labels));
    assert_eq!((found["n_noise"].as_u64(), found["inertia"].as_f64()), (Some(1), Some(4.0)));
    assert_eq!(found["segments"][0]["label"], "low");
}

#[test]
fn labels_that_do_not_fit_are_refused() {
    let dir = tempdir().unwrap();
    let labels = dir.path().join("labels.csv");
    for (text, named) in [("segment\n1\n2\n", "2 labels"), ("x,y\n1,2\n", "x, y"), ("id,segment\nC1,1\n", "no label")] {
        std::fs::write(&labels, text).unwrap();
        Segctl::new("evaluate").arg(sample()).option("--labels", &labels).answer().refused(&[named]).with_hint();
    }
}

#[test]
fn every_index_has_a_key_and_the_truth_is_compared() {
    let dir = tempdir().unwrap();
    let (data, labels) = (dir.path().join("x.csv"), dir.path().join("labels.csv"));
    let rows = |value: &dyn Fn(usize) -> String| (0..40).map(|i| value(i) + "\n").collect::<String>();
    let point = |i: usize| format!("{},{},{}", (i % 2) * 10 + i % 5, i % 7, ["a", "b"][i % 2]);
    std::fs::write(&data, "x,y,kind\n".to_owned() + &rows(&point)).unwrap();
    std::fs::write(&labels, "segment\n".to_owned() + &rows(&|i| (i % 2).to_string())).unwrap();
    let call = Segctl::new("evaluate").arg(&data).args(["--truth", "kind"]).option("--labels", &labels);
    let found = evaluated(call);
    for index in
        ["silhouette", "simplified_silhouette", "calinski_harabasz", "davies_bouldin", "dunn", "xie_beni", "dbcv"]
    {
        assert!(found[index].is_f64(), "{index}: {found}");
    }
    for index in ["adjusted_rand_index", "adjusted_mutual_information", "v_measure", "fowlkes_mallows_index", "purity"]
    {
        assert!((found[index].as_f64().unwrap() - 1.0).abs() < 1e-12, "{index}");
    }
    assert!(found["segments"][0]["silhouette"].is_f64());
    let without = evaluated(Segctl::new("evaluate").arg(&data).option("--labels", &labels));
    assert!(without["adjusted_rand_index"].is_null());
    Segctl::new("evaluate").arg(&data).args(["--truth", "kin"]).option("--labels", &labels).answer().refused(&["kin"]);
}

#[test]
fn one_segment_has_an_inertia_alone() {
    let dir = tempdir().unwrap();
    let (data, labels) = (dir.path().join("x.csv"), dir.path().join("labels.csv"));
    std::fs::write(&data, "a\n1\n3\n").unwrap();
    std::fs::write(&labels, "segment\n0\n0\n").unwrap();
    let found = evaluated(Segctl::new("evaluate").arg(&data).arg("--as-is").option("--labels", &labels));
    assert_eq!(found["inertia"], 2.0);
    assert!(found["silhouette"].is_null() && found["dunn"].is_null());
}
