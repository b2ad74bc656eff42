//! `cargo xtask download`: public data sets into data/cache, each checked against its digest.

mod digest;
mod fetch;
mod manifest;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

pub(crate) use self::manifest::{Dataset, Manifest};
use crate::error::{XtaskError, io_error};
use crate::paths;

/// Download public data sets into data/cache, with their checksums verified
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Names from data/datasets.toml
    #[arg(required_unless_present_any = ["all", "list"])]
    names: Vec<String>,
    /// Every data set of the manifest
    #[arg(long, conflicts_with = "names")]
    all: bool,
    /// Only say what there is
    #[arg(long, conflicts_with_all = ["names", "all"])]
    list: bool,
    /// A directory that may hold the files already; tried before any URL
    #[arg(long, value_name = "DIR", env = "SEGCTL_DATA_DIR")]
    mirror: Option<PathBuf>,
}

pub(crate) fn run(args: &Args) -> Result<(), XtaskError> {
    let manifest = Manifest::read(&paths::manifest())?;
    if args.list {
        manifest.datasets.iter().for_each(describe);
        return Ok(());
    }
    let wanted = wanted(&manifest, args)?;
    let cache = paths::cache();
    std::fs::create_dir_all(&cache).map_err(io_error("create", &cache))?;
    let failed = wanted.iter().filter(|dataset| !tell(dataset, &cache, args.mirror.as_deref())).count();
    if failed > 0 { Err(XtaskError::Incomplete { failed, total: wanted.len() }) } else { Ok(()) }
}

fn wanted<'a>(manifest: &'a Manifest, args: &Args) -> Result<Vec<&'a Dataset>, XtaskError> {
    if args.all {
        return Ok(manifest.datasets.iter().collect());
    }
    args.names.iter().map(|name| manifest.find(name)).collect()
}

fn describe(dataset: &Dataset) {
    crate::say(&format!("{:20} {:>10} bytes  {}", dataset.name, dataset.bytes, dataset.description));
    crate::say(&format!("{:20} licence: {}; cite: {}", "", dataset.licence, dataset.citation));
}

/// One failure does not keep the others from being fetched.
fn tell(dataset: &Dataset, cache: &Path, mirror: Option<&Path>) -> bool {
    let fetched = fetch::fetch(dataset, cache, mirror);
    match &fetched {
        Ok(origin) => crate::say(&format!("{}: {} (from {origin})", dataset.name, cache.join(&dataset.file).display())),
        Err(error) => crate::error::print(error),
    }
    fetched.is_ok()
}
