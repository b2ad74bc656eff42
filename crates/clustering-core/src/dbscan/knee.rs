//! Where a rising curve turns upwards.

/// The first of the places farthest below the straight line between the ends of a rising curve, both axes
/// running from 0 to 1; `None` when no place is below it by more than rounding.
pub(super) fn knee(curve: &[f64]) -> Option<usize> {
    let (first, last) = (*curve.first()?, *curve.last()?);
    let range = last - first;
    if range <= 0.0 {
        return None;
    }
    let below = |rank: usize| rank as f64 / (curve.len() - 1) as f64 - (curve[rank] - first) / range;
    let farther = |a: usize, b: usize| if below(b) > below(a) { b } else { a };
    (0..curve.len()).reduce(farther).filter(|&rank| below(rank) > 1e-12)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knees_are_where_curves_turn_upwards() {
        assert_eq!(knee(&[1.0, 1.1, 1.2, 1.3, 5.0, 9.0]), Some(3));
        assert_eq!(knee(&[1.0, 1.0, 1.0, 4.0]), Some(2));
        // The slope of a quarter of a circle is that of the diagonal at x = sqrt(1/2).
        let circle: Vec<f64> = (0..=1000).map(|i| 1.0 - (1.0 - (f64::from(i) / 1000.0).powi(2)).sqrt()).collect();
        assert_eq!(knee(&circle), Some(707));
        let scaled: Vec<f64> = circle.iter().map(|y| 3e100 * y + 1e99).collect();
        assert_eq!(knee(&scaled), Some(707));
    }

    #[test]
    fn some_curves_have_none() {
        let line: Vec<f64> = (0..50).map(|i| 0.1 * f64::from(i)).collect();
        let concave: Vec<f64> = (0..50).map(|i| f64::from(i).sqrt()).collect();
        for curve in [&[][..], &[2.0], &[2.0; 9], &[1.0, 2.0], &line, &concave] {
            assert_eq!(knee(curve), None, "{curve:?}");
        }
    }
}
