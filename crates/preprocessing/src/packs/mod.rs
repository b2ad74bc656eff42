//! Feature packs: SQL features and row rules for known kinds of data, recognised by its columns.
//!
//! A pack is text. The SQL is run by whoever holds the table, and shown to whoever asks.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::PrepareError;

/// The packs built in, one for each kind of data.
const BUILT_IN: [&str; 5] = [
    include_str!("../../packs/credit-card.toml"),
    include_str!("../../packs/rfm.toml"),
    include_str!("../../packs/retail.toml"),
    include_str!("../../packs/telecom.toml"),
    include_str!("../../packs/insurance.toml"),
];

/// Features and rules for one kind of data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct FeaturePack {
    /// What it is called: `credit-card`.
    pub name: String,
    /// What a person calls it.
    pub title: String,
    /// The columns by which it is recognised: data of the kind has all of them.
    pub recognised_by: Vec<String>,
    /// New columns.
    #[serde(default)]
    pub features: Vec<PackFeature>,
    /// What rows must satisfy.
    #[serde(default)]
    pub rules: Vec<PackRule>,
}

/// A new column, computed from others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct PackFeature {
    /// The new column's name.
    pub name: String,
    /// What it says, in words.
    pub title: String,
    /// What it is measured in: `share`, `amount`, `years`.
    pub unit: String,
    /// The columns of the table that it needs; it may also use features of the pack before it.
    pub columns: Vec<String>,
    /// The SQL expression. `/` is floating division; a division by 0 is NULL.
    pub sql: String,
}

/// What a row must satisfy, and what is done when it does not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct PackRule {
    /// What it is called, in words.
    pub name: String,
    /// The columns its SQL uses.
    pub columns: Vec<String>,
    /// A SQL boolean: rows for which it is false break the rule, NULL passes.
    pub check: String,
    /// What is done to rows that break it.
    pub action: PackAction,
}

/// What is done to rows that break a rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PackAction {
    /// They are counted.
    Report,
    /// They are left out.
    Drop,
    /// These columns get these SQL expressions.
    Set(BTreeMap<String, String>),
}

impl FeaturePack {
    /// Reads a pack from TOML.
    ///
    /// # Errors
    /// [`PrepareError::Pack`] with the line and what is wrong there.
    pub fn parse(text: &str) -> Result<Self, PrepareError> {
        Ok(toml::from_str(text)?)
    }

    /// The pack with what can be computed from these columns alone; a feature whose name is a column
    /// already is left out too.
    pub fn offered(&self, columns: &[&str]) -> Self {
        let all_there = |needed: &[String]| needed.iter().all(|name| columns.contains(&name.as_str()));
        let mut offered = self.clone();
        offered.features.retain(|f| all_there(&f.columns) && !columns.contains(&f.name.as_str()));
        offered.rules.retain(|rule| all_there(&rule.columns));
        offered
    }
}

/// The packs built in.
///
/// ```
/// use segctl_preprocessing::packs::built_in;
/// assert_eq!(built_in()[0].name, "credit-card");
/// ```
pub fn built_in() -> Vec<FeaturePack> {
    let pack = |text: &&str| FeaturePack::parse(text).expect("the packs built in are well-formed; a test parses them");
    BUILT_IN.iter().map(pack).collect()
}

/// The built-in packs for data with these columns, each with what they suffice for.
///
/// ```
/// use segctl_preprocessing::packs::recognise;
/// let columns = ["CUST_ID", "BALANCE", "PURCHASES", "CASH_ADVANCE", "CREDIT_LIMIT", "PAYMENTS"];
/// let packs = recognise(&columns);
/// let names: Vec<&str> = packs[0].features.iter().map(|feature| feature.name.as_str()).collect();
/// assert_eq!(names, ["CREDIT_UTILIZATION", "CASH_ADVANCE_SHARE"]);
/// assert!(recognise(&["Age", "Annual Income (k$)"]).is_empty());
/// ```
pub fn recognise(columns: &[&str]) -> Vec<FeaturePack> {
    let is_of = |pack: &FeaturePack| pack.recognised_by.iter().all(|name| columns.contains(&name.as_str()));
    built_in().iter().filter(|pack| is_of(pack)).map(|pack| pack.offered(columns)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pack_is_complete_where_its_columns_are() {
        for pack in built_in() {
            let mut columns: Vec<&str> = pack.features.iter().flat_map(|f| &f.columns).map(String::as_str).collect();
            columns.extend(pack.rules.iter().flat_map(|rule| &rule.columns).map(String::as_str));
            columns.extend(pack.recognised_by.iter().map(String::as_str));
            assert_eq!(pack.offered(&columns), pack, "{}", pack.name);
            assert!(recognise(&columns).contains(&pack), "{}", pack.name);
            assert!(pack.features.iter().all(|f| !f.title.is_empty() && !f.unit.is_empty()), "{}", pack.name);
        }
        let names: Vec<String> = built_in().into_iter().map(|pack| pack.name).collect();
        assert_eq!(names, ["credit-card", "rfm", "retail", "telecom", "insurance"]);
    }

    #[test]
    fn a_pack_of_another_form_is_refused() {
        let pack = "name = \"own\"\ntitle = \"Own\"\nrecognised-by = []\n[[features]]\nname = \"F\"\n";
        let error = FeaturePack::parse(pack).unwrap_err();
        assert!(error.to_string().contains("malformed"), "{error}");
        let rest = "title = \"t\"\nunit = \"u\"\ncolumns = [\"A\"]\nsql = \"A\"\n";
        assert_eq!(FeaturePack::parse(&format!("{pack}{rest}")).unwrap().features[0].unit, "u");
        assert!(FeaturePack::parse(&format!("{pack}{rest}colour = 1\n")).is_err());
    }
}
