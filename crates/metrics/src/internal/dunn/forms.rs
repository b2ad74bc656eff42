/// A distance that grows feature by feature with the differences, and never falls with one.
pub(super) trait Form: Sync {
    /// Adds the difference of one feature to the sum.
    fn add(sum: f64, difference: f64) -> f64;

    /// The distance of a sum over all features.
    fn finish(sum: f64) -> f64;

    /// The length of a sum, for which the triangle inequality holds.
    fn length(sum: f64) -> f64;

    /// The sum of a length.
    fn sum(length: f64) -> f64;
}

/// `sqrt(sum_j (x_j - y_j)^2)`
pub(super) struct Euclidean;

/// `sum_j (x_j - y_j)^2`
pub(super) struct SquaredEuclidean;

/// `sum_j |x_j - y_j|`
pub(super) struct Manhattan;

/// `max_j |x_j - y_j|`
pub(super) struct Chebyshev;

impl Form for Euclidean {
    #[inline(always)]
    fn add(sum: f64, difference: f64) -> f64 {
        sum + difference * difference
    }

    fn finish(sum: f64) -> f64 {
        sum.sqrt()
    }

    fn length(sum: f64) -> f64 {
        sum.sqrt()
    }

    fn sum(length: f64) -> f64 {
        length * length
    }
}

impl Form for SquaredEuclidean {
    #[inline(always)]
    fn add(sum: f64, difference: f64) -> f64 {
        sum + difference * difference
    }

    fn finish(sum: f64) -> f64 {
        sum
    }

    fn length(sum: f64) -> f64 {
        sum.sqrt()
    }

    fn sum(length: f64) -> f64 {
        length * length
    }
}

impl Form for Manhattan {
    #[inline(always)]
    fn add(sum: f64, difference: f64) -> f64 {
        sum + difference.abs()
    }

    fn finish(sum: f64) -> f64 {
        sum
    }

    fn length(sum: f64) -> f64 {
        sum
    }

    fn sum(length: f64) -> f64 {
        length
    }
}

impl Form for Chebyshev {
    /// Not `f64::max`: a comparison maps to one instruction on every processor.
    #[inline(always)]
    fn add(sum: f64, difference: f64) -> f64 {
        if difference.abs() > sum { difference.abs() } else { sum }
    }

    fn finish(sum: f64) -> f64 {
        sum
    }

    fn length(sum: f64) -> f64 {
        sum
    }

    fn sum(length: f64) -> f64 {
        length
    }
}
