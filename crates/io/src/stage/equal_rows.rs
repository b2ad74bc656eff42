//! Groups of equal rows.

use arrow::array::{Array, ArrayRef, AsArray, BooleanArray, RecordBatch};
use arrow::datatypes::{ArrowPrimitiveType, DataType, Date32Type, Float64Type, Int64Type, TimestampMicrosecondType};
use rayon::prelude::*;

/// For each row, the first row equal to it in the columns given; NULL equals NULL. O(n); 16 bytes per row.
///
/// # Panics
/// Beyond 2^32 rows, whose columns take 32 GiB each.
pub(super) fn first_equal(batches: &[RecordBatch], columns: &[usize]) -> Vec<u32> {
    let hashes: Vec<Vec<u64>> = batches.par_iter().map(|batch| hashes(batch, columns)).collect();
    let rows = Rows { batches, columns, starts: starts(batches) };
    firsts(hashes.into_iter().flatten(), |a, b| rows.are_equal(a, b))
}

/// For each row, the first row that has the same two firsts.
pub(super) fn first_of_both(one: &[u32], other: &[u32]) -> Vec<u32> {
    let hashes = one.iter().zip(other).map(|(&a, &b)| mix(u64::from(a) << 32 | u64::from(b)));
    firsts(hashes, |a, b| one[a] == one[b] && other[a] == other[b])
}

/// Rows are dealt out by this many bits of their hashes: to each part belongs a table that stays within the
/// second-level cache.
const PART_BITS: u32 = 6;

/// Half of a row's hash, and its number.
type Key = (u32, u32);

/// For each row, the first row with its hash that equals it.
fn firsts(hashes: impl Iterator<Item = u64>, are_equal: impl Fn(usize, usize) -> bool + Sync) -> Vec<u32> {
    let mut parts: Vec<Vec<Key>> = vec![Vec::new(); 1 << PART_BITS];
    let mut n_rows = 0;
    for hash in hashes {
        parts[(hash >> (u64::BITS - PART_BITS)) as usize].push((hash as u32, n_rows));
        n_rows = n_rows.checked_add(1).expect("fewer than 2^32 rows");
    }
    let repeats: Vec<Vec<(u32, u32)>> = parts.par_iter().map(|part| repeats(part, &are_equal)).collect();
    drop(parts);
    let mut first: Vec<u32> = (0..n_rows).collect();
    repeats.into_iter().flatten().for_each(|(row, leader)| first[row as usize] = leader);
    first
}

/// The rows of a part that equal an earlier one, with the first of these: found in an open-addressing table of first rows
/// (Knuth, volume 3, 6.4, algorithm L).
fn repeats(part: &[Key], are_equal: impl Fn(usize, usize) -> bool) -> Vec<(u32, u32)> {
    const EMPTY: u32 = u32::MAX;
    let mut slots = vec![EMPTY; (part.len() / 3 * 4 + 4).next_power_of_two()];
    let last = slots.len() - 1;
    let mut repeats = Vec::new();
    for (index, &(hash, row)) in (0..).zip(part) {
        let mut at = hash as usize & last;
        loop {
            if slots[at] == EMPTY {
                slots[at] = index;
                break;
            }
            let (other, leader) = part[slots[at] as usize];
            if other == hash && are_equal(leader as usize, row as usize) {
                repeats.push((row, leader));
                break;
            }
            at = (at + 1) & last;
        }
    }
    repeats
}

struct Rows<'a> {
    batches: &'a [RecordBatch],
    columns: &'a [usize],
    starts: Vec<usize>,
}

impl Rows<'_> {
    fn are_equal(&self, a: usize, b: usize) -> bool {
        let ((batch_a, row_a), (batch_b, row_b)) = (self.locate(a), self.locate(b));
        let equal = |&column: &usize| equal_cells(batch_a.column(column), row_a, batch_b.column(column), row_b);
        self.columns.iter().all(equal)
    }

    fn locate(&self, row: usize) -> (&RecordBatch, usize) {
        let batch = self.starts.partition_point(|&start| start <= row) - 1;
        (&self.batches[batch], row - self.starts[batch])
    }
}

/// Whether two cells of a column are equal.
fn equal_cells(a: &ArrayRef, at: usize, b: &ArrayRef, bt: usize) -> bool {
    if a.is_null(at) || b.is_null(bt) {
        return a.is_null(at) && b.is_null(bt);
    }
    match a.data_type() {
        DataType::Int64 => a.as_primitive::<Int64Type>().value(at) == b.as_primitive::<Int64Type>().value(bt),
        DataType::Float64 => a.as_primitive::<Float64Type>().value(at) == b.as_primitive::<Float64Type>().value(bt),
        DataType::Utf8 => a.as_string::<i32>().value(at) == b.as_string::<i32>().value(bt),
        _ => a.slice(at, 1) == b.slice(bt, 1),
    }
}

fn starts(batches: &[RecordBatch]) -> Vec<usize> {
    let sizes = batches.iter().map(RecordBatch::num_rows);
    sizes.scan(0, |end, size| Some(std::mem::replace(end, *end + size))).collect()
}

fn hashes(batch: &RecordBatch, columns: &[usize]) -> Vec<u64> {
    let mut hashes = vec![0; batch.num_rows()];
    for &column in columns {
        mix_column(&mut hashes, batch.column(column));
    }
    hashes.iter_mut().for_each(|hash| *hash = mix(*hash));
    hashes
}

fn mix_column(hashes: &mut [u64], array: &ArrayRef) {
    match array.data_type() {
        DataType::Int64 => mix_primitive::<Int64Type>(hashes, array, |value| value as u64),
        DataType::Float64 => mix_primitive::<Float64Type>(hashes, array, f64::to_bits),
        DataType::Date32 => mix_primitive::<Date32Type>(hashes, array, |value| value as u64),
        DataType::Timestamp(_, _) => mix_primitive::<TimestampMicrosecondType>(hashes, array, |value| value as u64),
        DataType::Boolean => mix_all(hashes, BooleanArray::iter(array.as_boolean()).map(|v| v.map(u64::from))),
        _ => mix_all(hashes, array.as_string::<i32>().iter().map(|v| v.map(hash_text))),
    }
}

fn mix_primitive<T: ArrowPrimitiveType>(hashes: &mut [u64], array: &ArrayRef, word: impl Fn(T::Native) -> u64) {
    let array = array.as_primitive::<T>();
    match array.null_count() {
        0 => mix_all(hashes, array.values().iter().map(|&value| Some(word(value)))),
        _ => mix_all(hashes, array.iter().map(|value| value.map(&word))),
    }
}

fn mix_all(hashes: &mut [u64], words: impl Iterator<Item = Option<u64>>) {
    for (hash, word) in hashes.iter_mut().zip(words) {
        // NULL gets a word that no small number has.
        *hash = folded(*hash ^ word.unwrap_or(0x9e37_79b9_7f4a_7c15));
    }
}

pub(crate) fn hash_text(text: &str) -> u64 {
    let word = |chunk: &[u8]| {
        let mut bytes = [0; 8];
        bytes[..chunk.len()].copy_from_slice(chunk);
        u64::from_le_bytes(bytes)
    };
    text.as_bytes().chunks(8).fold(text.len() as u64, |hash, chunk| mix(hash ^ word(chunk)))
}

/// The two halves of a product with an odd number, one over the other: what a multiplication moves up comes down again.
fn folded(word: u64) -> u64 {
    let product = u128::from(word ^ 0xd1b5_4a32_d192_ed03) * 0x9e37_79b9_7f4a_7c15;
    product as u64 ^ (product >> 64) as u64
}

/// The finaliser of SplitMix64 (Steele, Lea & Flood 2014): every bit of the input moves half of the output's.
pub(crate) fn mix(word: u64) -> u64 {
    let word = word.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    word ^ (word >> 31)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{first_equal, firsts};
    use crate::stage::samples::{batch, integers, texts};

    #[test]
    fn equal_rows_find_their_first_across_batches() {
        let one = batch(vec![("A", integers(&[Some(1), None, Some(1)])), ("T", texts(&["x", "y", "z"]))]);
        let two = batch(vec![("A", integers(&[None, Some(1)])), ("T", texts(&["y", "x"]))]);
        assert_eq!(first_equal(&[one.clone(), two.clone()], &[0, 1]), [0, 1, 2, 1, 0]);
        assert_eq!(first_equal(&[one, two], &[0]), [0, 1, 0, 1, 0]);
    }

    proptest! {
        #[test]
        fn rows_of_one_hash_are_told_apart(values in prop::collection::vec(0..12_u32, 0..60), n_hashes in 1..5_u32) {
            let hashes: Vec<u64> = values.iter().map(|value| u64::from(value % n_hashes)).collect();
            let found = firsts(hashes.into_iter(), |a, b| values[a] == values[b]);
            let expected: Vec<Option<usize>> =
                values.iter().map(|value| values.iter().position(|other| other == value)).collect();
            prop_assert_eq!(found.into_iter().map(|row| Some(row as usize)).collect::<Vec<_>>(), expected);
        }
    }
}
