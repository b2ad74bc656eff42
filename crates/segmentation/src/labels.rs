//! Columns of labels.

use std::collections::BTreeMap;

use arrow::array::ArrayRef;
use segctl_io::Table;
use segctl_numeric::Labels;

use crate::{SegmentationError, values};

/// Names under which a column of labels is looked for.
const LABELS: [&str; 5] = ["segment", "label", "labels", "cluster", "class"];

/// The column of labels: that of the name, or one that is called so, or the only one.
pub(crate) fn column(given: &Table, column: Option<&str>) -> Result<ArrayRef, SegmentationError> {
    let names: Vec<&str> = given.columns.iter().map(|column| column.name.as_str()).collect();
    let name = match (column, &names[..]) {
        (Some(name), _) => Some(name),
        (None, [only]) => Some(*only),
        (None, _) => LABELS.into_iter().find(|name| names.contains(name)),
    };
    let found = name.and_then(|name| values::whole(given, name));
    found.ok_or_else(|| SegmentationError::Labels {
        reason: format!("none of the columns {} is called {}", names.join(", "), column.unwrap_or("segment or label")),
    })
}

/// Labels numbered by first appearance, and what they are called.
pub(crate) fn numbered(texts: &[String]) -> Result<(Labels, Vec<String>), SegmentationError> {
    let mut number: BTreeMap<&str, u32> = BTreeMap::new();
    let mut names: Vec<String> = Vec::new();
    let mut numbers = Vec::with_capacity(texts.len());
    for (row, text) in texts.iter().enumerate() {
        if text.trim().is_empty() {
            return Err(SegmentationError::Labels { reason: format!("the label of row {} is missing", row + 1) });
        }
        numbers.push(match text.as_str() {
            "-1" => Labels::NOISE,
            text => *number.entry(text).or_insert_with(|| {
                names.push(text.to_owned());
                names.len() as u32 - 1
            }),
        });
    }
    Ok((Labels::new(numbers, names.len())?, names))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(labels: &[&str]) -> Vec<String> {
        labels.iter().map(|label| (*label).to_owned()).collect()
    }

    #[test]
    fn labels_are_numbered_by_first_appearance() {
        let (labels, names) = numbered(&texts(&["b", "-1", "a", "b"])).unwrap();
        assert_eq!(labels.to_signed(), [0, -1, 1, 0]);
        assert_eq!(names, ["b", "a"]);
        assert!(numbered(&texts(&["1", " "])).unwrap_err().to_string().contains("row 2"));
    }
}
