//! `segctl completions SHELL` and `segctl man`: generated from the arguments, so never out of date.

use clap::CommandFactory;
use clap_complete::Shell;

use crate::args::Cli;
use crate::error::CliError;
use crate::files;

pub(crate) fn completions(shell: Shell) -> Result<(), CliError> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "segctl", &mut script);
    files::print(&String::from_utf8_lossy(&script))
}

/// The page of segctl itself, followed by those of the verbs.
pub(crate) fn man() -> Result<(), CliError> {
    let mut command = Cli::command();
    command.build();
    let mut page = render(command.clone())?;
    for verb in command.get_subcommands().filter(|verb| verb.get_name() != "help") {
        page.push_str(&render(verb.clone())?);
    }
    files::print(&page)
}

fn render(command: clap::Command) -> Result<String, CliError> {
    let mut page = Vec::new();
    clap_mangen::Man::new(command).render(&mut page).map_err(CliError::Stdout)?;
    Ok(String::from_utf8_lossy(&page).into_owned())
}
