//! Columns that go together, side by side.

/// An order of `d` items by average linkage (UPGMA, Sokal and Michener 1958) of their distances (row-major `d` x `d`,
/// symmetric), and the heights of the merges. Two clusters are laid end to end so that the nearer of their ends touch.
/// Of equal distances the pair that comes first is merged first. O(d^3), d being 60 at most.
pub(super) fn average_linkage(d: usize, distances: &[f64]) -> (Vec<usize>, Vec<f64>) {
    let mut between = distances.to_vec();
    let mut clusters: Vec<Vec<usize>> = (0..d).map(|i| vec![i]).collect();
    let mut heights = Vec::with_capacity(d.saturating_sub(1));
    while let Some((i, j, height)) = nearest(d, &between, &clusters) {
        heights.push(height);
        let (n_i, n_j) = (clusters[i].len() as f64, clusters[j].len() as f64);
        for k in (0..d).filter(|&k| k != i && k != j) {
            let joined = (n_i * between[i * d + k] + n_j * between[j * d + k]) / (n_i + n_j);
            (between[i * d + k], between[k * d + i]) = (joined, joined);
        }
        let second = std::mem::take(&mut clusters[j]);
        let first = std::mem::take(&mut clusters[i]);
        clusters[i] = joined(first, second, |a, b| distances[a * d + b]);
    }
    (clusters.into_iter().flatten().collect(), heights)
}

/// The nearest two clusters that are not empty.
fn nearest(d: usize, between: &[f64], clusters: &[Vec<usize>]) -> Option<(usize, usize, f64)> {
    let live: Vec<usize> = (0..d).filter(|&i| !clusters[i].is_empty()).collect();
    let pairs = live.iter().enumerate().flat_map(|(at, &i)| live[at + 1..].iter().map(move |&j| (i, j)));
    pairs.map(|(i, j)| (i, j, between[i * d + j])).reduce(|best, pair| if pair.2 < best.2 { pair } else { best })
}

fn joined(mut first: Vec<usize>, mut second: Vec<usize>, distance: impl Fn(usize, usize) -> f64) -> Vec<usize> {
    let ends = |items: &[usize]| [items[0], items[items.len() - 1]];
    let ([a, b], [c, d]) = (ends(&first), ends(&second));
    // The end of the first at the start of the second, and the three ways of turning one or both.
    let ways = [(b, c, false, false), (b, d, false, true), (a, c, true, false), (a, d, true, true)];
    let better = |x: (usize, usize, bool, bool), y: (usize, usize, bool, bool)| {
        if distance(y.0, y.1) < distance(x.0, x.1) { y } else { x }
    };
    let (_, _, turn_first, turn_second) = ways.into_iter().reduce(better).unwrap_or((b, c, false, false));
    if turn_first {
        first.reverse();
    }
    if turn_second {
        second.reverse();
    }
    first.append(&mut second);
    first
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Merges by the mean of all distances between two clusters, taken anew each time.
    fn naive_heights(d: usize, distances: &[f64]) -> Vec<f64> {
        let mut clusters: Vec<Vec<usize>> = (0..d).map(|i| vec![i]).collect();
        let mut heights = Vec::new();
        while clusters.len() > 1 {
            let mut best = (0, 0, f64::INFINITY);
            for i in 0..clusters.len() {
                for j in i + 1..clusters.len() {
                    let all = clusters[i].iter().flat_map(|&a| clusters[j].iter().map(move |&b| distances[a * d + b]));
                    let mean = all.sum::<f64>() / (clusters[i].len() * clusters[j].len()) as f64;
                    if mean < best.2 {
                        best = (i, j, mean);
                    }
                }
            }
            let mut taken = clusters.remove(best.1);
            clusters[best.0].append(&mut taken);
            heights.push(best.2);
        }
        heights
    }

    fn symmetric(d: usize, values: &[f64]) -> Vec<f64> {
        let value = |i: usize, j: usize| if i == j { 0.0 } else { values[i.min(j) * d + i.max(j)] };
        (0..d * d).map(|at| value(at / d, at % d)).collect()
    }

    proptest! {
        #[test]
        fn merges_are_those_of_the_definition(d in 1..9_usize, values in prop::collection::vec(0.0..1.0_f64, 81)) {
            let distances = symmetric(d, &values);
            let (mut order, heights) = average_linkage(d, &distances);
            for (found, expected) in heights.iter().zip(naive_heights(d, &distances)) {
                prop_assert!((found - expected).abs() < 1e-12);
            }
            order.sort_unstable();
            prop_assert_eq!(order, (0..d).collect::<Vec<_>>());
        }
    }

    #[test]
    fn items_on_a_line_come_in_its_order() {
        let at = [5.0, 1.0, 9.5, 2.0, 5.5, 9.0_f64];
        let distances: Vec<f64> = at.iter().flat_map(|a| at.iter().map(move |b| (a - b).abs())).collect();
        let (order, _) = average_linkage(6, &distances);
        let placed: Vec<f64> = order.iter().map(|&i| at[i]).collect();
        assert!(placed.is_sorted() || placed.iter().rev().is_sorted(), "{placed:?}");
        assert_eq!(average_linkage(0, &[]).0, [0_usize; 0]);
    }
}
