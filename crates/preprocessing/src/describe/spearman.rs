use rayon::prelude::*;

use super::correlation::{Correlation, pearson};
use super::ranks::{average_ranks, rank_into};

/// Spearman's rho of every pair of columns of equal length: Pearson's r of average ranks, taken anew
/// over the rows in which both are there (as pandas).
///
/// O(d n log n) for columns without holes; each pair with holes costs two sorts more.
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
    let holes: Vec<bool> = ranks.iter().map(|ranks| ranks.iter().any(|rank| rank.is_nan())).collect();
    let d = columns.len();
    let pairs: Vec<(usize, usize)> = (0..d).flat_map(|i| (i + 1..d).map(move |j| (i, j))).collect();
    let with_holes: Vec<(usize, usize)> = pairs.into_iter().filter(|&(i, j)| holes[i] || holes[j]).collect();
    let again: Vec<Option<f64>> = with_holes.par_iter().map(|&(i, j)| pair(&ranks[i], &ranks[j])).collect();
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
fn pair(x: &[f64], y: &[f64]) -> Option<f64> {
    let both = |&(x, y): &(f64, f64)| !x.is_nan() && !y.is_nan();
    let rows: Vec<(f64, f64)> = x.iter().copied().zip(y.iter().copied()).filter(both).collect();
    let mut order = Vec::with_capacity(rows.len());
    let mut ranks = [vec![0.0; rows.len()], vec![0.0; rows.len()]];
    rank_into(rows.iter().map(|row| row.0), &mut order, &mut ranks[0]);
    rank_into(rows.iter().map(|row| row.1), &mut order, &mut ranks[1]);
    pearson(&[&ranks[0], &ranks[1]]).get(0, 1)
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
}
