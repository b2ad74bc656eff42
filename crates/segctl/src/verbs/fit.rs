//! `segctl fit`: one model.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use segctl_io::{OutputFormat, RecordBatch, Source};
use segctl_segmentation::{
    Algorithm, Algorithms, FitOptions, FitOutcome, Recipe, RunOptions, Timings, TimingsReport, codebook_table,
    customers_table, fit_with, linkage_table,
};
use serde::Serialize;

use crate::args::{Common, FitArgs};
use crate::error::CliError;
use crate::terminal::{Terminal, noise_line, plain_number, segments};
use crate::{files, resources};

pub(crate) fn fit(args: &FitArgs, common: &Common, terminal: &Terminal) -> Result<(), CliError> {
    let start = Instant::now();
    let (source, recipe) = (args.prepared.data.source()?, recipe(args)?);
    let outputs = Outputs::of(args)?;
    let options = FitOptions {
        run: RunOptions { memory_limit: args.prepared.data.memory_limit() },
        cut: args.cut(),
        init_centers: args.init_centers.as_deref().map(Source::parse).transpose()?,
    };
    let mut timings = Timings::default();
    let found = {
        let progress = terminal.progress();
        fit_with(&source, &recipe, &options, &progress, &mut timings)?
    };
    timings.time("write", || outputs.write(args, &found))?;
    found.warnings.iter().for_each(|warning| terminal.warn(warning));
    let times = TimingsReport::new(&timings, start.elapsed().as_secs_f64(), resources::peak_rss_bytes());
    files::write_timings(args.repeat.timings.as_deref(), &times)?;
    files::answer(args.json, common.quiet, &Document::new(&found), || summary(&found))
}

fn recipe(args: &FitArgs) -> Result<Recipe, CliError> {
    let mut recipe = args.prepared.recipe()?;
    recipe.cluster.algorithm = Algorithms::one(args.algorithm);
    args.cluster.change(&mut recipe.cluster)?;
    recipe.seed = args.repeat.seed.unwrap_or(recipe.seed);
    recipe.validate()?;
    Ok(recipe)
}

/// The tables asked for, and their formats.
struct Outputs {
    labels: Option<OutputFormat>,
    linkage: Option<OutputFormat>,
    codebook: Option<OutputFormat>,
}

impl Outputs {
    /// Asked before any work is done.
    fn of(args: &FitArgs) -> Result<Self, CliError> {
        let format =
            |option, path: &Option<PathBuf>| path.as_deref().map(|path| files::format_of(option, path)).transpose();
        let algorithm = args.algorithm;
        let needs = |is_made: bool, path: &Option<PathBuf>, reason: &str| match path {
            Some(_) if !is_made => Err(CliError::Option {
                option: "--algorithm",
                value: algorithm.name().to_owned(),
                reason: reason.to_owned(),
            }),
            _ => Ok(()),
        };
        needs(algorithm.makes_tree(), &args.linkage_out, "makes no tree for --linkage-out")?;
        needs(algorithm == Algorithm::Som, &args.codebook_out, "makes no map for --codebook-out")?;
        Ok(Self {
            labels: format("--labels-out", &args.labels_out)?,
            linkage: format("--linkage-out", &args.linkage_out)?,
            codebook: format("--codebook-out", &args.codebook_out)?,
        })
    }

    fn write(&self, args: &FitArgs, found: &FitOutcome) -> Result<(), CliError> {
        if let (Some(path), Some(format)) = (&args.labels_out, self.labels) {
            write_table(path, format, &customers_table(&found.customers, &found.model))?;
        }
        if let (Some(path), Some(format), Some(tree)) = (&args.linkage_out, self.linkage, &found.tree) {
            write_table(path, format, &linkage_table(tree))?;
        }
        let units = found.unit_sizes.as_deref().and_then(|sizes| codebook_table(&found.model, sizes));
        if let (Some(path), Some(format), Some(table)) = (&args.codebook_out, self.codebook, units) {
            write_table(path, format, &table)?;
        }
        match &args.model_out {
            Some(path) => files::write_text(path, &found.model.to_json()),
            None => Ok(()),
        }
    }
}

fn write_table(path: &std::path::Path, format: OutputFormat, table: &RecordBatch) -> Result<(), CliError> {
    Ok(segctl_io::write_batches(path, format, &Arc::clone(&table.schema()), [table])?)
}

/// What `--json` prints.
#[derive(Serialize)]
struct Document<'a> {
    #[serde(flatten)]
    clustering: &'a segctl_segmentation::Clustering,
    n_customers: usize,
    segments: &'a [segctl_segmentation::ModelSegment],
    ledger: &'a [segctl_segmentation::Entry],
    warnings: &'a [String],
}

impl<'a> Document<'a> {
    fn new(found: &'a FitOutcome) -> Self {
        Self {
            clustering: &found.clustering,
            n_customers: found.customers.labels.len(),
            segments: &found.model.segments,
            ledger: &found.ledger,
            warnings: &found.warnings,
        }
    }
}

fn summary(found: &FitOutcome) -> String {
    let clustering = &found.clustering;
    let mut text = format!(
        "{} customers in {} by {}: inertia {}",
        plain_number(found.customers.labels.len() as f64),
        segments(clustering.k),
        clustering.algorithm.title(),
        clustering.inertia
    );
    for (name, value) in &clustering.figures {
        text.push_str(&format!(", {} {value}", name.replace('_', " ")));
    }
    if let Some(n_iter) = clustering.n_iter {
        text.push_str(&format!(", {n_iter} iterations"));
    }
    text.push('\n');
    clustering.notes.iter().for_each(|note| text.push_str(&format!("{note}\n")));
    for (id, segment) in found.model.segments.iter().enumerate() {
        let (size, share) = (plain_number(segment.size as f64), segment.share * 100.0);
        text.push_str(&format!("{id:>4}  {size:>9}  {share:>5.1} %  {}\n", segment.name));
    }
    text.push_str(&noise_line(clustering.n_noise, found.customers.labels.len()));
    text.push_str(&format!(
        "new customers go to {}; of these customers {:.1} % would come back to their segments\n",
        clustering.rule,
        (clustering.agreement * 1000.0).floor() / 10.0
    ));
    text
}
