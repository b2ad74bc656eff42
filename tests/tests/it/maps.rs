//! Self-organising maps: units, gaps, and where training begins.

use std::path::{Path, PathBuf};

use segctl_tests::{Answer, Segctl, Table, bytes_of, customers, public_data, read_json, sample};
use tempfile::{TempDir, tempdir};

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

    fn fit(&self, data: &Path, args: &[&str]) -> Answer {
        Segctl::new("fit")
            .arg(data)
            .args(["--algorithm", "som"])
            .args(args)
            .arg("--json")
            .option("--labels-out", self.path("labels.csv"))
            .option("--model-out", self.path("model.json"))
            .option("--codebook-out", self.path("units.csv"))
            .answer()
    }

    fn labels(&self) -> Table {
        Table::read(self.path("labels.csv"))
    }

    fn units(&self) -> Table {
        Table::read(self.path("units.csv"))
    }

    #[track_caller]
    fn assign_gives_every_label_back(&self, data: &Path) {
        let again = self.path("again.csv");
        Segctl::assign(data, &self.path("model.json"), &again).answer().done();
        let columns = ["id", "segment", "distance", "second_segment", "margin"];
        assert!(Table::read(&again).select(&columns) == self.labels().select(&columns));
    }
}

fn json(answer: &Answer) -> serde_json::Value {
    serde_json::from_str(&answer.stdout).unwrap()
}

/// The file with every cell empty for which `is_gap` says so.
fn with_gaps(data: &Path, to: &Path, is_gap: impl Fn(usize, usize) -> bool) {
    let mut table = Table::read(data);
    for (i, row) in table.rows.iter_mut().enumerate() {
        row.iter_mut().enumerate().skip(1).filter(|(j, _)| is_gap(i, *j)).for_each(|(_, cell)| cell.clear());
    }
    table.write(to);
}

#[test]
fn the_units_are_written_and_their_customers_are_all() {
    let place = Place::new();
    let answer = place.fit(&sample(), &["--k", "4", "--grid", "9x7"]).done();
    let units = place.units();
    assert_eq!(units.rows.len(), 63);
    assert_eq!(units.column("unit_x")[8], "1");
    assert_eq!(units.column("unit_y")[8], "1");
    let n: f64 = units.numbers("unit_customers").iter().sum();
    assert_eq!(n as usize, place.labels().rows.len());
    let sizes = |segment: &str| {
        let of = |i: &usize| units.column("unit_segment")[*i] == segment;
        (0..63).filter(of).map(|i| units.numbers("unit_customers")[i]).sum::<f64>() as usize
    };
    let counted = place.labels().column("segment").iter().filter(|&&segment| segment == "2").count();
    assert_eq!(sizes("2"), counted);
    let figures = &json(&answer)["figures"];
    assert_eq!(figures["units"], 63.0);
    assert!(figures["quantization_error"].as_f64().unwrap() > 0.0);
}

#[test]
fn a_size_is_proposed_and_explained() {
    let place = Place::new();
    let notes = json(&place.fit(&sample(), &["--k", "4"]).done())["notes"].to_string();
    assert!(notes.contains("5 times the root of") && notes.contains("units"), "{notes}");
}

#[test]
fn training_goes_on_from_units_that_were_written() {
    let place = Place::new();
    place.fit(&sample(), &["--k", "3", "--grid", "6x5"]).done();
    let first = place.units();
    std::fs::rename(place.path("units.csv"), place.path("start.csv")).unwrap();
    let start = place.path("start.csv");
    let from = ["--k", "3", "--grid", "6x5", "--epochs", "1", "--radius", "0.1", "--init", start.to_str().unwrap()];
    place.fit(&sample(), &from).done();
    let error = |table: &Table, other: &Table| {
        let [a, b] = [table, other].map(|table| table.numbers("BALANCE"));
        a.iter().zip(&b).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
    };
    assert!(error(&first, &place.units()) < 0.5, "an epoch moves units little");
    place.fit(&sample(), &["--k", "3", "--grid", "6x6", "--init", start.to_str().unwrap()]).refused(&["30", "6 x 6"]);
    place.fit(&sample(), &["--k", "3", "--init", "nowhere.csv"]).refused(&["nowhere.csv"]);
}

#[test]
fn each_unit_can_be_a_segment() {
    let place = Place::new();
    let answer = place.fit(&sample(), &["--units", "each", "--grid", "3x2"]).done();
    assert_eq!(json(&answer)["k"], 6);
    place.assign_gives_every_label_back(&sample());
    place.fit(&sample(), &["--units", "each", "--k", "3"]).refused(&["k=3"]).with_hint();
}

#[test]
fn customers_with_gaps_keep_their_place() {
    let place = Place::new();
    let whole = place.path("whole.csv");
    customers(300).write(&whole);
    place.fit(&whole, &["--k", "2", "--columns", "spend,balance,basket"]).done();
    place.assign_gives_every_label_back(&whole);
    let before = place.labels();
    let holey = place.path("holey.csv");
    // One of three amounts is missing for half of the customers.
    with_gaps(&whole, &holey, |i, j| i % 2 == 0 && j == 1 + i % 3);
    let again = place.path("again.csv");
    Segctl::assign(&holey, &place.path("model.json"), &again).answer().done();
    assert_eq!(Table::read(&again).column("segment"), before.column("segment"), "the other two amounts tell");
    let answer = place.fit(&holey, &["--k", "2", "--columns", "spend,balance,basket"]).done();
    assert_eq!(place.labels().column("segment"), before.column("segment"));
    assert!(json(&answer)["notes"].to_string().contains("leaves 150 missing values open"));
    place.assign_gives_every_label_back(&holey);
}

#[test]
fn a_customer_of_whom_nothing_is_known_is_told() {
    let place = Place::new();
    let (whole, holey) = (place.path("whole.csv"), place.path("holey.csv"));
    customers(300).write(&whole);
    with_gaps(&whole, &holey, |i, j| i == 7 && j <= 3);
    let answer = place.fit(&holey, &["--k", "2", "--columns", "spend,balance,basket"]).done();
    assert!(json(&answer)["notes"].to_string().contains("For 1 customer nothing is known"));
    assert_eq!(place.labels().rows.len(), 300);
    place.assign_gives_every_label_back(&holey);
}

#[test]
fn threads_do_not_change_a_bit() {
    let place = Place::new();
    let bytes = |threads: &str| {
        place.fit(&sample(), &["--k", "4", "--threads", threads]).done();
        ["labels.csv", "model.json", "units.csv"].map(|name| bytes_of(place.path(name)))
    };
    let one = bytes("1");
    assert!(bytes("2") == one && bytes("3") == one);
}

#[test]
fn impossible_maps_are_refused() {
    let place = Place::new();
    let refused = |args: &[&str], names: &[&str]| drop(place.fit(&sample(), args).refused(names));
    refused(&["--k", "3", "--grid", "0x4"], &["0 x 4"]);
    refused(&["--k", "3", "--grid", "7"], &["grid", "20x20"]);
    refused(&["--k", "3", "--toroidal", "--grid", "4x5"], &["n_y=5"]);
    refused(&["--k", "9", "--grid", "2x2"], &["n_clusters=9"]);
    refused(&["--k", "3", "--rate", "1.5"], &["rate"]);
    refused(&["--k", "3", "--init", "k-means++"], &["som", "k-means++"]);
    refused(&["--k", "3", "--metric", "gower"], &["gower"]);
    refused(&["--k", "3", "--linkage", "single", "--units", "kmeans"], &["linkage", "units"]);
    let units = place.path("units.csv");
    let call = Segctl::new("fit").arg(sample()).args(["--algorithm", "ward", "--k", "3"]);
    call.option("--codebook-out", units).answer().refused(&["--codebook-out"]);
}

#[test]
fn a_run_draws_the_map_whatever_it_chooses() {
    let place = Place::new();
    for algorithms in ["kmeans,ward,som", "som"] {
        let out = place.path("out");
        Segctl::run(&sample(), &out).args(["--algorithm", algorithms, "--k", "3..5"]).answer().done();
        let page = String::from_utf8(bytes_of(out.join("report.html"))).unwrap();
        assert!(page.contains(r#"data-plot="som-segments""#) && page.contains(r#"data-plot="som-plane""#));
        let evidence = read_json(out.join("run.json"))["evidence"].clone();
        assert!(evidence["explanation"].to_string().contains("The map has"));
        assert!(evidence["candidates"].to_string().contains(r#""som""#));
    }
    Segctl::assign(&sample(), &place.path("out/model.json"), &place.path("again.csv")).answer().done();
    let segments = Table::read(place.path("out/segments.csv"));
    assert!(Table::read(place.path("again.csv")).column("segment") == segments.column("segment"));
}

#[test]
fn few_customers_are_compared_by_what_can_divide_them() {
    let place = Place::new();
    let (data, out) = (place.path("few.csv"), place.path("out"));
    customers(12).write(&data);
    Segctl::run(&data, &out).args(["--algorithm", "kmeans,som", "--k", "8..10"]).answer().done();
    assert_eq!(Table::read(out.join("segments.csv")).rows.len(), 12);
}

#[test]
fn a_tenth_of_the_card_holders_cells_may_be_missing() {
    let Some(data) = public_data("CC_GENERAL.csv") else { return };
    let place = Place::new();
    place.fit(&data, &["--k", "5"]).done();
    let before = place.labels();
    let holey = place.path("holey.csv");
    with_gaps(&data, &holey, |i, j| (i * 7919 + j * 104_729) % 1009 < 101);
    let again = place.path("again.csv");
    Segctl::assign(&holey, &place.path("model.json"), &again).answer().done();
    let kept =
        Table::read(&again).column("segment").iter().zip(before.column("segment")).filter(|(a, b)| *a == b).count();
    assert!(kept as f64 > 0.8 * before.rows.len() as f64, "{kept}");
    place.fit(&holey, &["--k", "5"]).done();
    place.assign_gives_every_label_back(&holey);
}
