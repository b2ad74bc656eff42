//! JSON objects, one per line or in one array.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::budget::Budget;
use super::cells::CellColumns;
use super::text::TextBlocks;
use super::{Context, Input, RawColumn, RawFile, header};
use crate::{FileReport, Format, IoError};

/// Reads objects. Numbers keep their digits and strings lose their quotes, as if they were cells of a
/// CSV file; columns with lists or objects in them are left out with a note.
pub(super) fn read(input: Input, context: &mut Context<'_>) -> Result<RawFile, IoError> {
    let (input, text) = TextBlocks::new(input, context.options.encoding)?.all()?;
    input.observe(context.observer)?;
    let mut objects = Objects::default();
    let n_blank_lines = match text.trim_ascii_start() {
        [b'[', ..] => array(&text, &mut objects, &mut context.budget).map(|()| 0),
        _ => lines(&text, &mut objects, &mut context.budget),
    }
    .map_err(|failure| failure.named(input.name()))?;
    let n_rows = objects.columns.n_rows();
    let (names, mut notes) = header::names(objects.names.iter().map(String::as_str));
    let chunks = objects.columns.finish(&mut context.budget)?;
    let (mut kept_names, mut columns) = (Vec::new(), Vec::new());
    for ((name, chunks), is_nested) in names.into_iter().zip(chunks).zip(objects.nested) {
        if is_nested {
            notes.push(format!("column {name}: left out, it holds lists or objects"));
        } else {
            kept_names.push(name);
            columns.push(RawColumn::Arrays(chunks));
        }
    }
    let report = FileReport { n_rows, n_blank_lines, ..input.report(Format::JsonLines) };
    Ok(RawFile { names: kept_names, columns, notes, report })
}

/// Why reading stopped.
enum Failure {
    Json { line: u64, source: serde_json::Error },
    Other(IoError),
}

impl Failure {
    fn named(self, name: &str) -> IoError {
        match self {
            Self::Json { line, source } => IoError::Json { name: name.to_owned(), line, source },
            Self::Other(error) => error,
        }
    }
}

/// One object per line; gives the number of blank lines.
fn lines(text: &[u8], objects: &mut Objects, budget: &mut Budget) -> Result<u64, Failure> {
    let mut n_blank = 0;
    for (line, bytes) in (1..).zip(text.trim_ascii_end().split(|&byte| byte == b'\n')) {
        if bytes.trim_ascii().is_empty() {
            n_blank += 1;
            continue;
        }
        let mut parser = serde_json::Deserializer::from_slice(bytes);
        let parsed = OneObject(objects).deserialize(&mut parser).and_then(|()| parser.end());
        parsed.map_err(|source| Failure::Json { line, source })?;
        objects.columns.end_row(budget).map_err(Failure::Other)?;
    }
    Ok(n_blank)
}

/// An array of objects.
fn array(text: &[u8], objects: &mut Objects, budget: &mut Budget) -> Result<(), Failure> {
    let mut parser = serde_json::Deserializer::from_slice(text);
    let mut over_budget = None;
    let rows = Rows { objects, budget, over_budget: &mut over_budget };
    let parsed = parser.deserialize_seq(rows).and_then(|()| parser.end());
    match (over_budget, parsed) {
        (Some(error), _) => Err(Failure::Other(error)),
        (None, Err(source)) => Err(Failure::Json { line: source.line() as u64, source }),
        (None, Ok(())) => Ok(()),
    }
}

/// Objects as columns of cells.
#[derive(Default)]
struct Objects {
    names: Vec<String>,
    nested: Vec<bool>,
    columns: CellColumns,
}

impl Objects {
    /// The column of a key; `expected` is where it is when objects have their keys in one order.
    fn column(&mut self, key: &str, expected: usize) -> usize {
        if self.names.get(expected).is_some_and(|name| name == key) {
            return expected;
        }
        self.names.iter().position(|name| name == key).unwrap_or_else(|| {
            self.names.push(key.to_owned());
            self.nested.push(false);
            self.columns.add_column();
            self.names.len() - 1
        })
    }

    fn cell(&mut self, column: usize, json: &str) -> serde_json::Result<()> {
        if self.columns.has(column) {
            return Err(serde::de::Error::custom(format!("key {} is given twice", self.names[column])));
        }
        match json.as_bytes() {
            [b'{' | b'[', ..] => self.nested[column] = true,
            [b'"', ..] => self.columns.push(column, &serde_json::from_str::<String>(json)?),
            b"null" => {}
            _ => self.columns.push(column, json),
        }
        Ok(())
    }
}

/// Reads one object into the current row.
struct OneObject<'a>(&'a mut Objects);

impl<'de> DeserializeSeed<'de> for OneObject<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for OneObject<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of column names and cells")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut expected = 0;
        while let Some(key) = map.next_key::<std::borrow::Cow<'de, str>>()? {
            let column = self.0.column(&key, expected);
            let value: &RawValue = map.next_value()?;
            self.0.cell(column, value.get()).map_err(serde::de::Error::custom)?;
            expected = column + 1;
        }
        Ok(())
    }
}

/// Reads an array of objects, a row each.
struct Rows<'a> {
    objects: &'a mut Objects,
    budget: &'a mut Budget,
    over_budget: &'a mut Option<IoError>,
}

impl<'de> Visitor<'de> for Rows<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of objects")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut rows: A) -> Result<(), A::Error> {
        while rows.next_element_seed(OneObject(self.objects))?.is_some() {
            if let Err(error) = self.objects.columns.end_row(self.budget) {
                *self.over_budget = Some(error);
                return Err(serde::de::Error::custom("memory limit"));
            }
        }
        Ok(())
    }
}
