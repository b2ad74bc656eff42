//! The recipe: everything a run depends on besides the data, as one serialisable value.
//!
//! It is what `segctl.toml` holds, what the command line's options change, and what the model and
//! the manifest keep.

mod algorithms;
mod category_encoding;
mod checks;
mod cluster;
mod expressions;
mod init;
mod k_range;
mod map;
mod metric_name;
mod packs;
mod parameter;

use std::collections::BTreeMap;

use segctl_io::{DuplicateIds, Encoding, Role, RowRule};
use segctl_preprocessing::Preparation;
use serde::{Deserialize, Serialize};

pub use algorithms::{Algorithm, AlgorithmError, Algorithms};
pub use category_encoding::{CategoryEncoding, EncodingName};
pub use cluster::{ClusterRecipe, KMeansSearch, SelectionMethod};
pub use expressions::Expressions;
pub use init::Init;
pub use k_range::{KRange, KRangeError};
pub use map::{DecayName, GridSize, Trainer, TrainingOrder, UnitsBy};
pub use metric_name::MetricName;
pub use packs::Packs;
pub use parameter::Parameter;

use crate::SegmentationError;
use crate::join::JoinRecipe;
use crate::rfm::RfmRecipe;

/// Everything a run depends on besides the data.
///
/// ```
/// use segctl_segmentation::Recipe;
/// let recipe = Recipe::from_toml(r#"
///     seed = 7
///     [features]
///     CREDIT_UTILIZATION = "BALANCE / NULLIF(CREDIT_LIMIT, 0)"
///     [cluster]
///     k = "3..6"
/// "#)?;
/// assert_eq!(recipe.seed, 7);
/// assert_eq!(recipe.cluster.k.iter().collect::<Vec<_>>(), [3, 4, 5, 6]);
/// assert!(Recipe::from_toml("sede = 7").is_err(), "unknown keys are errors");
/// # Ok::<(), segctl_segmentation::SegmentationError>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Recipe {
    /// The seed of all random streams.
    pub seed: u64,
    /// Which packs of features and rules to add.
    pub packs: Packs,
    /// Which rows and columns to take, and how to read them.
    pub data: DataRecipe,
    /// How customers are made of transactions, where the data are transactions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rfm: Option<RfmRecipe>,
    /// What to do with repeated customers.
    pub duplicates: DuplicatesRecipe,
    /// Conditions every row should meet, checked before features are computed.
    pub rules: Vec<RowRule>,
    /// Features from other files, for each customer.
    #[serde(rename = "join", skip_serializing_if = "Vec::is_empty")]
    pub joins: Vec<JoinRecipe>,
    /// Features by name, each an SQL expression; later ones may use earlier ones.
    pub features: Expressions,
    /// The fitted steps between the table and the algorithm.
    pub prepare: Preparation,
    /// The algorithms and their parameters.
    pub cluster: ClusterRecipe,
}

/// Which rows and columns to take, and how to read them.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct DataRecipe {
    /// A query over the table `data` whose result takes its place.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sql: Option<String>,
    /// Keep only the rows for which this SQL condition is true.
    #[serde(rename = "where", skip_serializing_if = "Option::is_none")]
    pub filter: Option<String>,
    /// The column that names the customer; recognised when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The columns that form the segments; chosen by role when empty.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<String>,
    /// Columns to leave aside.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub exclude: Vec<String>,
    /// Roles by column, where the recognised ones are not wanted.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub roles: BTreeMap<String, Role>,
    /// How categories become numbers, by column; a column named here forms the segments.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub encodings: BTreeMap<String, CategoryEncoding>,
    /// The delimiter of a text file; recognised when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delimiter: Option<char>,
    /// The encoding of a text file.
    pub encoding: Encoding,
    /// Cells that mean "missing" besides the empty one; the usual markers when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub missing: Option<Vec<String>>,
    /// The sheet of a workbook; the first that holds data when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sheet: Option<String>,
    /// Whether the table is taken as it is: every column but the id a complete number that forms
    /// segments, no row looked at twice, no pack, no preparation.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub as_is: bool,
}

/// What to do with repeated customers.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct DuplicatesRecipe {
    /// What to do when an id occurs more than once, after exact copies of rows are gone.
    pub ids: DuplicateIds,
}

/// Whether categorical, coded and boolean columns help to form the segments.
///
/// Segments formed by k-means on dummies mostly repeat the categories, so by default categories
/// describe the segments that the numbers form; where numbers are scarce, an algorithm for mixed data is
/// taken unless one was asked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Categories {
    /// Where numbers are scarce: fewer than two, or fewer than a third as many as categories; and for
    /// algorithms of mixed data.
    #[default]
    Auto,
    /// Always: one-hot encoded, but for algorithms of mixed data.
    Always,
    /// Never: they only describe.
    Never,
}

impl Recipe {
    /// What was stated of the steps that a table taken as it is goes without, if anything was.
    fn beside_as_is(&self) -> Option<&'static str> {
        let stated = [
            (!self.features.0.is_empty(), "features"),
            (!self.rules.is_empty(), "rules"),
            (self.rfm.is_some(), "[rfm]"),
            (!self.joins.is_empty(), "[[join]]"),
            (self.duplicates != DuplicatesRecipe::default(), "a policy for duplicate ids"),
            (!self.data.roles.is_empty(), "roles"),
            (!self.data.encodings.is_empty(), "encodings"),
            (self.cluster.categories != Categories::default(), "categories"),
            (self.prepare != Preparation::default(), "[prepare]"),
        ];
        stated.into_iter().find(|(is_stated, _)| *is_stated).map(|(_, what)| what)
    }

    /// How columns become features: the preparation stated, or none for a table taken as it is.
    pub(crate) fn preparation(&self) -> Preparation {
        if self.data.as_is { Preparation::as_is() } else { self.prepare.clone() }
    }

    /// Reads a recipe from TOML; unknown keys are errors.
    ///
    /// # Errors
    /// [`SegmentationError::Config`] with the position of what is wrong.
    pub fn from_toml(text: &str) -> Result<Self, SegmentationError> {
        let recipe: Self = toml::from_str(text).map_err(SegmentationError::Config)?;
        recipe.validate()?;
        Ok(recipe)
    }

    /// The recipe as TOML; [`Recipe::from_toml`] gives it back.
    ///
    /// # Panics
    /// Never: every field has a TOML form, which a test proves.
    pub fn to_toml(&self) -> String {
        toml::to_string(self).expect("every field of a recipe has a TOML form")
    }

    /// Checks what the types cannot.
    ///
    /// # Errors
    /// As [`ClusterRecipe::validate`]; [`SegmentationError::NotTogether`] for a table taken as it is with
    /// features, rules or anything else of the preparation that it goes without; and [`SegmentationError::Prepare`] for a number of the preparation
    /// out of range.
    pub fn validate(&self) -> Result<(), SegmentationError> {
        self.cluster.validate()?;
        self.rfm.as_ref().map_or(Ok(()), RfmRecipe::validate)?;
        match self.beside_as_is() {
            Some(other) if self.data.as_is => return Err(SegmentationError::NotTogether { one: "as-is", other }),
            _ => {}
        }
        Ok(self.prepare.validate()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_file_is_the_default_recipe() {
        assert_eq!(Recipe::from_toml("").unwrap(), Recipe::default());
    }

    #[test]
    fn toml_gives_a_full_recipe_back() {
        let mut recipe = Recipe { seed: 3, packs: Packs::None, ..Recipe::default() };
        recipe.data.filter = Some("BALANCE > 0".into());
        recipe.data.exclude = vec!["a b".into()];
        recipe.data.delimiter = Some(';');
        recipe.data.roles.insert("Region".into(), Role::Numeric);
        recipe.features = Expressions::from_pairs([("Z", "1"), ("A", "\"Z\" + 1")]);
        recipe.cluster.k = KRange::new(2, 4).unwrap();
        assert_eq!(Recipe::from_toml(&recipe.to_toml()).unwrap(), recipe);
    }

    #[test]
    fn a_table_taken_as_it_is_goes_without_preparation() {
        let text = |more: &str| format!("[data]\nas-is = true\n{more}");
        assert!(Recipe::from_toml(&text("")).is_ok());
        for more in ["[features]\nZ = \"1\"", "[prepare]\nscale = \"robust\"", "[cluster]\ncategories = \"never\""] {
            let error = Recipe::from_toml(&text(more)).unwrap_err().to_string();
            assert!(error.starts_with("as-is and "), "{error}");
        }
    }

    #[test]
    fn parameters_out_of_range_are_named() {
        let error = Recipe::from_toml("[cluster]\ntol = -1.0").unwrap_err();
        assert_eq!(error.to_string(), "tol=-1 should be finite and >= 0");
    }
}
