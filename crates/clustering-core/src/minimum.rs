//! The least of many numbers, and where it stands.

use segctl_numeric::simd::{Kernel, LANES, dispatch};

/// Accumulators enough to hide the latency of a minimum.
const WIDTH: usize = 4 * LANES;

/// Values among which a place is looked for one by one.
const BLOCK: usize = 8 * WIDTH;

/// The least of `values`, infinite for none; there is no NaN among them.
pub(crate) fn minimum(values: &[f64]) -> f64 {
    dispatch(Minimum(values))
}

/// The place of the first of the least of `values`, and its value; `None` when all are infinite.
pub(crate) fn first_minimum(values: &[f64]) -> Option<(usize, f64)> {
    dispatch(FirstMinimum(values))
}

struct Minimum<'a>(&'a [f64]);

impl Kernel for Minimum<'_> {
    type Output = f64;

    #[inline(always)]
    fn run(self) -> f64 {
        least(self.0)
    }
}

struct FirstMinimum<'a>(&'a [f64]);

impl Kernel for FirstMinimum<'_> {
    type Output = Option<(usize, f64)>;

    #[inline(always)]
    fn run(self) -> Option<(usize, f64)> {
        let mut best = (0, f64::INFINITY);
        for (block, values) in self.0.chunks(BLOCK).enumerate() {
            let least = least(values);
            if least < best.1 {
                best = (block, least);
            }
        }
        let (block, value) = best;
        let values = self.0[block * BLOCK..].iter().take(BLOCK);
        let place = values.into_iter().position(|&other| other == value && value < f64::INFINITY);
        place.map(|place| (block * BLOCK + place, value))
    }
}

#[inline(always)]
fn least(values: &[f64]) -> f64 {
    let (chunks, tail) = values.as_chunks::<WIDTH>();
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
        assert_eq!((minimum(&[]), first_minimum(&[])), (f64::INFINITY, None));
        assert_eq!(first_minimum(&[f64::INFINITY; 40]), None);
        for n in [1, 7, 8, 31, 32, 33, 256, 257, 600] {
            for at in 0..n {
                let mut values: Vec<f64> = (0..n).map(|i| (i % 7) as f64).collect();
                (values[at], values[n - 1]) = (-1.0, -1.0);
                assert_eq!(minimum(&values), -1.0, "{n}, {at}");
                assert_eq!(first_minimum(&values), Some((at, -1.0)), "{n}");
            }
        }
    }
}
