//! Groups of equal rows.

use arrow::array::{Array, ArrayRef, AsArray, BooleanArray, RecordBatch};
use arrow::datatypes::{DataType, Date32Type, Float64Type, Int64Type, TimestampMicrosecondType};
use rayon::prelude::*;

/// For each row, the first row equal to it in the columns given; NULL equals NULL. O(n log n).
pub(super) fn first_equal(batches: &[RecordBatch], columns: &[usize]) -> Vec<usize> {
    let hashes: Vec<u64> = batches.par_iter().map(|batch| hashes(batch, columns)).collect::<Vec<_>>().concat();
    let rows = Rows { batches, columns, starts: starts(batches) };
    let mut first: Vec<usize> = (0..hashes.len()).collect();
    let mut order: Vec<(u64, usize)> = hashes.into_iter().zip(0..).collect();
    order.par_sort_unstable();
    for same_hash in order.chunk_by(|a, b| a.0 == b.0).filter(|rows| rows.len() > 1) {
        // Usually one value; rows that only share a hash each start a group of their own.
        let mut leaders: Vec<usize> = Vec::new();
        for &(_, row) in same_hash {
            match leaders.iter().find(|&&leader| rows.are_equal(leader, row)) {
                Some(&leader) => first[row] = leader,
                None => leaders.push(row),
            }
        }
    }
    first
}

struct Rows<'a> {
    batches: &'a [RecordBatch],
    columns: &'a [usize],
    starts: Vec<usize>,
}

impl Rows<'_> {
    fn are_equal(&self, a: usize, b: usize) -> bool {
        let ((batch_a, row_a), (batch_b, row_b)) = (self.locate(a), self.locate(b));
        self.columns.iter().all(|&column| {
            let (a, b) = (batch_a.column(column), batch_b.column(column));
            a.slice(row_a, 1) == b.slice(row_b, 1)
        })
    }

    fn locate(&self, row: usize) -> (&RecordBatch, usize) {
        let batch = self.starts.partition_point(|&start| start <= row) - 1;
        (&self.batches[batch], row - self.starts[batch])
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
    hashes
}

fn mix_column(hashes: &mut [u64], array: &ArrayRef) {
    match array.data_type() {
        DataType::Int64 => mix_all(hashes, array.as_primitive::<Int64Type>().iter().map(|v| v.map(|v| v as u64))),
        DataType::Float64 => mix_all(hashes, array.as_primitive::<Float64Type>().iter().map(|v| v.map(f64::to_bits))),
        DataType::Date32 => mix_all(hashes, array.as_primitive::<Date32Type>().iter().map(|v| v.map(|v| v as u64))),
        DataType::Timestamp(_, _) => {
            mix_all(hashes, array.as_primitive::<TimestampMicrosecondType>().iter().map(|v| v.map(|v| v as u64)));
        }
        DataType::Boolean => mix_all(hashes, BooleanArray::iter(array.as_boolean()).map(|v| v.map(u64::from))),
        _ => mix_all(hashes, array.as_string::<i32>().iter().map(|v| v.map(hash_text))),
    }
}

fn mix_all(hashes: &mut [u64], words: impl Iterator<Item = Option<u64>>) {
    for (hash, word) in hashes.iter_mut().zip(words) {
        // NULL gets a word that no small number has.
        *hash = mix(*hash ^ mix(word.unwrap_or(0x9e37_79b9_7f4a_7c15)));
    }
}

fn hash_text(text: &str) -> u64 {
    let word = |chunk: &[u8]| {
        let mut bytes = [0; 8];
        bytes[..chunk.len()].copy_from_slice(chunk);
        u64::from_le_bytes(bytes)
    };
    text.as_bytes().chunks(8).fold(text.len() as u64, |hash, chunk| mix(hash ^ word(chunk)))
}

/// The finaliser of SplitMix64 (Steele, Lea & Flood 2014): every bit of the input moves half of the output's.
fn mix(word: u64) -> u64 {
    let word = word.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    word ^ (word >> 31)
}

#[cfg(test)]
mod tests {
    use super::first_equal;
    use crate::stage::samples::{batch, integers, texts};

    #[test]
    fn equal_rows_find_their_first_across_batches() {
        let one = batch(vec![("A", integers(&[Some(1), None, Some(1)])), ("T", texts(&["x", "y", "z"]))]);
        let two = batch(vec![("A", integers(&[None, Some(1)])), ("T", texts(&["y", "x"]))]);
        assert_eq!(first_equal(&[one.clone(), two.clone()], &[0, 1]), [0, 1, 2, 1, 0]);
        assert_eq!(first_equal(&[one, two], &[0]), [0, 1, 0, 1, 0]);
    }
}
