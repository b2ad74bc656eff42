//! A sample in which every cluster has its share.

use rand::RngExt;
use segctl_numeric::seed::Seed;

/// Up to `size` rows, cluster by cluster, those of each ascending; one per cluster at least.
pub(super) fn stratified_rows(members: &[Vec<usize>], size: usize, seed: Seed) -> Vec<Vec<usize>> {
    let sizes: Vec<usize> = members.iter().map(Vec::len).collect();
    let draw = |(cluster, (members, quota)): (usize, (&Vec<usize>, usize))| {
        draw(&mut seed.stream("neighbours", cluster as u64, 0), members, quota)
    };
    members.iter().zip(quotas(&sizes, size)).enumerate().map(draw).collect()
}

/// One row of each cluster, and of the others a share in proportion, by largest remainders; no cluster is empty.
fn quotas(sizes: &[usize], size: usize) -> Vec<usize> {
    let k = sizes.len();
    let others = sizes.iter().sum::<usize>() - k;
    let wanted = size.saturating_sub(k).min(others);
    // Whole numbers throughout: no rounding decides who gets a row.
    let share = |size: &usize| (wanted as u128 * (*size as u128 - 1), others.max(1) as u128);
    let shares: Vec<(u128, u128)> = sizes.iter().map(share).collect();
    let mut quotas: Vec<usize> = shares.iter().map(|(part, whole)| 1 + (part / whole) as usize).collect();
    let mut by_remainder: Vec<usize> = (0..k).collect();
    by_remainder.sort_by_key(|&cluster| std::cmp::Reverse(shares[cluster].0 % shares[cluster].1));
    let left = wanted + k - quotas.iter().sum::<usize>();
    by_remainder[..left].iter().for_each(|&cluster| quotas[cluster] += 1);
    quotas
}

/// Selection sampling (Knuth, The Art of Computer Programming 2, 3.4.2, algorithm S): every subset of
/// `size` rows is as likely as any other.
fn draw(rng: &mut impl RngExt, rows: &[usize], size: usize) -> Vec<usize> {
    let mut drawn = Vec::with_capacity(size);
    for (i, &row) in rows.iter().enumerate() {
        let wanted = (size - drawn.len()) as f64;
        if rng.random::<f64>() * ((rows.len() - i) as f64) < wanted {
            drawn.push(row);
        }
    }
    drawn
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn shares_are_proportional(sizes in prop::collection::vec(1_usize..50, 1..9), size in 1_usize..300) {
            let found = quotas(&sizes, size);
            let n: usize = sizes.iter().sum();
            prop_assert_eq!(found.iter().sum::<usize>(), size.max(sizes.len()).min(n));
            let wanted = size.clamp(sizes.len(), n) - sizes.len();
            for (&quota, &size) in found.iter().zip(&sizes) {
                prop_assert!((1..=size).contains(&quota));
                let share = 1.0 + (size - 1) as f64 * wanted as f64 / (n - sizes.len()).max(1) as f64;
                prop_assert!((quota as f64 - share).abs() < 1.0, "{quota} of {size} for {share}");
            }
        }

        #[test]
        fn draws_are_rows_in_order(n in 1_usize..200, size in 1_usize..200, seed in any::<u64>()) {
            let members = [(0..n).collect(), vec![n]];
            let drawn = stratified_rows(&members, size, Seed(seed));
            prop_assert!(drawn[0].is_sorted_by(|a, b| a < b) && drawn[0].iter().all(|&row| row < n));
            prop_assert_eq!(&drawn[1], &[n]);
            prop_assert_eq!(drawn[0].len() + 1, size.clamp(2, n + 1));
        }
    }
}
