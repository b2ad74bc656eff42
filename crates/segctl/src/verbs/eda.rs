//! `segctl eda`: look before you cluster.

use std::time::Instant;

use segctl_report::{ReportOptions, render_eda};
use segctl_segmentation::{Recipe, RunOptions, Timings, TimingsReport, eda_with};

use crate::args::{Common, EdaArgs};
use crate::error::CliError;
use crate::terminal::{Terminal, exploration};
use crate::{files, resources};

pub(crate) fn eda(args: &EdaArgs, common: &Common, terminal: &Terminal) -> Result<(), CliError> {
    let start = Instant::now();
    let (source, recipe) = (args.source.source()?, recipe(args)?);
    let options = RunOptions { memory_limit: args.source.memory_limit() };
    let mut timings = Timings::default();
    let found = {
        let progress = terminal.progress();
        eda_with(&source, &recipe, &options, &progress, &mut timings)?
    };
    if let Some(dir) = &args.out {
        timings.time("report", || {
            files::make_dir(dir)?;
            let mut page = Vec::new();
            render_eda(&found, &ReportOptions::new(env!("CARGO_PKG_VERSION")), &mut page)?;
            segctl_io::write_atomically(&dir.join("eda.html"), |file| file.write_all(&page))?;
            files::write_text(&dir.join("eda.json"), &files::json(&found))
        })?;
    }
    let times = TimingsReport::new(&timings, start.elapsed().as_secs_f64(), resources::peak_rss_bytes());
    files::write_timings(args.repeat.timings.as_deref(), &times)?;
    files::answer(args.json, common.quiet, &found, || exploration(&found, args.out.as_deref()))
}

fn recipe(args: &EdaArgs) -> Result<Recipe, CliError> {
    let mut recipe = args.source.recipe()?;
    recipe.seed = args.repeat.seed.unwrap_or(recipe.seed);
    Ok(recipe)
}
