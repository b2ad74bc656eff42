//! What describes the command itself.

use segctl_tests::{QUICK, Segctl, customers};
use tempfile::tempdir;

const VERBS: [&str; 6] = ["run", "init", "assign", "synth", "completions", "man"];

#[test]
fn completions_know_the_verbs_in_every_shell() {
    for shell in ["bash", "zsh", "fish", "powershell"] {
        let script = Segctl::new("completions").arg(shell).answer().done().stdout;
        for verb in VERBS {
            assert!(script.contains(verb), "{shell}: {verb}");
        }
    }
    Segctl::new("completions").arg("cmd").answer().refused(&["cmd"]);
}

#[test]
fn the_manual_has_a_page_on_every_verb() {
    let page = Segctl::new("man").answer().done().stdout;
    assert!(page.contains(".TH"), "{page}");
    for verb in VERBS {
        assert!(page.contains(verb), "{verb}");
    }
    assert!(page.contains(r"\-\-restarts"), "options of the verbs are there");
}

#[test]
fn help_and_version_go_to_standard_output() {
    let version = Segctl::new("--version").answer().done();
    assert_eq!(version.stdout, concat!("segctl ", env!("CARGO_PKG_VERSION"), "\n"));
    assert!(Segctl::new("--help").answer().done().stdout.contains("Usage: segctl"));
    for verb in VERBS {
        let help = Segctl::new(verb).arg("--help").answer().done();
        assert!(help.stdout.contains(&format!("Usage: segctl {verb}")), "{help}");
        assert_eq!(help.stderr, "");
    }
}

#[test]
fn wrong_usage_is_told_and_exits_with_2() {
    let calls: [&[&str]; 9] = [
        &["run", "x.csv"],
        &["run", "x.csv", "--out", "y", "--no-such-option"],
        &["run", "x.csv", "--out", "y", "--k", "1"],
        &["run", "x.csv", "--out", "y", "--threads", "0"],
        &["run", "x.csv", "--out", "y", "--feature", "nonsense"],
        &["run", "x.csv", "--out", "y", "--delimiter", "ab"],
        &["run", "x.csv", "--out", "y", "--duplicate-ids", "drop"],
        &["assign", "x.csv"],
        &["no-such-verb"],
    ];
    for call in calls {
        let answer = Segctl::new(call[0]).args(&call[1..]).answer().refused(&[]);
        assert_eq!(answer.stdout, "", "{call:?}");
    }
}

#[test]
fn no_escape_codes_without_a_terminal() {
    let dir = tempdir().unwrap();
    let data = dir.path().join("customers.csv");
    customers(60).write(&data);
    let run = || Segctl::run(&data, &dir.path().join("out")).args(QUICK);
    let failing = || Segctl::run(&dir.path().join("none.csv"), &dir.path().join("out"));
    for answer in [run().answer().done(), failing().answer(), failing().env("NO_COLOR", "1").answer()] {
        assert!(!answer.stdout.contains('\u{1b}') && !answer.stderr.contains('\u{1b}'), "{answer}");
    }
    let coloured = failing().args(["--color", "always"]).answer();
    assert!(coloured.stderr.starts_with("\u{1b}["), "{coloured}");
}

#[test]
fn diagnostics_are_for_those_who_ask() {
    let dir = tempdir().unwrap();
    let data = dir.path().join("customers.csv");
    customers(60).write(&data);
    let run = || Segctl::run(&data, &dir.path().join("out")).args(QUICK).arg("--quiet");
    let plain = run().answer().done();
    let detailed = run().args(["--log-level", "debug"]).answer().done();
    assert!(detailed.stderr.len() > plain.stderr.len(), "{detailed}");
    assert_eq!(detailed.stdout, "");
}
