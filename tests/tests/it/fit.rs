//! `segctl fit`: one model, by each algorithm.

use std::path::{Path, PathBuf};

use segctl_tests::{Answer, Segctl, Table, bytes_of, read_json, sample};
use tempfile::{TempDir, tempdir};

/// Every algorithm, with a parameter of its own.
const ALGORITHMS: [&[&str]; 15] = [
    &["kmeans", "--restarts", "3"],
    &["kmeans", "--min-size", "300", "--max-size", "700"],
    &["kmeans", "--init", "k-means||"],
    &["minibatch", "--batch-size", "256"],
    &["bisecting", "--bisecting-strategy", "largest-cluster"],
    &["ward"],
    &["agglomerative", "--linkage", "complete", "--metric", "manhattan"],
    &["gmm", "--covariance", "diag"],
    &["kprototypes", "--gamma", "0.7"],
    &["kmedoids"],
    &["kmedoids", "--metric", "manhattan"],
    &["som"],
    &["som", "--units", "contiguous", "--topology", "rectangular", "--metric", "manhattan", "--neighborhood", "bubble"],
    &["som", "--units", "kmeans", "--toroidal", "--grid", "9x8", "--init", "sample", "--epochs", "5"],
    &["som", "--trainer", "online", "--epochs", "2", "--radius", "3", "--rate", "0.3", "--decay", "linear"],
];

/// Algorithms that find the number of segments by themselves.
const DENSITIES: [&[&str]; 4] = [
    &["dbscan"],
    &["dbscan", "--eps", "2.5", "--min-samples", "5", "--metric", "chebyshev"],
    &["hdbscan", "--min-cluster-size", "20"],
    &["hdbscan", "--min-cluster-size", "15", "--min-samples", "5", "--cluster-selection-method", "leaf"],
];

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

    fn fit(&self, data: &Path, algorithm: &[&str], out: &str) -> Answer {
        self.fit_any(data, &[algorithm, &["--k", "4"]].concat(), out)
    }

    /// Without a number of segments.
    fn fit_any(&self, data: &Path, algorithm: &[&str], out: &str) -> Answer {
        let call = Segctl::new("fit").arg(data).arg("--algorithm").args(algorithm).arg("--json");
        call.option("--labels-out", self.path(&format!("{out}.csv")))
            .option("--model-out", self.path(&format!("{out}.json")))
            .answer()
    }
}

/// The share of rows with the same segment in both files.
fn agreement(a: &Path, b: &Path) -> f64 {
    let (a, b) = (Table::read(a), Table::read(b));
    assert_eq!(a.column("id"), b.column("id"));
    let pairs = a.column("segment").into_iter().zip(b.column("segment"));
    pairs.filter(|(a, b)| a == b).count() as f64 / a.rows.len() as f64
}

#[test]
fn every_algorithm_gives_segments_and_a_model_that_agrees_as_it_says() {
    let place = Place::new();
    for algorithm in ALGORITHMS {
        let answer = place.fit(&sample(), algorithm, "fit").done();
        let told: serde_json::Value = serde_json::from_str(&answer.stdout).unwrap();
        assert_eq!(told["algorithm"], algorithm[0]);
        assert_eq!(told["k"], 4);
        assert_eq!(read_json(place.path("fit.json"))["clusterer"]["algorithm"], algorithm[0]);
        let assigned = place.path("assigned.csv");
        Segctl::assign(&sample(), &place.path("fit.json"), &assigned).answer().done();
        let found = agreement(&place.path("fit.csv"), &assigned);
        assert_eq!(told["agreement"].as_f64(), Some(found), "{algorithm:?}");
        assert!(found == 1.0 || told["warnings"][0].as_str().unwrap().contains("the model puts"), "{algorithm:?}");
    }
}

#[test]
fn crowds_are_found_and_the_rest_is_noise() {
    let place = Place::new();
    for algorithm in DENSITIES {
        let answer = place.fit_any(&sample(), algorithm, "fit").done();
        let told: serde_json::Value = serde_json::from_str(&answer.stdout).unwrap();
        let table = Table::read(place.path("fit.csv"));
        let noise = table.column("segment").into_iter().filter(|cell| *cell == "-1").count();
        assert_eq!(told["n_noise"].as_u64(), Some(noise as u64), "{algorithm:?}");
        assert_eq!(table.column("segment_name").into_iter().filter(|cell| *cell == "noise").count(), noise);
        assert!(told["k"].as_u64().unwrap() >= 1 && noise < table.rows.len(), "{algorithm:?}: {told}");
        let assigned = place.path("assigned.csv");
        Segctl::assign(&sample(), &place.path("fit.json"), &assigned).answer().done();
        assert_eq!(told["agreement"].as_f64(), Some(agreement(&place.path("fit.csv"), &assigned)), "{algorithm:?}");
    }
    let chosen = place.fit_any(&sample(), DENSITIES[0], "fit").done();
    let told: serde_json::Value = serde_json::from_str(&chosen.stdout).unwrap();
    assert!(told["figures"]["eps"].as_f64().unwrap() > 0.0, "the radius that was taken is told");
    place.fit_any(&sample(), DENSITIES[2], "fit").done();
    let table = Table::read(place.path("fit.csv"));
    for column in ["probability", "outlier_score"] {
        assert!(table.numbers(column).into_iter().all(|value| (0.0..=1.0).contains(&value)), "{column}");
    }
}

#[test]
fn threads_change_no_byte() {
    let place = Place::new();
    for algorithm in DENSITIES {
        let mut expected = None;
        for threads in ["1", "2", "3"] {
            place.fit_any(&sample(), &[algorithm, &["--threads", threads]].concat(), threads).done();
            let files = ["csv", "json"].map(|kind| bytes_of(place.path(&format!("{threads}.{kind}"))));
            assert!(*expected.get_or_insert_with(|| files.clone()) == files, "{algorithm:?} with {threads} threads");
        }
    }
    for algorithm in ALGORITHMS {
        let mut expected = None;
        for threads in ["1", "2", "3"] {
            place.fit(&sample(), &[algorithm, &["--threads", threads]].concat(), threads).done();
            let files = ["csv", "json"].map(|kind| bytes_of(place.path(&format!("{threads}.{kind}"))));
            assert!(*expected.get_or_insert_with(|| files.clone()) == files, "{algorithm:?} with {threads} threads");
        }
    }
}

#[test]
fn bounds_on_sizes_hold() {
    let place = Place::new();
    place.fit(&sample(), ALGORITHMS[1], "bounded").done();
    let table = Table::read(place.path("bounded.csv"));
    for segment in ["0", "1", "2", "3"] {
        let size = table.column("segment").into_iter().filter(|cell| *cell == segment).count();
        assert!((300..=700).contains(&size), "segment {segment} has {size} customers");
    }
}

#[test]
fn a_table_is_taken_as_it_is_and_started_from_given_centres() {
    let place = Place::new();
    let (data, centers) = (place.path("x.csv"), place.path("centers.csv"));
    std::fs::write(&data, "a,b\n0,0\n0,2\n10,0\n10,2\n10,2\n").unwrap();
    std::fs::write(&centers, "b,a\n1,9\n1,1\n").unwrap();
    let call = Segctl::new("fit").arg(&data).args(["--as-is", "--algorithm", "kmeans", "--k", "2", "--json"]);
    let answer = call.option("--init-centers", &centers).answer().done();
    let told: serde_json::Value = serde_json::from_str(&answer.stdout).unwrap();
    assert_eq!(told["n_customers"], 5, "equal rows are not duplicates to be dropped");
    assert_eq!(told["n_iter"], 2);
    let inertia = told["inertia"].as_f64().unwrap();
    assert!((inertia - (2.0 + 8.0 / 3.0)).abs() < 1e-12, "{inertia}");
}

#[test]
fn a_tree_is_written_as_scipy_has_it_and_cut_at_a_height() {
    let place = Place::new();
    let (data, linkage) = (place.path("x.csv"), place.path("linkage.csv"));
    std::fs::write(&data, "a\n0\n1\n5\n20\n").unwrap();
    let call = Segctl::new("fit").arg(&data).args(["--as-is", "--algorithm", "agglomerative", "--linkage", "single"]);
    let call = call.args(["--height", "4.5", "--json"]).option("--linkage-out", &linkage);
    let told: serde_json::Value = serde_json::from_str(&call.answer().done().stdout).unwrap();
    assert_eq!(told["k"], 2);
    let tree = Table::read(&linkage);
    assert_eq!(tree.header, ["left", "right", "height", "size"]);
    assert_eq!(tree.numbers("left"), [0.0, 2.0, 3.0]);
    assert_eq!(tree.numbers("right"), [1.0, 4.0, 5.0]);
    assert_eq!(tree.numbers("height"), [1.0, 4.0, 15.0]);
    assert_eq!(tree.numbers("size"), [2.0, 3.0, 4.0]);
    let call = Segctl::new("fit").arg(&data).args(["--as-is", "--algorithm", "agglomerative", "--linkage", "single"]);
    let told: serde_json::Value =
        serde_json::from_str(&call.args(["--inconsistency", "0.7", "--json"]).answer().done().stdout).unwrap();
    assert_eq!(told["k"], 3, "of two merges the higher one has the coefficient 0.71, a lone one 0");
}

#[test]
fn what_makes_no_sense_is_refused_with_a_hint() {
    let place = Place::new();
    let text = place.path("text.csv");
    std::fs::write(&text, "a,b\n1,x\n2,y\n3,\n").unwrap();
    let holes = place.path("holes.csv");
    std::fs::write(&holes, "a,b\n1,2\n2,\n3,4\n").unwrap();
    let refused = |data: &Path, args: &[&str], names: &[&str]| {
        Segctl::new("fit").arg(data).args(args).answer().refused(names).with_hint();
    };
    refused(&sample(), &["--algorithm", "kmeans"], &["one k", "2..10"]);
    refused(&sample(), &["--algorithm", "kmeans", "--k", "3", "--linkage", "single"], &["linkage", "agglomerative"]);
    refused(&sample(), &["--algorithm", "kmeans", "--height", "3"], &["kmeans", "no tree"]);
    refused(&text, &["--algorithm", "ward", "--k", "4", "--columns", "a"], &["3", "4"]);
    refused(&text, &["--as-is", "--algorithm", "kmeans", "--k", "2"], &["\"b\"", "text"]);
    refused(&holes, &["--as-is", "--algorithm", "kmeans", "--k", "2"], &["column b", "row 2"]);
    let centers = ["--init-centers", text.to_str().unwrap()];
    refused(&sample(), &[&["--algorithm", "ward", "--k", "3"][..], &centers].concat(), &["ward", "no centres"]);
    let twice = ["--algorithm", "kmeans", "--k", "3", "--restarts", "4"];
    refused(&sample(), &[&twice[..], &centers].concat(), &["restarts", "initial centres"]);
    let derived = ["--as-is", "--feature", "c=a*2", "--algorithm", "kmeans", "--k", "2"];
    refused(&text, &derived, &["as-is", "features"]);
    let bounded = ["--algorithm", "kmeans", "--k", "3", "--search", "breathing", "--min-size", "9"];
    refused(&sample(), &bounded, &["search", "bounds"]);
    refused(&sample(), &["--algorithm", "dbscan", "--k", "3"], &["dbscan", "by itself", "k=3"]);
    refused(&sample(), &["--algorithm", "dbscan", "--height", "3"], &["dbscan", "no tree"]);
    refused(&sample(), &["--algorithm", "hdbscan", "--metric", "gower"], &["hdbscan", "gower"]);
    for (algorithm, option, names) in [
        ("dbscan", "--eps=-1", ["eps=-1", "finite and >= 0"]),
        ("dbscan", "--min-samples=9999", ["min-samples=9999", "number of customers"]),
        ("hdbscan", "--min-cluster-size=1", ["min-cluster-size=1", ">= 2"]),
    ] {
        Segctl::new("fit").arg(sample()).args(["--algorithm", algorithm, option]).answer().refused(&names);
    }
    let numbers = ["--as-is", "--algorithm", "kmodes", "--k", "2", "--columns", "a"];
    refused(&text, &numbers, &["kmodes", "none of the columns"]);
    let depth = ["--algorithm", "ward", "--k", "3", "--depth", "3"];
    Segctl::new("fit").arg(sample()).args(depth).answer().refused(&["--depth", "--k"]);
    let memory = ["--algorithm", "agglomerative", "--k", "3", "--memory-limit", "4MB"];
    refused(&sample(), &memory, &["bytes", "4000000"]);
}

/// Segments, or an error that says what is wrong: never a panic, whatever the numbers are.
#[test]
fn hostile_numbers_are_answered_by_every_algorithm() {
    let place = Place::new();
    let data = place.path("hostile.csv");
    let rows = |row: &dyn Fn(usize) -> String| (0..12).map(row).collect::<String>();
    let tables = [
        ("one row", "1,2\n".to_owned()),
        ("copies", rows(&|_| "1,2\n".into())),
        ("a constant", rows(&|i| format!("7,{i}\n"))),
        ("huge", rows(&|i| format!("1e300,{i}e299\n"))),
        ("denormal", rows(&|i| format!("{i}e-310,{}e-310\n", i % 3))),
        ("far off", rows(&|i| format!("{},{}\n", 1e15 + (i as f64), i % 2))),
    ];
    for (what, text) in tables {
        std::fs::write(&data, format!("a,b\n{text}")).unwrap();
        for algorithm in ["dbscan", "hdbscan"] {
            let answer = Segctl::new("fit").arg(&data).args(["--as-is", "--algorithm", algorithm, "-q"]).answer();
            assert!(matches!(answer.code, Some(0 | 2)), "{algorithm} on {what}: {answer:?}");
        }
        let ks =
            ["kmeans", "minibatch", "bisecting", "ward", "agglomerative", "gmm", "kprototypes", "kmodes", "kmedoids"];
        for algorithm in ks {
            let call = Segctl::new("fit").arg(&data).args(["--as-is", "--algorithm", algorithm, "--k", "3", "-q"]);
            let answer = call.answer();
            assert!(matches!(answer.code, Some(0 | 2)), "{algorithm} on {what}: {answer:?}");
        }
    }
}
