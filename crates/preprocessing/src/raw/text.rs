use std::collections::BTreeMap;

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Float64Type};
use arrow::error::ArrowError;

use super::Pieces;
use crate::PrepareError;

/// A column of categories.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Categories {
    /// The different values, sorted (by value when all are numbers).
    pub levels: Vec<String>,
    /// Per row, an index into `levels`; `None` where missing.
    pub codes: Vec<Option<u32>>,
}

/// The column `name` as categories. Whole numbers are written without a decimal point, so that a
/// coded column has the same categories whether a file holds integers, floats or text.
///
/// ```
/// use std::sync::Arc;
/// use arrow::array::{ArrayRef, RecordBatch, StringArray};
/// use segctl_preprocessing::raw::categories;
/// let sex: ArrayRef = Arc::new(StringArray::from(vec![Some("m"), None, Some("f")]));
/// let sex = categories(&[RecordBatch::try_from_iter([("sex", sex)])?], "sex")?;
/// assert_eq!(sex.levels, ["f", "m"]);
/// assert_eq!(sex.codes, [Some(1), None, Some(0)]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`PrepareError::Differs`] when the column is missing, [`PrepareError::Convert`] when its values
/// have no text.
pub fn categories(batches: &[RecordBatch], name: &str) -> Result<Categories, PrepareError> {
    categories_of(&Pieces::required(batches, name)?)
}

/// The categories of a column.
pub(crate) fn categories_of(pieces: &Pieces<'_>) -> Result<Categories, PrepareError> {
    // Levels by the order in which they come up, and that of each row; put in the order of values in the end.
    let mut seen: BTreeMap<String, u32> = BTreeMap::new();
    let mut codes = Vec::with_capacity(pieces.n_rows());
    for_each(pieces, |value| codes.push(value.map(|text| number(&mut seen, text))))?;
    let levels = sorted(seen.keys().cloned().collect());
    let mut place = vec![0; levels.len()];
    levels.iter().zip(0..).for_each(|(level, at)| place[seen[level] as usize] = at);
    codes.iter_mut().flatten().for_each(|code| *code = place[*code as usize]);
    Ok(Categories { levels, codes })
}

/// Rows per category.
pub(super) fn count(pieces: &Pieces<'_>) -> Result<BTreeMap<String, u64>, PrepareError> {
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    for_each(pieces, |value| {
        if let Some(text) = value {
            tally(&mut counts, text);
        }
    })?;
    Ok(counts)
}

/// The number of a text, which is the next one when it comes up for the first time.
fn number(seen: &mut BTreeMap<String, u32>, text: &str) -> u32 {
    if let Some(&number) = seen.get(text) {
        return number;
    }
    let number = seen.len() as u32;
    seen.insert(text.to_owned(), number);
    number
}

/// Adds one; the text is copied only the first time.
pub(super) fn tally(counts: &mut BTreeMap<String, u64>, text: &str) {
    match counts.get_mut(text) {
        Some(count) => *count += 1,
        None => drop(counts.insert(text.to_owned(), 1)),
    }
}

/// Sorts by value when all are numbers, by text otherwise.
pub(super) fn sorted(mut levels: Vec<String>) -> Vec<String> {
    let numbers: Option<Vec<f64>> = levels.iter().map(|level| level.trim().parse().ok()).collect();
    match numbers {
        Some(numbers) => {
            let mut pairs: Vec<(f64, String)> = numbers.into_iter().zip(levels).collect();
            pairs.sort_by(|a, b| a.0.total_cmp(&b.0).then_with(|| a.1.cmp(&b.1)));
            pairs.into_iter().map(|(_, level)| level).collect()
        }
        None => {
            levels.sort();
            levels
        }
    }
}

/// The place of each level.
pub(super) fn places(levels: &[String]) -> BTreeMap<&str, u32> {
    levels.iter().map(String::as_str).zip(0..).collect()
}

pub(super) fn for_each(pieces: &Pieces<'_>, mut visit: impl FnMut(Option<&str>)) -> Result<(), PrepareError> {
    pieces.arrays.iter().try_for_each(|array| for_each_text(array, &mut visit)).map_err(|source| pieces.convert(source))
}

/// Visits every value as text, `None` where missing.
pub(crate) fn for_each_text(array: &dyn Array, mut visit: impl FnMut(Option<&str>)) -> Result<(), ArrowError> {
    match array.data_type() {
        DataType::Utf8 => array.as_string::<i32>().iter().for_each(visit),
        DataType::LargeUtf8 => array.as_string::<i64>().iter().for_each(visit),
        DataType::Utf8View => array.as_string_view().iter().for_each(visit),
        DataType::Float64 => {
            for value in array.as_primitive::<Float64Type>() {
                visit(value.filter(|value| !value.is_nan()).map(|value| value.to_string()).as_deref());
            }
        }
        other => return for_each_text(&cast(array, &through(other))?, visit),
    }
    Ok(())
}

/// The type to go through on the way to text: numbers with a point by way of `f64`, whose text is
/// `1`, not `1.0` or `1.00`.
fn through(data_type: &DataType) -> DataType {
    match data_type {
        DataType::Dictionary(_, values) => values.as_ref().clone(),
        other if other.is_numeric() && !other.is_integer() => DataType::Float64,
        _ => DataType::Utf8,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{ArrayRef, BinaryArray, DictionaryArray, Float32Array, Int8Array, Int64Array, StringViewArray};
    use arrow::datatypes::Int32Type;

    use super::*;

    fn read_one(array: ArrayRef) -> Result<Categories, PrepareError> {
        categories(&[RecordBatch::try_from_iter_with_nullable([("x", array, true)]).unwrap()], "x")
    }

    #[test]
    fn codes_have_the_same_text_in_every_type() {
        let words: DictionaryArray<Int32Type> = ["10", "2", "2"].into_iter().collect();
        let rows: Vec<ArrayRef> = vec![
            Arc::new(Int64Array::from(vec![10, 2, 2])),
            Arc::new(Int8Array::from(vec![10, 2, 2])),
            Arc::new(Float32Array::from(vec![10.0, 2.0, 2.0])),
            Arc::new(StringViewArray::from(vec!["10", "2", "2"])),
            Arc::new(words),
        ];
        for array in rows {
            let found = read_one(array).unwrap();
            assert_eq!(found.levels, ["2", "10"]);
            assert_eq!(found.codes, [Some(1), Some(0), Some(0)]);
        }
    }

    #[test]
    fn bytes_that_are_no_text_are_missing_or_refused_but_no_panic() {
        let found = read_one(Arc::new(BinaryArray::from(vec![b"\xff".as_slice()])));
        assert!(found.is_err() || found.unwrap().codes == [None]);
    }
}
