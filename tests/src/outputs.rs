use std::path::Path;

use serde_json::Value;

/// Everything that `run` writes.
pub const OUTPUTS: [&str; 6] =
    ["model.json", "profile.csv", "report.html", "run.json", "segments.csv", "segments.parquet"];

/// The outputs whose bytes depend on input, recipe and seed alone.
pub const STABLE: [&str; 5] = ["model.json", "profile.csv", "report.html", "segments.csv", "segments.parquet"];

/// The names in a directory, sorted; none when it does not exist.
pub fn names_in(dir: &Path) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(dir) else { return Vec::new() };
    let mut names: Vec<String> =
        entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// The bytes of a file.
///
/// # Panics
/// When it cannot be read.
#[track_caller]
pub fn bytes_of(path: impl AsRef<Path>) -> Vec<u8> {
    let path = path.as_ref();
    std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The JSON document in a file.
///
/// # Panics
/// When there is none.
#[track_caller]
pub fn read_json(path: impl AsRef<Path>) -> Value {
    serde_json::from_slice(&bytes_of(path)).expect("the file holds one JSON document")
}
