//! The model file: everything needed to assign tomorrow's customers, nothing that names one of today's.

use std::borrow::Cow;
use std::collections::BTreeMap;

use segctl_clustering_core::bisecting::BisectingModel;
use segctl_clustering_core::dbscan::DbscanModel;
use segctl_clustering_core::gmm::GmmModel;
use segctl_clustering_core::hdbscan::HdbscanModel;
use segctl_clustering_core::kmedoids::MedoidsModel;
use segctl_clustering_core::kprototypes::PrototypesModel;
use segctl_clustering_core::model::{Assignment, CentersModel, NeighboursModel, Predict, TreeModel};
use segctl_io::{DuplicateIds, Encoding, FeatureExpr, Kind, Role, RowRule};
use segctl_numeric::{Labels, Matrix, MatrixView};
use segctl_preprocessing::{Fitted, Prepared};
use serde::{Deserialize, Serialize};

use crate::SegmentationError;
use crate::join::JoinRecipe;
use crate::mixed::MixedModel;
use crate::outcome::Usage;
use crate::recipe::Algorithm;
use crate::rfm::RfmRecipe;
use crate::units::UnitsModel;

/// What the first field of a model file says.
const FORMAT: &str = "segctl-model";

/// The version of the layout; readers refuse others.
const VERSION: u32 = 1;

/// A fitted segmentation, from raw columns to segments.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Model {
    format: String,
    version: u32,
    /// The segctl version that made it.
    pub made_by: String,
    /// The seed of the run.
    pub seed: u64,
    /// The columns of the raw table that the model looks at.
    pub columns: Vec<ModelColumn>,
    /// How files are read and turned into a table with all features.
    pub table: TableSteps,
    /// The fitted steps from that table to the feature matrix.
    pub prepare: Fitted,
    /// The fitted algorithm.
    pub clusterer: Clusterer,
    /// The segments; number `s` is at index `s`.
    pub segments: Vec<ModelSegment>,
    /// How each feature was spread when the model was made, to notice drift.
    pub reference: Vec<Reference>,
}

/// A raw column that the model looks at.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ModelColumn {
    /// Its name.
    pub name: String,
    /// Its type when the model was made.
    pub kind: Kind,
    /// Its role when the model was made.
    pub role: Role,
    /// What it was used for.
    pub usage: Usage,
}

/// The table stage: what happens to raw rows before features become numbers.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TableSteps {
    /// The encoding of text files.
    pub encoding: Encoding,
    /// The delimiter of text files, when it was given.
    pub delimiter: Option<char>,
    /// The sheet of workbooks, when it was given.
    pub sheet: Option<String>,
    /// Cells that mean "missing", when they were given.
    pub missing: Option<Vec<String>>,
    /// Whether the table is taken as it is, without the steps that follow.
    pub as_is: bool,
    /// A query over the table `data`.
    pub sql: Option<String>,
    /// The condition a row must meet.
    pub filter: Option<String>,
    /// How customers are made of transactions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rfm: Option<RfmRecipe>,
    /// The id column.
    pub id: Option<String>,
    /// What to do with repeated ids.
    pub duplicate_ids: DuplicateIds,
    /// Features from other files, read again from the same places.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub joins: Vec<JoinRecipe>,
    /// The row rules, packs' included.
    pub rules: Vec<RowRule>,
    /// The feature expressions, packs' included, in order.
    pub features: Vec<FeatureExpr>,
}

/// A fitted algorithm of any kind.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Clusterer {
    /// What found the segments.
    pub algorithm: Algorithm,
    /// Its parameters that were given, by name.
    pub parameters: BTreeMap<String, String>,
    /// How rows are assigned.
    pub rule: Rule,
}

/// How a fitted algorithm assigns rows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Rule {
    /// To the segment of the nearest centre.
    NearestCentre(CentersModel),
    /// To the segment of the nearest row of a training sample.
    NearestNeighbour(NeighboursModel),
    /// To the leaf of a tree of splits.
    TreeOfSplits(BisectingModel),
    /// To the segment of the nearest core row within a radius; else to none.
    NearestCoreRow(DbscanModel),
    /// To the segment of the row from which it is reached first; to none where that is too late.
    NearestReachable(HdbscanModel),
    /// To the most probable normal distribution.
    MostProbable(GmmModel),
    /// To the segment of the nearest prototype of numbers and categories.
    NearestPrototype(MixedModel<PrototypesModel>),
    /// To the segment of the nearest medoid.
    NearestMedoid(MedoidsModel),
    /// The same, of numbers and categories.
    NearestMixedMedoid(MixedModel<MedoidsModel>),
    /// To the segment of the nearest unit of a map, missing values left aside.
    NearestUnit(UnitsModel),
}

impl Rule {
    pub(crate) fn model(&self) -> &dyn Predict {
        match self {
            Self::NearestCentre(model) => model,
            Self::NearestNeighbour(model) => model,
            Self::TreeOfSplits(model) => model,
            Self::NearestCoreRow(model) => model,
            Self::NearestReachable(model) => model,
            Self::MostProbable(model) => model,
            Self::NearestPrototype(model) => model,
            Self::NearestMedoid(model) => model,
            Self::NearestMixedMedoid(model) => model,
            Self::NearestUnit(model) => model,
        }
    }

    /// The same segments under other numbers: see [`Predict::reordered`].
    pub(crate) fn reordered(&self, order: &[usize]) -> Self {
        match self {
            Self::NearestCentre(model) => Self::NearestCentre(model.reordered(order)),
            Self::NearestNeighbour(model) => Self::NearestNeighbour(model.reordered(order)),
            Self::TreeOfSplits(model) => Self::TreeOfSplits(model.reordered(order)),
            Self::NearestCoreRow(model) => Self::NearestCoreRow(model.reordered(order)),
            Self::NearestReachable(model) => Self::NearestReachable(model.reordered(order)),
            Self::MostProbable(model) => Self::MostProbable(model.reordered(order)),
            Self::NearestPrototype(model) => Self::NearestPrototype(model.reordered(order)),
            Self::NearestMedoid(model) => Self::NearestMedoid(model.reordered(order)),
            Self::NearestMixedMedoid(model) => Self::NearestMixedMedoid(model.reordered(order)),
            Self::NearestUnit(model) => Self::NearestUnit(model.reordered(order)),
        }
    }
}

impl From<TreeModel> for Rule {
    fn from(model: TreeModel) -> Self {
        match model {
            TreeModel::Centers(model) => Self::NearestCentre(model),
            TreeModel::Neighbours(model) => Self::NearestNeighbour(model),
        }
    }
}

impl Clusterer {
    /// The rule in words, as a sentence's object: `the nearest centre`.
    pub fn rule(&self) -> &'static str {
        self.rule.model().rule()
    }

    /// The rows as the rule takes them: with the gaps that there were in the data, or filled.
    pub(crate) fn rows<'a>(&self, prepared: &'a Prepared) -> Cow<'a, Matrix> {
        let opened = match self.rule {
            Rule::NearestUnit(_) => prepared.gaps.opened(&prepared.matrix),
            _ => None,
        };
        opened.map_or(Cow::Borrowed(&prepared.matrix), Cow::Owned)
    }

    /// The segment of every row of `x` (n x d, prepared units), its distance, and the runner-up. For the units
    /// of a map NaN is a missing value.
    ///
    /// # Errors
    /// When `x` has another number of features or holds a value that is not finite.
    pub fn predict(&self, x: MatrixView<'_>) -> Result<Assignment, SegmentationError> {
        Ok(self.rule.model().predict(x)?)
    }

    /// The distance of every row of `x` to the segment it has in `labels`, by the rule.
    ///
    /// # Errors
    /// As [`Clusterer::predict`], and when the numbers of rows or segments differ.
    pub fn distances_to(&self, x: MatrixView<'_>, labels: &Labels) -> Result<Vec<f64>, SegmentationError> {
        Ok(self.rule.model().distances_to(x, labels)?)
    }

    /// The centres of the segments (k x d) in prepared units.
    pub fn centers(&self) -> Matrix {
        self.rule.model().centers()
    }
}

/// A segment as the model knows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ModelSegment {
    /// Its name.
    pub name: String,
    /// Customers in it when the model was made.
    pub size: u64,
    /// Their share.
    pub share: f64,
}

/// How a feature was spread when the model was made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reference {
    /// The feature, in original units.
    pub feature: String,
    /// The share of cells that were missing.
    pub missing_share: f64,
    /// Minimum, first to ninth decile, maximum.
    pub deciles: Vec<f64>,
}

/// The parts a run hands over.
pub(crate) struct Parts {
    pub(crate) seed: u64,
    pub(crate) columns: Vec<ModelColumn>,
    pub(crate) table: TableSteps,
    pub(crate) prepare: Fitted,
    pub(crate) clusterer: Clusterer,
    pub(crate) segments: Vec<ModelSegment>,
    pub(crate) reference: Vec<Reference>,
}

impl From<Parts> for Model {
    fn from(parts: Parts) -> Self {
        Self {
            format: FORMAT.to_owned(),
            version: VERSION,
            made_by: format!("segctl {}", env!("CARGO_PKG_VERSION")),
            seed: parts.seed,
            columns: parts.columns,
            table: parts.table,
            prepare: parts.prepare,
            clusterer: parts.clusterer,
            segments: parts.segments,
            reference: parts.reference,
        }
    }
}

/// The first fields of any version of the file.
#[derive(Deserialize)]
struct Header {
    format: String,
    version: u32,
}

impl Model {
    /// Reads a model from the text of a `model.json`.
    ///
    /// # Errors
    /// [`SegmentationError::Model`] when the text is no model of this version.
    pub fn from_json(text: &str) -> Result<Self, SegmentationError> {
        let wrong = |reason: &str, source| SegmentationError::Model { reason: reason.to_owned(), source };
        let header: Header =
            serde_json::from_str(text).map_err(|error| wrong("this is no segctl model", Some(error)))?;
        if header.format != FORMAT {
            return Err(wrong(&format!("format is {:?}, expected {FORMAT:?}", header.format), None));
        }
        if header.version != VERSION {
            let reason = format!("layout version is {}, this segctl reads version {VERSION}", header.version);
            return Err(wrong(&reason, None));
        }
        let model: Self = serde_json::from_str(text).map_err(|error| wrong("it is damaged", Some(error)))?;
        let centers = model.clusterer.centers();
        let expected = (model.segments.len(), model.prepare.features().len());
        match (centers.n_rows(), centers.n_cols()) == expected {
            true => Ok(model),
            false => Err(wrong("it is damaged: its segments, features and centres do not fit together", None)),
        }
    }

    /// The text of a `model.json`; [`Model::from_json`] gives the same model back, bit for bit.
    ///
    /// # Panics
    /// Never: every field has a JSON form.
    pub fn to_json(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).expect("every field of a model has a JSON form");
        text.push('\n');
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_files_are_told_apart() {
        let reason = |text: &str| Model::from_json(text).unwrap_err().to_string();
        assert_eq!(reason("[]"), "model file: this is no segctl model");
        assert_eq!(reason(r#"{"format":"x","version":1}"#), r#"model file: format is "x", expected "segctl-model""#);
        assert!(reason(r#"{"format":"segctl-model","version":9}"#).contains("version is 9"));
        assert_eq!(reason(r#"{"format":"segctl-model","version":1}"#), "model file: it is damaged");
    }
}
