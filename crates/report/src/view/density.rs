use segctl_segmentation::{Condensed, Neighbours};

use crate::format::{count, number};

/// What is said of the distances to the neighbours.
#[derive(Debug)]
pub(crate) struct NeighboursView {
    /// For those who do not see it.
    pub(crate) description: String,
    /// How to read it.
    pub(crate) caption: String,
}

impl NeighboursView {
    pub(crate) fn new(neighbours: &Neighbours) -> Self {
        let eps = number(neighbours.eps);
        let nth = neighbours.min_samples.saturating_sub(1);
        let bend = match neighbours.proposed {
            Some(proposed) if proposed == neighbours.eps => ", where the curve bends most".to_owned(),
            Some(proposed) => format!("; the curve bends most at {}", number(proposed)),
            None => String::new(),
        };
        let of = neighbours.sample.map_or_else(String::new, |n| format!(" Drawn from {} customers.", count(n)));
        Self {
            description: format!(
                "Distance of customers to their neighbour number {nth}, ascending; {eps} counts as near"
            ),
            caption: format!(
                "Every customer\u{2019}s distance to the neighbour number {nth}, from the most crowded place to the \
                 loneliest. Up to {eps} counts as near{bend}. Customers to the right of the crossing have few \
                 neighbours: they are on the edge of a segment, or in none.{of}"
            ),
        }
    }
}

/// What is said of the clusters at every density.
#[derive(Debug)]
pub(crate) struct CondensedView {
    /// For those who do not see it.
    pub(crate) description: String,
    /// How to read it.
    pub(crate) caption: String,
}

impl CondensedView {
    pub(crate) fn new(condensed: &Condensed) -> Self {
        let n_clusters = condensed.clusters.len();
        let n_counted = condensed.clusters.iter().filter(|cluster| cluster.segment.is_some()).count();
        Self {
            description: format!("Tree of {n_clusters} crowds within crowds, {n_counted} of which last longest"),
            caption: format!(
                "From top to bottom customers must be nearer to each other to hang together. The width is how many \
                 still do: others are left behind as noise, and crowds split. Of {n_clusters} crowds those that last \
                 longest, with many customers, count; they have the number and the colour of the segment that most of \
                 their customers are in."
            ),
        }
    }
}
