//! From the chosen clustering to the outcome.

use segctl_clustering_core::model::Assignment;
use segctl_io::{FileReport, Table};
use segctl_numeric::observe::Observer;
use segctl_numeric::seed::Seed;
use segctl_numeric::{Labels, MatrixView};

use crate::SegmentationError;
use crate::algorithm::Fit;
use crate::compare::Previous;
use crate::customers::{customers, ids};
use crate::evidence::Sweep;
use crate::explain::{Explained, explain};
use crate::model::{Clusterer, Model, ModelColumn, ModelSegment, Parts, Reference};
use crate::outcome::{Column, Evidence, Input, InputFile, Outcome, Usage};
use crate::pictures::drawn;
use crate::recipe::{Algorithm, ClusterRecipe, Recipe};
use crate::run::{Ready, checkpoint};
use crate::steady::steady;
use crate::yardstick::Yardstick;

/// Everything that follows from the chosen clustering.
pub(crate) fn conclude(
    ready: Ready,
    sweep: Sweep,
    recipe: &Recipe,
    previous: Option<&Previous>,
    observer: &dyn Observer,
) -> Result<Outcome, SegmentationError> {
    let mut settled = settled(&sweep.chosen, sweep.algorithm, &ready.cluster);
    let ids = ids(&ready.table, ready.steps.id.as_deref());
    let lineage = previous.map(|previous| previous.lineage(&ids.values, &settled.labels, observer)).transpose()?;
    lineage.iter().for_each(|lineage| settled.reorder(&lineage.order));
    let Settled { labels, clusterer } = settled;
    let (assignment, agreement) = replayed(&clusterer, clusterer.rows(&ready.prepared).view(), labels)?;
    let silhouettes = match sweep.silhouettes {
        Some(exact) => exact,
        None => Yardstick::of(&ready)?.estimated(&assignment.labels, Seed(recipe.seed), observer)?,
    };
    let mut customers = customers(ids, assignment, silhouettes);
    customers.outlier_score = sweep.chosen.outlier_scores;
    checkpoint(observer, "explain", 1)?;
    let steady = steady(&ready, sweep.algorithm, &customers, Seed(recipe.seed), observer)?;
    customers.membership = steady.membership.clone();
    let names = lineage.map_or_else(Vec::new, |lineage| lineage.names);
    let explained = explain(&ready, &customers, &clusterer, &steady, &names, Seed(recipe.seed))?;
    let since = previous.map(|previous| previous.comparison(&customers.ids.values, &customers.labels)).transpose()?;
    let pictures = drawn(sweep.pictures, &ready, &explained.features, &customers.labels)?;
    checkpoint(observer, "explain", 2)?;
    let told = explained.segments.iter().map(|s| ModelSegment { name: s.name.clone(), size: s.size, share: s.share });
    let model = model_of(&ready, told.collect(), explained.reference.clone(), clusterer, recipe);
    let warnings = warnings(&ready, &sweep.evidence, agreement);
    let Explained { distributions, correlation, segments, profile, composition, projection, .. } = explained;
    Ok(Outcome {
        columns: columns(&ready),
        input: ready.input,
        ledger: ready.ledger.into_entries(),
        derived: ready.derived,
        evidence: sweep.evidence,
        distributions,
        correlation,
        segments,
        profile,
        composition,
        projection,
        customers,
        model,
        agreement,
        tree: pictures.tree,
        neighbours: pictures.neighbours,
        condensed: pictures.condensed,
        map: pictures.map,
        contested: steady.contested,
        n_contested: steady.n_contested,
        n_followed: steady.n_followed,
        rule_fidelity: explained.rule_fidelity,
        drivers: explained.drivers,
        since,
        alerts: Vec::new(),
        warnings,
    })
}

/// The labels and the model of a clustering, segments numbered by descending size.
pub(crate) struct Settled {
    pub(crate) labels: Labels,
    pub(crate) clusterer: Clusterer,
}

impl Settled {
    /// The same segments under other numbers: number `s` is given to the segment that had `order[s]`.
    fn reorder(&mut self, order: &[usize]) {
        let mut new_id = vec![0; order.len()];
        order.iter().zip(0..).for_each(|(&segment, id)| new_id[segment] = id);
        self.labels = self.labels.permuted(&new_id);
        self.clusterer.rule = self.clusterer.rule.reordered(order);
    }
}

pub(crate) fn settled(fit: &Fit, algorithm: Algorithm, recipe: &ClusterRecipe) -> Settled {
    let order = largest_first(&fit.labels);
    let mut new_id = vec![0; order.len()];
    order.iter().zip(0..).for_each(|(&cluster, id)| new_id[cluster] = id);
    let given = recipe.given().into_iter().filter(|(parameter, _)| parameter.algorithms.contains(&algorithm));
    let parameters = given.map(|(parameter, text)| (parameter.name.to_owned(), text)).collect();
    let clusterer = Clusterer { algorithm, parameters, rule: fit.model.reordered(&order) };
    Settled { labels: fit.labels.permuted(&new_id), clusterer }
}

/// How the rows stand to the segments they are in, and the share of them that the model would put
/// there again.
///
/// Where it would not, the distance is that to the row's own segment, and the runner-up is the one that
/// the model would take.
pub(crate) fn replayed(
    clusterer: &Clusterer,
    x: MatrixView<'_>,
    labels: Labels,
) -> Result<(Assignment, f64), SegmentationError> {
    let mut assignment = clusterer.predict(x)?;
    let strays: Vec<usize> = (0..labels.len()).filter(|&i| labels.get(i) != assignment.labels.get(i)).collect();
    if strays.is_empty() {
        return Ok((assignment, 1.0));
    }
    let own = labels.select(&strays);
    let distances = clusterer.distances_to(x.select_rows(&strays).view(), &own)?;
    for (&i, distance) in strays.iter().zip(distances) {
        assignment.second[i] = assignment.labels.as_slice()[i];
        assignment.second_distance[i] = assignment.distance[i];
        assignment.distance[i] = distance;
    }
    let agreement = 1.0 - strays.len() as f64 / labels.len() as f64;
    assignment.labels = labels;
    Ok((assignment, agreement))
}

/// The clusters by descending size; the lower number first among equals.
fn largest_first(labels: &Labels) -> Vec<usize> {
    let sizes = labels.sizes();
    let mut order: Vec<usize> = (0..sizes.len()).collect();
    order.sort_by_key(|&c| std::cmp::Reverse(sizes[c]));
    order
}

/// The model of what was fitted to `ready`.
pub(crate) fn model_of(
    ready: &Ready,
    segments: Vec<ModelSegment>,
    reference: Vec<Reference>,
    clusterer: Clusterer,
    recipe: &Recipe,
) -> Model {
    Model::from(Parts {
        seed: recipe.seed,
        columns: model_columns(ready),
        table: ready.steps.clone(),
        prepare: ready.fitted.clone(),
        clusterer,
        segments,
        reference,
    })
}

/// The raw columns that must be there again: the id, the inputs of the steps, and whatever an
/// expression may mention.
fn model_columns(ready: &Ready) -> Vec<ModelColumn> {
    let inputs = ready.fitted.input_columns();
    let steps = &ready.steps;
    let expressions: Vec<&str> = steps
        .features
        .iter()
        .map(|feature| feature.sql.as_str())
        .chain(steps.rules.iter().map(|rule| rule.check.as_str()))
        .collect();
    let needed = |name: &str| {
        Some(name) == steps.id.as_deref() || inputs.contains(&name) || expressions.iter().any(|sql| mentions(sql, name))
    };
    let column = |column: &segctl_io::ColumnInfo| ModelColumn {
        name: column.name.clone(),
        kind: column.kind,
        role: column.role,
        usage: usage_of(ready, &column.name),
    };
    ready.raw_columns.iter().filter(|column| needed(&column.name)).map(column).collect()
}

fn usage_of(ready: &Ready, name: &str) -> Usage {
    let at = ready.table.columns.iter().position(|column| column.name == name);
    at.map_or(Usage::Ignored, |at| ready.uses[at].usage)
}

/// Whether the expression holds the name as a word of its own.
fn mentions(sql: &str, name: &str) -> bool {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    sql.match_indices(name).any(|(at, _)| {
        let before = sql[..at].chars().next_back();
        let after = sql[at + name.len()..].chars().next();
        !before.is_some_and(is_word) && !after.is_some_and(is_word)
    })
}

/// What was read, in the words of the report.
pub(crate) fn input(table: &Table) -> Input {
    let files: Vec<InputFile> = table.report.files.iter().map(input_file).collect();
    Input {
        name: files.first().map_or_else(|| "stdin".into(), |file| stem(&file.name)),
        n_rows: files.iter().map(|file| file.n_rows).sum(),
        n_columns: table.columns.len() as u64,
        notes: table.report.notes.clone(),
        files,
    }
}

fn input_file(file: &FileReport) -> InputFile {
    let delimiter = file.delimiter.map(|c| format!("delimiter {c:?}"));
    let parts =
        [Some(file.format.name().to_owned()), delimiter, file.encoding.clone(), file.compression.map(str::to_owned)];
    InputFile {
        name: file_name(&file.name),
        format: parts.into_iter().flatten().collect::<Vec<_>>().join(", "),
        bytes: file.n_bytes,
        sha256: file.sha256.clone(),
        n_rows: file.n_rows,
    }
}

pub(crate) fn file_name(path: &str) -> String {
    let path = std::path::Path::new(path);
    path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned())
}

fn stem(name: &str) -> String {
    name.split('.').next().unwrap_or(name).to_owned()
}

fn columns(ready: &Ready) -> Vec<Column> {
    let inputs = ready.fitted.input_columns();
    let describe = |(column, used): (&segctl_io::ColumnInfo, &crate::usage::Use)| {
        let dropped = used.usage == Usage::Clusters && !inputs.contains(&column.name.as_str());
        let before = ready.raw_columns.iter().find(|raw| raw.name == column.name).unwrap_or(column);
        Column {
            name: column.name.clone(),
            kind: column.kind.to_string(),
            role: column.role.to_string(),
            reason: format!("{}; {}", column.reason, used.reason),
            usage: if dropped { Usage::Ignored } else { used.usage },
            n_missing: before.n_missing,
            missing_by_marker: before.missing_by_marker.clone(),
            n_distinct: column.n_distinct.count as u64,
        }
    };
    ready.table.columns.iter().zip(&ready.uses).map(describe).collect()
}

/// Things a reader must know before trusting the segments.
fn warnings(ready: &Ready, evidence: &Evidence, agreement: f64) -> Vec<String> {
    let mut warnings = Vec::new();
    if let Some(candidate) = evidence.chosen().filter(|candidate| !candidate.converged) {
        warnings.push(not_converged(candidate.algorithm, candidate.n_iter));
    }
    if let Some(candidate) = evidence.chosen().filter(|candidate| candidate.noise_share > 0.5) {
        warnings.push(mostly_noise(candidate.noise_share));
    }
    if agreement < 1.0 {
        warnings.push(disagreement(agreement));
    }
    if ready.table.n_rows() < 20 * evidence.chosen_k {
        warnings.push(format!(
            "{} customers are few for {} segments: expect them to change with a handful of new customers",
            ready.table.n_rows(),
            evidence.chosen_k
        ));
    }
    warnings
}

pub(crate) fn not_converged(algorithm: Algorithm, n_iter: Option<u64>) -> String {
    format!(
        "{} stopped after {} iterations before every customer had settled; raise max-iter, or set tol to 0",
        algorithm.title(),
        n_iter.unwrap_or(0)
    )
}

pub(crate) fn mostly_noise(share: f64) -> String {
    format!("{:.1} % of the customers are noise: what is said of segments concerns the others only", share * 100.0)
}

pub(crate) fn disagreement(agreement: f64) -> String {
    // Rounded down: 100.0 % would say that nobody moves.
    let percent = (agreement * 1000.0).floor() / 10.0;
    format!("the model puts {percent:.1} % of these customers where they are now; segctl assign will move the others")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_as_words() {
        assert!(mentions("BALANCE / CREDIT_LIMIT", "BALANCE"));
        assert!(!mentions("BALANCE_FREQUENCY > 1", "BALANCE"));
        assert!(mentions("\"Annual Income (k$)\" * 2", "Annual Income (k$)"));
    }

    #[test]
    fn the_largest_cluster_comes_first() {
        let labels = Labels::new(vec![0, 1, 1, 2, 2], 3).unwrap();
        assert_eq!(largest_first(&labels), [1, 2, 0]);
    }
}
