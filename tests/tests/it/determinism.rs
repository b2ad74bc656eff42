//! The same input, recipe and seed give the same bytes, however many threads there are.

use std::path::Path;

use segctl_tests::{QUICK, STABLE, Segctl, bytes_of, sample};
use tempfile::tempdir;

use crate::sample_run;

#[track_caller]
fn assert_same(a: &Path, b: &Path, what: &str) {
    for name in STABLE {
        assert!(bytes_of(a.join(name)) == bytes_of(b.join(name)), "{what}: {name} differs");
    }
}

#[test]
fn two_runs_give_the_same_bytes() {
    let dir = tempdir().unwrap();
    Segctl::run(&sample(), dir.path()).answer().done();
    assert_same(&sample_run().dir, dir.path(), "a second run");
}

#[test]
fn threads_do_not_change_a_bit() {
    let dir = tempdir().unwrap();
    let run = |threads: &str| {
        let out = dir.path().join(threads);
        Segctl::run(&sample(), &out).args(["--k", "3..5", "--threads", threads]).answer().done();
        out
    };
    let one = run("1");
    for threads in ["2", "3"] {
        assert_same(&one, &run(threads), &format!("{threads} threads"));
    }
}

#[test]
fn the_place_of_the_file_does_not_matter() {
    let dir = tempdir().unwrap();
    let (copy, out) = (dir.path().join("customers.csv"), dir.path().join("out"));
    std::fs::copy(sample(), &copy).unwrap();
    Segctl::run(&copy, &out).answer().done();
    assert_same(&sample_run().dir, &out, "a copy elsewhere");
}

#[test]
fn another_seed_is_another_run() {
    let dir = tempdir().unwrap();
    let run = |seed: &str| {
        let out = dir.path().join(seed);
        Segctl::run(&sample(), &out).args(QUICK).args(["--seed", seed]).answer().done();
        bytes_of(out.join("model.json"))
    };
    assert!(run("1") != run("2"), "the model holds its seed");
}
