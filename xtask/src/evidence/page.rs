//! The page: parts are kept beside the builds, so that one can be made anew without the others.

use std::fs;
use std::path::{Path, PathBuf};

use super::Part;
use crate::error::{XtaskError, io_error};
use crate::paths;

const HEAD: &str = "# Evidence\n\nMade by `cargo xtask evidence`; not to be edited. Every draw is seeded.\n";

fn place(part: Part) -> PathBuf {
    let name = match part {
        Part::Null => "null",
        Part::Planted => "planted",
        Part::PValues => "p-values",
        Part::Contested => "contested",
        Part::Known => "known",
    };
    paths::target().join("evidence").join(name).with_extension("md")
}

/// Keeps the section of a part.
pub(super) fn keep(part: Part, section: &str) -> Result<(), XtaskError> {
    let path = place(part);
    let dir = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(dir).map_err(io_error("make", dir))?;
    fs::write(&path, section).map_err(io_error("write", &path))
}

/// Writes all sections that there are.
pub(super) fn write(out: Option<&Path>) -> Result<(), XtaskError> {
    let mut text = HEAD.to_owned();
    for path in Part::ALL.map(place).into_iter().filter(|path| path.is_file()) {
        text.push_str(&fs::read_to_string(&path).map_err(io_error("read", &path))?);
    }
    let path = out.map_or_else(|| paths::root().join("docs/evidence.md"), Path::to_path_buf);
    fs::write(&path, &text).map_err(io_error("write", &path))?;
    crate::say(&text);
    Ok(())
}
