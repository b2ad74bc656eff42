//! `segctl run`: the whole path.

use std::path::Path;
use std::time::Instant;

use segctl_io::{OutputFormat, RecordBatch, Source};
use segctl_report::ReportOptions;
use segctl_segmentation::{
    Manifest, Model, Outcome, Previous, Recipe, RunOptions, Timings, TimingsReport, customers_table, profile_table,
    run_with,
};

use crate::args::{Common, RunArgs};
use crate::error::CliError;
use crate::terminal::{Terminal, printable, summary};
use crate::{files, resources};

pub(crate) fn run(args: &RunArgs, common: &Common, terminal: &Terminal) -> Result<(), CliError> {
    let start = Instant::now();
    let source = args.data.source()?;
    let recipe = recipe(args)?;
    files::check_out_dir(&args.out, args.force)?;
    // Read before anything is written: the directory may be that of the run before.
    let previous = args.previous.as_deref().map(previous).transpose()?;
    let mut timings = Timings::default();
    let options = RunOptions { memory_limit: args.data.memory_limit() };
    let outcome = {
        let progress = terminal.progress();
        run_with(&source, &recipe, previous.as_ref(), &options, &progress, &mut timings)?
    };
    write(&outcome, &recipe, &args.out, &mut timings)?;
    for warning in &outcome.warnings {
        terminal.warn(warning);
    }
    let times = TimingsReport::new(&timings, start.elapsed().as_secs_f64(), resources::peak_rss_bytes());
    finish(args, common, &outcome, &recipe, times)
}

/// The segments of the run that wrote into `dir`.
fn previous(dir: &Path) -> Result<Previous, CliError> {
    let path = dir.join("model.json");
    let model = Model::from_json(&files::read_text(&path)?)
        .map_err(|source| CliError::In { path: path.clone(), source: Box::new(source) })?;
    let customers = Source::parse(&dir.join("segments.parquet").to_string_lossy())?;
    Ok(Previous { customers, model })
}

/// The configuration file's recipe, changed by the options typed.
fn recipe(args: &RunArgs) -> Result<Recipe, CliError> {
    let mut recipe = args.data.recipe()?;
    if let Some(algorithms) = &args.algorithm {
        recipe.cluster.algorithm = algorithms.clone();
    }
    args.cluster.change(&mut recipe.cluster)?;
    recipe.cluster.min_share = args.min_share.or(recipe.cluster.min_share);
    if args.transactions || args.of_transactions.is_given() {
        args.of_transactions.change(&mut recipe);
    }
    recipe.seed = args.repeat.seed.unwrap_or(recipe.seed);
    recipe.validate()?;
    Ok(recipe)
}

fn write(outcome: &Outcome, recipe: &Recipe, dir: &Path, timings: &mut Timings) -> Result<(), CliError> {
    files::open_out_dir(dir)?;
    timings.time("write", || write_tables(outcome, dir))?;
    timings.time("report", || write_report(outcome, recipe, dir))
}

fn write_tables(outcome: &Outcome, dir: &Path) -> Result<(), CliError> {
    let customers = customers_table(&outcome.customers, &outcome.model);
    let profile = profile_table(&outcome.profile, &outcome.segments);
    let table = |name, format, batch: &RecordBatch| {
        segctl_io::write_batches(&files::output(dir, name), format, &batch.schema(), [batch])
    };
    table("segments.parquet", OutputFormat::Parquet, &customers)?;
    table("segments.csv", OutputFormat::Csv, &customers)?;
    table("profile.csv", OutputFormat::Csv, &profile)?;
    files::write_text(&files::output(dir, "model.json"), &outcome.model.to_json())
}

fn write_report(outcome: &Outcome, recipe: &Recipe, dir: &Path) -> Result<(), CliError> {
    let options = report_options(recipe);
    let mut page = Vec::new();
    segctl_report::render(outcome, &options, &mut page)?;
    let path = files::output(dir, "report.html");
    Ok(segctl_io::write_atomically(&path, |file| file.write_all(&page))?)
}

/// The settings shown in the report: what the outcome depends on, and no path of this machine.
fn report_options(recipe: &Recipe) -> ReportOptions {
    let cluster = &recipe.cluster;
    let mut settings = vec![
        ("seed", recipe.seed.to_string()),
        ("algorithm", cluster.algorithm.to_string()),
        ("k", cluster.k.to_string()),
    ];
    settings.extend(cluster.given().into_iter().map(|(parameter, value)| (parameter.name, value)));
    let options = ReportOptions::new(env!("CARGO_PKG_VERSION"));
    settings.into_iter().fold(options, |options, (name, value)| options.with_parameter(name, value))
}

/// Writes the manifest last: it says that the other files are there.
fn finish(
    args: &RunArgs,
    common: &Common,
    outcome: &Outcome,
    recipe: &Recipe,
    times: TimingsReport<'_>,
) -> Result<(), CliError> {
    files::write_timings(args.repeat.timings.as_deref(), &times)?;
    let outputs = files::OUTPUTS.map(String::from).to_vec();
    let manifest = Manifest::new(outcome, recipe, outputs, times).to_json();
    files::write_text(&files::output(&args.out, "run.json"), &manifest)?;
    match (args.json, common.quiet) {
        (true, _) => files::print(&manifest),
        (false, true) => Ok(()),
        (false, false) => files::print(&printable(&summary(outcome, &args.out))),
    }
}
