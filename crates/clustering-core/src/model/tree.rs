use segctl_numeric::{Labels, Matrix, MatrixView};
use serde::{Deserialize, Serialize};

use super::{Assignment, CentersModel, NeighboursModel, NeighboursParams, Predict};
use crate::ClusteringError;
use crate::agglomerative::Linkage;

/// What a cut of a tree leaves behind to assign new rows. Serialised under the rule's name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TreeModel {
    /// The nearest centre: ward, centroid and median linkage, which speak of centres.
    Centers(CentersModel),
    /// The nearest row of a sample: the other linkages, whose clusters may have any shape.
    Neighbours(NeighboursModel),
}

impl TreeModel {
    /// A model of the clusters `labels` of the rows of `x` (n x d), by the rule that suits `linkage`;
    /// `neighbours` says what to keep of rows where that is needed. [`agreement`](super::agreement) measures how
    /// many of the rows it assigns as the tree did.
    ///
    /// ```
    /// use segctl_clustering_core::agglomerative::{AgglomerativeParams, Linkage, fit};
    /// use segctl_clustering_core::model::{NeighboursParams, Predict, TreeModel, agreement};
    /// use segctl_numeric::{MatrixView, distance::Metric};
    /// let x = MatrixView::new(&[0.0, 1.0, 9.0, 11.0], 4, 1)?;
    /// let labels = fit(x, &AgglomerativeParams::new(Linkage::Ward))?.cut_k(2)?;
    /// let model = TreeModel::new(x, &labels, Linkage::Ward, &NeighboursParams::new(Metric::Euclidean))?;
    /// assert_eq!(model.rule(), "the nearest centre");
    /// assert_eq!(agreement(&model, x, &labels)?, 1.0);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`CentersModel::of_labels`] and [`NeighboursModel::sample`].
    pub fn new(
        x: MatrixView<'_>,
        labels: &Labels,
        linkage: Linkage,
        neighbours: &NeighboursParams,
    ) -> Result<Self, ClusteringError> {
        match linkage.needs_euclidean() {
            true => CentersModel::of_labels(x, labels).map(Self::Centers),
            false => NeighboursModel::sample(x, labels, neighbours).map(Self::Neighbours),
        }
    }

    fn model(&self) -> &dyn Predict {
        match self {
            Self::Centers(model) => model,
            Self::Neighbours(model) => model,
        }
    }
}

impl Predict for TreeModel {
    fn rule(&self) -> &'static str {
        self.model().rule()
    }

    fn n_clusters(&self) -> usize {
        self.model().n_clusters()
    }

    fn n_features(&self) -> usize {
        self.model().n_features()
    }

    fn centers(&self) -> Matrix {
        self.model().centers()
    }

    fn reordered(&self, order: &[usize]) -> Self {
        match self {
            Self::Centers(model) => Self::Centers(model.reordered(order)),
            Self::Neighbours(model) => Self::Neighbours(model.reordered(order)),
        }
    }

    fn distances_to(&self, x: MatrixView<'_>, labels: &Labels) -> Result<Vec<f64>, ClusteringError> {
        self.model().distances_to(x, labels)
    }

    fn predict(&self, x: MatrixView<'_>) -> Result<Assignment, ClusteringError> {
        self.model().predict(x)
    }
}
