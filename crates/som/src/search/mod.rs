//! Which unit is nearest to each row.

pub(crate) mod coarse;
pub(crate) mod forms;
pub(crate) mod tiles;

use std::ops::Range;

use segctl_numeric::distance::{Metric, TwoNearest, squared_euclidean, two_nearest_of};
use segctl_numeric::par::map_chunks;
use segctl_numeric::{Matrix, MatrixView};

use self::coarse::{Coarse, CoarseUnits, IN_DOUBT};
use self::forms::{Form, with_form};
use self::tiles::{Column, Row, Tiles};
use crate::check::Known;

/// Rows whose winners are searched for at once, past the coarse search.
const ROWS: usize = 512;

/// The unit nearest to a row, the first of equals.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Winner {
    pub(crate) unit: u32,
    pub(crate) distance: f64,
}

/// The nearest and the second nearest unit of a row.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Two {
    pub(crate) unit: u32,
    pub(crate) distance: f64,
    pub(crate) second: u32,
    pub(crate) second_distance: f64,
}

/// Rows to be searched for again and again.
pub(crate) struct Rows<'a> {
    pub(crate) x: MatrixView<'a>,
    metric: Metric,
    known: Known,
    coarse: Option<Coarse>,
}

/// A codebook made ready for one pass over the rows.
pub(crate) struct Units<'a> {
    codebook: &'a Matrix,
    coarse: Option<CoarseUnits>,
    tiles: Option<Tiles>,
}

impl<'a> Rows<'a> {
    /// `coarsely` allows a first look in single precision, which never changes a winner.
    pub(crate) fn new(x: MatrixView<'a>, metric: Metric, known: Known, coarsely: bool) -> Self {
        let coarse = if coarsely && is_euclidean(metric) { Coarse::new(x, column_means(x)) } else { None };
        Self { x, metric, known, coarse }
    }

    pub(crate) fn units<'c>(&self, codebook: &'c Matrix) -> Units<'c> {
        Units {
            codebook,
            coarse: self.coarse.as_ref().and_then(|coarse| coarse.units(codebook)),
            tiles: needs_tiles(self.metric, self.known).then(|| Tiles::new(codebook.view())),
        }
    }

    /// The winners of a range of rows that starts at a whole tile; serial.
    pub(crate) fn winners(&self, range: Range<usize>, units: &Units<'_>) -> Vec<Winner> {
        let mut proved = vec![IN_DOUBT; range.len()];
        if let (Some(coarse), Some(units)) = (&self.coarse, &units.coarse) {
            coarse.winners(range.start, units, &mut proved);
        }
        let mut found: Vec<Winner> = proved.iter().map(|&unit| Winner { unit, distance: 0.0 }).collect();
        let doubtful = range.clone().filter(|i| proved[i - range.start] == IN_DOUBT);
        let nearest = |two: &TwoNearest| Winner { unit: two.index, distance: 0.0 };
        let masked = |two: Two| Winner { unit: two.unit, distance: two.distance };
        let masked_rows = self.settle(doubtful, units, |i, two| found[i - range.start] = nearest(two));
        for (i, winner) in range.clone().zip(&mut found) {
            winner.distance = if winner.unit == IN_DOUBT { 0.0 } else { self.distance(i, winner.unit, units.codebook) };
        }
        masked_rows.into_iter().for_each(|(i, two)| found[i - range.start] = masked(two));
        found
    }

    /// Hands the nearest units of complete rows to `put`, and returns those of the others, whose
    /// distances are over what is known, or in a metric that has no faster way.
    fn settle(
        &self,
        rows: impl Iterator<Item = usize>,
        units: &Units<'_>,
        mut put: impl FnMut(usize, &TwoNearest),
    ) -> Vec<(usize, Two)> {
        let by_tiles = |&i: &usize| {
            units.tiles.is_some() && (!is_euclidean(self.metric) || self.x.row(i).iter().any(|value| value.is_nan()))
        };
        let (slow, plain): (Vec<usize>, Vec<usize>) = rows.partition(by_tiles);
        let mut nearest = [TwoNearest::default(); ROWS];
        for rows in plain.chunks(ROWS) {
            two_nearest_of(self.x, rows, units.codebook.view(), &mut nearest[..rows.len()]);
            rows.iter().zip(&nearest).for_each(|(&i, nearest)| put(i, nearest));
        }
        let Some(tiles) = &units.tiles else { return vec![] };
        let mut room = Room::new(tiles);
        slow.into_iter().map(|i| (i, with_form!(self.metric, F => room.two::<F>(tiles, self.x.row(i))))).collect()
    }

    fn distance(&self, row: usize, unit: u32, codebook: &Matrix) -> f64 {
        rooted(self.metric, squared_euclidean(self.x.row(row), codebook.row(unit as usize)))
    }

    /// The two nearest units of a range of rows that starts at a whole tile; serial.
    fn two_nearest(&self, range: Range<usize>, units: &Units<'_>) -> Vec<Two> {
        let mut proved = vec![[IN_DOUBT; 2]; range.len()];
        if let (Some(coarse), Some(units)) = (&self.coarse, &units.coarse) {
            coarse.two_nearest(range.start, units, &mut proved);
        }
        let squared = |i: usize, unit: u32| in_order(self.x.row(i), units.codebook.row(unit as usize));
        let of = |i: usize, [unit, second]: [u32; 2]| Two {
            unit,
            distance: rooted(self.metric, squared(i, unit)),
            second,
            second_distance: rooted(self.metric, squared(i, second)),
        };
        let none = Two { unit: IN_DOUBT, distance: 0.0, second: IN_DOUBT, second_distance: 0.0 };
        let is_proved = |both: [u32; 2]| both[0] != IN_DOUBT;
        let mut found: Vec<Two> =
            range.clone().zip(&proved).map(|(i, &both)| if is_proved(both) { of(i, both) } else { none }).collect();
        let doubtful = range.clone().filter(|i| !is_proved(proved[i - range.start]));
        let slow = self.settle(doubtful, units, |i, nearest| {
            found[i - range.start] = Two {
                unit: nearest.index,
                distance: rooted(self.metric, nearest.squared),
                second: nearest.second,
                second_distance: rooted(self.metric, nearest.second_squared),
            };
        });
        slow.into_iter().for_each(|(i, two)| found[i - range.start] = two);
        found
    }
}

fn needs_tiles(metric: Metric, known: Known) -> bool {
    known == Known::Some || !is_euclidean(metric)
}

fn rooted(metric: Metric, squared: f64) -> f64 {
    if metric == Metric::SquaredEuclidean { squared } else { squared.sqrt() }
}

/// With fewer comparisons of a row and a unit, single precision saves less than its making costs.
pub(crate) const WORTH_COARSE: usize = 1 << 12;

/// The two nearest units of each row. The distances of a row depend neither on the other rows nor on how its
/// units were found.
pub(crate) fn two_nearest_units(x: MatrixView<'_>, codebook: &Matrix, metric: Metric, known: Known) -> Vec<Two> {
    let worth = codebook.n_rows() > 1 && x.n_rows() * codebook.n_rows() >= WORTH_COARSE;
    let rows = Rows::new(x, metric, known, worth);
    let units = rows.units(codebook);
    map_chunks(x.n_rows(), ROWS, |range| rows.two_nearest(range, &units)).concat()
}

/// The squared distance, summed as [`two_nearest_of`] does.
fn in_order(x: &[f64], unit: &[f64]) -> f64 {
    x.iter().zip(unit).fold(0.0, |sum, (x, w)| sum + (x - w) * (x - w))
}

/// Room for what one row and all units are compared by.
pub(crate) struct Room {
    compared: Vec<Column>,
    known: Vec<u32>,
    n_units: usize,
}

impl Room {
    fn new(tiles: &Tiles) -> Self {
        Self { compared: tiles.lanes(), known: vec![], n_units: tiles.n_units() }
    }

    fn two<F: Form>(&mut self, tiles: &Tiles, values: &[f64]) -> Two {
        let row = Row::new(values, &mut self.known);
        tiles.compare::<F>(row, &mut self.compared);
        let all = self.compared.iter().flat_map(|column| column.0).take(self.n_units);
        let (mut first, mut second) = ((0, f64::INFINITY), (TwoNearest::NONE, f64::INFINITY));
        for (unit, compared) in (0..).zip(all) {
            if unit == 0 || compared < first.1 {
                if unit > 0 {
                    second = first;
                }
                first = (unit, compared);
            } else if compared < second.1 {
                second = (unit, compared);
            }
        }
        let of = |compared: f64| if compared.is_finite() { F::distance(compared, row.facts) } else { f64::INFINITY };
        Two { unit: first.0, distance: of(first.1), second: second.0, second_distance: of(second.1) }
    }
}

pub(crate) fn is_euclidean(metric: Metric) -> bool {
    matches!(metric, Metric::Euclidean | Metric::SquaredEuclidean)
}

/// The mean of each column, by sums over chunks in order; of what is known where something is missing.
pub(crate) fn column_means(x: MatrixView<'_>) -> Vec<f64> {
    let parts = map_chunks(x.n_rows(), ROWS, |range| {
        let mut sums = vec![(0.0, 0_usize); x.n_cols()];
        for row in x.rows_range(range).rows() {
            for (sum, value) in sums.iter_mut().zip(row).filter(|(_, value)| !value.is_nan()) {
                *sum = (sum.0 + value, sum.1 + 1);
            }
        }
        sums
    });
    let total = |j: usize| parts.iter().fold((0.0, 0), |sum, part| (sum.0 + part[j].0, sum.1 + part[j].1));
    (0..x.n_cols()).map(total).map(|(sum, n)| sum / (n.max(1)) as f64).collect()
}
