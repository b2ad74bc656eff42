use segctl_numeric::InputError;
use serde::{Deserialize, Serialize};

use super::{Curve, Direction, KneeParams};
use crate::MetricsError;

/// A point where a curve bends most.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Knee {
    /// Its 0-based position.
    pub index: usize,
    /// Its x, as given.
    pub x: f64,
    /// Its y, as given.
    pub y: f64,
    /// How far the curve is above the diagonal of the unit square there, in [0, 1], once turned so that
    /// it rises and bends downwards.
    pub height: f64,
}

/// The first knee of the points (`x`, `y`), `None` where there is none: on a straight or constant
/// curve, one of fewer than three points, or one that bends the other way than stated. O(n).
///
/// As the Python package `kneed` with linear interpolation. That leaves the spacing of `x` as it was
/// when it turns an increasing convex or a decreasing concave curve around; here the spacing turns too,
/// so that these two shapes give the same knee only where `x` is evenly spaced.
///
/// ```
/// use segctl_metrics::{KneeParams, knee};
/// let inertia = [100.0, 40.0, 20.0, 17.0, 15.0, 14.0];
/// let found = knee(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], &inertia, &KneeParams::new())?;
/// assert_eq!(found.map(|knee| knee.x), Some(3.0));
/// # Ok::<(), segctl_metrics::MetricsError>(())
/// ```
///
/// # Errors
/// A sensitivity out of range; not as many `y` as `x`; values that are not finite, or whose range is not;
/// `x` that does not rise from each point to the next.
pub fn knee(x: &[f64], y: &[f64], params: &KneeParams) -> Result<Option<Knee>, MetricsError> {
    Ok(knees(x, y, params)?.into_iter().next())
}

/// All knees in the order they are found: from the left on curves that rise and are concave, or fall and
/// are convex, from the right on the others. O(n).
///
/// ```
/// use segctl_metrics::{KneeParams, knees};
/// let steps = [100.0, 60.0, 58.0, 56.0, 20.0, 18.0, 17.0];
/// let x: Vec<f64> = (1..8).map(f64::from).collect();
/// let found = knees(&x, &steps, &KneeParams::new().with_sensitivity(0.5))?;
/// assert_eq!(found.iter().map(|knee| knee.x).collect::<Vec<_>>(), [2.0, 5.0]);
/// # Ok::<(), segctl_metrics::MetricsError>(())
/// ```
///
/// # Errors
/// As [`knee`].
pub fn knees(x: &[f64], y: &[f64], params: &KneeParams) -> Result<Vec<Knee>, MetricsError> {
    params.validate()?;
    check(x, y)?;
    if x.len() < 3 || y.iter().all(|value| *value == y[0]) {
        return Ok(Vec::new());
    }
    let turned = turned(params);
    let difference = difference(x, y, params, turned);
    let step = 1.0 / (x.len() - 1) as f64;
    let at = |found: usize| {
        let index = if turned { x.len() - 1 - found } else { found };
        Knee { index, x: x[index], y: y[index], height: difference[found] }
    };
    Ok(candidates(&difference, params.sensitivity * step).into_iter().map(at).collect())
}

fn check(x: &[f64], y: &[f64]) -> Result<(), MetricsError> {
    if x.len() != y.len() {
        return Err(InputError::Length { what: "y", found: y.len(), expected: x.len() }.into());
    }
    for (column, values) in [x, y].into_iter().enumerate() {
        if let Some(row) = values.iter().position(|value| !value.is_finite()) {
            let (what, value) = ("curve", values[row]);
            return Err(InputError::NotFinite { what, row, column, value }.into());
        }
        let range = range(values);
        if range == f64::INFINITY {
            let name = ["range of x", "range of y"][column];
            return Err(InputError::OutOfRange { name, value: range, expected: "finite" }.into());
        }
    }
    match x.windows(2).find(|pair| pair[1] <= pair[0]) {
        None => Ok(()),
        Some(pair) => {
            let (value, limit) = (pair[1], pair[0]);
            Err(MetricsError::Order { name: "x", value, relation: ">", other: "previous x", limit })
        }
    }
}

/// Whether the curve is read from the right.
fn turned(params: &KneeParams) -> bool {
    (params.curve == Curve::Concave) == (params.direction == Direction::Decreasing)
}

/// How far the curve is above the diagonal, once in the unit square, rising and concave.
fn difference(x: &[f64], y: &[f64], params: &KneeParams, turned: bool) -> Vec<f64> {
    let (mut xs, mut ys) = (unit(x), unit(y));
    if params.curve == Curve::Convex {
        ys.iter_mut().for_each(|y| *y = 1.0 - *y);
    }
    if turned {
        xs.reverse();
        ys.reverse();
        xs.iter_mut().for_each(|x| *x = 1.0 - *x);
    }
    ys.iter().zip(&xs).map(|(y, x)| y - x).collect()
}

/// Moved and scaled to [0, 1].
fn unit(values: &[f64]) -> Vec<f64> {
    let (low, range) = (low(values), range(values));
    values.iter().map(|value| (value - low) / range).collect()
}

fn low(values: &[f64]) -> f64 {
    values.iter().copied().fold(f64::INFINITY, f64::min)
}

fn range(values: &[f64]) -> f64 {
    values.iter().copied().fold(f64::NEG_INFINITY, f64::max) - low(values)
}

/// The local maxima that the curve falls behind by more than `allowance` before it reaches a local
/// minimum, or below the diagonal after one; each once. A point is a local maximum, or minimum, that no
/// neighbour exceeds, ends included.
fn candidates(difference: &[f64], allowance: f64) -> Vec<usize> {
    let neighbours = |i: usize| [difference[i.saturating_sub(1)], difference[(i + 1).min(difference.len() - 1)]];
    let is_maximum = |i: usize| neighbours(i).iter().all(|other| *other <= difference[i]);
    let is_minimum = |i: usize| neighbours(i).iter().all(|other| *other >= difference[i]);
    let (mut found, mut top, mut threshold) = (Vec::new(), None, 0.0);
    for i in 0..difference.len() - 1 {
        if is_maximum(i) {
            (top, threshold) = (Some(i), difference[i] - allowance);
        }
        if is_minimum(i) {
            threshold = 0.0;
        }
        if let Some(top) = top.filter(|_| difference[i + 1] < threshold)
            && found.last() != Some(&top)
        {
            found.push(top);
        }
    }
    found
}
