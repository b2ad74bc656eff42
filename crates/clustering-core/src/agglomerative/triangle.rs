//! Distances of clusters with each pair once: less than half the memory of a [`Square`](super::square::Square), and
//! several times as slow.

use super::chain::{Table, Update};
use super::condensed::Condensed;

pub(super) struct Triangle {
    distances: Condensed,
    /// Ascending.
    active: Vec<usize>,
}

impl Triangle {
    pub(super) fn new(distances: Condensed) -> Self {
        Self { active: (0..distances.n_rows()).collect(), distances }
    }
}

impl Table for Triangle {
    fn n_active(&self) -> usize {
        self.active.len()
    }

    fn first_active(&self) -> usize {
        self.active[0]
    }

    fn nearest(&mut self, cluster: usize, before: Option<usize>) -> (usize, f64) {
        let mut nearest =
            before.map_or((usize::MAX, f64::INFINITY), |other| (other, self.distances.get(cluster, other)));
        for &other in self.active.iter().filter(|&&other| other != cluster) {
            let distance = self.distances.get(cluster, other);
            if distance < nearest.1 {
                nearest = (other, distance);
            }
        }
        nearest
    }

    fn merge(&mut self, a: usize, b: usize, update: Update, sizes: (f64, f64)) {
        self.active.remove(self.active.binary_search(&a).expect("a is active"));
        for &k in self.active.iter().filter(|&&k| k != b) {
            let between = update.apply(self.distances.get(k, a), self.distances.get(k, b), sizes);
            self.distances.set(k, b, between);
        }
    }
}
