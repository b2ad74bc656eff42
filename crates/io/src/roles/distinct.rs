//! How many values differ.

use std::ops::ControlFlow;

use arrow::array::ArrayRef;
use rayon::prelude::*;

use crate::Distinct;
use crate::stage::{hash_text, hash_word};

/// A value that can be told from others, mostly by its hash.
pub(super) trait Hashed: Copy + Ord + Send {
    fn hash(&self) -> u64;
}

impl Hashed for i64 {
    fn hash(&self) -> u64 {
        hash_word(*self as u64)
    }
}

impl Hashed for i32 {
    fn hash(&self) -> u64 {
        i64::from(*self).hash()
    }
}

impl Hashed for bool {
    fn hash(&self) -> u64 {
        hash_word(u64::from(*self))
    }
}

impl Hashed for &str {
    fn hash(&self) -> u64 {
        hash_text(self)
    }
}

/// The number of distinct values. Those whose hash no other has differ from all others; the rest are compared.
/// O(n log n), in parallel.
pub(super) fn count_distinct<'a, T: Hashed, I: Iterator<Item = T>>(
    arrays: &'a [ArrayRef],
    values: impl Fn(&'a ArrayRef) -> I + Sync,
) -> usize {
    let hashes = |array| values(array).map(|value| value.hash()).collect::<Vec<u64>>();
    let mut hashes: Vec<u64> = arrays.par_iter().map(hashes).collect::<Vec<_>>().concat();
    hashes.par_sort_unstable();
    let runs = || hashes.chunk_by(|a, b| a == b);
    let n_alone = runs().filter(|run| run.len() == 1).count();
    let shared: Vec<u64> = runs().filter(|run| run.len() > 1).map(|run| run[0]).collect();
    if shared.is_empty() {
        return n_alone;
    }
    drop(hashes);
    let others = |array| values(array).filter(|value| shared.binary_search(&value.hash()).is_ok()).collect::<Vec<T>>();
    let mut others: Vec<T> = arrays.par_iter().map(others).collect::<Vec<_>>().concat();
    others.par_sort_unstable();
    others.dedup();
    n_alone + others.len()
}

/// The number of distinct values, or `limit` when there are as many or more. O(n), in a table of them (Knuth, volume 3,
/// 6.4, algorithm L).
pub(super) fn distinct_up_to<T: Hashed>(limit: usize, mut values: impl Iterator<Item = T>) -> Distinct {
    let mut slots: Vec<Option<T>> = vec![None; (2 * limit).next_power_of_two()];
    let last = slots.len() - 1;
    let mut count = 0;
    let counted = values.try_for_each(|value| {
        let mut at = value.hash() as usize & last;
        while slots[at].is_some_and(|other| other != value) {
            at = (at + 1) & last;
        }
        if slots[at].is_none() {
            slots[at] = Some(value);
            count += 1;
        }
        if count == limit { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    Distinct { count, exact: counted.is_continue() }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{AsArray, Int64Array, StringArray};
    use arrow::datatypes::Int64Type;
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn both_ways_count_what_differs(values in prop::collection::vec(-9..9_i64, 0..40), limit in 1..30_usize) {
            let texts: StringArray = values.iter().map(|value| Some(value.to_string())).collect();
            let arrays: [ArrayRef; 2] = [Arc::new(Int64Array::from(values.clone())), Arc::new(texts)];
            let expected = values.iter().collect::<std::collections::BTreeSet<_>>().len();
            let integers = |array: &ArrayRef| array.as_primitive::<Int64Type>().values().to_vec().into_iter();
            prop_assert_eq!(count_distinct(&arrays[..1], integers), expected);
            prop_assert_eq!(count_distinct(&arrays[1..], |array| array.as_string::<i32>().iter().flatten()), expected);
            let found = distinct_up_to(limit, values.iter().copied());
            prop_assert_eq!(found, Distinct { count: expected.min(limit), exact: expected < limit });
        }
    }

    #[test]
    fn long_columns_are_counted_so_far() {
        assert_eq!(distinct_up_to(3, [1, 1, 2].into_iter()), Distinct { count: 2, exact: true });
        assert_eq!(distinct_up_to(3, [1, 2, 3, 4].into_iter()), Distinct { count: 3, exact: false });
        let repeated = |n_values: i32| (0..1000).map(move |i| i % n_values);
        assert_eq!(distinct_up_to(50, repeated(49)), Distinct { count: 49, exact: true });
        assert_eq!(distinct_up_to(50, repeated(51)), Distinct { count: 50, exact: false });
    }
}
