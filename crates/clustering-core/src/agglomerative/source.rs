//! Where the distances of single rows come from.

use segctl_numeric::MatrixView;
use segctl_numeric::distance::Metric;

use super::condensed::Condensed;

/// Distances of rows that stand in slots.
pub(crate) trait Source: Sync {
    /// The distances of the row in `slot` to those in the slots from `first` on; `rows` says which row is where.
    fn distances(&self, slot: usize, first: usize, rows: &[usize], out: &mut [f64]);

    /// Keeps some slots, ascending, and closes the gaps.
    fn keep(&mut self, slots: &[usize]);
}

/// Computed from the rows.
pub(crate) struct Rows {
    /// Slot by slot.
    values: Vec<f64>,
    n_features: usize,
    metric: Metric,
}

impl Rows {
    pub(crate) fn new(x: MatrixView<'_>, metric: Metric) -> Self {
        Self { values: x.as_slice().to_vec(), n_features: x.n_cols(), metric }
    }
}

impl Source for Rows {
    fn distances(&self, slot: usize, first: usize, _rows: &[usize], out: &mut [f64]) {
        let d = self.n_features;
        self.metric.one_to_many(&self.values[slot * d..][..d], &self.values[first * d..][..out.len() * d], out);
    }

    fn keep(&mut self, slots: &[usize]) {
        let d = self.n_features;
        for (to, &from) in slots.iter().enumerate() {
            self.values.copy_within(from * d..(from + 1) * d, to * d);
        }
        self.values.truncate(slots.len() * d);
    }
}

/// Looked up, by the rows' own numbers.
impl Source for Condensed {
    fn distances(&self, slot: usize, first: usize, rows: &[usize], out: &mut [f64]) {
        let row = rows[slot];
        out.iter_mut().zip(&rows[first..]).for_each(|(out, &other)| *out = self.get(row, other));
    }

    fn keep(&mut self, _slots: &[usize]) {}
}
