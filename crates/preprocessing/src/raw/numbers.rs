use arrow::array::{Array, AsArray, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Float64Type, Int64Type};
use arrow::error::ArrowError;

use super::text::for_each_text;
use super::{Class, Pieces};
use crate::{Difference, PrepareError};

/// The largest magnitude taken for a number. Beyond it the fourth powers, which kurtosis needs, of a
/// million values leave the range of 64-bit floats; no quantity is that large.
pub const LARGEST: f64 = 1e75;

/// The column `name` as numbers, NaN where missing; booleans and words for yes and no are 1 and 0.
///
/// ```
/// use std::sync::Arc;
/// use arrow::array::{ArrayRef, Int32Array, RecordBatch};
/// use segctl_preprocessing::raw::numbers;
/// let ages: ArrayRef = Arc::new(Int32Array::from(vec![Some(31), None]));
/// let batch = RecordBatch::try_from_iter([("age", ages)])?;
/// let ages = numbers(&[batch], "age")?;
/// assert!(ages[0] == 31.0 && ages[1].is_nan());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`PrepareError::Differs`] when the column is missing or holds no numbers.
pub fn numbers(batches: &[RecordBatch], name: &str) -> Result<Vec<f64>, PrepareError> {
    let pieces = Pieces::required(batches, name)?;
    match read(&pieces)? {
        Some((mut values, _)) => {
            erase_unusable(&mut values);
            Ok(values)
        }
        None => Err(PrepareError::Differs(vec![not_numbers(&pieces)])),
    }
}

/// The difference between this column and numbers.
pub(super) fn not_numbers(pieces: &Pieces<'_>) -> Difference {
    Difference::Type {
        column: pieces.name.to_owned(),
        expected: Class::Number.words().to_owned(),
        found: Class::of(pieces).words().to_owned(),
    }
}

/// The values and what they were; `None` when they are neither numbers nor yes and no.
pub(crate) fn read(pieces: &Pieces<'_>) -> Result<Option<(Vec<f64>, Class)>, PrepareError> {
    let class = Class::of(pieces);
    let mut out = Vec::with_capacity(pieces.n_rows());
    for array in &pieces.arrays {
        match class {
            Class::Number | Class::Boolean => push(array, &mut out).map_err(|source| pieces.convert(source))?,
            Class::Empty => out.resize(out.len() + array.len(), f64::NAN),
            Class::Text if push_words(pieces, array, &mut out)? => {}
            Class::Text | Class::Date | Class::Other => return Ok(None),
        }
    }
    Ok(Some((out, class)))
}

/// Makes infinities and absurdly large values missing and counts them.
pub(crate) fn erase_unusable(values: &mut [f64]) -> usize {
    let mut n_erased = 0;
    for value in values {
        // Without a branch, so that values are looked at several at a time.
        let is_unusable = value.abs() > LARGEST;
        *value = if is_unusable { f64::NAN } else { *value };
        n_erased += usize::from(is_unusable);
    }
    n_erased
}

fn push(array: &dyn Array, out: &mut Vec<f64>) -> Result<(), ArrowError> {
    if let Some(floats) = array.as_primitive_opt::<Float64Type>() {
        let start = out.len();
        out.extend_from_slice(floats.values());
        if let Some(nulls) = floats.nulls() {
            let cells = out[start..].iter_mut().zip(nulls.iter());
            cells.filter(|(_, valid)| !valid).for_each(|(value, _)| *value = f64::NAN);
        }
        return Ok(());
    }
    if let Some(whole) = array.as_primitive_opt::<Int64Type>().filter(|whole| whole.null_count() == 0) {
        out.extend(whole.values().iter().map(|&value| value as f64));
        return Ok(());
    }
    let floats = cast(array, &DataType::Float64)?;
    push(floats.as_primitive::<Float64Type>(), out)
}

/// Appends 1 for yes, 0 for no; false when there is another word.
fn push_words(pieces: &Pieces<'_>, array: &dyn Array, out: &mut Vec<f64>) -> Result<bool, PrepareError> {
    let mut all_known = true;
    let visit = |value: Option<&str>| {
        let number = value.map_or(Some(f64::NAN), yes_or_no);
        all_known &= number.is_some();
        out.push(number.unwrap_or(f64::NAN));
    };
    for_each_text(array, visit).map_err(|source| pieces.convert(source))?;
    Ok(all_known)
}

fn yes_or_no(word: &str) -> Option<f64> {
    let is = |words: [&str; 4]| words.iter().any(|known| word.trim().eq_ignore_ascii_case(known));
    match word {
        _ if is(["yes", "y", "true", "t"]) => Some(1.0),
        _ if is(["no", "n", "false", "f"]) => Some(0.0),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{ArrayRef, BooleanArray, Decimal128Array, Float64Array, Int64Array, StringArray, UInt64Array};

    use super::*;

    fn read_one(array: ArrayRef) -> Result<Vec<f64>, PrepareError> {
        numbers(&[RecordBatch::try_from_iter_with_nullable([("x", array, true)]).unwrap()], "x")
    }

    #[test]
    fn every_kind_of_number_is_read() {
        let decimals = Decimal128Array::from(vec![Some(1250)]).with_precision_and_scale(10, 2).unwrap();
        let rows: Vec<(ArrayRef, f64)> = vec![
            (Arc::new(Int64Array::from(vec![i64::MIN])), -9_223_372_036_854_775_808.0),
            (Arc::new(UInt64Array::from(vec![u64::MAX])), 18_446_744_073_709_551_615.0),
            (Arc::new(BooleanArray::from(vec![true])), 1.0),
            (Arc::new(StringArray::from(vec![" Yes"])), 1.0),
            (Arc::new(StringArray::from(vec!["F"])), 0.0),
            (Arc::new(decimals), 12.5),
        ];
        for (array, expected) in rows {
            assert_eq!(read_one(array).unwrap(), [expected]);
        }
    }

    #[test]
    fn infinities_and_absurd_values_are_missing() {
        let values = read_one(Arc::new(Float64Array::from(vec![f64::INFINITY, -1e76, 2.0]))).unwrap();
        assert!(values[0].is_nan() && values[1].is_nan() && values[2] == 2.0);
    }

    #[test]
    fn text_is_not_a_number() {
        let error = read_one(Arc::new(StringArray::from(vec!["yes", "maybe"]))).unwrap_err();
        assert!(error.to_string().ends_with("column x holds text where numbers should be"), "{error}");
    }

    #[test]
    fn text_without_a_value_is_missing_numbers() {
        assert!(read_one(Arc::new(StringArray::from(vec![None::<&str>]))).unwrap()[0].is_nan());
    }
}
