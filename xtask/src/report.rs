//! `cargo xtask report`: segctl, built and run on the bundled sample or on a downloaded data set.

use std::path::PathBuf;

use crate::command;
use crate::download::Manifest;
use crate::error::XtaskError;
use crate::paths;

/// Build segctl, run it on the bundled sample, and say where the report is
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// A data set of data/datasets.toml, downloaded before, in place of the sample
    #[arg(long, value_name = "NAME")]
    dataset: Option<String>,
    /// The cargo profile to build with
    #[arg(long, default_value = "release")]
    profile: String,
    /// Further arguments for `segctl run`
    #[arg(last = true, value_name = "SEGCTL_ARGS")]
    extra: Vec<String>,
}

pub(crate) fn run(args: &Args) -> Result<(), XtaskError> {
    let data = data(args.dataset.as_deref())?;
    let out = paths::root().join("out").join(args.dataset.as_deref().unwrap_or("sample"));
    let mut cargo = command::cargo();
    cargo.args(["run", "--profile", &args.profile, "--package", "segctl", "--", "run"]);
    cargo.arg(data).arg("--out").arg(&out).arg("--force").args(&args.extra);
    command::run(&mut cargo)?;
    crate::say(&out.join("report.html").display().to_string());
    Ok(())
}

fn data(dataset: Option<&str>) -> Result<PathBuf, XtaskError> {
    let Some(name) = dataset else {
        return Ok(paths::sample());
    };
    let path = paths::cache().join(&Manifest::read(&paths::manifest())?.find(name)?.file);
    if path.exists() { Ok(path) } else { Err(XtaskError::NotCached { name: name.to_owned(), path }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sample_is_the_default() {
        assert_eq!(data(None).unwrap(), paths::sample());
    }

    #[test]
    fn an_unknown_data_set_is_refused_before_anything_is_built() {
        assert!(matches!(data(Some("no-such")), Err(XtaskError::UnknownDataset { .. })));
    }
}
