//! `segctl run` by algorithms that leave customers out, know probabilities, or look at categories.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use segctl_tests::{Answer, Segctl, Table, bytes_of, public_data, read_json, sample};
use serde_json::Value;
use tempfile::{TempDir, tempdir};

struct Run {
    dir: TempDir,
}

impl Run {
    #[track_caller]
    fn new(data: &Path, args: &[&str]) -> Self {
        let run = Self { dir: tempdir().unwrap() };
        run.answer(data, args).done();
        run
    }

    fn answer(&self, data: &Path, args: &[&str]) -> Answer {
        Segctl::run(data, &self.path("out")).args(args).answer()
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn evidence(&self) -> Value {
        read_json(self.path("out/run.json"))["evidence"].clone()
    }

    fn reasons(&self) -> String {
        self.evidence()["explanation"].to_string()
    }

    fn segments(&self) -> Table {
        Table::read(self.path("out/segments.csv"))
    }

    fn page(&self) -> String {
        String::from_utf8(bytes_of(self.path("out/report.html"))).unwrap()
    }

    #[track_caller]
    fn assign_gives_every_label_back(&self, data: &Path) {
        let again = self.path("again.csv");
        Segctl::assign(data, &self.path("out/model.json"), &again).answer().done();
        let columns = ["id", "segment", "distance", "second_segment", "margin"];
        assert!(Table::read(&again).select(&columns) == self.segments().select(&columns));
    }
}

/// Answers to six questions and two numbers of 300 customers in three groups; the numbers say little.
fn answers(path: &Path) {
    let mut text = String::from("customer,age,spend,q1,q2,q3,q4,q5,q6,q7\n");
    for i in 0..300_usize {
        let group = i % 3;
        let says = |question: usize| {
            ["red", "green", "blue"][(group + usize::from((i * (question + 7)).is_multiple_of(11))) % 3]
        };
        let (age, spend) = (20 + i * 37 % 50, 100 + i * 53 % 400);
        let _ = writeln!(
            text,
            "c{i},{age},{spend},{},{},{},{},{},{},{}",
            says(1),
            says(2),
            says(3),
            says(4),
            says(5),
            says(6),
            says(7)
        );
    }
    std::fs::write(path, text).unwrap();
}

#[test]
fn where_categories_outweigh_numbers_they_are_taken_as_they_are() {
    let dir = tempdir().unwrap();
    let data = dir.path().join("answers.csv");
    answers(&data);
    let run = Run::new(&data, &[]);
    assert_eq!((&run.evidence()["algorithm"], &run.evidence()["chosen_k"]), (&"kprototypes".into(), &3.into()));
    assert!(run.reasons().contains("7 hold categories and 2 numbers"), "{}", run.reasons());
    assert!(run.reasons().contains("Gower"), "{}", run.reasons());
    run.assign_gives_every_label_back(&data);
    let by_number = Run::new(&data, &["--algorithm", "kmeans", "--k", "3"]);
    assert_eq!(by_number.evidence()["algorithm"], "kmeans");
    assert!(!by_number.reasons().contains("hold categories"), "{}", by_number.reasons());
    let set_apart = Run::new(&data, &["--categories", "never", "--k", "3"]);
    assert_ne!(set_apart.evidence()["algorithm"], "kprototypes");
}

#[test]
fn categories_alone_are_clustered_by_their_modes() {
    let dir = tempdir().unwrap();
    let data = dir.path().join("answers.csv");
    answers(&data);
    let run = Run::new(&data, &["--algorithm", "kmodes", "--k", "3"]);
    let segments = run.segments();
    let labels = segments.column("segment");
    let together = |row: &usize| labels[*row] == labels[row % 3 + 3];
    let n_together = (0..300).filter(together).count();
    // Every eleventh customer answers as those of the next group do.
    assert_eq!(n_together, 272);
    let manifest = read_json(run.path("out/run.json"));
    let age = manifest["columns"].as_array().unwrap().iter().find(|column| column["name"] == "age").unwrap().clone();
    assert_eq!(age["usage"], "describes", "{age}");
    run.assign_gives_every_label_back(&data);
    let none = dir.path().join("numbers.csv");
    std::fs::write(&none, "a,b\n1,2\n3,5\n4,4\n6,1\n").unwrap();
    let call = Segctl::new("fit").arg(&none).args(["--algorithm", "kmodes", "--k", "2"]);
    call.answer().refused(&["k-modes", "categories alone"]).with_hint();
}

#[test]
fn a_category_never_seen_is_named_or_counts_as_another() {
    let dir = tempdir().unwrap();
    let (data, new) = (dir.path().join("answers.csv"), dir.path().join("new.csv"));
    answers(&data);
    let run = Run::new(&data, &["--k", "3"]);
    let table = Table::read(&data);
    table.with("q1", |row| if row == 4 { "violet".to_owned() } else { table.column("q1")[row].to_owned() }).write(&new);
    let again = run.path("again.csv");
    let model = run.path("out/model.json");
    Segctl::assign(&new, &model, &again).answer().refused(&["q1", "violet"]).with_hint();
    let config = dir.path().join("segctl.toml");
    std::fs::write(&config, "[prepare]\nunseen = \"ignore\"\n[cluster]\nk = 3\n").unwrap();
    let run = Run::new(&data, &["--config", config.to_str().unwrap()]);
    Segctl::assign(&new, &run.path("out/model.json"), &again).answer().done();
    let (before, after) = (run.segments(), Table::read(&again));
    assert_eq!(before.column("segment"), after.column("segment"), "six of seven answers remain");
    assert!(after.numbers("distance")[4] > before.numbers("distance")[4]);
}

#[test]
fn mixed_algorithms_are_compared_by_one_distance() {
    let dir = tempdir().unwrap();
    let data = dir.path().join("answers.csv");
    answers(&data);
    let run = Run::new(&data, &["--algorithm", "kmedoids,kprototypes,kmodes,kmeans", "--k", "2..4"]);
    let candidates = run.evidence()["candidates"].as_array().unwrap().clone();
    assert_eq!(candidates.len(), 12);
    assert_eq!(run.evidence()["chosen_k"], 3);
    run.assign_gives_every_label_back(&data);
}

#[test]
fn noise_is_shown_as_noise() {
    for algorithm in ["hdbscan", "dbscan"] {
        let run = Run::new(&sample(), &["--algorithm", algorithm]);
        let candidate = &run.evidence()["candidates"][0];
        let segments = run.segments();
        let noise = segments.column("segment").into_iter().filter(|cell| *cell == "-1").count();
        assert!(noise > 0 && candidate["n_noise"] == noise, "{algorithm}: {candidate}");
        for (row, label) in segments.column("segment").into_iter().enumerate() {
            let is_noise = label == "-1";
            assert_eq!(is_noise, segments.column("segment_name")[row] == "noise");
            for column in ["margin", "silhouette"] {
                assert!(!is_noise || segments.column(column)[row].is_empty(), "{algorithm}: {column}");
            }
        }
        let page = run.page();
        assert!(page.contains("of the customers are in no segment"), "{algorithm}");
        let picture = if algorithm == "dbscan" { "neighbours" } else { "condensed" };
        assert!(page.contains(&format!("data-plot=\"{picture}\"")), "{algorithm}");
        run.assign_gives_every_label_back(&sample());
    }
}

#[test]
fn mixtures_have_probabilities_and_ellipses() {
    let run = Run::new(&sample(), &["--algorithm", "gmm", "--k", "2..4"]);
    let segments = run.segments();
    assert!(segments.numbers("probability").into_iter().all(|p| (0.25..=1.0).contains(&p)));
    assert!(segments.numbers("margin").into_iter().all(|margin| (0.0..=1.0).contains(&margin)));
    assert!(run.evidence()["candidates"][0]["bic"].is_number());
    assert!(run.page().contains("Each ellipse holds"));
    run.assign_gives_every_label_back(&sample());
}

#[test]
fn densities_stand_beside_others() {
    let run = Run::new(&sample(), &["--algorithm", "kmeans,hdbscan", "--k", "2..4"]);
    let evidence = run.evidence();
    let candidates = evidence["candidates"].as_array().unwrap();
    assert_eq!(candidates.len(), 4, "three by k-means, one by HDBSCAN");
    assert!(run.reasons().contains("out as noise") || candidates[3]["n_noise"] == 0, "{}", run.reasons());
    run.assign_gives_every_label_back(&sample());
}

#[test]
fn nothing_but_noise_is_no_segmentation() {
    let run = Run { dir: tempdir().unwrap() };
    let args = ["--algorithm", "dbscan", "--eps", "0.001", "--min-samples", "50"];
    run.answer(&sample(), &args).refused(&["no segments", "noise"]).with_hint();
    assert!(!run.path("out").exists() || !run.path("out/run.json").exists());
}

#[test]
fn telecom_customers_are_not_forced_into_numbers() {
    let Some(data) = public_data("Telco-Customer-Churn.csv") else { return };
    let run = Run::new(&data, &["--k", "2..4"]);
    assert_eq!(run.evidence()["algorithm"], "kprototypes");
    assert!(run.reasons().contains("hold categories"), "{}", run.reasons());
    run.assign_gives_every_label_back(&data);
}
