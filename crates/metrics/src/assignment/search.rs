use segctl_numeric::simd::dispatch;

use super::relax::{Relax, first_at};

/// A matching of the short side that grows by one pair per augmenting path. The potentials keep every
/// reduced cost `cost - of_short - of_long` at 0 or above, and at 0 for the pairs matched.
pub(super) struct Search {
    /// short x long, row-major.
    costs: Vec<f64>,
    n_long: usize,
    of_short: Vec<f64>,
    of_long: Vec<f64>,
    partner_of_short: Vec<Option<usize>>,
    partner_of_long: Vec<Option<usize>>,
    path: Path,
}

/// The shortest paths from one unmatched entry of the short side to those of the long side.
struct Path {
    /// Infinite for entries reached for good.
    lengths: Vec<f64>,
    /// The entry of the short side before each of the long side.
    previous: Vec<u64>,
    /// The potentials of the long side, minus infinity for entries reached for good: no path to them is shorter.
    of_open: Vec<f64>,
    /// Entries reached for good, in order, with the lengths of their paths.
    closed: Vec<(usize, f64)>,
}

impl Search {
    pub(super) fn new(costs: Vec<f64>, n_short: usize, n_long: usize) -> Self {
        Self {
            costs,
            n_long,
            of_short: vec![0.0; n_short],
            of_long: vec![0.0; n_long],
            partner_of_short: vec![None; n_short],
            partner_of_long: vec![None; n_long],
            path: Path {
                lengths: vec![0.0; n_long],
                previous: vec![0; n_long],
                of_open: vec![0.0; n_long],
                closed: Vec::with_capacity(n_long),
            },
        }
    }

    pub(super) fn run(&mut self) {
        self.match_minima();
        for start in 0..self.partner_of_short.len() {
            if self.partner_of_short[start].is_none() {
                let (end, length) = self.shortest_path(start);
                self.raise_potentials(start, length);
                self.augment(start, end);
            }
        }
    }

    /// The partners of the short side and of the long side.
    pub(super) fn partners(self) -> (Vec<Option<usize>>, Vec<Option<usize>>) {
        (self.partner_of_short, self.partner_of_long)
    }

    /// Matches every entry of the short side with its cheapest partner where that is free: most pairs are
    /// found so, at one look at each cost.
    fn match_minima(&mut self) {
        for i in 0..self.partner_of_short.len() {
            let costs = &self.costs[i * self.n_long..][..self.n_long];
            let first = costs.iter().enumerate().min_by(|a, b| a.1.total_cmp(b.1));
            let Some((j, &least)) = first else { continue };
            self.of_short[i] = least;
            if self.partner_of_long[j].is_none() {
                self.partner_of_long[j] = Some(i);
                self.partner_of_short[i] = Some(j);
            }
        }
    }

    /// Dijkstra's algorithm over reduced costs, to the nearest unmatched entry of the long side.
    fn shortest_path(&mut self, start: usize) -> (usize, f64) {
        let Self { costs, n_long, of_short, of_long, partner_of_long, path, .. } = self;
        path.lengths.fill(f64::INFINITY);
        path.of_open.copy_from_slice(of_long);
        path.closed.clear();
        let (mut i, mut reached) = (start, 0.0);
        loop {
            let costs = &costs[i * *n_long..][..*n_long];
            let Path { lengths, previous, of_open, .. } = path;
            let potential = of_short[i];
            reached = dispatch(Relax { costs, reached, potential, of_open, row: i as u64, lengths, previous });
            // Among equals an unmatched entry ends the search at once.
            let free = first_at(&path.lengths, reached, |j| partner_of_long[j].is_none());
            if let Some(j) = free {
                return (j, reached);
            }
            let nearest = first_at(&path.lengths, reached, |_| true).and_then(|j| Some((j, partner_of_long[j]?)));
            let (j, next) = nearest.expect("the least length is that of an entry, which is matched");
            path.closed.push((j, reached));
            path.lengths[j] = f64::INFINITY;
            path.of_open[j] = f64::NEG_INFINITY;
            i = next;
        }
    }

    fn raise_potentials(&mut self, start: usize, length: f64) {
        self.of_short[start] += length;
        for &(j, reached) in &self.path.closed {
            let rise = length - reached;
            self.of_long[j] -= rise;
            if let Some(i) = self.partner_of_long[j] {
                self.of_short[i] += rise;
            }
        }
    }

    fn augment(&mut self, start: usize, end: usize) {
        let mut j = end;
        loop {
            let i = self.path.previous[j] as usize;
            self.partner_of_long[j] = Some(i);
            match self.partner_of_short[i].replace(j) {
                Some(before) if i != start => j = before,
                _ => return,
            }
        }
    }
}
