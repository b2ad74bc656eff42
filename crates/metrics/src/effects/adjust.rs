use segctl_numeric::InputError;

use crate::MetricsError;

/// P-values adjusted for their number, in the order given: features of which it is at most q are false discoveries
/// at a rate of q or less, if tests are independent, after Benjamini & Hochberg (1995), "Controlling the false
/// discovery rate".
///
/// The i-th smallest of m becomes the least of `p_j m / j` over all j >= i. Time O(m log m).
///
/// ```
/// use segctl_metrics::effects::benjamini_hochberg;
/// assert_eq!(benjamini_hochberg(&[0.5, 0.01, 0.03])?, [0.5, 0.03, 0.045]);
/// # Ok::<(), segctl_metrics::MetricsError>(())
/// ```
///
/// # Errors
/// [`MetricsError::Input`] for a value that is not in [0, 1].
pub fn benjamini_hochberg(p_values: &[f64]) -> Result<Vec<f64>, MetricsError> {
    if let Some(&value) = p_values.iter().find(|value| !(0.0..=1.0).contains(*value)) {
        return Err(InputError::OutOfRange { name: "p-value", value, expected: "in [0, 1]" }.into());
    }
    let mut order: Vec<usize> = (0..p_values.len()).collect();
    order.sort_by(|&a, &b| p_values[a].total_cmp(&p_values[b]));
    let mut adjusted = vec![0.0; p_values.len()];
    let mut least = 1.0_f64;
    for (at, &i) in order.iter().enumerate().rev() {
        least = least.min(p_values[i] * (p_values.len() as f64 / (at + 1) as f64));
        adjusted[i] = least;
    }
    Ok(adjusted)
}
