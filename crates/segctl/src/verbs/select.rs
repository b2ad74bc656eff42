//! `segctl select`: how many segments, and by which algorithm.

use std::time::Instant;

use segctl_segmentation::{
    Algorithm, Candidate, Evidence, Recipe, Recommended, RunOptions, StructureTest, Tendency, Timings, TimingsReport,
    Vote, select_with,
};
use serde::Serialize;

use crate::args::{Common, SelectArgs};
use crate::error::CliError;
use crate::terminal::Terminal;
use crate::{files, resources};

pub(crate) fn select(args: &SelectArgs, common: &Common, terminal: &Terminal) -> Result<(), CliError> {
    let start = Instant::now();
    let (source, recipe) = (args.prepared.data.source()?, recipe(args)?);
    let options = RunOptions { memory_limit: args.prepared.data.memory_limit() };
    let mut timings = Timings::default();
    let found = {
        let progress = terminal.progress();
        select_with(&source, &recipe, &options, &progress, &mut timings)?
    };
    let times = TimingsReport::new(&timings, start.elapsed().as_secs_f64(), resources::peak_rss_bytes());
    files::write_timings(args.repeat.timings.as_deref(), &times)?;
    files::answer(args.json, common.quiet, &Document::new(&found), || summary(&found))
}

fn recipe(args: &SelectArgs) -> Result<Recipe, CliError> {
    let mut recipe = args.prepared.recipe()?;
    if let Some(algorithms) = &args.algorithm {
        recipe.cluster.algorithm = algorithms.clone();
    }
    args.cluster.change(&mut recipe.cluster)?;
    recipe.cluster.min_share = args.min_share.or(recipe.cluster.min_share);
    recipe.seed = args.repeat.seed.unwrap_or(recipe.seed);
    recipe.validate()?;
    Ok(recipe)
}

/// What `--json` prints.
#[derive(Serialize)]
struct Document<'a> {
    recommended: &'a Option<Recommended>,
    /// What `segctl run` would take.
    taken: Taken,
    structure: &'a Option<StructureTest>,
    tendency: &'a Option<Tendency>,
    votes: &'a [Vote],
    candidates: &'a [Candidate],
    n_customers: u64,
    notes: &'a [String],
}

/// An algorithm with a number of segments.
#[derive(Serialize)]
struct Taken {
    algorithm: Algorithm,
    k: usize,
}

impl<'a> Document<'a> {
    fn new(found: &'a Evidence) -> Self {
        let Evidence { recommended, structure, tendency, votes, candidates, n_customers, notes, .. } = found;
        let taken = Taken { algorithm: found.algorithm, k: found.chosen_k };
        Self { recommended, taken, structure, tendency, votes, candidates, n_customers: *n_customers, notes }
    }
}

fn summary(found: &Evidence) -> String {
    let mut lines: Vec<String> = found.recommended.iter().map(|recommended| recommended.reason.clone()).collect();
    // Where there is none, the recommendation says it.
    let structure = found.structure.iter().filter(|structure| structure.is_structured || lines.is_empty());
    let sentences: Vec<String> = structure.map(|structure| structure.sentence.clone()).collect();
    lines.extend(sentences);
    lines.extend(found.tendency.as_ref().map(tendency));
    lines.extend(other_cut(found));
    lines.push(String::new());
    lines.extend(found.votes.iter().map(|vote| format!("{:<20} {:>3}  {}", vote.index, vote.k, vote.meaning)));
    lines.push(String::new());
    lines.push(format!(
        "{:<14} {:>3} {:>10} {:>12} {:>8} {:>8} {:>8} {:>9} {:>9}",
        "algorithm", "k", "silhouette", "CH", "DB", "gap", "strength", "stability", "smallest"
    ));
    lines.extend(found.candidates.iter().map(line));
    lines.extend(found.notes.iter().cloned());
    lines.join("\n") + "\n"
}

/// What `segctl run` would take, where it is something else than what is recommended.
fn other_cut(found: &Evidence) -> Option<String> {
    let recommended = found.recommended.as_ref()?;
    let (algorithm, k) = (found.algorithm, found.chosen_k);
    let is_other = recommended.k > 1 && (recommended.k, recommended.algorithm) != (k, algorithm);
    is_other.then(|| {
        format!(
            "segctl run takes {k} segments by {}: nearly as well apart as {}, and telling more.",
            algorithm.title(),
            recommended.k
        )
    })
}

fn tendency(found: &Tendency) -> String {
    let of = |p: Option<f64>| p.map_or_else(|| "-".to_owned(), |p| format!("{p:.2}"));
    format!(
        "Hopkins statistic {:.3} (0.5 for customers scattered evenly): p = {} against even scatter, {} against one normal \
         crowd.",
        found.hopkins,
        of(found.uniform_p_value),
        of(found.gaussian_p_value)
    )
}

fn line(candidate: &Candidate) -> String {
    let number = |value: Option<f64>, digits: usize| value.map_or("-".to_owned(), |value| format!("{value:.digits$}"));
    let indices = &candidate.indices;
    format!(
        "{:<14} {:>3} {:>10} {:>12} {:>8} {:>8} {:>8} {:>9} {:>9}",
        candidate.algorithm.name(),
        candidate.k,
        number(Some(candidate.silhouette).filter(|s| !s.is_nan()), 3),
        number(indices.calinski_harabasz, 1),
        number(indices.davies_bouldin, 3),
        number(indices.gap, 3),
        number(indices.prediction_strength, 3),
        number(indices.stability, 3),
        candidate.smallest
    )
}
