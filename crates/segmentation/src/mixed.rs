//! A prepared matrix read as numbers and categories: a category is not the 0/1 features that stand for
//! it, but the one of them that is 1.

use segctl_clustering_core::ClusteringError;
use segctl_clustering_core::model::{Assignment, Predict};
use segctl_numeric::par::{CHUNK_ROWS, fill_chunks};
use segctl_numeric::{InputError, Labels, Matrix, MatrixView};
use segctl_preprocessing::Fitted;
use serde::{Deserialize, Serialize};

/// Which features of a matrix are numbers, and which stand for the categories of a column.
///
/// A number with two values is a category of two.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Vec<MixedColumn>", into = "Vec<MixedColumn>")]
pub struct MixedColumns {
    columns: Vec<MixedColumn>,
    n_features: usize,
}

/// One column that algorithms of mixed data see.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MixedColumn {
    /// A feature that is a number.
    Number,
    /// Features one of which is on: for each, its value when it is off and its value when it is on.
    Category(Vec<(f64, f64)>),
    /// Features that are not looked at.
    Ignored(usize),
}

impl MixedColumn {
    /// Features that it stands for.
    fn width(&self) -> usize {
        match self {
            Self::Number => 1,
            Self::Category(levels) => levels.len(),
            Self::Ignored(width) => *width,
        }
    }

    /// Its value for a row, of its features: a number, or the place of the category; past the last one
    /// where none is on.
    fn decode(&self, features: &[f64]) -> f64 {
        match self {
            Self::Category(levels) => {
                let is_on = |(value, (off, on)): (&f64, &(f64, f64))| *value > (off + on) / 2.0;
                features.iter().zip(levels).position(is_on).unwrap_or(levels.len()) as f64
            }
            Self::Number | Self::Ignored(_) => features[0],
        }
    }

    /// The features of a value.
    fn encode(&self, value: f64, features: &mut [f64]) {
        match self {
            Self::Category(levels) => {
                for (place, (feature, (off, on))) in features.iter_mut().zip(levels).enumerate() {
                    *feature = if place as f64 == value { *on } else { *off };
                }
            }
            Self::Number | Self::Ignored(_) => features[0] = value,
        }
    }
}

impl TryFrom<Vec<MixedColumn>> for MixedColumns {
    type Error = InputError;

    fn try_from(columns: Vec<MixedColumn>) -> Result<Self, InputError> {
        let is_good = |column: &MixedColumn| match column {
            MixedColumn::Category(levels) => {
                levels.iter().all(|(off, on)| off.is_finite() && on.is_finite() && off < on)
            }
            MixedColumn::Number | MixedColumn::Ignored(_) => true,
        };
        match columns.iter().position(|column| !is_good(column) || column.width() == 0) {
            Some(at) => {
                let (name, expected) = ("mixed column", "of features that are on or off");
                Err(InputError::OutOfRange { name, value: at as f64, expected })
            }
            None => Ok(Self { n_features: columns.iter().map(MixedColumn::width).sum(), columns }),
        }
    }
}

impl From<MixedColumns> for Vec<MixedColumn> {
    fn from(mixed: MixedColumns) -> Self {
        mixed.columns
    }
}

impl MixedColumns {
    /// How `x`, which `fitted` made, is to be read.
    pub(crate) fn of(fitted: &Fitted, x: MatrixView<'_>) -> Self {
        let features = fitted.features();
        let same = |a: &segctl_preprocessing::steps::Feature, b: &segctl_preprocessing::steps::Feature| {
            a.level.is_some() && b.level.is_some() && a.column == b.column
        };
        let mut at = 0;
        let columns = features.chunk_by(same).map(|block| {
            let first = at;
            at += block.len();
            match block[0].level {
                Some(_) => MixedColumn::Category(
                    block
                        .iter()
                        .map(|made| ((0.0 - made.centre) / made.scale, (1.0 - made.centre) / made.scale))
                        .collect(),
                ),
                None => two_valued(x, first).map_or(MixedColumn::Number, |pair| MixedColumn::Category(vec![pair])),
            }
        });
        Self { columns: columns.collect(), n_features: features.len() }
    }

    /// The same, but for the numbers.
    pub(crate) fn categories(&self) -> Self {
        let keep = |column: &MixedColumn| match column {
            MixedColumn::Category(_) => column.clone(),
            other => MixedColumn::Ignored(other.width()),
        };
        Self { columns: self.columns.iter().map(keep).collect(), n_features: self.n_features }
    }

    /// Which of the columns looked at are categories.
    pub(crate) fn mask(&self) -> Vec<bool> {
        self.seen().map(|(_, column)| matches!(column, MixedColumn::Category(_))).collect()
    }

    /// The columns looked at and where their features begin.
    pub(crate) fn seen(&self) -> impl Iterator<Item = (usize, &MixedColumn)> {
        let starts = self.columns.iter().scan(0, |at, column| {
            let start = *at;
            *at += column.width();
            Some(start)
        });
        starts.zip(&self.columns).filter(|(_, column)| !matches!(column, MixedColumn::Ignored(_)))
    }

    /// One value per column looked at for each row of `x`: a number, or the code of a category.
    pub(crate) fn decode(&self, x: MatrixView<'_>) -> Matrix {
        let seen: Vec<(usize, &MixedColumn)> = self.seen().collect();
        let mut codes = Matrix::zeros(x.n_rows(), seen.len());
        if !seen.is_empty() {
            fill_chunks(codes.view_mut().as_mut_slice(), seen.len(), CHUNK_ROWS, |rows, piece| {
                for (row, cells) in rows.zip(piece.chunks_exact_mut(seen.len())) {
                    let features = x.row(row);
                    for (cell, (start, column)) in cells.iter_mut().zip(&seen) {
                        *cell = column.decode(&features[*start..][..column.width()]);
                    }
                }
            });
        }
        codes
    }

    /// The features of rows of values; 0 where features are not looked at.
    fn encode(&self, codes: MatrixView<'_>) -> Matrix {
        let mut x = Matrix::zeros(codes.n_rows(), self.n_features);
        for row in 0..codes.n_rows() {
            for ((start, column), &value) in self.seen().zip(codes.row(row)) {
                column.encode(value, &mut x.row_mut(row)[start..][..column.width()]);
            }
        }
        x
    }
}

/// The two values of a feature that has no others.
fn two_valued(x: MatrixView<'_>, feature: usize) -> Option<(f64, f64)> {
    let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
    for value in x.column(feature) {
        low = low.min(value);
        high = high.max(value);
    }
    (low < high && x.column(feature).all(|value| value == low || value == high)).then_some((low, high))
}

/// A model of mixed data, asked for rows of a prepared matrix. Checked when read back.
///
/// Rows of categories are often as near to one cluster as to another, and then the first one of the fit
/// counts: clusters get other numbers, not another order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "RawModel<M>", bound(deserialize = "M: Predict + Deserialize<'de>"))]
pub struct MixedModel<M> {
    columns: MixedColumns,
    model: M,
    /// The number of each cluster of the model.
    numbers: Vec<u32>,
}

#[derive(Deserialize)]
struct RawModel<M> {
    columns: MixedColumns,
    model: M,
    numbers: Vec<u32>,
}

impl<M: Predict> TryFrom<RawModel<M>> for MixedModel<M> {
    type Error = InputError;

    fn try_from(RawModel { columns, model, numbers }: RawModel<M>) -> Result<Self, InputError> {
        let length = |what, found, expected| Err(InputError::Length { what, found, expected });
        let (n_seen, k) = (columns.seen().count(), model.n_clusters());
        let mut sorted = numbers.clone();
        sorted.sort_unstable();
        sorted.dedup();
        match (sorted.len(), sorted.last()) {
            _ if n_seen != model.n_features() => length("mixed columns", n_seen, model.n_features()),
            (found, _) if found != k || numbers.len() != k => length("different numbers of clusters", found, k),
            (_, Some(&last)) if last as usize >= k => {
                Err(InputError::Label { row: 0, label: i64::from(last), n_clusters: k })
            }
            _ => Ok(Self { columns, model, numbers }),
        }
    }
}

impl<M: Predict> MixedModel<M> {
    pub(crate) fn new(columns: MixedColumns, model: M) -> Self {
        let numbers = (0..model.n_clusters() as u32).collect();
        Self { columns, model, numbers }
    }

    /// The cluster of the model behind each number.
    fn order(&self) -> Vec<usize> {
        let mut order = vec![0; self.numbers.len()];
        self.numbers.iter().enumerate().for_each(|(cluster, &number)| order[number as usize] = cluster);
        order
    }

    fn check(&self, x: MatrixView<'_>) -> Result<(), ClusteringError> {
        match x.n_cols() == self.columns.n_features {
            true => Ok(x.ensure_finite("X")?),
            false => {
                let (found, expected) = (x.n_cols(), self.columns.n_features);
                Err(InputError::Length { what: "row of X", found, expected }.into())
            }
        }
    }
}

impl<M: Predict + Clone> Predict for MixedModel<M> {
    fn rule(&self) -> &'static str {
        self.model.rule()
    }

    fn n_clusters(&self) -> usize {
        self.model.n_clusters()
    }

    fn n_features(&self) -> usize {
        self.columns.n_features
    }

    fn centers(&self) -> Matrix {
        self.columns.encode(self.model.centers().view().select_rows(&self.order()).view())
    }

    fn reordered(&self, order: &[usize]) -> Self {
        let mut number_of = vec![0; order.len()];
        order.iter().zip(0..).for_each(|(&old, new)| number_of[old] = new);
        let numbers = self.numbers.iter().map(|&old| number_of[old as usize]).collect();
        Self { numbers, ..self.clone() }
    }

    fn predict(&self, x: MatrixView<'_>) -> Result<Assignment, ClusteringError> {
        self.check(x)?;
        let mut found = self.model.predict(self.columns.decode(x).view())?;
        found.labels = found.labels.permuted(&self.numbers);
        for second in found.second.iter_mut().filter(|second| **second != Labels::NOISE) {
            *second = self.numbers[*second as usize];
        }
        Ok(found)
    }

    fn distances_to(&self, x: MatrixView<'_>, labels: &Labels) -> Result<Vec<f64>, ClusteringError> {
        self.check(x)?;
        if labels.n_clusters() != self.n_clusters() {
            let (what, found, expected) = ("clusters of labels", labels.n_clusters(), self.n_clusters());
            return Err(InputError::Length { what, found, expected }.into());
        }
        let back: Vec<u32> = self.order().into_iter().map(|cluster| cluster as u32).collect();
        self.model.distances_to(self.columns.decode(x).view(), &labels.permuted(&back))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{ArrayRef, Float64Array, RecordBatch, StringArray};
    use segctl_clustering_core::kprototypes::{KPrototypesParams, PrototypesModel, fit};
    use segctl_preprocessing::{ColumnPlan, Preparation, Treatment, fit_transform};

    use super::*;

    fn prepared() -> (MixedColumns, Matrix) {
        let spend: ArrayRef = Arc::new(Float64Array::from(vec![1.0, 2.0, 9.0, 10.0, 4.0]));
        let plan: ArrayRef = Arc::new(StringArray::from(vec!["a", "b", "c", "c", "a"]));
        let flag: ArrayRef = Arc::new(Float64Array::from(vec![0.0, 1.0, 1.0, 0.0, 0.0]));
        let batch = RecordBatch::try_from_iter([("spend", spend), ("plan", plan), ("flag", flag)]).unwrap();
        let plans = [
            ColumnPlan::new("spend", Treatment::Numeric),
            ColumnPlan::new("plan", Treatment::OneHot),
            ColumnPlan::new("flag", Treatment::Numeric),
        ];
        let (fitted, prepared) = fit_transform(&[batch], &plans, &Preparation::default()).unwrap();
        (MixedColumns::of(&fitted, prepared.matrix.view()), prepared.matrix)
    }

    #[test]
    fn categories_are_read_off_their_features_and_back() {
        let (columns, x) = prepared();
        assert_eq!(columns.mask(), [false, true, true]);
        let codes = columns.decode(x.view());
        let column = |j: usize| codes.view().column(j).collect::<Vec<_>>();
        assert_eq!((column(1), column(2)), (vec![0.0, 1.0, 2.0, 2.0, 0.0], vec![1.0, 0.0, 0.0, 1.0, 1.0]));
        assert_eq!(columns.encode(codes.view()), x);
        assert_eq!(columns.categories().decode(x.view()).n_cols(), 2);
        let mut stranger = x;
        stranger.row_mut(0)[1..4].copy_from_slice(&[-1.0, -1.0, -1.0]);
        assert_eq!(columns.decode(stranger.view()).row(0)[1], 3.0, "past the last category");
    }

    #[test]
    fn other_numbers_change_no_row_of_equals() {
        let (columns, x) = prepared();
        let codes = columns.categories().decode(x.view());
        let params = KPrototypesParams::new(2, vec![true; 2]).with_gamma(1.0);
        let found = fit(codes.view(), &params).unwrap();
        let model = MixedModel::new(columns.categories(), found.model);
        let (before, turned) = (model.predict(x.view()).unwrap(), model.reordered(&[1, 0]));
        let after = turned.predict(x.view()).unwrap();
        assert_eq!(after.labels, before.labels.permuted(&[1, 0]));
        assert_eq!(turned.distances_to(x.view(), &after.labels).unwrap(), before.distance);
        assert_eq!(turned.centers().row(0), model.centers().row(1));
        assert_eq!(turned.reordered(&[1, 0]), model);
    }

    #[test]
    fn damaged_models_are_refused() {
        let (columns, x) = prepared();
        let codes = columns.decode(x.view());
        let found = fit(codes.view(), &KPrototypesParams::new(2, columns.mask())).unwrap();
        let text = serde_json::to_string(&MixedModel::new(columns, found.model)).unwrap();
        let read = |text: &str| serde_json::from_str::<MixedModel<PrototypesModel>>(text);
        assert!(read(&text).is_ok());
        for (from, to) in [("[0,1]", "[0,0]"), ("[0,1]", "[0,2]"), ("[0,1]", "[0]"), ("\"number\",", "")] {
            let damaged = text.replacen(from, to, 1);
            assert!(damaged != text && read(&damaged).is_err(), "{from} to {to}");
        }
    }
}
