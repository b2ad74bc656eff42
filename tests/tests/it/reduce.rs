//! `segctl reduce`: principal components.

use segctl_tests::{Segctl, Table, sample};
use tempfile::tempdir;

#[test]
fn scores_have_the_variances_that_are_told() {
    let dir = tempdir().unwrap();
    let (out, loadings) = (dir.path().join("scores.csv"), dir.path().join("loadings.csv"));
    let call = Segctl::new("reduce").arg(sample()).option("--out", &out).option("--loadings-out", &loadings);
    let told: serde_json::Value = serde_json::from_str(&call.arg("--json").answer().done().stdout).unwrap();
    let (scores, loadings) = (Table::read(&out), Table::read(&loadings));
    assert_eq!(scores.header, ["id", "PC1", "PC2", "PC3"]);
    for (c, name) in ["PC1", "PC2", "PC3"].into_iter().enumerate() {
        let values = scores.numbers(name);
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        let squares: f64 = values.iter().map(|v| (v - mean) * (v - mean)).sum();
        let variance = squares / (values.len() as f64 - 1.0);
        let expected = told["explained_variance"][c].as_f64().unwrap();
        assert!((variance - expected).abs() <= 1e-9 * expected, "{name}: {variance} against {expected}");
        assert_eq!(loadings.numbers("explained_variance")[c], expected);
    }
    assert_eq!(told["features"].as_array().unwrap().len() + 3, loadings.header.len());
}

#[test]
fn a_share_takes_as_many_components_as_it_needs() {
    let dir = tempdir().unwrap();
    let data = dir.path().join("x.csv");
    std::fs::write(&data, "a,b\n0,0\n10,0.1\n20,-0.1\n30,0\n").unwrap();
    let out = dir.path().join("scores.csv");
    let reduce = |components: &str| {
        let call = Segctl::new("reduce").arg(&data).arg("--as-is").option("--out", &out);
        call.option("--components", components).answer()
    };
    reduce("0.9").done();
    assert_eq!(Table::read(&out).header, ["id", "PC1"]);
    reduce("all").done();
    assert_eq!(Table::read(&out).header, ["id", "PC1", "PC2"]);
    reduce("3").refused(&["3", "2"]).with_hint();
}
