use serde::{Deserialize, Serialize};

use super::normal::normal_quantile;
use crate::Scale;
use crate::describe::{present, quantile};

/// Quantiles kept, at most: scikit-learn's default.
const MAX_QUANTILES: usize = 1000;

/// Different values whose ranks are kept, at most; between them ranks are interpolated.
const MAX_RANKED: usize = 10_000;

/// Values this near to either end count as the end, for the normal distribution has no end: scikit-learn's
/// threshold.
const NEAR_END: f64 = 1e-7;

/// A value's place among the values that a column had when this was fitted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Curve {
    /// The share of the values below, from 0 to 1, between quantiles at even distances: scikit-learn's
    /// `QuantileTransformer` with 1,000 quantiles and no subsampling. Equal values share the middle of
    /// their shares.
    Uniform {
        /// Ascending.
        quantiles: Vec<f64>,
    },
    /// The standard normal quantile of that share, at most 5.2 from 0. Values within 1e-7 of either end (of the
    /// range, if that is below 1) count as the end.
    Normal {
        /// Ascending.
        quantiles: Vec<f64>,
    },
    /// `(rank - 1/2) / n`, equal values sharing the mean of their ranks; between the values known by
    /// interpolation, beyond them as the last.
    Rank {
        /// Different values, ascending: all, or 10,000 of them.
        values: Vec<f64>,
        /// Their places, in (0, 1).
        places: Vec<f64>,
    },
}

impl Curve {
    /// `None` for a scale that is a linear function, and without values.
    pub(super) fn fit(values: &[f64], method: Scale) -> Option<Self> {
        let mut sorted = present(values);
        if sorted.is_empty() {
            return None;
        }
        sorted.sort_unstable_by(f64::total_cmp);
        match method {
            Scale::QuantileUniform => Some(Self::Uniform { quantiles: quantiles(&sorted) }),
            Scale::QuantileNormal => Some(Self::Normal { quantiles: quantiles(&sorted) }),
            Scale::Rank => Some(ranked(&sorted)),
            Scale::Standard | Scale::Robust | Scale::MinMax | Scale::MaxAbs | Scale::None => None,
        }
    }

    /// The place of `x`. O(log n).
    ///
    /// ```
    /// use segctl_preprocessing::steps::Curve;
    /// let curve = Curve::Uniform { quantiles: vec![0.0, 10.0, 10.0, 20.0, 60.0] };
    /// assert_eq!([-5.0, 5.0, 10.0, 40.0, 99.0].map(|x| curve.place(x)), [0.0, 0.125, 0.375, 0.875, 1.0]);
    /// let ranks = Curve::Rank { values: vec![1.0, 3.0], places: vec![0.25, 0.75] };
    /// assert_eq!([0.0, 2.0, 9.0].map(|x| ranks.place(x)), [0.25, 0.5, 0.75]);
    /// ```
    ///
    /// # Panics
    /// Without quantiles or values, or with fewer places than values.
    pub fn place(&self, x: f64) -> f64 {
        match self {
            Self::Uniform { quantiles } => share_below(quantiles, x),
            Self::Normal { quantiles } => {
                let least = NEAR_END - f64::EPSILON;
                normal_quantile(away_from_ends(quantiles, x).clamp(least, 1.0 - least))
            }
            Self::Rank { values, places } => interpolate(values, |i| places[i], x),
        }
    }

    /// Whether there is something to interpolate, as there is unless a file was forged.
    pub(super) fn is_sound(&self) -> bool {
        match self {
            Self::Uniform { quantiles } | Self::Normal { quantiles } => quantiles.len() > 1,
            Self::Rank { values, places } => !values.is_empty() && values.len() == places.len(),
        }
    }
}

fn quantiles(sorted: &[f64]) -> Vec<f64> {
    let n = sorted.len().min(MAX_QUANTILES);
    let mut top = f64::NEG_INFINITY;
    let mut at = |i: usize| {
        // Rounding must not make a quantile smaller than the one before.
        top = top.max(quantile(sorted, in_percent(share(i, n))));
        top
    };
    (0..n).map(&mut at).collect()
}

/// The `i`th of `n` numbers from 0 to 1 at even distances, rounded as NumPy's `linspace` rounds.
fn share(i: usize, n: usize) -> f64 {
    match i {
        0 => 0.0,
        _ if i + 1 == n => 1.0,
        _ => i as f64 * (1.0 / (n - 1) as f64),
    }
}

/// To per cent and back, as scikit-learn does. The last digit decides whether a quantile is equal to the values
/// around it, and so which place equal values take.
fn in_percent(share: f64) -> f64 {
    share * 100.0 / 100.0
}

fn ranked(sorted: &[f64]) -> Curve {
    let n = sorted.len() as f64;
    let mut below = 0;
    let place = |ties: &[f64]| {
        let middle = below as f64 + ties.len() as f64 / 2.0;
        below += ties.len();
        (ties[0], middle / n)
    };
    let all: Vec<(f64, f64)> = sorted.chunk_by(|a, b| a == b).map(place).collect();
    let kept = evenly(all.len(), MAX_RANKED);
    let (values, places) = kept.map(|i| all[i]).unzip();
    Curve::Rank { values, places }
}

/// At most `most` of `0..n`, the first and the last among them.
fn evenly(n: usize, most: usize) -> impl Iterator<Item = usize> {
    let kept = n.min(most);
    (0..kept).map(move |i| if kept == n { i } else { (i as u64 * (n - 1) as u64 / (kept - 1) as u64) as usize })
}

/// The mean of what interpolation upwards and downwards give: they differ where quantiles are equal.
fn share_below(quantiles: &[f64], x: f64) -> f64 {
    let n = quantiles.len();
    let first = quantiles.partition_point(|&quantile| quantile < x);
    let beyond = quantiles.partition_point(|&quantile| quantile <= x);
    if first == n || beyond == 0 {
        return if first == n { 1.0 } else { 0.0 };
    }
    // The ends are 0 and 1, however many of the values are equal to them.
    if x == quantiles[0] || x == quantiles[n - 1] {
        return f64::from(u8::from(x > quantiles[0]));
    }
    if first == beyond {
        return between(quantiles, |i| share(i, n), first, x);
    }
    0.5 * (share(first, n) + share(beyond - 1, n))
}

fn away_from_ends(quantiles: &[f64], x: f64) -> f64 {
    let (low, high) = (quantiles[0], quantiles[quantiles.len() - 1]);
    let near = NEAR_END * (high - low).min(1.0);
    match x {
        _ if x - near < low => 0.0,
        _ if x + near > high => 1.0,
        _ => share_below(quantiles, x),
    }
}

/// Between distinct ascending values, and as the nearest beyond them.
fn interpolate(values: &[f64], place: impl Fn(usize) -> f64, x: f64) -> f64 {
    let above = values.partition_point(|&value| value < x);
    match above {
        0 => place(0),
        _ if above == values.len() => place(above - 1),
        _ if values[above] == x => place(above),
        _ => between(values, place, above, x),
    }
}

/// On the line from the value before `above` to the one there.
fn between(values: &[f64], place: impl Fn(usize) -> f64, above: usize, x: f64) -> f64 {
    let (low, high) = (values[above - 1], values[above]);
    let slope = (place(above) - place(above - 1)) / (high - low);
    slope * (x - low) + place(above - 1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::describe::average_ranks;

    const METHODS: [Scale; 3] = [Scale::QuantileUniform, Scale::QuantileNormal, Scale::Rank];

    proptest! {
        #[test]
        fn larger_values_have_places_no_lower(
            values in prop::collection::vec(prop_oneof![(-5..5).prop_map(f64::from), -9.0..9.0_f64], 2..60),
            mut asked in prop::collection::vec(-12.0..12.0_f64, 1..30),
        ) {
            asked.extend(&values);
            asked.sort_by(f64::total_cmp);
            for method in METHODS {
                let curve = Curve::fit(&values, method).unwrap();
                let places: Vec<f64> = asked.iter().map(|&x| curve.place(x)).collect();
                let rising = places.windows(2).all(|pair| pair[0] <= pair[1] + 1e-15);
                prop_assert!(rising, "{:?}: {:?}", method, places);
                let bound = if method == Scale::QuantileNormal { 5.2 } else { 1.0 };
                prop_assert!(places.iter().all(|place| place.abs() <= bound));
            }
        }

        #[test]
        fn ranks_are_average_ranks(values in prop::collection::vec((-20..20).prop_map(f64::from), 1..80)) {
            let curve = Curve::fit(&values, Scale::Rank).unwrap();
            for (&value, rank) in values.iter().zip(average_ranks(&values)) {
                prop_assert_eq!(curve.place(value), (rank - 0.5) / values.len() as f64);
            }
        }
    }

    #[test]
    fn many_values_are_kept_in_part() {
        let values: Vec<f64> = (0..25_000).map(|i| f64::from(i) * f64::from(i)).collect();
        let curve = Curve::fit(&values, Scale::Rank).unwrap();
        let Curve::Rank { values: kept, .. } = &curve else { panic!("ranks were asked for") };
        assert_eq!((kept.len(), kept[0], kept[9_999]), (10_000, 0.0, values[24_999]));
        for (i, &value) in values.iter().enumerate() {
            let place = (i as f64 + 0.5) / 25_000.0;
            assert!((curve.place(value) - place).abs() < 1e-4, "value {i}");
        }
    }

    #[test]
    fn extremes_have_places() {
        let values = [-1e75, 1e75, 1e-300, f64::MIN_POSITIVE / 8.0, 0.0, -0.0];
        for method in METHODS {
            let curve = Curve::fit(&values, method).unwrap();
            assert!(values.iter().all(|&value| curve.place(value).is_finite()), "{method:?}");
            assert_eq!(curve.place(0.0), curve.place(-0.0));
        }
        assert!(Curve::fit(&[f64::NAN], Scale::Rank).is_none());
        let tiny: Vec<f64> = (0..5).map(|i| 1e-12 * f64::from(i)).collect();
        let curve = Curve::fit(&tiny, Scale::QuantileNormal).unwrap();
        assert!(curve.place(tiny[2]).abs() < 1e-12, "a small range is no point");
    }
}
