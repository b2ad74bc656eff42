use serde::{Deserialize, Serialize};

/// What a column is good for, as its reader or the user sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EdaRole {
    /// Names the customer.
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
    /// Free text or codes with many values.
    Text,
    /// The same value in every row.
    Constant,
    /// No value in any row.
    Empty,
}

impl EdaRole {
    /// The role in a word.
    ///
    /// ```
    /// use segctl_preprocessing::eda::EdaRole;
    /// assert_eq!(EdaRole::Coded.name(), "coded");
    /// ```
    pub fn name(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::Numeric => "numeric",
            Self::Categorical => "categorical",
            Self::Coded => "coded",
            Self::Boolean => "boolean",
            Self::Date => "date",
            Self::Text => "text",
            Self::Constant => "constant",
            Self::Empty => "empty",
        }
    }

    /// Whether the column falls into groups, which go together by Cramér's V and the correlation ratio.
    pub(super) fn is_grouping(self) -> bool {
        matches!(self, Self::Categorical | Self::Coded | Self::Boolean)
    }
}

/// What is known of a column before it is looked at.
///
/// ```
/// use segctl_preprocessing::eda::{ColumnFacts, EdaRole};
/// let facts = ColumnFacts::new("AGE", EdaRole::Numeric, "whole numbers").with_markers(vec![("NA".into(), 3)]);
/// assert_eq!(facts.name, "AGE");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ColumnFacts {
    /// Its name in the batches.
    pub name: String,
    /// What it is good for.
    pub role: EdaRole,
    /// What its cells are, in words: `whole numbers`, `text`.
    pub kind: String,
    /// How missing cells were written in the file, with counts; passed on as it is.
    pub missing_by_marker: Vec<(String, u64)>,
}

impl ColumnFacts {
    /// A column of which nothing is known about missing cells.
    pub fn new(name: &str, role: EdaRole, kind: &str) -> Self {
        Self { name: name.to_owned(), role, kind: kind.to_owned(), missing_by_marker: Vec::new() }
    }

    /// States how missing cells were written, with counts.
    pub fn with_markers(mut self, missing_by_marker: Vec<(String, u64)>) -> Self {
        self.missing_by_marker = missing_by_marker;
        self
    }
}
