//! `cargo xtask evidence`: how often `segctl` sees groups where there are none, how many where there are some, and how
//! far its p-values and its contested customers can be believed. Every draw is seeded; docs/evidence.md holds the
//! tables.

mod contested;
mod draws;
mod known;
mod nulls;
mod p_values;
mod page;
mod planted;
mod tool;

use std::path::PathBuf;

use self::tool::Tool;
use crate::error::XtaskError;

/// Draw data with and without groups, and write in docs/evidence.md what `segctl` says of them
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Draws of each kind of data without groups
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u16).range(1..))]
    draws: u16,
    /// Draws for each number of groups and each distance of theirs
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u16).range(1..))]
    planted: u16,
    /// Fits to other customers for each set of contested ones
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u16).range(1..))]
    refits: u16,
    /// Parts to make anew; the others stay as they were made last
    #[arg(long, value_name = "PART,…", value_delimiter = ',')]
    only: Vec<Part>,
    /// The directory of real data: CSV files, and labelled/ with sets whose groups are known
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// A finished segctl; otherwise it is built
    #[arg(long, value_name = "FILE")]
    segctl: Option<PathBuf>,
    /// Where the tables go, in place of docs/evidence.md
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// A part of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Part {
    /// Data without groups
    Null,
    /// Groups that were planted
    Planted,
    /// Whether p-values of noise are uniform
    PValues,
    /// Whether contested customers change sides
    Contested,
    /// Real data, and sets whose groups are known
    Known,
}

impl Part {
    const ALL: [Self; 5] = [Self::Null, Self::Planted, Self::PValues, Self::Contested, Self::Known];

    /// Its section of the page.
    fn section(self, args: &Args, tool: &Tool) -> Result<String, XtaskError> {
        match self {
            Self::Null => nulls::section(usize::from(args.draws), tool),
            Self::Planted => planted::section(usize::from(args.planted), tool),
            Self::PValues => p_values::section(usize::from(args.draws), tool),
            Self::Contested => contested::section(usize::from(args.refits), tool),
            Self::Known => args.data.as_deref().map_or_else(|| Ok(String::new()), |data| known::section(data, tool)),
        }
    }
}

pub(crate) fn run(args: &Args) -> Result<(), XtaskError> {
    let tool = Tool::new(args.segctl.as_deref())?;
    let asked = |part: &Part| args.only.is_empty() || args.only.contains(part);
    for part in Part::ALL.into_iter().filter(asked) {
        page::keep(part, &part.section(args, &tool)?)?;
    }
    page::write(args.out.as_deref())
}

/// The share of the answers for which something holds.
fn share<T>(answers: &[T], is_so: impl Fn(&T) -> bool) -> String {
    let n = answers.iter().filter(|answer| is_so(answer)).count();
    format!("{:.1} %", 100.0 * n as f64 / answers.len().max(1) as f64)
}
