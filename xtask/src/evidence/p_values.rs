//! Whether the p-values of noise are uniform.

use std::fmt::Write as _;

use super::draws::{Null, independent};
use super::tool::Tool;
use crate::error::XtaskError;

/// Segments that noise is cut into.
const K: usize = 4;

pub(super) fn section(n_draws: usize, tool: &Tool) -> Result<String, XtaskError> {
    let mut text = format!(
        "\n## Whether p-values of noise are uniform\n\n\
         600 rows of 5 independent features, cut into {K} segments by `segctl run`; the p-values of all columns count. \
         *Distance*\nis that of Kolmogorov and Smirnov from the uniform distribution, *chance* that of a larger one. Of \
         three chances one is below 0.05 in\none of seven experiments.\n\n\
         | kind | p-values | below 0.05 | below 0.5 | distance | chance |\n|---|---|---|---|---|---|\n"
    );
    for kind in Null::ALL {
        eprintln!("{}: {n_draws} draws for p-values", kind.marginal());
        let runs: Vec<_> = independent(kind, n_draws).map(|x| tool.run(&x, K)).collect::<Result<_, _>>()?;
        let p: Vec<f64> = runs.into_iter().flat_map(|run| run.p_values).collect();
        let distance = distance_from_uniform(&p);
        let below = |limit: f64| super::share(&p, |p| *p < limit);
        let chance = chance(distance, p.len());
        let name = kind.marginal();
        let _ =
            writeln!(text, "| {name} | {} | {} | {} | {distance:.4} | {chance:.3} |", p.len(), below(0.05), below(0.5));
    }
    Ok(text)
}

/// The largest distance of the empirical distribution from the uniform one.
fn distance_from_uniform(p: &[f64]) -> f64 {
    let mut p = p.to_vec();
    p.sort_unstable_by(f64::total_cmp);
    let n = p.len() as f64;
    let apart = |(i, p): (usize, &f64)| (p - i as f64 / n).abs().max(((i + 1) as f64 / n - p).abs());
    p.iter().enumerate().map(apart).fold(0.0, f64::max)
}

/// The chance of a larger distance, by the series of Kolmogorov with the correction of Stephens (1970).
fn chance(distance: f64, n: usize) -> f64 {
    let root = (n as f64).sqrt();
    let at = (root + 0.12 + 0.11 / root) * distance;
    let term = |j: i32| {
        let sign = if j % 2 == 1 { 1.0 } else { -1.0 };
        sign * libm::exp(-2.0 * f64::from(j * j) * at * at)
    };
    (2.0 * (1..=100).map(term).sum::<f64>()).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn even_steps_are_uniform_and_small_values_are_not() {
        let even: Vec<f64> = (0..100).map(|i| (f64::from(i) + 0.5) / 100.0).collect();
        assert!((distance_from_uniform(&even) - 0.005).abs() < 1e-12);
        assert!(chance(0.005, 100) > 0.999);
        let small: Vec<f64> = even.iter().map(|p| p * p).collect();
        assert!((distance_from_uniform(&small) - 0.25).abs() < 0.01);
        assert!(chance(0.25, 100) < 1e-4);
        // The 5 % point of large samples is 1.358 / sqrt(n).
        assert!((chance(1.358 / 100.0, 10_000) - 0.05).abs() < 1e-3);
    }
}
