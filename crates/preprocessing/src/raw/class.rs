use arrow::array::Array;
use arrow::datatypes::DataType;

use super::Pieces;

/// What a column holds, as far as the steps care.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Class {
    Number,
    Boolean,
    Text,
    Date,
    /// Not one value, whatever the type says: a reader must guess the type of an empty column.
    Empty,
    Other,
}

impl Class {
    pub(crate) fn of(pieces: &Pieces<'_>) -> Self {
        match pieces.arrays.iter().find(|array| array.logical_null_count() < array.len()) {
            None => Self::Empty,
            Some(array) => Self::of_type(array.data_type()),
        }
    }

    fn of_type(data_type: &DataType) -> Self {
        match data_type {
            DataType::Boolean => Self::Boolean,
            DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => Self::Text,
            DataType::Dictionary(_, values) => Self::of_type(values),
            DataType::Decimal32(..) | DataType::Decimal64(..) | DataType::Decimal256(..) => Self::Number,
            DataType::Decimal128(..) => Self::Number,
            other if other.is_numeric() => Self::Number,
            other if other.is_temporal() => Self::Date,
            _ => Self::Other,
        }
    }

    /// What a person calls it.
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::Number => "numbers",
            Self::Boolean => "yes/no values",
            Self::Text => "text",
            Self::Date => "dates or times",
            Self::Empty => "nothing",
            Self::Other => "nested or binary values",
        }
    }
}
