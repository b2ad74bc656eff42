//! The ways to reduce features.

use segctl_numeric::seed::Seed;
use segctl_numeric::{Matrix, MatrixView};
use segctl_reduction::{
    Components, IncrementalPcaParams, Pca, PcaParams, RandomizedPcaParams, fit, fit_incremental, fit_randomized,
};

use super::factors::{famd, mca};
use crate::SegmentationError;
use crate::run::Ready;

/// A way to reduce features.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum ReductionMethod {
    /// Principal components, exactly.
    #[default]
    Pca,
    /// Principal components by a randomised sketch (Halko, Martinsson & Tropp 2011): for hundreds of features.
    RandomizedPca,
    /// Principal components by batches of customers (Ross et al. 2008), with memory for one.
    IncrementalPca,
    /// Factor analysis of mixed data (Pagès 2004): numbers and categories, each weighing as much.
    Famd,
    /// Multiple correspondence analysis: categories alone.
    Mca,
}

/// What was found.
pub(super) struct Found {
    pub(super) columns: Vec<String>,
    pub(super) explained_variance: Vec<f64>,
    pub(super) explained_variance_ratio: Vec<f64>,
    pub(super) loadings: Matrix,
    pub(super) scores: Matrix,
}

impl ReductionMethod {
    /// Whether it looks at categories as such.
    pub(super) fn takes_categories(self) -> bool {
        matches!(self, Self::Famd | Self::Mca)
    }

    fn name(self) -> &'static str {
        match self {
            Self::Pca => "pca",
            Self::RandomizedPca => "randomized-pca",
            Self::IncrementalPca => "incremental-pca",
            Self::Famd => "famd",
            Self::Mca => "mca",
        }
    }

    pub(super) fn fit(self, ready: &Ready, components: Components, seed: u64) -> Result<Found, SegmentationError> {
        let x = ready.prepared.matrix.view();
        let pca = match self {
            Self::Famd => return famd(ready, components),
            Self::Mca => return mca(ready, components),
            Self::Pca => fit(x, &PcaParams::new(components))?,
            Self::RandomizedPca => {
                fit_randomized(x, &RandomizedPcaParams::new(self.count(components)?).with_seed(Seed(seed)))?
            }
            Self::IncrementalPca => fit_incremental(x, &IncrementalPcaParams::new(self.count(components)?))?,
        };
        of_pca(pca, x, &ready.prepared.names)
    }

    /// The number of components, for methods that have to know it beforehand.
    fn count(self, components: Components) -> Result<usize, SegmentationError> {
        let value = match components {
            Components::Count(count) => return Ok(count),
            Components::Fraction(share) => share.to_string(),
            _ => "all".to_owned(),
        };
        let expected = format!("a number of them: {} finds no more than it is asked for", self.name());
        Err(SegmentationError::ParameterValue { name: "components".into(), value, expected })
    }
}

fn of_pca(pca: Pca, x: MatrixView<'_>, names: &[String]) -> Result<Found, SegmentationError> {
    let scores = pca.transform(x)?;
    Ok(Found {
        columns: names.to_vec(),
        explained_variance: pca.explained_variance,
        explained_variance_ratio: pca.explained_variance_ratio,
        loadings: pca.components,
        scores,
    })
}
