use std::io::Write;
use std::path::{Path, PathBuf};

use crate::Table;

/// The root of the project.
///
/// # Panics
/// Never: this package stands in it.
pub fn project_root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("this package stands in the project")
}

/// The bundled sample.
pub fn sample() -> PathBuf {
    project_root().join("data/sample/customers.csv")
}

/// A public data set by its file name, if it is on this machine: in `$SEGCTL_DATA_DIR`, else in
/// `../shared/data` from the project's root. Says so where it is not.
pub fn public_data(name: &str) -> Option<PathBuf> {
    let dir = std::env::var_os("SEGCTL_DATA_DIR").map(PathBuf::from);
    let path = dir.unwrap_or_else(|| project_root().join("../shared/data")).join(name);
    if !path.exists() {
        skip(&format!("no {name}"));
        return None;
    }
    Some(path)
}

/// Says that something was not tested; past the test harness, which would swallow it.
pub fn skip(why: &str) {
    let _ = writeln!(std::io::stderr(), "skipped: {why}");
}

/// `n` made-up customers in two groups: `customer, spend, balance, basket, plan`, no cell missing, no row twice.
pub fn customers(n: usize) -> Table {
    let header = ["customer", "spend", "balance", "basket", "plan"];
    let row = |i: usize| {
        let level = if i.is_multiple_of(3) { 900.0 } else { 100.0 };
        let amount = |salt: usize| format!("{:.2}", level + ((i * 7919 + salt * 104_729) % 9973) as f64 / 100.0);
        let plan = ["basic", "plus", "pro"][i * 5 % 7 % 3];
        vec![format!("K{i:04}"), amount(1), amount(2), amount(3), plan.to_owned()]
    };
    Table { header: header.map(String::from).to_vec(), rows: (0..n).map(row).collect() }
}
