use std::fmt;

use arrow::datatypes::{DataType, TimeUnit};
use serde::{Deserialize, Serialize};

/// The six types a table's columns may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Whole numbers, Arrow `Int64`.
    Integer,
    /// Numbers, Arrow `Float64`, all finite.
    Float,
    /// True or false, Arrow `Boolean`.
    Boolean,
    /// Days, Arrow `Date32`.
    Date,
    /// Moments without a time zone, Arrow `Timestamp(Microsecond, None)`.
    Timestamp,
    /// Text, Arrow `Utf8`.
    Text,
}

impl Kind {
    /// The Arrow type of the columns of this kind.
    ///
    /// ```
    /// use segctl_io::Kind;
    /// assert_eq!(Kind::of(&Kind::Date.data_type()), Some(Kind::Date));
    /// ```
    pub fn data_type(self) -> DataType {
        match self {
            Self::Integer => DataType::Int64,
            Self::Float => DataType::Float64,
            Self::Boolean => DataType::Boolean,
            Self::Date => DataType::Date32,
            Self::Timestamp => DataType::Timestamp(TimeUnit::Microsecond, None),
            Self::Text => DataType::Utf8,
        }
    }

    /// The kind of an Arrow type, if it is one of the six.
    pub fn of(data_type: &DataType) -> Option<Self> {
        let kinds = [Self::Integer, Self::Float, Self::Boolean, Self::Date, Self::Timestamp, Self::Text];
        kinds.into_iter().find(|kind| kind.data_type() == *data_type)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Integer => "whole numbers",
            Self::Float => "numbers",
            Self::Boolean => "true or false",
            Self::Date => "dates",
            Self::Timestamp => "times",
            Self::Text => "text",
        })
    }
}

/// What a column is good for in a segmentation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Role {
    /// Names the customer; never a feature.
    Id,
    /// A quantity.
    Numeric,
    /// One of a few words.
    Categorical,
    /// One of a few whole numbers that stand for words or ranks.
    Coded,
    /// One of two answers.
    Boolean,
    /// A day or a moment.
    Date,
    /// Free text or codes with many values; never a feature.
    Text,
    /// The same value in every row.
    Constant,
    /// No value in any row.
    Empty,
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Id => "id",
            Self::Numeric => "numeric",
            Self::Categorical => "categorical",
            Self::Coded => "coded",
            Self::Boolean => "boolean",
            Self::Date => "date",
            Self::Text => "text",
            Self::Constant => "constant",
            Self::Empty => "empty",
        })
    }
}

/// A number of distinct values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Distinct {
    /// The number, or at least so many.
    pub count: usize,
    /// Whether the number is exact; long columns with many values are not counted to the end.
    pub exact: bool,
}

impl fmt::Display for Distinct {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", if self.exact { "" } else { "at least " }, self.count)
    }
}

/// What is known of a column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ColumnInfo {
    /// Its name.
    pub name: String,
    /// Its type.
    pub kind: Kind,
    /// What it is good for.
    pub role: Role,
    /// Why it has this role, in words.
    pub reason: String,
    /// Rows without a value.
    pub n_missing: u64,
    /// How missing values were written in the file, with counts; the empty text for empty cells
    /// and NULLs. For a column that SQL made or changed, NULLs alone.
    pub missing_by_marker: Vec<(String, u64)>,
    /// Distinct values, missing ones aside.
    pub n_distinct: Distinct,
    /// The smallest value, as text; none for an empty column.
    pub min: Option<String>,
    /// The largest value, as text.
    pub max: Option<String>,
    /// The first few distinct values, as text.
    pub examples: Vec<String>,
}
