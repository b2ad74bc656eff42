use std::fmt;

use segctl_io::FeatureExpr;
use serde::de::{self, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Named SQL expressions in the order they were written, in files a table of name to text.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Expressions(pub Vec<FeatureExpr>);

impl Expressions {
    /// Collects pairs of name and SQL text.
    ///
    /// ```
    /// use segctl_segmentation::Expressions;
    /// let features = Expressions::from_pairs([("TOTAL", "A + B")]);
    /// assert_eq!(features.0[0].sql, "A + B");
    /// ```
    pub fn from_pairs<N: Into<String>, S: Into<String>>(pairs: impl IntoIterator<Item = (N, S)>) -> Self {
        Self(pairs.into_iter().map(|(name, sql)| FeatureExpr { name: name.into(), sql: sql.into() }).collect())
    }
}

impl Serialize for Expressions {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|feature| (&feature.name, &feature.sql)))
    }
}

impl<'de> Deserialize<'de> for Expressions {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(InOrder)
    }
}

/// Keeps the order of the file, which a map type would lose.
struct InOrder;

impl<'de> Visitor<'de> for InOrder {
    type Value = Expressions;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a table of feature names and SQL expressions")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Expressions, A::Error> {
        let mut features: Vec<FeatureExpr> = Vec::new();
        while let Some((name, sql)) = map.next_entry::<String, String>()? {
            if features.iter().any(|feature| feature.name == name) {
                return Err(de::Error::custom(format!("feature {name} is given twice")));
            }
            features.push(FeatureExpr { name, sql });
        }
        Ok(Expressions(features))
    }
}
