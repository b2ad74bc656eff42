//! Customers from transactions, features from other files, and feature packs.

use std::path::PathBuf;

use segctl_tests::{Segctl, Table, public_data, read_json, skip};
use serde_json::Value;
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

    fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, text).unwrap();
        path
    }
}

const LOG: &str = "who,when,invoice,item,n,price\n\
    a,2024-01-01,1,x,2,5.0\n\
    a,2024-01-01,1,y,1,5.0\n\
    a,2024-01-11,2,x,1,20.0\n\
    b,2024-01-05,3,x,1,7.0\n\
    b,2024-01-06,C4,x,-1,7.0\n\
    ,2024-01-07,5,x,1,7.0\n\
    c,2024-01-08,C6,y,-2,5.0\n\
    d,2024-01-09,7,y,1,0.0\n\
    a,2024-01-11,2,x,1,20.0\n";

fn rfm(place: &Place, args: &[&str]) -> (Table, Value) {
    let (log, out) = (place.file("log.csv", LOG), place.path("customers.csv"));
    let words = ["--customer", "who", "--date", "when", "--amount", "n * price", "--json"];
    let answer = Segctl::new("rfm").arg(log).args(words).args(args).option("--out", &out).answer().done();
    (Table::read(out), serde_json::from_str(&answer.stdout).unwrap())
}

#[test]
fn lines_become_customers_and_everything_left_out_is_counted() {
    let place = Place::new();
    let (customers, told) = rfm(&place, &["--cancelled", "invoice LIKE 'C%'", "--product", "item"]);
    assert_eq!(customers.column("who"), ["a", "b"]);
    assert_eq!(customers.numbers("recency_days"), [1.0, 7.0], "to midnight after the last purchase");
    assert_eq!(customers.numbers("frequency"), [2.0, 1.0], "purchases of one day are one");
    assert_eq!(customers.numbers("monetary"), [55.0, 7.0]);
    assert_eq!(customers.numbers("monetary_mean"), [27.5, 7.0]);
    assert_eq!(customers.numbers("tenure_days"), [10.0, 0.0]);
    assert_eq!(customers.column("interpurchase_days"), ["10.0", ""]);
    assert_eq!((customers.numbers("n_lines"), customers.numbers("n_products")), (vec![4.0, 1.0], vec![2.0, 1.0]));
    assert_eq!((customers.numbers("n_returned"), customers.numbers("returned")), (vec![0.0, 1.0], vec![0.0, -7.0]));
    assert_eq!(customers.numbers("n_cancelled"), [0.0, 1.0]);
    assert_eq!(
        (&told["n_lines"], &told["n_lines_kept"], &told["n_without_purchase"]),
        (&9.into(), &5.into(), &2.into())
    );
    assert_eq!(told["n_equal_lines"], 1);
    let reasons: Vec<(&str, u64)> = told["left_out"]
        .as_array()
        .unwrap()
        .iter()
        .map(|reason| (reason["reason"].as_str().unwrap(), reason["n_lines"].as_u64().unwrap()))
        .collect();
    let expected = [
        ("have no customer", 1),
        ("have no date", 0),
        ("have no amount", 0),
        ("are cancelled: invoice LIKE 'C%'", 2),
        ("are worth less than 0: returned", 2),
        ("are worth 0", 1),
    ];
    assert_eq!(reasons, expected);
    for tier in ["recency", "frequency", "monetary"].iter().zip(told["tiers"].as_array().unwrap()) {
        assert_eq!(tier.1.as_array().unwrap().iter().map(|n| n.as_u64().unwrap()).sum::<u64>(), 2, "{}", tier.0);
    }
}

#[test]
fn invoices_and_an_end_may_be_given() {
    let place = Place::new();
    let (customers, told) = rfm(&place, &["--purchase", "invoice", "--until", "2024-02-01", "--keep", "item"]);
    assert_eq!(customers.numbers("recency_days"), [21.0, 27.0]);
    assert_eq!(customers.column("item"), ["x", "x"]);
    assert_eq!(told["until"], "2024-02-01");
    let log = place.path("log.csv");
    let refused = |args: &[&str], says: &[&str]| {
        Segctl::new("rfm")
            .arg(&log)
            .args(args)
            .option("--out", place.path("no.csv"))
            .answer()
            .refused(says)
            .with_hint();
    };
    let given = ["--customer", "who", "--date", "when", "--amount", "n * price"];
    refused(&[&given[..], &["--until", "2024-01-03"]].concat(), &["before the last purchase, of 2024-01-11"]);
    refused(&[&given[..], &["--until", "soon"]].concat(), &["until=soon"]);
    refused(&given[..4], &["amount"]);
    refused(&["--customer", "whoo", "--date", "when", "--amount", "n"], &["whoo"]);
    refused(&["--customer", "who", "--date", "item", "--amount", "n"], &["item", "text"]);
    refused(&["--customer", "who", "--date", "when", "--amount", "n * prize"], &["prize"]);
    refused(&["--customer", "who", "--date", "when", "--amount", "-1 - n * n"], &["none of the 9 lines is a purchase"]);
}

#[test]
fn a_column_may_have_the_name_of_what_is_computed() {
    let place = Place::new();
    let log = place.file("log.csv", "last,first,sum\na,2024-01-01,5\nb,2024-01-03,7\n");
    let out = place.path("customers.csv");
    let words = ["--customer", "last", "--date", "first", "--amount", "sum", "--keep", "sum"];
    Segctl::new("rfm").arg(&log).args(words).option("--out", &out).answer().done();
    let customers = Table::read(out);
    assert_eq!(customers.column("last"), ["a", "b"]);
    assert_eq!((customers.numbers("recency_days"), customers.numbers("sum")), (vec![3.0, 1.0], vec![5.0, 7.0]));
    let log = place.file("taken.csv", "monetary,day,n\na,2024-01-01,5\n");
    let words = ["--customer", "monetary", "--date", "day", "--amount", "n"];
    Segctl::new("rfm").arg(log).args(words).option("--out", place.path("no.csv")).answer().refused(&["monetary"]);
}

#[test]
fn a_log_is_segmented_in_one_command_and_its_model_takes_other_logs() {
    let place = Place::new();
    let mut log = String::from("customer,day,amount\n");
    for i in 0..400 {
        for j in 0..=(i % 7) {
            log += &format!(
                "{},2024-{:02}-{:02},{}\n",
                i % 90,
                1 + (i + j) % 12,
                1 + (i * j) % 28,
                5 + (i * 31 + j * 17) % 90
            );
        }
    }
    let (log, out) = (place.file("log.csv", &log), place.path("out"));
    let words = ["--transactions", "--customer", "customer", "--date", "day", "--amount", "amount", "--k", "3"];
    Segctl::run(&log, &out).args(words).args(["--algorithm", "kmeans"]).answer().done();
    let manifest = read_json(out.join("run.json"));
    assert_eq!(manifest["n_customers"], 90);
    assert!(manifest["derived"].to_string().contains("PURCHASES_PER_YEAR"), "the pack is recognised");
    Segctl::assign(&log, &out.join("model.json"), &place.path("again.csv")).answer().done();
    let (first, again) = (Table::read(out.join("segments.csv")), Table::read(place.path("again.csv")));
    assert_eq!(first.column("segment"), again.column("segment"));
}

#[test]
fn other_files_add_features_by_customer() {
    let place = Place::new();
    let mut data = String::from("id,a,b\n");
    let mut payments = String::from("id,paid,kind\n");
    for i in 0..120 {
        data += &format!("{i},{},{}\n", (i * 37) % 50, (i * 91) % 40);
        for j in 0..(i % 4) {
            payments += &format!("{i},{},{}\n", 10 * j + 1, if j == 0 { "cash" } else { "card" });
        }
    }
    let (data, payments) = (place.file("data.csv", &data), place.file("payments.csv", &payments));
    let config = format!(
        "[[join]]\nfile = {:?}\non = \"id\"\nwhere = \"kind = 'card'\"\n[join.features]\nN = \"COUNT(*)\"\nPAID = \"SUM(paid)\"\n\
         [features]\nEACH = \"PAID / N\"\n",
        payments.display().to_string()
    );
    let (config, out) = (place.file("join.toml", &config), place.path("out"));
    let words = ["--algorithm", "kmeans", "--k", "2"];
    Segctl::run(&data, &out).option("--config", &config).option("--id", "id").args(words).answer().done();
    let manifest = read_json(out.join("run.json"));
    let ledger = manifest["ledger"].to_string();
    assert!(ledger.contains("added from 180 lines") && ledger.contains("have no line in"), "{ledger}");
    let derived = manifest["derived"].to_string();
    assert!(derived.contains("EACH"), "a feature may use those of the other file: {derived}");
    let columns = manifest["columns"].as_array().unwrap();
    let of = |name: &str| columns.iter().find(|column| column["name"] == name).unwrap();
    // Customers 2 and 3 of each four have a card.
    assert_eq!((&of("N")["n_missing"], &of("PAID")["n_missing"]), (&60.into(), &60.into()));
    let broken =
        place.file("broken.toml", "[[join]]\nfile = \"nowhere.csv\"\non = \"id\"\n[join.features]\nN = \"COUNT(*)\"\n");
    Segctl::run(&data, &place.path("no")).option("--config", broken).answer().refused(&["nowhere.csv"]);
}

#[test]
fn packs_are_printed_named_and_read_from_files() {
    let listed = Segctl::new("features").arg("--list").answer().done();
    for expected in ["credit-card:", "rfm:", "retail:", "telecom:", "insurance:", "[share]", "NULLIF(CREDIT_LIMIT, 0)"]
    {
        assert!(listed.stdout.contains(expected), "{expected}");
    }
    let place = Place::new();
    let own = "name = \"own\"\ntitle = \"Own\"\nrecognised-by = []\n[[features]]\nname = \"RATIO\"\ntitle = \"a per b\"\n\
               unit = \"ratio\"\ncolumns = [\"a\", \"b\"]\nsql = \"a / NULLIF(b, 0)\"\n";
    let own = place.file("own.toml", own);
    let mut data = String::from("a,b\n");
    (0..100).for_each(|i| data += &format!("{},{}\n", (i * 37) % 50, (i * 91) % 40));
    let (data, out) = (place.file("data.csv", &data), place.path("out"));
    let words = ["--algorithm", "kmeans", "--k", "2"];
    Segctl::run(&data, &out).option("--packs", &own).args(words).answer().done();
    assert!(read_json(out.join("run.json"))["derived"].to_string().contains("RATIO"));
    let no = place.path("no");
    Segctl::run(&data, &no).option("--packs", "telecom").args(words).answer().refused(&["telecom", "MonthlyCharges"]);
    Segctl::run(&data, &no).option("--packs", "telecoms").args(words).answer().refused(&["telecoms"]).with_hint();
}

#[test]
fn the_public_log_gives_the_public_customers() {
    let (Some(log), Some(expected)) = (public_data("online_retail.csv.gz"), public_data("online_retail_rfm.csv"))
    else {
        return skip("no online_retail.csv.gz");
    };
    let place = Place::new();
    let out = place.path("customers.csv");
    let words = ["--customer", "CustomerID", "--date", "InvoiceDate", "--amount", "Quantity * UnitPrice", "--purchase"];
    let more =
        ["InvoiceNo", "--product", "StockCode", "--cancelled", "InvoiceNo LIKE 'C%'", "--keep", "Country", "--json"];
    let outs = ["--leave-out", "returned goods=Quantity < 0", "--leave-out", "without a price=UnitPrice <= 0"];
    let answer = Segctl::new("rfm").arg(log).args(words).args(more).args(outs).option("--out", &out).answer().done();
    let told: Value = serde_json::from_str(&answer.stdout).unwrap();
    let counts: Vec<u64> =
        told["left_out"].as_array().unwrap().iter().map(|l| l["n_lines"].as_u64().unwrap()).collect();
    assert_eq!(counts[..6], [135_080, 0, 0, 9288, 10_624, 2517]);
    assert_eq!((&told["n_customers"], &told["n_equal_lines"]), (&4338.into(), &5268.into()));
    let (found, expected) = (Table::read(out), Table::read(expected));
    let pairs = [
        ("CustomerID", "CustomerID"),
        ("recency_days", "Recency"),
        ("frequency", "Frequency"),
        ("n_lines", "Lines"),
        ("n_products", "DistinctItems"),
        ("tenure_days", "TenureDays"),
        ("Country", "Country"),
    ];
    for (ours, theirs) in pairs {
        assert_eq!(found.column(ours), expected.column(theirs), "{theirs}");
    }
    let cents = |value: f64| (value * 100.0).round();
    let (ours, theirs) = (found.numbers("monetary"), expected.numbers("Monetary"));
    assert!(ours.iter().zip(&theirs).all(|(ours, theirs)| cents(*ours) == cents(*theirs)));
}
