//! How well a tree keeps the distances it was made of.

use segctl_numeric::InputError;

use super::condensed::Condensed;
use super::tree::Dendrogram;
use crate::ClusteringError;

impl Dendrogram {
    /// For each pair of rows the height at which they come together. Time O(n^2), memory 4 n^2 bytes.
    ///
    /// ```
    /// use segctl_clustering_core::agglomerative::{AgglomerativeParams, Linkage, fit};
    /// use segctl_numeric::MatrixView;
    /// let tree = fit(MatrixView::new(&[0.0, 1.0, 4.0], 3, 1)?, &AgglomerativeParams::new(Linkage::Single))?;
    /// assert_eq!(tree.cophenetic().as_slice(), [1.0, 3.0, 3.0]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn cophenetic(&self) -> Condensed {
        let n = self.n_rows();
        let mut together = Condensed::zeros(n);
        let mut members: Vec<Vec<usize>> = (0..n).map(|row| vec![row]).collect();
        for merge in self.merges() {
            let left = std::mem::take(&mut members[merge.left]);
            let right = std::mem::take(&mut members[merge.right]);
            for &a in &left {
                right.iter().for_each(|&b| together.set(a, b, merge.height));
            }
            let (mut large, small) = if left.len() < right.len() { (right, left) } else { (left, right) };
            large.extend(small);
            members.push(large);
        }
        together
    }

    /// Pearson's correlation of the distances of all pairs of rows with the heights at which they
    /// come together (Sokal & Rohlf 1962); NaN where either does not vary. Time O(n^2).
    ///
    /// ```
    /// use segctl_clustering_core::agglomerative::{AgglomerativeParams, Condensed, Linkage, fit};
    /// use segctl_numeric::{MatrixView, distance::Metric};
    /// let x = MatrixView::new(&[0.0, 1.0, 4.0], 3, 1)?;
    /// let tree = fit(x, &AgglomerativeParams::new(Linkage::Average))?;
    /// let r = tree.cophenetic_correlation(&Condensed::of(x, Metric::Euclidean))?;
    /// assert!((r - 0.9449).abs() < 1e-4);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`ClusteringError::Input`] for distances of another number of rows.
    pub fn cophenetic_correlation(&self, distances: &Condensed) -> Result<f64, ClusteringError> {
        let (found, expected) = (distances.n_rows(), self.n_rows());
        if found != expected {
            return Err(InputError::Length { what: "distances (rows)", found, expected }.into());
        }
        let heights = self.cophenetic();
        let (x, y) = (distances.as_slice(), heights.as_slice());
        let n = x.len() as f64;
        let (mean_x, mean_y) = (x.iter().sum::<f64>() / n, y.iter().sum::<f64>() / n);
        let (mut xx, mut yy, mut xy) = (0.0, 0.0, 0.0);
        for (x, y) in x.iter().zip(y) {
            let (x, y) = (x - mean_x, y - mean_y);
            (xx, yy, xy) = (xx + x * x, yy + y * y, xy + x * y);
        }
        Ok(xy / (xx.sqrt() * yy.sqrt()))
    }
}
