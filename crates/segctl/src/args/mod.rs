//! What can be typed.

mod cluster;
mod data;
mod looking;
mod transactions;

use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand, ValueEnum};
use segctl_segmentation::{Algorithm, Algorithms, Components, Recipe, ReductionMethod, TreeCut};

pub(crate) use cluster::ClusterArgs;
pub(crate) use data::{DataArgs, SourceArgs};
pub(crate) use looking::{EdaArgs, FeaturesArgs, RfmArgs};
pub(crate) use transactions::TransactionArgs;

use crate::error::CliError;
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
    /// One model: labels, model file, tree of merges
    Fit(Box<FitArgs>),
    /// How many segments, and by which algorithm: every measure's vote, and whether there are groups at all
    Select(Box<SelectArgs>),
    /// The customers in a few principal components
    Reduce(Box<ReduceArgs>),
    /// What given labels are worth: every index, and agreement with the truth where it is known
    Evaluate(Box<EvaluateArgs>),
    /// Two segmentations of the same customers: agreement, what became of each segment, who went where
    Compare(CompareArgs),
    /// Customers from their transactions: recency, frequency, monetary value, scores and named segments
    Rfm(Box<RfmArgs>),
    /// Look before you cluster: every column, pairs of columns, missing cells, what looks wrong and what to do
    Eda(Box<EdaArgs>),
    /// Print feature packs: what each feature means, its unit and its SQL
    Features(FeaturesArgs),
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
    /// The outputs of an earlier run: segments that go on keep their numbers and names, and the report says who moved
    #[arg(long, value_name = "DIR")]
    pub(crate) previous: Option<PathBuf>,
    /// Algorithms to compare, of those that `segctl fit` knows [default: kmeans,ward,som; kprototypes or kmodes where categories outweigh numbers]
    #[arg(long, value_name = "A,B,…")]
    pub(crate) algorithm: Option<Algorithms>,
    /// Pass over numbers of segments that leave one with less than this share of the customers [default: 0.01]
    #[arg(long, value_name = "SHARE")]
    pub(crate) min_share: Option<f64>,
    #[command(flatten)]
    pub(crate) repeat: RepeatArgs,
    /// Print the manifest of the run as JSON instead of a summary
    #[arg(long)]
    pub(crate) json: bool,
    /// DATA are transactions: make customers of them first, as `segctl rfm` does. Implied by the options below and by the section rfm of the configuration
    #[arg(long)]
    pub(crate) transactions: bool,
    #[command(flatten)]
    pub(crate) of_transactions: TransactionArgs,
    #[command(flatten)]
    pub(crate) cluster: ClusterArgs,
}

/// Randomness and time.
#[derive(Debug, Args)]
pub(crate) struct RepeatArgs {
    /// Seed of all random choices [default: 0]
    #[arg(long, value_name = "N")]
    pub(crate) seed: Option<u64>,
    /// Write the seconds of each stage to this file, as JSON
    #[arg(long, value_name = "FILE")]
    pub(crate) timings: Option<PathBuf>,
}

/// Which data, and whether it is prepared.
#[derive(Debug, Args)]
pub(crate) struct PreparedArgs {
    #[command(flatten)]
    pub(crate) data: DataArgs,
    /// Take numbers as they are: no preparation, and no missing cell
    #[arg(long)]
    pub(crate) as_is: bool,
}

impl PreparedArgs {
    /// The recipe of the configuration file, if there is one, changed by the options typed.
    pub(crate) fn recipe(&self) -> Result<Recipe, CliError> {
        let mut recipe = self.data.recipe()?;
        recipe.data.as_is |= self.as_is;
        Ok(recipe)
    }
}

#[derive(Debug, Args)]
pub(crate) struct FitArgs {
    #[command(flatten)]
    pub(crate) prepared: PreparedArgs,
    /// What to fit
    #[arg(long, value_name = "NAME", value_parser = algorithm())]
    pub(crate) algorithm: Algorithm,
    /// Cut the tree at this height, in place of a number of segments
    #[arg(long, value_name = "HEIGHT", conflicts_with = "k")]
    height: Option<f64>,
    /// Cut the tree where a merge is more inconsistent than this with those below it
    #[arg(long, value_name = "T", conflicts_with_all = ["k", "height"])]
    inconsistency: Option<f64>,
    /// Levels of merges that are compared for --inconsistency
    #[arg(long, value_name = "N", default_value_t = 2, requires = "inconsistency", conflicts_with_all = ["k", "height"])]
    depth: usize,
    /// A table of centres to start from, in prepared units: a row per segment, for som a row per unit, and a column per
    /// feature
    #[arg(long, value_name = "FILE")]
    pub(crate) init_centers: Option<String>,
    /// Where the segments go: .csv, .parquet, .arrow or .jsonl by the name's ending
    #[arg(long, value_name = "FILE")]
    pub(crate) labels_out: Option<PathBuf>,
    /// Where the model goes that `segctl assign` takes
    #[arg(long, value_name = "FILE")]
    pub(crate) model_out: Option<PathBuf>,
    /// Where the tree goes, as SciPy's linkage matrix: left, right, height, size
    #[arg(long, value_name = "FILE")]
    pub(crate) linkage_out: Option<PathBuf>,
    /// Where the units of the map go, in prepared units: what `--init` takes
    #[arg(long, value_name = "FILE")]
    pub(crate) codebook_out: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) repeat: RepeatArgs,
    /// Print the clustering in numbers as JSON instead of a summary
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) cluster: ClusterArgs,
}

#[derive(Debug, Args)]
pub(crate) struct SelectArgs {
    #[command(flatten)]
    pub(crate) prepared: PreparedArgs,
    /// Algorithms to compare, of those that `segctl fit` knows [default: as for run]
    #[arg(long, value_name = "A,B,…")]
    pub(crate) algorithm: Option<Algorithms>,
    /// Pass over numbers of segments that leave one with less than this share of the customers [default: 0.01]
    #[arg(long, value_name = "SHARE")]
    pub(crate) min_share: Option<f64>,
    #[command(flatten)]
    pub(crate) repeat: RepeatArgs,
    /// Print the evidence as JSON instead of a summary
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) cluster: ClusterArgs,
}

#[derive(Debug, Args)]
pub(crate) struct ReduceArgs {
    #[command(flatten)]
    pub(crate) prepared: PreparedArgs,
    /// How to reduce
    #[arg(long, value_name = "NAME", default_value = "pca")]
    pub(crate) method: Method,
    /// How many components, the share of variance they should exceed, such as 0.9, or all
    #[arg(long, value_name = "N", default_value = "3", value_parser = components)]
    pub(crate) components: Components,
    /// Where the scores go: .csv, .parquet, .arrow or .jsonl by the name's ending
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
    /// Where the loadings and variances go, by the name's ending
    #[arg(long, value_name = "FILE")]
    pub(crate) loadings_out: Option<PathBuf>,
    /// Write the seconds of each stage to this file, as JSON
    #[arg(long, value_name = "FILE")]
    pub(crate) timings: Option<PathBuf>,
    /// Print loadings and variances as JSON instead of a summary
    #[arg(long)]
    pub(crate) json: bool,
}

impl FitArgs {
    /// Where the tree is to be cut, if not into a number of segments.
    pub(crate) fn cut(&self) -> Option<TreeCut> {
        let inconsistency = self.inconsistency.map(|threshold| TreeCut::Inconsistency { threshold, depth: self.depth });
        self.height.map(TreeCut::Height).or(inconsistency)
    }
}

/// A way to reduce the features.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Method {
    /// Principal components
    Pca,
    /// Principal components by a randomised sketch, for hundreds of features
    RandomizedPca,
    /// Principal components by batches of customers
    IncrementalPca,
    /// Factor analysis of mixed data: numbers and categories, each weighing as much
    Famd,
    /// Multiple correspondence analysis: categories alone
    Mca,
}

impl Method {
    pub(crate) fn reduction(self) -> ReductionMethod {
        match self {
            Self::Pca => ReductionMethod::Pca,
            Self::RandomizedPca => ReductionMethod::RandomizedPca,
            Self::IncrementalPca => ReductionMethod::IncrementalPca,
            Self::Famd => ReductionMethod::Famd,
            Self::Mca => ReductionMethod::Mca,
        }
    }
}

#[derive(Debug, Args)]
pub(crate) struct EvaluateArgs {
    #[command(flatten)]
    pub(crate) prepared: PreparedArgs,
    /// The labels to judge: a table with a column `segment`, and `id` where rows are not in order
    #[arg(long, value_name = "FILE")]
    pub(crate) labels: String,
    /// The column of labels; recognised by default
    #[arg(long, value_name = "COLUMN")]
    pub(crate) label_column: Option<String>,
    /// The column of DATA that says where customers truly belong: how far the labels agree with it
    #[arg(long, value_name = "COLUMN")]
    pub(crate) truth: Option<String>,
    #[command(flatten)]
    pub(crate) repeat: RepeatArgs,
    /// Print the metrics as JSON instead of a summary
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct CompareArgs {
    /// The labels of before: a table with a column `segment`, and `id` where rows are not in order
    #[arg(value_name = "LABELS_A")]
    pub(crate) first: String,
    /// The labels of now
    #[arg(value_name = "LABELS_B")]
    pub(crate) second: String,
    /// The column of labels of both tables; recognised by default
    #[arg(long, value_name = "COLUMN")]
    pub(crate) label_column: Option<String>,
    /// The column by which customers are known in both tables [default: id]
    #[arg(long, value_name = "COLUMN")]
    pub(crate) id: Option<String>,
    /// A column of numbers whose sum is followed from segment to segment
    #[arg(long, value_name = "COLUMN")]
    pub(crate) value: Option<String>,
    /// The table that holds the value, by the same ids; by default that of the labels
    #[arg(long, value_name = "FILE", requires = "value")]
    pub(crate) data: Option<String>,
    /// Print the comparison as JSON instead of a summary
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

/// The algorithms by name, listed by `--help`.
fn algorithm() -> impl TypedValueParser<Value = Algorithm> {
    PossibleValuesParser::new(Algorithm::ALL.map(Algorithm::name)).try_map(|name| name.parse::<Algorithm>())
}

fn components(text: &str) -> Result<Components, String> {
    let wrong = || "should be a number such as 3, a share such as 0.9, or all".to_owned();
    match (text, text.parse::<usize>(), text.parse::<f64>()) {
        ("all", ..) => Ok(Components::All),
        (_, Ok(count), _) if count > 0 => Ok(Components::Count(count)),
        (_, _, Ok(share)) if share > 0.0 && share < 1.0 => Ok(Components::Fraction(share)),
        _ => Err(wrong()),
    }
}
