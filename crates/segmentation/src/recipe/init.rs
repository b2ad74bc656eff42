use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::Algorithm;

/// Where an algorithm begins.
///
/// ```
/// use segctl_segmentation::{Algorithm, Init};
/// assert_eq!("pca".parse(), Ok(Init::Pca));
/// assert_eq!("units.csv".parse(), Ok(Init::File("units.csv".to_owned())));
/// assert!(Init::Pca.is_for(Algorithm::Som) && !Init::Pca.is_for(Algorithm::KMeans));
/// assert!("kmeans".parse::<Init>().is_err());
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Init {
    /// K-means: greedy k-means++.
    KMeansPlusPlus,
    /// K-means: k-means||, for a million customers and more.
    KMeansParallel,
    /// A map: the plane of the first two principal components.
    Pca,
    /// A map: anywhere between the least and the largest value of each feature.
    Random,
    /// A map: customers drawn at random.
    Sample,
    /// A map: the units of a table, in prepared units, such as `--codebook-out` writes.
    File(String),
}

/// Those that a word names.
const WORDS: [(&str, Init); 5] = [
    ("k-means++", Init::KMeansPlusPlus),
    ("k-means||", Init::KMeansParallel),
    ("pca", Init::Pca),
    ("random", Init::Random),
    ("sample", Init::Sample),
];

impl Init {
    /// Whether `algorithm` can begin so.
    pub fn is_for(&self, algorithm: Algorithm) -> bool {
        match self {
            Self::KMeansPlusPlus | Self::KMeansParallel => algorithm == Algorithm::KMeans,
            Self::Pca | Self::Random | Self::Sample | Self::File(_) => algorithm == Algorithm::Som,
        }
    }

    /// The table to begin with, if it is one.
    ///
    /// ```
    /// use segctl_segmentation::Init;
    /// assert_eq!(Init::File("a.csv".to_owned()).file(), Some("a.csv"));
    /// assert_eq!(Init::Pca.file(), None);
    /// ```
    pub fn file(&self) -> Option<&str> {
        match self {
            Self::File(path) => Some(path),
            _ => None,
        }
    }
}

impl fmt::Display for Init {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = WORDS.iter().find(|(_, init)| init == self).map(|(word, _)| *word);
        f.write_str(word.or(self.file()).unwrap_or_default())
    }
}

impl FromStr for Init {
    type Err = String;

    /// A word, or the path of a file: anything with a dot or a slash in it.
    fn from_str(text: &str) -> Result<Self, String> {
        let word = WORDS.into_iter().find(|(word, _)| *word == text).map(|(_, init)| init);
        let is_path = text.contains(['.', '/', '\\']);
        word.or_else(|| is_path.then(|| Self::File(text.to_owned())))
            .ok_or_else(|| format!("{text:?} is neither a way to begin nor a file"))
    }
}

impl Serialize for Init {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Init {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}
