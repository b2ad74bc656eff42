//! Parallel loops whose results do not depend on the number of threads.
//!
//! Work is cut into chunks of a constant size, chunks run on the ambient rayon pool, and partial
//! results are folded in the order of the chunks. A floating-point sum is therefore the same bits
//! at any thread count.

use std::ops::Range;

use rayon::prelude::*;

/// Rows in a chunk, for loops with no reason for another size: 1,024 rows of 16 features are
/// 128 KiB, which fits the second-level cache.
pub const CHUNK_ROWS: usize = 1024;

/// The chunks of `0..n`: all of `chunk` elements but the last.
///
/// ```
/// use segctl_numeric::par::chunks;
/// assert_eq!(chunks(5, 2).collect::<Vec<_>>(), [0..2, 2..4, 4..5]);
/// ```
///
/// # Panics
/// When `chunk` is 0.
pub fn chunks(n: usize, chunk: usize) -> impl ExactSizeIterator<Item = Range<usize>> {
    assert!(chunk > 0, "chunk size 0");
    (0..n.div_ceil(chunk)).map(move |i| i * chunk..((i + 1) * chunk).min(n))
}

/// Maps every chunk of `0..n` in parallel; results come in the order of the chunks.
///
/// ```
/// use segctl_numeric::par::map_chunks;
/// assert_eq!(map_chunks(5, 2, |range| range.len()), [2, 2, 1]);
/// ```
///
/// # Panics
/// When `chunk` is 0.
pub fn map_chunks<T: Send>(n: usize, chunk: usize, map: impl Fn(Range<usize>) -> T + Sync) -> Vec<T> {
    assert!(chunk > 0, "chunk size 0");
    (0..n.div_ceil(chunk)).into_par_iter().map(|i| map(i * chunk..((i + 1) * chunk).min(n))).collect()
}

/// Maps every chunk in parallel and folds the results in the order of the chunks, from `init`.
///
/// All partial results are held until the last is there: keep them small, or the chunks large.
///
/// ```
/// use segctl_numeric::par::fold_chunks;
/// let x = [1.0, 2.0, 3.0];
/// let sum = fold_chunks(3, 2, |r| x[r].iter().sum::<f64>(), 0.0, |a, b| a + b);
/// assert_eq!(sum, 6.0);
/// ```
///
/// # Panics
/// When `chunk` is 0.
pub fn fold_chunks<T: Send, A>(
    n: usize,
    chunk: usize,
    map: impl Fn(Range<usize>) -> T + Sync,
    init: A,
    fold: impl FnMut(A, T) -> A,
) -> A {
    map_chunks(n, chunk, map).into_iter().fold(init, fold)
}

/// Cuts `out` into pieces of `chunk * width` values and fills them in parallel; `fill` gets the
/// range of elements and their piece of `out`, `width` values each.
///
/// ```
/// use segctl_numeric::par::fill_chunks;
/// let mut out = [0; 6];
/// fill_chunks(&mut out, 2, 2, |range, piece| piece.fill(range.start));
/// assert_eq!(out, [0, 0, 0, 0, 2, 2]);
/// ```
///
/// # Panics
/// When `chunk` or `width` is 0.
pub fn fill_chunks<T: Send>(out: &mut [T], width: usize, chunk: usize, fill: impl Fn(Range<usize>, &mut [T]) + Sync) {
    assert!(chunk > 0 && width > 0, "chunk size {chunk}, width {width}");
    out.par_chunks_mut(chunk * width).enumerate().for_each(|(i, piece)| {
        let start = i * chunk;
        fill(start..start + piece.len() / width, piece);
    });
}

/// Runs `work` in a pool of its own with `n_threads` threads: for tests of bit-equality, and for
/// binaries.
///
/// # Panics
/// When the operating system gives no threads.
pub fn with_threads<T: Send>(n_threads: usize, work: impl FnOnce() -> T + Send) -> T {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(n_threads).build();
    pool.expect("the operating system gives threads").install(work)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_the_same_bits_at_any_thread_count() {
        let x: Vec<f64> = (0..10_000).map(|i| 1.0 / (1.0 + f64::from(i))).collect();
        let sum = || fold_chunks(x.len(), 64, |r| x[r].iter().sum::<f64>(), 0.0, |a, b| a + b).to_bits();
        let one = with_threads(1, sum);
        assert_eq!(one, with_threads(2, sum));
        assert_eq!(one, with_threads(3, sum));
    }

    #[test]
    fn nothing_to_do_is_fine() {
        assert!(map_chunks(0, 8, |range| range.len()).is_empty());
        fill_chunks(&mut [0_u8; 0], 1, 8, |_, _| unreachable!());
    }
}
