//! The prototypes that labels make: means of numbers, modes of categories.

use segctl_numeric::par::map_chunks;
use segctl_numeric::{Labels, Matrix};

use super::columns::{Mixed, Prototypes};
use crate::model::means;

/// The codes of one category column, numbered.
pub(super) struct Levels {
    /// The codes there are, ascending.
    codes: Vec<f64>,
    /// The place of each row's code among them.
    pub(super) of_row: Vec<u32>,
}

impl Levels {
    /// Time O(n log n).
    pub(super) fn of(column: &[f64]) -> Self {
        let order = |a: &f64, b: &f64| a.partial_cmp(b).expect("codes were checked to be finite");
        let mut codes = column.to_vec();
        codes.sort_unstable_by(order);
        codes.dedup();
        let place =
            |code: &f64| codes.binary_search_by(|other| order(other, code)).expect("every code is there") as u32;
        Self { of_row: column.iter().map(place).collect(), codes }
    }

    /// How many rows have each code.
    pub(super) fn counts(&self) -> Vec<u32> {
        self.counts_by(1, |_| 0)
    }

    /// n_clusters x codes: how many rows of each cluster have each code.
    fn counts_by(&self, n_clusters: usize, cluster: impl Fn(usize) -> usize) -> Vec<u32> {
        let mut counts = vec![0; n_clusters * self.codes.len()];
        for (row, &level) in self.of_row.iter().enumerate() {
            counts[cluster(row) * self.codes.len() + level as usize] += 1;
        }
        counts
    }

    /// The code that most rows of each cluster have, the lowest among equals.
    fn modes(&self, labels: &Labels) -> Vec<f64> {
        let ids = labels.as_slice();
        let counts = self.counts_by(labels.n_clusters(), |row| ids[row] as usize);
        let mode =
            |counts: &[u32]| (1..counts.len()).fold(0, |top, at| if counts[at] > counts[top] { at } else { top });
        counts.chunks_exact(self.codes.len()).map(|counts| self.codes[mode(counts)]).collect()
    }
}

/// The prototypes of clusters that all have rows. Columns of categories are counted side by side: counts
/// are whole, and their order does not matter.
pub(super) fn prototypes(rows: &Mixed, levels: &[Levels], labels: &Labels) -> Prototypes {
    let (k, p, q) = (labels.n_clusters(), rows.numbers.n_cols(), levels.len());
    let numbers = match p {
        0 => Matrix::zeros(k, 0),
        _ => means(rows.numbers.view(), &vec![0.0; p], labels),
    };
    let modes = map_chunks(q, 1, |column| levels[column.start].modes(labels));
    let codes = (0..k).flat_map(|c| modes.iter().map(move |modes| modes[c])).collect();
    Prototypes { numbers, codes: Matrix::new(codes, k, q).expect("a code for each cluster and column") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lowest_of_the_commonest_codes_wins() {
        let levels = Levels::of(&[7.0, -0.0, 7.0, 3.0, 0.0, 5.0, 3.0, 3.0]);
        assert_eq!((levels.codes.as_slice(), levels.counts()), ([0.0, 3.0, 5.0, 7.0].as_slice(), vec![2, 3, 1, 2]));
        let labels = Labels::new(vec![0, 0, 0, 1, 0, 1, 1, 1], 2).unwrap();
        assert_eq!(levels.modes(&labels), [0.0, 3.0]);
    }
}
