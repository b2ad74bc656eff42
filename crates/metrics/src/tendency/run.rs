use segctl_numeric::observe::Observer;
use segctl_numeric::par::map_chunks;
use segctl_numeric::seed::Seed;
use segctl_numeric::{Matrix, MatrixView};
use statrs::function::beta::beta_reg;

use super::draw::{Plot, distinct};
use super::{Hopkins, HopkinsParams, SimulatedNull};
use crate::MetricsError;
use crate::each::{at_once, child, try_each};
use crate::null::{Gaussian, check_table};
use crate::{ReferenceBox, ReferenceSpace};

/// The Hopkins statistic of `x` (n x d), and p-values of it under three null hypotheses.
///
/// H = sum u^d / (sum u^d + sum w^d), where the u are the Euclidean distances of m points, thrown
/// uniformly into the bounding box along the columns, to the nearest row, the w those of m different rows
/// to the nearest other row, and d, unless another power is chosen, counts the columns that are not
/// constant. Some packages leave the power out, or give 1 - H. The mean of `n_draws` such values is reported.
///
/// Beta(m, m) holds for independent uniform columns only. Therefore the statistic is also compared with
/// that of data sets simulated from two distributions without clusters: uniform in the box along the
/// principal axes, and normal with the mean and the covariance of `x`. O(S n_draws m n d) time for S
/// simulations each, in parallel.
///
/// ```
/// use segctl_metrics::{HopkinsParams, hopkins};
/// use segctl_numeric::{Matrix, observe::Silent, seed::Seed};
/// // Three tight groups.
/// let at = |i: u32| (f64::from(i % 3 * 50), f64::from(i / 3 % 7), f64::from(i / 21 % 5));
/// let rows: Vec<[f64; 2]> = (0..105).map(|i| at(i)).map(|(c, a, b)| [c + a, c + b]).collect();
/// let found = hopkins(Matrix::from_rows(&rows)?.view(), &HopkinsParams::new(Seed(0)), &Silent)?;
/// assert!(found.statistic > 0.9);
/// assert!(found.gaussian.is_some_and(|null| null.p_value == 0.01));
/// # Ok::<(), segctl_metrics::MetricsError>(())
/// ```
///
/// # Errors
/// Parameters out of range; fewer than 2 rows, no columns, values that are not finite or of a magnitude
/// above 1e150; rows that are all equal.
pub fn hopkins(x: MatrixView<'_>, params: &HopkinsParams, observer: &dyn Observer) -> Result<Hopkins, MetricsError> {
    params.validate()?;
    check_table(x)?;
    let x = unit_scaled(sample(x, params).view())?;
    let m = (x.n_rows() / 10).clamp(1, params.max_points);
    let n_varying = n_varying(x.view());
    let plan = Plan { m, n_draws: params.n_draws, exponent: params.exponent.unwrap_or(n_varying) };
    let draws = plan.draws(x.view(), child(params.seed, "hopkins draws", 0, 0));
    let statistic = mean(&draws);
    let null = |values: Vec<f64>| (!values.is_empty()).then(|| SimulatedNull::new(statistic, values));
    let [uniform, gaussian] = simulated(x.view(), &plan, params, observer)?.map(null);
    let beta = || beta_reg(m as f64, m as f64, 1.0 - statistic);
    let beta_p_value = (plan.exponent == n_varying).then(beta);
    Ok(Hopkins {
        statistic,
        draws,
        n_points: m,
        exponent: plan.exponent,
        n_rows: x.n_rows(),
        beta_p_value,
        uniform,
        gaussian,
    })
}

/// What is computed of the table and of each simulated one.
struct Plan {
    m: usize,
    n_draws: usize,
    exponent: usize,
}

impl Plan {
    fn draws(&self, x: MatrixView<'_>, seed: Seed) -> Vec<f64> {
        let sides = ReferenceBox::around(x, ReferenceSpace::Original).sides().collect();
        let plot = Plot { x, sides };
        let draw = |at: usize| plot.hopkins(self.m, self.exponent, &mut seed.stream("hopkins", at as u64, 0));
        map_chunks(self.n_draws, 1, |range| draw(range.start))
    }
}

/// The statistic of `n_simulations` tables of each kind: uniform, normal.
fn simulated(
    x: MatrixView<'_>,
    plan: &Plan,
    params: &HopkinsParams,
    observer: &dyn Observer,
) -> Result<[Vec<f64>; 2], MetricsError> {
    let (s, n) = (params.n_simulations, x.n_rows());
    let uniform = ReferenceBox::around(x, ReferenceSpace::PrincipalAxes);
    let gaussian = Gaussian::fit(x);
    let one = |at: usize| {
        let seed = child(params.seed, "hopkins simulation", at / s, at % s);
        let table = match at / s {
            0 => uniform.draw(n, seed),
            _ => gaussian.draw(n, &mut seed.stream("normal table", 0, 0)),
        };
        Ok::<_, MetricsError>(mean(&plan.draws(table.view(), seed)))
    };
    let mut values = try_each(2 * s, at_once(x.as_slice().len()), "hopkins", observer, one)?;
    let normal = values.split_off(s);
    Ok([values, normal])
}

/// All rows, or `max_rows` of them.
fn sample(x: MatrixView<'_>, params: &HopkinsParams) -> Matrix {
    if x.n_rows() <= params.max_rows {
        return x.to_owned();
    }
    x.select_rows(&distinct(x.n_rows(), params.max_rows, &mut params.seed.stream("hopkins rows", 0, 0)))
}

/// Moved to the origin and scaled by a power of two, so that the longest side is in [1, 2) and squares
/// neither overflow nor vanish; the statistic does not change.
fn unit_scaled(x: MatrixView<'_>) -> Result<Matrix, MetricsError> {
    let sides: Vec<(f64, f64)> = ReferenceBox::around(x, ReferenceSpace::Original).sides().collect();
    let longest = sides.iter().map(|(low, high)| high - low).fold(0.0, f64::max);
    if longest == 0.0 {
        return Err(MetricsError::NoSpread { n_samples: x.n_rows() });
    }
    // A factor of 2^1074 would be infinite; 2^1000 lifts the smallest number to 2^-74.
    let factor = libm::scalbn(1.0, (-libm::ilogb(longest)).min(1000));
    let mut scaled = x.to_owned();
    for i in 0..scaled.n_rows() {
        scaled.row_mut(i).iter_mut().zip(&sides).for_each(|(value, (low, _))| *value = (*value - low) * factor);
    }
    Ok(scaled)
}

/// Columns with two different values.
fn n_varying(x: MatrixView<'_>) -> usize {
    ReferenceBox::around(x, ReferenceSpace::Original).sides().filter(|(low, high)| high > low).count()
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}
