use rayon::prelude::*;

use super::correlation::{Correlation, pearson};
use super::ranks::average_ranks;

/// Spearman's rho of every pair of columns of equal length: Pearson's r of average ranks, taken anew
/// over the rows in which both are there (as pandas).
///
/// O(d n log n) for columns without holes; each pair with holes costs O(n) more.
///
/// ```
/// use segctl_preprocessing::describe::spearman;
/// let found = spearman(&[&[1.0, 2.0, 3.0], &[1.0, 8.0, 27.0]]);
/// assert_eq!(found.get(0, 1), Some(1.0));
/// ```
///
/// # Panics
/// When columns differ in length.
pub fn spearman(columns: &[&[f64]]) -> Correlation {
    let ranks: Vec<Vec<f64>> = columns.par_iter().map(|column| average_ranks(column)).collect();
    let views: Vec<&[f64]> = ranks.iter().map(Vec::as_slice).collect();
    let complete = pearson(&views);
    let n_ranked: Vec<usize> = ranks.iter().map(|ranks| ranks.iter().filter(|rank| !rank.is_nan()).count()).collect();
    let holes = |i: usize| n_ranked[i] < ranks[i].len();
    let d = columns.len();
    let pairs: Vec<(usize, usize)> = (0..d).flat_map(|i| (i + 1..d).map(move |j| (i, j))).collect();
    let with_holes: Vec<(usize, usize)> = pairs.into_iter().filter(|&(i, j)| holes(i) || holes(j)).collect();
    let again: Vec<Option<f64>> =
        with_holes.par_iter().map(|&(i, j)| pair(&ranks[i], &ranks[j], [n_ranked[i], n_ranked[j]])).collect();
    let mut again = with_holes.iter().zip(again).peekable();
    // `of_pairs` and `with_holes` run in the same order.
    Correlation::of_pairs(d, |i, j| {
        let n = complete.n[i * d + j];
        match again.next_if(|&(&at, _)| at == (i, j)) {
            Some((_, value)) => (value, n),
            None => (complete.get(i, j), n),
        }
    })
}

/// Ranks of ranks are the ranks of the values they stand for.
fn pair(x: &[f64], y: &[f64], n_ranked: [usize; 2]) -> Option<f64> {
    let (mut x, mut y) = common(x, y);
    // A column that loses no row to the other's holes keeps its ranks.
    if x.len() < n_ranked[0] {
        rank_again(&mut x, n_ranked[0]);
    }
    if y.len() < n_ranked[1] {
        rank_again(&mut y, n_ranked[1]);
    }
    pearson(&[&x, &y]).get(0, 1)
}

/// The rows in which both are there.
fn common(x: &[f64], y: &[f64]) -> (Vec<f64>, Vec<f64>) {
    let (mut x, mut y) = (x.to_vec(), y.to_vec());
    let mut n = 0;
    for row in 0..x.len() {
        // Every row is kept until the next takes its place: which are to stay can hardly be foretold.
        (x[n], y[n]) = (x[row], y[row]);
        n += usize::from(!x[row].is_nan() & !y[row].is_nan());
    }
    x.truncate(n);
    y.truncate(n);
    (x, y)
}

/// Average ranks of some of the `n_ranked` rows of an average ranking, without sorting: ties have a whole part of
/// their rank to themselves, so counting by it is enough. O(n).
fn rank_again(ranks: &mut [f64], n_ranked: usize) {
    let mut table = vec![0.0; n_ranked + 1];
    ranks.iter().for_each(|&rank| table[rank as usize] += 1.0);
    let mut below = 0.0;
    for entry in &mut table {
        let count = *entry;
        *entry = below + (count + 1.0) / 2.0;
        below += count;
    }
    ranks.iter_mut().for_each(|rank| *rank = table[*rank as usize]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_are_taken_over_common_rows() {
        let x = [1.0, 2.0, 3.0, 4.0, 100.0];
        let y = [4.0, 3.0, 2.0, 1.0, f64::NAN];
        let found = spearman(&[&x, &y]);
        assert_eq!(found.get(0, 1), Some(-1.0));
        assert_eq!(found.n, [5, 4, 4, 4]);
    }

    #[test]
    fn rows_in_common_are_those_with_both() {
        let (x, y) = common(&[1.0, f64::NAN, 3.0, f64::NAN, 5.0], &[f64::NAN, 2.0, 3.5, f64::NAN, 5.5]);
        assert_eq!((x, y), (vec![3.0, 5.0], vec![3.5, 5.5]));
        assert_eq!(common(&[], &[]), (vec![], vec![]));
    }

    #[test]
    fn ranking_again_is_ranking_what_is_left() {
        let values: Vec<f64> = (0..200).map(|i| f64::from(i * 37 % 23)).collect();
        let left = |values: &[f64]| values.iter().copied().step_by(3).collect::<Vec<_>>();
        let mut again = left(&average_ranks(&values));
        rank_again(&mut again, values.len());
        assert_eq!(again, average_ranks(&left(&values)));
        rank_again(&mut [], 0);
    }
}
