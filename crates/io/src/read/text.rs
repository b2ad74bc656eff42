//! Blocks of valid UTF-8 from bytes in any encoding.

use encoding_rs::{DecoderResult, UTF_8, UTF_16BE, UTF_16LE};

use super::input::Input;
use crate::{Encoding, FileReport, Format, IoError};

/// Large enough that threads seldom wait for each other, small enough for the second-level cache.
const BLOCK_BYTES: usize = 1 << 18;

/// Reads text block by block, cut at the ends of lines where there are any.
pub(super) struct TextBlocks {
    input: Input,
    encoding: &'static encoding_rs::Encoding,
    /// None for UTF-8, which is checked and passed on.
    decoder: Option<encoding_rs::Decoder>,
    /// The first bytes of a line, or of a character, whose rest is in the next block: of UTF-8 as it is, of other
    /// encodings decoded.
    tail: Vec<u8>,
    /// Bytes decoded so far.
    offset: u64,
    /// Bytes of text passed so far, with the mark before them.
    n_text: u64,
    /// Line feeds passed so far.
    n_lines: u64,
    at_end: bool,
}

impl TextBlocks {
    pub(super) fn new(mut input: Input, encoding: Encoding) -> Result<Self, IoError> {
        let (encoding, n_mark) = match encoding {
            Encoding::Auto => encoding_rs::Encoding::for_bom(input.head()).unwrap_or((UTF_8, 0)),
            Encoding::Of(encoding) => (encoding, mark_length(encoding, input.head())),
        };
        input.take(n_mark)?;
        let decoder = (encoding != UTF_8).then(|| encoding.new_decoder_without_bom_handling());
        let (offset, n_text) = (n_mark as u64, n_mark as u64);
        Ok(Self { input, encoding, decoder, tail: Vec::new(), offset, n_text, n_lines: 0, at_end: false })
    }

    pub(super) fn name(&self) -> &str {
        self.input.name()
    }

    pub(super) fn input(&self) -> &Input {
        &self.input
    }

    /// The next block of valid UTF-8 without NUL; none at the end.
    pub(super) fn next(&mut self) -> Result<Option<Vec<u8>>, IoError> {
        if self.at_end {
            return Ok(None);
        }
        let bytes = self.input.take(BLOCK_BYTES)?;
        self.at_end = bytes.len() < BLOCK_BYTES;
        let text = match self.decoder.take() {
            None => self.checked(bytes)?,
            Some(mut decoder) => {
                let text = self.decoded(&mut decoder, &bytes)?;
                self.decoder = Some(decoder);
                text
            }
        };
        if let Some(at) = memchr::memchr(0, &text) {
            let (line, offset) = (self.line(&text[..at]), self.n_text + at as u64);
            return Err(IoError::NulByte { name: self.name().to_owned(), offset, line });
        }
        self.n_text += text.len() as u64;
        self.n_lines += count_lines(&text);
        Ok(Some(text))
    }

    /// All of the text.
    pub(super) fn all(mut self) -> Result<(Input, Vec<u8>), IoError> {
        let mut text = Vec::new();
        while let Some(block) = self.next()? {
            text.extend_from_slice(&block);
        }
        Ok((self.input, text))
    }

    /// The report of a file read to its end.
    pub(super) fn report(&self, format: Format) -> FileReport {
        FileReport { encoding: Some(self.encoding.name().to_owned()), ..self.input.report(format) }
    }

    /// UTF-8 up to the end of a line, or of a character.
    fn checked(&mut self, bytes: Vec<u8>) -> Result<Vec<u8>, IoError> {
        let mut text = self.after_tail(bytes);
        if let Err(error) = std::str::from_utf8(&text) {
            let valid = error.valid_up_to();
            if error.error_len().is_some() || self.at_end {
                return Err(self.bad(&text[..valid], self.offset + valid as u64));
            }
            self.tail = text.split_off(valid);
        }
        self.cut(&mut text);
        self.offset += text.len() as u64;
        Ok(text)
    }

    fn decoded(&mut self, decoder: &mut encoding_rs::Decoder, bytes: &[u8]) -> Result<Vec<u8>, IoError> {
        let room = decoder.max_utf8_buffer_length_without_replacement(bytes.len()).unwrap_or(4 * BLOCK_BYTES);
        let mut text = vec![0; room];
        let (result, n_read, n_written) = decoder.decode_to_utf8_without_replacement(bytes, &mut text, self.at_end);
        text.truncate(n_written);
        if let DecoderResult::Malformed(length, after) = result {
            let back = u64::from(length) + u64::from(after);
            let text = self.after_tail(text);
            return Err(self.bad(&text, (self.offset + n_read as u64).saturating_sub(back)));
        }
        self.offset += n_read as u64;
        let mut text = self.after_tail(text);
        self.cut(&mut text);
        Ok(text)
    }

    fn after_tail(&mut self, mut bytes: Vec<u8>) -> Vec<u8> {
        if !self.tail.is_empty() {
            bytes.splice(0..0, self.tail.drain(..));
        }
        bytes
    }

    /// Leaves what follows the last line feed for the next block.
    fn cut(&mut self, text: &mut Vec<u8>) {
        if let Some(at) = memchr::memrchr(b'\n', text).filter(|_| !self.at_end) {
            self.tail.splice(0..0, text.drain(at + 1..));
        }
    }

    fn bad(&self, before: &[u8], offset: u64) -> IoError {
        let encoding = self.encoding.name().to_owned();
        IoError::Encoding { name: self.name().to_owned(), encoding, offset, line: self.line(before) }
    }

    fn line(&self, before: &[u8]) -> u64 {
        self.n_lines + count_lines(before) + 1
    }
}

fn count_lines(text: &[u8]) -> u64 {
    memchr::memchr_iter(b'\n', text).count() as u64
}

fn mark_length(encoding: &'static encoding_rs::Encoding, head: &[u8]) -> usize {
    match encoding_rs::Encoding::for_bom(head) {
        Some((found, length)) if found == encoding && [UTF_8, UTF_16LE, UTF_16BE].contains(&found) => length,
        _ => 0,
    }
}
