use super::cell::Cell;

/// The texts that stand for a missing value.
#[derive(Debug)]
pub(crate) struct Markers {
    texts: Vec<String>,
    /// First bytes of the texts in either case: most cells are told apart by one look.
    first_bytes: [bool; 256],
}

/// How often each marker was seen.
#[derive(Debug)]
pub(super) struct MissingCounts {
    n_empty: u64,
    by_marker: Vec<u64>,
    /// Numbers that are no numbers: infinities.
    pub(super) n_infinite: u64,
}

/// Which missing value a cell is.
#[derive(Debug, Clone, Copy)]
pub(super) enum Missing {
    Empty,
    Marker(usize),
}

impl Markers {
    pub(crate) fn new(texts: &[String]) -> Self {
        let texts: Vec<String> =
            texts.iter().map(|text| text.trim().to_owned()).filter(|text| !text.is_empty()).collect();
        let mut first_bytes = [false; 256];
        for byte in texts.iter().map(|text| text.as_bytes()[0]) {
            first_bytes[usize::from(byte.to_ascii_lowercase())] = true;
            first_bytes[usize::from(byte.to_ascii_uppercase())] = true;
        }
        Self { texts, first_bytes }
    }

    /// Whether a cell begins like a marker.
    pub(super) fn may_be(&self, cell: Cell<'_>) -> bool {
        cell.rest.first().is_some_and(|&byte| self.first_bytes[usize::from(byte)])
    }

    /// Whether a trimmed cell stands for a missing value, and which.
    pub(super) fn find(&self, cell: &str) -> Option<Missing> {
        match cell.as_bytes().first() {
            None => Some(Missing::Empty),
            Some(&byte) if !self.first_bytes[usize::from(byte)] => None,
            Some(_) => self.texts.iter().position(|text| text.eq_ignore_ascii_case(cell)).map(Missing::Marker),
        }
    }
}

impl MissingCounts {
    pub(super) fn new(markers: &Markers) -> Self {
        Self { n_empty: 0, by_marker: vec![0; markers.texts.len()], n_infinite: 0 }
    }

    pub(super) fn add(&mut self, missing: Missing) {
        match missing {
            Missing::Empty => self.n_empty += 1,
            Missing::Marker(index) => self.by_marker[index] += 1,
        }
    }

    pub(super) fn add_all(&mut self, other: &Self) {
        self.n_empty += other.n_empty;
        self.n_infinite += other.n_infinite;
        self.by_marker.iter_mut().zip(&other.by_marker).for_each(|(to, from)| *to += from);
    }

    /// The counts that are not zero, the empty text first, infinities last.
    pub(super) fn named(&self, markers: &Markers) -> Vec<(String, u64)> {
        let named = markers.texts.iter().cloned().zip(self.by_marker.iter().copied());
        let all = [(String::new(), self.n_empty)].into_iter().chain(named).chain([("inf".to_owned(), self.n_infinite)]);
        all.filter(|&(_, count)| count > 0).collect()
    }
}
