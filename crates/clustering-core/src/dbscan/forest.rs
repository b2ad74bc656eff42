//! Sets that are joined, from many threads at once.

use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

/// Disjoint sets of `0..n`, each known by its smallest member (Tarjan & van Leeuwen 1984; joined without
/// locks as in Anderson & Woll 1991).
///
/// Which sets there are in the end depends on the pairs joined alone, not on their order or on who joins
/// them. Members only ever point to smaller ones, so that there is no cycle whatever happens at once; and
/// nothing else is read by way of them, so that no stronger order than relaxed is needed.
pub(super) struct Forest(Vec<AtomicU32>);

impl Forest {
    pub(super) fn new(n: usize) -> Self {
        Self((0..n as u32).map(AtomicU32::new).collect())
    }

    /// The smallest member of the set of `member`, as far as sets are joined by now.
    pub(super) fn root(&self, mut member: u32) -> u32 {
        loop {
            let parent = self.0[member as usize].load(Relaxed);
            if parent == member {
                return member;
            }
            let above = self.0[parent as usize].load(Relaxed);
            if above != parent {
                // Halves the path. Where another thread was faster, its parent is as good.
                let _ = self.0[member as usize].compare_exchange_weak(parent, above, Relaxed, Relaxed);
            }
            member = above;
        }
    }

    /// Whether both are known to be in one set; what is true once stays so.
    pub(super) fn is_joined(&self, a: u32, b: u32) -> bool {
        a == b || self.root(a) == self.root(b)
    }

    /// Makes one set of those of `a` and `b`; whether they were two.
    pub(super) fn join(&self, a: u32, b: u32) -> bool {
        let (mut a, mut b) = (self.root(a), self.root(b));
        while a != b {
            let (low, high) = (a.min(b), a.max(b));
            if self.0[high as usize].compare_exchange(high, low, Relaxed, Relaxed).is_ok() {
                return true;
            }
            // Another thread has hung it elsewhere meanwhile.
            (a, b) = (self.root(low), self.root(high));
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use rayon::prelude::*;
    use segctl_numeric::par::with_threads;

    use super::*;

    #[test]
    fn sets_are_known_by_their_smallest_member_whoever_joins_them() {
        for n_threads in [1, 2, 3] {
            let forest = Forest::new(9000);
            with_threads(n_threads, || {
                (0..9000_u32).into_par_iter().rev().for_each(|i| {
                    if i >= 3 {
                        forest.join(i, i - 3);
                    }
                });
            });
            assert!((0..9000).all(|i| forest.root(i) == i % 3));
            assert!(forest.is_joined(5, 8999) && !forest.is_joined(0, 1));
        }
    }
}
