use super::Algorithm;

/// What stands for the size of a map.
const SIZE: &str = "NxM";

/// One parameter of one or more algorithms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parameter {
    /// Its name: a key of `[cluster]`, and an option with `--` before it.
    pub name: &'static str,
    /// What it does, in a sentence.
    pub about: &'static str,
    /// What stands for its value: `N`, or the values there are.
    pub value: &'static str,
    /// What it is when it is not given, in words.
    pub default: &'static str,
    /// The algorithms that take it.
    pub algorithms: &'static [Algorithm],
}

impl Parameter {
    /// Its values, where only some words are allowed; capitals stand for anything else.
    ///
    /// ```
    /// use segctl_segmentation::ClusterRecipe;
    /// let search = ClusterRecipe::PARAMETERS.iter().find(|parameter| parameter.name == "search").unwrap();
    /// assert_eq!(search.words(), Some(vec!["none", "breathing"]));
    /// ```
    pub fn words(&self) -> Option<Vec<&'static str>> {
        let is_open = self.value.contains(char::is_uppercase);
        (self.value.contains(',') && !is_open).then(|| self.value.split(',').collect())
    }

    /// Whether it is true or false.
    ///
    /// ```
    /// use segctl_segmentation::ClusterRecipe;
    /// let flags = ClusterRecipe::PARAMETERS.iter().filter(|parameter| parameter.is_flag());
    /// assert!(flags.map(|parameter| parameter.name).eq(["allow-single-cluster", "toroidal"]));
    /// ```
    pub fn is_flag(&self) -> bool {
        self.value == "true,false"
    }

    /// What it takes, in words.
    pub(super) fn expected(&self) -> String {
        match self.value {
            value if value.contains(',') => format!("one of {}", value.replace(',', ", ")),
            SIZE => "two numbers such as 20x20".to_owned(),
            value => format!("a number ({value})"),
        }
    }
}
