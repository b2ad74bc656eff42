//! `cargo xtask tidy`: what no compiler checks, in a second. Each check is also a test.

mod arrows;
mod files;

use std::fmt;

use crate::error::XtaskError;

/// Check file sizes, words and the dependency arrows between the crates
#[derive(Debug, clap::Args)]
pub(crate) struct Args {}

/// One thing that is not as it should be.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Finding {
    /// A file with a line, or a crate.
    pub(crate) at: String,
    pub(crate) problem: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.at, self.problem)
    }
}

pub(crate) fn run(_: &Args) -> Result<(), XtaskError> {
    let mut findings = files::check()?;
    findings.extend(arrows::check()?);
    if findings.is_empty() { Ok(()) } else { Err(XtaskError::Untidy(findings)) }
}
