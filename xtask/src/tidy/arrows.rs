//! The arrows that must not exist between crates, proven with `cargo tree`, and one Arrow in the
//! tree. ARCHITECTURE.md has the reasons.

use std::collections::BTreeSet;
use std::fs;

use serde::Deserialize;

use super::Finding;
use crate::error::{XtaskError, io_error};
use crate::{command, paths};

/// Crates that must be nowhere below a crate. A trailing `*` stands for any end of the name.
const NOT_BELOW: [(&str, &[&str]); 7] = [
    ("segctl-numeric", &["segctl-*", "arrow*", "parquet", "datafusion*", "nalgebra"]),
    ("segctl-clustering-core", &["segctl-*", "arrow*", "parquet", "datafusion*"]),
    ("segctl-metrics", &["segctl-*", "arrow*", "parquet", "datafusion*", "nalgebra"]),
    ("segctl-reduction", &["segctl-*", "arrow*", "parquet", "datafusion*"]),
    ("segctl-som", &["segctl-*", "arrow*", "parquet", "datafusion*", "nalgebra"]),
    ("segctl-preprocessing", &["segctl-*", "parquet", "datafusion*", "nalgebra"]),
    ("segctl-io", &["segctl-*", "nalgebra"]),
];

/// The one crate that all others may stand on.
const LEAF: &str = "segctl-numeric";

/// Crates that only the named ones may list in their own Cargo.toml.
const ONLY_IN: [(&str, &[&str]); 7] = [
    ("datafusion", &["segctl-io"]),
    ("nalgebra", &["segctl-numeric", "segctl-reduction"]),
    ("plotly", &["segctl-report"]),
    ("indicatif", &["segctl"]),
    ("segctl-clustering-core", &["segctl-segmentation"]),
    ("segctl-reduction", &["segctl-segmentation"]),
    ("segctl-som", &["segctl-segmentation"]),
];

/// Names of which the tree holds one version.
const ONE_VERSION: [&str; 3] = ["arrow*", "parquet", "datafusion*"];

pub(super) fn check() -> Result<Vec<Finding>, XtaskError> {
    let mut findings = below()?;
    findings.extend(direct()?);
    findings.extend(versions()?);
    Ok(findings)
}

fn below() -> Result<Vec<Finding>, XtaskError> {
    let mut findings = Vec::new();
    for (package, forbidden) in NOT_BELOW {
        let tree = tree(package, &[])?;
        findings.extend(offenders(package, &tree, forbidden).map(|name| arrow(package, name, "must not be below it")));
    }
    Ok(findings)
}

fn direct() -> Result<Vec<Finding>, XtaskError> {
    let mut findings = Vec::new();
    for package in members()? {
        let tree = tree(&package, &["--depth", "1"])?;
        let stray = ONLY_IN.iter().filter(|(name, owners)| !owners.contains(&package.as_str()) && tree.contains(*name));
        findings.extend(
            stray
                .filter(|(name, _)| *name != package)
                .map(|(name, owners)| arrow(&package, name, &format!("may be listed by {} alone", owners.join(", ")))),
        );
    }
    Ok(findings)
}

fn offenders<'a>(package: &str, tree: &'a BTreeSet<String>, forbidden: &[&str]) -> impl Iterator<Item = &'a String> {
    tree.iter()
        .filter(move |name| *name != package && *name != LEAF && forbidden.iter().any(|pattern| matches(pattern, name)))
}

fn matches(pattern: &str, name: &str) -> bool {
    pattern.strip_suffix('*').map_or(name == pattern, |start| name.starts_with(start))
}

/// The names of the packages in a package's tree, itself included; normal dependencies only.
fn tree(package: &str, extra: &[&str]) -> Result<BTreeSet<String>, XtaskError> {
    let flags = [
        "tree",
        "--quiet",
        "--locked",
        "--edges",
        "normal",
        "--prefix",
        "none",
        "--format",
        "{p}",
        "--package",
        package,
    ];
    let tree = command::output(command::cargo().args(flags).args(extra))?;
    Ok(tree
        .lines()
        .filter_map(|line| line.split(' ').next())
        .filter(|name| !name.is_empty())
        .map(str::to_owned)
        .collect())
}

#[derive(Deserialize)]
struct Lock {
    package: Vec<Locked>,
}

/// A package of Cargo.lock; those without a source are members of the workspace.
#[derive(Deserialize)]
struct Locked {
    name: String,
    version: String,
    source: Option<String>,
}

fn lock() -> Result<Lock, XtaskError> {
    let path = paths::root().join("Cargo.lock");
    let text = fs::read_to_string(&path).map_err(io_error("read", &path))?;
    toml::from_str(&text).map_err(|source| XtaskError::Manifest { path, source })
}

fn members() -> Result<Vec<String>, XtaskError> {
    Ok(lock()?.package.into_iter().filter(|package| package.source.is_none()).map(|package| package.name).collect())
}

fn versions() -> Result<Vec<Finding>, XtaskError> {
    Ok(repeated(&lock()?))
}

/// Cargo.lock lists the versions of one name side by side.
fn repeated(lock: &Lock) -> Vec<Finding> {
    let pairs = lock.package.windows(2).filter(|pair| pair[0].name == pair[1].name);
    let watched = pairs.filter(|pair| ONE_VERSION.iter().any(|pattern| matches(pattern, &pair[0].name)));
    watched
        .map(|pair| {
            arrow("Cargo.lock", &pair[0].name, &format!("is there as {} and {}", pair[0].version, pair[1].version))
        })
        .collect()
}

fn arrow(at: &str, name: &str, problem: &str) -> Finding {
    Finding { at: at.to_owned(), problem: format!("{name} {problem}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assert_none(findings: Vec<Finding>) {
        assert!(findings.is_empty(), "{}", XtaskError::Untidy(findings));
    }

    #[test]
    fn algorithms_know_no_files_no_tables_and_not_each_other() {
        assert_none(below().unwrap());
    }

    #[test]
    fn heavy_crates_have_one_owner() {
        assert_none(direct().unwrap());
    }

    #[test]
    fn the_tree_holds_one_arrow() {
        assert_none(versions().unwrap());
    }

    #[test]
    fn a_forbidden_arrow_is_found() {
        let tree: BTreeSet<String> = ["segctl-som", LEAF, "arrow-array", "rand"].map(str::to_owned).into();
        let found: Vec<_> = offenders("segctl-som", &tree, &["segctl-*", "arrow*"]).collect();
        assert_eq!(found, ["arrow-array"]);
        assert_eq!(offenders(LEAF, &tree, &["segctl-*"]).count(), 1);
    }

    #[test]
    fn the_tree_of_a_crate_holds_what_it_lists() {
        let tree = tree("segctl-io", &["--depth", "1"]).unwrap();
        assert!(tree.contains("datafusion") && tree.contains(LEAF), "{tree:?}");
    }

    #[test]
    fn a_second_version_is_found() {
        let package =
            |name: &str, version: &str| Locked { name: name.to_owned(), version: version.to_owned(), source: None };
        let lock = Lock {
            package: vec![package("arrow-array", "58.0.0"), package("arrow-array", "59.1.0"), package("b", "1.0.0")],
        };
        assert_eq!(repeated(&lock)[0].problem, "arrow-array is there as 58.0.0 and 59.1.0");
    }
}
