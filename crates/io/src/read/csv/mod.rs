//! Delimited text.

mod blanks;
mod block;
mod lines;
mod parser;
mod plain;
mod quoted;
mod sniff;
mod split;

use super::text::TextBlocks;
use super::{Context, Input, RawFile};
use crate::{FileReport, Format, IoError};
use blanks::Squeeze;
use parser::Parser;
use sniff::Layout;

/// Pieces that are parsed at a time, for each thread: work enough that none waits for another.
const PIECES: usize = 4;

/// Reads delimited text; while some pieces are parsed, the next are read, digested and decoded.
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
    let n_pieces = PIECES * rayon::current_num_threads();
    let mut pieces = vec![first];
    while !pieces.is_empty() {
        blocks.input().observe(context.observer)?;
        if let Some(squeeze) = &mut squeeze {
            pieces.iter_mut().for_each(|piece| *piece = squeeze.next(piece));
        }
        let (next, parsed) = rayon::join(|| several(&mut blocks, n_pieces), || parser.push(pieces, context));
        parsed?;
        pieces = next?;
    }
    let parsed = parser.finish(context)?;
    let report = FileReport {
        delimiter: Some(char::from(delimiter)),
        has_header: Some(parsed.has_header),
        n_rows: parsed.n_rows,
        n_blank_lines: parsed.n_blank_lines,
        ..blocks.report(Format::Csv)
    };
    Ok(RawFile { names: parsed.names, columns: parsed.columns, notes: parsed.notes, report })
}

/// The next few pieces; none at the end.
fn several(blocks: &mut TextBlocks, n: usize) -> Result<Vec<Vec<u8>>, IoError> {
    std::iter::from_fn(|| blocks.next().transpose()).take(n).collect()
}
