use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use serde_json::Value;

/// The segctl command of the profile these tests were built in, built once if it is not there or out of date.
///
/// Cargo gives `CARGO_BIN_EXE_segctl` only to tests of the command's own package, hence the detour.
///
/// # Panics
/// When cargo cannot build it.
pub fn segctl_path() -> &'static Path {
    static PATH: OnceLock<PathBuf> = OnceLock::new();
    PATH.get_or_init(build)
}

/// The whole workspace is named, and a test with the command, so that features unify as in
/// `cargo test --workspace`: development dependencies add features to crates under the SQL engine, which would
/// otherwise be compiled a second time.
fn build() -> PathBuf {
    let (target_dir, profile) = where_we_are();
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .current_dir(crate::project_root())
        .args([
            "build",
            "--workspace",
            "--bin",
            "segctl",
            "--test",
            "it",
            "--message-format",
            "json-render-diagnostics",
        ])
        .arg("--profile")
        .arg(profile)
        .arg("--target-dir")
        .arg(target_dir)
        .stderr(Stdio::inherit())
        .output()
        .expect("cargo can be started");
    assert!(output.status.success(), "cargo build --bin segctl failed");
    executable(&String::from_utf8_lossy(&output.stdout)).expect("cargo names the executable")
}

/// A test stands at `<target-dir>/<profile>/deps/<name>`.
fn where_we_are() -> (PathBuf, String) {
    let test = std::env::current_exe().expect("a running test has a path");
    let profile_dir = test.ancestors().nth(2).expect("a test stands in <profile>/deps");
    let target_dir = profile_dir.parent().expect("the profile stands in the target directory");
    let profile = match profile_dir.file_name().and_then(|name| name.to_str()) {
        Some("debug") | None => "dev",
        Some(name) => name,
    };
    (target_dir.to_owned(), profile.to_owned())
}

fn executable(messages: &str) -> Option<PathBuf> {
    let artifacts = messages.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let of_segctl = |message: Value| {
        let is_ours = message["target"]["name"] == "segctl" && message["target"]["kind"][0] == "bin";
        if is_ours { message["executable"].as_str().map(PathBuf::from) } else { None }
    };
    artifacts.filter_map(of_segctl).next_back()
}
