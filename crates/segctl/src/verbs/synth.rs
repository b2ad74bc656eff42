//! `segctl synth`: customers to try things on.

use segctl_numeric::seed::Seed;
use segctl_segmentation::SegmentationError;
use segctl_segmentation::synth::{SynthParams, synth as draw};

use crate::args::SynthArgs;
use crate::error::CliError;
use crate::files;
use crate::terminal::{Terminal, plain_number};

pub(crate) fn synth(args: &SynthArgs, terminal: &Terminal) -> Result<(), CliError> {
    let format = files::format_of("--out", &args.out)?;
    let mut customers = draw(&params(args)?).map_err(SegmentationError::from)?;
    segctl_io::write_batches(&args.out, format, &customers.schema(), customers.by_ref())?;
    let made = customers.report();
    let count = |n: u64| plain_number(n as f64);
    terminal.note(&format!(
        "{} rows written to {}: {} exact duplicates, {} missing cells, {} impossible entries, {} outliers planted",
        count(made.rows),
        args.out.display(),
        count(made.duplicates),
        count(made.missing_minimum_payments + made.missing_credit_limit),
        count(made.impossible),
        count(made.outliers),
    ));
    Ok(())
}

fn params(args: &SynthArgs) -> Result<SynthParams, CliError> {
    let rows = usize::try_from(args.rows).map_err(|_| CliError::Option {
        option: "--rows",
        value: args.rows.to_string(),
        reason: "is more than this machine can count".into(),
    })?;
    let params = SynthParams::new(rows).with_seed(Seed(args.seed));
    Ok(if args.with_groups { params.with_groups() } else { params })
}
