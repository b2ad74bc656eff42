use std::io;

/// Why no report was written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReportError {
    /// The page could not be written to its destination.
    #[error("cannot write the report")]
    Write(#[from] io::Error),
    /// The data of the pictures could not be put into JSON.
    #[error("cannot encode the data of the report's pictures")]
    Encode(#[from] serde_json::Error),
    /// A part of the outcome does not have the shape that another part implies.
    #[error("outcome: {what} has {found} entries, expected {expected}")]
    Shape {
        /// The part, as a path from the outcome: `profile.mean rows`.
        what: &'static str,
        /// How many entries it has.
        found: usize,
        /// How many it should have.
        expected: usize,
    },
    /// A sampled customer belongs to a segment that does not exist.
    #[error("outcome: projection.segments[{row}] is {segment}, expected -1 or a segment below {n_segments}")]
    Segment {
        /// The position in the sample.
        row: usize,
        /// The segment found there.
        segment: i32,
        /// Number of segments.
        n_segments: usize,
    },
}

impl ReportError {
    /// What the user can do about it, if anything.
    ///
    /// ```
    /// use segctl_report::ReportError;
    /// let full = std::io::Error::from(std::io::ErrorKind::StorageFull);
    /// assert!(ReportError::from(full).hint().is_some_and(|hint| hint.contains("space")));
    /// ```
    pub fn hint(&self) -> Option<String> {
        let Self::Write(source) = self else { return None };
        match source.kind() {
            io::ErrorKind::StorageFull => Some("free some space: a report takes about 5 MB, plotly.js included".into()),
            io::ErrorKind::PermissionDenied => Some("choose an output directory you may write to".into()),
            _ => None,
        }
    }
}
