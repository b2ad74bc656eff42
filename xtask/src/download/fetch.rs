use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::digest::sha256;
use super::manifest::Dataset;
use crate::error::{XtaskError, io_error};

/// Where a file came from.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Origin {
    Cache,
    Mirror(PathBuf),
    Url(String),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cache => write!(f, "the cache"),
            Self::Mirror(path) => write!(f, "{}", path.display()),
            Self::Url(url) => write!(f, "{url}"),
        }
    }
}

/// Brings a data set into `cache`: what is there already, then the mirror, then the URL.
///
/// The file appears under its name only once its digest is right; until then it is `FILE.part`,
/// which a later call resumes.
pub(super) fn fetch(dataset: &Dataset, cache: &Path, mirror: Option<&Path>) -> Result<Origin, XtaskError> {
    let file = cache.join(&dataset.file);
    if file.exists() {
        return check(dataset, &file, &file.display().to_string()).map(|()| Origin::Cache);
    }
    let part = cache.join(format!("{}.part", dataset.file));
    let origin = match local(dataset, mirror) {
        Some(path) => copy(&path, &part).map(|()| Origin::Mirror(path))?,
        None => download(dataset, &part).map(Origin::Url)?,
    };
    check(dataset, &part, &origin.to_string())?;
    fs::rename(&part, &file).map_err(io_error("create", &file))?;
    Ok(origin)
}

/// The mirror's file, or the one a `file://` URL names.
fn local(dataset: &Dataset, mirror: Option<&Path>) -> Option<PathBuf> {
    let mirrored = mirror.map(|dir| dir.join(&dataset.file)).filter(|path| path.exists());
    mirrored.or_else(|| dataset.url.as_deref()?.strip_prefix("file://").map(PathBuf::from))
}

fn copy(from: &Path, part: &Path) -> Result<(), XtaskError> {
    fs::copy(from, part).map(|_| ()).map_err(io_error("copy", from))
}

/// Removes a file whose digest is wrong.
fn check(dataset: &Dataset, path: &Path, origin: &str) -> Result<(), XtaskError> {
    let found = sha256(path).map_err(io_error("read", path))?;
    if found == dataset.sha256 {
        return Ok(());
    }
    fs::remove_file(path).map_err(io_error("remove", path))?;
    Err(XtaskError::Checksum { origin: origin.to_owned(), found, expected: dataset.sha256.clone() })
}

fn download(dataset: &Dataset, part: &Path) -> Result<String, XtaskError> {
    let Some(url) = &dataset.url else {
        return Err(XtaskError::NoSource {
            name: dataset.name.clone(),
            file: dataset.file.clone(),
            homepage: dataset.homepage.clone(),
        });
    };
    let have = length(part);
    if have < dataset.bytes {
        transfer(dataset, url, part, have)?;
    }
    let found = length(part);
    if found < dataset.bytes {
        return Err(XtaskError::Short { url: url.clone(), found, expected: dataset.bytes });
    }
    Ok(url.clone())
}

fn length(part: &Path) -> u64 {
    fs::metadata(part).map_or(0, |metadata| metadata.len())
}

/// Appends to `part`, which holds the first `have` bytes, or starts over where the server does
/// not serve ranges.
fn transfer(dataset: &Dataset, url: &str, part: &Path, have: u64) -> Result<(), XtaskError> {
    let file = dataset.file.clone();
    let mut request = agent().get(url);
    if have > 0 {
        request = request.header("Range", format!("bytes={have}-"));
    }
    let response = request.call().map_err(|source| XtaskError::Http {
        url: url.to_owned(),
        file: file.clone(),
        source: Box::new(source),
    })?;
    let (resumed, left) = match response.status().as_u16() {
        206 if resumes_at(response.headers(), have) => (true, dataset.bytes - have),
        200 => (false, dataset.bytes),
        status => return Err(XtaskError::Status { url: url.to_owned(), file, status }),
    };
    let mut out = open(part, resumed).map_err(io_error("write", part))?;
    // One byte more than there should be is enough to make the digest differ.
    let mut body = response.into_body().into_reader().take(left + 1);
    io::copy(&mut body, &mut out).map_err(|source| XtaskError::Transfer { url: url.to_owned(), source })?;
    out.sync_all().map_err(io_error("write", part))
}

fn agent() -> ureq::Agent {
    ureq::Agent::config_builder()
        .http_status_as_error(false)
        .timeout_connect(Some(Duration::from_secs(20)))
        .timeout_recv_response(Some(Duration::from_secs(60)))
        .user_agent(concat!("segctl-xtask/", env!("CARGO_PKG_VERSION")))
        .build()
        .new_agent()
}

fn resumes_at(headers: &ureq::http::HeaderMap, have: u64) -> bool {
    let range = headers.get("content-range").and_then(|value| value.to_str().ok());
    range.is_some_and(|range| range.starts_with(&format!("bytes {have}-")))
}

fn open(part: &Path, append: bool) -> io::Result<File> {
    OpenOptions::new().create(true).write(true).append(append).truncate(!append).open(part)
}
