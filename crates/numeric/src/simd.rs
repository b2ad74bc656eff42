//! Fixed-lane code, compiled for several instruction sets and chosen at run time.
//!
//! Write a [`Kernel`] as plain loops over `[f64; LANES]` arrays and hand it to [`dispatch`]: the
//! compiler makes one copy with 512-bit registers, one with 256-bit registers and one for any
//! processor of the target, and the best one that this machine can run is called.
//!
//! All copies give the same bits: the lane count is written in the code, not chosen by the
//! compiler, and Rust never contracts a multiplication and an addition into a fused one.
//!
//! This is the only file of the workspace with `unsafe` code.

use std::sync::OnceLock;

/// Accumulators kept side by side: one 512-bit register of 64-bit floats.
pub const LANES: usize = 8;

/// A computation to be compiled once per instruction set.
///
/// Mark `run`, and every function it calls in its loops, `#[inline(always)]`: only code inlined
/// into the dispatching function is compiled for its instruction set.
///
/// ```
/// use segctl_numeric::simd::{Kernel, LANES, dispatch};
/// struct Sum<'a>(&'a [f64]);
/// impl Kernel for Sum<'_> {
///     type Output = f64;
///     #[inline(always)]
///     fn run(self) -> f64 {
///         let (chunks, tail) = self.0.as_chunks::<LANES>();
///         let mut lanes = [0.0; LANES];
///         for chunk in chunks {
///             for l in 0..LANES {
///                 lanes[l] += chunk[l];
///             }
///         }
///         lanes.iter().sum::<f64>() + tail.iter().sum::<f64>()
///     }
/// }
/// assert_eq!(dispatch(Sum(&[1.0; 20])), 20.0);
/// ```
pub trait Kernel {
    /// What the computation returns.
    type Output;

    /// Computes; to be marked `#[inline(always)]`.
    fn run(self) -> Self::Output;
}

/// An instruction set that kernels are compiled for, from the least to the most able.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Level {
    /// What every processor of the compilation target has.
    Baseline,
    /// x86-64 with 256-bit registers (AVX2).
    Avx2,
    /// x86-64 with 512-bit registers (AVX-512 F, VL, DQ, BW).
    Avx512,
}

impl Level {
    const ALL: [Self; 3] = [Self::Baseline, Self::Avx2, Self::Avx512];

    /// Whether this machine can run it.
    ///
    /// ```
    /// use segctl_numeric::simd::Level;
    /// assert!(Level::Baseline.is_available());
    /// ```
    pub fn is_available(self) -> bool {
        #[cfg(target_arch = "x86_64")]
        return match self {
            Self::Baseline => true,
            Self::Avx2 => is_x86_feature_detected!("avx2"),
            Self::Avx512 => {
                is_x86_feature_detected!("avx512f")
                    && is_x86_feature_detected!("avx512vl")
                    && is_x86_feature_detected!("avx512dq")
                    && is_x86_feature_detected!("avx512bw")
            }
        };
        #[cfg(not(target_arch = "x86_64"))]
        return self == Self::Baseline;
    }
}

/// The instruction sets of this machine, [`Level::Baseline`] first: for tests of bit-equality.
///
/// ```
/// use segctl_numeric::simd::{Level, available_levels};
/// assert_eq!(available_levels()[0], Level::Baseline);
/// ```
pub fn available_levels() -> Vec<Level> {
    Level::ALL.into_iter().filter(|level| level.is_available()).collect()
}

/// Runs `kernel` with the best instruction set of this machine.
#[inline]
pub fn dispatch<K: Kernel>(kernel: K) -> K::Output {
    run_at(best_level(), kernel)
}

/// Runs `kernel` with the instruction set `level`: for tests of bit-equality.
///
/// ```
/// use segctl_numeric::simd::{Kernel, Level, available_levels, dispatch, dispatch_with};
/// struct Third;
/// impl Kernel for Third {
///     type Output = f64;
///     #[inline(always)]
///     fn run(self) -> f64 {
///         1.0 / 3.0
///     }
/// }
/// for level in available_levels() {
///     assert_eq!(dispatch_with(level, Third), dispatch(Third));
/// }
/// ```
///
/// # Panics
/// When this machine does not have it.
pub fn dispatch_with<K: Kernel>(level: Level, kernel: K) -> K::Output {
    assert!(level.is_available(), "this machine has no {level:?}");
    run_at(level, kernel)
}

fn best_level() -> Level {
    static BEST: OnceLock<Level> = OnceLock::new();
    *BEST.get_or_init(|| Level::ALL.into_iter().rfind(|level| level.is_available()).unwrap_or(Level::Baseline))
}

/// `level` must be available.
#[inline]
#[allow(unsafe_code, reason = "calling a function compiled for more than the baseline is unsafe")]
fn run_at<K: Kernel>(level: Level, kernel: K) -> K::Output {
    match level {
        // SAFETY: both callers pass a level for which `is_available` found every feature that
        // `run_avx512` is compiled for.
        #[cfg(target_arch = "x86_64")]
        Level::Avx512 => unsafe { run_avx512(kernel) },
        // SAFETY: as above, for `run_avx2`.
        #[cfg(target_arch = "x86_64")]
        Level::Avx2 => unsafe { run_avx2(kernel) },
        _ => kernel.run(),
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw")]
fn run_avx512<K: Kernel>(kernel: K) -> K::Output {
    kernel.run()
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn run_avx2<K: Kernel>(kernel: K) -> K::Output {
    kernel.run()
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Harmonic(usize);

    impl Kernel for Harmonic {
        type Output = u64;

        #[inline(always)]
        fn run(self) -> u64 {
            let mut lanes = [0.0_f64; LANES];
            for i in 0..self.0 {
                lanes[i % LANES] += 1.0 / (i as f64 + 0.1) * 0.3;
            }
            lanes.iter().sum::<f64>().to_bits()
        }
    }

    #[test]
    fn every_level_gives_the_same_bits() {
        let expected = Harmonic(1000).run();
        assert_eq!(dispatch(Harmonic(1000)), expected);
        for level in available_levels() {
            assert_eq!(dispatch_with(level, Harmonic(1000)), expected, "{level:?}");
        }
    }

    #[test]
    fn the_baseline_is_everywhere_and_first() {
        let levels = available_levels();
        assert_eq!(levels[0], Level::Baseline);
        assert!(levels.is_sorted());
        assert_eq!(best_level(), levels[levels.len() - 1]);
    }
}
