//! The dip of ascending values, by greatest convex minorants and least concave majorants.

/// The dip of a sample, and where the closest unimodal distribution has its mode.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Fit {
    pub(crate) dip: f64,
    /// The first row of the modal interval, in the order of the values.
    pub(crate) low: usize,
    /// The last row of it.
    pub(crate) high: usize,
}

/// The dip of ascending values, at least one. O(n) time for each narrowing of the modal interval, of which
/// there are few; O(n) memory.
///
/// Heights are counted in rows: `depth` is 2 n times the dip, at least 1 because an empirical distribution
/// has steps.
pub(crate) fn fit(x: &[f64]) -> Fit {
    let n = x.len();
    let (mut low, mut high, mut depth) = (0, n - 1, 1.0_f64);
    if x[0] < x[n - 1] {
        let (minorant, majorant) = (minorant_links(x), majorant_links(x));
        loop {
            // Both run from the mode outwards: the minorant leftwards, the majorant rightwards.
            let (below, above) = (chain(&minorant, high, low), chain(&majorant, low, high));
            let widest = widest(x, &below, &above);
            if widest.gap < depth {
                break;
            }
            let left = below[widest.below..].windows(2).map(|edge| excess(x, edge[1], edge[0]));
            let right = above[widest.above..].windows(2).map(|edge| shortfall(x, edge[0], edge[1]));
            depth = left.chain(right).fold(depth, f64::max);
            let inner = (below[widest.below], above[widest.above]);
            if inner == (low, high) {
                break;
            }
            (low, high) = inner;
        }
    }
    Fit { dip: depth / (2.0 * n as f64), low, high }
}

/// For each row the vertex before it on the convex minorant of the rows up to it.
pub(crate) fn minorant_links(x: &[f64]) -> Vec<usize> {
    let mut links = vec![0; x.len()];
    for j in 1..x.len() {
        let mut at = j - 1;
        while at > 0 && run(x, at, j) * rise(links[at], at) >= run(x, links[at], at) * rise(at, j) {
            at = links[at];
        }
        links[j] = at;
    }
    links
}

/// For each row the vertex after it on the concave majorant of the rows from it on.
pub(crate) fn majorant_links(x: &[f64]) -> Vec<usize> {
    let last = x.len() - 1;
    let mut links = vec![last; x.len()];
    for j in (0..last).rev() {
        let mut at = j + 1;
        while at < last && run(x, j, at) * rise(at, links[at]) >= run(x, at, links[at]) * rise(j, at) {
            at = links[at];
        }
        links[j] = at;
    }
    links
}

fn run(x: &[f64], from: usize, to: usize) -> f64 {
    x[to] - x[from]
}

fn rise(from: usize, to: usize) -> f64 {
    to as f64 - from as f64
}

/// The vertices from `from` to `to` along the links.
pub(crate) fn chain(links: &[usize], from: usize, to: usize) -> Vec<usize> {
    let mut vertices = vec![from];
    let mut at = from;
    while at != to {
        at = links[at];
        vertices.push(at);
    }
    vertices
}

/// Where the majorant is highest above the minorant.
struct Widest {
    gap: f64,
    /// The position in the minorant of the end of the modal interval on its side.
    below: usize,
    /// The same in the majorant.
    above: usize,
}

/// Walks over the vertices of both from left to right. `below` is the minorant from right to left, `above`
/// the majorant from left to right, with the same two ends.
fn widest(x: &[f64], below: &[usize], above: &[usize]) -> Widest {
    let (mut ix, mut iv) = (below.len() - 1, 0);
    let mut widest = Widest { gap: 0.0, below: ix, above: above.len() - 1 };
    if below.len() == 2 && above.len() == 2 {
        return Widest { gap: 1.0, ..widest };
    }
    ix -= 1;
    iv += 1;
    loop {
        let (low, high) = (below[ix], above[iv]);
        let found = if low > high {
            // A vertex of the majorant over an edge of the minorant.
            let gap = rise(below[ix + 1], high) + 1.0 - line(x, below[ix + 1], high, low);
            iv += 1;
            Widest { gap, below: ix + 1, above: iv - 1 }
        } else {
            let gap = line(x, above[iv - 1], low, high) + 1.0 - rise(above[iv - 1], low);
            let found = Widest { gap, below: ix, above: iv };
            ix = ix.saturating_sub(1);
            found
        };
        if found.gap >= widest.gap {
            widest = found;
        }
        iv = iv.min(above.len() - 1);
        if below[ix] == above[iv] {
            return widest;
        }
    }
}

/// The height over row `from`, at `row`, of the line from there to row `to`; NaN, which is no maximum, where these
/// are equal. A quotient of differences, because the slope between the smallest numbers is infinite.
fn line(x: &[f64], from: usize, row: usize, to: usize) -> f64 {
    run(x, from, row) / run(x, from, to) * rise(from, to)
}

/// The most by which the steps exceed an edge of the minorant, at least one step.
fn excess(x: &[f64], from: usize, to: usize) -> f64 {
    edge_gap(x, from, to, |rows, line| rows + 1.0 - line)
}

/// The most by which the steps fall short of an edge of the majorant, at least one step.
fn shortfall(x: &[f64], from: usize, to: usize) -> f64 {
    edge_gap(x, from, to, |rows, line| line + 1.0 - rows)
}

fn edge_gap(x: &[f64], from: usize, to: usize, gap: impl Fn(f64, f64) -> f64) -> f64 {
    if to - from <= 1 || x[from] == x[to] {
        return 1.0;
    }
    (from..=to).map(|row| gap(rise(from, row), line(x, from, row, to))).fold(1.0, f64::max)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The highest convex function below the steps, at `row`: no chord of two rows around it is lower.
    fn minorant(x: &[f64], row: usize) -> f64 {
        let chord = |a: usize, b: usize| {
            let share = if x[a] == x[b] { 0.0 } else { run(x, a, row) / run(x, a, b) };
            a as f64 + share * rise(a, b)
        };
        let pairs = (0..=row).flat_map(|a| (row..x.len()).map(move |b| (a, b)));
        pairs.map(|(a, b)| chord(a, b)).fold(f64::INFINITY, f64::min)
    }

    proptest! {
        #[test]
        fn the_vertices_are_those_of_the_minorant_and_the_majorant(values in prop::collection::vec(0_i32..30, 2..25)) {
            let mut x: Vec<f64> = values.iter().map(|v| f64::from(*v)).collect();
            x.sort_by(f64::total_cmp);
            x.dedup();
            let last = x.len() - 1;
            let turned: Vec<f64> = x.iter().rev().map(|v| -v).collect();
            let below = chain(&minorant_links(&x), last, 0);
            let above = chain(&majorant_links(&x), 0, last);
            for row in 0..x.len() {
                let is_vertex = (minorant(&x, row) - row as f64).abs() < 1e-9;
                prop_assert!(is_vertex || !below.contains(&row), "{:?} {:?}", x, below);
                let is_vertex = (minorant(&turned, last - row) - (last - row) as f64).abs() < 1e-9;
                prop_assert!(is_vertex || !above.contains(&row), "{:?} {:?}", x, above);
            }
            for (vertices, ascending) in [(below, false), (above, true)] {
                let steps: Vec<f64> = vertices.windows(2).map(|v| rise(v[0], v[1]) / run(&x, v[0], v[1])).collect();
                prop_assert!(steps.is_sorted_by(|a, b| a > b), "{:?} {} {:?}", x, ascending, steps);
            }
        }
    }
}
