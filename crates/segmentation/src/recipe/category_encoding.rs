use segctl_preprocessing::Treatment;
use serde::{Deserialize, Serialize};

/// How a category becomes numbers: a name, or its values from lowest to highest.
///
/// ```
/// use segctl_segmentation::{CategoryEncoding, EncodingName, Recipe};
/// let recipe = Recipe::from_toml(r#"
///     [data.encodings]
///     REGION = "frequency"
///     SIZE = ["small", "medium", "large"]
/// "#)?;
/// assert_eq!(recipe.data.encodings["REGION"], CategoryEncoding::Name(EncodingName::Frequency));
/// # Ok::<(), segctl_segmentation::SegmentationError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged, expecting = "\"one-hot\", \"ordinal\", \"frequency\" or a list of values from lowest to highest")]
pub enum CategoryEncoding {
    /// By name.
    Name(EncodingName),
    /// The place of each value in this order, from 0.
    Order(Vec<String>),
}

/// How a category becomes numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EncodingName {
    /// A 0/1 feature per value; rare ones are gathered as `[prepare]` says.
    OneHot,
    /// The place of each value in the sorted order.
    Ordinal,
    /// The share of the rows that have the value.
    Frequency,
}

impl CategoryEncoding {
    pub(crate) fn treatment(&self) -> Treatment {
        match self {
            Self::Name(EncodingName::OneHot) => Treatment::OneHot,
            Self::Name(EncodingName::Ordinal) => Treatment::Ordinal { order: None },
            Self::Name(EncodingName::Frequency) => Treatment::Frequency,
            Self::Order(order) => Treatment::Ordinal { order: Some(order.clone()) },
        }
    }
}
