//! Arrow's many types brought to the six of a table.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, Float64Array, new_null_array};
use arrow::compute::{CastOptions, cast, cast_with_options};
use arrow::datatypes::{DataType, Float64Type, TimeUnit, TimestampMicrosecondType};
use arrow::error::ArrowError;

use super::Typed;

const TIMESTAMP: DataType = DataType::Timestamp(TimeUnit::Microsecond, None);

/// 2^53: up to here every whole number is a double.
const MAX_EXACT: f64 = 9_007_199_254_740_992.0;

/// The type of a table's column that holds values of `data_type`; none for lists, structs, binary, durations.
pub(crate) fn canonical_type(data_type: &DataType) -> Option<DataType> {
    use DataType::{Boolean, Date32, Date64, Dictionary, Float64, Int64, Null, Time32, Time64, Timestamp, Utf8};
    match data_type {
        whole if whole.is_integer() => Some(Int64),
        number if number.is_numeric() => Some(Float64),
        Boolean => Some(Boolean),
        Date32 | Date64 => Some(Date32),
        Timestamp(_, _) => Some(TIMESTAMP),
        text if text.is_string() => Some(Utf8),
        Null | Time32(_) | Time64(_) => Some(Utf8),
        Dictionary(_, values) => canonical_type(values),
        _ => None,
    }
}

/// The array with its canonical type; times with a zone become UTC.
///
/// # Errors
/// For a type without a canonical one, and for whole numbers beyond 64 signed bits.
pub(crate) fn canonical(array: &ArrayRef) -> Result<ArrayRef, ArrowError> {
    let unknown = || ArrowError::CastError(format!("type {} has no place in a table", array.data_type()));
    let target = canonical_type(array.data_type()).ok_or_else(unknown)?;
    if array.data_type() == &target {
        return Ok(Arc::clone(array));
    }
    let mut array = Arc::clone(array);
    if let DataType::Timestamp(unit, Some(_)) = array.data_type() {
        array = cast(&array, &DataType::Timestamp(*unit, Some("+00:00".into())))?;
    }
    cast_with_options(&array, &target, &CastOptions { safe: false, ..CastOptions::default() })
}

/// An array whose floats are all finite.
pub(crate) struct Finite {
    /// The values, NULL where they were NaN or infinite; -0 is 0.
    pub(crate) array: ArrayRef,
    /// NaNs that were made NULL.
    pub(crate) n_nan: u64,
    /// Infinities that were made NULL.
    pub(crate) n_infinite: u64,
}

impl Finite {
    /// Looks at floats; other types stay as they are.
    pub(crate) fn of(array: ArrayRef) -> Self {
        let Some(floats) = array.as_primitive_opt::<Float64Type>() else {
            return Self { array, n_nan: 0, n_infinite: 0 };
        };
        let n_nan = floats.iter().flatten().filter(|value| value.is_nan()).count() as u64;
        let n_infinite = floats.iter().flatten().filter(|value| value.is_infinite()).count() as u64;
        let clean: Float64Array = match n_nan + n_infinite {
            0 => floats.unary(|value| value + 0.0),
            _ => floats.iter().map(|value| value.filter(|v| v.is_finite()).map(|v| v + 0.0)).collect(),
        };
        Self { array: Arc::new(clean), n_nan, n_infinite }
    }
}

/// Brings typed chunks to `common` and to what the same values would be as cells: floats that are
/// all whole become whole numbers, midnights days, and a column of NULLs text.
pub(super) fn settle(chunks: Vec<ArrayRef>, common: &DataType) -> Result<Typed, ArrowError> {
    let (mut n_null, mut n_nan, mut n_infinite) = (0, 0, 0);
    let mut arrays = Vec::with_capacity(chunks.len());
    for chunk in chunks {
        n_null += chunk.null_count() as u64;
        let finite = Finite::of(cast(&chunk, common)?);
        n_nan += finite.n_nan;
        n_infinite += finite.n_infinite;
        arrays.push(finite.array);
    }
    let counts = [(String::new(), n_null), ("NaN".to_owned(), n_nan), ("inf".to_owned(), n_infinite)];
    let missing = counts.into_iter().filter(|&(_, count)| count > 0).collect();
    Ok(Typed { arrays: settled(arrays, common), missing, notes: Vec::new() })
}

fn settled(arrays: Vec<ArrayRef>, common: &DataType) -> Vec<ArrayRef> {
    if arrays.iter().all(|array| array.null_count() == array.len()) {
        return arrays.iter().map(|array| new_null_array(&DataType::Utf8, array.len())).collect();
    }
    match common {
        DataType::Float64 => whole_as_integers(arrays),
        DataType::Timestamp(_, _) => midnights_as_dates(arrays),
        _ => arrays,
    }
}

/// Floats that are all whole and exact, as `Int64`.
pub(super) fn whole_as_integers(arrays: Vec<ArrayRef>) -> Vec<ArrayRef> {
    let floats = || arrays.iter().filter_map(|array| array.as_primitive_opt::<Float64Type>());
    let is_whole = |value: f64| value.trunc() == value && value.abs() <= MAX_EXACT;
    if !floats().all(|chunk| chunk.iter().flatten().all(is_whole)) {
        return arrays;
    }
    floats()
        .map(|chunk| -> ArrayRef { Arc::new(chunk.unary::<_, arrow::datatypes::Int64Type>(|value| value as i64)) })
        .collect()
}

/// Times that are all midnights, as `Date32`.
pub(super) fn midnights_as_dates(arrays: Vec<ArrayRef>) -> Vec<ArrayRef> {
    const DAY: i64 = 86_400_000_000;
    let times = || arrays.iter().filter_map(|array| array.as_primitive_opt::<TimestampMicrosecondType>());
    let is_day = |value: i64| value % DAY == 0 && i32::try_from(value / DAY).is_ok();
    if !times().all(|chunk| chunk.iter().flatten().all(is_day)) {
        return arrays;
    }
    times()
        .map(|chunk| -> ArrayRef {
            Arc::new(chunk.unary::<_, arrow::datatypes::Date32Type>(|value| (value / DAY) as i32))
        })
        .collect()
}
