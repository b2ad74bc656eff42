//! Small pictures as SVG. They hold numbers of ours only, no text of the table's.

use std::fmt::Write as _;

use segctl_segmentation::exploration::{Density, NumberProfile};

/// Units of the pictures; the page scales them.
const WIDTH: f64 = 300.0;
const HEIGHT: f64 = 90.0;

/// A coordinate with one digit after the point.
fn at(value: f64) -> String {
    let text = format!("{value:.1}");
    text.strip_suffix(".0").map_or_else(|| text.clone(), str::to_owned)
}

/// Counts as bars of equal width.
pub(super) fn bars(counts: &[u64]) -> String {
    let edges: Vec<f64> = (0..=counts.len()).map(|i| i as f64).collect();
    let mut svg = open(HEIGHT);
    push_bars(&mut svg, &edges, counts);
    svg + "</svg>"
}

/// The histogram, and Tukey's boxplot on the same scale below it.
pub(super) fn histogram(numbers: &NumberProfile) -> String {
    let (edges, counts) = (&numbers.histogram.edges, &numbers.histogram.counts);
    let mut svg = open(HEIGHT + 24.0);
    push_bars(&mut svg, edges, counts);
    let (Some(&low), Some(&high)) = (edges.first(), edges.last()) else { return svg + "</svg>" };
    let x = |value: f64| at(((value - low) / (high - low)).clamp(0.0, 1.0) * WIDTH);
    let stats = &numbers.boxplot;
    let (left, q1, median, q3, right) =
        (x(stats.lower_whisker), x(stats.q1), x(stats.median), x(stats.q3), x(stats.upper_whisker));
    let (top, middle, bottom) = (HEIGHT + 8.0, HEIGHT + 15.0, HEIGHT + 22.0);
    let _ = write!(
        svg,
        "<path class=\"whisker\" d=\"M{left} {middle}H{q1}M{q3} {middle}H{right}\"/>\
         <path class=\"box\" d=\"M{q1} {top}H{q3}V{bottom}H{q1}Z\"/><path class=\"median\" d=\"M{median} {top}V{bottom}\"/>"
    );
    for (is_there, end) in [(stats.n_outliers_low > 0, stats.min), (stats.n_outliers_high > 0, stats.max)] {
        if is_there {
            let _ = write!(svg, "<path class=\"far\" d=\"M{} {middle}h0\"/>", x(end));
        }
    }
    svg + "</svg>"
}

fn open(height: f64) -> String {
    format!(
        "<svg viewBox=\"-2 0 {} {}\" preserveAspectRatio=\"none\" aria-hidden=\"true\">",
        WIDTH + 4.0,
        at(height + 1.0)
    )
}

/// One path for all bars: hundreds of columns have thousands.
fn push_bars(svg: &mut String, edges: &[f64], counts: &[u64]) {
    let (Some(&low), Some(&high)) = (edges.first(), edges.last()) else { return };
    let most = counts.iter().copied().max().unwrap_or(0).max(1) as f64;
    let x = |value: f64| (value - low) / (high - low) * WIDTH;
    svg.push_str("<path class=\"bars\" d=\"");
    for (pair, &count) in edges.windows(2).zip(counts).filter(|(_, count)| **count > 0) {
        // A single row is seen, too.
        let height = (count as f64 / most * HEIGHT).max(1.0);
        let (left, right) = (x(pair[0]), x(pair[1]));
        let _ = write!(svg, "M{} {}V{}H{}V{}Z", at(left), at(HEIGHT), at(HEIGHT - height), at(right), at(HEIGHT));
    }
    svg.push_str("\"/>");
}

/// Points in a square, each axis between its own least and greatest value.
pub(super) fn points(points: impl Iterator<Item = [f64; 2]> + Clone, side: f64) -> String {
    let ends = |axis: usize| {
        let values = points.clone().map(move |point| point[axis]);
        let (low, high) = values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(v), high.max(v)));
        (low, if high > low { high - low } else { 1.0 })
    };
    let ((x_low, x_span), (y_low, y_span)) = (ends(0), ends(1));
    let inner = side - 8.0;
    let mut path = String::new();
    for [x, y] in points {
        let (x, y) = (4.0 + (x - x_low) / x_span * inner, side - 4.0 - (y - y_low) / y_span * inner);
        let _ = write!(path, "M{} {}h0", at(x), at(y));
    }
    format!("<path class=\"points\" d=\"{path}\"/>")
}

/// The cells of a density, darker where more rows are; the scale is that of the root of the counts.
pub(super) fn density(density: &Density, side: f64) -> String {
    let n = density.x_edges.len().saturating_sub(1).max(1);
    let rows = density.y_edges.len().saturating_sub(1).max(1);
    let most = density.counts.iter().copied().max().unwrap_or(0).max(1) as f64;
    let (width, height) = (side / n as f64, side / rows as f64);
    // Five shades, each one path.
    let mut shades = vec![String::new(); 5];
    for (cell, &count) in density.counts.iter().enumerate().filter(|(_, count)| **count > 0) {
        let shade = (((count as f64 / most).sqrt() * 5.0).ceil() as usize).clamp(1, 5) - 1;
        let (x, y) = ((cell % n) as f64 * width, side - (cell / n + 1) as f64 * height);
        let (right, bottom) = (at(x + width), at(y + height));
        let _ = write!(shades[shade], "M{} {}H{right}V{bottom}H{}Z", at(x), at(y), at(x));
    }
    let shade = |(i, path): (usize, &String)| format!("<path class=\"shade-{i}\" d=\"{path}\"/>");
    shades.iter().enumerate().map(shade).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_are_as_high_as_their_counts() {
        let found = bars(&[0, 5, 10]);
        assert!(found.contains("M100 90V45H200V90Z") && found.contains("M200 90V0H300V90Z"), "{found}");
        assert!(!found.contains("M0 90"), "an empty bin has no bar");
    }

    #[test]
    fn points_lie_in_their_square_even_where_they_are_all_alike() {
        let found = points([[1.0, 2.0], [3.0, 2.0]].into_iter(), 100.0);
        assert_eq!(found, "<path class=\"points\" d=\"M4 96h0M96 96h0\"/>");
    }
}
