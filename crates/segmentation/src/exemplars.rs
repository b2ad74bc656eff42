//! Who stands for a segment, and who is on its border.

use segctl_metrics::rules::{borderline, paragons};
use segctl_numeric::{Matrix, MatrixView};

use crate::SegmentationError;
use crate::outcome::Customers;
use crate::values::text_at;

/// Customers told of each segment.
const TOLD: usize = 5;

/// Ids of customers, one list per segment.
pub(crate) struct Exemplars {
    /// Those nearest to the mean of the segment.
    pub(crate) typical: Vec<Vec<String>>,
    /// Those whose choice of the segment is least clear.
    pub(crate) borderline: Vec<Vec<String>>,
}

pub(crate) fn exemplars(x: MatrixView<'_>, customers: &Customers) -> Result<Exemplars, SegmentationError> {
    let labels = &customers.labels;
    let ids = |rows: Vec<Vec<usize>>| -> Vec<Vec<String>> {
        let id = |row| text_at(&customers.ids.values, row);
        rows.into_iter().map(|rows| rows.into_iter().map(id).collect()).collect()
    };
    let typical = ids(paragons(x, labels, means(x, customers).view(), TOLD)?);
    let is_alone = labels.n_clusters() < 2;
    let borderline = if is_alone { vec![Vec::new(); labels.n_clusters()] } else { ids(least_clear(customers)?) };
    Ok(Exemplars { typical, borderline })
}

/// A margin is NaN where there is no second segment to speak of: such a customer is not on a border.
fn least_clear(customers: &Customers) -> Result<Vec<Vec<usize>>, SegmentationError> {
    let clear = |margin: &f64| if margin.is_nan() { f64::INFINITY } else { *margin };
    let margins: Vec<f64> = customers.margin.iter().map(clear).collect();
    Ok(borderline(&margins, &customers.labels, TOLD)?)
}

/// The means of the segments, in prepared units.
fn means(x: MatrixView<'_>, customers: &Customers) -> Matrix {
    let labels = &customers.labels;
    let sizes = labels.sizes();
    let mut means = Matrix::zeros(labels.n_clusters(), x.n_cols());
    for (i, row) in x.rows().enumerate() {
        if let Some(segment) = labels.get(i) {
            // Divided first: a sum of large values could be infinite.
            let size = sizes[segment] as f64;
            means.row_mut(segment).iter_mut().zip(row).for_each(|(mean, value)| *mean += value / size);
        }
    }
    means
}
