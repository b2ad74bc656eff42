//! How a row is compared with eight units at once.

use segctl_numeric::simd::LANES;

pub(crate) type Lanes = [f64; LANES];

/// What of a row the comparison with a unit needs beside its values.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Facts {
    /// The length of what is known of the row.
    pub(crate) length: f64,
    /// All features over those known: what a sum over the known ones is scaled by.
    pub(crate) stretch: f64,
}

/// A measure of how far a row is from a unit, feature by feature.
pub(crate) trait Form: Copy + Send + Sync {
    /// Accumulators of eight units.
    type Sum: Copy;
    /// Nothing added yet.
    const ZERO: Self::Sum;

    /// Adds one feature of a row and of eight units.
    fn add(sum: Self::Sum, x: f64, w: &Lanes) -> Self::Sum;

    /// What units are compared by: the least is the nearest.
    fn compared(sum: Self::Sum, facts: Facts) -> Lanes;

    /// The distance, of what is compared.
    fn distance(compared: f64, facts: Facts) -> f64;
}

/// `sqrt(sum_j (x_j - w_j)^2)`, compared by squares.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Euclidean;

impl Form for Euclidean {
    type Sum = Lanes;
    const ZERO: Lanes = [0.0; LANES];

    #[inline(always)]
    fn add(sum: Lanes, x: f64, w: &Lanes) -> Lanes {
        std::array::from_fn(|l| sum[l] + (x - w[l]) * (x - w[l]))
    }

    #[inline(always)]
    fn compared(sum: Lanes, _: Facts) -> Lanes {
        sum
    }

    #[inline(always)]
    fn distance(compared: f64, facts: Facts) -> f64 {
        (compared * facts.stretch).sqrt()
    }
}

/// `sum_j (x_j - w_j)^2`
#[derive(Debug, Clone, Copy)]
pub(crate) struct SquaredEuclidean;

impl Form for SquaredEuclidean {
    type Sum = Lanes;
    const ZERO: Lanes = [0.0; LANES];

    #[inline(always)]
    fn add(sum: Lanes, x: f64, w: &Lanes) -> Lanes {
        Euclidean::add(sum, x, w)
    }

    #[inline(always)]
    fn compared(sum: Lanes, _: Facts) -> Lanes {
        sum
    }

    #[inline(always)]
    fn distance(compared: f64, facts: Facts) -> f64 {
        compared * facts.stretch
    }
}

/// `sum_j |x_j - w_j|`
#[derive(Debug, Clone, Copy)]
pub(crate) struct Manhattan;

impl Form for Manhattan {
    type Sum = Lanes;
    const ZERO: Lanes = [0.0; LANES];

    #[inline(always)]
    fn add(sum: Lanes, x: f64, w: &Lanes) -> Lanes {
        std::array::from_fn(|l| sum[l] + (x - w[l]).abs())
    }

    #[inline(always)]
    fn compared(sum: Lanes, _: Facts) -> Lanes {
        sum
    }

    #[inline(always)]
    fn distance(compared: f64, facts: Facts) -> f64 {
        compared * facts.stretch
    }
}

/// `max_j |x_j - w_j|`
#[derive(Debug, Clone, Copy)]
pub(crate) struct Chebyshev;

impl Form for Chebyshev {
    type Sum = Lanes;
    const ZERO: Lanes = [0.0; LANES];

    #[inline(always)]
    fn add(sum: Lanes, x: f64, w: &Lanes) -> Lanes {
        std::array::from_fn(|l| {
            let difference = (x - w[l]).abs();
            if sum[l] > difference { sum[l] } else { difference }
        })
    }

    #[inline(always)]
    fn compared(sum: Lanes, _: Facts) -> Lanes {
        sum
    }

    #[inline(always)]
    fn distance(compared: f64, _: Facts) -> f64 {
        compared
    }
}

/// `1 - x.w / (|x| |w|)`; where either length is 0, 1.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cosine;

impl Form for Cosine {
    /// Products, and squares of the units.
    type Sum = [Lanes; 2];
    const ZERO: [Lanes; 2] = [[0.0; LANES]; 2];

    #[inline(always)]
    fn add([products, squares]: [Lanes; 2], x: f64, w: &Lanes) -> [Lanes; 2] {
        [std::array::from_fn(|l| products[l] + x * w[l]), std::array::from_fn(|l| squares[l] + w[l] * w[l])]
    }

    #[inline(always)]
    fn compared([products, squares]: [Lanes; 2], facts: Facts) -> Lanes {
        std::array::from_fn(|l| {
            let lengths = squares[l].sqrt() * facts.length;
            if lengths > 0.0 { (1.0 - products[l] / lengths).clamp(0.0, 2.0) } else { 1.0 }
        })
    }

    #[inline(always)]
    fn distance(compared: f64, _: Facts) -> f64 {
        compared
    }
}

/// Runs `$body` with `$form` naming the form of `$metric`.
macro_rules! with_form {
    ($metric:expr, $form:ident => $body:expr) => {
        match $metric {
            segctl_numeric::distance::Metric::SquaredEuclidean => {
                type $form = $crate::search::forms::SquaredEuclidean;
                $body
            }
            segctl_numeric::distance::Metric::Manhattan => {
                type $form = $crate::search::forms::Manhattan;
                $body
            }
            segctl_numeric::distance::Metric::Chebyshev => {
                type $form = $crate::search::forms::Chebyshev;
                $body
            }
            segctl_numeric::distance::Metric::Cosine => {
                type $form = $crate::search::forms::Cosine;
                $body
            }
            // Euclidean; `check_metric` lets no other through.
            _ => {
                type $form = $crate::search::forms::Euclidean;
                $body
            }
        }
    };
}
pub(crate) use with_form;
