use segctl_segmentation::{Composition, Segment};

use super::header::css_percent;
use crate::check::row;
use crate::format::{percent, shortened};
use crate::palette::{Mark, mark, shade};

/// Characters of a value that are shown.
const VALUE_LIMIT: usize = 48;

/// How the values of a describing column are spread over the segments.
#[derive(Debug)]
pub(crate) struct CompositionView {
    pub(crate) column: String,
    pub(crate) values: Vec<ValueView>,
    /// All customers first, then the segments.
    pub(crate) bars: Vec<Bar>,
}

/// A value and its shade.
#[derive(Debug)]
pub(crate) struct ValueView {
    pub(crate) name: String,
    pub(crate) shade: &'static str,
}

/// One bar of shares.
#[derive(Debug)]
pub(crate) struct Bar {
    pub(crate) label: String,
    /// `None` for all customers.
    pub(crate) mark: Option<Mark>,
    pub(crate) parts: Vec<Part>,
}

/// The share of one value.
#[derive(Debug)]
pub(crate) struct Part {
    pub(crate) value: String,
    pub(crate) shade: &'static str,
    pub(crate) share: String,
    pub(crate) width: String,
}

impl CompositionView {
    pub(crate) fn new(composition: &Composition, segments: &[Segment]) -> Self {
        let overall = bar("All customers".into(), None, &composition.values, &composition.overall);
        let of_segment = |(s, segment): (usize, &Segment)| {
            let label = format!("Segment {}", segment.id);
            bar(label, Some(mark(s)), &composition.values, row(&composition.shares, s))
        };
        Self {
            column: composition.column.clone(),
            values: composition.values.iter().enumerate().map(|(i, name)| value(i, name)).collect(),
            bars: [overall].into_iter().chain(segments.iter().enumerate().map(of_segment)).collect(),
        }
    }
}

fn value(i: usize, name: &str) -> ValueView {
    ValueView { name: shown(name), shade: shade(i) }
}

/// A value as the key and the table show it; an empty text is one too.
fn shown(value: &str) -> String {
    if value.trim().is_empty() { "(blank)".into() } else { shortened(value, VALUE_LIMIT) }
}

fn bar(label: String, mark: Option<Mark>, values: &[String], shares: &[f64]) -> Bar {
    let parts = values.iter().zip(shares).enumerate();
    Bar { label, mark, parts: parts.map(|(i, (value, &share))| part(i, value, share)).collect() }
}

fn part(i: usize, value: &str, share: f64) -> Part {
    Part { value: shown(value), shade: shade(i), share: percent(share), width: css_percent(share) }
}
