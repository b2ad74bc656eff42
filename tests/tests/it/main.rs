//! segctl from the outside: files in, exit codes, messages and files out. One module per verb or subject.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod assign;
mod browser;
mod compare;
mod config;
mod determinism;
mod eda;
mod evaluate;
mod families;
mod fit;
mod formats;
mod hostile;
mod maps;
mod meta;
mod outdir;
mod real_data;
mod reduce;
mod rfm;
mod run;
mod select;
mod synth;

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use segctl_tests::{Answer, Segctl, sample};

/// Where tests may write what should stay after them: below the target directory.
fn lasting(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("segctl-tests").join(name);
    std::fs::create_dir_all(&path).expect("the target directory can be written");
    path
}

/// One run on the bundled sample without any configuration, for all tests that only look at it.
struct SampleRun {
    dir: PathBuf,
    answer: Answer,
}

fn sample_run() -> &'static SampleRun {
    static RUN: OnceLock<SampleRun> = OnceLock::new();
    RUN.get_or_init(|| {
        let dir = lasting("sample");
        let timings = dir.with_extension("timings.json");
        let answer = Segctl::run(&sample(), &dir).option("--timings", timings).answer().done();
        SampleRun { dir, answer }
    })
}
