use segctl_segmentation::exploration::{Association, GroupBox, GroupedNumbers, PairPlot, Pairs, ScatterPair};

use super::svg;
use crate::format::{count, number, score, shortened};
use crate::palette::tint;
use crate::view::{Breakable, css_percent};

/// Columns of a matrix whose cells hold their number.
const LEGIBLE: usize = 16;

/// Units of a square picture.
const SIDE: f64 = 160.0;

/// How columns go together.
pub(super) struct MatrixView {
    pub(super) title: &'static str,
    pub(super) about: &'static str,
    pub(super) left_out: usize,
    pub(super) columns: Vec<Breakable>,
    pub(super) rows: Vec<MatrixRow>,
    /// Whether cells hold their numbers.
    pub(super) is_legible: bool,
}

/// One column with all others.
pub(super) struct MatrixRow {
    pub(super) name: Breakable,
    pub(super) cells: Vec<Cell>,
}

/// One pair.
pub(super) struct Cell {
    pub(super) value: String,
    pub(super) tint: String,
    pub(super) title: String,
}

/// The matrices that there are.
pub(super) fn matrices(pairs: &Pairs) -> Vec<MatrixView> {
    let about = [
        (
            &pairs.spearman,
            "Spearman’s rank correlation",
            "From −1 to 1: whether one column rises as the other does, by any steady curve.",
        ),
        (
            &pairs.pearson,
            "Pearson’s correlation",
            "From −1 to 1: how nearly one column is a straight line of the other.",
        ),
        (
            &pairs.cramers_v,
            "Cramér’s V of categories",
            "From 0 to 1: how far one category tells the other (bias corrected).",
        ),
    ];
    about.into_iter().filter_map(|(found, title, about)| Some(matrix(found.as_ref()?, title, about))).collect()
}

fn matrix(found: &Association, title: &'static str, about: &'static str) -> MatrixView {
    let d = found.columns.len();
    let cell = |i: usize, j: usize| {
        let value = found.get(i, j).unwrap_or(f64::NAN);
        let n = found.n.get(i * d + j).copied().unwrap_or(0);
        let (a, b) = (&found.columns[i], &found.columns[j]);
        Cell {
            value: score(value),
            // The tint is made for standard deviations: 1 is a strong one.
            tint: tint(2.0 * value),
            title: format!("{} and {}: {} over {} rows", shortened(a, 60), shortened(b, 60), score(value), count(n)),
        }
    };
    let row =
        |i: usize| MatrixRow { name: Breakable::new(&found.columns[i]), cells: (0..d).map(|j| cell(i, j)).collect() };
    MatrixView {
        title,
        about,
        left_out: found.n_left_out,
        columns: found.columns.iter().map(|name| Breakable::new(name)).collect(),
        rows: (0..d).map(row).collect(),
        is_legible: d <= LEGIBLE,
    }
}

/// Two columns of numbers.
pub(super) struct ScatterView {
    pub(super) x: Breakable,
    pub(super) y: Breakable,
    pub(super) caption: String,
    /// SVG of ours, which holds numbers only.
    pub(super) picture: String,
}

impl ScatterView {
    pub(super) fn new(pair: &ScatterPair) -> Self {
        let of = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), score);
        let (what, drawn) = match &pair.density {
            Some(density) => {
                let ends = |edges: &[f64]| match (edges.first(), edges.last()) {
                    (Some(first), Some(last)) => format!("{} to {}", number(*first), number(*last)),
                    _ => String::new(),
                };
                let outside = match density.n_outside {
                    0 => String::new(),
                    n => format!("; {} outside", count(n)),
                };
                let area = format!("{} across, {} up{outside}", ends(&density.x_edges), ends(&density.y_edges));
                (area, svg::density(density, SIDE))
            }
            None => ("some of the rows".to_owned(), svg::points(pair.points.iter().copied(), SIDE)),
        };
        Self {
            x: Breakable::new(&pair.x),
            y: Breakable::new(&pair.y),
            caption: format!(
                "Spearman {}, Pearson {} over {} rows; {what}.",
                of(pair.spearman),
                of(pair.pearson),
                count(pair.n)
            ),
            picture: square(&drawn),
        }
    }
}

fn square(drawn: &str) -> String {
    format!("<svg viewBox=\"0 0 {SIDE} {SIDE}\" aria-hidden=\"true\">{drawn}</svg>")
}

/// The most telling columns against each other.
pub(super) struct PairPlotView {
    pub(super) rows: Vec<PairPlotRow>,
}

/// One column against all: nothing where it meets itself.
pub(super) struct PairPlotRow {
    pub(super) name: Breakable,
    pub(super) cells: Vec<Option<String>>,
}

impl PairPlotView {
    pub(super) fn new(plot: &PairPlot) -> Self {
        let d = plot.columns.len();
        let picture = |i: usize, j: usize| {
            let both = plot.values[j].iter().zip(&plot.values[i]);
            let points = both.filter_map(|(x, y)| Some([(*x)?, (*y)?]));
            (i != j).then(|| square(&svg::points(points, SIDE)))
        };
        let row = |i: usize| PairPlotRow {
            name: Breakable::new(&plot.columns[i]),
            cells: (0..d).map(|j| picture(i, j)).collect(),
        };
        Self { rows: (0..d).map(row).collect() }
    }
}

/// Numbers by the groups of another column.
pub(super) struct GroupView {
    pub(super) numbers: Breakable,
    pub(super) groups: Breakable,
    pub(super) eta: String,
    pub(super) boxes: Vec<BoxView>,
}

/// The numbers of one group.
pub(super) struct BoxView {
    pub(super) level: String,
    pub(super) n: String,
    pub(super) median: String,
    /// From the least 5 % to the greatest, the box between the quartiles, as CSS takes them.
    pub(super) from: String,
    pub(super) span: String,
    pub(super) box_from: String,
    pub(super) box_span: String,
    pub(super) at: String,
}

impl GroupView {
    pub(super) fn new(found: &GroupedNumbers) -> Self {
        let ends = |at: usize| found.boxes.iter().map(move |group| group.quantiles[at]);
        let low = ends(0).fold(f64::INFINITY, f64::min);
        let high = ends(4).fold(f64::NEG_INFINITY, f64::max);
        let place = |value: f64| if high > low { (value - low) / (high - low) } else { 0.5 };
        let view = |group: &GroupBox| {
            let [first, q1, median, q3, last] = group.quantiles.map(place);
            BoxView {
                level: if group.level.trim().is_empty() { "(blank)".into() } else { shortened(&group.level, 40) },
                n: count(group.n),
                median: number(group.quantiles[2]),
                from: css_percent(first),
                span: css_percent(last - first),
                box_from: css_percent(q1),
                box_span: css_percent(q3 - q1),
                at: css_percent(median),
            }
        };
        Self {
            numbers: Breakable::new(&found.numbers),
            groups: Breakable::new(&found.groups),
            eta: score(found.eta),
            boxes: found.boxes.iter().map(view).collect(),
        }
    }
}
