//! Files stay small, and free of what must not be published.

use std::fs;
use std::path::Path;

use super::Finding;
use crate::error::{XtaskError, io_error};
use crate::{command, paths};

/// Bytes: data of that size belongs in a release or a download, not in every clone.
const MAX_BYTES: u64 = 1 << 20;

/// Lines of a Rust file, its tests aside: one idea per file.
const MAX_LINES: usize = 400;

/// Unfinished work, and homes of the machines that people happened to work on. They are spelt in
/// halves here, since this file is checked too.
const FORBIDDEN: [&str; 6] = [
    concat!("TO", "DO"),
    concat!("FIX", "ME"),
    concat!("XX", "X"),
    concat!("/ho", "me/"),
    concat!("/ro", "ot/"),
    concat!("/Us", "ers/"),
];

pub(super) fn check() -> Result<Vec<Finding>, XtaskError> {
    let listed = ["ls-files", "--cached", "--others", "--exclude-standard", "-z"];
    let files = command::output(command::in_root("git").args(listed))?;
    let mut findings = Vec::new();
    for name in files.split_terminator('\0') {
        let path = paths::root().join(name);
        // Deleted, and the deletion not yet committed.
        if path.is_file() {
            findings.extend(check_file(name, &path)?);
        }
    }
    Ok(findings)
}

fn check_file(name: &str, path: &Path) -> Result<Vec<Finding>, XtaskError> {
    let bytes = fs::metadata(path).map_err(io_error("read", path))?.len();
    if bytes > MAX_BYTES {
        return Ok(vec![finding(name, format!("has {bytes} bytes, limit {MAX_BYTES}"))]);
    }
    let contents = fs::read(path).map_err(io_error("read", path))?;
    Ok(std::str::from_utf8(&contents).map_or_else(|_| Vec::new(), |text| check_text(name, text)))
}

fn check_text(name: &str, text: &str) -> Vec<Finding> {
    let mut findings: Vec<Finding> =
        text.lines().enumerate().filter_map(|(i, line)| check_line(name, i, line)).collect();
    let lines = code_lines(name, text);
    if lines > MAX_LINES {
        findings.push(finding(name, format!("has {lines} lines, limit {MAX_LINES}")));
    }
    findings
}

fn check_line(name: &str, index: usize, line: &str) -> Option<Finding> {
    let word = FORBIDDEN.iter().find(|word| line.contains(**word))?;
    Some(finding(&format!("{name}:{}", index + 1), format!("contains `{word}`")))
}

/// Lines of a Rust file before its module of tests; files of tests have none.
fn code_lines(name: &str, text: &str) -> usize {
    let is_test = name.ends_with("/tests.rs") || name.split('/').any(|part| part == "tests" || part == "benches");
    if !name.ends_with(".rs") || is_test {
        return 0;
    }
    let lines: Vec<&str> = text.lines().collect();
    // `mod tests;` has no brace: the file goes on behind it.
    let tests = lines.windows(2).position(|pair| pair[0] == "#[cfg(test)]" && pair[1].ends_with('{'));
    tests.unwrap_or(lines.len())
}

fn finding(at: &str, problem: String) -> Finding {
    Finding { at: at.to_owned(), problem }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_repository_is_tidy() {
        if !paths::root().join(".git").exists() {
            println!("skipped: no .git");
            return;
        }
        let findings = check().unwrap();
        assert!(findings.is_empty(), "{}", XtaskError::Untidy(findings));
    }

    #[test]
    fn a_forbidden_word_is_found_with_its_line() {
        let text = format!("fine\n// {} later\n", FORBIDDEN[0]);
        let findings = check_text("a.txt", &text);
        assert_eq!(findings.len(), 1);
        assert_eq!(findings[0].at, "a.txt:2");
    }

    #[test]
    fn long_files_are_found_and_tests_are_not_counted() {
        let long = "x\n".repeat(MAX_LINES + 1);
        assert_eq!(check_text("crates/a/src/b.rs", &long).len(), 1);
        for (name, text) in [
            ("crates/a/tests/b.rs", long.clone()),
            ("crates/a/src/b/tests.rs", long.clone()),
            ("data.csv", long.clone()),
            ("crates/a/src/b.rs", format!("x\n#[cfg(test)]\nmod tests {{\n{long}")),
        ] {
            assert_eq!(check_text(name, &text), [], "{name}");
        }
        let declared = format!("#[cfg(test)]\nmod tests;\n{long}");
        assert_eq!(check_text("crates/a/src/b.rs", &declared).len(), 1);
    }

    #[test]
    fn a_big_file_is_found() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("big.bin");
        fs::write(&path, vec![0; MAX_BYTES as usize + 1]).unwrap();
        assert!(check_file("big.bin", &path).unwrap()[0].problem.contains("limit 1048576"));
    }
}
