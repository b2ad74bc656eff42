use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;
use std::ops::Range;

use segctl_numeric::MatrixView;

use super::classes::{Classes, Tally};
use super::columns::{Columns, Part};
use super::cut::Cut;
use super::params::Limits;
use super::threshold::{halfway, rounded_threshold};
use super::tree::{ClassCount, Node, Split};

/// A leaf that can be split, and how best.
struct Open {
    decrease: f64,
    node: usize,
    range: Range<usize>,
    cut: Cut,
}

impl Open {
    /// By the decrease of impurity, the earlier node first among equals.
    fn order(&self) -> (f64, Reverse<usize>) {
        (self.decrease, Reverse(self.node))
    }
}

impl Ord for Open {
    fn cmp(&self, other: &Self) -> Ordering {
        let (a, b) = (self.order(), other.order());
        a.0.total_cmp(&b.0).then(a.1.cmp(&b.1))
    }
}

impl PartialOrd for Open {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Open {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Open {}

/// A tree while it grows, best first: the leaf whose split lowers impurity most is split next, which is the order
/// in which a limit on leaves does least harm; without one, the order changes nothing but the numbers of nodes.
pub(super) struct Growth<'a> {
    x: MatrixView<'a>,
    classes: &'a Classes,
    limits: Limits,
    rounds: bool,
    columns: Columns,
    nodes: Vec<Node>,
    open: BinaryHeap<Open>,
    total_weight: f64,
    /// Of each row, when a node is split.
    goes_left: Vec<bool>,
    /// A zero for each class, between uses.
    scratch: Vec<usize>,
}

/// The nodes of the tree of the rows in training, of which there is at least one.
pub(super) fn grow(x: MatrixView<'_>, classes: &Classes, limits: Limits, rounds: bool) -> Vec<Node> {
    let mut growth = Growth {
        x,
        classes,
        limits,
        rounds,
        columns: Columns::new(x, classes),
        nodes: Vec::new(),
        open: BinaryHeap::new(),
        total_weight: 0.0,
        goes_left: vec![false; x.n_rows()],
        scratch: vec![0; classes.sizes.len()],
    };
    growth.root();
    // Every split makes one leaf more.
    let mut n_leaves = 1;
    while let Some(open) = growth.open.pop().filter(|_| n_leaves < limits.leaves) {
        n_leaves += 1;
        growth.split(&open, n_leaves < limits.leaves);
    }
    growth.nodes
}

impl Growth<'_> {
    fn root(&mut self) {
        let n_rows = self.classes.sizes.iter().sum();
        let tally = Tally::new(
            self.classes,
            self.columns.entries(0, 0..n_rows).iter().map(|entry| entry.class),
            &mut self.scratch,
        );
        self.total_weight = tally.weight as f64;
        let range = 0..n_rows;
        self.push(&tally, 0);
        if self.can_split(&tally, 0) {
            let parts = [Some(Part { range: range.clone(), tally: &tally }), None];
            let [cut, _] = self.columns.advance(None, &parts, self.classes, self.limits.min_leaf);
            self.offer(0, range, &tally, cut);
        }
    }

    /// Splits a leaf, and looks for the best cuts of the two new ones where `goes_on`.
    fn split(&mut self, open: &Open, goes_on: bool) {
        let Open { range, cut, .. } = open;
        let [left, right] = self.sides(range.clone(), cut);
        let depth = self.nodes[open.node].depth + 1;
        let (at_left, at_right) = (self.nodes.len(), self.nodes.len() + 1);
        self.nodes[open.node].split = Some(Split {
            feature: cut.feature,
            threshold: cut.neighbours.map(|(low, high)| self.threshold(cut.feature, low, high)),
            missing_left: cut.missing_left,
            n_missing: cut.n_missing,
            decrease: open.decrease,
            left: at_left,
            right: at_right,
        });
        self.push(&left, depth);
        self.push(&right, depth);
        let middle = range.start + left.n_rows;
        let part = |range, tally| (goes_on && self.can_split(tally, depth)).then_some(Part { range, tally });
        let parts = [part(range.start..middle, &left), part(middle..range.end, &right)];
        if parts.iter().any(Option::is_some) {
            let parting = Some((range, self.goes_left.as_slice()));
            let [cut_left, cut_right] = self.columns.advance(parting, &parts, self.classes, self.limits.min_leaf);
            self.offer(at_left, range.start..middle, &left, cut_left);
            self.offer(at_right, middle..range.end, &right, cut_right);
        }
    }

    /// Marks the rows that go left, and counts both sides.
    fn sides(&mut self, range: Range<usize>, cut: &Cut) -> [Tally; 2] {
        let entries = self.columns.entries(cut.feature, range);
        for &entry in entries {
            self.goes_left[entry.row as usize] = cut.sends_left(entry);
        }
        [true, false].map(|left| {
            let of_side = entries.iter().filter(|&&entry| cut.sends_left(entry) == left);
            Tally::new(self.classes, of_side.map(|entry| entry.class), &mut self.scratch)
        })
    }

    fn threshold(&self, feature: usize, low: u32, high: u32) -> f64 {
        let [low, high] = [low, high].map(|row| self.x.row(row as usize)[feature]);
        let rounded = if self.rounds { rounded_threshold(low, high) } else { None };
        rounded.unwrap_or_else(|| halfway(low, high))
    }

    fn can_split(&self, tally: &Tally, depth: usize) -> bool {
        depth < self.limits.depth && !tally.is_pure() && tally.n_rows / 2 >= self.limits.min_leaf
    }

    fn push(&mut self, tally: &Tally, depth: usize) {
        let count = |&(class, n_rows): &(u32, usize)| ClassCount { cluster: self.classes.cluster(class), n_rows };
        self.nodes.push(Node {
            depth,
            n_rows: tally.n_rows,
            counts: tally.counts.iter().map(count).collect(),
            weight: tally.weight as f64 / self.total_weight,
            impurity: tally.impurity(),
            cluster: self.classes.cluster(tally.majority(self.classes)),
            split: None,
        });
    }

    fn offer(&mut self, node: usize, range: Range<usize>, tally: &Tally, cut: Option<Cut>) {
        if let Some(cut) = cut {
            let before = tally.squares as f64 / tally.weight as f64;
            let decrease = ((cut.score - before) / self.total_weight).max(0.0);
            self.open.push(Open { decrease, node, range, cut });
        }
    }
}
