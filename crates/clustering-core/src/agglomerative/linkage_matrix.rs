//! Trees as SciPy writes them: a row of four numbers per merge.

use segctl_numeric::{InputError, Matrix, MatrixView};

use super::tree::{Dendrogram, Merge};
use crate::ClusteringError;

impl Dendrogram {
    /// SciPy's linkage matrix, (n - 1) x 4: left, right, height, size.
    ///
    /// ```
    /// use segctl_clustering_core::agglomerative::{AgglomerativeParams, Linkage, fit};
    /// use segctl_numeric::MatrixView;
    /// let x = MatrixView::new(&[0.0, 1.0, 5.0], 3, 1)?;
    /// let tree = fit(x, &AgglomerativeParams::new(Linkage::Single))?;
    /// assert_eq!(tree.to_linkage_matrix().row(1), [2.0, 3.0, 4.0, 3.0]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn to_linkage_matrix(&self) -> Matrix {
        let row = |merge: &Merge| [merge.left as f64, merge.right as f64, merge.height, merge.size as f64];
        let values = self.merges().iter().flat_map(row).collect();
        Matrix::new(values, self.merges().len(), 4).expect("four numbers per merge")
    }

    /// The tree of a linkage matrix, (n - 1) x 4, for example one that SciPy made. The two sides of a
    /// merge may come in either order; no rows are the tree of a single row of X. O(n).
    ///
    /// ```
    /// use segctl_clustering_core::agglomerative::Dendrogram;
    /// use segctl_numeric::MatrixView;
    /// let tree = Dendrogram::from_linkage_matrix(MatrixView::new(&[1.0, 0.0, 2.5, 2.0], 1, 4)?)?;
    /// assert_eq!((tree.merges()[0].left, tree.merges()[0].height), (0, 2.5));
    /// assert!(Dendrogram::from_linkage_matrix(MatrixView::new(&[0.0, 0.5, 2.5, 2.0], 1, 4)?).is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`ClusteringError::Input`] for another number of columns; [`ClusteringError::Merge`] for the first
    /// row whose clusters or size are no whole numbers, and as [`Dendrogram::new`].
    pub fn from_linkage_matrix(matrix: MatrixView<'_>) -> Result<Self, ClusteringError> {
        if matrix.n_rows() > 0 && matrix.n_cols() != 4 {
            return Err(InputError::Length { what: "linkage matrix row", found: matrix.n_cols(), expected: 4 }.into());
        }
        let merge = |(row, values): (usize, &[f64])| merge(values).ok_or(ClusteringError::Merge { row });
        Self::new(matrix.rows().enumerate().map(merge).collect::<Result<_, _>>()?)
    }
}

fn merge(values: &[f64]) -> Option<Merge> {
    let (a, b, size) = (whole(values[0])?, whole(values[1])?, whole(values[3])?);
    Some(Merge { left: a.min(b), right: a.max(b), height: values[2], size })
}

/// The count that `value` is; beyond 2^53 a float names no cluster.
fn whole(value: f64) -> Option<usize> {
    (value.fract() == 0.0 && (0.0..9_007_199_254_740_992.0).contains(&value)).then_some(value as usize)
}
