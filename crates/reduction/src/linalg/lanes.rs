//! Vector loops with a fixed number of partial sums, so that the compiler may use registers of any
//! width and the result is the same bits with all of them.

/// Partial sums of a dot product: one register of AVX-512, two of AVX2. More would sit idle on the
/// short rows of a triangle.
const LANES: usize = 8;

/// sum_i a_i b_i.
#[inline(always)]
pub(crate) fn dot(a: &[f64], b: &[f64]) -> f64 {
    assert_eq!(a.len(), b.len(), "vectors of equal length");
    let (a_lanes, a_rest) = a.as_chunks::<LANES>();
    let (b_lanes, b_rest) = b.as_chunks::<LANES>();
    let mut sums = [0.0; LANES];
    for (a, b) in a_lanes.iter().zip(b_lanes) {
        for lane in 0..LANES {
            sums[lane] += a[lane] * b[lane];
        }
    }
    let rest: f64 = a_rest.iter().zip(b_rest).map(|(a, b)| a * b).sum();
    fold(sums) + rest
}

/// The sums of a_i^2, b_i^2 and a_i b_i, the same bits as by [`dot`]: three chains of additions hide each
/// other's latency, and both vectors are loaded once.
#[inline(always)]
pub(crate) fn squares_and_dot(a: &[f64], b: &[f64]) -> (f64, f64, f64) {
    assert_eq!(a.len(), b.len(), "vectors of equal length");
    let (a_lanes, a_rest) = a.as_chunks::<LANES>();
    let (b_lanes, b_rest) = b.as_chunks::<LANES>();
    let [mut aa, mut bb, mut ab] = [[0.0; LANES]; 3];
    for (a, b) in a_lanes.iter().zip(b_lanes) {
        for lane in 0..LANES {
            aa[lane] += a[lane] * a[lane];
            bb[lane] += b[lane] * b[lane];
            ab[lane] += a[lane] * b[lane];
        }
    }
    let rest = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    (fold(aa) + rest(a_rest, a_rest), fold(bb) + rest(b_rest, b_rest), fold(ab) + rest(a_rest, b_rest))
}

/// sum_i a_i b_i for four b at once, the same bits as by [`dot`]: four chains of additions hide
/// each other's latency, and `a` is loaded once.
#[inline(always)]
pub(crate) fn four_dots(a: &[f64], b: [&[f64]; 4]) -> [f64; 4] {
    let n = a.len();
    // Written out: sums in an array of arrays would not all stay in registers.
    let [b0, b1, b2, b3] = b.map(|b| b[..n].as_chunks::<LANES>().0);
    let [mut s0, mut s1, mut s2, mut s3] = [[0.0; LANES]; 4];
    let (a_lanes, a_rest) = a.as_chunks::<LANES>();
    for (i, a) in a_lanes.iter().enumerate() {
        for lane in 0..LANES {
            s0[lane] += a[lane] * b0[i][lane];
            s1[lane] += a[lane] * b1[i][lane];
            s2[lane] += a[lane] * b2[i][lane];
            s3[lane] += a[lane] * b3[i][lane];
        }
    }
    let sums = [s0, s1, s2, s3].map(fold);
    let rest = |b: &[f64]| a_rest.iter().zip(&b[n - a_rest.len()..]).map(|(a, b)| a * b).sum::<f64>();
    std::array::from_fn(|i| sums[i] + rest(b[i]))
}

/// y += alpha x.
#[inline(always)]
pub(crate) fn axpy(alpha: f64, x: &[f64], y: &mut [f64]) {
    for (y, x) in y.iter_mut().zip(x) {
        *y += alpha * x;
    }
}

/// (p, q) <- (c p + s q, c q - s p): a plane rotation of two rows.
#[inline(always)]
pub(crate) fn rotate(c: f64, s: f64, p: &mut [f64], q: &mut [f64]) {
    for (p, q) in p.iter_mut().zip(q) {
        (*p, *q) = (c * *p + s * *q, c * *q - s * *p);
    }
}

/// The sum of the lanes, halved from the far end: ((0+4)+(2+6)) + ((1+5)+(3+7)).
#[inline(always)]
fn fold(sums: [f64; LANES]) -> f64 {
    // Through memory: the compiler would otherwise arrange the lanes of the loop before for the sake of
    // this one sum, in registers of two or four, with shuffles. It is worth a factor of two.
    let sums = std::hint::black_box(sums);
    let four: [f64; 4] = std::array::from_fn(|i| sums[i] + sums[i + 4]);
    (four[0] + four[2]) + (four[1] + four[3])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dots_of_every_length() {
        for n in 0..40_u32 {
            let a: Vec<f64> = (0..n).map(f64::from).collect();
            let expected = (0..n).map(|i| f64::from(i * i)).sum::<f64>();
            assert_eq!(dot(&a, &a), expected, "n = {n}");
        }
    }

    #[test]
    fn four_dots_are_four_times_a_dot() {
        for n in 0..40_u32 {
            let vector = |salt: u32| (0..n).map(|i| 1.0 / f64::from(1 + i * i % 13 + salt)).collect::<Vec<f64>>();
            let (a, b) = (vector(0), [1, 2, 3, 4].map(vector));
            let found = four_dots(&a, std::array::from_fn(|i| &b[i][..]));
            assert_eq!(found, std::array::from_fn(|i| dot(&a, &b[i])), "n = {n}");
        }
    }

    #[test]
    fn squares_and_dot_are_three_dots() {
        for n in 0..40_u32 {
            let vector = |salt: u32| (0..n).map(|i| 1.0 / f64::from(1 + i * i % 13 + salt)).collect::<Vec<f64>>();
            let (a, b) = (vector(0), vector(1));
            assert_eq!(squares_and_dot(&a, &b), (dot(&a, &a), dot(&b, &b), dot(&a, &b)), "n = {n}");
        }
    }

    #[test]
    fn rotations_keep_lengths() {
        let (mut p, mut q) = ([3.0, 1.0], [0.0, 2.0]);
        rotate(0.6, 0.8, &mut p, &mut q);
        assert!((dot(&p, &p) + dot(&q, &q) - 14.0).abs() < 1e-14);
    }
}
