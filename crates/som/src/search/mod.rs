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
        let fits = coarsely && is_euclidean(metric) && known == Known::All;
        let coarse = if fits { Coarse::new(x, column_means(x)) } else { None };
        Self { x, metric, known, coarse }
    }

    pub(crate) fn units<'c>(&self, codebook: &'c Matrix) -> Units<'c> {
        let plain = is_euclidean(self.metric) && self.known == Known::All;
        Units {
            codebook,
            coarse: self.coarse.as_ref().and_then(|coarse| coarse.units(codebook)),
            tiles: (!plain).then(|| Tiles::new(codebook.view())),
        }
    }

    /// The winners of a range of rows that starts at a whole tile; serial.
    pub(crate) fn winners(&self, range: Range<usize>, units: &Units<'_>) -> Vec<Winner> {
        if let Some(tiles) = &units.tiles {
            let mut room = Room::new(tiles);
            return range.map(|i| with_form!(self.metric, F => room.winner::<F>(tiles, self.x.row(i)))).collect();
        }
        let mut found = vec![IN_DOUBT; range.len()];
        if let (Some(coarse), Some(units)) = (&self.coarse, &units.coarse) {
            coarse.winners(range.start, units, &mut found);
        }
        let doubtful: Vec<usize> = range.clone().filter(|i| found[i - range.start] == IN_DOUBT).collect();
        let mut nearest = [TwoNearest::default(); ROWS];
        for rows in doubtful.chunks(ROWS) {
            two_nearest_of(self.x, rows, units.codebook.view(), &mut nearest[..rows.len()]);
            rows.iter().zip(&nearest).for_each(|(i, nearest)| found[i - range.start] = nearest.index);
        }
        range.zip(found).map(|(i, unit)| self.won(i, unit, units.codebook)).collect()
    }

    fn won(&self, row: usize, unit: u32, codebook: &Matrix) -> Winner {
        let squared = squared_euclidean(self.x.row(row), codebook.row(unit as usize));
        let distance = if self.metric == Metric::SquaredEuclidean { squared } else { squared.sqrt() };
        Winner { unit, distance }
    }
}

/// With fewer comparisons of a row and a unit, single precision saves less than its making costs.
pub(crate) const WORTH_COARSE: usize = 1 << 12;

/// The two nearest units of each row. The distances of a row depend neither on the other rows nor on how its
/// units were found.
pub(crate) fn two_nearest_units(x: MatrixView<'_>, codebook: &Matrix, metric: Metric, known: Known) -> Vec<Two> {
    if is_euclidean(metric) && known == Known::All {
        let worth = codebook.n_rows() > 1 && x.n_rows() * codebook.n_rows() >= WORTH_COARSE;
        let coarse = if worth { Coarse::new(x, column_means(x)) } else { None };
        let ready = coarse.as_ref().and_then(|coarse| Some((coarse, coarse.units(codebook)?)));
        let of_chunk = |range: Range<usize>| two_euclidean(x, codebook, metric, ready.as_ref(), range);
        return map_chunks(x.n_rows(), ROWS, of_chunk).concat();
    }
    let tiles = Tiles::new(codebook.view());
    let of_chunk = |range: Range<usize>| {
        let mut room = Room::new(&tiles);
        range.map(|i| with_form!(metric, F => room.two::<F>(&tiles, x.row(i)))).collect::<Vec<Two>>()
    };
    map_chunks(x.n_rows(), ROWS, of_chunk).concat()
}

fn two_euclidean(
    x: MatrixView<'_>,
    codebook: &Matrix,
    metric: Metric,
    ready: Option<&(&Coarse, CoarseUnits)>,
    range: Range<usize>,
) -> Vec<Two> {
    let mut proved = [[IN_DOUBT; 2]; ROWS];
    let proved = &mut proved[..range.len()];
    if let Some((coarse, units)) = ready {
        coarse.two_nearest(range.start, units, proved);
    }
    let doubtful: Vec<usize> = range.clone().filter(|i| proved[i - range.start][0] == IN_DOUBT).collect();
    let mut nearest = [TwoNearest::default(); ROWS];
    two_nearest_of(x, &doubtful, codebook.view(), &mut nearest[..doubtful.len()]);
    let mut slow = nearest.iter();
    let mut found = Vec::with_capacity(range.len());
    for (i, &[unit, second]) in range.zip(proved.iter()) {
        let next = if unit == IN_DOUBT { slow.next().copied() } else { None };
        let squared = |unit: u32| in_order(x.row(i), codebook.row(unit as usize));
        found.push(next.unwrap_or_else(|| TwoNearest {
            index: unit,
            second,
            squared: squared(unit),
            second_squared: squared(second),
        }));
    }
    let rooted = |squared: f64| if metric == Metric::SquaredEuclidean { squared } else { squared.sqrt() };
    let two = |n: TwoNearest| Two {
        unit: n.index,
        distance: rooted(n.squared),
        second: n.second,
        second_distance: rooted(n.second_squared),
    };
    found.into_iter().map(two).collect()
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

    fn winner<F: Form>(&mut self, tiles: &Tiles, values: &[f64]) -> Winner {
        let two = self.two::<F>(tiles, values);
        Winner { unit: two.unit, distance: two.distance }
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
