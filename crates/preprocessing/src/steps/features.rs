use rayon::prelude::*;
use segctl_numeric::par::{CHUNK_ROWS, fill_chunks};
use segctl_numeric::{InputError, Matrix};
use serde::{Deserialize, Serialize};

use super::Curve;
use super::scaling::Affine;
use crate::table::{Column, Kind, Table};
use crate::{Event, PrepareError, Scale};

/// The last step: columns become the features of a row-major matrix.
///
/// Each number becomes one scaled feature. Each category becomes a block of 0/1 features, scaled
/// together so that one categorical column counts as much as one number, however many categories it
/// has: under `standard` and `robust` the variances of the block sum to 1 (a standardised number's
/// variance), as under `quantile-normal`; under `min-max`, `max-abs`, `quantile-uniform` and `rank` two rows of
/// different categories are at distance 1 (as the two ends of a number's range). Standardising each 0/1 feature on its own would let a column of 20
/// categories weigh twenty times a number, and its rarest categories most.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Features {
    /// How they are scaled.
    pub method: Scale,
    /// One per column of the matrix, in order.
    pub features: Vec<Feature>,
}

/// A column of the matrix: `(x - centre) / scale`, x its place on the curve if it has one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Feature {
    /// Its name: the column's, or `COLUMN=category`.
    pub name: String,
    /// The column it is made from.
    pub column: String,
    /// The category it stands for, 1 where the row has it; `None` for a number.
    pub level: Option<String>,
    /// Where values are placed by their ranks: for numbers under such a scale, other than 0 and 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub curve: Option<Curve>,
    /// What is subtracted.
    pub centre: f64,
    /// What is divided by, never 0.
    pub scale: f64,
    /// Whether it did not vary when fitted.
    pub constant: bool,
}

impl Features {
    pub(crate) fn fit(table: &Table, method: Scale) -> Self {
        let blocks: Vec<Vec<Feature>> = table.columns.par_iter().map(|column| features_of(column, method)).collect();
        Self { method, features: blocks.into_iter().flatten().collect() }
    }

    /// The matrix of the table's columns, `n_rows` x `features.len()`.
    pub(crate) fn assemble(&self, table: &mut Table) -> Result<Matrix, PrepareError> {
        for feature in self.features.iter().filter(|feature| feature.constant) {
            let why = "does not vary: centred, not scaled, and of no weight";
            table.events.push(Event::new("scale", 1, why).of(&feature.name));
        }
        let sources: Vec<Source<'_>> =
            self.features.iter().map(|feature| Source::of(feature, table)).collect::<Result<_, _>>()?;
        let mut matrix = Matrix::zeros(table.n_rows, sources.len());
        if !sources.is_empty() {
            let out = matrix.view_mut();
            fill(out, &sources);
        }
        matrix.view().ensure_finite("features").map_err(|error| self.not_finite(&error))?;
        Ok(matrix)
    }

    fn not_finite(&self, error: &InputError) -> PrepareError {
        match *error {
            InputError::NotFinite { row, column, value, .. } => {
                PrepareError::NotFinite { feature: self.features[column].name.clone(), row, value }
            }
            ref other => unreachable!("ensure_finite reports only what is not finite: {other}"),
        }
    }
}

fn features_of(column: &Column, method: Scale) -> Vec<Feature> {
    let feature = |level: Option<&String>, affine: Affine, curve: Option<Curve>| Feature {
        name: level.map_or_else(|| column.name.clone(), |level| format!("{}={level}", column.name)),
        column: column.name.clone(),
        level: level.cloned(),
        curve,
        centre: affine.centre,
        scale: affine.scale,
        constant: affine.constant,
    };
    let Kind::Category(levels) = &column.kind else {
        let affine = Affine::of_numbers(&column.values, method);
        let curved = !affine.constant && column.kind != Kind::Flag;
        return vec![match curved.then(|| Curve::fit(&column.values, method)).flatten() {
            Some(curve) => feature(None, Affine::IDENTITY, Some(curve)),
            None => feature(None, affine, None),
        }];
    };
    let shares = shares(&column.values, levels.len());
    let spread: f64 = shares.iter().map(|share| share * (1.0 - share)).sum();
    levels
        .iter()
        .zip(shares)
        .map(|(level, share)| feature(Some(level), Affine::of_dummy(share, spread, method), None))
        .collect()
}

fn shares(codes: &[f64], n_levels: usize) -> Vec<f64> {
    let mut counts = vec![0_u64; n_levels];
    for &code in codes {
        if let Some(count) = counts.get_mut(code as usize) {
            *count += 1;
        }
    }
    counts.into_iter().map(|count| count as f64 / codes.len().max(1) as f64).collect()
}

/// Where the values of a feature come from.
struct Source<'a> {
    values: &'a [f64],
    code: Option<f64>,
    curve: Option<&'a Curve>,
    centre: f64,
    scale: f64,
}

impl<'a> Source<'a> {
    fn of(feature: &'a Feature, table: &'a Table) -> Result<Self, PrepareError> {
        let column = &table.columns[table.position(&feature.column)?];
        let code = match (&feature.level, &column.kind) {
            (None, _) => None,
            (Some(level), Kind::Category(levels)) => {
                let at = levels.iter().position(|known| known == level);
                Some(at.ok_or_else(|| PrepareError::Inconsistent { column: feature.name.clone() })? as f64)
            }
            (Some(_), _) => return Err(PrepareError::Inconsistent { column: feature.name.clone() }),
        };
        let curve = feature.curve.as_ref();
        if curve.is_some_and(|curve| !curve.is_sound()) {
            return Err(PrepareError::Inconsistent { column: feature.name.clone() });
        }
        Ok(Self { values: &column.values, code, curve, centre: feature.centre, scale: feature.scale })
    }

    fn value(&self, row: usize) -> f64 {
        let x = self.values[row];
        let x = self.code.map_or(x, |code| f64::from(u8::from(x == code)));
        let x = self.curve.map_or(x, |curve| curve.place(x));
        (x - self.centre) / self.scale
    }
}

/// Column after column within a chunk of rows, whose part of the matrix stays in the cache.
fn fill(mut matrix: segctl_numeric::MatrixViewMut<'_>, sources: &[Source<'_>]) {
    let d = sources.len();
    fill_chunks(matrix.as_mut_slice(), d, CHUNK_ROWS, |rows, piece| {
        for (j, source) in sources.iter().enumerate() {
            let cells = piece[j..].iter_mut().step_by(d);
            cells.zip(rows.clone()).for_each(|(cell, row)| *cell = source.value(row));
        }
    });
}
