use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::numbers::{erase_unusable, not_numbers, read};
use super::text::{count, for_each, places, sorted, tally};
use super::{Class, Pieces};
use crate::table::{Column, Kind};
use crate::{Difference, Event, Preparation, PrepareError, Treatment, Unseen};

/// The category which takes what is not worth a feature of its own.
const OTHER: &str = "(other)";

/// A column of the table, and how its cells were found to be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Input {
    /// The column's name.
    pub name: String,
    /// How its cells become numbers.
    pub encoding: Encoding,
}

/// How cells become numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Encoding {
    /// The number itself.
    Number,
    /// 0 or 1, from numbers, booleans or words for yes and no.
    Flag,
    /// The place in this order, from 0.
    Rank {
        /// The categories from lowest to highest.
        levels: Vec<String>,
    },
    /// The share of rows with the category, when this was fitted.
    Share {
        /// The categories of two rows and more, sorted.
        levels: Vec<String>,
        /// How many rows had each.
        counts: Vec<u64>,
        /// How many rows there were.
        n_rows: u64,
        /// Whether there were categories of one row, as which any unknown one then counts. Not naming them
        /// keeps names and addresses out of a model.
        once: bool,
    },
    /// An index into the categories, which become one feature each.
    Category {
        /// The categories, sorted.
        levels: Vec<String>,
        /// Whether the last category takes every value that is not among the others.
        other: bool,
    },
}

/// A column read, or the reason why it cannot be.
pub(crate) type Reading = Result<(Column, Vec<Event>), Difference>;

/// Finds out how the cells of a column become numbers, and reads them so.
pub(crate) fn fit_input(
    pieces: &Pieces<'_>,
    treatment: &Treatment,
    preparation: &Preparation,
) -> Result<(Option<Input>, Reading), PrepareError> {
    let encoding = match treatment {
        Treatment::Numeric => return fit_numbers(pieces),
        Treatment::Ordinal { order: Some(order) } => Encoding::Rank { levels: order.clone() },
        Treatment::Ordinal { order: None } => Encoding::Rank { levels: sorted(count(pieces)?.into_keys().collect()) },
        Treatment::Frequency => shares(count(pieces)?, pieces.n_rows()),
        Treatment::OneHot => one_hot(count(pieces)?, pieces.n_rows(), preparation),
    };
    let input = Input { name: pieces.name.to_owned(), encoding };
    let reading = read_input(pieces, &input, preparation.unseen)?;
    Ok((Some(input), reading))
}

/// Numbers are read once, and then seen to be 0 and 1 or more.
fn fit_numbers(pieces: &Pieces<'_>) -> Result<(Option<Input>, Reading), PrepareError> {
    let mut reading = read_numbers(pieces, Kind::Flag)?;
    let mut encoding = Encoding::Flag;
    if let Ok((column, _)) = &mut reading {
        let two_valued = |value: &f64| *value == 0.0 || *value == 1.0 || value.is_nan();
        if !column.values.iter().all(two_valued) {
            column.kind = Kind::Number;
            encoding = Encoding::Number;
        }
    }
    Ok((Some(Input { name: pieces.name.to_owned(), encoding }), reading))
}

/// Keeps the most frequent categories (the first by name of equals) and merges the rest, so that a
/// column of surnames neither drowns the other features nor is written into a model.
fn one_hot(counts: BTreeMap<String, u64>, n_rows: usize, preparation: &Preparation) -> Encoding {
    let (n_levels, most) = (counts.len(), preparation.max_categories);
    let least = preparation.min_category_share * n_rows as f64;
    let n_frequent = counts.values().filter(|&&count| count as f64 >= least).count();
    if n_frequent == n_levels && n_levels <= most {
        return Encoding::Category { levels: sorted(counts.into_keys().collect()), other: false };
    }
    let mut by_count: Vec<(String, u64)> = counts.into_iter().collect();
    by_count.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    let kept = by_count.into_iter().take(n_frequent.min(most - 1)).map(|(level, _)| level);
    let mut levels = sorted(kept.filter(|level| level != OTHER).collect());
    levels.push(OTHER.to_owned());
    Encoding::Category { levels, other: true }
}

fn shares(counts: BTreeMap<String, u64>, n_rows: usize) -> Encoding {
    let once = counts.values().any(|&count| count == 1);
    let (levels, counts) = counts.into_iter().filter(|&(_, count)| count > 1).unzip();
    Encoding::Share { levels, counts, n_rows: n_rows as u64, once }
}

/// Reads a column as it was found to be read.
pub(crate) fn read_input(pieces: &Pieces<'_>, input: &Input, unseen: Unseen) -> Result<Reading, PrepareError> {
    match &input.encoding {
        Encoding::Number => read_numbers(pieces, Kind::Number),
        Encoding::Flag => read_numbers(pieces, Kind::Flag),
        Encoding::Rank { levels } => {
            let coded = Coded::read(pieces, levels, f64::NAN)?;
            Ok(coded.finish(pieces, Kind::Rank, unseen, "treated as missing"))
        }
        Encoding::Share { levels, counts, n_rows, once } => {
            let coded = Coded::read(pieces, levels, UNKNOWN)?;
            let reading = match once {
                true => coded.finish(pieces, Kind::Share, Unseen::Ignore, "counted as those of one row"),
                false => coded.finish(pieces, Kind::Share, unseen, "given a share of 0"),
            };
            Ok(reading.map(|(column, events)| (to_shares(column, counts, *n_rows, *once), events)))
        }
        Encoding::Category { levels, other: true } => {
            let coded = Coded::read(pieces, levels, levels.len().saturating_sub(1) as f64)?;
            let into = format!("merged into {OTHER}");
            Ok(coded.finish(pieces, Kind::Category(levels.clone()), Unseen::Ignore, &into))
        }
        Encoding::Category { levels, other: false } => {
            let coded = Coded::read(pieces, levels, UNKNOWN)?;
            Ok(coded.finish(pieces, Kind::Category(levels.clone()), unseen, "ignored"))
        }
    }
}

/// The code of a category that is in no list: past the end of any.
const UNKNOWN: f64 = u32::MAX as f64;

fn to_shares(mut column: Column, counts: &[u64], n_rows: u64, once: bool) -> Column {
    let unknown = u64::from(once);
    for value in column.values.iter_mut().filter(|value| !value.is_nan()) {
        let count = counts.get(*value as usize).copied().unwrap_or(unknown);
        *value = count as f64 / n_rows.max(1) as f64;
    }
    column
}

fn read_numbers(pieces: &Pieces<'_>, kind: Kind) -> Result<Reading, PrepareError> {
    let Some((mut values, class)) = read(pieces)? else { return Ok(Err(not_numbers(pieces))) };
    if kind == Kind::Number && matches!(class, Class::Boolean | Class::Text) {
        return Ok(Err(not_numbers(pieces)));
    }
    let n_erased = erase_unusable(&mut values);
    let event = Event::new("read", n_erased, "infinite or absurdly large values treated as missing").of(pieces.name);
    let events = if n_erased > 0 { vec![event] } else { vec![] };
    Ok(Ok((Column { name: pieces.name.to_owned(), kind, values }, events)))
}

/// Codes, and the values that had none.
struct Coded {
    codes: Vec<f64>,
    strangers: BTreeMap<String, u64>,
    n_known: u64,
}

impl Coded {
    fn read(pieces: &Pieces<'_>, levels: &[String], stranger: f64) -> Result<Self, PrepareError> {
        let place = places(levels);
        let mut coded = Self { codes: Vec::with_capacity(pieces.n_rows()), strangers: BTreeMap::new(), n_known: 0 };
        for_each(pieces, |value| {
            let code = match value.map(|text| (text, place.get(text))) {
                None => f64::NAN,
                Some((_, Some(&code))) => {
                    coded.n_known += 1;
                    f64::from(code)
                }
                Some((text, None)) => {
                    tally(&mut coded.strangers, text);
                    stranger
                }
            };
            coded.codes.push(code);
        })?;
        Ok(coded)
    }

    fn finish(self, pieces: &Pieces<'_>, kind: Kind, unseen: Unseen, treatment: &str) -> Reading {
        let n_rows: u64 = self.strangers.values().sum();
        if n_rows > 0 && unseen == Unseen::Error {
            return Err(self.difference(pieces, n_rows));
        }
        let column = Column { name: pieces.name.to_owned(), kind, values: self.codes };
        if n_rows == 0 {
            return Ok((column, vec![]));
        }
        let detail = format!("cells with one of {} further categories {treatment}", self.strangers.len());
        Ok((column, vec![Event::new("encode", n_rows as usize, detail).of(pieces.name)]))
    }

    /// A column of numbers where the categories are words is of another type, not full of strangers.
    fn difference(self, pieces: &Pieces<'_>, n_rows: u64) -> Difference {
        let column = pieces.name.to_owned();
        let class = Class::of(pieces);
        if self.n_known == 0 && class != Class::Text {
            let expected = "the known categories".to_owned();
            return Difference::Type { column, expected, found: class.words().to_owned() };
        }
        let n_values = self.strangers.len() as u64;
        let mut values: Vec<(String, u64)> = self.strangers.into_iter().collect();
        values.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        values.truncate(Difference::SHOWN);
        Difference::Unseen { column, values, n_values, n_rows }
    }
}
