//! From the units of a map to segments (Vesanto & Alhoniemi, *Clustering of the self-organizing map*, 2000).

use segctl_clustering_core::ClusteringError;
use segctl_clustering_core::agglomerative::{
    AgglomerativeParams, Dendrogram, Linkage, fit_graph, fit_groups, fit_with,
};
use segctl_clustering_core::kmeans::{self, KMeansParams};
use segctl_numeric::observe::Observer;
use segctl_numeric::seed::Seed;
use segctl_numeric::{Labels, Matrix};
use segctl_som::SomModel;

use crate::recipe::UnitsBy;

/// Starts of k-means: units are few.
const RESTARTS: usize = 20;

/// The units of a map, ready to be made into segments.
pub(super) struct Units<'a> {
    map: &'a SomModel,
    /// Customers of each unit.
    hits: &'a [usize],
    /// The units that have customers.
    alive: Vec<usize>,
    way: Way,
}

/// How.
enum Way {
    /// Cutting a tree of the units that have customers.
    Tree(Dendrogram),
    /// Cutting a tree of all units.
    WholeTree(Dendrogram),
    KMeans {
        places: Matrix,
        weights: Vec<f64>,
        seed: Seed,
    },
    Each,
}

impl<'a> Units<'a> {
    /// Units without customers go with the nearest that has some.
    pub(super) fn new(
        map: &'a SomModel,
        hits: &'a [usize],
        by: UnitsBy,
        linkage: Linkage,
        seed: Seed,
        observer: &dyn Observer,
    ) -> Result<Self, ClusteringError> {
        let alive: Vec<usize> = (0..hits.len()).filter(|&unit| hits[unit] > 0).collect();
        let places = map.codebook().view().select_rows(&alive);
        let sizes: Vec<usize> = alive.iter().map(|&unit| hits[unit]).collect();
        let way = match by {
            UnitsBy::Tree if linkage == Linkage::Ward => Way::Tree(fit_groups(places.view(), &sizes, observer)?),
            UnitsBy::Tree => Way::Tree(fit_with(places.view(), &AgglomerativeParams::new(linkage), observer)?),
            UnitsBy::Contiguous => {
                Way::WholeTree(fit_graph(map.codebook().view(), hits, &map.grid().pairs(), observer)?)
            }
            UnitsBy::Kmeans => Way::KMeans { places, weights: sizes.iter().map(|&size| size as f64).collect(), seed },
            UnitsBy::Each => Way::Each,
        };
        Ok(Self { map, hits, alive, way })
    }

    /// The segment of each unit: `k` of them, each with customers; as many as units have customers where each is its
    /// own.
    pub(super) fn segments(&self, k: usize, observer: &dyn Observer) -> Result<Labels, ClusteringError> {
        let n_alive = self.alive.len();
        if !matches!(self.way, Way::Each) && k > n_alive {
            return Err(ClusteringError::TooFewDistinct { n_distinct: n_alive, n_clusters: k });
        }
        match &self.way {
            Way::Tree(tree) => self.spread(&tree.cut_k(k)?),
            Way::WholeTree(tree) => tree.cut_k(k),
            Way::KMeans { places, weights, seed } => {
                let params = KMeansParams::new(k).with_restarts(RESTARTS).with_seed(*seed);
                self.spread(&kmeans::fit_with(places.view(), Some(weights), &params, observer)?.labels)
            }
            Way::Each => self.spread(&Labels::new((0..n_alive as u32).collect(), n_alive)?),
        }
    }

    /// The labels of the units with customers, given to the others as well.
    fn spread(&self, labels: &Labels) -> Result<Labels, ClusteringError> {
        let mut place = self.alive.iter().zip(labels.as_slice()).peekable();
        let of = |unit: usize| match place.next_if(|(alive, _)| **alive == unit) {
            Some((_, &label)) => label,
            None => labels.as_slice()[self.nearest_alive(unit)],
        };
        Ok(Labels::new((0..self.hits.len()).map(of).collect(), labels.n_clusters())?)
    }

    /// The nearest unit with customers, by its place among those.
    fn nearest_alive(&self, unit: usize) -> usize {
        nearest(self.map, unit, &self.alive)
    }
}

/// Which of `others` (at least one) is nearest to a unit among the rows, by its place among them; the first of
/// equals.
pub(crate) fn nearest(map: &SomModel, unit: usize, others: &[usize]) -> usize {
    let codebook = map.codebook();
    let distance = |&at: &usize| map.metric().distance(codebook.row(unit), codebook.row(others[at]));
    (0..others.len()).min_by(|a, b| distance(a).total_cmp(&distance(b))).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use segctl_numeric::distance::Metric;
    use segctl_numeric::observe::Silent;
    use segctl_som::grid::Grid;

    use super::*;

    /// A line of six units: three groups in the order a, b, a, c, c and one unit without customers beside b.
    fn map() -> SomModel {
        let codebook = Matrix::from_rows(&[[0.0], [10.0], [0.5], [30.0], [31.0], [12.0]]).unwrap();
        SomModel::new(Grid::rectangular(6, 1).unwrap(), Metric::Euclidean, codebook).unwrap()
    }

    fn segments(by: UnitsBy, k: usize) -> Vec<i32> {
        let (map, hits) = (map(), [5, 4, 3, 2, 6, 0]);
        let units = Units::new(&map, &hits, by, Linkage::Ward, Seed(0), &Silent).unwrap();
        units.segments(k, &Silent).unwrap().renumbered().to_signed()
    }

    #[test]
    fn units_are_grouped_and_those_without_customers_follow() {
        for by in [UnitsBy::Tree, UnitsBy::Kmeans] {
            assert_eq!(segments(by, 3), [0, 1, 0, 2, 2, 1], "{by:?}");
        }
    }

    #[test]
    fn a_tree_may_have_any_linkage() {
        let codebook = Matrix::from_rows(&[[0.0], [1.0], [2.0], [3.0], [4.5]]).unwrap();
        let map = SomModel::new(Grid::rectangular(5, 1).unwrap(), Metric::Euclidean, codebook).unwrap();
        let of = |linkage| {
            let units = Units::new(&map, &[9, 9, 9, 9, 1], UnitsBy::Tree, linkage, Seed(0), &Silent).unwrap();
            units.segments(2, &Silent).unwrap().renumbered().to_signed()
        };
        assert_eq!(of(Linkage::Single), [0, 0, 0, 0, 1]);
        assert_eq!(of(Linkage::Ward), [0, 0, 1, 1, 1]);
    }

    #[test]
    fn contiguous_segments_hang_together() {
        let found = segments(UnitsBy::Contiguous, 3);
        assert_eq!(found.windows(2).filter(|pair| pair[0] != pair[1]).count(), 2, "{found:?}");
    }

    #[test]
    fn each_unit_with_customers_is_a_segment() {
        assert_eq!(segments(UnitsBy::Each, 0), [0, 1, 2, 3, 4, 1]);
    }

    #[test]
    fn more_segments_than_units_with_customers_are_refused() {
        let (map, hits) = (map(), [5, 0, 0, 2, 0, 0]);
        for by in [UnitsBy::Tree, UnitsBy::Contiguous, UnitsBy::Kmeans] {
            let units = Units::new(&map, &hits, by, Linkage::Ward, Seed(0), &Silent).unwrap();
            assert!(units.segments(3, &Silent).is_err());
            let labels = units.segments(2, &Silent).unwrap();
            assert_ne!(labels.get(0), labels.get(3), "{by:?}");
        }
    }
}
