//! `segctl eda`: what is told of a table, and of real ones.

use std::path::Path;

use segctl_tests::{Segctl, bytes_of, names_in, public_data, sample, skip};
use serde_json::Value;
use tempfile::tempdir;

fn looked(data: &Path, args: &[&str]) -> Value {
    let answer = Segctl::new("eda").arg(data).args(args).arg("--json").answer().done();
    serde_json::from_str(&answer.stdout).unwrap()
}

fn alerts<'a>(found: &'a Value, kind: &str) -> Vec<&'a Value> {
    found["alerts"].as_array().unwrap().iter().filter(|alert| alert["kind"] == kind).collect()
}

#[test]
fn the_page_needs_nothing_else_and_takes_names_for_text() {
    let dir = tempdir().unwrap();
    let data = dir.path().join("hostile.csv");
    let mut text = String::from("<script>alert(1)</script>,b\"c,kind\n");
    for i in 0..200 {
        text += &format!("{},{},{}\n", (i * 37) % 50, (i * 91) % 40, ["<b>x</b>", "y"][i % 2]);
    }
    std::fs::write(&data, text.replace("b\"c", "\"b\"\"c\"")).unwrap();
    let out = dir.path().join("out");
    let told = Segctl::new("eda").arg(&data).option("--out", &out).answer().done();
    assert!(told.stdout.contains("200 rows, 3 columns") && told.stdout.contains("eda.html"), "{}", told.stdout);
    assert_eq!(names_in(&out), ["eda.html", "eda.json"]);
    let page = String::from_utf8(bytes_of(out.join("eda.html"))).unwrap();
    assert!(!page.contains("<script") && !page.contains("<b>x</b>") && !page.contains("http://"));
    assert!(page.contains("default-src 'none'") && page.contains("&#60;script&#62;"));
    let again = dir.path().join("again");
    Segctl::new("eda").arg(&data).option("--out", &again).args(["--threads", "1"]).answer().done();
    assert_eq!(bytes_of(out.join("eda.html")), bytes_of(again.join("eda.html")), "the same at any number of threads");
    assert_eq!(bytes_of(out.join("eda.json")), bytes_of(again.join("eda.json")));
}

#[test]
fn planted_dirt_is_found_and_its_lines_of_configuration_are_taken() {
    let dir = tempdir().unwrap();
    let found = looked(&sample(), &[]);
    let mut config = String::new();
    for alert in found["alerts"].as_array().unwrap() {
        assert!(!alert["message"].as_str().unwrap().is_empty() && !alert["advice"].as_str().unwrap().is_empty());
        if let Some(lines) = alert["config"].as_str() {
            let one = dir.path().join("one.toml");
            std::fs::write(&one, lines).unwrap();
            Segctl::new("init").arg(sample()).option("--config", &one).answer().done();
            if lines.starts_with("[[rules]]") {
                config += lines;
            }
        }
    }
    assert!(!alerts(&found, "impossible-share").is_empty(), "frequencies above 1: {}", found["alerts"]);
    let (config_path, out) = (dir.path().join("segctl.toml"), dir.path().join("out"));
    std::fs::write(&config_path, config).unwrap();
    let words = ["--algorithm", "kmeans", "--k", "3"];
    Segctl::run(&sample(), &out).option("--config", config_path).args(words).answer().done();
}

#[test]
fn bad_tables_are_answered_clearly() {
    let dir = tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = dir.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    };
    Segctl::new("eda").arg(file("empty.csv", "")).answer().refused(&["empty.csv"]);
    Segctl::new("eda").arg(dir.path().join("nowhere.csv")).answer().refused(&["nowhere.csv"]);
    for (name, text) in [("one.csv", "a,b\n1,x\n"), ("header.csv", "a,b\n"), ("column.csv", "a\n1\n1\n\n")] {
        let out = dir.path().join(name).with_extension("out");
        Segctl::new("eda").arg(file(name, text)).option("--out", out).answer().done();
    }
}

#[test]
fn what_is_wrong_with_public_tables_is_named() {
    let Some(marketing) = public_data("marketing_campaign.csv") else {
        return skip("no marketing_campaign.csv");
    };
    let found = looked(&marketing, &[]);
    assert_eq!(found["duplicates"]["n_equal_but_for_id"], 182);
    let columns =
        |kind: &str| -> String { alerts(&found, kind).iter().map(|alert| alert["columns"].to_string()).collect() };
    assert!(columns("constant").contains("Z_CostContact") && columns("constant").contains("Z_Revenue"));
    assert!(columns("sentinel").contains("Income") && columns("impossible-birth").contains("Year_Birth"));
    assert!(alerts(&found, "sentinel")[0]["message"].as_str().unwrap().contains("666666"));
    assert!(alerts(&found, "impossible-birth")[0]["message"].as_str().unwrap().contains("1893"));
    let dates = found["columns"].as_array().unwrap().iter().find(|column| column["name"] == "Dt_Customer").unwrap();
    assert_eq!((&dates["role"], &dates["dates"]["first"]), (&"date".into(), &"2012-07-30".into()));
    let Some(credit) = public_data("UCI_Credit_Card.csv") else { return skip("no UCI_Credit_Card.csv") };
    let found = looked(&credit, &[]);
    assert_eq!(found["duplicates"]["n_equal_but_for_id"], 35);
    let rare = found["alerts"].to_string();
    assert!(rare.contains("EDUCATION: levels 0") && rare.contains("MARRIAGE: level 0"), "{rare}");
    let Some(telco) = public_data("Telco-Customer-Churn.csv") else { return skip("no Telco-Customer-Churn.csv") };
    let found = looked(&telco, &[]);
    let missing = &alerts(&found, "missing")[0];
    assert_eq!((&missing["columns"][0], &missing["count"]), (&"TotalCharges".into(), &11.into()));
}
