//! `segctl evaluate`: what given labels are worth.

use std::time::Instant;

use segctl_io::Source;
use segctl_segmentation::{Evaluation, RunOptions, Timings, TimingsReport, evaluate_with};

use crate::args::{Common, EvaluateArgs};
use crate::error::CliError;
use crate::terminal::{Terminal, plain_number};
use crate::{files, resources};

pub(crate) fn evaluate(args: &EvaluateArgs, common: &Common, terminal: &Terminal) -> Result<(), CliError> {
    let start = Instant::now();
    let (source, labels) = (args.prepared.data.source()?, Source::parse(&args.labels)?);
    let mut recipe = args.prepared.recipe()?;
    recipe.seed = args.repeat.seed.unwrap_or(recipe.seed);
    let options = RunOptions { memory_limit: args.prepared.data.memory_limit() };
    let mut timings = Timings::default();
    let found = {
        let progress = terminal.progress();
        evaluate_with(&source, &recipe, &labels, args.label_column.as_deref(), &options, &progress, &mut timings)?
    };
    let times = TimingsReport::new(&timings, start.elapsed().as_secs_f64(), resources::peak_rss_bytes());
    files::write_timings(args.repeat.timings.as_deref(), &times)?;
    files::answer(args.json, common.quiet, &found, || summary(&found))
}

fn summary(found: &Evaluation) -> String {
    let mut text = format!("{} customers in {} segments", plain_number(found.n_customers as f64), found.segments.len());
    if found.n_noise > 0 {
        let share = found.n_noise as f64 / found.n_customers as f64 * 100.0;
        text.push_str(&format!(", {} of them noise ({share:.1} %), left out", plain_number(found.n_noise as f64)));
    }
    text.push_str(&format!("\ninertia     {}\n", found.inertia));
    text.push_str(&format!("silhouette  {:.6}{}\n", found.silhouette, basis(found)));
    text
}

fn basis(found: &Evaluation) -> String {
    match found.silhouette_interval {
        None => String::new(),
        Some((low, high)) => {
            let rows = plain_number(found.silhouette_rows as f64);
            format!(" (between {low:.4} and {high:.4} with 95 % confidence, estimated from {rows} customers)")
        }
    }
}
