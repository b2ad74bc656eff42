//! Columns aligned by blanks, as text with one blank between cells.

/// Squeezes text that comes in blocks: runs of blanks become one, and those at the ends of lines none.
#[derive(Debug, Default)]
pub(super) struct Squeeze {
    /// A cell of this line has begun.
    in_line: bool,
    /// Blanks have come since its last character.
    waiting: bool,
}

impl Squeeze {
    /// The next block, squeezed; a block may end anywhere.
    pub(super) fn next(&mut self, text: &[u8]) -> Vec<u8> {
        let mut squeezed = Vec::with_capacity(text.len());
        for &byte in text {
            match byte {
                b' ' | b'\t' => self.waiting = self.in_line,
                b'\n' | b'\r' => {
                    (self.in_line, self.waiting) = (false, false);
                    squeezed.push(byte);
                }
                _ => {
                    if self.waiting {
                        squeezed.push(b' ');
                    }
                    (self.in_line, self.waiting) = (true, false);
                    squeezed.push(byte);
                }
            }
        }
        squeezed
    }
}

#[cfg(test)]
mod tests {
    use super::Squeeze;

    #[test]
    fn the_places_of_the_blocks_do_not_matter() {
        let text = b"  1   2 \r\n\n\t3 \t 4\n";
        for at in 0..text.len() {
            let mut squeeze = Squeeze::default();
            let mut all = squeeze.next(&text[..at]);
            all.extend(squeeze.next(&text[at..]));
            assert_eq!(all, b"1 2\r\n\n3 4\n", "{at}");
        }
    }
}
