//! `segctl init` and `--config`.

use std::path::{Path, PathBuf};

use segctl_tests::{QUICK, Segctl, bytes_of, customers, read_json, sample};
use serde_json::Value;
use tempfile::{TempDir, tempdir};

struct Place {
    dir: TempDir,
    data: PathBuf,
    config: PathBuf,
}

fn place(config: &str) -> Place {
    let dir = tempdir().unwrap();
    let (data, path) = (dir.path().join("customers.csv"), dir.path().join("segctl.toml"));
    customers(60).write(&data);
    std::fs::write(&path, config).unwrap();
    Place { dir, data, config: path }
}

impl Place {
    fn run(&self) -> Segctl {
        Segctl::run(&self.data, &self.out()).option("--config", &self.config)
    }

    fn out(&self) -> PathBuf {
        self.dir.path().join("out")
    }

    fn manifest(&self) -> Value {
        read_json(self.out().join("run.json"))
    }
}

#[test]
fn what_init_prints_changes_nothing() {
    let dir = tempdir().unwrap();
    let config = dir.path().join("segctl.toml");
    let printed = Segctl::new("init").arg(sample()).answer().done();
    std::fs::write(&config, &printed.stdout).unwrap();
    let run = |out: &Path, more: &[&str]| {
        Segctl::run(&sample(), out).args(QUICK).args(more).answer().done();
        bytes_of(out.join("segments.csv"))
    };
    let plain = run(&dir.path().join("plain"), &[]);
    let configured = run(&dir.path().join("configured"), &["--config", config.to_str().unwrap()]);
    assert!(plain == configured, "{}", printed.stdout);
}

#[test]
fn init_shows_every_column_with_its_role() {
    let printed = Segctl::new("init").arg(sample()).answer().done().stdout;
    let line = |column: &str| {
        let found = printed.lines().find(|line| line.starts_with('#') && line.contains(column));
        found.unwrap_or_else(|| panic!("no line for {column} in {printed}"))
    };
    assert!(line("CUST_ID ").contains(" id "), "{printed}");
    assert!(line("BALANCE ").contains(" numeric "), "{printed}");
    line("CREDIT_UTILIZATION");
}

#[test]
fn the_configuration_is_obeyed() {
    let place = place("[data]\nexclude = [\"basket\"]\n[features]\nratio = \"spend / balance\"\n[cluster]\nk = 3\n");
    place.run().answer().done();
    let manifest = place.manifest();
    assert_eq!(manifest["segments"].as_array().map(Vec::len), Some(3));
    assert_eq!(manifest["derived"][0]["name"], "ratio");
    let basket = manifest["columns"].as_array().unwrap().iter().find(|column| column["name"] == "basket");
    assert_eq!(basket.unwrap()["usage"], "ignored");
}

#[test]
fn options_typed_take_precedence() {
    let place =
        place("seed = 1\n[data]\nwhere = \"spend > 1e9\"\n[features]\nratio = \"1\"\n[cluster]\nk = 3\nrestarts = 1\n");
    place
        .run()
        .args(["--k", "2", "--seed", "5", "--restarts", "4", "--where", "spend > 0"])
        .args(["--feature", "ratio=spend / balance"])
        .answer()
        .done();
    let recipe = &place.manifest()["recipe"];
    assert_eq!(recipe["seed"], 5);
    assert_eq!(recipe["data"]["where"], "spend > 0");
    assert_eq!(recipe["features"]["ratio"], "spend / balance");
    assert_eq!(recipe["cluster"]["k"], 2);
    assert_eq!(recipe["cluster"]["restarts"], 4);
    assert_eq!(place.manifest()["segments"].as_array().map(Vec::len), Some(2));
}

#[test]
fn mistakes_are_named_with_their_place() {
    for (config, named) in [
        ("sede = 7\n", "sede"),
        ("[cluster]\nk = \"9..3\"\n", "9..3"),
        ("[cluster]\nrestarts = 0\n", "restarts"),
        ("[data]\ncolumns = [\"spent\"]\n", "spent"),
        ("seed = \n", "line 1"),
    ] {
        let place = place(config);
        let file = if named == "spent" { "" } else { "segctl.toml" };
        place.run().answer().refused(&[named, file]);
        assert!(!place.out().exists(), "{config}");
    }
}

#[test]
fn encodings_are_named_by_column() {
    let dir = tempfile::tempdir().unwrap();
    let mut text = String::from("a,b,size,region\n");
    for i in 0..120 {
        let (size, region) = (["small", "large", "medium"][i % 3], ["north", "south", "east"][(i * 7 % 10) / 4]);
        text += &format!("{},{},{size},{region}\n", (i * 37) % 50, (i * 91) % 40);
    }
    let file = |name: &str, text: &str| {
        let path = dir.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    };
    let data = file("data.csv", &text);
    let config = file(
        "segctl.toml",
        "[data.encodings]\nsize = [\"small\", \"medium\", \"large\"]\nregion = \"frequency\"\n[cluster]\nk = 2\n",
    );
    let out = dir.path().join("out");
    Segctl::run(&data, &out).option("--config", config).args(["--algorithm", "kmeans"]).answer().done();
    let model = read_json(out.join("model.json"));
    let inputs = model["prepare"]["inputs"].to_string();
    assert!(inputs.contains("[\"small\",\"medium\",\"large\"]") && inputs.contains("share"), "{inputs}");
    let columns = read_json(out.join("run.json"))["columns"].to_string();
    assert_eq!(columns.matches("encoded on request").count(), 2, "{columns}");
    let wrong = file("wrong.toml", "[data.encodings]\nsizes = \"ordinal\"\n");
    Segctl::run(&data, &out).option("--config", wrong).answer().refused(&["sizes"]).with_hint();
    let unknown = file("unknown.toml", "[data.encodings]\nsize = \"target\"\n");
    Segctl::run(&data, &out).option("--config", unknown).answer().refused(&["one-hot"]);
}
