use std::path::Path;

use serde::Deserialize;

use crate::error::{XtaskError, io_error};

/// data/datasets.toml.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Manifest {
    #[serde(rename = "dataset")]
    pub(crate) datasets: Vec<Dataset>,
}

/// One file.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Dataset {
    /// What one types.
    pub(crate) name: String,
    /// The name in the cache, and in a mirror directory.
    pub(crate) file: String,
    /// `https://`, `http://` or `file://`; absent where no direct download is known.
    pub(crate) url: Option<String>,
    /// Where a person finds it.
    pub(crate) homepage: String,
    /// Of the file, in lower-case hexadecimal.
    pub(crate) sha256: String,
    pub(crate) bytes: u64,
    /// As its publisher states it.
    pub(crate) licence: String,
    pub(crate) citation: String,
    pub(crate) description: String,
}

impl Manifest {
    pub(crate) fn read(path: &Path) -> Result<Self, XtaskError> {
        let text = std::fs::read_to_string(path).map_err(io_error("read", path))?;
        toml::from_str(&text).map_err(|source| XtaskError::Manifest { path: path.to_owned(), source })
    }

    pub(crate) fn find(&self, name: &str) -> Result<&Dataset, XtaskError> {
        self.datasets.iter().find(|dataset| dataset.name == name).ok_or_else(|| XtaskError::UnknownDataset {
            name: name.to_owned(),
            known: self.datasets.iter().map(|dataset| dataset.name.clone()).collect(),
        })
    }
}
