//! Counting values of which few differ, as most columns of counts, shares and codes have them: no need to sort these.

use crate::describe::Runs;
use crate::eda::hash;

/// Most different keys that are counted. Their table stays within the second-level cache.
const MOST: usize = 4096;
/// Twice as many, so that a key is near the place where it is looked for (Knuth, volume 3, 6.4).
const N_SLOTS: usize = 2 * MOST;

/// The runs of keys in any order; `None` when more than [`MOST`] differ. O(n), and no more memory than the table.
pub(super) fn few(keys: impl Iterator<Item = u64>) -> Option<Runs<u64>> {
    let mut slots = vec![(0_u64, 0_u64); N_SLOTS];
    let mut n_keys = 0;
    for key in keys {
        let mut at = hash::then(0, key) as usize % N_SLOTS;
        while slots[at].1 > 0 && slots[at].0 != key {
            at = (at + 1) % N_SLOTS;
        }
        let slot = &mut slots[at];
        n_keys += usize::from(slot.1 == 0);
        *slot = (key, slot.1 + 1);
        if n_keys > MOST {
            return None;
        }
    }
    slots.retain(|slot| slot.1 > 0);
    slots.sort_unstable_by_key(|slot| slot.0);
    Some(Runs::of_counts(slots))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::sort::sort;
    use super::*;

    proptest! {
        #[test]
        fn counting_equals_sorting(keys in prop::collection::vec(0..40_u64, 0..300), shift in 0..59_u32) {
            let keys: Vec<u64> = keys.into_iter().map(|key| key << shift).collect();
            prop_assert_eq!(few(keys.iter().copied()), Some(sort(keys)));
        }
    }

    #[test]
    fn one_key_too_many_is_not_counted() {
        for stride in [1, 1 << 13, 1 << 51] {
            let keys = |n: usize| (0..2 * n).map(move |i| (i % n) as u64 * stride);
            assert_eq!(few(keys(MOST)), Some(sort(keys(MOST).collect())), "{stride}");
            assert_eq!(few(keys(MOST + 1)), None, "{stride}");
        }
    }
}
