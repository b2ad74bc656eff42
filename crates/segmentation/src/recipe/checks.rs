//! Ranges of parameters.

use segctl_numeric::InputError;

use crate::SegmentationError;

pub(super) fn at_least_one(name: &'static str, value: Option<usize>) -> Result<(), SegmentationError> {
    check(name, value.map(|value| value as f64), |value| value >= 1.0, ">= 1")
}

pub(super) fn at_least_two(name: &'static str, value: Option<usize>) -> Result<(), SegmentationError> {
    check(name, value.map(|value| value as f64), |value| value >= 2.0, ">= 2")
}

pub(super) fn not_negative(name: &'static str, value: Option<f64>) -> Result<(), SegmentationError> {
    check(name, value, |value| value >= 0.0 && value.is_finite(), "finite and >= 0")
}

pub(super) fn positive(name: &'static str, value: Option<f64>) -> Result<(), SegmentationError> {
    check(name, value, |value| value > 0.0 && value.is_finite(), "finite and > 0")
}

pub(super) fn half_at_most(name: &'static str, value: Option<f64>) -> Result<(), SegmentationError> {
    check(name, value, |value| (0.0..=0.5).contains(&value), "in [0, 0.5]")
}

fn check(
    name: &'static str,
    value: Option<f64>,
    is_good: impl Fn(f64) -> bool,
    expected: &'static str,
) -> Result<(), SegmentationError> {
    match value.filter(|&value| !is_good(value)) {
        None => Ok(()),
        Some(value) => Err(InputError::OutOfRange { name, value, expected }.into()),
    }
}
