/// Ranks from 1, equal values sharing the mean of theirs; NaN where missing. O(n log n).
///
/// ```
/// use segctl_preprocessing::describe::average_ranks;
/// assert_eq!(average_ranks(&[10.0, 30.0, 10.0])[..], [1.5, 3.0, 1.5]);
/// ```
pub fn average_ranks(values: &[f64]) -> Vec<f64> {
    // Adding 0 turns -0 into 0, which total_cmp would tell apart.
    let there = values.iter().zip(0_u32..).filter(|(value, _)| value.is_finite());
    let mut order: Vec<(f64, u32)> = there.map(|(value, row)| (value + 0.0, row)).collect();
    order.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
    let mut ranks = vec![f64::NAN; values.len()];
    let mut below = 0;
    for ties in order.chunk_by(|a, b| a.0 == b.0) {
        let rank = below as f64 + (ties.len() as f64 + 1.0) / 2.0;
        ties.iter().for_each(|&(_, row)| ranks[row as usize] = rank);
        below += ties.len();
    }
    ranks
}
