use serde::{Deserialize, Serialize};

/// Something that was done to the data, counted and told in words an analyst understands.
///
/// ```
/// use segctl_preprocessing::Event;
/// let event = Event::new("missing", 313, "filled with the median, 312.34").of("MINIMUM_PAYMENTS");
/// assert_eq!(event.to_string(), "missing: MINIMUM_PAYMENTS: filled with the median, 312.34 (313)");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// The step that did it: `read`, `missing`, `near-constant`, `collinear`, `outliers`,
    /// `winsorize`, `skew`, `encode`, `scale`.
    pub step: String,
    /// The column concerned; `None` for whole rows.
    pub column: Option<String>,
    /// How many cells, rows or columns.
    pub count: u64,
    /// What was done and why.
    pub detail: String,
}

impl Event {
    /// `count` cells, rows or columns were treated so by `step`.
    pub fn new(step: &str, count: usize, detail: impl Into<String>) -> Self {
        Self { step: step.to_owned(), column: None, count: count as u64, detail: detail.into() }
    }

    /// Names the column.
    pub fn of(mut self, column: &str) -> Self {
        self.column = Some(column.to_owned());
        self
    }
}

impl std::fmt::Display for Event {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.column {
            Some(column) => write!(out, "{}: {column}: {} ({})", self.step, self.detail, self.count),
            None => write!(out, "{}: {} ({})", self.step, self.detail, self.count),
        }
    }
}
