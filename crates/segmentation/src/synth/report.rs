use std::ops::AddAssign;

use serde::Serialize;

use super::Group;

/// How much of everything was planted. Faults are counted once per customer: what a duplicate
/// copies counts under `duplicates` alone.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct SynthReport {
    /// Rows handed out.
    pub rows: u64,
    /// Rows that are exact copies of earlier ones; `rows - duplicates` customers are distinct.
    pub duplicates: u64,
    /// Empty cells in `MINIMUM_PAYMENTS`.
    pub missing_minimum_payments: u64,
    /// Empty cells in `CREDIT_LIMIT`.
    pub missing_credit_limit: u64,
    /// Frequencies above 1.
    pub impossible: u64,
    /// Amounts far out of the ordinary.
    pub outliers: u64,
    /// Customers drawn from each group, in the order of [`Group::ALL`].
    pub groups: [u64; Group::ALL.len()],
}

impl AddAssign<&SynthReport> for SynthReport {
    fn add_assign(&mut self, other: &SynthReport) {
        self.rows += other.rows;
        self.duplicates += other.duplicates;
        self.missing_minimum_payments += other.missing_minimum_payments;
        self.missing_credit_limit += other.missing_credit_limit;
        self.impossible += other.impossible;
        self.outliers += other.outliers;
        for (total, n) in self.groups.iter_mut().zip(other.groups) {
            *total += n;
        }
    }
}
