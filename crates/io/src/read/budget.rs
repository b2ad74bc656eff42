use crate::IoError;

/// Counts the bytes of decoded cells against the limit.
pub(super) struct Budget {
    limit: Option<u64>,
    used: u64,
}

impl Budget {
    pub(super) fn new(limit: Option<u64>) -> Self {
        Self { limit, used: 0 }
    }

    /// Takes note of `bytes` more.
    pub(super) fn take(&mut self, bytes: usize) -> Result<(), IoError> {
        self.used += bytes as u64;
        match self.limit {
            Some(limit) if self.used > limit => Err(IoError::MemoryLimit { needed: self.used, limit }),
            _ => Ok(()),
        }
    }
}
