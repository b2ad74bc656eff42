use rand::seq::index;
use segctl_numeric::seed::Seed;

use super::kernel::Target;
use super::partition::Partitions;

/// Every cluster is represented by this many rows, or by all it has: the mean of 64 distances has a
/// standard error of an eighth of their spread.
const MIN_PER_CLUSTER: usize = 64;

/// The rows that silhouettes are computed against.
pub(super) struct Reference {
    /// Rows of the data, repeated where labelings drew the same one on their own account.
    pub(super) rows: Vec<usize>,
    /// `rows.len()` x n_labelings: the slot of each row, or the waste slot.
    slots: Vec<u32>,
    /// Rows that count in each slot.
    counts: Vec<usize>,
    /// For each labeling, which rows count under it, ascending; `None` where all do.
    members: Option<Vec<Vec<usize>>>,
}

impl Reference {
    /// All rows but those that are noise in every labeling.
    pub(super) fn all(partitions: &Partitions<'_>) -> Self {
        let rows = partitions.used_rows();
        let slots = rows.iter().flat_map(|&row| slots_of(partitions, row)).collect();
        let counts = (0..partitions.waste()).map(|slot| partitions.size(slot)).collect();
        Self { rows, slots, counts, members: None }
    }

    /// `size` rows drawn without replacement, the same for all labelings, and as many more for each
    /// cluster of each labeling as it lacks of `MIN_PER_CLUSTER`.
    ///
    /// The rows of a cluster are a simple random sample of it: a mean distance to them is unbiased.
    pub(super) fn sample(partitions: &Partitions<'_>, size: usize, seed: Seed) -> Self {
        let used = partitions.used_rows();
        if size >= used.len() {
            return Self::all(partitions);
        }
        let rows = draw(&used, size, &mut seed.stream("silhouette reference", 0, 0));
        let n_labelings = partitions.labels.len();
        let mut sample = Self {
            slots: rows.iter().flat_map(|&row| slots_of(partitions, row)).collect(),
            counts: vec![0; partitions.waste()],
            members: None,
            rows,
        };
        let members = (0..n_labelings).map(|l| sample.complete(partitions, l, size, seed)).collect();
        sample.members = Some(members);
        sample
    }

    /// Whether the rows are those of the data as they stand.
    pub(super) fn is_all_of(&self, n_rows: usize) -> bool {
        self.rows.iter().copied().eq(0..n_rows)
    }

    /// `rows.len()` x n_labelings: where distances to each row are added.
    pub(super) fn targets(&self) -> Vec<Target> {
        let waste = self.counts.len();
        let mut ranks = vec![0; waste + 1];
        let target = |&slot: &u32| {
            let rank = &mut ranks[slot as usize];
            *rank += 1;
            // What goes to waste needs no order.
            Target::new(slot as usize, if slot as usize == waste { 0 } else { *rank - 1 })
        };
        self.slots.iter().map(target).collect()
    }

    /// Rows that count in a slot.
    pub(super) fn count(&self, slot: usize) -> usize {
        self.counts[slot]
    }

    /// Rows that count under labeling `l`.
    pub(super) fn n_members(&self, partitions: &Partitions<'_>, l: usize) -> usize {
        partitions.slots(l).map(|slot| self.counts[slot]).sum()
    }

    /// Whether `row`, which is no noise under labeling `l`, counts there.
    pub(super) fn contains(&self, l: usize, row: usize) -> bool {
        self.members.as_ref().is_none_or(|members| members[l].binary_search(&row).is_ok())
    }

    /// Counts the `n_shared` rows drawn for all labelings under labeling `l`, draws what its
    /// clusters lack, and gives all that count.
    fn complete(&mut self, partitions: &Partitions<'_>, l: usize, n_shared: usize, seed: Seed) -> Vec<usize> {
        let shared = &self.rows[..n_shared];
        let mut members: Vec<usize> = Vec::with_capacity(n_shared);
        for (&row, slot) in shared.iter().filter_map(|row| Some((row, partitions.slot(l, *row)?))) {
            self.counts[slot] += 1;
            members.push(row);
        }
        let lacking = self.lacking(partitions, l, &members);
        for (cluster, (slot, candidates)) in lacking.into_iter().enumerate() {
            let lack = wanted(partitions.size(slot)).saturating_sub(self.counts[slot]);
            let mut stream = seed.stream("silhouette cluster", l as u64, cluster as u64);
            for row in draw(&candidates, lack, &mut stream) {
                self.push(partitions, l, row, slot);
                members.push(row);
            }
        }
        members.sort_unstable();
        members
    }

    /// For each cluster of labeling `l`, its slot and the rows not drawn yet; none for a cluster
    /// that has enough.
    fn lacking(&self, partitions: &Partitions<'_>, l: usize, members: &[usize]) -> Vec<(usize, Vec<usize>)> {
        let slots = partitions.slots(l);
        let enough = |slot: usize| self.counts[slot] >= wanted(partitions.size(slot));
        let mut lacking: Vec<_> = slots.clone().map(|slot| (slot, Vec::new())).collect();
        if slots.clone().all(enough) {
            return lacking;
        }
        for row in 0..partitions.n_rows {
            if let Some(slot) = partitions.slot(l, row)
                && !enough(slot)
                && members.binary_search(&row).is_err()
            {
                lacking[slot - slots.start].1.push(row);
            }
        }
        lacking
    }

    /// Adds a row that counts under labeling `l` alone.
    fn push(&mut self, partitions: &Partitions<'_>, l: usize, row: usize, slot: usize) {
        let waste = partitions.waste() as u32;
        self.rows.push(row);
        self.slots.extend((0..partitions.labels.len()).map(|other| if other == l { slot as u32 } else { waste }));
        self.counts[slot] += 1;
    }
}

/// How many rows represent a cluster of `size` rows, at least.
fn wanted(size: usize) -> usize {
    size.min(MIN_PER_CLUSTER)
}

/// `amount` of `rows` without replacement, in their order.
pub(super) fn draw(rows: &[usize], amount: usize, rng: &mut impl rand::Rng) -> Vec<usize> {
    let mut drawn = index::sample(rng, rows.len(), amount.min(rows.len())).into_vec();
    drawn.sort_unstable();
    drawn.into_iter().map(|at| rows[at]).collect()
}

fn slots_of(partitions: &Partitions<'_>, row: usize) -> impl Iterator<Item = u32> {
    (0..partitions.labels.len()).map(move |l| partitions.slot(l, row).unwrap_or(partitions.waste()) as u32)
}

#[cfg(test)]
mod tests {
    use segctl_numeric::{Labels, Matrix};

    use super::*;

    /// 1,000 rows: 900, 70, 25, 3, 1 of them in clusters 0 to 4, and one of noise.
    fn labels() -> Labels {
        let sizes = [(0, 900), (1, 70), (2, 25), (3, 3), (4, 1), (-1, 1)];
        let signed: Vec<i64> = sizes.iter().flat_map(|&(label, size)| std::iter::repeat_n(label, size)).collect();
        Labels::from_signed(&signed).unwrap()
    }

    #[test]
    fn small_clusters_are_represented() {
        let (labels, other) = (labels(), Labels::new((0..1000).map(|i| i % 2).collect(), 2).unwrap());
        let labelings = [&labels, &other];
        let x = Matrix::zeros(1000, 1);
        let partitions = Partitions::new(x.view(), &labelings).unwrap();
        let sample = Reference::sample(&partitions, 300, Seed(7));
        let counts: Vec<usize> = (0..5).map(|slot| sample.count(slot)).collect();
        assert!((220..300).contains(&counts[0]), "about 270 of 300: {}", counts[0]);
        assert_eq!(counts[1..], [64, 25, 3, 1]);
        assert_eq!(sample.count(5) + sample.count(6), 300, "rows drawn for one labeling do not count in another");
        assert!(sample.contains(0, 998) && !(0..1000).all(|row| sample.contains(1, row)));
        for l in 0..2 {
            let members = (0..999).filter(|&row| sample.contains(l, row)).count();
            assert!(members.abs_diff(sample.n_members(&partitions, l)) <= 1, "noise may count under the other");
        }
    }

    #[test]
    fn a_sample_of_everything_is_everything() {
        let labels = labels();
        let labelings = [&labels];
        let x = Matrix::zeros(1000, 1);
        let partitions = Partitions::new(x.view(), &labelings).unwrap();
        let sample = Reference::sample(&partitions, 999, Seed(0));
        assert_eq!(sample.rows, (0..999).collect::<Vec<_>>());
        assert!(sample.contains(0, 5));
    }
}
