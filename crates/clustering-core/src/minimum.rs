//! The least of many numbers.

use segctl_numeric::simd::{Kernel, LANES, dispatch};

/// The least of `values`, infinite for none; there is no NaN among them.
pub(crate) fn minimum(values: &[f64]) -> f64 {
    dispatch(Minimum(values))
}

pub(crate) struct Minimum<'a>(pub(crate) &'a [f64]);

/// Accumulators enough to hide the latency of a minimum.
const WIDTH: usize = 4 * LANES;

impl Kernel for Minimum<'_> {
    type Output = f64;

    #[inline(always)]
    fn run(self) -> f64 {
        let (chunks, tail) = self.0.as_chunks::<WIDTH>();
        let mut least = [f64::INFINITY; WIDTH];
        for chunk in chunks {
            for l in 0..WIDTH {
                least[l] = lesser(chunk[l], least[l]);
            }
        }
        for (least, &value) in least.iter_mut().zip(tail) {
            *least = lesser(value, *least);
        }
        least.into_iter().fold(f64::INFINITY, lesser)
    }
}

/// Not `f64::min`: a comparison maps to one instruction on every processor.
#[inline(always)]
fn lesser(a: f64, b: f64) -> f64 {
    if a < b { a } else { b }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_counts() {
        assert_eq!(minimum(&[]), f64::INFINITY);
        for n in [1, 7, 8, 31, 32, 33, 100] {
            for at in 0..n {
                let values: Vec<f64> = (0..n).map(|i| if i == at { -1.0 } else { i as f64 }).collect();
                assert_eq!(minimum(&values), -1.0, "{n}, {at}");
            }
        }
    }
}
