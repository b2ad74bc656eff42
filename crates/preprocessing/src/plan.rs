use serde::{Deserialize, Serialize};

/// How a column enters the feature matrix.
///
/// ```
/// use segctl_preprocessing::Treatment;
/// let sizes = ["small", "large"].map(String::from).to_vec();
/// let treatment = Treatment::Ordinal { order: Some(sizes) };
/// assert_ne!(treatment, Treatment::OneHot);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Treatment {
    /// A number as it is. Booleans, and text that holds only words for yes and no, become 1 and 0.
    Numeric,
    /// The share of rows that have the category, which tells common from rare: one number, however many
    /// categories there are. Two equally frequent categories become the same.
    Frequency,
    /// One 0/1 feature per category; the whole block counts as much as one number.
    OneHot,
    /// One number per category: its place, from 0, in the order given or else in the sorted order
    /// (by value when every category is a number, by text otherwise).
    Ordinal {
        /// The categories from lowest to highest.
        order: Option<Vec<String>>,
    },
}

/// A column of the table and what becomes of it.
///
/// ```
/// use segctl_preprocessing::{ColumnPlan, Treatment};
/// let plan = ColumnPlan::new("BALANCE", Treatment::Numeric);
/// assert_eq!(plan.name, "BALANCE");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColumnPlan {
    /// The column's name, as in the table.
    pub name: String,
    /// How it is treated.
    pub treatment: Treatment,
}

impl ColumnPlan {
    /// The column `name`, treated so.
    pub fn new(name: impl Into<String>, treatment: Treatment) -> Self {
        Self { name: name.into(), treatment }
    }
}
