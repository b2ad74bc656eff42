//! Verbs that come before clustering: a look at the data, customers from transactions, feature packs.

use std::path::PathBuf;

use clap::Args;

use super::{RepeatArgs, SourceArgs, TransactionArgs};

#[derive(Debug, Args)]
pub(crate) struct RfmArgs {
    #[command(flatten)]
    pub(crate) source: SourceArgs,
    /// Where the customers go: .csv, .parquet, .arrow or .jsonl by the name's ending
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
    /// Write the seconds of each stage to this file, as JSON
    #[arg(long, value_name = "FILE")]
    pub(crate) timings: Option<PathBuf>,
    /// Print what was found as JSON instead of a summary
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) of_transactions: TransactionArgs,
}

#[derive(Debug, Args)]
pub(crate) struct EdaArgs {
    #[command(flatten)]
    pub(crate) source: SourceArgs,
    /// Where the page goes, as DIR/eda.html, with DIR/eda.json; made if absent. A summary in the terminal by default
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) repeat: RepeatArgs,
    /// Print everything as JSON instead of a summary
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct FeaturesArgs {
    /// Print the packs built in; so it does without
    #[arg(long)]
    pub(crate) list: bool,
    /// Packs to print, by name or TOML file, in place of those built in
    #[arg(long, value_name = "A,B,…", value_delimiter = ',', conflicts_with = "list")]
    pub(crate) packs: Vec<String>,
    /// Print them as JSON
    #[arg(long)]
    pub(crate) json: bool,
}
