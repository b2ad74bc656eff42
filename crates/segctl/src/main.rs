//! The `segctl` command: arguments in, messages and files out. All the work is done by the crates
//! it calls.

mod args;
mod error;
mod files;
mod interrupt;
mod resources;
mod terminal;
mod verbs;

use std::process::ExitCode;

use clap::Parser;

use crate::args::Cli;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let terminal = terminal::Terminal::new(&cli.common);
    terminal::install_log(&cli.common);
    interrupt::install();
    match resources::with_threads(cli.common.threads(), || verbs::run(&cli.verb, &cli.common, &terminal)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            terminal.error(&error);
            error.exit_code()
        }
    }
}
