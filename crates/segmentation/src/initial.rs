//! Tables of centres or units to begin with.

use segctl_io::{ReadOptions, Source};
use segctl_numeric::Matrix;
use segctl_numeric::observe::Observer;

use crate::recipe::{Algorithm, ClusterRecipe, Init};
use crate::{SegmentationError, values};

/// Given centres are what an algorithm starts from, once; nothing else may say where it starts.
pub(crate) fn check(algorithm: Algorithm, recipe: &ClusterRecipe) -> Result<(), SegmentationError> {
    if !algorithm.starts_from_centers() {
        return Err(SegmentationError::NoCenters { algorithm });
    }
    let other = [(recipe.init.is_some(), "init"), (recipe.restarts.is_some(), "restarts")];
    match other.into_iter().find(|(is_given, _)| *is_given) {
        None => Ok(()),
        Some((_, one)) => Err(SegmentationError::NotTogether { one, other: "initial centres" }),
    }
}

/// The units of the file that the recipe names as a beginning, if it does.
pub(crate) fn of_recipe(
    recipe: &ClusterRecipe,
    features: &[String],
    observer: &dyn Observer,
) -> Result<Option<Matrix>, SegmentationError> {
    let path = recipe.init.as_ref().and_then(Init::file);
    path.map(|path| read(&Source::parse(path)?, features, observer)).transpose()
}

/// The rows of a table, its columns put into the order of the features.
pub(crate) fn read(source: &Source, features: &[String], observer: &dyn Observer) -> Result<Matrix, SegmentationError> {
    let table = segctl_io::read(source, &ReadOptions::default(), observer)?;
    let column = |name: &String| {
        values::numbers(&table, name).ok_or_else(|| SegmentationError::UnknownColumn {
            place: "the features, which a table to begin with must have,",
            column: name.clone(),
            nearest: crate::nearest(name, table.columns.iter().map(|column| column.name.as_str())),
        })
    };
    let columns: Vec<Vec<f64>> = features.iter().map(column).collect::<Result<_, _>>()?;
    let row = |i: usize| columns.iter().map(move |column| column[i]);
    let flat = (0..table.n_rows()).flat_map(row).collect();
    Ok(Matrix::new(flat, table.n_rows(), features.len())?)
}
