//! `segctl reduce`: the customers in a few numbers.

use std::path::Path;
use std::time::Instant;

use segctl_io::{OutputFormat, RecordBatch};
use segctl_segmentation::{Reduction, RunOptions, Timings, TimingsReport, reduce_with};
use serde::Serialize;

use crate::args::{Common, ReduceArgs};
use crate::error::CliError;
use crate::terminal::{Terminal, plain_number};
use crate::{files, resources};

pub(crate) fn reduce(args: &ReduceArgs, common: &Common, terminal: &Terminal) -> Result<(), CliError> {
    let start = Instant::now();
    let source = args.prepared.data.source()?;
    let format = files::format_of("--out", &args.out)?;
    let loadings = args.loadings_out.as_deref().map(|path| files::format_of("--loadings-out", path)).transpose()?;
    let recipe = args.prepared.recipe()?;
    let options = RunOptions { memory_limit: args.prepared.data.memory_limit() };
    let mut timings = Timings::default();
    let found = {
        let progress = terminal.progress();
        let method = args.method.reduction();
        reduce_with(&source, &recipe, method, args.components, &options, &progress, &mut timings)?
    };
    timings.time("write", || {
        if let (Some(path), Some(format)) = (&args.loadings_out, loadings) {
            write(path, format, &found.loadings_table())?;
        }
        write(&args.out, format, &found.scores_table())
    })?;
    let times = TimingsReport::new(&timings, start.elapsed().as_secs_f64(), resources::peak_rss_bytes());
    files::write_timings(args.timings.as_deref(), &times)?;
    files::answer(args.json, common.quiet, &Document::new(&found), || summary(&found))
}

fn write(path: &Path, format: OutputFormat, table: &RecordBatch) -> Result<(), CliError> {
    Ok(segctl_io::write_batches(path, format, &table.schema(), [table])?)
}

/// What `--json` prints.
#[derive(Serialize)]
struct Document<'a> {
    n_customers: usize,
    features: &'a [String],
    explained_variance: &'a [f64],
    explained_variance_ratio: &'a [f64],
    components: Vec<&'a [f64]>,
    ledger: &'a [segctl_segmentation::Entry],
}

impl<'a> Document<'a> {
    fn new(found: &'a Reduction) -> Self {
        Self {
            n_customers: found.scores.n_rows(),
            features: &found.columns,
            explained_variance: &found.explained_variance,
            explained_variance_ratio: &found.explained_variance_ratio,
            components: found.loadings.view().rows().collect(),
            ledger: &found.ledger,
        }
    }
}

fn summary(found: &Reduction) -> String {
    let (n, d) = (plain_number(found.scores.n_rows() as f64), found.columns.len());
    let mut text = format!("{n} customers, {d} features\n");
    let mut total = 0.0;
    let variances = found.explained_variance.iter().zip(&found.explained_variance_ratio);
    for (c, (variance, ratio)) in variances.enumerate() {
        total += ratio * 100.0;
        text.push_str(&format!(
            "{:<5} variance {variance:>10.4}  {:>5.1} %  together {total:>5.1} %  {}\n",
            found.component_name(c),
            ratio * 100.0,
            strongest(&found.columns, found.loadings.row(c))
        ));
    }
    text
}

/// The columns with the largest loadings.
fn strongest(columns: &[String], loadings: &[f64]) -> String {
    let mut order: Vec<usize> = (0..columns.len()).collect();
    order.sort_by(|&a, &b| loadings[b].abs().total_cmp(&loadings[a].abs()));
    let told = order.iter().take(3).map(|&j| format!("{} {:+.2}", columns[j], loadings[j]));
    told.collect::<Vec<_>>().join(", ")
}
