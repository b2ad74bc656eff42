//! A codebook kept so that lanes run over units, and one row against all of it.

use segctl_numeric::simd::{Kernel, LANES, dispatch};
use segctl_numeric::{Matrix, MatrixView};

use super::forms::{Facts, Form, Lanes};

/// Tiles of units evaluated together: enough sums to hide the latency of an addition.
const BLOCK: usize = 4;

/// One feature of eight units, on a cache line of its own.
#[derive(Debug, Clone, Copy, PartialEq)]
#[repr(align(64))]
pub(crate) struct Column(pub(crate) Lanes);

/// A codebook, eight units by eight.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Tiles {
    /// Tile by tile, feature by feature.
    columns: Vec<Column>,
    n_units: usize,
    n_features: usize,
}

/// A row and what is known of it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Row<'a> {
    pub(crate) values: &'a [f64],
    /// The known features, ascending; `None` where all are known.
    pub(crate) known: Option<&'a [u32]>,
    pub(crate) facts: Facts,
}

impl<'a> Row<'a> {
    /// A row whose known features are listed in `room` where one is missing.
    #[inline]
    pub(crate) fn new(values: &'a [f64], room: &'a mut Vec<u32>) -> Self {
        if values.iter().any(|value| value.is_nan()) {
            room.clear();
            room.extend((0..).zip(values).filter(|(_, value)| !value.is_nan()).map(|(j, _): (u32, _)| j));
            let length = room.iter().fold(0.0, |sum, &j| sum + values[j as usize] * values[j as usize]).sqrt();
            let stretch = values.len() as f64 / room.len() as f64;
            return Self { values, known: Some(room), facts: Facts { length, stretch } };
        }
        let length = values.iter().fold(0.0, |sum, value| sum + value * value).sqrt();
        Self { values, known: None, facts: Facts { length, stretch: 1.0 } }
    }
}

impl Tiles {
    pub(crate) fn new(codebook: MatrixView<'_>) -> Self {
        let (n_units, n_features) = (codebook.n_rows(), codebook.n_cols());
        let mut tiles = Self { columns: vec![], n_units, n_features };
        tiles.columns = vec![Column([0.0; LANES]); tiles.n_tiles() * n_features];
        for (unit, row) in codebook.rows().enumerate() {
            for (column, &value) in tiles.columns[unit / LANES * n_features..].iter_mut().zip(row) {
                column.0[unit % LANES] = value;
            }
        }
        tiles
    }

    pub(crate) fn n_units(&self) -> usize {
        self.n_units
    }

    /// A zero per lane of each tile.
    pub(crate) fn lanes(&self) -> Vec<Column> {
        vec![Column([0.0; LANES]); self.n_tiles()]
    }

    pub(crate) fn n_tiles(&self) -> usize {
        self.n_units.div_ceil(LANES)
    }

    /// The codebook, unit by unit.
    pub(crate) fn to_codebook(&self) -> Matrix {
        let mut codebook = Matrix::zeros(self.n_units, self.n_features);
        for unit in 0..self.n_units {
            let columns = &self.columns[unit / LANES * self.n_features..];
            codebook.row_mut(unit).iter_mut().zip(columns).for_each(|(out, column)| *out = column.0[unit % LANES]);
        }
        codebook
    }

    /// What `row` and each unit are compared by; `out` has room for all lanes of all tiles, of which those
    /// past the last unit mean nothing.
    pub(crate) fn compare<F: Form>(&self, row: Row<'_>, out: &mut [Column]) {
        assert_eq!((row.values.len(), out.len()), (self.n_features, self.n_tiles()), "a row and a result per tile");
        dispatch(Compare::<F> { tiles: self, row, out, form: std::marker::PhantomData });
    }

    /// The distance of a row to each unit.
    pub(crate) fn distances<F: Form>(&self, values: &[f64]) -> Vec<f64> {
        let (mut room, mut out) = (vec![], self.lanes());
        let row = Row::new(values, &mut room);
        self.compare::<F>(row, &mut out);
        let all = out.iter().flat_map(|column| column.0).take(self.n_units);
        all.map(|compared| F::distance(compared, row.facts)).collect()
    }

    /// Moves the units by `learnt`, and finds the unit nearest to `next` where they then are: the first of
    /// the least, and what they are compared by.
    pub(crate) fn step<F: Form>(&mut self, learnt: Option<Learnt<'_>>, next: Row<'_>) -> (usize, f64) {
        assert_eq!(next.values.len(), self.n_features, "a row of the codebook's features");
        if let Some(learnt) = learnt {
            assert_eq!(learnt.row.values.len(), self.n_features, "a row of the codebook's features");
            assert_eq!(learnt.rates.len(), self.n_tiles(), "a rate per lane");
        }
        dispatch(Step::<F> { tiles: self, learnt, next, form: std::marker::PhantomData })
    }

    /// Moves the units by `learnt`.
    pub(crate) fn learn(&mut self, learnt: Learnt<'_>) {
        assert_eq!(learnt.row.values.len(), self.n_features, "a row of the codebook's features");
        assert_eq!(learnt.rates.len(), self.n_tiles(), "a rate per lane");
        for (tile, rates) in self.columns.chunks_exact_mut(self.n_features).zip(learnt.rates) {
            learn_tile(tile, learnt.row, rates);
        }
    }
}

/// A row that units move towards.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Learnt<'a> {
    pub(crate) row: Row<'a>,
    /// The share of the way that each unit goes; lanes past the last unit are 0.
    pub(crate) rates: &'a [Lanes],
}

#[inline(always)]
fn moved(w: &Lanes, x: f64, rates: &Lanes) -> Lanes {
    std::array::from_fn(|l| w[l] + rates[l] * (x - w[l]))
}

#[inline(always)]
fn learn_tile(tile: &mut [Column], row: Row<'_>, rates: &Lanes) {
    match row.known {
        None => {
            for (column, &x) in tile.iter_mut().zip(row.values) {
                *column = Column(moved(&column.0, x, rates));
            }
        }
        Some(known) => {
            for &j in known {
                let column = &mut tile[j as usize];
                *column = Column(moved(&column.0, row.values[j as usize], rates));
            }
        }
    }
}

/// The sums of `B` tiles.
#[inline(always)]
fn sums<F: Form, const B: usize>(tiles: &[Column], d: usize, row: Row<'_>) -> [F::Sum; B] {
    let tiles: [&[Column]; B] = std::array::from_fn(|b| &tiles[b * d..(b + 1) * d]);
    let mut sums = [F::ZERO; B];
    match row.known {
        None => {
            for (j, &x) in row.values.iter().enumerate().take(d) {
                for b in 0..B {
                    sums[b] = F::add(sums[b], x, &tiles[b][j].0);
                }
            }
        }
        Some(known) => {
            for j in known.iter().map(|&j| j as usize) {
                for b in 0..B {
                    sums[b] = F::add(sums[b], row.values[j], &tiles[b][j].0);
                }
            }
        }
    }
    sums
}

struct Compare<'a, F> {
    tiles: &'a Tiles,
    row: Row<'a>,
    out: &'a mut [Column],
    form: std::marker::PhantomData<F>,
}

impl<F: Form> Kernel for Compare<'_, F> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let d = self.tiles.n_features;
        for (out, tiles) in self.out.chunks_mut(BLOCK).zip(self.tiles.columns.chunks(BLOCK * d)) {
            if out.len() == BLOCK {
                let sums = sums::<F, BLOCK>(tiles, d, self.row);
                out.iter_mut().zip(sums).for_each(|(out, sum)| *out = Column(F::compared(sum, self.row.facts)));
            } else {
                for (out, tile) in out.iter_mut().zip(tiles.chunks_exact(d)) {
                    let [sum] = sums::<F, 1>(tile, d, self.row);
                    *out = Column(F::compared(sum, self.row.facts));
                }
            }
        }
    }
}

struct Step<'a, F> {
    tiles: &'a mut Tiles,
    learnt: Option<Learnt<'a>>,
    next: Row<'a>,
    form: std::marker::PhantomData<F>,
}

impl<F: Form> Kernel for Step<'_, F> {
    type Output = (usize, f64);

    #[inline(always)]
    fn run(self) -> (usize, f64) {
        let (d, n_units) = (self.tiles.n_features, self.tiles.n_units);
        let mut best = Best::new();
        for (at, tiles) in self.tiles.columns.chunks_mut(BLOCK * d).enumerate() {
            let first = at * BLOCK;
            if tiles.len() == BLOCK * d {
                let sums = learn_and_sum::<F, BLOCK>(tiles, d, first, self.learnt, self.next);
                for (tile, sum) in (first..).zip(sums) {
                    best = best.offered(tile, F::compared(sum, self.next.facts), n_units);
                }
            } else {
                for (tile, columns) in (first..).zip(tiles.chunks_exact_mut(d)) {
                    let [sum] = learn_and_sum::<F, 1>(columns, d, tile, self.learnt, self.next);
                    best = best.offered(tile, F::compared(sum, self.next.facts), n_units);
                }
            }
        }
        best.first_of_least()
    }
}

/// Moves `B` tiles, of which the first is tile `first` of all, and then sums them with the next row.
#[inline(always)]
fn learn_and_sum<F: Form, const B: usize>(
    tiles: &mut [Column],
    d: usize,
    first: usize,
    learnt: Option<Learnt<'_>>,
    next: Row<'_>,
) -> [F::Sum; B] {
    match learnt {
        Some(Learnt { row: Row { values, known: None, .. }, rates }) if next.known.is_none() => {
            fused::<F, B>(tiles, d, (values, &rates[first..]), next.values)
        }
        Some(learnt) => {
            for (tile, rates) in tiles.chunks_exact_mut(d).zip(&learnt.rates[first..]) {
                learn_tile(tile, learnt.row, rates);
            }
            sums::<F, B>(tiles, d, next)
        }
        None => sums::<F, B>(tiles, d, next),
    }
}

/// Both at once for complete rows: each place is read once. (Of a loop that only moves, the compiler makes
/// gathers and scatters over the features.)
#[inline(always)]
fn fused<F: Form, const B: usize>(
    tiles: &mut [Column],
    d: usize,
    (learnt, rates): (&[f64], &[Lanes]),
    next: &[f64],
) -> [F::Sum; B] {
    let mut chunks = tiles.chunks_exact_mut(d);
    let tiles: [&mut [Column]; B] = std::array::from_fn(|_| chunks.next().expect("B tiles"));
    let rates: [Lanes; B] = std::array::from_fn(|b| rates[b]);
    let mut sums = [F::ZERO; B];
    for (j, (&from, &to)) in learnt.iter().zip(next).enumerate().take(d) {
        for b in 0..B {
            let place = moved(&tiles[b][j].0, from, &rates[b]);
            tiles[b][j] = Column(place);
            sums[b] = F::add(sums[b], to, &place);
        }
    }
    sums
}

/// The least so far in each lane, and the first tile that has it.
#[derive(Clone, Copy)]
struct Best {
    compared: Lanes,
    tile: [u64; LANES],
}

impl Best {
    #[inline(always)]
    fn new() -> Self {
        Self { compared: [f64::INFINITY; LANES], tile: [0; LANES] }
    }

    #[inline(always)]
    #[allow(clippy::needless_range_loop, reason = "the same lane of three arrays")]
    fn offered(mut self, tile: usize, mut compared: Lanes, n_units: usize) -> Self {
        if (tile + 1) * LANES > n_units {
            compared[n_units - tile * LANES..].fill(f64::INFINITY);
        }
        for l in 0..LANES {
            let nearer = compared[l] < self.compared[l];
            self.compared[l] = if nearer { compared[l] } else { self.compared[l] };
            self.tile[l] = if nearer { tile as u64 } else { self.tile[l] };
        }
        self
    }

    #[inline(always)]
    fn first_of_least(self) -> (usize, f64) {
        let mut best = (0, f64::INFINITY);
        for l in 0..LANES {
            let unit = self.tile[l] as usize * LANES + l;
            if self.compared[l] < best.1 || (self.compared[l] == best.1 && unit < best.0) {
                best = (unit, self.compared[l]);
            }
        }
        best
    }
}

#[cfg(test)]
mod tests {
    use std::marker::PhantomData;

    use segctl_numeric::distance::Metric;
    use segctl_numeric::simd::{available_levels, dispatch_with};

    use super::*;
    use crate::search::forms::with_form;

    fn wave(n: usize, d: usize, by: f64) -> Matrix {
        Matrix::new((0..n * d).map(|i| (i as f64 * by).sin()).collect(), n, d).unwrap()
    }

    fn learn(codebook: &Matrix, row: &[f64], rates: &[f64]) -> Matrix {
        let mut moved = codebook.clone();
        for (unit, rate) in (0..moved.n_rows()).zip(rates) {
            for (place, value) in moved.row_mut(unit).iter_mut().zip(row).filter(|(_, value)| !value.is_nan()) {
                *place += rate * (value - *place);
            }
        }
        moved
    }

    fn check<F: Form>(metric: Metric, codebook: &Matrix, last: &[f64], next: &[f64]) {
        let tiles = Tiles::new(codebook.view());
        assert_eq!(&tiles.to_codebook(), codebook);
        let rates: Vec<f64> = (0..tiles.n_tiles() * LANES).map(|unit| (unit as f64 * 0.3).cos()).collect();
        let expected = learn(codebook, last, &rates);
        let (mut room, mut last_room) = (vec![], vec![]);
        let (next, row) = (Row::new(next, &mut room), Row::new(last, &mut last_room));
        for level in available_levels() {
            let mut stepped = tiles.clone();
            let learnt = Some(Learnt { row, rates: rates.as_chunks().0 });
            let (unit, compared) =
                dispatch_with(level, Step::<F> { tiles: &mut stepped, learnt, next, form: PhantomData });
            assert_eq!(stepped.to_codebook(), expected, "{metric:?} {level:?}");
            let mut out = stepped.lanes();
            dispatch_with(level, Compare::<F> { tiles: &stepped, row: next, out: &mut out, form: PhantomData });
            let all: Vec<f64> = out.iter().flat_map(|column| column.0).take(codebook.n_rows()).collect();
            let least = all.iter().copied().fold(f64::INFINITY, f64::min);
            assert_eq!((unit, compared), (all.iter().position(|&value| value == least).unwrap(), least));
            if next.known.is_none() {
                for (unit, &compared) in all.iter().enumerate() {
                    let expected = metric.distance(next.values, expected.row(unit));
                    let found = F::distance(compared, next.facts);
                    assert!((found - expected).abs() < 1e-12, "{metric:?} {level:?} {found} for {expected}");
                }
            }
        }
    }

    #[test]
    fn every_level_learns_and_compares_alike() {
        for (n_units, d) in [(1, 1), (7, 3), (8, 4), (33, 17), (70, 9)] {
            let (codebook, rows) = (wave(n_units, d, 0.37), wave(2, d, 0.71));
            let mut holed = rows.row(0).to_vec();
            holed[0] = if d > 1 { f64::NAN } else { 0.5 };
            let metrics = [Metric::Euclidean, Metric::SquaredEuclidean, Metric::Manhattan, Metric::Chebyshev];
            for metric in metrics.into_iter().chain([Metric::Cosine]) {
                with_form!(metric, F => {
                    check::<F>(metric, &codebook, rows.row(0), rows.row(1));
                    check::<F>(metric, &codebook, &holed, rows.row(1));
                    check::<F>(metric, &codebook, rows.row(1), &holed);
                });
            }
        }
    }
}
