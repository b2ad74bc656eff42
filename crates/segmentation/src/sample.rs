//! Bounded, repeatable samples of customers.

use rand::seq::index;
use segctl_numeric::Labels;

/// Rows drawn for pictures, by segment: every segment gets a share of `at_most` in proportion to
/// its size but no fewer than `floor` (or all it has), taken at even steps through the file; so do the rows
/// in none.
///
/// Ascending; all rows when there are no more than `at_most`.
pub(crate) fn by_segment(labels: &Labels, at_most: usize, floor: usize) -> Vec<usize> {
    if labels.len() <= at_most {
        return (0..labels.len()).collect();
    }
    let mut sizes = labels.sizes();
    sizes.push(labels.n_noise());
    let quotas: Vec<usize> = sizes.iter().map(|&size| (size * at_most / labels.len()).max(floor).min(size)).collect();
    let mut seen = vec![0; sizes.len()];
    let mut rows = Vec::new();
    for i in 0..labels.len() {
        let segment = labels.get(i).unwrap_or(labels.n_clusters());
        let nth = seen[segment];
        seen[segment] += 1;
        if takes(nth, quotas[segment], sizes[segment]) {
            rows.push(i);
        }
    }
    rows
}

/// Whether member `nth` of `size` is among `quota` members at even steps.
fn takes(nth: usize, quota: usize, size: usize) -> bool {
    (nth + 1) * quota / size > nth * quota / size
}

/// `at_most` of `n_rows` without replacement, ascending; `None` when all are to be taken.
pub(crate) fn uniform(n_rows: usize, at_most: usize, rng: &mut impl rand::Rng) -> Option<Vec<usize>> {
    (n_rows > at_most).then(|| {
        let mut drawn = index::sample(rng, n_rows, at_most).into_vec();
        drawn.sort_unstable();
        drawn
    })
}

/// At most `at_most` values at even steps through `sorted`, both ends included.
pub(crate) fn thinned(sorted: &[f64], at_most: usize) -> Vec<f64> {
    if sorted.len() <= at_most {
        return sorted.to_vec();
    }
    (0..at_most).map(|i| sorted[i * (sorted.len() - 1) / (at_most - 1)]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_segment_is_seen_and_the_total_is_bounded() {
        let ids: Vec<u32> = (0..10_000).map(|i| u32::from(i % 100 == 0)).collect();
        let labels = Labels::new(ids, 2).unwrap();
        let rows = by_segment(&labels, 1000, 50);
        let small = rows.iter().filter(|&&i| labels.get(i) == Some(1)).count();
        assert_eq!((rows.len(), small), (1040, 50));
        assert!(rows.windows(2).all(|pair| pair[0] < pair[1]));
    }

    #[test]
    fn noise_is_shown_too() {
        let ids: Vec<u32> = (0..10_000).map(|i| if i % 4 == 0 { Labels::NOISE } else { 0 }).collect();
        let labels = Labels::new(ids, 1).unwrap();
        let rows = by_segment(&labels, 1000, 50);
        assert_eq!((rows.len(), rows.iter().filter(|&&i| labels.get(i).is_none()).count()), (1000, 250));
    }

    #[test]
    fn small_data_is_shown_whole() {
        let labels = Labels::new(vec![0, 1, 0], 2).unwrap();
        assert_eq!(by_segment(&labels, 3, 1), [0, 1, 2]);
    }

    #[test]
    fn thinning_keeps_both_ends() {
        let values: Vec<f64> = (0..1000).map(f64::from).collect();
        let kept = thinned(&values, 200);
        assert_eq!((kept.len(), kept[0], kept[199]), (200, 0.0, 999.0));
    }
}
