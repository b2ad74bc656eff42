//! `segctl assign`: yesterday's model on today's customers.

use segctl_io::Source;
use segctl_segmentation::{Assigned, Model, RunOptions, SegmentationError, assign_with, customers_table};
use serde::Serialize;

use crate::args::{AssignArgs, Common};
use crate::error::CliError;
use crate::files;
use crate::terminal::{Terminal, noise_line, plain_number};

pub(crate) fn assign(args: &AssignArgs, common: &Common, terminal: &Terminal) -> Result<(), CliError> {
    let format = files::format_of("--out", &args.out)?;
    let source = Source::parse(&args.data)?;
    let text = files::read_text(&args.model)?;
    let model = Model::from_json(&text)
        .map_err(|source| CliError::In { path: args.model.clone(), source: Box::new(source) })?;
    let options = RunOptions { memory_limit: args.memory_limit.map(|size| size.as_u64()) };
    let assigned = {
        let progress = terminal.progress();
        assign_with(&source, &model, &options, &progress).map_err(|error| named(args, error))?
    };
    let table = customers_table(&assigned.customers, &model);
    segctl_io::write_batches(&args.out, format, &table.schema(), [&table])?;
    files::answer(args.json, common.quiet, &document(&assigned, &model), || counts(&assigned, &model))
}

/// Data that the model does not fit is named; other errors name what they are about.
fn named(args: &AssignArgs, error: SegmentationError) -> CliError {
    match error {
        SegmentationError::Differs { .. } => CliError::In { path: args.data.clone().into(), source: Box::new(error) },
        other => other.into(),
    }
}

/// What `--json` prints.
#[derive(Serialize)]
struct Document<'a> {
    n_customers: usize,
    n_noise: usize,
    segments: Vec<Count<'a>>,
    ledger: &'a [segctl_segmentation::Entry],
}

#[derive(Serialize)]
struct Count<'a> {
    id: usize,
    name: &'a str,
    size: usize,
    share: f64,
    share_in_model: f64,
}

fn rows<'a>(assigned: &Assigned, model: &'a Model) -> Vec<Count<'a>> {
    let n = assigned.customers.labels.len().max(1) as f64;
    let sizes = assigned.customers.labels.sizes();
    let row = |(id, (size, segment)): (usize, (usize, &'a segctl_segmentation::ModelSegment))| Count {
        id,
        name: &segment.name,
        size,
        share: size as f64 / n,
        share_in_model: segment.share,
    };
    sizes.into_iter().zip(&model.segments).enumerate().map(row).collect()
}

fn document<'a>(assigned: &'a Assigned, model: &'a Model) -> Document<'a> {
    let labels = &assigned.customers.labels;
    let segments = rows(assigned, model);
    Document { n_customers: labels.len(), n_noise: labels.n_noise(), segments, ledger: &assigned.ledger }
}

fn counts(assigned: &Assigned, model: &Model) -> String {
    let mut text = format!("{} customers assigned\n", plain_number(assigned.customers.labels.len() as f64));
    for row in rows(assigned, model) {
        text.push_str(&format!(
            "{:>4}  {:>9}  {:>5.1} % (model {:.1} %)  {}\n",
            row.id,
            plain_number(row.size as f64),
            row.share * 100.0,
            row.share_in_model * 100.0,
            row.name
        ));
    }
    let labels = &assigned.customers.labels;
    text.push_str(&noise_line(labels.n_noise(), labels.len()));
    text
}
