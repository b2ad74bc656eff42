//! What can be typed.

mod data;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use segctl_segmentation::{Categories, KRange};

pub(crate) use data::DataArgs;

use crate::terminal::Color;

/// Customer segmentation in one command: from a file of customers to segments, a model and a report.
#[derive(Debug, Parser)]
#[command(name = "segctl", version, max_term_width = 100, arg_required_else_help = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) verb: Verb,
    #[command(flatten)]
    pub(crate) common: Common,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// The whole path: read, clean, derive features, segment, explain, report
    Run(Box<RunArgs>),
    /// Print a commented segctl.toml with what was detected in the data
    Init(InitArgs),
    /// Put customers into the segments of an existing model
    Assign(AssignArgs),
    /// Write customers that look like credit-card holders, to try things on
    Synth(SynthArgs),
    /// Print a completion script for a shell
    Completions(CompletionsArgs),
    /// Print the manual page
    Man,
}

/// Options of every verb.
#[derive(Debug, Args)]
#[command(next_help_heading = "Common options")]
pub(crate) struct Common {
    /// Threads to use; all cores by default. Results do not depend on it
    #[arg(long, global = true, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
    /// Say nothing but warnings and errors
    #[arg(long, short, global = true)]
    pub(crate) quiet: bool,
    /// Write diagnostics of this level and above to standard error
    #[arg(long, global = true, value_name = "LEVEL")]
    pub(crate) log_level: Option<LogLevel>,
    /// When to use colours
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub(crate) color: Color,
}

impl Common {
    pub(crate) fn threads(&self) -> Option<usize> {
        self.threads.map(usize::from)
    }
}

/// How much diagnosis to show.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum LogLevel {
    Error,
    Warn,
    Info,
    Debug,
    Trace,
}

impl LogLevel {
    pub(crate) fn filter(self) -> tracing::Level {
        match self {
            Self::Error => tracing::Level::ERROR,
            Self::Warn => tracing::Level::WARN,
            Self::Info => tracing::Level::INFO,
            Self::Debug => tracing::Level::DEBUG,
            Self::Trace => tracing::Level::TRACE,
        }
    }
}

#[derive(Debug, Args)]
pub(crate) struct RunArgs {
    #[command(flatten)]
    pub(crate) data: DataArgs,
    /// Where the outputs go; made if absent
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,
    /// Write into DIR even if it holds files that segctl did not write
    #[arg(long)]
    pub(crate) force: bool,
    /// Number of segments, or a range to choose from, such as 3..8 [default: 2..10]
    #[arg(long, value_name = "K")]
    pub(crate) k: Option<KRange>,
    /// Starts of k-means for each number of segments [default: 10]
    #[arg(long, value_name = "N")]
    pub(crate) restarts: Option<usize>,
    /// Iterations at most for each start [default: 1000]
    #[arg(long, value_name = "N")]
    pub(crate) max_iter: Option<usize>,
    /// Relative tolerance for stopping; 0 runs until no customer changes segment [default: 0]
    #[arg(long, value_name = "TOL")]
    pub(crate) tol: Option<f64>,
    /// Whether categories help to form the segments [default: auto]
    #[arg(long, value_name = "WHEN", value_parser = categories)]
    pub(crate) categories: Option<Categories>,
    /// Seed of all random choices [default: 0]
    #[arg(long, value_name = "N")]
    pub(crate) seed: Option<u64>,
    /// Write the seconds of each stage to this file, as JSON
    #[arg(long, value_name = "FILE")]
    pub(crate) timings: Option<PathBuf>,
    /// Print the manifest of the run as JSON instead of a summary
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct InitArgs {
    #[command(flatten)]
    pub(crate) data: DataArgs,
}

#[derive(Debug, Args)]
pub(crate) struct AssignArgs {
    /// File, directory or quoted pattern of files, or - for standard input
    #[arg(value_name = "DATA")]
    pub(crate) data: String,
    /// The model.json that `segctl run` wrote
    #[arg(long, value_name = "FILE")]
    pub(crate) model: PathBuf,
    /// Where the segments go: .csv, .parquet, .arrow or .jsonl by the name's ending
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
    /// Memory the table may take, such as 8GiB
    #[arg(long, value_name = "SIZE")]
    pub(crate) memory_limit: Option<bytesize::ByteSize>,
    /// Print counts as JSON instead of a summary
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct SynthArgs {
    /// Customers to make
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) rows: u64,
    /// Where they go: .csv, .parquet, .arrow or .jsonl by the name's ending
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
    /// Seed of all random choices
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) seed: u64,
    /// Add a column with the planted group of each customer
    #[arg(long)]
    pub(crate) with_groups: bool,
}

#[derive(Debug, Args)]
pub(crate) struct CompletionsArgs {
    /// The shell
    pub(crate) shell: clap_complete::Shell,
}

fn categories(text: &str) -> Result<Categories, String> {
    match text {
        "auto" => Ok(Categories::Auto),
        "always" => Ok(Categories::Always),
        "never" => Ok(Categories::Never),
        _ => Err("should be auto, always or never".into()),
    }
}
