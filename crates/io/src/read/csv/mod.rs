//! Delimited text.

mod blanks;
mod parser;
mod sniff;

use super::text::TextBlocks;
use super::{Context, Input, RawFile};
use crate::{FileReport, Format, IoError};
use blanks::Squeeze;
use parser::Parser;
use sniff::Layout;

/// Reads delimited text; while one block is parsed, the next is read, digested and decoded.
pub(super) fn read(input: Input, context: &mut Context<'_>) -> Result<RawFile, IoError> {
    let mut blocks = TextBlocks::new(input, context.options.encoding)?;
    let name = blocks.name().to_owned();
    let first = blocks.next()?.filter(|block| !block.trim_ascii().is_empty());
    let first = first.ok_or_else(|| IoError::Empty { name: name.clone() })?;
    let layout = context.options.delimiter.map_or_else(|| sniff::layout(&first), Layout::Delimited);
    let (delimiter, mut squeeze) = match layout {
        Layout::Delimited(delimiter) => (delimiter, None),
        Layout::Blanks => (b' ', Some(Squeeze::default())),
    };
    let mut parser = Parser::new(&name, delimiter, context.options.has_header);
    let mut block = Some(first);
    while let Some(text) = block {
        blocks.input().observe(context.observer)?;
        let (next, parsed) = rayon::join(
            || blocks.next(),
            || match &mut squeeze {
                None => parser.push(&text, &mut context.budget),
                Some(squeeze) => parser.push(&squeeze.next(&text), &mut context.budget),
            },
        );
        parsed?;
        block = next?;
    }
    let parsed = parser.finish(&mut context.budget)?;
    let report = FileReport {
        delimiter: Some(char::from(delimiter)),
        has_header: Some(parsed.has_header),
        n_rows: parsed.n_rows,
        n_blank_lines: parsed.n_blank_lines,
        ..blocks.report(Format::Csv)
    };
    Ok(RawFile { names: parsed.names, columns: parsed.columns, notes: parsed.notes, report })
}
