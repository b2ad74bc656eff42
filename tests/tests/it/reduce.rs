//! `segctl reduce`: components of the features.

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

#[test]
fn principal_components_are_the_same_in_three_ways() {
    let dir = tempdir().unwrap();
    let told = |method: &str, components: &str| {
        let call = Segctl::new("reduce").arg(sample()).option("--out", dir.path().join("scores.csv")).arg("--json");
        call.option("--method", method).option("--components", components).answer()
    };
    let variances = |method: &str| -> Vec<f64> {
        let told: serde_json::Value = serde_json::from_str(&told(method, "2").done().stdout).unwrap();
        told["explained_variance"].as_array().unwrap().iter().map(|value| value.as_f64().unwrap()).collect()
    };
    let exact = variances("pca");
    for (method, tolerance) in [("randomized-pca", 1e-6), ("incremental-pca", 0.05)] {
        let found = variances(method);
        let near = found.iter().zip(&exact).all(|(found, exact)| (found - exact).abs() <= tolerance * exact);
        assert!(near && found.len() == 2, "{method}: {found:?} against {exact:?}");
        told(method, "0.9").refused(&["components", "0.9", method]);
    }
}

#[test]
fn categories_have_components_of_their_own_and_beside_numbers() {
    let dir = tempdir().unwrap();
    let data = dir.path().join("x.csv");
    let rows: String = (0..60)
        .map(|i| {
            let (tier, spent) = if i % 2 == 0 { ("gold", 900 + i) } else { ("silver", 100 + i) };
            let region = ["north", "south", ""][i % 3];
            format!("C{i},{tier},{region},{spent},{}\n", i * 37 % 60)
        })
        .collect();
    std::fs::write(&data, format!("id,tier,region,spent,visits\n{rows}")).unwrap();
    let out = dir.path().join("scores.csv");
    let told = |method: &str| -> serde_json::Value {
        let call = Segctl::new("reduce").arg(&data).option("--out", &out).option("--components", "2").arg("--json");
        serde_json::from_str(&call.option("--method", method).answer().done().stdout).unwrap()
    };
    let famd = told("famd");
    assert_eq!(Table::read(&out).header, ["id", "F1", "F2"]);
    let names: Vec<&str> = famd["features"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
    assert!(["spent", "tier=gold", "region=north"].iter().all(|name| names.contains(name)), "{names:?}");
    let mca = told("mca");
    assert!(mca["features"].as_array().unwrap().iter().all(|name| name.as_str().unwrap().contains('=')));
    // The scores of the first component tell tiers apart, which go with what was spent.
    told("famd");
    let first = Table::read(&out).numbers("F1");
    assert!((0..60).all(|i| (first[i] > 0.0) == (first[0] > 0.0) || i % 2 == 1));
    assert!((0..60).all(|i| (first[i] > 0.0) != (first[0] > 0.0) || i % 2 == 0));
    std::fs::write(&data, "id,a,b\n1,1.5,3\n2,2.5,5\n3,4.5,4\n").unwrap();
    let call = Segctl::new("reduce").arg(&data).option("--out", &out).option("--method", "mca");
    call.answer().refused(&["column"]);
}
