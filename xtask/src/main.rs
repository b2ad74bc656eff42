//! Development tasks: `cargo xtask TASK`. Nothing to install: an alias in `.cargo/config.toml`
//! builds and runs this crate.
//!
//! Exit codes: 0 done, 1 failure, 2 usage.
#![allow(clippy::print_stderr, reason = "a command line tool talks to its terminal")]

mod bench;
mod command;
mod download;
mod error;
mod evidence;
mod golden;
mod paths;
mod python;
mod report;
mod tidy;

use std::io::Write;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Development tasks of the segctl workspace
#[derive(Debug, Parser)]
#[command(bin_name = "cargo xtask", version)]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    Download(download::Args),
    Report(report::Args),
    Golden(golden::Args),
    Bench(bench::Args),
    Evidence(evidence::Args),
    Tidy(tidy::Args),
}

fn main() -> ExitCode {
    let done = match Cli::parse().task {
        Task::Download(args) => download::run(&args),
        Task::Report(args) => report::run(&args),
        Task::Golden(args) => golden::run(&args),
        Task::Bench(args) => bench::run(&args),
        Task::Evidence(args) => evidence::run(&args),
        Task::Tidy(args) => tidy::run(&args),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            error::print(&error);
            error.exit_code()
        }
    }
}

/// Prints a line to stdout. Whoever closed the pipe has read enough: that is no failure.
fn say(line: &str) {
    let _ = writeln!(std::io::stdout(), "{line}");
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::Cli;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}
