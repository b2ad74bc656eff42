//! `segctl evaluate`: what given labels are worth.

use std::time::Instant;

use segctl_io::Source;
use segctl_segmentation::{EvaluateOptions, Evaluation, RunOptions, Timings, TimingsReport, evaluate_with};

use crate::args::{Common, EvaluateArgs};
use crate::error::CliError;
use crate::terminal::{Terminal, plain_number};
use crate::{files, resources};

pub(crate) fn evaluate(args: &EvaluateArgs, common: &Common, terminal: &Terminal) -> Result<(), CliError> {
    let start = Instant::now();
    let (source, labels) = (args.prepared.data.source()?, Source::parse(&args.labels)?);
    let mut recipe = args.prepared.recipe()?;
    recipe.seed = args.repeat.seed.unwrap_or(recipe.seed);
    let options = EvaluateOptions {
        run: RunOptions { memory_limit: args.prepared.data.memory_limit() },
        label_column: args.label_column.clone(),
        truth: args.truth.clone(),
    };
    let mut timings = Timings::default();
    let found = {
        let progress = terminal.progress();
        evaluate_with(&source, &recipe, &labels, &options, &progress, &mut timings)?
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
    text.push('\n');
    for (name, value) in indices(found) {
        let note = if name == "silhouette" { basis(found) } else { String::new() };
        text.push_str(&format!(
            "{name:<28} {}{note}\n",
            value.map_or("not defined".to_owned(), |value| format!("{value:.6}"))
        ));
    }
    found.notes.iter().for_each(|note| text.push_str(&format!("{note}\n")));
    text
}

/// Every index, by its name.
fn indices(found: &Evaluation) -> Vec<(&'static str, Option<f64>)> {
    let mut indices = vec![
        ("inertia", Some(found.inertia)),
        ("silhouette", found.silhouette),
        ("simplified silhouette", found.simplified_silhouette),
        ("Calinski-Harabasz", found.calinski_harabasz),
        ("Davies-Bouldin", found.davies_bouldin),
        ("Dunn", found.dunn),
        ("Xie-Beni", found.xie_beni),
        ("DBCV", found.dbcv),
    ];
    indices.extend(found.agreement.iter().flat_map(|agreement| {
        [
            ("adjusted Rand index", Some(agreement.adjusted_rand_index)),
            ("adjusted mutual information", Some(agreement.adjusted_mutual_information)),
            ("normalized mutual information", Some(agreement.normalized_mutual_information)),
            ("homogeneity", Some(agreement.homogeneity)),
            ("completeness", Some(agreement.completeness)),
            ("V-measure", Some(agreement.v_measure)),
            ("Fowlkes-Mallows index", Some(agreement.fowlkes_mallows_index)),
            ("purity", Some(agreement.purity)),
            ("variation of information", Some(agreement.variation_of_information)),
        ]
    }));
    indices
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
