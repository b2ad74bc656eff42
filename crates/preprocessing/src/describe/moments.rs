use segctl_numeric::par::chunks;
use serde::{Deserialize, Serialize};

/// Count, mean, spread and shape, as pandas gives them.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Moments {
    /// Values that are there.
    pub n: u64,
    /// Arithmetic mean; `None` without values.
    pub mean: Option<f64>,
    /// Standard deviation with n - 1; `None` below two values.
    pub std: Option<f64>,
    /// Bias-corrected skewness `G1`; `None` below three values, 0 without spread.
    pub skewness: Option<f64>,
    /// Bias-corrected excess kurtosis `G2`; `None` below four values, 0 without spread.
    pub kurtosis: Option<f64>,
}

/// Mean, standard deviation, skewness and excess kurtosis in two passes (Joanes and Gill 1998).
///
/// ```
/// use segctl_preprocessing::describe::moments;
/// let found = moments(&[1.0, 2.0, 3.0, f64::NAN, 10.0]);
/// assert_eq!((found.n, found.mean), (4, Some(4.0)));
/// assert!((found.skewness.unwrap() - 1.7636326).abs() < 1e-7);
/// ```
pub fn moments(values: &[f64]) -> Moments {
    let Some(centred) = centred(values) else {
        return Moments { n: 0, mean: None, std: None, skewness: None, kurtosis: None };
    };
    let n = centred.n as f64;
    Moments {
        n: centred.n as u64,
        mean: Some(centred.mean),
        std: (centred.n > 1).then(|| (centred.square / (n - 1.0)).sqrt()),
        skewness: centred.skewness(),
        kurtosis: centred.kurtosis(),
    }
}

/// Bias-corrected skewness; `None` below three values.
pub(crate) fn skewness(values: &[f64]) -> Option<f64> {
    centred(values)?.skewness()
}

/// The mean of the values that are there; `None` without any.
pub(crate) fn mean(values: &[f64]) -> Option<f64> {
    n_and_mean(values).map(|found| found.1)
}

fn n_and_mean(values: &[f64]) -> Option<(usize, f64)> {
    let [n, sum] = sums(values, |value| if is_finite(value) { [1.0, value] } else { [0.0, 0.0] });
    (n > 0.0).then(|| (n as usize, sum / n))
}

/// Sums of powers of the distances to the mean.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Centred {
    pub(crate) n: usize,
    pub(crate) mean: f64,
    pub(crate) square: f64,
    cube: f64,
    fourth: f64,
}

impl Centred {
    /// Population variance (ddof = 0).
    pub(crate) fn variance(&self) -> f64 {
        self.square / self.n as f64
    }

    /// Whether the spread is nothing but rounding: `var <= n*eps*var + (n*mean*eps)^2`.
    pub(crate) fn is_constant(&self) -> bool {
        let n = self.n as f64;
        let rounding = n * self.mean * f64::EPSILON;
        self.variance() <= n * f64::EPSILON * self.variance() + rounding * rounding
    }

    fn skewness(&self) -> Option<f64> {
        let n = self.n as f64;
        let variance = self.variance();
        let ratio = || self.cube / n / (variance * variance.sqrt());
        let factor = (n * (n - 1.0)).sqrt() / (n - 2.0);
        (self.n > 2).then(|| if self.is_constant() { 0.0 } else { factor * ratio() })
    }

    fn kurtosis(&self) -> Option<f64> {
        let n = self.n as f64;
        let variance = self.variance();
        let excess = || self.fourth / n / (variance * variance) - 3.0;
        let corrected = || ((n + 1.0) * excess() + 6.0) * (n - 1.0) / ((n - 2.0) * (n - 3.0));
        (self.n > 3).then(|| if self.is_constant() { 0.0 } else { corrected() })
    }
}

/// The mean and the sums around it; `None` without values.
pub(crate) fn centred(values: &[f64]) -> Option<Centred> {
    let (n, mean) = n_and_mean(values)?;
    let [square, cube, fourth] = sums(values, |value| {
        let distance = if is_finite(value) { value - mean } else { 0.0 };
        let square = distance * distance;
        [square, square * distance, square * square]
    });
    Some(Centred { n, mean, square, cube, fourth })
}

/// Values summed on their own before they enter the total: keeps rounding errors short.
const BLOCK: usize = 1024;

/// Independent accumulators: one addition need not wait for the last.
const LANES: usize = 8;

/// Said so that several values are asked at once: of [`f64::is_finite`] the compiler makes a comparison of 64-bit
/// integers, which not every processor has for several.
fn is_finite(value: f64) -> bool {
    0.0 * value == 0.0
}

/// Sums of what `map` makes of each value.
fn sums<const N: usize>(values: &[f64], map: impl Fn(f64) -> [f64; N]) -> [f64; N] {
    let mut totals = [0.0; N];
    for range in chunks(values.len(), BLOCK) {
        let block = lanes(&values[range], &map);
        totals.iter_mut().zip(block).for_each(|(total, sum)| *total += sum);
    }
    totals
}

fn lanes<const N: usize>(values: &[f64], map: impl Fn(f64) -> [f64; N]) -> [f64; N] {
    let mut sums = [[0.0; LANES]; N];
    let (rounds, rest) = values.as_chunks::<LANES>();
    let mut add = |lane: usize, value: f64| {
        let terms = map(value);
        (0..N).for_each(|i| sums[i][lane] += terms[i]);
    };
    for round in rounds {
        (0..LANES).for_each(|lane| add(lane, round[lane]));
    }
    rest.iter().enumerate().for_each(|(lane, &value)| add(lane, value));
    sums.map(|lanes| lanes.iter().sum())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_values_give_what_they_can() {
        assert_eq!(moments(&[]).mean, None);
        let one = moments(&[3.0]);
        assert_eq!((one.mean, one.std, one.skewness), (Some(3.0), None, None));
        let two = moments(&[3.0, 5.0]);
        assert_eq!((two.std, two.skewness), (Some(2.0_f64.sqrt()), None));
        assert_eq!(moments(&[7.0; 9]).kurtosis, Some(0.0));
    }

    #[test]
    fn an_offset_does_not_eat_the_spread() {
        let values: Vec<f64> = (0..1000).map(|i| 1e9 + f64::from(i % 2)).collect();
        let spread = moments(&values).std.unwrap();
        assert!((spread - (250.0_f64 / 999.0).sqrt()).abs() < 1e-9, "{spread}");
    }
}
