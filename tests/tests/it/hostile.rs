//! Data and options nobody should give: told what is wrong, never a panic, nothing written.

use segctl_tests::{Answer, Segctl, Table, bytes_of, customers, names_in, read_json};
use tempfile::tempdir;

/// What has to come of it.
enum Expect {
    /// Segments of that many customers.
    Done(usize),
    /// Exit code 2, an error that names all of these, and a hint.
    Refused(&'static [&'static str]),
    /// The same where there is nothing sensible to hint at.
    JustRefused(&'static [&'static str]),
}
use Expect::{Done, JustRefused, Refused};

/// Runs on `bytes` as `data.csv`, in two segments.
#[track_caller]
fn check(bytes: impl AsRef<[u8]>, args: &[&str], expect: &Expect) -> Answer {
    let dir = tempdir().unwrap();
    let (data, out) = (dir.path().join("data.csv"), dir.path().join("out"));
    std::fs::write(&data, bytes).unwrap();
    let answer = Segctl::run(&data, &out).args(["--restarts", "2"]).args(args);
    let answer = if args.contains(&"--k") { answer } else { answer.option("--k", "2") }.answer();
    match expect {
        Done(n_customers) => {
            let answer = answer.done();
            assert_eq!(read_json(out.join("run.json"))["n_customers"], *n_customers);
            assert_eq!(Table::read(out.join("segments.csv")).rows.len(), *n_customers);
            answer
        }
        Refused(names) => nothing_written(answer.refused(names).with_hint(), &out),
        JustRefused(names) => nothing_written(answer.refused(names), &out),
    }
}

#[track_caller]
fn nothing_written(answer: Answer, out: &std::path::Path) -> Answer {
    assert!(!out.exists(), "{:?} written: {answer}", names_in(out));
    answer
}

fn csv(table: &Table) -> Vec<u8> {
    table.to_bytes(b',')
}

#[test]
fn hardly_any_data() {
    check("", &[], &JustRefused(&["data.csv", "empty"]));
    check("\n\n  \n", &[], &JustRefused(&["data.csv"]));
    check("customer,spend,balance\n", &[], &Refused(&[]));
    check(csv(&customers(1)), &[], &Refused(&[]));
    check(csv(&customers(2)), &[], &Refused(&[]));
    check(csv(&customers(10)), &["--k", "50"], &Refused(&["50", "10"]));
    check(csv(&customers(60).select(&["spend"])), &[], &Done(60));
    check(csv(&customers(60).select(&["customer"])), &[], &Refused(&["customer"]));
}

#[test]
fn hardly_any_variety() {
    let constant = customers(60).with("basket", |_| "1.5".into());
    check(csv(&constant), &[], &Done(60));
    let all_constant =
        constant.with("spend", |_| "7".into()).with("balance", |_| "8".into()).with("plan", |_| "x".into());
    check(csv(&all_constant), &[], &Refused(&["spend"]));
    check(csv(&customers(60).with("basket", |_| String::new())), &[], &Done(60));
    let one = customers(1);
    let same = Table { header: one.header, rows: vec![one.rows[0].clone(); 40] };
    check(csv(&same), &[], &Refused(&[]));
    let numbers = customers(60).with("spend", |_| "7".into()).with("balance", |_| "8".into());
    let pairs = numbers.with("basket", |i| (i % 2).to_string()).with("plan", |_| "x".into());
    check(csv(&pairs), &["--k", "5", "--columns", "basket"], &Refused(&["5"]));
}

#[test]
fn cells_that_are_no_numbers() {
    let table = customers(60);
    let markers = ["NaN", "NA", "", "null", "#DIV/0!"];
    let spoiled = table.with("spend", |i| if i < 10 { markers[i % 5].into() } else { format!("{i}.25") });
    check(csv(&spoiled), &[], &Done(60));
    for infinity in ["inf", "-inf", "Infinity", "1e999"] {
        let spoiled = table.with("spend", |i| if i == 3 { infinity.into() } else { format!("{i}.25") });
        check(csv(&spoiled), &[], &Done(60));
    }
    let huge = table.with("spend", |i| if i == 3 { "1e308".into() } else { format!("-{i}e307") });
    check(csv(&huge), &[], &Done(60));
}

#[test]
fn bytes_that_are_no_text() {
    let mut bytes = csv(&customers(60));
    bytes[200] = 0xe9;
    check(&bytes, &[], &Refused(&["data.csv", "byte 200", "line"]));
    check(&bytes, &["--encoding", "windows-1252"], &Done(60));
    bytes[200] = 0;
    check(&bytes, &[], &Refused(&["data.csv", "byte 200"]));
    check(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", &[], &Refused(&["data.csv", "PNG"]));
    check("<!DOCTYPE html><html><body>sign in</body></html>", &[], &Refused(&["data.csv", "HTML"]));
    check(b"PAR1 and then something else PAR1", &[], &JustRefused(&["data.csv"]));
    check(b"ARROW1\0\0 and then something else", &[], &JustRefused(&["data.csv"]));
    check(b"\x1f\x8b\x08\0\0\0\0\0\0\x03cut", &[], &Refused(&["data.csv", "gzip"]));
    check(b"\x28\xb5\x2f\xfdcut", &[], &Refused(&["data.csv", "zstd"]));
    check("{\"a\": 1}\n{\"a\": 2\n", &[], &Refused(&["data.csv", "line"]));
}

#[test]
fn rows_that_do_not_fit() {
    let text = String::from_utf8(csv(&customers(60))).unwrap();
    let with_row_5 = |row: &str| {
        let mut lines: Vec<&str> = text.lines().collect();
        lines[4] = row;
        lines.join("\n")
    };
    check(with_row_5("K1,2.5,3.5,4.5,basic,and,more"), &[], &Refused(&["data.csv", "line 5"]));
    check(with_row_5("K1,2.5"), &[], &Refused(&["data.csv", "line 5"]));
    check(with_row_5("\"K1,2.5,3.5,4.5,basic"), &[], &Refused(&["data.csv", "line"]));
    let repeated = customers(60).with("customer", |i| if i == 9 { "K0008".into() } else { format!("K{i:04}") });
    check(csv(&repeated), &["--id", "customer"], &Refused(&["customer", "K0008"]));
    check(csv(&repeated), &["--id", "customer", "--duplicate-ids", "first"], &Done(59));
}

#[test]
fn names_and_values_that_bite() {
    let names = [
        "<script>alert(1)</script>",
        "\"><img src=x onerror=alert(1)>",
        "a,b;c\td",
        "two\nlines",
        "\u{1b}[2J\u{7}\u{8}",
        "'; DROP TABLE data; --",
        "{{ 7 * 7 }} ${x} %s",
        "\u{202e}rtl \u{1f600} 顧客",
        "a\\\"b",
    ];
    for name in names {
        let table = customers(60).renamed("spend", name).with("plan", |i| names[i % names.len()].to_owned());
        let table = table.with("customer", |i| format!("{name}{i}"));
        let answer = check(csv(&table), &[], &Done(60));
        assert!(!answer.stdout.contains('\u{1b}') && !answer.stderr.contains('\u{1b}'), "{answer}");
    }
}

#[test]
fn ids_come_back_as_they_were() {
    let dir = tempdir().unwrap();
    let (data, out) = (dir.path().join("data.csv"), dir.path().join("out"));
    let ids = ["0001", "00001", "<b id=x>", "a\nb", "x,y", "\"q\"", " blank ", "=1+1", "1e5", "NAN0"];
    let table = customers(60).with("customer", |i| ids.get(i).map_or(format!("K{i}"), |id| (*id).to_owned()));
    table.write(&data);
    Segctl::run(&data, &out).args(["--k", "2", "--id", "customer"]).answer().done();
    let written = Table::read(out.join("segments.csv"));
    for id in ids.iter().filter(|id| **id != " blank ") {
        assert!(written.column("id").contains(id), "{id:?} is not in {:?}", &written.column("id")[..12]);
    }
    let page = String::from_utf8(bytes_of(out.join("report.html"))).unwrap();
    assert!(!page.contains("<b id=x>"), "markup from the data is in the page");
}

#[test]
fn doubled_and_empty_names_are_told_apart() {
    let mut table = customers(60);
    table.header = ["customer", "spend", "spend", "", "plan"].map(String::from).to_vec();
    check(csv(&table), &[], &Done(60));
}

#[test]
fn columns_that_do_not_exist() {
    let data = csv(&customers(60));
    for option in ["--columns", "--exclude", "--id"] {
        let answer = check(&data, &[option, "balanse"], &Refused(&["balanse"]));
        assert!(answer.stderr.contains("balance"), "the nearest name is hinted at: {answer}");
    }
}

#[test]
fn expressions_that_are_wrong() {
    let data = csv(&customers(60));
    let check = |option, sql, names| check(&data, &[option, sql], &names);
    let answer = check("--where", "balanse > 1", Refused(&["the row filter", "balanse"]));
    assert!(answer.stderr.contains("did you mean"), "{answer}");
    let answer = check("--feature", "ratio=spend / balanse", Refused(&["ratio", "balanse"]));
    assert!(answer.stderr.contains("did you mean"), "{answer}");
    check("--where", "balance >", JustRefused(&["the row filter", "balance >"]));
    check("--where", "balance + 1", Refused(&["the row filter", "balance + 1"]));
    check("--where", "spend > 1e300", Refused(&[]));
    check("--feature", "ratio=SUM(spend)", JustRefused(&["ratio"]));
    check("--feature", "ratio=no_such_function(spend)", JustRefused(&["ratio", "no_such_function"]));
    check("--feature", "spend=1", Refused(&["spend"]));
    check("--sql", "SELECT * FROM elsewhere", JustRefused(&["elsewhere"]));
    check("--sql", "DROP TABLE data", JustRefused(&["the query"]));
    check("--sql", "COPY data TO '/nowhere/x.csv'", JustRefused(&["the query"]));
}

#[test]
fn files_that_do_not_exist() {
    let dir = tempdir().unwrap();
    let out = dir.path().join("out");
    customers(60).write(dir.path().join("customers.csv"));
    let run = |name: &str| Segctl::run(&dir.path().join(name), &out).answer();
    let answer = run("custumers.csv").refused(&["custumers.csv"]).with_hint();
    assert!(answer.stderr.contains("did you mean"), "{answer}");
    run("no/such/place.csv").refused(&["place.csv"]);
    run("*.parquet").refused(&["*.parquet"]).with_hint();
    std::fs::create_dir(dir.path().join("nothing")).unwrap();
    run("nothing").refused(&["nothing"]).with_hint();
    let config = dir.path().join("none.toml");
    Segctl::run(&dir.path().join("customers.csv"), &out).option("--config", &config).answer().refused(&["none.toml"]);
    assert!(!out.exists());
}

#[test]
fn a_limit_on_memory_is_kept() {
    let answer = check(csv(&customers(2000)), &["--memory-limit", "1KiB"], &Expect::JustRefused(&[]));
    assert!(answer.stderr.contains("--memory-limit"), "{answer}");
}
