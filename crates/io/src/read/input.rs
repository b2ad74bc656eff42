//! Bytes of a file or of stdin, decompressed, with the digest of what was stored.

use std::fs::File;
use std::io::{self, Cursor, Read};
use std::path::Path;
use std::sync::{Arc, Mutex};

use flate2::read::MultiGzDecoder;
use segctl_numeric::observe::{Event, Observer};
use sha2::{Digest, Sha256};

use crate::{FileReport, Format, IoError};

/// Enough to recognise a format.
const HEAD_BYTES: usize = 64 * 1024;

/// An open file.
pub(super) struct Input {
    name: String,
    reader: Box<dyn Read + Send>,
    head: Vec<u8>,
    compression: Option<&'static str>,
    stored: Arc<Mutex<Stored>>,
    n_bytes: Option<u64>,
}

/// What has been taken from the disk so far.
#[derive(Default)]
struct Stored {
    digest: Sha256,
    n_bytes: u64,
}

/// A reader that digests what passes.
struct Digesting<R> {
    inner: R,
    stored: Arc<Mutex<Stored>>,
}

impl<R: Read> Read for Digesting<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buffer)?;
        let mut stored = self.stored.lock().expect("no thread panicked while digesting");
        stored.digest.update(&buffer[..n]);
        stored.n_bytes += n as u64;
        Ok(n)
    }
}

impl Input {
    pub(super) fn stdin() -> Result<Self, IoError> {
        Self::open("stdin".into(), None, io::stdin())
    }

    pub(super) fn file(path: &Path) -> Result<Self, IoError> {
        let name = path.display().to_string();
        let file = File::open(path).map_err(|source| match source.kind() {
            io::ErrorKind::NotFound => IoError::NotFound { path: path.to_owned(), nearest: None },
            _ => IoError::Read { name: name.clone(), source },
        })?;
        let n_bytes = file.metadata().ok().map(|metadata| metadata.len());
        Self::open(name, n_bytes, file)
    }

    fn open(name: String, n_bytes: Option<u64>, reader: impl Read + Send + 'static) -> Result<Self, IoError> {
        let stored = Arc::new(Mutex::new(Stored::default()));
        let mut raw = Digesting { inner: reader, stored: Arc::clone(&stored) };
        let magic = read_up_to(&mut raw, 4).map_err(|source| IoError::Read { name: name.clone(), source })?;
        let compression = match magic[..] {
            [0x1f, 0x8b, ..] => Some("gzip"),
            [0x28, 0xb5, 0x2f, 0xfd] => Some("zstd"),
            _ => None,
        };
        let raw = Cursor::new(magic).chain(raw);
        let reader: Box<dyn Read + Send> = match compression {
            Some("gzip") => Box::new(MultiGzDecoder::new(io::BufReader::with_capacity(HEAD_BYTES, raw))),
            Some(_) => {
                Box::new(zstd::Decoder::new(raw).map_err(|source| IoError::Read { name: name.clone(), source })?)
            }
            None => Box::new(raw),
        };
        let mut input = Self { name, reader, head: Vec::new(), compression, stored, n_bytes };
        input.head = input.take(HEAD_BYTES)?;
        input.reader = Box::new(Cursor::new(input.head.clone()).chain(input.reader));
        Ok(input)
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// The first bytes, still to be read.
    pub(super) fn head(&self) -> &[u8] {
        &self.head
    }

    /// Reads `n` bytes, fewer at the end.
    pub(super) fn take(&mut self, n: usize) -> Result<Vec<u8>, IoError> {
        read_up_to(&mut self.reader, n).map_err(|source| self.failed(source))
    }

    /// Reads the rest.
    pub(super) fn take_all(&mut self) -> Result<Vec<u8>, IoError> {
        let mut bytes = Vec::new();
        self.reader.read_to_end(&mut bytes).map_err(|source| self.failed(source))?;
        Ok(bytes)
    }

    /// Tells the observer how many stored bytes have been read.
    pub(super) fn observe(&self, observer: &dyn Observer) -> Result<(), IoError> {
        let mut event = Event::new("read", self.stored().n_bytes);
        if let Some(total) = self.n_bytes {
            event = event.with_total(total);
        }
        if observer.event(event).is_break() { Err(IoError::Cancelled) } else { Ok(()) }
    }

    /// The report of a file read to its end.
    pub(super) fn report(&self, format: Format) -> FileReport {
        let stored = self.stored();
        let digest = stored.digest.clone().finalize();
        FileReport {
            name: self.name.clone(),
            format,
            compression: self.compression,
            encoding: None,
            delimiter: None,
            has_header: None,
            sheet: None,
            n_bytes: stored.n_bytes,
            sha256: digest.iter().map(|byte| format!("{byte:02x}")).collect(),
            n_rows: 0,
            n_blank_lines: 0,
        }
    }

    fn stored(&self) -> std::sync::MutexGuard<'_, Stored> {
        self.stored.lock().expect("no thread panicked while digesting")
    }

    fn failed(&self, source: io::Error) -> IoError {
        let name = self.name.clone();
        match self.compression {
            Some(compression) => IoError::Compressed { name, compression, source },
            None => IoError::Read { name, source },
        }
    }
}

fn read_up_to(reader: &mut impl Read, n: usize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(n);
    reader.take(n as u64).read_to_end(&mut bytes)?;
    Ok(bytes)
}
