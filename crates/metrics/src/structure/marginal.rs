//! One feature as one blob may have it: with the same tails, skewness, spikes and rounding, but one mode.

use crate::dip::{self, Fit};

/// A value with this share of the rows may be a spike,
const SPIKE_SHARE: f64 = 0.05;

/// and is one if it has this many times the rows of the values next to it.
const SPIKE_RATIO: usize = 3;

/// A distribution function that rises in jumps, and linearly between them.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Marginal {
    /// Ascending in all they have.
    knots: Vec<Knot>,
    /// Whether any value is kept as a spike.
    pub(super) has_spikes: bool,
    /// The values there are, where they are rounded; empty where they are not.
    lattice: Vec<f64>,
    /// The median distance of neighbours among them: no value is rounded by more.
    step: f64,
}

/// A place where the function jumps or bends.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Knot {
    x: f64,
    /// The probability of less.
    below: f64,
    /// The probability of no more.
    up_to: f64,
}

impl Marginal {
    /// The distribution of ascending finite values, at least one: the spikes as they are, all others by the
    /// unimodal distribution closest to them. O(n).
    ///
    /// Where the other values occur twice or more on average, they count as rounded.
    pub(super) fn fit(sorted: &[f64]) -> Self {
        let runs: Vec<&[f64]> = sorted.chunk_by(|a, b| a == b).collect();
        let (spikes, others): (Vec<usize>, Vec<usize>) =
            (0..runs.len()).partition(|&at| is_spike(&runs, at, sorted.len()));
        let rest: Vec<f64> = others.iter().flat_map(|&at| runs[at].iter().copied()).collect();
        let spikes: Vec<(f64, f64)> = spikes.into_iter().map(|at| (runs[at][0], runs[at].len() as f64)).collect();
        let smooth = if rest.is_empty() { Vec::new() } else { unimodal(&rest) };
        let is_rounded = !others.is_empty() && 2 * others.len() <= rest.len();
        let lattice = if is_rounded { runs.iter().map(|run| run[0]).collect() } else { Vec::new() };
        let knots = with_spikes(&smooth, rest.len() as f64, &spikes, sorted.len() as f64);
        Self { knots, has_spikes: !spikes.is_empty(), step: median_step(&lattice), lattice }
    }

    /// The smallest and the largest value.
    pub(super) fn range(&self) -> (f64, f64) {
        (self.knots[0].x, self.knots[self.knots.len() - 1].x)
    }

    /// The value with the share `u` of the distribution below it, rounded where the data are.
    pub(super) fn quantile(&self, u: f64) -> f64 {
        let at = self.knots.partition_point(|knot| knot.up_to < u).min(self.knots.len() - 1);
        let knot = self.knots[at];
        if at == 0 || u >= knot.below {
            return knot.x;
        }
        let before = self.knots[at - 1];
        let share = (u - before.up_to) / (knot.below - before.up_to);
        self.rounded(before.x * (1.0 - share) + knot.x * share)
    }

    /// The nearest of the values there are, unless none is near: groups with a gap between them are rounded too,
    /// and draws fall into the gap.
    fn rounded(&self, x: f64) -> f64 {
        let at = self.lattice.partition_point(|value| *value < x);
        let near = &self.lattice[at.saturating_sub(1)..(at + 1).min(self.lattice.len())];
        let nearest = near.iter().copied().min_by(|a, b| (a - x).abs().total_cmp(&(b - x).abs()));
        nearest.filter(|nearest| (nearest - x).abs() <= self.step).unwrap_or(x)
    }

    /// A value that would be rounded to `x`: the share `v` in [0, 1) of the way through them.
    pub(super) fn unrounded(&self, x: f64, v: f64) -> f64 {
        let at = self.lattice.partition_point(|value| *value < x);
        let reach = |beside: Option<&f64>| beside.map_or(self.step, |beside| (beside - x).abs().min(self.step)) / 2.0;
        if self.lattice.get(at) != Some(&x) {
            return x;
        }
        let (down, up) = (reach(at.checked_sub(1).map(|at| &self.lattice[at])), reach(self.lattice.get(at + 1)));
        x - down + v * (down + up)
    }

    /// The share of the distribution below `x`, and the share `v` of the jump there.
    pub(super) fn place(&self, x: f64, v: f64) -> f64 {
        place(&self.knots, x, v)
    }
}

fn place(knots: &[Knot], x: f64, v: f64) -> f64 {
    let at = knots.partition_point(|knot| knot.x < x);
    let Some(knot) = knots.get(at) else { return knots.last().map_or(0.0, |knot| knot.up_to) };
    if knot.x == x {
        return knot.below + v * (knot.up_to - knot.below);
    }
    let Some(before) = at.checked_sub(1).map(|at| knots[at]) else { return 0.0 };
    let share = (x - before.x) / (knot.x - before.x);
    before.up_to + share * (knot.below - before.up_to)
}

fn is_spike(runs: &[&[f64]], at: usize, n: usize) -> bool {
    let beside = [at.checked_sub(1), Some(at + 1)].into_iter().flatten().filter_map(|at| runs.get(at));
    let (n_beside, rows_beside) = beside.fold((0, 0), |(n, rows), run| (n + 1, rows + run.len()));
    let own = runs[at].len();
    own > 1 && own as f64 >= SPIKE_SHARE * n as f64 && own * n_beside >= SPIKE_RATIO * rows_beside
}

/// The unimodal distribution closest to ascending values: convex up to the modal interval, straight in it,
/// concave from there.
fn unimodal(x: &[f64]) -> Vec<Knot> {
    let n = x.len() as f64;
    let Fit { low, high, .. } = dip::fit(x);
    let mut left = dip::chain(&dip::minorant_links(&x[..=low]), low, 0);
    left.reverse();
    let right = dip::chain(&dip::majorant_links(&x[high..]), 0, x.len() - 1 - high);
    let left = left.into_iter().map(|row| (x[row], row as f64 / n));
    let right = right.into_iter().map(|row| (x[high + row], (high + row + 1) as f64 / n));
    let mut knots: Vec<Knot> = Vec::new();
    for (x, height) in left.chain(right) {
        match knots.last_mut().filter(|knot| knot.x == x) {
            Some(knot) => knot.up_to = height,
            None => knots.push(Knot { x, below: height, up_to: height }),
        }
    }
    knots
}

/// The mixture of `n_smooth` rows of a distribution with spikes, given with their rows, of `n` in all.
fn with_spikes(smooth: &[Knot], n_smooth: f64, spikes: &[(f64, f64)], n: f64) -> Vec<Knot> {
    let mut places: Vec<f64> = smooth.iter().map(|knot| knot.x).chain(spikes.iter().map(|spike| spike.0)).collect();
    places.sort_by(f64::total_cmp);
    places.dedup();
    let (mut spikes, mut passed) = (spikes.iter().peekable(), 0.0);
    let mut knot = |x: f64| {
        let below = (place(smooth, x, 0.0) * n_smooth + passed) / n;
        if let Some(spike) = spikes.next_if(|spike| spike.0 == x) {
            passed += spike.1;
        }
        Knot { x, below, up_to: (place(smooth, x, 1.0) * n_smooth + passed) / n }
    };
    places.into_iter().map(&mut knot).collect()
}

/// The median difference of neighbours; 0 where there are none.
fn median_step(ascending: &[f64]) -> f64 {
    let mut steps: Vec<f64> = ascending.windows(2).map(|pair| pair[1] - pair[0]).collect();
    steps.sort_by(f64::total_cmp);
    steps.get(steps.len() / 2).copied().unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sorted(mut values: Vec<f64>) -> Vec<f64> {
        values.sort_by(f64::total_cmp);
        values
    }

    /// Values in two lumps around 0 and `apart`.
    fn lumps(n: usize, apart: f64) -> Vec<f64> {
        let place = |i: usize| libm::cos((i * i) as f64) + libm::sin(1.7 * i as f64);
        sorted((0..n).map(|i| place(i) + (i % 2) as f64 * apart).collect())
    }

    /// Values at the middles of `n` equal shares.
    fn drawn(marginal: &Marginal, n: usize) -> Vec<f64> {
        (0..n).map(|i| marginal.quantile((i as f64 + 0.5) / n as f64)).collect()
    }

    proptest! {
        #[test]
        fn what_is_drawn_has_one_mode_and_the_same_range(values in prop::collection::vec(0_i32..2000, 60..200)) {
            let x = sorted(values.iter().map(|v| f64::from(v * v)).collect());
            let marginal = Marginal::fit(&x);
            let drawn = drawn(&marginal, 500);
            prop_assert!(drawn.is_sorted() && drawn[0] >= x[0] && drawn[499] <= x[x.len() - 1]);
            // A smooth distribution with one mode, at equal shares, dips by a step; roundings may add another.
            prop_assert!(dip::fit(&drawn).dip <= 0.005, "{}", dip::fit(&drawn).dip);
        }

        #[test]
        fn places_and_quantiles_are_inverse(values in prop::collection::vec(0_i32..100, 1..60), u in 0.001_f64..0.999) {
            let x = sorted(values.iter().map(|v| f64::from(*v).powi(3)).collect());
            let marginal = Marginal { lattice: Vec::new(), ..Marginal::fit(&x) };
            let value = marginal.quantile(u);
            let (low, high) = (marginal.place(value, 0.0), marginal.place(value, 1.0));
            prop_assert!(low - 1e-9 <= u && u <= high + 1e-9, "{} in {}..{}: {:?}", u, low, high, marginal);
        }

        #[test]
        fn knots_ascend_from_nothing_to_all(values in prop::collection::vec(0_i32..12, 1..80)) {
            let marginal = Marginal::fit(&sorted(values.iter().map(|v| f64::from(*v)).collect()));
            let ends = (marginal.knots[0].below, marginal.knots[marginal.knots.len() - 1].up_to);
            prop_assert!(ends.0.abs() < 1e-12 && (ends.1 - 1.0).abs() < 1e-12, "{:?}", marginal);
            prop_assert!(marginal.knots.iter().all(|knot| knot.below <= knot.up_to));
            prop_assert!(marginal.knots.is_sorted_by(|a, b| a.x < b.x && a.up_to <= b.below + 1e-12), "{:?}", marginal);
        }
    }

    #[test]
    fn a_gap_is_filled_and_one_lump_kept() {
        let (two, one) = (lumps(400, 12.0), lumps(400, 0.0));
        let in_gap = |values: &[f64]| values.iter().filter(|v| (4.0..8.0).contains(*v)).count();
        assert_eq!(in_gap(&two), 0);
        assert!(in_gap(&drawn(&Marginal::fit(&two), 400)) > 60);
        let gap = drawn(&Marginal::fit(&one), 400).iter().zip(&one).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
        assert!(gap < 0.35, "{gap}");
    }

    #[test]
    fn a_spike_keeps_its_rows_and_the_rest_its_mode() {
        let x = sorted([vec![0.0; 150], lumps(250, 0.0).iter().map(|v| v + 8.0).collect()].concat());
        let marginal = Marginal::fit(&x);
        assert!(marginal.has_spikes);
        let drawn = drawn(&marginal, 400);
        assert_eq!(drawn.iter().filter(|v| **v == 0.0).count(), 150);
        assert!(drawn[150] > 5.5);
    }

    #[test]
    fn rounded_values_are_drawn_rounded_and_taken_from_where_they_came() {
        let x = sorted((0..300_u32).map(|i| f64::from(i % 17 + i % 13)).collect());
        let marginal = Marginal::fit(&x);
        assert!(!marginal.has_spikes && drawn(&marginal, 200).iter().all(|v| v.fract() == 0.0));
        assert_eq!((marginal.unrounded(5.0, 0.0), marginal.unrounded(5.0, 0.5)), (4.5, 5.0));
        // Across a gap only as far as elsewhere.
        let gap = Marginal::fit(&sorted((0..200).map(|i| f64::from(i % 7 + i / 100 * 50)).collect()));
        assert_eq!((gap.unrounded(6.0, 0.0), gap.quantile(1.0)), (5.5, 56.0));
        assert!(gap.unrounded(6.0, 1.0 - 1e-9) <= 6.5);
        assert!(drawn(&gap, 100).iter().any(|v| (10.0..40.0).contains(v)), "nothing is moved across the gap");
    }

    #[test]
    fn one_value_and_two_values_are_spikes_or_steps() {
        let constant = Marginal::fit(&[3.0; 5]);
        assert_eq!((constant.quantile(0.3), constant.range()), (3.0, (3.0, 3.0)));
        assert_eq!(Marginal::fit(&[3.0]).quantile(0.9), 3.0);
        let rare = Marginal::fit(&sorted([vec![0.0; 90], vec![1.0; 10]].concat()));
        assert_eq!((rare.quantile(0.85), rare.quantile(0.95)), (0.0, 1.0));
    }
}
