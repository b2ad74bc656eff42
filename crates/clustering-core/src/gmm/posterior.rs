//! From distances to probabilities.

use segctl_numeric::simd::Kernel;

use super::exp::exp;

/// Turns the squared Mahalanobis distances in `forms` (component by component, a value per row) into
/// the posterior probabilities, and writes the log-likelihood of each row: the largest term, and the
/// logarithm of the sum of all relative to it, so that nothing overflows or vanishes.
pub(super) struct Posterior<'a> {
    pub(super) constants: &'a [f64],
    pub(super) forms: &'a mut [f64],
    pub(super) log_likelihood: &'a mut [f64],
    /// As long as `log_likelihood`; anything may be in it.
    pub(super) sums: &'a mut [f64],
}

impl Kernel for Posterior<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let (n_rows, largest) = (self.log_likelihood.len(), self.log_likelihood);
        largest.fill(f64::NEG_INFINITY);
        for (terms, constant) in self.forms.chunks_exact_mut(n_rows).zip(self.constants) {
            for (term, largest) in terms.iter_mut().zip(largest.iter_mut()) {
                *term = log_density(*constant, *term);
                *largest = if *term > *largest { *term } else { *largest };
            }
        }
        let sums = &mut self.sums[..n_rows];
        sums.fill(0.0);
        for shares in self.forms.chunks_exact_mut(n_rows) {
            for ((share, largest), sum) in shares.iter_mut().zip(largest.iter()).zip(sums.iter_mut()) {
                *share = exp(*share - largest);
                *sum += *share;
            }
        }
        for (sum, out) in sums.iter_mut().zip(largest) {
            // Where one component has it all, as most often, there is nothing to compute.
            if *sum != 1.0 {
                *out += libm::log(*sum);
            }
            *sum = 1.0 / *sum;
        }
        for shares in self.forms.chunks_exact_mut(n_rows) {
            shares.iter_mut().zip(sums.iter()).for_each(|(share, scale)| *share *= scale);
        }
    }
}

/// The logarithm of weight times density, by the squared Mahalanobis distance.
#[inline(always)]
pub(super) fn log_density(constant: f64, form: f64) -> f64 {
    constant - 0.5 * form
}
