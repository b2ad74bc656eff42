//! The delimiter, by how well rows agree on their number of cells.

use csv_core::{ReadRecordResult, Reader, ReaderBuilder};

use crate::read::header::is_data;

/// In order of preference among equals.
const CANDIDATES: [u8; 7] = [b',', b';', b'\t', b'|', b'~', b'^', b':'];
const SAMPLE_BYTES: usize = 64 * 1024;
/// Share of rows that must have as many cells as the first.
const AGREEMENT: f64 = 0.8;

/// What separates the cells of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Layout {
    /// One character.
    Delimited(u8),
    /// Blanks in any number, and some before the first cell perhaps.
    Blanks,
}

/// How the text that starts with `text` is laid out; by commas when there is only one column.
pub(super) fn layout(text: &[u8]) -> Layout {
    let sample = &text[..text.len().min(SAMPLE_BYTES)];
    let mut best: Option<(f64, usize, u8)> = None;
    for candidate in CANDIDATES {
        let (n_cells, agreement) = agreement(&widths(sample, candidate));
        let is_better = best.is_none_or(|(share, n, _)| (agreement, n_cells) > (share, n));
        if n_cells > 1 && agreement >= AGREEMENT && is_better {
            best = Some((agreement, n_cells, candidate));
        }
    }
    match best {
        Some((_, _, delimiter)) => Layout::Delimited(delimiter),
        None if is_blank_separated(sample) => Layout::Blanks,
        None => Layout::Delimited(b','),
    }
}

/// Cells in the first row, and the share of rows that have as many.
fn agreement(widths: &[usize]) -> (usize, f64) {
    let Some(&first) = widths.first() else { return (0, 0.0) };
    let agreeing = widths.iter().filter(|&&width| width == first).count();
    (first, agreeing as f64 / widths.len() as f64)
}

/// The number of cells in each row of the sample, the last aside when it is cut.
fn widths(sample: &[u8], delimiter: u8) -> Vec<usize> {
    let mut reader: Reader = ReaderBuilder::new().delimiter(delimiter).build();
    let (mut output, mut ends) = (vec![0; sample.len() + 1], vec![0; sample.len() + 1]);
    let mut widths = Vec::new();
    let mut rest = sample;
    loop {
        let (result, n_read, _, n_ends) = reader.read_record(rest, &mut output, &mut ends);
        rest = &rest[n_read..];
        match result {
            ReadRecordResult::Record => widths.push(n_ends),
            // The end of the sample: a row without its end counts only if it is the only one.
            ReadRecordResult::InputEmpty => {
                if widths.is_empty() {
                    widths.push(n_ends + 1);
                }
                return widths;
            }
            _ => return widths,
        }
    }
}

/// Blanks separate rows of equally many numbers, below a header perhaps.
fn is_blank_separated(sample: &[u8]) -> bool {
    let text = String::from_utf8_lossy(sample);
    let end = if sample.len() < SAMPLE_BYTES { text.len() } else { text.rfind('\n').unwrap_or(text.len()) };
    let mut lines = text[..end].lines().filter(|line| !line.trim().is_empty());
    let Some(first) = lines.next() else { return false };
    let n_words = first.split_whitespace().count();
    let are_numbers = |line: &str| is_data(line.split_whitespace());
    let rest: Vec<&str> = lines.collect();
    n_words > 1
        && (are_numbers(first) || !rest.is_empty())
        && rest.iter().all(|line| line.split_whitespace().count() == n_words && are_numbers(line))
}

#[cfg(test)]
mod tests {
    use super::{Layout, layout};

    #[test]
    fn delimiters_are_sniffed() {
        for (text, expected) in [
            ("a,b\n1,2\n", b','),
            ("a;b;c\n1,5;2,5;3,5\n", b';'),
            ("a\tb\n1,2\t3\n", b'\t'),
            ("a|b\n1|2", b'|'),
            ("name,text\nx,\"a;b;c;d\"\ny,\"e;f;g\"\n", b','),
            ("a\n1\n2\n", b','),
            ("a,b", b','),
            ("a;b", b';'),
            ("one name\ntwo names\n", b','),
            ("one name", b','),
            ("time,x\n08:26,1\n09:30,2\n", b','),
        ] {
            assert_eq!(layout(text.as_bytes()), Layout::Delimited(expected), "{text:?}");
        }
    }

    #[test]
    fn blanks_separate_numbers_in_any_number() {
        for text in ["1.5 2.5\n3.5 4.5\n", " 00004  1 19970101\n 00021 12 19970101\n", "x  y\n1 2\n", "1 2"] {
            assert_eq!(layout(text.as_bytes()), Layout::Blanks, "{text:?}");
        }
    }
}
