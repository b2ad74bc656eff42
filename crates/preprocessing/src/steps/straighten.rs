use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::{short, yeo_johnson, yeo_johnson_lambda};
use crate::describe::skewness;
use crate::table::{Column, Kind, Table};
use crate::{Event, PrepareError, Skew};

/// Straightens skewed columns of numbers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Straighten {
    /// The columns it changes.
    pub columns: Vec<Straightened>,
}

/// A column and how it is straightened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Straightened {
    /// The column.
    pub column: String,
    /// The function applied to its values.
    pub power: Power,
    /// The skewness before and after, where it is defined, of the data this was fitted on.
    pub skewness: Option<(f64, f64)>,
}

/// A function that pulls long tails in.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Power {
    /// `ln(1 + x)`; a negative value counts as 0.
    #[serde(rename = "log1p")]
    Log1p,
    /// Yeo and Johnson's transform.
    YeoJohnson {
        /// The exponent.
        lambda: f64,
    },
}

/// Beyond this skewness a tail is long: half of an exponential distribution's.
const LONG_TAIL: f64 = 1.0;

/// `auto` transforms a column only if no more than this part of its skewness is left: a share between
/// 0 and 1, which a logarithm hardly bends, keeps its own units.
const WORTH_IT: f64 = 0.5;

impl Straighten {
    pub(super) fn fit(table: &Table, skew: Skew) -> Self {
        let numbers: Vec<&Column> = table.columns.iter().filter(|column| column.kind == Kind::Number).collect();
        let columns: Vec<Option<Straightened>> = numbers.par_iter().map(|column| fit_column(column, skew)).collect();
        Self { columns: columns.into_iter().flatten().collect() }
    }

    pub(super) fn transform(&self, table: &mut Table) -> Result<(), PrepareError> {
        for step in &self.columns {
            let at = table.position(&step.column)?;
            let values = &mut table.columns[at].values;
            let n_negative = match step.power {
                Power::Log1p => values.iter().filter(|&&value| value < 0.0).count(),
                Power::YeoJohnson { .. } => 0,
            };
            values.par_chunks_mut(1 << 14).for_each(|chunk| {
                chunk.iter_mut().for_each(|value| *value = step.power.apply(*value));
            });
            table.events.push(step.event(table.n_rows));
            if n_negative > 0 {
                let detail = "negative values counted as 0: there were none when the logarithm was chosen";
                table.events.push(Event::new("skew", n_negative, detail).of(&step.column));
            }
        }
        Ok(())
    }
}

impl Straightened {
    fn event(&self, n_rows: usize) -> Event {
        let function = match self.power {
            Power::Log1p => "replaced by ln(1 + x)".to_owned(),
            Power::YeoJohnson { lambda } => format!("replaced by its Yeo-Johnson transform, lambda {}", short(lambda)),
        };
        let effect = self.skewness.map(|(from, to)| format!(": skewness {} became {}", tenths(from), tenths(to)));
        Event::new("skew", n_rows, function + &effect.unwrap_or_default()).of(&self.column)
    }
}

/// One decimal, without a minus before 0.0.
fn tenths(value: f64) -> String {
    let text = format!("{value:.1}");
    if text == "-0.0" { "0.0".to_owned() } else { text }
}

impl Power {
    /// The function's value at `x`.
    ///
    /// ```
    /// use segctl_preprocessing::steps::Power;
    /// assert_eq!(Power::Log1p.apply(0.0), 0.0);
    /// assert_eq!(Power::YeoJohnson { lambda: 1.0 }.apply(-2.5), -2.5);
    /// ```
    pub fn apply(self, x: f64) -> f64 {
        match self {
            Self::Log1p => libm::log1p(x.max(0.0)),
            Self::YeoJohnson { lambda } => yeo_johnson(x, lambda),
        }
    }
}

fn fit_column(column: &Column, skew: Skew) -> Option<Straightened> {
    let values = &column.values;
    let negative = values.iter().any(|&value| value < 0.0);
    let before = skewness(values);
    let long_tail = before.is_some_and(|skew| skew.abs() > LONG_TAIL);
    let power = match skew {
        Skew::None => None,
        Skew::Log1p => (!negative).then_some(Power::Log1p),
        Skew::YeoJohnson => Some(Power::YeoJohnson { lambda: yeo_johnson_lambda(values) }),
        Skew::Auto if !long_tail => None,
        Skew::Auto if negative => Some(Power::YeoJohnson { lambda: yeo_johnson_lambda(values) }),
        Skew::Auto => before.filter(|&skew| skew > 0.0).map(|_| Power::Log1p),
    }?;
    let straight: Vec<f64> = values.iter().map(|&value| power.apply(value)).collect();
    let skewness = before.zip(skewness(&straight)).filter(|(before, after)| before.is_finite() && after.is_finite());
    let helps = skewness.is_some_and(|(before, after)| after.abs() <= WORTH_IT * before.abs());
    (skew != Skew::Auto || helps).then(|| Straightened { column: column.name.clone(), power, skewness })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(values: Vec<f64>) -> Option<Power> {
        let column = Column { name: "x".to_owned(), kind: Kind::Number, values };
        fit_column(&column, Skew::Auto).map(|found| found.power)
    }

    #[test]
    fn auto_looks_at_tail_and_sign() {
        let grown = |scale: f64| (0..200).map(|i| libm::exp(f64::from(i) / scale)).collect::<Vec<_>>();
        assert_eq!(chosen(grown(20.0)), Some(Power::Log1p));
        assert_eq!(chosen((0..200).map(f64::from).collect()), None, "no tail");
        let shifted = grown(20.0).into_iter().map(|value| value - 5.0).collect();
        assert!(matches!(chosen(shifted), Some(Power::YeoJohnson { .. })));
        let left = (0..200).map(|i| 1.0 - libm::exp(-f64::from(i) / 5.0)).collect();
        assert_eq!(chosen(left), None, "a tail to the left of positive values stays");
    }
}
