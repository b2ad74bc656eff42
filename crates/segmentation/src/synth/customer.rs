use rand::Rng;

use super::draw::{self, LogNormal, binomial, chance};
use super::groups::{Activity, Behaviour};

/// One row: the 17 figures. `None` is an empty cell.
#[derive(Debug, Clone)]
pub(super) struct Customer {
    pub(super) balance: f64,
    pub(super) balance_frequency: f64,
    pub(super) one_off: Usage,
    pub(super) instalments: Usage,
    pub(super) purchases_frequency: f64,
    pub(super) cash_advance: Usage,
    pub(super) credit_limit: Option<f64>,
    pub(super) payments: f64,
    pub(super) minimum_payments: Option<f64>,
    pub(super) full_payment: f64,
    /// Months, 6 to 12.
    pub(super) tenure: u32,
}

/// What a customer did by one [`Activity`].
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Usage {
    pub(super) months: u32,
    pub(super) transactions: u32,
    pub(super) frequency: f64,
    pub(super) amount: f64,
}

impl Customer {
    /// To the cent, as both of its parts are.
    pub(super) fn purchases(&self) -> f64 {
        cents(self.one_off.amount + self.instalments.amount)
    }
}

/// The chance of each tenure from 6 months to 12.
const TENURES: [f64; 7] = [0.023, 0.021, 0.022, 0.019, 0.026, 0.041, 0.848];

/// A customer owes a little over the limit at most: interest and fees.
const MAX_UTILISATION: f64 = 1.1;

/// A minimum payment asked of everybody, over the tenure.
const LEAST_DUE: f64 = 100.0;

/// The share of the balance due over the tenure, at the median.
const SHARE_DUE: LogNormal = LogNormal { median: 0.24, sigma: 0.35 };

/// Arrears: the chance to be dunned, and by how much it multiplies what is due.
const ARREARS: (f64, LogNormal) = (0.07, LogNormal { median: 4.5, sigma: 0.9 });

/// One customer of a group.
pub(super) fn draw(rng: &mut impl Rng, behaviour: &Behaviour) -> Customer {
    let tenure = 6 + draw::weighted(rng, TENURES.into_iter()) as u32;
    let one_off = in_cents(usage(rng, &behaviour.one_off, tenure));
    let instalments = in_cents(usage(rng, &behaviour.instalments, tenure));
    let cash_advance = usage(rng, &behaviour.cash_advance, tenure);
    let credit_limit = credit_limit(behaviour.credit_limit.draw(rng));
    let utilisation = behaviour.utilisation.draw(rng) * MAX_UTILISATION;
    let balance = millionths(credit_limit * utilisation);
    let spent = one_off.amount + instalments.amount + cash_advance.amount;
    Customer {
        balance,
        balance_frequency: share(balance_months(rng, behaviour, tenure), tenure),
        one_off,
        instalments,
        purchases_frequency: share(months_of_either(rng, one_off.months, instalments.months, tenure), tenure),
        cash_advance,
        credit_limit: Some(credit_limit),
        payments: payments(rng, behaviour.repayment * spent, balance),
        minimum_payments: Some(minimum_payments(rng, balance)),
        full_payment: share(full_months(rng, behaviour, tenure), tenure),
        tenure,
    }
}

fn usage(rng: &mut impl Rng, activity: &Activity, tenure: u32) -> Usage {
    if !chance(rng, activity.ever) {
        return Usage::default();
    }
    let p = activity.months.draw(rng);
    let months = binomial(rng, tenure, p).max(1);
    let transactions = (f64::from(months) * activity.per_month.draw(rng).max(1.0)).round() as u32;
    let amount = millionths(f64::from(transactions) * activity.amount.draw(rng));
    Usage { months, transactions, frequency: share(months, tenure), amount }
}

/// Purchases come in cents; advances, interest included, do not.
fn in_cents(usage: Usage) -> Usage {
    Usage { amount: cents(usage.amount), ..usage }
}

/// Months with a purchase of either kind: between full overlap and none.
fn months_of_either(rng: &mut impl Rng, a: u32, b: u32, tenure: u32) -> u32 {
    let (fewest, most) = (a.max(b), (a + b).min(tenure));
    fewest + draw::index(rng, (most - fewest) as usize + 1) as u32
}

fn balance_months(rng: &mut impl Rng, behaviour: &Behaviour, tenure: u32) -> u32 {
    if chance(rng, behaviour.always_balance) {
        return tenure;
    }
    let p = behaviour.balance_months.draw(rng);
    binomial(rng, tenure, p).max(1)
}

fn full_months(rng: &mut impl Rng, behaviour: &Behaviour, tenure: u32) -> u32 {
    if !chance(rng, behaviour.ever_in_full) {
        return 0;
    }
    let p = behaviour.in_full.draw(rng);
    binomial(rng, tenure, p).max(1)
}

fn payments(rng: &mut impl Rng, repaid: f64, balance: f64) -> f64 {
    let noise = LogNormal { median: 1.0, sigma: 0.55 }.draw(rng);
    millionths((120.0 + 0.75 * repaid + 0.17 * balance) * noise)
}

fn minimum_payments(rng: &mut impl Rng, balance: f64) -> f64 {
    let due = LEAST_DUE + (LEAST_DUE + balance) * SHARE_DUE.draw(rng);
    let (dunned, times) = ARREARS;
    millionths(if chance(rng, dunned) { due * times.draw(rng).max(1.0) } else { due })
}

/// Limits are granted in steps that grow with them.
fn credit_limit(drawn: f64) -> f64 {
    let step = if drawn < 2_000.0 {
        100.0
    } else if drawn < 10_000.0 {
        500.0
    } else {
        1_000.0
    };
    ((drawn / step).round() * step).clamp(300.0, 30_000.0)
}

/// Months over tenure.
pub(super) fn share(months: u32, tenure: u32) -> f64 {
    millionths(f64::from(months) / f64::from(tenure))
}

pub(super) fn cents(x: f64) -> f64 {
    (x * 100.0).round() / 100.0
}

pub(super) fn millionths(x: f64) -> f64 {
    (x * 1e6).round() / 1e6
}
