//! An algorithm as resampling asks for it: rows and a number of segments in, labels out.

use segctl_numeric::observe::Silent;
use segctl_numeric::seed::Seed;
use segctl_numeric::{Labels, MatrixView};

use crate::SegmentationError;
use crate::algorithm::{self, Context, Cut};
use crate::recipe::{Algorithm, ClusterRecipe};
use crate::run::Ready;

/// Starts of a clustering that is one of hundreds.
const RESTARTS: usize = 2;

/// An algorithm that is asked again and again.
pub(super) struct Clusterer<'a> {
    ready: &'a Ready,
    pub(super) algorithm: Algorithm,
    recipe: ClusterRecipe,
}

impl<'a> Clusterer<'a> {
    pub(super) fn new(ready: &'a Ready, algorithm: Algorithm) -> Self {
        let restarts = ready.cluster.restarts.map_or(RESTARTS, |restarts| restarts.min(RESTARTS));
        // Bounds and searches are for the one clustering that counts.
        let (search, min_size, max_size) = (None, None, None);
        let recipe = ClusterRecipe { restarts: Some(restarts), search, min_size, max_size, ..ready.cluster.clone() };
        Self { ready, algorithm, recipe }
    }

    /// Whether a fit of thousands of rows takes milliseconds.
    pub(super) fn is_fast(&self) -> bool {
        matches!(self.algorithm, Algorithm::KMeans | Algorithm::MiniBatch | Algorithm::Bisecting)
    }

    /// Clusters the rows of `x`, prepared like all.
    pub(super) fn labels(&self, x: MatrixView<'_>, k: usize, seed: Seed) -> Result<Labels, SegmentationError> {
        let context = Context {
            recipe: &self.recipe,
            seed,
            columns: &self.ready.mixed,
            memory_limit: None,
            open: None,
            init_centers: None,
            may_sample: true,
            as_assigned: false,
            pictured: false,
            observer: &Silent,
        };
        let cut = if self.recipe.finds_k(self.algorithm) { Cut::Found } else { Cut::K(k) };
        let mut found = algorithm::fit(self.algorithm, x, &[cut], context)?;
        Ok(found.fits.swap_remove(0).labels)
    }
}
