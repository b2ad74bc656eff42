//! The delimiter, by how well rows agree on their number of cells.

use csv_core::{ReadRecordResult, Reader, ReaderBuilder};

use crate::IoError;
use crate::read::header::is_data;

/// In order of preference among equals.
const CANDIDATES: [u8; 7] = [b',', b';', b'\t', b'|', b'~', b'^', b':'];
const SAMPLE_BYTES: usize = 64 * 1024;
/// Share of rows that must have as many cells as the first.
const AGREEMENT: f64 = 0.8;

/// The delimiter of the text that starts with `text`; a comma when there is only one column.
///
/// # Errors
/// [`IoError::SpaceAligned`] when the only order is that of blanks in varying number.
pub(super) fn delimiter(name: &str, text: &[u8]) -> Result<u8, IoError> {
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
        Some((_, _, delimiter)) => Ok(delimiter),
        None => blank_or_none(name, sample),
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

/// Blanks delimit numbers if there is just one between any two.
fn blank_or_none(name: &str, sample: &[u8]) -> Result<u8, IoError> {
    let text = String::from_utf8_lossy(sample);
    let end = if sample.len() < SAMPLE_BYTES { text.len() } else { text.rfind('\n').unwrap_or(text.len()) };
    let lines: Vec<&str> = text[..end].lines().filter(|line| !line.trim().is_empty()).collect();
    let n_words = lines.first().map_or(0, |line| line.split_whitespace().count());
    let aligned = n_words > 1
        && lines
            .iter()
            .all(|line| line.split_whitespace().count() == n_words && line.split_whitespace().all(is_numeric));
    if !aligned {
        return Ok(b',');
    }
    let single = lines.iter().all(|line| line.split(' ').count() == n_words && !line.contains('\t'));
    if single { Ok(b' ') } else { Err(IoError::SpaceAligned { name: name.to_owned() }) }
}

/// Numbers, and codes such as `0001`.
fn is_numeric(word: &str) -> bool {
    is_data([word.trim_start_matches('0')]) || word.bytes().all(|byte| byte == b'0')
}

#[cfg(test)]
mod tests {
    use super::delimiter;
    use crate::IoError;

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
            ("1.5 2.5\n3.5 4.5\n", b' '),
            ("one name\ntwo names\n", b','),
            ("time,x\n08:26,1\n09:30,2\n", b','),
        ] {
            assert_eq!(char::from(delimiter("f", text.as_bytes()).unwrap()), char::from(expected), "{text:?}");
        }
        let aligned = b" 00004  1 19970101\n 00021 12 19970101\n";
        assert!(matches!(delimiter("f", aligned), Err(IoError::SpaceAligned { .. })));
    }
}
