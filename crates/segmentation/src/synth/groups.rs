use rand::Rng;

use super::draw::{self, LogNormal, LogitNormal};

/// The behaviour a synthetic customer was drawn from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// Hardly uses the card.
    Dormant,
    /// Buys often and pays in full.
    Transactor,
    /// Buys by instalments, month after month.
    InstalmentBuyer,
    /// Draws cash and carries the balance.
    CashRevolver,
    /// High limit, many large purchases of both kinds.
    BigSpender,
}

impl Group {
    /// All groups, in the order of their variants.
    pub const ALL: [Self; 5] =
        [Self::Dormant, Self::Transactor, Self::InstalmentBuyer, Self::CashRevolver, Self::BigSpender];

    /// The name in the column `PLANTED_GROUP`.
    ///
    /// ```
    /// use segctl_segmentation::synth::Group;
    /// assert_eq!(Group::CashRevolver.name(), "cash revolver");
    /// ```
    pub fn name(self) -> &'static str {
        match self {
            Self::Dormant => "dormant",
            Self::Transactor => "transactor",
            Self::InstalmentBuyer => "instalment buyer",
            Self::CashRevolver => "cash revolver",
            Self::BigSpender => "big spender",
        }
    }

    /// The share of customers drawn from this group.
    ///
    /// ```
    /// use segctl_segmentation::synth::Group;
    /// let total: f64 = Group::ALL.iter().map(|group| group.share()).sum();
    /// assert!((total - 1.0).abs() < 1e-12);
    /// ```
    pub fn share(self) -> f64 {
        self.behaviour().share
    }

    pub(super) fn draw(rng: &mut impl Rng) -> Self {
        Self::ALL[draw::weighted(rng, Self::ALL.iter().map(|group| group.share()))]
    }

    pub(super) fn behaviour(self) -> &'static Behaviour {
        match self {
            Self::Dormant => &DORMANT,
            Self::Transactor => &TRANSACTOR,
            Self::InstalmentBuyer => &INSTALMENT_BUYER,
            Self::CashRevolver => &CASH_REVOLVER,
            Self::BigSpender => &BIG_SPENDER,
        }
    }
}

/// How the customers of a group behave. The figures were set by hand until the quantiles of the
/// whole resembled those of the public data set.
#[derive(Debug)]
pub(super) struct Behaviour {
    pub(super) share: f64,
    pub(super) credit_limit: LogNormal,
    /// Balance over limit.
    pub(super) utilisation: LogitNormal,
    /// The chance that a month has a balance, where not every month has one.
    pub(super) balance_months: LogitNormal,
    /// Whether every month has a balance.
    pub(super) always_balance: f64,
    pub(super) one_off: Activity,
    pub(super) instalments: Activity,
    pub(super) cash_advance: Activity,
    /// Whether the customer ever pays a bill in full, and in which share of the months.
    pub(super) ever_in_full: f64,
    pub(super) in_full: LogitNormal,
    /// Payments over what was spent and drawn.
    pub(super) repayment: f64,
}

/// One way of using the card.
#[derive(Debug)]
pub(super) struct Activity {
    /// The chance that a customer does it at all.
    pub(super) ever: f64,
    /// The share of months with it, for those who do.
    pub(super) months: LogitNormal,
    /// Transactions in such a month.
    pub(super) per_month: LogNormal,
    /// Currency units in a transaction.
    pub(super) amount: LogNormal,
}

const fn about(median: f64, sigma: f64) -> LogNormal {
    LogNormal { median, sigma }
}

const fn around(median: f64, sigma: f64) -> LogitNormal {
    LogitNormal { median, sigma }
}

static DORMANT: Behaviour = Behaviour {
    share: 0.22,
    credit_limit: about(2_200.0, 0.75),
    utilisation: around(0.04, 1.6),
    balance_months: around(0.5, 1.0),
    always_balance: 0.3,
    one_off: Activity { ever: 0.5, months: around(0.08, 0.6), per_month: about(1.0, 0.3), amount: about(80.0, 1.0) },
    instalments: Activity {
        ever: 0.38,
        months: around(0.25, 0.9),
        per_month: about(1.0, 0.3),
        amount: about(45.0, 0.7),
    },
    cash_advance: Activity {
        ever: 0.3,
        months: around(0.08, 0.5),
        per_month: about(1.1, 0.4),
        amount: about(180.0, 1.1),
    },
    ever_in_full: 0.27,
    in_full: around(0.25, 1.0),
    repayment: 0.9,
};

static TRANSACTOR: Behaviour = Behaviour {
    share: 0.21,
    credit_limit: about(4_000.0, 0.65),
    utilisation: around(0.05, 1.3),
    balance_months: around(0.85, 0.8),
    always_balance: 0.75,
    one_off: Activity { ever: 0.85, months: around(0.42, 1.2), per_month: about(1.8, 0.5), amount: about(62.0, 0.8) },
    instalments: Activity {
        ever: 0.65,
        months: around(0.7, 1.3),
        per_month: about(1.6, 0.4),
        amount: about(45.0, 0.6),
    },
    cash_advance: Activity {
        ever: 0.12,
        months: around(0.08, 0.5),
        per_month: about(1.1, 0.4),
        amount: about(200.0, 1.1),
    },
    ever_in_full: 0.72,
    in_full: around(0.65, 1.5),
    repayment: 1.0,
};

static INSTALMENT_BUYER: Behaviour = Behaviour {
    share: 0.18,
    credit_limit: about(2_600.0, 0.65),
    utilisation: around(0.17, 1.6),
    balance_months: around(0.9, 0.8),
    always_balance: 0.85,
    one_off: Activity { ever: 0.3, months: around(0.1, 0.6), per_month: about(1.1, 0.3), amount: about(80.0, 0.9) },
    instalments: Activity {
        ever: 1.0,
        months: around(0.88, 1.2),
        per_month: about(1.6, 0.4),
        amount: about(48.0, 0.6),
    },
    cash_advance: Activity {
        ever: 0.22,
        months: around(0.1, 0.6),
        per_month: about(1.2, 0.4),
        amount: about(220.0, 1.0),
    },
    ever_in_full: 0.45,
    in_full: around(0.5, 1.6),
    repayment: 0.95,
};

static CASH_REVOLVER: Behaviour = Behaviour {
    share: 0.31,
    credit_limit: about(3_600.0, 0.75),
    utilisation: around(0.66, 1.5),
    balance_months: around(0.95, 0.8),
    always_balance: 0.93,
    one_off: Activity { ever: 0.38, months: around(0.12, 0.8), per_month: about(1.2, 0.4), amount: about(75.0, 1.0) },
    instalments: Activity { ever: 0.3, months: around(0.3, 1.1), per_month: about(1.2, 0.4), amount: about(45.0, 0.7) },
    cash_advance: Activity {
        ever: 1.0,
        months: around(0.27, 0.9),
        per_month: about(1.9, 0.6),
        amount: about(270.0, 0.8),
    },
    ever_in_full: 0.06,
    in_full: around(0.12, 0.8),
    repayment: 0.6,
};

static BIG_SPENDER: Behaviour = Behaviour {
    share: 0.08,
    credit_limit: about(9_000.0, 0.45),
    utilisation: around(0.25, 1.3),
    balance_months: around(0.95, 0.8),
    always_balance: 0.96,
    one_off: Activity { ever: 0.98, months: around(0.8, 1.0), per_month: about(4.0, 0.5), amount: about(90.0, 0.6) },
    instalments: Activity {
        ever: 0.8,
        months: around(0.75, 1.2),
        per_month: about(2.8, 0.5),
        amount: about(70.0, 0.6),
    },
    cash_advance: Activity {
        ever: 0.25,
        months: around(0.12, 0.7),
        per_month: about(1.5, 0.5),
        amount: about(400.0, 1.0),
    },
    ever_in_full: 0.45,
    in_full: around(0.6, 1.5),
    repayment: 1.0,
};
