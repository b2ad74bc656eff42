//! From the recipe and the table as read to the steps that `run` takes and the model keeps.

use std::collections::BTreeMap;

use segctl_io::{FeatureExpr, Role, RowRule, RuleAction, Table};
use segctl_preprocessing::packs::{FeaturePack, PackAction, PackRule, built_in, recognise};

use crate::SegmentationError;
use crate::model::TableSteps;
use crate::outcome::Derived;
use crate::recipe::{Packs, Recipe};

/// The steps the recipe states, without packs and before the id is recognised.
pub(crate) fn stated(recipe: &Recipe) -> TableSteps {
    let data = &recipe.data;
    TableSteps {
        encoding: data.encoding,
        delimiter: data.delimiter,
        sheet: data.sheet.clone(),
        missing: data.missing.clone(),
        as_is: data.as_is,
        sql: data.sql.clone(),
        filter: data.filter.clone(),
        rfm: recipe.rfm.clone(),
        id: data.id.clone(),
        duplicate_ids: recipe.duplicates.ids,
        rules: recipe.rules.clone(),
        joins: recipe.joins.clone(),
        features: recipe.features.0.clone(),
    }
}

/// The roles the recipe gives, the id's included.
pub(crate) fn roles(recipe: &Recipe) -> BTreeMap<String, Role> {
    let mut roles = recipe.data.roles.clone();
    roles.extend(recipe.data.id.iter().map(|id| (id.clone(), Role::Id)));
    roles
}

/// Adds the recognised id and packs; what the user named stands.
///
/// # Errors
/// A pack that is named and is not there, cannot be read, or needs other columns.
pub(crate) fn resolved(
    recipe: &Recipe,
    mut steps: TableSteps,
    table: &Table,
) -> Result<(TableSteps, Vec<Derived>), SegmentationError> {
    if recipe.data.as_is {
        return Ok((steps, Vec::new()));
    }
    steps.id = steps.id.or_else(|| table.id.clone());
    let mut derived: Vec<Derived> = Vec::new();
    let columns: Vec<&str> = table.columns.iter().map(|column| column.name.as_str()).collect();
    let packs = match &recipe.packs {
        Packs::Auto => recognise(&columns),
        Packs::None => Vec::new(),
        Packs::Named(names) => names.iter().map(|name| named(name, &columns)).collect::<Result<_, _>>()?,
    };
    add_packs(packs, &mut steps, &columns, &mut derived);
    derived.extend(recipe.features.0.iter().map(|feature| of(feature, None)));
    Ok((steps, derived))
}

fn of(feature: &FeatureExpr, pack: Option<&str>) -> Derived {
    Derived { name: feature.name.clone(), sql: feature.sql.clone(), pack: pack.map(str::to_owned) }
}

/// Packs come before the user's own expressions, which may use theirs.
fn add_packs(packs: Vec<FeaturePack>, steps: &mut TableSteps, columns: &[&str], derived: &mut Vec<Derived>) {
    let (mut rules, mut features) = (Vec::new(), Vec::new());
    for pack in packs {
        for feature in pack.features {
            let taken =
                columns.contains(&feature.name.as_str()) || steps.features.iter().any(|f| f.name == feature.name);
            if !taken {
                let feature = FeatureExpr { name: feature.name, sql: feature.sql };
                derived.push(of(&feature, Some(&pack.title)));
                features.push(feature);
            }
        }
        rules.extend(pack.rules.into_iter().map(row_rule));
    }
    features.append(&mut steps.features);
    rules.append(&mut steps.rules);
    steps.features = features;
    steps.rules = rules;
}

/// A pack built in, or that of a file, with what these columns suffice for.
fn named(name: &str, columns: &[&str]) -> Result<FeaturePack, SegmentationError> {
    let pack = pack(name)?;
    let offered = pack.offered(columns);
    if offered.features.is_empty() && offered.rules.is_empty() {
        let mut needed: Vec<&String> = pack.features.iter().flat_map(|feature| &feature.columns).collect();
        needed.extend(pack.rules.iter().flat_map(|rule| &rule.columns));
        needed.sort();
        needed.dedup();
        let needed = needed.into_iter().filter(|name| !columns.contains(&name.as_str())).cloned().collect();
        return Err(SegmentationError::PackColumns { pack: name.to_owned(), needed });
    }
    Ok(offered)
}

/// The pack built in of that name, or that of a TOML file.
///
/// # Errors
/// [`SegmentationError::UnknownPack`] when there is none; [`SegmentationError::PackFile`] for a file that cannot be read;
/// [`SegmentationError::Prepare`] for one that is malformed.
pub fn pack(name: &str) -> Result<FeaturePack, SegmentationError> {
    if let Some(pack) = built_in().into_iter().find(|pack| pack.name == name) {
        return Ok(pack);
    }
    if !name.ends_with(".toml") {
        let known = built_in().into_iter().map(|pack| pack.name).collect();
        return Err(SegmentationError::UnknownPack { pack: name.to_owned(), known });
    }
    let text = std::fs::read_to_string(name)
        .map_err(|source| SegmentationError::PackFile { pack: name.to_owned(), source })?;
    Ok(FeaturePack::parse(&text)?)
}

fn row_rule(rule: PackRule) -> RowRule {
    let action = match rule.action {
        PackAction::Report => RuleAction::Report,
        PackAction::Drop => RuleAction::Drop,
        PackAction::Set(values) => RuleAction::Set(values),
    };
    RowRule { name: rule.name, check: rule.check, action }
}
