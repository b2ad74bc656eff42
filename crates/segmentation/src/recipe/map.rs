//! The words and sizes of self-organising maps.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// How many units a map has along its sides.
///
/// ```
/// use segctl_segmentation::GridSize;
/// assert_eq!("20x15".parse(), Ok(GridSize { n_x: 20, n_y: 15 }));
/// assert_eq!(GridSize { n_x: 3, n_y: 4 }.to_string(), "3x4");
/// assert!("20".parse::<GridSize>().is_err());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GridSize {
    /// Units from left to right.
    pub n_x: usize,
    /// Units from bottom to top.
    pub n_y: usize,
}

impl fmt::Display for GridSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}x{}", self.n_x, self.n_y)
    }
}

impl FromStr for GridSize {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let sides = text.split_once('x').map(|(n_x, n_y)| (n_x.trim().parse(), n_y.trim().parse()));
        match sides {
            Some((Ok(n_x), Ok(n_y))) => Ok(Self { n_x, n_y }),
            _ => Err(format!("{text:?} is no size of a map")),
        }
    }
}

impl Serialize for GridSize {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for GridSize {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

/// How a map learns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Trainer {
    /// From all customers at once.
    #[default]
    Batch,
    /// From one customer after the other.
    Online,
}

/// In which order a map learns from customers one after the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TrainingOrder {
    /// In an order of their own in each epoch.
    #[default]
    Shuffled,
    /// As they stand in the file.
    Sequential,
}

/// How the radius and the rate of a map fall.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DecayName {
    /// By the same factor in each step: the radius to 0.5, the rate to 0.01.
    Exponential,
    /// To a third.
    Asymptotic,
    /// By the same amount in each step: the radius to 1, the rate to 0.
    Linear,
    /// As one over the steps: the radius to 1, the rate to a hundredth of its start.
    Inverse,
}

/// How the units of a map become segments.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum UnitsBy {
    /// By a tree of the units; with Ward's linkage each counts as much as its customers.
    #[default]
    Tree,
    /// By Ward's tree of units that hang together on the map.
    Contiguous,
    /// By k-means of the units, each counting as much as its customers.
    Kmeans,
    /// Each unit with customers is a segment.
    Each,
}
