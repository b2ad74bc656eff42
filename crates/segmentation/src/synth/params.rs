use segctl_numeric::InputError;
use segctl_numeric::seed::Seed;
use serde::Serialize;

/// What [`synth`](super::synth) makes.
#[derive(Debug, Clone, PartialEq)]
pub struct SynthParams {
    /// Rows, duplicates included.
    pub rows: usize,
    /// The root of the random streams; [`Seed`] 0 unless told.
    pub seed: Seed,
    /// How many faults of each kind are planted.
    pub rates: Rates,
    /// Whether a last column, `PLANTED_GROUP`, names the group each row was drawn from.
    pub groups: bool,
}

impl SynthParams {
    /// `rows` customers from seed 0, with the default faults and without the group column.
    ///
    /// ```
    /// use segctl_numeric::seed::Seed;
    /// use segctl_segmentation::synth::{Rates, SynthParams};
    ///
    /// let params = SynthParams::new(1_000).with_seed(Seed(7)).with_rates(Rates::NONE).with_groups();
    /// assert!(params.validate().is_ok());
    /// ```
    pub fn new(rows: usize) -> Self {
        Self { rows, seed: Seed(0), rates: Rates::default(), groups: false }
    }

    /// Draws from another seed.
    #[must_use]
    pub fn with_seed(mut self, seed: Seed) -> Self {
        self.seed = seed;
        self
    }

    /// Plants faults at other rates.
    #[must_use]
    pub fn with_rates(mut self, rates: Rates) -> Self {
        self.rates = rates;
        self
    }

    /// Adds the column `PLANTED_GROUP`, the truth that a clustering can be held against.
    #[must_use]
    pub fn with_groups(mut self) -> Self {
        self.groups = true;
        self
    }

    /// Checks the rates.
    ///
    /// # Errors
    /// [`InputError::OutOfRange`] for a rate that is no share.
    pub fn validate(&self) -> Result<(), InputError> {
        self.rates.named().into_iter().try_for_each(|(name, value)| {
            if (0.0..=1.0).contains(&value) {
                Ok(())
            } else {
                Err(InputError::OutOfRange { name, value, expected: "in [0, 1]" })
            }
        })
    }
}

/// The share of rows that get each kind of fault. The faults are independent of each other, and
/// a duplicate has those of the row that it copies.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Rates {
    /// `MINIMUM_PAYMENTS` is empty. In three of four such rows `PAYMENTS` is 0 too: nobody asked
    /// for a payment and none came.
    pub missing_minimum_payments: f64,
    /// `CREDIT_LIMIT` is empty.
    pub missing_credit_limit: f64,
    /// The row is an exact copy, id included, of an earlier row of its chunk.
    pub duplicate: f64,
    /// `CASH_ADVANCE_FREQUENCY` or `PURCHASES_FREQUENCY` exceeds 1, which no count of months over
    /// a tenure can.
    pub impossible: f64,
    /// One amount is at least 5,000, and mostly 5 to 15 times what it would have been.
    pub outlier: f64,
}

impl Rates {
    /// A clean file.
    pub const NONE: Self = Self {
        missing_minimum_payments: 0.0,
        missing_credit_limit: 0.0,
        duplicate: 0.0,
        impossible: 0.0,
        outlier: 0.0,
    };

    /// 3.5 % of minimum payments and 0.05 % of credit limits missing, 0.5 % duplicates, 0.2 %
    /// impossible frequencies, 0.5 % outliers: a little above what the public data set shows, so
    /// that a file of 2,000 rows has some of each.
    pub const DEFAULT: Self = Self {
        missing_minimum_payments: 0.035,
        missing_credit_limit: 0.0005,
        duplicate: 0.005,
        impossible: 0.002,
        outlier: 0.005,
    };

    fn named(&self) -> [(&'static str, f64); 5] {
        [
            ("missing_minimum_payments", self.missing_minimum_payments),
            ("missing_credit_limit", self.missing_credit_limit),
            ("duplicate", self.duplicate),
            ("impossible", self.impossible),
            ("outlier", self.outlier),
        ]
    }
}

impl Default for Rates {
    fn default() -> Self {
        Self::DEFAULT
    }
}
