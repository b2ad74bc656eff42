//! `segctl init`: a commented segctl.toml with what was detected.

use segctl_segmentation::{RunOptions, commented_recipe};

use crate::args::InitArgs;
use crate::error::CliError;
use crate::files;
use crate::terminal::Terminal;

pub(crate) fn init(args: &InitArgs, terminal: &Terminal) -> Result<(), CliError> {
    let source = args.data.source()?;
    let recipe = args.data.recipe()?;
    let options = RunOptions { memory_limit: args.data.memory_limit() };
    let text = {
        let progress = terminal.progress();
        commented_recipe(&source, &recipe, &options, &progress)?
    };
    files::print(&text)?;
    terminal.note(&format!(
        "save this as segctl.toml, then: segctl run {} --config segctl.toml --out DIR",
        args.data.typed()
    ));
    Ok(())
}
