use std::fmt;
use std::ops::RangeInclusive;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use thiserror::Error;

/// The numbers of segments to try, both ends included; 2..10 by default.
///
/// ```
/// use segctl_segmentation::KRange;
/// assert_eq!("5".parse::<KRange>()?.iter().collect::<Vec<_>>(), [5]);
/// assert_eq!("2..4".parse::<KRange>()?.iter().collect::<Vec<_>>(), [2, 3, 4]);
/// assert!("4..2".parse::<KRange>().is_err());
/// # Ok::<(), segctl_segmentation::KRangeError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KRange {
    first: usize,
    last: usize,
}

/// A text or pair of numbers that is no range of k.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("k={text} should be a number such as 5 or a range such as 2..10, up to at most {max}, that does not end below 2", max = KRange::MAX)]
pub struct KRangeError {
    text: String,
}

impl KRange {
    /// The most segments anyone can act on; also keeps a slip of the keyboard from running for days.
    pub const MAX: usize = 1000;

    /// `first..=last`, up to at most [`KRange::MAX`]. That there is one group only is always thought of: a range
    /// may begin with 1, but not end with it.
    ///
    /// # Errors
    /// [`KRangeError`] when the range is empty or out of bounds.
    pub fn new(first: usize, last: usize) -> Result<Self, KRangeError> {
        if first < 1 || last < first.max(2) || last > Self::MAX {
            return Err(KRangeError { text: format!("{first}..{last}") });
        }
        Ok(Self { first, last })
    }

    /// The numbers to try, ascending; from 2 on, since one segment is no clustering.
    pub fn iter(self) -> RangeInclusive<usize> {
        self.first.max(2)..=self.last
    }

    /// The number, when there is just one.
    pub fn single(self) -> Option<usize> {
        (self.first == self.last).then_some(self.first)
    }
}

impl Default for KRange {
    fn default() -> Self {
        Self { first: 2, last: 10 }
    }
}

impl FromStr for KRange {
    type Err = KRangeError;

    fn from_str(text: &str) -> Result<Self, KRangeError> {
        let wrong = || KRangeError { text: text.to_owned() };
        let number = |part: &str| part.trim().parse::<usize>().map_err(|_| wrong());
        match text.split_once("..") {
            Some((first, last)) => {
                Self::new(number(first)?, number(last.trim_start_matches('='))?).map_err(|_| wrong())
            }
            None => number(text).and_then(|k| Self::new(k, k).map_err(|_| wrong())),
        }
    }
}

impl fmt::Display for KRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.single() {
            Some(k) => write!(f, "{k}"),
            None => write!(f, "{}..{}", self.first, self.last),
        }
    }
}

impl Serialize for KRange {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.single() {
            Some(k) => serializer.serialize_u64(k as u64),
            None => serializer.collect_str(self),
        }
    }
}

impl<'de> Deserialize<'de> for KRange {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Raw {
            Number(u64),
            Text(String),
        }
        match Raw::deserialize(deserializer)? {
            Raw::Number(k) => k.to_string().parse().map_err(de::Error::custom),
            Raw::Text(text) => text.parse().map_err(de::Error::custom),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nonsense_is_refused_with_the_text_typed() {
        for text in ["", "x", "1", "0..3", "5..", "..5", "3..2", "2..1001", "-3"] {
            let error = text.parse::<KRange>().unwrap_err();
            assert!(error.to_string().starts_with(&format!("k={text} should be")), "{error}");
        }
    }

    #[test]
    fn text_comes_back() {
        for text in ["2", "2..10"] {
            assert_eq!(text.parse::<KRange>().unwrap().to_string(), text);
        }
        assert_eq!("2..=4".parse::<KRange>().unwrap(), KRange::new(2, 4).unwrap());
    }
}
