//! A commented configuration file with what was detected.

use std::fmt::Write;

use segctl_io::{Session, SessionOptions, Source};
use segctl_numeric::observe::Observer;
use segctl_preprocessing::packs::built_in;

use crate::ledger::Ledger;
use crate::outcome::{Derived, Usage};
use crate::recipe::{ClusterRecipe, Packs, Parameter, Recipe};
use crate::run::{RunOptions, suited};
use crate::usage::{Use, decide};
use crate::{SegmentationError, resolve, stage};

/// The text of a `segctl.toml` that does what `recipe` would do on `source`, with every column, its
/// role and its use as comments, and every setting shown.
///
/// # Errors
/// As [`crate::run`] up to the point where the columns' uses are known.
pub fn commented_recipe(
    source: &Source,
    recipe: &Recipe,
    options: &RunOptions,
    observer: &dyn Observer,
) -> Result<String, SegmentationError> {
    let session = Session::new(&SessionOptions { memory_limit: options.memory_limit })?;
    let mut ledger = Ledger::default();
    let stated = resolve::stated(recipe);
    let raw = stage::read(source, &stated, resolve::roles(recipe), options.memory_limit, observer)?;
    let raw = stage::narrow(&session, raw, &stated, observer, &mut ledger)?;
    let (steps, derived) = resolve::resolved(recipe, stated, &raw)?;
    let table = stage::enrich(&session, raw, &steps, &mut ledger)?;
    let (cluster, _) = suited(&table, steps.id.as_deref(), &derived, recipe);
    let uses = decide(&table.columns, steps.id.as_deref(), &recipe.data, &cluster)?;
    let rows: Vec<Row> = table.columns.iter().zip(&uses).map(|(column, used)| row(column, used)).collect();
    let mut told = recipe.clone();
    told.data.id = steps.id;
    told.packs = packs(recipe, &derived);
    told.cluster.algorithm = cluster.algorithm;
    Ok(text(&told, &rows, &derived))
}

/// The packs that were recognised, by name.
fn packs(recipe: &Recipe, derived: &[Derived]) -> Packs {
    if recipe.packs != Packs::Auto {
        return recipe.packs.clone();
    }
    let is_used = |title: &str| derived.iter().any(|derived| derived.pack.as_deref() == Some(title));
    let used: Vec<String> = built_in().into_iter().filter(|pack| is_used(&pack.title)).map(|pack| pack.name).collect();
    if used.is_empty() { Packs::None } else { Packs::Named(used) }
}

/// One column in the comment at the top.
struct Row {
    name: String,
    role: String,
    usage: &'static str,
    reason: String,
}

fn row(column: &segctl_io::ColumnInfo, used: &Use) -> Row {
    let usage = match used.usage {
        Usage::Id => "id",
        Usage::Clusters => "forms segments",
        Usage::Describes => "describes",
        Usage::Ignored => "left aside",
    };
    Row { name: column.name.clone(), role: column.role.to_string(), usage, reason: column.reason.clone() }
}

fn text(recipe: &Recipe, rows: &[Row], derived: &[Derived]) -> String {
    let mut text =
        String::from("# segctl configuration. Settings are shown with their values; unknown keys are errors.\n#\n");
    let width = |pick: fn(&Row) -> &str| rows.iter().map(|row| pick(row).chars().count()).max().unwrap_or(0);
    let (names, roles) = (width(|row| &row.name), width(|row| &row.role));
    text.push_str(
        "# Columns as they were recognised (change a role under [data.roles], leave a column aside with exclude):\n",
    );
    for Row { name, role, usage, reason } in rows {
        let line = format!("{name:<names$}  {role:<roles$}  {usage:<14}  {reason}");
        let _ = writeln!(text, "#   {}", line.replace(['\n', '\r'], " "));
    }
    for feature in derived.iter().filter(|feature| feature.pack.is_some()) {
        let pack = feature.pack.as_deref().unwrap_or_default();
        let line = format!("added by the pack {pack:?}: {} = {}", feature.name, feature.sql);
        let _ = writeln!(text, "#   {}", line.replace(['\n', '\r'], " "));
    }
    text.push('\n');
    text.push_str(&annotated(&recipe.to_toml()));
    text
}

/// What the sections are for, above each of them.
const SECTIONS: [(&str, &str); 7] = [
    ("packs", "Feature packs by name or file; \"auto\" adds those whose columns are recognised, \"none\" adds none."),
    (
        "[data]",
        "Rows and columns: where, sql, id, columns, exclude, delimiter, missing, sheet; [data.roles] NAME = \"numeric\".",
    ),
    ("[duplicates]", "Repeated ids: \"error\", \"first\", \"last\" or \"aggregate\"."),
    (
        "[features]",
        "Features as SQL: UTILIZATION = \"BALANCE / CREDIT_LIMIT\"; dividing by zero gives a missing value.",
    ),
    ("[prepare]", "From columns to features: missing cells, outliers, skew, scaling, categories."),
    (
        "[cluster]",
        "Segments: algorithms to compare; k is a number or a range, every k of which is tried and the choice explained.",
    ),
    ("seed", "All random choices derive from this."),
];

fn annotated(toml: &str) -> String {
    let mut text = String::new();
    for line in toml.lines() {
        let starts = |key: &str| line == key || line.starts_with(&format!("{key} ="));
        if let Some((_, about)) = SECTIONS.iter().find(|(key, _)| starts(key)) {
            let _ = writeln!(text, "# {about}");
        }
        if line == "[cluster]" {
            text.push_str(&parameters());
        }
        let _ = writeln!(text, "{line}");
    }
    text
}

/// The parameters that may be given, each with its algorithms and what it is otherwise.
fn parameters() -> String {
    let mut text = String::from("# Parameters, which need not be given:\n");
    let width = ClusterRecipe::PARAMETERS.iter().map(|parameter| parameter.name.len()).max().unwrap_or(0);
    for Parameter { name, about, value, default, algorithms } in ClusterRecipe::PARAMETERS {
        let takers: Vec<&str> = algorithms.iter().map(|algorithm| algorithm.name()).collect();
        let values = if value.contains(',') { format!(" ({})", value.replace(',', ", ")) } else { String::new() };
        let about = about.trim();
        let _ = writeln!(text, "#   {name:<width$}  {about}{values} [{}; default: {default}]", takers.join(", "));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_is_the_recipe_again_whatever_columns_are_called() {
        let row = Row { name: "a\nseed = 9".into(), role: "numeric".into(), usage: "describes", reason: "x".into() };
        let recipe = Recipe { seed: 4, ..Recipe::default() };
        let text = text(&recipe, &[row], &[]);
        assert_eq!(Recipe::from_toml(&text).unwrap(), recipe);
        assert!(text.contains("# Segments: algorithms to compare"), "{text}");
        for parameter in ClusterRecipe::PARAMETERS {
            assert!(text.contains(&format!("#   {}", parameter.name)), "{}", parameter.name);
        }
    }
}
