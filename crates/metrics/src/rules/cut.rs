use super::classes::{Classes, Tally};
use super::columns::{Entry, MISSING};

/// Two scores closer than this, relative to their size, are a tie: they are computed with an error of a few units in
/// the sixteenth digit, and a tie must not be decided by that.
const TIE: f64 = 1e-12;

/// A way to cut the rows of a node in two by one feature.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Cut {
    /// The sum over both sides of `sum_c w_c^2 / w`, w being weights: it rises as the sides' impurity falls.
    pub(super) score: f64,
    pub(super) feature: usize,
    /// Rows with a value of at most this rank go left.
    pub(super) rank: u32,
    /// The rows whose values are the neighbours to both sides of the threshold; `None` where the cut is between rows
    /// with and rows without a value.
    pub(super) neighbours: Option<(u32, u32)>,
    pub(super) missing_left: bool,
    /// Rows of the node without a value.
    pub(super) n_missing: usize,
}

impl Cut {
    /// Whether this cut is to be taken before `other`: by score, then the lowest feature, then the lowest threshold,
    /// then missing values to the right.
    pub(super) fn beats(&self, other: &Self) -> bool {
        if self.score > other.score * (1.0 + TIE) {
            return true;
        }
        let place = |cut: &Self| (cut.feature, cut.rank, cut.neighbours.is_none(), cut.missing_left);
        other.score <= self.score * (1.0 + TIE) && place(self) < place(other)
    }

    pub(super) fn sends_left(&self, entry: Entry) -> bool {
        if entry.rank == MISSING { self.missing_left } else { entry.rank <= self.rank }
    }
}

/// What lies to one side of a cut, by weight.
struct Side {
    /// Of each class.
    weights: Vec<u64>,
    weight: u64,
    squares: u128,
    n_rows: usize,
}

impl Side {
    fn new(n_classes: usize) -> Self {
        Self { weights: vec![0; n_classes], weight: 0, squares: 0, n_rows: 0 }
    }

    fn add(&mut self, class: usize, weight: u64) {
        let of_class = &mut self.weights[class];
        self.squares += u128::from(weight) * u128::from(2 * *of_class + weight);
        *of_class += weight;
        self.weight += weight;
        self.n_rows += 1;
    }

    fn remove(&mut self, class: usize, weight: u64) {
        let of_class = &mut self.weights[class];
        self.squares -= u128::from(weight) * u128::from(2 * *of_class - weight);
        *of_class -= weight;
        self.weight -= weight;
        self.n_rows -= 1;
    }

    fn term(&self) -> f64 {
        float(self.squares) / self.weight as i64 as f64
    }
}

/// A number below 2^104 as the nearest float, in fewer steps than the compiler's conversion: both halves and their
/// product are exact, and signed 64-bit numbers convert in one instruction.
fn float(squares: u128) -> f64 {
    const HALF: u32 = 52;
    let (high, low) = ((squares >> HALF) as i64, (squares & ((1 << HALF) - 1)) as i64);
    high as f64 * (1_u64 << HALF) as f64 + low as f64
}

/// The search for the best cut of a node by one feature, with scratch space that serves one node after the other.
pub(super) struct Search {
    left: Side,
    right: Side,
}

impl Search {
    pub(super) fn new(n_classes: usize) -> Self {
        Self { left: Side::new(n_classes), right: Side::new(n_classes) }
    }

    /// The best cut of a node's `entries`, ascending with missing values last, that leaves `min_leaf` rows on both
    /// sides. O(rows + classes of the node).
    ///
    /// Every threshold is tried with the missing values on either side (twice the time where there are any), and
    /// the cut between present and missing.
    pub(super) fn best(
        &mut self,
        entries: &[Entry],
        feature: usize,
        tally: &Tally,
        classes: &Classes,
        min_leaf: usize,
    ) -> Option<Cut> {
        let (present, missing) = entries.split_at(entries.partition_point(|entry| entry.rank != MISSING));
        self.load(tally, classes);
        let mut best = Best { cut: None, feature, min_leaf, n_missing: missing.len() };
        let last = present.last().copied();
        self.scan(present, false, classes, &mut best);
        if let Some(last) = last.filter(|_| !missing.is_empty()) {
            best.offer(self, last, None, false);
            // All present rows are on the left now, and the missing ones on the right.
            std::mem::swap(&mut self.left, &mut self.right);
            self.scan(present, true, classes, &mut best);
        }
        self.clear(tally);
        best.cut
    }

    /// Moves all of `present` from right to left, and offers a cut wherever the value changes.
    fn scan(&mut self, present: &[Entry], missing_left: bool, classes: &Classes, best: &mut Best) {
        let mut previous: Option<Entry> = None;
        for &entry in present {
            if let Some(low) = previous.filter(|low| low.rank != entry.rank) {
                best.offer(self, low, Some(entry), missing_left);
            }
            let class = entry.class as usize;
            let weight = classes.weights[class];
            self.left.add(class, weight);
            self.right.remove(class, weight);
            previous = Some(entry);
        }
    }

    fn load(&mut self, tally: &Tally, classes: &Classes) {
        for &(class, count) in &tally.counts {
            self.right.weights[class as usize] = classes.weights[class as usize] * count as u64;
        }
        (self.right.weight, self.right.squares, self.right.n_rows) = (tally.weight, tally.squares, tally.n_rows);
    }

    fn clear(&mut self, tally: &Tally) {
        for side in [&mut self.left, &mut self.right] {
            tally.counts.iter().for_each(|&(class, _)| side.weights[class as usize] = 0);
            (side.weight, side.squares, side.n_rows) = (0, 0, 0);
        }
    }
}

/// The best cut so far.
struct Best {
    cut: Option<Cut>,
    feature: usize,
    min_leaf: usize,
    n_missing: usize,
}

impl Best {
    #[inline]
    fn offer(&mut self, sides: &Search, low: Entry, high: Option<Entry>, missing_left: bool) {
        if sides.left.n_rows < self.min_leaf || sides.right.n_rows < self.min_leaf {
            return;
        }
        let score = sides.left.term() + sides.right.term();
        if self.cut.is_some_and(|cut| score * (1.0 + TIE) < cut.score) {
            return;
        }
        let cut = Cut {
            score,
            feature: self.feature,
            rank: low.rank,
            neighbours: high.map(|high| (low.row, high.row)),
            missing_left: if self.n_missing == 0 { sides.left.n_rows > sides.right.n_rows } else { missing_left },
            n_missing: self.n_missing,
        };
        if self.cut.is_none_or(|best| cut.beats(&best)) {
            self.cut = Some(cut);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::float;

    proptest! {
        #[test]
        fn the_short_conversion_is_the_compilers(squares in 0_u128..1 << 104, shift in 0_u32..104) {
            prop_assert_eq!(float(squares >> shift), (squares >> shift) as f64);
        }
    }
}
