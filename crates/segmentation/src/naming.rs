//! Names for segments, made of what stands out.

use crate::outcome::{Correlation, Highlight};

/// Below this standardised difference a feature does not stand out (a medium effect, Cohen 1988).
const STANDS_OUT: f64 = 0.5;

/// Features correlated beyond this say the same thing twice in a name.
const SAME_STORY: f64 = 0.7;

/// Features in a name, unless more are needed to tell two segments apart.
const WORDS: usize = 2;

/// The name of a segment in which nothing stands out.
const AVERAGE: &str = "close to average";

/// One name per segment, all different. `highlights` holds each segment's features, strongest first.
pub(crate) fn name_segments(highlights: &[Vec<Highlight>], correlation: &Correlation) -> Vec<String> {
    let told: Vec<Vec<String>> = highlights.iter().map(|h| phrases(h, correlation)).collect();
    let most = told.iter().map(Vec::len).max().unwrap_or(0).max(WORDS);
    let mut names = Vec::new();
    for n_words in WORDS..=most {
        names = told.iter().map(|phrases| join(phrases, n_words)).collect();
        if (0..names.len()).all(|i| !names[..i].contains(&names[i])) {
            return names;
        }
    }
    number_repeats(&names)
}

fn join(phrases: &[String], n_words: usize) -> String {
    match phrases {
        [] => AVERAGE.to_owned(),
        _ => phrases[..n_words.min(phrases.len())].join(", "),
    }
}

/// `a, a, b` becomes `a (1), a (2), b`.
fn number_repeats(names: &[String]) -> Vec<String> {
    let numbered = |(i, name): (usize, &String)| {
        let n_same = names.iter().filter(|other| *other == name).count();
        let nth = names[..=i].iter().filter(|other| *other == name).count();
        if n_same == 1 { name.clone() } else { format!("{name} ({nth})") }
    };
    names.iter().enumerate().map(numbered).collect()
}

fn phrases(highlights: &[Highlight], correlation: &Correlation) -> Vec<String> {
    let mut told: Vec<&Highlight> = Vec::new();
    for highlight in highlights.iter().filter(|h| h.difference.abs() >= STANDS_OUT) {
        let repeats = |earlier: &Highlight| same_story(earlier, highlight, correlation);
        if phrase(highlight).is_some() && !told.iter().any(|earlier| repeats(earlier)) {
            told.push(highlight);
        }
    }
    told.into_iter().filter_map(phrase).collect()
}

/// `high cash advance`; a category that is rarer than elsewhere is no name.
fn phrase(highlight: &Highlight) -> Option<String> {
    let is_above = highlight.difference > 0.0;
    match &highlight.level {
        Some(level) => is_above.then(|| format!("{}: {}", spoken(&level.column), level.value)),
        None => Some(format!("{} {}", if is_above { "high" } else { "low" }, spoken(&highlight.feature))),
    }
}

fn same_story(a: &Highlight, b: &Highlight, correlation: &Correlation) -> bool {
    if let (Some(a), Some(b)) = (&a.level, &b.level) {
        return a.column == b.column;
    }
    let at = |name: &str| correlation.features.iter().position(|feature| feature == name);
    matches!((at(&a.feature), at(&b.feature)), (Some(i), Some(j)) if correlation.spearman.row(i)[j].abs() > SAME_STORY)
}

/// `CASH_ADVANCE_TRX` reads `cash advance trx`; other names keep their case.
fn spoken(name: &str) -> String {
    let spaced = name.replace('_', " ");
    let shouted = spaced.chars().filter(|c| c.is_alphabetic()).all(char::is_uppercase);
    let words = if shouted { spaced.to_lowercase() } else { spaced };
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use segctl_numeric::Matrix;

    use super::*;
    use crate::outcome::Level;

    fn highlights(features: &[(&str, f64)]) -> Vec<Highlight> {
        let one = |&(feature, difference): &(&str, f64)| Highlight {
            feature: feature.into(),
            level: None,
            difference,
            median: 0.0,
            overall_median: 0.0,
            mean: 0.0,
            overall_mean: 0.0,
        };
        features.iter().map(one).collect()
    }

    fn uncorrelated() -> Correlation {
        Correlation::default()
    }

    #[test]
    fn names_say_what_is_high_and_low() {
        let segments =
            [highlights(&[("CASH_ADVANCE", 1.4), ("PURCHASES", -0.9), ("AGE", 0.8)]), highlights(&[("AGE", 0.2)])];
        assert_eq!(name_segments(&segments, &uncorrelated()), ["high cash advance, low purchases", "close to average"]);
    }

    #[test]
    fn a_correlated_feature_is_not_told_twice() {
        let correlation = Correlation {
            features: vec!["A".into(), "B".into()],
            pearson: Matrix::from_rows(&[[1.0, 0.9], [0.9, 1.0]]).unwrap(),
            spearman: Matrix::from_rows(&[[1.0, 0.9], [0.9, 1.0]]).unwrap(),
            ..Correlation::default()
        };
        let segments = [highlights(&[("A", 2.0), ("B", 1.9), ("c", -1.0)])];
        assert_eq!(name_segments(&segments, &correlation), ["high a, low c"]);
    }

    #[test]
    fn equal_names_are_told_apart() {
        let twins =
            [highlights(&[("A", 2.0), ("B", 1.5), ("C", 1.0)]), highlights(&[("A", 2.0), ("B", 1.5), ("C", -1.0)])];
        assert_eq!(name_segments(&twins, &uncorrelated()), ["high a, high b, high c", "high a, high b, low c"]);
        let same = [highlights(&[]), highlights(&[])];
        assert_eq!(name_segments(&same, &uncorrelated()), ["close to average (1)", "close to average (2)"]);
    }

    #[test]
    fn categories_are_named_where_they_gather() {
        let levels = [("Contract", "One year"), ("Contract", "Two year"), ("Partner", "Yes")];
        let mut told = highlights(&[("Contract=One year", -2.0), ("Contract=Two year", 1.5), ("Partner=Yes", 0.7)]);
        for (highlight, (column, value)) in told.iter_mut().zip(levels) {
            highlight.level = Some(Level { column: column.into(), value: value.into() });
        }
        let segments = [told];
        assert_eq!(name_segments(&segments, &uncorrelated()), ["Contract: Two year, Partner: Yes"]);
    }

    #[test]
    fn a_number_whose_name_holds_an_equals_sign_is_a_number() {
        assert_eq!(name_segments(&[highlights(&[("score=new", -1.0)])], &uncorrelated()), ["low score=new"]);
    }
}
