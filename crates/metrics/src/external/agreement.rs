use serde::{Deserialize, Serialize};

use super::{
    ContingencyTable, adjusted_mutual_information, adjusted_rand_index, fowlkes_mallows_index,
    normalized_mutual_information, purity, v_measure, variation_of_information,
};

/// Every score of the agreement of two labelings.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Agreement {
    /// See [`adjusted_rand_index`].
    pub adjusted_rand_index: f64,
    /// See [`adjusted_mutual_information`].
    pub adjusted_mutual_information: f64,
    /// See [`normalized_mutual_information`].
    pub normalized_mutual_information: f64,
    /// See [`v_measure`].
    pub homogeneity: f64,
    /// See [`v_measure`].
    pub completeness: f64,
    /// See [`v_measure`].
    pub v_measure: f64,
    /// See [`fowlkes_mallows_index`].
    pub fowlkes_mallows_index: f64,
    /// See [`purity`].
    pub purity: f64,
    /// See [`variation_of_information`]; in nats, and 0 for equal partitions.
    pub variation_of_information: f64,
    /// Rows of the data compared.
    pub n_samples: u64,
    /// Rows of the data left out as noise.
    pub n_left_out: u64,
}

impl Agreement {
    /// Computes every score of a table.
    ///
    /// ```
    /// use segctl_metrics::external::{Agreement, ContingencyTable, NoisePolicy};
    /// use segctl_numeric::Labels;
    /// let (first, second) = (Labels::from_signed(&[0, 0, 1, -1])?, Labels::from_signed(&[1, 1, 0, 0])?);
    /// let agreement = Agreement::of(&ContingencyTable::new(&first, &second, NoisePolicy::LeftOut)?);
    /// assert_eq!((agreement.purity, agreement.n_samples, agreement.n_left_out), (1.0, 3, 1));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn of(table: &ContingencyTable) -> Self {
        let v = v_measure(table);
        Self {
            adjusted_rand_index: adjusted_rand_index(table),
            adjusted_mutual_information: adjusted_mutual_information(table),
            normalized_mutual_information: normalized_mutual_information(table),
            homogeneity: v.homogeneity,
            completeness: v.completeness,
            v_measure: v.v_measure,
            fowlkes_mallows_index: fowlkes_mallows_index(table),
            purity: purity(table),
            variation_of_information: variation_of_information(table),
            n_samples: table.n_samples(),
            n_left_out: table.n_left_out(),
        }
    }
}
