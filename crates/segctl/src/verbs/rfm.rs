//! `segctl rfm`: customers from their transactions.

use std::time::Instant;

use segctl_segmentation::{Entry, Recipe, Rfm, RfmSummary, RunOptions, Timings, TimingsReport, rfm_with};
use serde::Serialize;

use crate::args::{Common, RfmArgs};
use crate::error::CliError;
use crate::terminal::{Terminal, plain_number};
use crate::{files, resources};

pub(crate) fn rfm(args: &RfmArgs, common: &Common, terminal: &Terminal) -> Result<(), CliError> {
    let start = Instant::now();
    let format = files::format_of("--out", &args.out)?;
    let (source, recipe) = (args.source.source()?, recipe(args)?);
    let options = RunOptions { memory_limit: args.source.memory_limit() };
    let mut timings = Timings::default();
    let found = {
        let progress = terminal.progress();
        rfm_with(&source, &recipe, &options, &progress, &mut timings)?
    };
    timings
        .time("write", || segctl_io::write_batches(&args.out, format, &found.customers.schema(), [&found.customers]))?;
    let times = TimingsReport::new(&timings, start.elapsed().as_secs_f64(), resources::peak_rss_bytes());
    files::write_timings(args.timings.as_deref(), &times)?;
    files::answer(args.json, common.quiet, &Document::new(&found), || summary(&found))
}

fn recipe(args: &RfmArgs) -> Result<Recipe, CliError> {
    let mut recipe = args.source.recipe()?;
    args.of_transactions.change(&mut recipe);
    recipe.validate()?;
    Ok(recipe)
}

/// What `--json` prints.
#[derive(Serialize)]
struct Document<'a> {
    #[serde(flatten)]
    summary: &'a RfmSummary,
    ledger: &'a [Entry],
}

impl<'a> Document<'a> {
    fn new(found: &'a Rfm) -> Self {
        Self { summary: &found.summary, ledger: &found.ledger }
    }
}

fn summary(found: &Rfm) -> String {
    let told = &found.summary;
    let count = |n: u64| plain_number(n as f64);
    let mut lines = vec![
        format!(
            "{} customers made of {} of {} lines, observed until {}",
            count(told.n_customers),
            count(told.n_lines_kept),
            count(told.n_lines),
            told.until
        ),
        "Lines that are no purchases (a line may be among several):".to_owned(),
    ];
    let reasons = told.left_out.iter().filter(|left_out| left_out.n_lines > 0);
    lines.extend(reasons.map(|left_out| format!("  {:>11}  {}", count(left_out.n_lines), left_out.reason)));
    lines.push(format!("  {:>11}  are equal to an earlier line, and kept", count(told.n_equal_lines)));
    lines.push(format!("{} customers have lines, but no purchase among them.", count(told.n_without_purchase)));
    lines.push(String::new());
    lines.push(format!("{:<12} {:>9} {:>9} {:>9} {:>9} {:>9}", "score", 1, 2, 3, 4, 5));
    for (name, tiers) in ["recency", "frequency", "monetary"].iter().zip(&told.tiers) {
        let tiers: Vec<String> = tiers.iter().map(|&n| format!("{:>9}", count(n))).collect();
        lines.push(format!("{name:<12} {}", tiers.join(" ")));
    }
    lines.push(String::new());
    lines.push(format!("{:<20} {:>10} {:>7} {:>14} {:>7}  what to do", "segment", "customers", "", "monetary", ""));
    for segment in &told.segments {
        lines.push(format!(
            "{:<20} {:>10} {:>5.1} % {:>14} {:>5.1} %  {}",
            segment.name,
            count(segment.n_customers),
            100.0 * segment.n_customers as f64 / told.n_customers as f64,
            plain_number(segment.monetary),
            100.0 * segment.monetary / told.monetary,
            segment.meaning
        ));
    }
    lines.join("\n") + "\n"
}
