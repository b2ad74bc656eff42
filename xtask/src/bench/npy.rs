//! NumPy's file format, version 1.0, for two-dimensional arrays of 64-bit floats.

use std::fs;
use std::io::{BufWriter, Write};
use std::path::Path;

use segctl_numeric::{Matrix, MatrixView};

use crate::error::{XtaskError, io_error};

const MAGIC: &[u8] = b"\x93NUMPY\x01\x00";

/// Writes `x`, row-major.
pub(super) fn write(path: &Path, x: MatrixView<'_>) -> Result<(), XtaskError> {
    let file = fs::File::create(path).map_err(io_error("create", path))?;
    let mut file = BufWriter::with_capacity(1 << 20, file);
    let mut write = || {
        file.write_all(&header(x.n_rows(), x.n_cols()))?;
        x.as_slice().iter().try_for_each(|value| file.write_all(&value.to_le_bytes()))?;
        file.flush()
    };
    write().map_err(io_error("write", path))
}

/// Reads what [`write()`], or NumPy, wrote.
pub(super) fn read(path: &Path) -> Result<Matrix, XtaskError> {
    let bytes = fs::read(path).map_err(io_error("read", path))?;
    parse(&bytes)
        .ok_or_else(|| XtaskError::Answer { what: path.display().to_string(), why: "is no n x d array".to_owned() })
}

/// The header ends on a multiple of 64 bytes, with a line feed.
fn header(n_rows: usize, n_cols: usize) -> Vec<u8> {
    let mut text = format!("{{'descr': '<f8', 'fortran_order': False, 'shape': ({n_rows}, {n_cols}), }}");
    let prefix = MAGIC.len() + 2;
    let total = (prefix + text.len() + 1).next_multiple_of(64);
    text.extend(std::iter::repeat_n(' ', total - prefix - text.len() - 1));
    text.push('\n');
    let length = u16::try_from(text.len()).expect("a shape fits a line");
    [MAGIC, &length.to_le_bytes(), text.as_bytes()].concat()
}

fn parse(bytes: &[u8]) -> Option<Matrix> {
    let rest = bytes.strip_prefix(MAGIC)?;
    let (length, rest) = rest.split_first_chunk::<2>()?;
    let (text, values) = rest.split_at_checked(usize::from(u16::from_le_bytes(*length)))?;
    let text = std::str::from_utf8(text).ok()?;
    if !text.contains("'<f8'") || !text.contains("'fortran_order': False") {
        return None;
    }
    let shape = text.split_once('(')?.1.split_once(')')?.0;
    let (n_rows, n_cols) = shape.split_once(',')?;
    let number = |text: &str| text.trim().parse::<usize>().ok();
    Matrix::new(floats(values), number(n_rows)?, number(n_cols)?).ok()
}

/// Little-endian 64-bit floats.
pub(super) fn floats(bytes: &[u8]) -> Vec<f64> {
    bytes.as_chunks::<8>().0.iter().map(|bytes| f64::from_le_bytes(*bytes)).collect()
}

/// Little-endian 64-bit integers.
pub(super) fn integers(bytes: &[u8]) -> Vec<i64> {
    bytes.as_chunks::<8>().0.iter().map(|bytes| i64::from_le_bytes(*bytes)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("x.npy");
        let x = Matrix::from_rows(&[[1.0, -0.1], [1e300, 5e-324], [0.0, 3.5]]).unwrap();
        write(&path, x.view()).unwrap();
        assert_eq!(read(&path).unwrap(), x);
        assert_eq!(fs::read(&path).unwrap().len() % 64, 48, "6 values behind a padded header");
    }

    #[test]
    fn other_arrays_are_refused() {
        let header = |text: &str| {
            let length = u16::try_from(text.len()).unwrap();
            [MAGIC, &length.to_le_bytes(), text.as_bytes(), &[0; 8]].concat()
        };
        assert!(parse(&header("{'descr': '<f8', 'fortran_order': False, 'shape': (1, 1), }")).is_some());
        assert!(parse(&header("{'descr': '<f4', 'fortran_order': False, 'shape': (1, 1), }")).is_none());
        assert!(parse(&header("{'descr': '<f8', 'fortran_order': True, 'shape': (1, 1), }")).is_none());
        assert!(parse(&header("{'descr': '<f8', 'fortran_order': False, 'shape': (1,), }")).is_none());
        assert!(parse(b"PK").is_none());
    }
}
