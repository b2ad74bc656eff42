use segctl_segmentation::{Highlight, Segment};

use super::Breakable;
use super::header::css_percent;
use crate::format::{count, difference, number, percent, score};
use crate::palette::{Mark, mark};
use crate::quality::Structure;

/// Highlights that fit a card; the profile has the rest.
const HIGHLIGHTS: usize = 5;

/// Ids of customers that fit a line.
const IDS: usize = 3;

/// One segment, as somebody meets it first.
#[derive(Debug)]
pub(crate) struct Card {
    pub(crate) id: usize,
    pub(crate) name: String,
    pub(crate) mark: Mark,
    pub(crate) size: String,
    pub(crate) share: String,
    /// The share in percent, as CSS takes it.
    pub(crate) width: String,
    pub(crate) highlights: Vec<HighlightView>,
    /// `weakly (0.31)`; `None` with a single segment.
    pub(crate) cohesion: Option<String>,
    /// The share of customers nearer to another segment; `None` with a single segment.
    pub(crate) misfit: Option<String>,
    /// `stable (0.93)`: how well it comes back in resamples.
    pub(crate) stability: Option<String>,
    /// Ids of customers at its heart.
    pub(crate) typical: Vec<Breakable>,
    /// Ids of customers at its border.
    pub(crate) borderline: Vec<Breakable>,
}

/// What stands out, in original units.
#[derive(Debug)]
pub(crate) struct HighlightView {
    pub(crate) feature: String,
    pub(crate) is_high: bool,
    /// `median` or `mean`.
    pub(crate) statistic: &'static str,
    pub(crate) value: String,
    pub(crate) overall: String,
    pub(crate) difference: String,
}

impl Card {
    pub(crate) fn new(s: usize, segment: &Segment) -> Self {
        let structure = Structure::of(segment.silhouette);
        Self {
            id: segment.id,
            name: segment.name.clone(),
            mark: mark(s),
            size: count(segment.size),
            share: percent(segment.share),
            width: css_percent(segment.share),
            highlights: segment.highlights.iter().take(HIGHLIGHTS).map(highlight).collect(),
            cohesion: structure.map(|structure| format!("{} ({})", structure.cohesion(), score(segment.silhouette))),
            misfit: structure.map(|_| percent(segment.share_misfit)),
            typical: segment.typical.iter().take(IDS).map(|id| Breakable::new(id)).collect(),
            borderline: segment.borderline.iter().take(IDS).map(|id| Breakable::new(id)).collect(),
            stability: segment.stability.as_ref().map(|found| format!("{} ({})", found.verdict, score(found.jaccard))),
        }
    }
}

/// Medians, unless they read the same: then the difference lies in the tail, and means show it.
fn highlight(highlight: &Highlight) -> HighlightView {
    let medians = (number(highlight.median), number(highlight.overall_median));
    let (statistic, (value, overall)) = if medians.0 == medians.1 {
        ("mean", (number(highlight.mean), number(highlight.overall_mean)))
    } else {
        ("median", medians)
    };
    HighlightView {
        feature: highlight.feature.clone(),
        is_high: highlight.difference > 0.0,
        statistic,
        value,
        overall,
        difference: difference(highlight.difference),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn example(median: f64, overall_median: f64) -> HighlightView {
        let (mean, overall_mean) = (320.0, 90.0);
        let feature = "FEES".to_owned();
        highlight(&Highlight { feature, level: None, difference: 1.5, median, overall_median, mean, overall_mean })
    }

    #[test]
    fn means_speak_where_medians_are_alike() {
        assert_eq!((example(7.0, 0.0).statistic, example(7.0, 0.0).value.as_str()), ("median", "7"));
        assert_eq!((example(0.0, 0.0).statistic, example(0.0, 0.0).value.as_str()), ("mean", "320"));
    }
}
