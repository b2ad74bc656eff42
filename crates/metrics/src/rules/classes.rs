use segctl_numeric::Labels;

use super::params::ClassWeights;

/// The class of a row that is left out.
pub(super) const LEFT_OUT: u32 = u32::MAX;

/// Total weight of the training rows, at most: squares of it fit in 128 bits, and it is an exact 64-bit float.
const MAX_WEIGHT: f64 = (1_u64 << 52) as f64;

/// The classes to be told apart: clusters by number and, where asked, noise after the last.
///
/// Weights are whole numbers, so that weighted counts and their squares are exact whatever the order of
/// summation, and a tie between two splits is a tie.
pub(super) struct Classes {
    /// The class of each row, or [`LEFT_OUT`].
    pub(super) of_row: Vec<u32>,
    /// Training rows of each class.
    pub(super) sizes: Vec<usize>,
    /// The weight of a row of each class.
    pub(super) weights: Vec<u64>,
    n_clusters: usize,
}

impl Classes {
    pub(super) fn new(labels: &Labels, noise: bool, weights: ClassWeights) -> Self {
        let n_clusters = labels.n_clusters();
        let noise_class = if noise { n_clusters as u32 } else { LEFT_OUT };
        let class = |&id: &u32| if id == Labels::NOISE { noise_class } else { id };
        let of_row = labels.as_slice().iter().map(class).collect();
        let mut sizes = labels.sizes();
        if noise {
            sizes.push(labels.n_noise());
        }
        let weights = match weights {
            ClassWeights::Uniform => vec![1; sizes.len()],
            ClassWeights::Balanced => whole(&sizes, |size| 1.0 / size),
            ClassWeights::SquareRoot => whole(&sizes, |size| 1.0 / size.sqrt()),
        };
        Self { of_row, sizes, weights, n_clusters }
    }

    /// The sizes of the classes that have rows.
    pub(super) fn occupied(&self) -> Vec<usize> {
        self.sizes.iter().copied().filter(|&size| size > 0).collect()
    }

    /// The cluster a class stands for, `None` for noise.
    pub(super) fn cluster(&self, class: u32) -> Option<usize> {
        Some(class as usize).filter(|&class| class < self.n_clusters)
    }

    /// The rows in training, ascending.
    pub(super) fn rows(&self) -> impl Iterator<Item = u32> {
        (0..).zip(&self.of_row).filter(|&(_, &class)| class != LEFT_OUT).map(|(row, _)| row)
    }
}

/// The weights `of_size` times the power of two that uses the bits there are; at least 1.
fn whole(sizes: &[usize], of_size: impl Fn(f64) -> f64) -> Vec<u64> {
    let of_size = |&size: &usize| of_size(size.max(1) as f64);
    let total: f64 = sizes.iter().map(|size| *size as f64 * of_size(size)).sum();
    let scale = (MAX_WEIGHT / 2.0 / total.max(f64::MIN_POSITIVE)).log2().floor().exp2();
    sizes.iter().map(|size| (scale * of_size(size)).round().max(1.0) as u64).collect()
}

/// The classes of the rows of a node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tally {
    /// Rows of each class that has any, by class.
    pub(super) counts: Vec<(u32, usize)>,
    pub(super) n_rows: usize,
    /// The sum of the rows' weights.
    pub(super) weight: u64,
    /// The sum over classes of the squares of their weights.
    pub(super) squares: u128,
}

impl Tally {
    /// Of rows of these classes; `scratch` has a zero for each class, and has again afterwards.
    pub(super) fn new(classes: &Classes, of_rows: impl Iterator<Item = u32>, scratch: &mut [usize]) -> Self {
        let mut seen = Vec::new();
        for class in of_rows {
            if scratch[class as usize] == 0 {
                seen.push(class);
            }
            scratch[class as usize] += 1;
        }
        seen.sort_unstable();
        let take = |class: u32| (class, std::mem::take(&mut scratch[class as usize]));
        Self::of_counts(classes, seen.into_iter().map(take).collect())
    }

    fn of_counts(classes: &Classes, counts: Vec<(u32, usize)>) -> Self {
        let weight_of = |&(class, count): &(u32, usize)| classes.weights[class as usize] * count as u64;
        let squares = counts.iter().map(weight_of).map(|weight| u128::from(weight) * u128::from(weight)).sum();
        let weight = counts.iter().map(weight_of).sum();
        Self { n_rows: counts.iter().map(|&(_, count)| count).sum(), weight, squares, counts }
    }

    /// Gini's: the chance that two rows drawn by weight are of different classes.
    pub(super) fn impurity(&self) -> f64 {
        if self.is_pure() { 0.0 } else { 1.0 - self.squares as f64 / (self.weight as f64 * self.weight as f64) }
    }

    pub(super) fn is_pure(&self) -> bool {
        self.counts.len() <= 1
    }

    /// The class of most weight, the lowest of several.
    pub(super) fn majority(&self, classes: &Classes) -> u32 {
        let weight = |&(class, count): &(u32, usize)| classes.weights[class as usize] * count as u64;
        let heavier = |best: (u32, u64), next: (u32, u64)| if next.1 > best.1 { next } else { best };
        self.counts.iter().map(|entry| (entry.0, weight(entry))).reduce(heavier).map_or(LEFT_OUT, |(class, _)| class)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn balanced_classes_weigh_the_same_and_others_by_the_root() {
        for sizes in [vec![5, 0, 1000, 3], vec![1; 50], vec![10_000_000, 1], vec![7]] {
            let weights = whole(&sizes, |size| 1.0 / size);
            let totals: Vec<f64> = sizes.iter().zip(&weights).map(|(&n, &w)| n as f64 * w as f64).collect();
            assert!(totals.iter().sum::<f64>() <= MAX_WEIGHT);
            let largest = totals.iter().copied().fold(0.0, f64::max);
            assert!(totals.iter().all(|&total| total == 0.0 || (total / largest - 1.0).abs() < 1e-6), "{totals:?}");
            let roots = whole(&sizes, |size| 1.0 / size.sqrt());
            let ratio = |at: usize| sizes[at] as f64 * (roots[at] as f64 / roots[0] as f64).powi(2) / sizes[0] as f64;
            assert!((0..sizes.len()).all(|at| sizes[at] == 0 || (ratio(at) - 1.0).abs() < 1e-6), "{roots:?}");
        }
    }

    #[test]
    fn the_tally_is_that_of_the_definition() {
        let labels = Labels::from_signed(&[0, 2, 2, -1, 2]).unwrap();
        let classes = Classes::new(&labels, false, ClassWeights::Uniform);
        let tally =
            Tally::new(&classes, classes.of_row.iter().copied().filter(|&class| class != LEFT_OUT), &mut [0; 3]);
        assert_eq!(tally.counts, [(0, 1), (2, 3)]);
        assert_eq!((tally.weight, tally.squares), (4, 10));
        assert_eq!(tally.impurity(), 1.0 - 10.0 / 16.0);
        assert_eq!(tally.majority(&classes), 2);
        let with_noise = Classes::new(&labels, true, ClassWeights::Uniform);
        assert_eq!((with_noise.cluster(3), with_noise.cluster(2)), (None, Some(2)));
        assert_eq!(with_noise.rows().count(), 5);
    }
}
