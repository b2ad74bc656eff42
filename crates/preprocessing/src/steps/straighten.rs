use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::{box_cox, box_cox_lambda, short, yeo_johnson, yeo_johnson_lambda};
use crate::describe::skewness;
use crate::table::{Column, Kind, Table};
use crate::{Event, PrepareError, Skew};

/// Straightens skewed columns of numbers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Straighten {
    /// The columns it changes.
    pub columns: Vec<Straightened>,
    /// The other columns of numbers, and why they stay as they are; none where no change was asked for.
    #[serde(default)]
    pub kept: Vec<Event>,
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
    /// Why this function, where it was chosen automatically.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
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
    /// Box and Cox's transform.
    BoxCox {
        /// The exponent.
        lambda: f64,
        /// The least value this was fitted on; smaller ones, which may have no transform, count as it.
        least: f64,
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
        let found: Vec<Result<Straightened, Event>> =
            numbers.par_iter().map(|column| fit_column(column, skew)).collect();
        let mut step = Self { columns: vec![], kept: vec![] };
        for found in found {
            match found {
                Ok(straightened) => step.columns.push(straightened),
                Err(event) if skew != Skew::None => step.kept.push(event),
                Err(_) => {}
            }
        }
        step
    }

    pub(super) fn transform(&self, table: &mut Table) -> Result<(), PrepareError> {
        for step in &self.columns {
            let at = table.position(&step.column)?;
            let values = &mut table.columns[at].values;
            let (least, why) = step.power.floor();
            let n_below = values.iter().filter(|&&value| value < least).count();
            values.par_chunks_mut(1 << 14).for_each(|chunk| {
                chunk.iter_mut().for_each(|value| *value = step.power.apply(*value));
            });
            table.events.push(step.event(table.n_rows));
            if n_below > 0 {
                table.events.push(Event::new("skew", n_below, why).of(&step.column));
            }
        }
        table.events.extend(self.kept.iter().cloned());
        Ok(())
    }
}

impl Straightened {
    fn event(&self, n_rows: usize) -> Event {
        let function = match self.power {
            Power::Log1p => "replaced by ln(1 + x)".to_owned(),
            Power::YeoJohnson { lambda } => format!("replaced by its Yeo-Johnson transform, lambda {}", short(lambda)),
            Power::BoxCox { lambda, .. } => format!("replaced by its Box-Cox transform, lambda {}", short(lambda)),
        };
        let effect = self.skewness.map(|(from, to)| format!(": skewness {} became {}", tenths(from), tenths(to)));
        let why = self.why.as_ref().map(|why| format!(", {why}"));
        Event::new("skew", n_rows, function + &effect.unwrap_or_default() + &why.unwrap_or_default()).of(&self.column)
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
            Self::BoxCox { lambda, least } => box_cox(x.max(least), lambda),
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Log1p => "ln(1 + x)",
            Self::YeoJohnson { .. } => "Yeo-Johnson",
            Self::BoxCox { .. } => "Box-Cox",
        }
    }

    /// The value that lesser ones count as, and how that is told.
    fn floor(self) -> (f64, &'static str) {
        match self {
            Self::Log1p => (0.0, "negative values counted as 0: there were none when the logarithm was chosen"),
            Self::YeoJohnson { .. } => (f64::NEG_INFINITY, ""),
            Self::BoxCox { least, .. } => {
                (least, "values below any seen when this was fitted, counted as the least one")
            }
        }
    }
}

/// The function for a column, or why it has none.
fn fit_column(column: &Column, skew: Skew) -> Result<Straightened, Event> {
    let values = &column.values;
    let keep = |why: String| Event::new("skew", 0, format!("left as it is: {why}")).of(&column.name);
    let before = skewness(values).filter(|skewness| skewness.is_finite());
    let (power, why) = choose(values, skew, before).map_err(keep)?;
    let straight: Vec<f64> = values.iter().map(|&value| power.apply(value)).collect();
    let after = skewness(&straight).filter(|skewness| skewness.is_finite());
    let found = Straightened { column: column.name.clone(), power, skewness: before.zip(after), why };
    match found.skewness {
        _ if skew != Skew::Auto => Ok(found),
        Some((before, after)) if after.abs() <= WORTH_IT * before.abs() => Ok(found),
        Some((before, after)) => {
            let (name, before, after) = (power.name(), tenths(before), tenths(after));
            Err(keep(format!("its skewness of {before} would still be {after} under {name}, less than halved")))
        }
        None => Err(keep("its skewness is beyond the range of numbers".to_owned())),
    }
}

/// The function to try, and why it was chosen if nobody chose it; or why there is none to try.
fn choose(values: &[f64], skew: Skew, before: Option<f64>) -> Result<(Power, Option<String>), String> {
    let n_negative = values.iter().filter(|&&value| value < 0.0).count();
    match skew {
        Skew::None => Err("nothing was asked for".to_owned()),
        Skew::Log1p if n_negative > 0 => {
            Err(format!("the logarithm needs values of 0 and more, {n_negative} are below"))
        }
        Skew::Log1p => Ok((Power::Log1p, None)),
        Skew::YeoJohnson => Ok((Power::YeoJohnson { lambda: yeo_johnson_lambda(values) }, None)),
        Skew::BoxCox => fit_box_cox(values).map(|power| (power, None)),
        Skew::Auto => automatic(values, before, n_negative).map(|(power, why)| (power, Some(why))),
    }
}

fn automatic(values: &[f64], before: Option<f64>, n_negative: usize) -> Result<(Power, String), String> {
    let Some(before) = before else { return Err("too few values to tell skewness".to_owned()) };
    let told = tenths(before);
    match before {
        _ if before.abs() <= LONG_TAIL => Err(format!("its skewness of {told} is within {LONG_TAIL}")),
        _ if n_negative > 0 => {
            let power = Power::YeoJohnson { lambda: yeo_johnson_lambda(values) };
            Ok((power, format!("chosen for the long tail of values of which {n_negative} are negative")))
        }
        _ if before > 0.0 => {
            Ok((Power::Log1p, "chosen for the long tail of values none of which is negative".to_owned()))
        }
        _ => Err(format!("the tail of its skewness of {told} is on the left, and no value is negative")),
    }
}

fn fit_box_cox(values: &[f64]) -> Result<Power, String> {
    let n_not_positive = values.iter().filter(|&&value| value <= 0.0).count();
    let least = values.iter().copied().fold(f64::INFINITY, f64::min);
    let lambda = box_cox_lambda(values);
    lambda.map(|lambda| Power::BoxCox { lambda, least }).ok_or_else(|| match n_not_positive {
        0 => "it has no values".to_owned(),
        n => format!("Box-Cox needs values above 0, {n} are not"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(values: Vec<f64>) -> Option<Power> {
        let column = Column { name: "x".to_owned(), kind: Kind::Number, values };
        fit_column(&column, Skew::Auto).ok().map(|found| found.power)
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

    #[test]
    fn every_choice_is_explained() {
        let check = |values: Vec<f64>, skew: Skew, expected: &str| {
            let column = Column { name: "x".to_owned(), kind: Kind::Number, values };
            let event = fit_column(&column, skew).map_or_else(|event| event, |found| found.event(200));
            assert_eq!(event.detail, expected);
        };
        let grown = |shift: f64| (0..200).map(|i| libm::exp(f64::from(i) / 20.0) - shift).collect::<Vec<_>>();
        check(
            grown(0.0),
            Skew::Auto,
            "replaced by ln(1 + x): skewness 2.6 became 0.1, chosen for the long tail of values none of which is \
             negative",
        );
        check(
            grown(2.0),
            Skew::Auto,
            "replaced by its Yeo-Johnson transform, lambda 0.034107: skewness 2.6 became 0.0, chosen for the long tail \
             of values of which 14 are negative",
        );
        check((0..200).map(f64::from).collect(), Skew::Auto, "left as it is: its skewness of 0.0 is within 1");
        let left = (0..200).map(|i| 1.0 - libm::exp(-f64::from(i) / 5.0)).collect();
        check(
            left,
            Skew::Auto,
            "left as it is: the tail of its skewness of -5.8 is on the left, and no value is negative",
        );
        let small = grown(0.0).into_iter().map(|value| value * 1e-6).collect();
        let told = "left as it is: its skewness of 2.6 would still be 2.5 under ln(1 + x), less than halved";
        check(small, Skew::Auto, told);
        check(vec![1.0, 2.0], Skew::Auto, "left as it is: too few values to tell skewness");
        check(
            vec![1.0, -2.0, 3.0],
            Skew::Log1p,
            "left as it is: the logarithm needs values of 0 and more, 1 are below",
        );
        check(vec![1.0, 0.0, -3.0], Skew::BoxCox, "left as it is: Box-Cox needs values above 0, 2 are not");
    }

    #[test]
    fn values_below_the_least_count_as_it() {
        let power = fit_box_cox(&[2.0, 3.0, 9.0, 30.0]).unwrap();
        assert_eq!(power.apply(-5.0), power.apply(2.0));
        assert!(power.apply(2.5) > power.apply(2.0));
    }
}
