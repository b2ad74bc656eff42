use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use thiserror::Error;

/// A clustering algorithm by the name under which people ask for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Algorithm {
    /// K centres that minimise the sum of squared distances.
    KMeans,
    /// The same by small batches of customers: faster, a little less exact.
    MiniBatch,
    /// Segments split in two, one after the other.
    Bisecting,
    /// A tree of merges by Ward's linkage, cut into segments.
    Ward,
    /// A tree of merges by any linkage and metric, cut into segments.
    Agglomerative,
    /// Crowded places, grown as far as they stay crowded; the rest is noise.
    Dbscan,
    /// The same at every crowdedness at once; those that last longest stay.
    Hdbscan,
    /// A mixture of k normal distributions.
    Gmm,
    /// K prototypes of numbers and categories.
    KPrototypes,
    /// K prototypes of categories alone.
    KModes,
    /// K customers, to whom the others are closest.
    KMedoids,
    /// A map of units among the customers; the units become segments.
    Som,
}

impl Algorithm {
    /// All of them.
    pub const ALL: [Self; 12] = [
        Self::KMeans,
        Self::MiniBatch,
        Self::Bisecting,
        Self::Ward,
        Self::Agglomerative,
        Self::Dbscan,
        Self::Hdbscan,
        Self::Gmm,
        Self::KPrototypes,
        Self::KModes,
        Self::KMedoids,
        Self::Som,
    ];

    /// The name, as typed.
    ///
    /// ```
    /// use segctl_segmentation::Algorithm;
    /// assert!(Algorithm::ALL.iter().all(|algorithm| algorithm.name().parse() == Ok(*algorithm)));
    /// ```
    pub fn name(self) -> &'static str {
        match self {
            Self::KMeans => "kmeans",
            Self::MiniBatch => "minibatch",
            Self::Bisecting => "bisecting",
            Self::Ward => "ward",
            Self::Agglomerative => "agglomerative",
            Self::Dbscan => "dbscan",
            Self::Hdbscan => "hdbscan",
            Self::Gmm => "gmm",
            Self::KPrototypes => "kprototypes",
            Self::KModes => "kmodes",
            Self::KMedoids => "kmedoids",
            Self::Som => "som",
        }
    }

    /// Whether it always finds the number of segments by itself, and may leave customers out as noise.
    ///
    /// ```
    /// use segctl_segmentation::Algorithm;
    /// assert!(Algorithm::Hdbscan.finds_k() && !Algorithm::Gmm.finds_k());
    /// ```
    pub fn finds_k(self) -> bool {
        matches!(self, Self::Dbscan | Self::Hdbscan)
    }

    /// Whether it can start from given centres: of segments, or for a map of its units.
    ///
    /// ```
    /// use segctl_segmentation::Algorithm;
    /// assert!(Algorithm::MiniBatch.starts_from_centers() && !Algorithm::Bisecting.starts_from_centers());
    /// ```
    pub fn starts_from_centers(self) -> bool {
        matches!(self, Self::KMeans | Self::MiniBatch | Self::Gmm | Self::Som)
    }

    /// Whether it makes a tree of merges.
    ///
    /// ```
    /// use segctl_segmentation::Algorithm;
    /// assert!(Algorithm::Ward.makes_tree() && !Algorithm::KMeans.makes_tree());
    /// ```
    pub fn makes_tree(self) -> bool {
        matches!(self, Self::Ward | Self::Agglomerative)
    }

    /// Whether it does without missing values rather than with filled ones.
    ///
    /// ```
    /// use segctl_segmentation::Algorithm;
    /// assert!(Algorithm::Som.takes_gaps() && !Algorithm::KMeans.takes_gaps());
    /// ```
    pub fn takes_gaps(self) -> bool {
        self == Self::Som
    }

    /// The name, as read.
    ///
    /// ```
    /// assert_eq!(segctl_segmentation::Algorithm::KMeans.title(), "k-means");
    /// ```
    pub fn title(self) -> &'static str {
        match self {
            Self::KMeans => "k-means",
            Self::MiniBatch => "mini-batch k-means",
            Self::Bisecting => "bisecting k-means",
            Self::Ward => "Ward",
            Self::Agglomerative => "agglomerative",
            Self::Dbscan => "DBSCAN",
            Self::Hdbscan => "HDBSCAN",
            Self::Gmm => "Gaussian mixture",
            Self::KPrototypes => "k-prototypes",
            Self::KModes => "k-modes",
            Self::KMedoids => "k-medoids",
            Self::Som => "SOM",
        }
    }
}

/// A text that names no algorithm.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("algorithm {text:?} should be one of {}", Algorithm::ALL.map(Algorithm::name).join(", "))]
pub struct AlgorithmError {
    text: String,
}

impl FromStr for Algorithm {
    type Err = AlgorithmError;

    fn from_str(text: &str) -> Result<Self, AlgorithmError> {
        let wanted = text.trim().to_lowercase();
        let found = Self::ALL.into_iter().find(|algorithm| algorithm.name() == wanted);
        found.ok_or_else(|| AlgorithmError { text: text.to_owned() })
    }
}

/// The algorithms to compare, the preferred one first. Unless they are named: k-means, Ward and SOM, or what
/// suits the data better.
///
/// ```
/// use segctl_segmentation::{Algorithm, Algorithms};
/// let algorithms: Algorithms = "ward, kmeans,ward".parse()?;
/// assert_eq!(algorithms.as_slice(), [Algorithm::Ward, Algorithm::KMeans]);
/// assert!("auto".parse::<Algorithms>()?.is_auto());
/// # Ok::<(), segctl_segmentation::AlgorithmError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Algorithms {
    names: Vec<Algorithm>,
    is_auto: bool,
}

/// What is written for algorithms that nobody named.
const AUTO: &str = "auto";

impl Algorithms {
    /// One algorithm.
    pub fn one(algorithm: Algorithm) -> Self {
        Self { names: vec![algorithm], is_auto: false }
    }

    /// At least one, all different.
    pub fn as_slice(&self) -> &[Algorithm] {
        &self.names
    }

    /// Whether nobody named them, so that others may take their place.
    pub fn is_auto(&self) -> bool {
        self.is_auto
    }

    fn of(names: impl IntoIterator<Item = Algorithm>) -> Self {
        let mut kept = Vec::new();
        for name in names {
            if !kept.contains(&name) {
                kept.push(name);
            }
        }
        Self { names: kept, is_auto: false }
    }
}

impl Default for Algorithms {
    fn default() -> Self {
        Self { names: vec![Algorithm::KMeans, Algorithm::Ward, Algorithm::Som], is_auto: true }
    }
}

impl FromStr for Algorithms {
    type Err = AlgorithmError;

    fn from_str(text: &str) -> Result<Self, AlgorithmError> {
        if text.trim() == AUTO {
            return Ok(Self::default());
        }
        Ok(Self::of(text.split(',').map(str::parse).collect::<Result<Vec<_>, _>>()?))
    }
}

impl fmt::Display for Algorithms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.names.iter().map(|algorithm| algorithm.name()).collect::<Vec<_>>().join(","))
    }
}

impl Serialize for Algorithms {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.is_auto { AUTO.serialize(serializer) } else { self.names.serialize(serializer) }
    }
}

impl<'de> Deserialize<'de> for Algorithms {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Raw {
            Text(String),
            List(Vec<String>),
        }
        let text = match Raw::deserialize(deserializer)? {
            Raw::Text(text) => text,
            Raw::List(names) => names.join(","),
        };
        text.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_names_are_refused_with_those_there_are() {
        let error = "kmeans,wart".parse::<Algorithms>().unwrap_err().to_string();
        assert!(
            error.starts_with(r#"algorithm "wart" should be one of kmeans, minibatch, bisecting, ward"#),
            "{error}"
        );
        assert!("".parse::<Algorithms>().is_err());
    }

    #[test]
    fn a_list_and_a_text_say_the_same() {
        let read = |text: &str| serde_json::from_str::<Algorithms>(text).unwrap();
        assert_eq!(read(r#"["ward","kmeans"]"#), read(r#""ward,kmeans""#));
        assert_eq!(serde_json::to_string(&read(r#""ward""#)).unwrap(), r#"["ward"]"#);
        assert!(serde_json::from_str::<Algorithms>("[]").is_err());
        assert_eq!(serde_json::to_string(&Algorithms::default()).unwrap(), r#""auto""#);
        assert_eq!(read(r#""auto""#), Algorithms::default());
        assert_ne!(read(r#""kmeans,ward,som""#), Algorithms::default(), "those named are not to be changed");
    }
}
