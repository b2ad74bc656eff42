use segctl_segmentation::Distribution;
use serde::Serialize;

/// A histogram and the boxplot above it, in original units.
#[derive(Debug, Serialize)]
pub(super) struct DistributionData {
    /// Not rounded: neighbouring edges of a narrow feature far from zero would meet.
    edges: Vec<f64>,
    counts: Vec<u64>,
    /// Whether the counts span too much for a linear axis.
    log: bool,
    /// `None` where no value is present.
    boxplot: Option<BoxplotData>,
}

#[derive(Debug, Serialize)]
struct BoxplotData {
    min: f64,
    whisker_low: f64,
    q1: f64,
    median: f64,
    q3: f64,
    whisker_high: f64,
    max: f64,
    mean: f64,
}

/// The highest bar may be this many times the median bar before the axis turns logarithmic: on a
/// picture of 130 pixels the median bar is then hardly a pixel high.
const LINEAR_SPAN: u64 = 60;

pub(super) fn distribution(distribution: &Distribution) -> DistributionData {
    DistributionData {
        edges: distribution.edges.clone(),
        counts: distribution.counts.clone(),
        log: needs_log(&distribution.counts),
        boxplot: boxplot(distribution),
    }
}

fn needs_log(counts: &[u64]) -> bool {
    let mut bars: Vec<u64> = counts.iter().copied().filter(|&count| count > 0).collect();
    bars.sort_unstable();
    let median = bars.get(bars.len() / 2).copied().unwrap_or(0);
    bars.last().is_some_and(|&highest| highest / median.max(1) > LINEAR_SPAN)
}

fn boxplot(d: &Distribution) -> Option<BoxplotData> {
    let parts = [d.min, d.whisker_low, d.q1, d.median, d.q3, d.whisker_high, d.max];
    parts.iter().all(|part| part.is_finite()).then_some(BoxplotData {
        min: d.min,
        whisker_low: d.whisker_low,
        q1: d.q1,
        median: d.median,
        q3: d.q3,
        whisker_high: d.whisker_high,
        max: d.max,
        mean: d.mean,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tall_first_bar_asks_for_a_log_axis() {
        assert!(needs_log(&[8000, 300, 90, 40, 10, 3, 0, 1]));
        assert!(!needs_log(&[10, 200, 900, 1000, 850, 220, 15]));
        assert!(!needs_log(&[]));
        assert!(!needs_log(&[0, 500, 0]), "a single bar is its own median");
    }
}
