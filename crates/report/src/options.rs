/// What the page says besides the outcome.
///
/// Nothing here is taken from the clock or the machine, so that the same outcome and options give
/// the same bytes.
///
/// ```
/// use segctl_report::ReportOptions;
/// let options = ReportOptions::new("0.1.0").with_title("Card holders").with_parameter("seed", "0");
/// assert_eq!(options.parameters, [("seed".to_owned(), "0".to_owned())]);
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ReportOptions {
    /// The heading; by default it is made of the input's name.
    pub title: Option<String>,
    /// The version of the program that made the outcome; not shown when empty.
    pub version: String,
    /// The command that makes this report again.
    pub command: Option<String>,
    /// Parameters as resolved, by name, in the order to show them.
    pub parameters: Vec<(String, String)>,
}

impl ReportOptions {
    /// The default title and no parameters.
    pub fn new(version: impl Into<String>) -> Self {
        Self { version: version.into(), ..Self::default() }
    }

    /// Sets the heading.
    #[must_use]
    pub fn with_title(mut self, title: impl Into<String>) -> Self {
        self.title = Some(title.into());
        self
    }

    /// Sets the command that makes this report again.
    #[must_use]
    pub fn with_command(mut self, command: impl Into<String>) -> Self {
        self.command = Some(command.into());
        self
    }

    /// Adds a parameter to show.
    #[must_use]
    pub fn with_parameter(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.parameters.push((name.into(), value.into()));
        self
    }
}
