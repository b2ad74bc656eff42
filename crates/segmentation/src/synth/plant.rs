//! The faults of real files, planted at stated rates.

use rand::Rng;

use super::customer::{Customer, cents, millionths, share};
use super::draw::{between, chance, index};
use super::{Rates, SynthReport};

/// What an outlier is a multiple of: the customer's amount, brought into this range.
const OUTLIER_BASE: (f64, f64) = (1_000.0, 4_000.0);

/// In this share of the rows without a minimum payment, nothing was paid either.
const UNPAID: f64 = 0.75;

/// The earlier row of the chunk, among `n`, that the next row is to copy, if it is to.
pub(super) fn duplicate_of(rng: &mut impl Rng, rates: &Rates, n: usize) -> Option<usize> {
    (chance(rng, rates.duplicate) && n > 0).then(|| index(rng, n))
}

/// Damages a customer, and counts the damage.
pub(super) fn faults(rng: &mut impl Rng, rates: &Rates, customer: &mut Customer, report: &mut SynthReport) {
    if chance(rng, rates.outlier) {
        outlier(rng, customer);
        report.outliers += 1;
    }
    if chance(rng, rates.impossible) {
        impossible(rng, customer);
        report.impossible += 1;
    }
    if chance(rng, rates.missing_credit_limit) {
        customer.credit_limit = None;
        report.missing_credit_limit += 1;
    }
    if chance(rng, rates.missing_minimum_payments) {
        missing_minimum_payments(rng, customer);
        report.missing_minimum_payments += 1;
    }
}

/// Multiplies an amount that the customer has, so that zeros stay consistent with their counts.
fn outlier(rng: &mut impl Rng, customer: &mut Customer) {
    let factor = between(rng, 5.0, 15.0);
    let far = |x: f64| x.max(x.clamp(OUTLIER_BASE.0, OUTLIER_BASE.1) * factor);
    match index(rng, 4) {
        0 if customer.one_off.months > 0 => customer.one_off.amount = cents(far(customer.one_off.amount)),
        1 if customer.instalments.months > 0 => customer.instalments.amount = cents(far(customer.instalments.amount)),
        2 if customer.cash_advance.months > 0 => {
            customer.cash_advance.amount = millionths(far(customer.cash_advance.amount));
        }
        _ => customer.payments = millionths(far(customer.payments)),
    }
}

/// More months than the customer was there, by up to half of them.
fn impossible(rng: &mut impl Rng, customer: &mut Customer) {
    let months = customer.tenure + 1 + index(rng, customer.tenure as usize / 2) as u32;
    let frequency = share(months, customer.tenure);
    if customer.cash_advance.months > 0 {
        customer.cash_advance.frequency = frequency;
    } else {
        customer.purchases_frequency = frequency;
    }
}

fn missing_minimum_payments(rng: &mut impl Rng, customer: &mut Customer) {
    customer.minimum_payments = None;
    if chance(rng, UNPAID) {
        customer.payments = 0.0;
    }
}
