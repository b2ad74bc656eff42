use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::IoError;

/// How the bytes of a text file stand for characters.
///
/// ```
/// use segctl_io::Encoding;
/// assert_eq!("latin1".parse::<Encoding>()?.to_string(), "windows-1252");
/// assert_eq!("auto".parse::<Encoding>()?, Encoding::Auto);
/// assert!("ebcdic".parse::<Encoding>().is_err());
/// # Ok::<(), segctl_io::IoError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Encoding {
    /// By the byte order mark; UTF-8 without one.
    #[default]
    Auto,
    /// One of the encodings of the WHATWG standard.
    Of(&'static encoding_rs::Encoding),
}

impl Encoding {
    /// UTF-8.
    pub const UTF_8: Self = Self::Of(encoding_rs::UTF_8);
    /// Western European, as Excel on Windows saves CSV.
    pub const WINDOWS_1252: Self = Self::Of(encoding_rs::WINDOWS_1252);
}

impl FromStr for Encoding {
    type Err = IoError;

    fn from_str(label: &str) -> Result<Self, IoError> {
        if label.eq_ignore_ascii_case("auto") {
            return Ok(Self::Auto);
        }
        let known = encoding_rs::Encoding::for_label_no_replacement(label.as_bytes());
        known.map(Self::Of).ok_or_else(|| IoError::UnknownEncoding { label: label.to_owned() })
    }
}

impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Auto => f.write_str("auto"),
            Self::Of(encoding) => f.write_str(&encoding.name().to_lowercase()),
        }
    }
}

impl Serialize for Encoding {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Encoding {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}
