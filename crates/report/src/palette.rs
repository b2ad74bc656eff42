//! One colour and one shape per segment, the same in every card and picture.

/// How a segment is marked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Mark {
    /// Its colour.
    pub(crate) colour: &'static str,
    /// Its shape in plane pictures, by plotly's name.
    pub(crate) symbol: &'static str,
    /// Its shape in space, where plotly knows only a few.
    pub(crate) symbol_3d: &'static str,
    /// The same shape as an SVG path around the origin, 14 units across.
    pub(crate) path: &'static str,
}

/// The colours of Okabe & Ito (2008) that stand out on white, then Tol's muted scheme (2021)
/// where it adds hues; neighbours in the list differ in lightness too.
const COLOURS: [&str; 12] = [
    "#0072b2", "#e69f00", "#009e73", "#cc79a7", "#d55e00", "#56b4e9", "#332288", "#999933", "#882255", "#44aa99",
    "#661100", "#aa4499",
];

const SYMBOLS: [(&str, &str); 12] = [
    ("circle", "M-6 0a6 6 0 1 0 12 0a6 6 0 1 0-12 0z"),
    ("square", "M-5.3-5.3H5.3V5.3H-5.3z"),
    ("diamond", "M0-7L7 0L0 7L-7 0z"),
    ("triangle-up", "M0-6.5L6.5 5H-6.5z"),
    ("cross", "M-2.2-6.5H2.2V-2.2H6.5V2.2H2.2V6.5H-2.2V2.2H-6.5V-2.2H-2.2z"),
    ("x", "M-6-3.2L-3.2-6L0-2.8L3.2-6L6-3.2L2.8 0L6 3.2L3.2 6L0 2.8L-3.2 6L-6 3.2L-2.8 0z"),
    ("star", "M0-7L1.7-2.35L6.66-2.16L2.76.9L4.11 5.66L0 2.9L-4.11 5.66L-2.76.9L-6.66-2.16L-1.7-2.35z"),
    ("triangle-down", "M0 6.5L6.5-5H-6.5z"),
    ("pentagon", "M0-6.5L6.18-2.01L3.82 5.26H-3.82L-6.18-2.01z"),
    ("hourglass", "M-5.5-6H5.5L-5.5 6H5.5z"),
    ("hexagon", "M0-6.5L5.63-3.25V3.25L0 6.5L-5.63 3.25V-3.25z"),
    ("bowtie", "M-6-5.5V5.5L6-5.5V5.5z"),
];

/// plotly draws these from the reader's fonts in space; its crosses are missing from many.
const SYMBOLS_3D: [&str; 6] = ["circle", "square", "diamond", "circle-open", "square-open", "diamond-open"];

/// The shades of a describing column's values: Tol's light scheme, apart from the segments' colours.
const SHADES: [&str; 13] = [
    "#77aadd", "#ee8866", "#eedd88", "#ffaabb", "#99ddff", "#44bb99", "#bbcc33", "#aaaa00", "#c8b2e0", "#d9c3a5",
    "#a3c9a8", "#e0a3b8", "#dddddd",
];

/// The mark of segment `id`. Beyond twelve the colours come again, with other shapes.
pub(crate) fn mark(id: usize) -> Mark {
    let round = id / COLOURS.len();
    let (symbol, path) = SYMBOLS[(id + round) % SYMBOLS.len()];
    Mark { colour: COLOURS[id % COLOURS.len()], symbol, symbol_3d: SYMBOLS_3D[(id + round) % SYMBOLS_3D.len()], path }
}

/// The shade of the `i`-th value of a describing column.
pub(crate) fn shade(i: usize) -> &'static str {
    SHADES[i % SHADES.len()]
}

/// The background of a table cell: blue below the overall value, orange above, stronger with the
/// difference, which counts up to two standard deviations.
pub(crate) fn tint(difference: f64) -> String {
    if difference.is_nan() {
        return "transparent".into();
    }
    let strength = (difference.abs() / 2.0).min(1.0) * 0.55;
    let hue = if difference < 0.0 { "33,102,172" } else { "224,130,20" };
    format!("rgba({hue},{strength:.2})")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_of_two_dozen_segments_look_alike() {
        let mut marks: Vec<_> = (0..24).map(|id| (mark(id).colour, mark(id).symbol)).collect();
        marks.sort_unstable();
        marks.dedup();
        assert_eq!(marks.len(), 24);
    }

    #[test]
    fn tints_tell_the_direction_and_are_bounded() {
        assert_eq!(tint(-9.0), "rgba(33,102,172,0.55)");
        assert_eq!(tint(1.0), "rgba(224,130,20,0.28)");
        assert_eq!(tint(f64::NAN), "transparent");
    }
}
