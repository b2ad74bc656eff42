use std::fs;
use std::path::{Path, PathBuf};

use crate::IoError;
use crate::suggest::nearest;

/// Where the data come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// Standard input.
    Stdin,
    /// Files with the same columns, read one after the other.
    Files(Vec<PathBuf>),
}

impl Source {
    /// Understands `-` (stdin), a file, a directory (its files, not its subdirectories') or a
    /// pattern such as `data/*.csv`. Files are sorted by name; hidden ones are left out.
    ///
    /// A path that exists is taken literally, whatever characters it holds.
    ///
    /// ```
    /// use segctl_io::Source;
    /// assert_eq!(Source::parse("-")?, Source::Stdin);
    /// assert_eq!(Source::parse("Cargo.toml")?, Source::Files(vec!["Cargo.toml".into()]));
    /// # Ok::<(), segctl_io::IoError>(())
    /// ```
    ///
    /// # Errors
    /// [`IoError::NotFound`], [`IoError::NoFiles`], [`IoError::Pattern`], or [`IoError::Read`] for a
    /// directory that cannot be listed.
    pub fn parse(text: &str) -> Result<Self, IoError> {
        let path = Path::new(text);
        if text == "-" {
            return Ok(Self::Stdin);
        }
        if path.is_dir() {
            return some_files(text, files_in(path)?);
        }
        if path.exists() {
            return Ok(Self::Files(vec![path.to_owned()]));
        }
        if text.contains(['*', '?', '[']) {
            return some_files(text, matching(text)?);
        }
        Err(IoError::NotFound { path: path.to_owned(), nearest: nearest_entry(path) })
    }

    /// Whether the same bytes can be had once more: from files, not from pipes.
    pub(crate) fn is_rereadable(&self) -> bool {
        match self {
            Self::Stdin => false,
            Self::Files(paths) => paths.iter().all(|path| path.is_file()),
        }
    }
}

fn some_files(pattern: &str, mut files: Vec<PathBuf>) -> Result<Source, IoError> {
    files.retain(|path| path.is_file() && !is_hidden(path));
    files.sort();
    match files.is_empty() {
        true => Err(IoError::NoFiles { pattern: pattern.to_owned() }),
        false => Ok(Source::Files(files)),
    }
}

fn files_in(directory: &Path) -> Result<Vec<PathBuf>, IoError> {
    let failed = |source| IoError::Read { name: directory.display().to_string(), source };
    fs::read_dir(directory).map_err(failed)?.map(|entry| entry.map(|e| e.path()).map_err(failed)).collect()
}

fn matching(pattern: &str) -> Result<Vec<PathBuf>, IoError> {
    let paths = glob::glob(pattern).map_err(|source| IoError::Pattern { pattern: pattern.to_owned(), source })?;
    let failed =
        |error: glob::GlobError| IoError::Read { name: error.path().display().to_string(), source: error.into() };
    paths.map(|path| path.map_err(failed)).collect()
}

fn is_hidden(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'))
}

fn nearest_entry(path: &Path) -> Option<String> {
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut names: Vec<String> =
        fs::read_dir(parent).ok()?.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).collect();
    names.sort();
    let name = nearest(&path.file_name()?.to_string_lossy(), names.iter().map(String::as_str))?;
    Some(path.with_file_name(name).display().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn directory() -> tempfile::TempDir {
        let directory = tempfile::tempdir().unwrap();
        for name in ["b.csv", "a.csv", ".hidden.csv", "notes.txt"] {
            fs::write(directory.path().join(name), "x\n1\n").unwrap();
        }
        fs::create_dir(directory.path().join("sub")).unwrap();
        directory
    }

    fn names(source: Source) -> Vec<String> {
        let Source::Files(files) = source else { panic!("files expected") };
        files.iter().map(|f| f.file_name().unwrap().to_string_lossy().into_owned()).collect()
    }

    #[test]
    fn directories_and_patterns_are_sorted_and_skip_hidden_files() {
        let directory = directory();
        let root = directory.path().display().to_string();
        assert_eq!(names(Source::parse(&root).unwrap()), ["a.csv", "b.csv", "notes.txt"]);
        assert_eq!(names(Source::parse(&format!("{root}/*.csv")).unwrap()), ["a.csv", "b.csv"]);
        assert!(matches!(Source::parse(&format!("{root}/*.xlsx")), Err(IoError::NoFiles { .. })));
        assert!(matches!(Source::parse(&format!("{root}/sub")), Err(IoError::NoFiles { .. })));
    }

    #[test]
    fn a_misspelt_file_is_answered_with_the_nearest() {
        let directory = directory();
        let error = Source::parse(&directory.path().join("notse.txt").display().to_string()).unwrap_err();
        assert!(error.hint().unwrap().contains("notes.txt"), "{error}");
    }
}
