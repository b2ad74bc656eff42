//! The output directory: nothing of others is touched, and no file is ever half there.

use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::sync::OnceLock;
use std::thread::sleep;
use std::time::{Duration, Instant};

use segctl_tests::{Answer, OUTPUTS, QUICK, STABLE, Segctl, bytes_of, customers, names_in, read_json, sample, skip};
use tempfile::{TempDir, tempdir};

/// Two finished runs that differ in every file, and how long one takes.
struct Finished {
    dir: TempDir,
    time: Duration,
}

impl Finished {
    fn get() -> &'static Self {
        static FINISHED: OnceLock<Finished> = OnceLock::new();
        FINISHED.get_or_init(|| {
            let dir = tempdir().unwrap();
            let start = Instant::now();
            old_run(&dir.path().join("old")).answer().done();
            new_run(&dir.path().join("new")).answer().done();
            Self { dir, time: start.elapsed() / 2 }
        })
    }

    fn old(&self) -> PathBuf {
        self.dir.path().join("old")
    }

    fn fresh(&self) -> PathBuf {
        self.dir.path().join("new")
    }
}

fn old_run(out: &Path) -> Segctl {
    Segctl::run(&sample(), out).args(["--k", "3", "--restarts", "1"])
}

fn new_run(out: &Path) -> Segctl {
    Segctl::run(&sample(), out).args(["--k", "4", "--restarts", "1", "--seed", "1"])
}

/// Every file is whole, and as the old or the new run wrote it; what is unfinished carries our prefix.
#[track_caller]
fn assert_whole(out: &Path) {
    let finished = Finished::get();
    for name in names_in(out) {
        let bytes = bytes_of(out.join(&name));
        let is = |dir: PathBuf| bytes == bytes_of(dir.join(&name));
        match name.as_str() {
            "run.json" => assert!(matches!(read_json(out.join(&name))["recipe"]["seed"].as_u64(), Some(0 | 1))),
            known if STABLE.contains(&known) => {
                assert!(is(finished.old()) || is(finished.fresh()), "{name} is half there");
            }
            left => assert!(left.starts_with(".segctl-"), "{left} is a stranger"),
        }
    }
}

#[track_caller]
fn assert_new(out: &Path) {
    assert_eq!(names_in(out), OUTPUTS, "leftovers are cleared");
    for name in STABLE {
        assert!(bytes_of(out.join(name)) == bytes_of(Finished::get().fresh().join(name)), "{name}");
    }
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir(to).unwrap();
    for name in names_in(from) {
        std::fs::copy(from.join(&name), to.join(&name)).unwrap();
    }
}

/// Waits for something to happen in a running command; false when the command ended before.
fn wait_for(child: &mut Child, happened: impl Fn() -> bool) -> bool {
    while child.try_wait().unwrap().is_none() {
        if happened() {
            return true;
        }
        sleep(Duration::from_micros(200));
    }
    false
}

fn kill(mut child: Child) {
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn strangers_are_respected_unless_forced() {
    let dir = tempdir().unwrap();
    let (data, out) = (dir.path().join("customers.csv"), dir.path().join("out"));
    customers(60).write(&data);
    std::fs::create_dir(&out).unwrap();
    std::fs::write(out.join("thesis.docx"), "years of work").unwrap();
    let run = || Segctl::run(&data, &out).args(QUICK);
    run().answer().refused(&["thesis.docx", "did not write"]).with_hint();
    assert_eq!(names_in(&out), ["thesis.docx"]);
    run().arg("--force").answer().done();
    assert_eq!(names_in(&out).len(), 1 + OUTPUTS.len());
    assert_eq!(bytes_of(out.join("thesis.docx")), b"years of work");

    let file = dir.path().join("file");
    std::fs::write(&file, "x").unwrap();
    Segctl::run(&data, &file).args(QUICK).answer().refused(&["file", "not a directory"]).with_hint();
    assert_eq!(bytes_of(file), b"x");
}

#[test]
fn a_second_run_replaces_the_first() {
    let dir = tempdir().unwrap();
    let out = dir.path().join("a/new/place");
    old_run(&out).answer().done();
    std::fs::write(out.join(".segctl-left"), "half a file").unwrap();
    new_run(&out).answer().done();
    assert_new(&out);
}

#[test]
fn killed_at_any_moment_no_file_is_half_there() {
    let finished = Finished::get();
    let dir = tempdir().unwrap();
    for i in 0..8 {
        let out = dir.path().join(i.to_string());
        if i % 2 == 0 {
            copy(&finished.old(), &out);
        }
        let child = new_run(&out).spawn();
        sleep(finished.time * (i + 1) / 8);
        kill(child);
        assert_whole(&out);
    }
}

/// The moments that matter most: just after each file has appeared, when the next one is under way.
#[test]
fn killed_between_two_files_each_is_whole() {
    let dir = tempdir().unwrap();
    let out = dir.path().join("out");
    for name in ["segments.parquet", "segments.csv", "profile.csv", "model.json"] {
        let _ = std::fs::remove_dir_all(&out);
        let mut child = new_run(&out).spawn();
        let seen = wait_for(&mut child, || out.join(name).exists());
        kill(child);
        assert!(seen || out.join("run.json").exists(), "{name} never appeared");
        assert_whole(&out);
    }
    new_run(&out).answer().done();
    assert_new(&out);
}

/// Unix signals.
#[cfg(unix)]
mod signals {
    use super::*;

    /// A pipe holds 64 KiB: once segctl has taken the whole sample in, it is up and will listen.
    #[track_caller]
    fn interrupted_by(signal: &str) {
        let dir = tempdir().unwrap();
        let out = dir.path().join("out");
        let long = ["--k", "2..40", "--restarts", "500"];
        let child = Segctl::run(Path::new("-"), &out).args(long).stdin(bytes_of(sample())).spawn();
        let sent = Command::new("kill").arg(signal).arg(child.id().to_string()).status().unwrap();
        assert!(sent.success());
        let answer = Answer::new(format!("segctl run, then kill {signal}"), &child.wait_with_output().unwrap());
        answer.failed(130, &[]);
        assert_eq!(names_in(&out), [""; 0]);
    }

    #[test]
    fn control_c_stops_and_leaves_nothing() {
        interrupted_by("-INT");
    }

    #[test]
    fn termination_stops_and_leaves_nothing() {
        interrupted_by("-TERM");
    }
}

/// File systems made to fail, where the machine lets us mount them.
#[cfg(target_os = "linux")]
mod mounts {
    use super::*;

    struct Mount {
        dir: TempDir,
    }

    impl Mount {
        /// An empty file system in memory; none where that is not permitted.
        fn new(options: &str) -> Option<Self> {
            let dir = tempdir().unwrap();
            let output = Command::new("mount").args(["-t", "tmpfs", "-o", options, "tmpfs"]).arg(dir.path()).output();
            match output {
                Ok(output) if output.status.success() => Some(Self { dir }),
                _ => {
                    skip(&format!("no permission to mount a file system with {options}"));
                    None
                }
            }
        }
    }

    impl Drop for Mount {
        fn drop(&mut self) {
            let _ = Command::new("umount").arg(self.dir.path()).status();
        }
    }

    #[test]
    fn a_full_disk_is_an_error_and_no_half_file() {
        for size in ["100k", "300k", "1500k"] {
            let Some(mount) = Mount::new(&format!("size={size}")) else { return };
            let out = mount.dir.path().join("out");
            let answer = new_run(&out).answer();
            let answer = answer.failed(1, &["cannot be written", out.to_str().unwrap()]);
            assert!(OUTPUTS.iter().any(|name| answer.stderr.contains(name)), "{answer}");
            assert!(!out.join("run.json").exists(), "the manifest says that all files are there");
            assert!(names_in(&out).iter().all(|name| OUTPUTS.contains(&name.as_str())), "{:?}", names_in(&out));
            assert_whole(&out);
        }
    }

    #[test]
    fn a_full_disk_keeps_what_was_there() {
        let Some(mount) = Mount::new("size=300k") else { return };
        let out = mount.dir.path().join("segments.csv");
        std::fs::write(&out, "yesterday's").unwrap();
        std::fs::write(mount.dir.path().join("ballast"), vec![0; 260_000]).unwrap();
        let model = Finished::get().fresh().join("model.json");
        Segctl::assign(&sample(), &model, &out).answer().failed(1, &["segments.csv", "cannot be written"]);
        assert_eq!(bytes_of(&out), b"yesterday's");
        assert_eq!(names_in(mount.dir.path()), ["ballast", "segments.csv"]);
    }

    #[test]
    fn a_read_only_place_is_an_error() {
        let Some(mount) = Mount::new("ro") else { return };
        let out = mount.dir.path().join("out");
        new_run(&out).answer().failed(1, &["out", "cannot be written"]);
    }
}
