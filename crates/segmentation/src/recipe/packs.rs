use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Which feature packs apply: `"auto"`, `"none"`, or names and files.
///
/// ```
/// use segctl_segmentation::{Packs, Recipe};
/// let recipe = Recipe::from_toml("packs = [\"telecom\", \"own.toml\"]")?;
/// assert_eq!(recipe.packs, Packs::Named(vec!["telecom".into(), "own.toml".into()]));
/// assert_eq!(Recipe::from_toml("packs = \"none\"")?.packs, Packs::None);
/// # Ok::<(), segctl_segmentation::SegmentationError>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Packs {
    /// Those whose columns are recognised in the table.
    #[default]
    Auto,
    /// None.
    None,
    /// These: names of packs built in, and TOML files of the same form.
    Named(Vec<String>),
}

impl Packs {
    /// Reads names as they are typed: `auto` and `none` stand alone.
    pub fn of_names(names: &[String]) -> Self {
        match names {
            [name] if name == "auto" => Self::Auto,
            [name] if name == "none" => Self::None,
            _ => Self::Named(names.to_vec()),
        }
    }
}

impl Serialize for Packs {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Auto => serializer.serialize_str("auto"),
            Self::None => serializer.serialize_str("none"),
            Self::Named(names) => names.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Packs {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged, expecting = "\"auto\", \"none\", a name or a list of names and files")]
        enum Written {
            One(String),
            Several(Vec<String>),
        }
        Ok(match Written::deserialize(deserializer)? {
            Written::One(name) => Self::of_names(&[name]),
            Written::Several(names) => Self::of_names(&names),
        })
    }
}
