//! Which line rows are on.

/// Counts lines, which end with a line feed, a carriage return, or both.
#[derive(Default)]
pub(super) struct Lines {
    /// Ends of lines read, a carriage return with its line feed once.
    n_read: u64,
    after_return: bool,
    /// The line on which the last row ended.
    last_end: u64,
    n_blank: u64,
}

impl Lines {
    pub(super) fn read(&mut self, text: &[u8]) {
        for at in memchr::memchr2_iter(b'\n', b'\r', text) {
            let follows_return = if at == 0 { self.after_return } else { text[at - 1] == b'\r' };
            self.n_read += u64::from(text[at] == b'\r' || !follows_return);
        }
        if let Some(&last) = text.last() {
            self.after_return = last == b'\r';
        }
    }

    /// Passes over whole lines that end with a line feed; gives the number of lines before them.
    pub(super) fn pass(&mut self, lines: &[u8]) -> u64 {
        self.end();
        let n_before = self.n_read;
        self.n_read += memchr::memchr_iter(b'\n', lines).count() as u64;
        self.last_end = self.n_read;
        self.after_return = false;
        n_before
    }

    /// A row ends here; gives the line where it started. Lines passed over before it are blank.
    pub(super) fn end_row(&mut self, text: &[u8]) -> u64 {
        let n_passed = self.n_read - self.last_end;
        let n_inside = if n_passed > 1 { line_ends(text) } else { 0 };
        self.last_end = self.n_read;
        self.n_blank += n_passed.saturating_sub(1 + n_inside);
        self.n_read - n_inside
    }

    /// No row is open: the lines since the last one are blank.
    pub(super) fn end(&mut self) {
        self.n_blank += self.n_read - self.last_end;
        self.last_end = self.n_read;
    }

    pub(super) fn add_blank(&mut self, n: u64) {
        self.n_blank += n;
    }

    pub(super) fn n_blank(&self) -> u64 {
        self.n_blank
    }

    /// The line where a row started of which so much has been read.
    pub(super) fn of_open_row(&self, text: &[u8]) -> u64 {
        self.n_read - line_ends(text) + 1
    }
}

/// Ends of lines inside quoted cells.
fn line_ends(text: &[u8]) -> u64 {
    let mut lines = Lines::default();
    lines.read(text);
    lines.n_read
}
