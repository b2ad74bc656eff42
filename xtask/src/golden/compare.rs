//! Whether two directories hold the same numbers.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::error::{XtaskError, io_error};

/// Largest difference of two numbers over the larger of them: another processor may round a sum
/// differently, and no test asks for more.
const RELATIVE: f64 = 1e-9;

/// Differences below this are rounding around zero.
const ABSOLUTE: f64 = 1e-12;

/// One line for each file of `fresh` or `committed` that is missing or differs; scripts and other
/// files that are no JSON are left out.
pub(super) fn directories(committed: &Path, fresh: &Path) -> Result<Vec<String>, XtaskError> {
    let files: BTreeSet<PathBuf> = json_files(committed)?.union(&json_files(fresh)?).cloned().collect();
    let mut differences = Vec::new();
    for file in files {
        if let Some(difference) = file_difference(&committed.join(&file), &fresh.join(&file))? {
            differences.push(format!("  {}: {difference}", file.display()));
        }
    }
    Ok(differences)
}

fn json_files(root: &Path) -> Result<BTreeSet<PathBuf>, XtaskError> {
    let (mut files, mut open) = (BTreeSet::new(), vec![root.to_owned()]);
    while let Some(dir) = open.pop() {
        for entry in fs::read_dir(&dir).map_err(io_error("list", &dir))? {
            let path = entry.map_err(io_error("list", &dir))?.path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|extension| extension == "json") {
                files.insert(path.strip_prefix(root).expect("read_dir lists what is below").to_owned());
            }
        }
    }
    Ok(files)
}

fn file_difference(committed: &Path, fresh: &Path) -> Result<Option<String>, XtaskError> {
    if !committed.exists() {
        return Ok(Some("is not committed".to_owned()));
    }
    if !fresh.exists() {
        return Ok(Some("is made by no script".to_owned()));
    }
    let old = fs::read(committed).map_err(io_error("read", committed))?;
    let new = fs::read(fresh).map_err(io_error("read", fresh))?;
    if old == new {
        return Ok(None);
    }
    Ok(match (serde_json::from_slice(&old), serde_json::from_slice(&new)) {
        (Ok(old), Ok(new)) => difference(&old, &new).map(|at| format!("differs at {at}")),
        _ => Some("is no valid JSON".to_owned()),
    })
}

/// The path of the first difference, as `$.a[3]`.
fn difference(a: &Value, b: &Value) -> Option<String> {
    below(a, b).map(|path| format!("${path}"))
}

fn below(a: &Value, b: &Value) -> Option<String> {
    match (a, b) {
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            a.iter().zip(b).enumerate().find_map(|(i, (a, b))| below(a, b).map(|path| format!("[{i}]{path}")))
        }
        (Value::Object(a), Value::Object(b)) if a.keys().eq(b.keys()) => {
            a.iter().zip(b.values()).find_map(|((key, a), b)| below(a, b).map(|path| format!(".{key}{path}")))
        }
        (Value::Number(a), Value::Number(b)) if close(a.as_f64(), b.as_f64()) => None,
        _ => (a != b).then(String::new),
    }
}

fn close(a: Option<f64>, b: Option<f64>) -> bool {
    matches!((a, b), (Some(a), Some(b)) if (a - b).abs() <= (RELATIVE * a.abs().max(b.abs())).max(ABSOLUTE))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn numbers_may_differ_by_rounding_and_nothing_else_may() {
        let a = json!({"x": [1.0, {"y": 1000.0}], "s": "t"});
        for (b, expected) in [
            (json!({"x": [1.0, {"y": 1000.0 + 1e-7}], "s": "t"}), None),
            (json!({"x": [1, {"y": 1000}], "s": "t"}), None),
            (json!({"x": [1.0, {"y": 1000.0 + 1e-5}], "s": "t"}), Some("$.x[1].y")),
            (json!({"x": [1.0], "s": "t"}), Some("$.x")),
            (json!({"x": [1.0, {"y": null}], "s": "t"}), Some("$.x[1].y")),
            (json!({"x": [1.0, {"y": 1000.0}]}), Some("$")),
            (json!({"x": [1.0, {"y": 1000.0}], "s": "u"}), Some("$.s")),
        ] {
            assert_eq!(difference(&a, &b).as_deref(), expected, "{b}");
        }
    }

    #[test]
    fn files_on_one_side_only_are_named() {
        let (committed, fresh) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        fs::create_dir(fresh.path().join("pca")).unwrap();
        fs::write(committed.path().join("old.json"), "1").unwrap();
        fs::write(committed.path().join("make.py"), "").unwrap();
        fs::write(fresh.path().join("pca/new.json"), "1").unwrap();
        let differences = directories(committed.path(), fresh.path()).unwrap();
        assert_eq!(differences.len(), 2, "{differences:?}");
        assert!(differences[0].contains("old.json: is made by no script"));
        assert!(differences[1].contains("new.json: is not committed"));
    }
}
