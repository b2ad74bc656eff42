//! Hashes that are the same on every machine, for counting what is different without keeping it.
//!
//! With 64 bits, ten million different cells share a hash with a chance of 3 in a million.

/// The hash of a missing cell; no value has it.
pub(super) const MISSING: u64 = 0;

/// Odd, with its ones spread out: the golden ratio in 64 bits.
const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

/// Text, eight bytes at a time by folded multiplication (as wyhash, Wang Yi).
pub(super) fn text(text: &str) -> u64 {
    let (words, rest) = text.as_bytes().as_chunks::<8>();
    let mut hash = fold(text.len() as u64 ^ GOLDEN, 0xe703_7ed1_a0b4_28db);
    for word in words {
        hash = fold(hash ^ u64::from_le_bytes(*word), GOLDEN);
    }
    let mut last = [0; 8];
    last[..rest.len()].copy_from_slice(rest);
    finish(fold(hash ^ u64::from_le_bytes(last), GOLDEN))
}

/// A whole number.
pub(super) fn whole(value: u64) -> u64 {
    finish(value.wrapping_add(GOLDEN))
}

/// Two hashes in this order.
pub(super) fn then(hash: u64, next: u64) -> u64 {
    fold(hash.rotate_left(23) ^ next, GOLDEN)
}

/// The hashes of cells in their order. Four sequences are hashed side by side: a product need not wait for the last.
pub(super) fn sequence<T: Copy>(start: u64, cells: &[T], hash: impl Fn(T) -> u64) -> u64 {
    let (quads, rest) = cells.as_chunks::<4>();
    let mut lanes = [start; 4];
    for quad in quads {
        for lane in 0..4 {
            lanes[lane] = then(lanes[lane], hash(quad[lane]));
        }
    }
    lanes.into_iter().chain(rest.iter().map(|&cell| hash(cell))).fold(start, then)
}

fn fold(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    (product as u64) ^ ((product >> 64) as u64)
}

/// The last steps of SplitMix64 (Steele, Lea and Flood 2014), a bijection; 0 is kept for [`MISSING`].
fn finish(mut hash: u64) -> u64 {
    hash = (hash ^ (hash >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    hash = (hash ^ (hash >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (hash ^ (hash >> 31)).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn different_texts_have_different_hashes() {
        let mut hashes: Vec<u64> = (0..100_000).map(|i| text(&format!("customer {i}"))).collect();
        hashes.extend(["", "a", "a\0", "aaaaaaaa", "aaaaaaaaa"].map(text));
        let n = hashes.len();
        hashes.sort_unstable();
        hashes.dedup();
        assert_eq!(hashes.len(), n);
    }

    #[test]
    fn hashes_are_pinned() {
        assert_eq!(whole(0), 0xe220_a839_7b1d_cdaf, "the first number of SplitMix64 from seed 0");
        assert_ne!(then(1, 2), then(2, 1));
    }

    #[test]
    fn any_two_cells_in_another_order_are_another_sequence() {
        let cells: Vec<u64> = (0..11).collect();
        let hash = |cells: &[u64]| sequence(1, cells, |cell| cell);
        for (i, j) in (0..11).flat_map(|i| (0..i).map(move |j| (i, j))) {
            let mut swapped = cells.clone();
            swapped.swap(i, j);
            assert_ne!(hash(&swapped), hash(&cells), "{i} {j}");
        }
    }
}
