//! From distances to probabilities.

use segctl_numeric::simd::{Kernel, LANES};

use super::exp::exp;
use super::lanes::Lanes;

/// Turns the squared Mahalanobis distances in `forms` (component by component, one entry per tile) into
/// the posterior probabilities, and writes the log-likelihood of each row: the largest term, and the
/// logarithm of the sum of all relative to it, so that nothing overflows or vanishes.
pub(super) struct Posterior<'a> {
    pub(super) constants: &'a [f64],
    pub(super) forms: &'a mut [Lanes],
    pub(super) log_likelihood: &'a mut [Lanes],
}

impl Kernel for Posterior<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let n_tiles = self.log_likelihood.len();
        for (t, out) in self.log_likelihood.iter_mut().enumerate() {
            let mut largest = Lanes([f64::NEG_INFINITY; LANES]);
            for (c, constant) in self.constants.iter().enumerate() {
                let term = log_density(*constant, self.forms[c * n_tiles + t]);
                self.forms[c * n_tiles + t] = term;
                largest = largest.zip(term, |a, b| if b > a { b } else { a });
            }
            let mut sum = Lanes::ZERO;
            for c in 0..self.constants.len() {
                let share = &mut self.forms[c * n_tiles + t];
                *share = exp(*share - largest);
                sum += *share;
            }
            let scale = sum.map(|sum| 1.0 / sum);
            for c in 0..self.constants.len() {
                let share = &mut self.forms[c * n_tiles + t];
                *share = *share * scale;
            }
            *out = largest + logarithms(sum);
        }
    }
}

/// The logarithm of weight times density.
#[inline(always)]
pub(super) fn log_density(constant: f64, form: Lanes) -> Lanes {
    form.map(|form| constant - 0.5 * form)
}

/// Where one component has it all, as most often, there is nothing to compute.
#[inline(always)]
fn logarithms(x: Lanes) -> Lanes {
    let mut out = [0.0; LANES];
    for (out, &x) in out.iter_mut().zip(&x.0) {
        if x != 1.0 {
            *out = libm::log(x);
        }
    }
    Lanes(out)
}
