//! From the recipe and the table as read to the steps that `run` takes and the model keeps.

use std::collections::BTreeMap;

use segctl_io::{FeatureExpr, Role, RowRule, RuleAction, Table};
use segctl_preprocessing::packs::{PackAction, PackRule, recognise};

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
pub(crate) fn resolved(recipe: &Recipe, mut steps: TableSteps, table: &Table) -> (TableSteps, Vec<Derived>) {
    if recipe.data.as_is {
        return (steps, Vec::new());
    }
    steps.id = steps.id.or_else(|| table.id.clone());
    let mut derived: Vec<Derived> = Vec::new();
    if recipe.packs == Packs::Auto {
        add_packs(&mut steps, table, &mut derived);
    }
    derived.extend(recipe.features.0.iter().map(|feature| of(feature, None)));
    (steps, derived)
}

fn of(feature: &FeatureExpr, pack: Option<&str>) -> Derived {
    Derived { name: feature.name.clone(), sql: feature.sql.clone(), pack: pack.map(str::to_owned) }
}

/// Packs come before the user's own expressions, which may use theirs.
fn add_packs(steps: &mut TableSteps, table: &Table, derived: &mut Vec<Derived>) {
    let columns: Vec<&str> = table.columns.iter().map(|column| column.name.as_str()).collect();
    let (mut rules, mut features) = (Vec::new(), Vec::new());
    for pack in recognise(&columns) {
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

fn row_rule(rule: PackRule) -> RowRule {
    let action = match rule.action {
        PackAction::Report => RuleAction::Report,
        PackAction::Drop => RuleAction::Drop,
        PackAction::Set(values) => RuleAction::Set(values),
    };
    RowRule { name: rule.name, check: rule.check, action }
}
