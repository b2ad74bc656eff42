use super::{Runs, present};

/// The quantile `q` of ascending values, by linear interpolation between the two nearest (Hyndman
/// and Fan 1996, type 7; NumPy's default); NaN without values.
///
/// ```
/// use segctl_preprocessing::describe::quantile;
/// assert_eq!(quantile(&[1.0, 2.0, 4.0], 0.75), 3.0);
/// assert!(quantile(&[], 0.5).is_nan());
/// ```
///
/// # Panics
/// When `q` is not in `[0, 1]`.
pub fn quantile(sorted: &[f64], q: f64) -> f64 {
    quantile_at(sorted.len(), |at| sorted[at], q)
}

/// The same quantile of values told by their runs. O(log n).
pub(crate) fn quantile_of_runs(runs: &Runs<f64>, q: f64) -> f64 {
    quantile_at(runs.n() as usize, |at| runs.at(at as u64), q)
}

fn quantile_at(n: usize, value: impl Fn(usize) -> f64, q: f64) -> f64 {
    let Some(last) = n.checked_sub(1) else { return f64::NAN };
    let (below, weight) = place(last, q);
    between(value(below), value((below + 1).min(last)), weight)
}

/// First quartile, median and third quartile of values in any order; `None` when all are missing.
///
/// O(n): selects, does not sort.
///
/// ```
/// use segctl_preprocessing::describe::quartiles;
/// assert_eq!(quartiles(&[5.0, 1.0, f64::NAN, 3.0, 2.0, 4.0]), Some([2.0, 3.0, 4.0]));
/// assert_eq!(quartiles(&[f64::NAN]), None);
/// ```
pub fn quartiles(values: &[f64]) -> Option<[f64; 3]> {
    let mut values = present(values);
    if values.is_empty() { None } else { Some(select_quantiles(&mut values, [0.25, 0.5, 0.75])) }
}

/// The median of the values that are there; `None` when all are missing.
pub(crate) fn median(values: &[f64]) -> Option<f64> {
    let mut values = present(values);
    if values.is_empty() { None } else { Some(select_quantiles(&mut values, [0.5])[0]) }
}

/// Quantiles, ascending in `q`, of finite values, which are reordered.
///
/// # Panics
/// Without values.
pub(crate) fn select_quantiles<const N: usize>(values: &mut [f64], qs: [f64; N]) -> [f64; N] {
    // Everything left of `done` is no greater than everything from it on.
    let mut done = 0;
    let last = values.len() - 1;
    qs.map(|q| {
        let (below, weight) = place(last, q);
        // Two quantiles may lie between the same neighbours: then `below` is in its place already.
        if below >= done {
            values[done..].select_nth_unstable_by(below - done, f64::total_cmp);
            done = below + 1;
        }
        let next = values[done..].iter().copied().min_by(f64::total_cmp);
        between(values[below], next.unwrap_or(values[below]), weight)
    })
}

/// The index below the quantile, and how far it lies towards the next.
fn place(last: usize, q: f64) -> (usize, f64) {
    assert!((0.0..=1.0).contains(&q), "quantile {q} is not in [0, 1]");
    let at = q * last as f64;
    let below = (at as usize).min(last);
    (below, at - below as f64)
}

/// NumPy's interpolation: from the nearer end, so that it is monotone and exact at both.
fn between(low: f64, high: f64, weight: f64) -> f64 {
    let step = high - low;
    if weight >= 0.5 { high - step * (1.0 - weight) } else { low + step * weight }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn selecting_equals_sorting(mut values in prop::collection::vec(-1e6..1e6_f64, 1..60)) {
            let mut sorted = values.clone();
            sorted.sort_by(f64::total_cmp);
            let qs = [0.0, 0.01, 0.25, 0.5, 0.75, 0.99, 1.0];
            let selected = select_quantiles(&mut values, qs);
            prop_assert_eq!(selected, qs.map(|q| quantile(&sorted, q)));
        }

        #[test]
        fn runs_have_the_same_quantiles(values in prop::collection::vec(-9..9_i8, 0..60), q in 0.0..=1.0_f64) {
            let mut sorted: Vec<f64> = values.into_iter().map(f64::from).collect();
            sorted.sort_by(f64::total_cmp);
            let runs = Runs::of_ascending(sorted.clone(), Vec::new());
            for q in [q, 0.0, 0.25, 1.0] {
                prop_assert_eq!(quantile_of_runs(&runs, q).to_bits(), quantile(&sorted, q).to_bits());
            }
        }
    }
}
