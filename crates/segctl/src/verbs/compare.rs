//! `segctl compare`: two segmentations, and who went where.

use segctl_io::Source;
use segctl_segmentation::{Birth, CompareOptions, Comparison, Migration, SegmentFate, compare_with};

use crate::args::{Common, CompareArgs};
use crate::error::CliError;
use crate::files;
use crate::terminal::{Terminal, plain_number};

pub(crate) fn compare(args: &CompareArgs, common: &Common, terminal: &Terminal) -> Result<(), CliError> {
    let (first, second) = (Source::parse(&args.first)?, Source::parse(&args.second)?);
    let options = CompareOptions {
        label_column: args.label_column.clone(),
        id: args.id.clone(),
        value: args.value.clone(),
        data: args.data.as_deref().map(Source::parse).transpose()?,
    };
    let found = {
        let progress = terminal.progress();
        compare_with(&first, &second, &options, &progress)?
    };
    files::answer(args.json, common.quiet, &found, || summary(&found))
}

fn summary(found: &Comparison) -> String {
    let mut lines = vec![opening(found)];
    lines.extend(found.notes.iter().cloned());
    lines.push(String::new());
    lines.extend(found.fates.iter().map(SegmentFate::sentence));
    lines.extend(found.births.iter().map(Birth::sentence));
    lines.push(String::new());
    lines.extend(matrix(&found.migration, "customers", &counts(&found.migration)));
    if let Some(value) = &found.migration.value {
        lines.push(String::new());
        let cells: Vec<Vec<String>> =
            value.sums.iter().map(|row| row.iter().map(|sum| plain_number(*sum)).collect()).collect();
        lines.extend(matrix(&found.migration, &value.column, &cells));
    }
    lines.join("\n") + "\n"
}

fn opening(found: &Comparison) -> String {
    let alike = found.agreement.map_or_else(String::new, |agreement| {
        format!(
            "; adjusted Rand index {:.3}, adjusted mutual information {:.3}",
            agreement.adjusted_rand_index, agreement.adjusted_mutual_information
        )
    });
    format!(
        "{} customers in both, {} gone, {} new; {} are where their segment went{alike}",
        plain_number(found.n_common as f64),
        plain_number(found.n_gone as f64),
        plain_number(found.n_new as f64),
        plain_number(found.migration.n_kept(&found.fates) as f64),
    )
}

/// The counts with those beside the matrix.
fn counts(migration: &Migration) -> Vec<Vec<String>> {
    let number = |count: &u64| plain_number(*count as f64);
    migration.counts.iter().map(|row| row.iter().map(number).collect()).collect()
}

/// A matrix with the labels of both sides, columns aligned.
fn matrix(migration: &Migration, what: &str, cells: &[Vec<String>]) -> Vec<String> {
    let corner = format!("{what}: from \\ to");
    let left =
        migration.from.iter().map(|label| label.chars().count()).chain([corner.chars().count()]).max().unwrap_or(0);
    let width =
        |j: usize| cells.iter().map(|row| row[j].len()).chain([migration.to[j].chars().count()]).max().unwrap_or(0);
    let widths: Vec<usize> = (0..migration.to.len()).map(width).collect();
    let line = |head: &str, row: &[String]| {
        let cells: Vec<String> = row.iter().zip(&widths).map(|(cell, &width)| format!("{cell:>width$}")).collect();
        format!("{head:<left$}  {}", cells.join("  "))
    };
    let header = line(&corner, &migration.to);
    std::iter::once(header).chain(migration.from.iter().zip(cells).map(|(label, row)| line(label, row))).collect()
}
