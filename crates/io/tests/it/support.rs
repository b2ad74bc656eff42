use std::path::{Path, PathBuf};

use segctl_io::{IoError, ReadOptions, Source, Table, read};
use segctl_numeric::observe::Silent;
use tempfile::TempDir;

/// A directory of files for one test.
pub(crate) struct Files(TempDir);

impl Files {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn put(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }
}

pub(crate) fn read_file(path: &Path) -> Result<Table, IoError> {
    read_with(path, &ReadOptions::default())
}

pub(crate) fn read_with(path: &Path, options: &ReadOptions) -> Result<Table, IoError> {
    read(&Source::Files(vec![path.to_owned()]), options, &Silent)
}

/// The table that the bytes give as a file.
pub(crate) fn read_bytes(bytes: impl AsRef<[u8]>) -> Result<Table, IoError> {
    let files = Files::new();
    read_file(&files.put("data", bytes))
}

/// The cells of a column as text, `_` for missing ones.
pub(crate) fn cells(table: &Table, name: &str) -> Vec<String> {
    let arrays = table.arrays(name).unwrap_or_else(|| panic!("no column {name}"));
    let text = |array: &arrow::array::ArrayRef| arrow::compute::cast(array, &arrow::datatypes::DataType::Utf8).unwrap();
    let texts: Vec<_> = arrays.iter().map(text).collect();
    let strings = texts.iter().flat_map(|text| arrow::array::AsArray::as_string::<i32>(text).iter());
    strings.map(|cell| cell.unwrap_or("_").to_owned()).collect()
}

/// The same types, values and descriptions.
pub(crate) fn assert_same(a: &Table, b: &Table, what: &str) {
    assert_eq!(a.schema, b.schema, "{what}");
    assert_eq!(a.batches, b.batches, "{what}");
    assert_eq!(a.id, b.id, "{what}");
    for (a, b) in a.columns.iter().zip(&b.columns) {
        assert_eq!(
            (&a.name, a.kind, a.role, a.n_missing, &a.min, &a.max),
            (&b.name, b.kind, b.role, b.n_missing, &b.min, &b.max),
            "{what}"
        );
    }
}
