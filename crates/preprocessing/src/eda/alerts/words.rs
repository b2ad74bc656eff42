//! Ids and text that are not what they seem.

use std::collections::BTreeMap;

use super::fix::column;
use super::{Alert, AlertKind, Fix, many};
use crate::eda::{ColumnProfile, EdaRole};

/// More than this share of the cells of a column of categories is no slip.
const FEW: f64 = 0.01;

pub(super) fn alerts(profile: &ColumnProfile) -> impl Iterator<Item = Alert> {
    repeated_id(profile).into_iter().chain(mixed_formats(profile))
}

fn repeated_id(profile: &ColumnProfile) -> Option<Alert> {
    let n_repeated = profile.n_present() - profile.n_distinct;
    if profile.role != EdaRole::Id || n_repeated == 0 {
        return None;
    }
    let message = format!("{}: {} repeat an id that another row has", profile.name, many(n_repeated, "row"));
    let advice = "keep the first row of each, or count the rows of a customer together first";
    let alert = Alert::new(AlertKind::RepeatedId, &[&profile.name], (n_repeated, profile.n_rows), message, advice);
    Some(alert.with_fix(Fix::DuplicateIds { policy: "first".to_owned() }))
}

/// Text of which at least half reads as numbers, but not all; of categories, all but a few.
fn mixed_formats(profile: &ColumnProfile) -> Option<Alert> {
    let n_numbers = profile.n_text_numbers;
    let n_others = profile.n_present() - n_numbers;
    // `3+` among 0, 1 and 2 is a category; a slip among thousands is not.
    let is_category = profile.role == EdaRole::Categorical && n_others as f64 > FEW * profile.n_present() as f64;
    if profile.role == EdaRole::Id || is_category || n_others == 0 || n_numbers < n_others || are_codes(profile) {
        return None;
    }
    let examples: Vec<String> = profile.text_examples.iter().map(|text| format!("{text:?}")).collect();
    let name = &profile.name;
    let message = format!(
        "{name} is text because {} of {} are no numbers: {}",
        n_others,
        many(profile.n_present(), "cell"),
        examples.join(", ")
    );
    let advice = "read it as numbers, its other cells as missing, and use that column instead";
    let sql = format!("TRY_CAST({} AS DOUBLE)", column(name));
    let alert = Alert::new(AlertKind::MixedFormats, &[name], (n_others, profile.n_rows), message, advice);
    let columns = BTreeMap::from([(format!("{name}_NUMBER"), sql)]);
    Some(alert.with_fix(Fix::Features { columns }))
}

/// Whether what is no number is a code such as `85123A` or `C536379`, and so are the numbers beside it. A unit is no part of
/// a code: it is the same behind all, as in `5kg` and `12kg`.
fn are_codes(profile: &ColumnProfile) -> bool {
    let examples = &profile.text_examples;
    let letters: Vec<String> = examples.iter().filter_map(|text| letters_of_code(text)).collect();
    let alike = letters.len() > 1 && letters.iter().all(|code| *code == letters[0]);
    let are_units = alike && examples.iter().all(|text| text.ends_with(char::is_alphabetic));
    2 * letters.len() > examples.len() && !are_units
}

/// The letters of a word of letters and digits with some of both.
fn letters_of_code(text: &str) -> Option<String> {
    let is_word = text.chars().all(char::is_alphanumeric);
    let letters: String = text.chars().filter(|letter| letter.is_alphabetic()).collect();
    let n_letters = letters.chars().count();
    (is_word && n_letters > 0 && n_letters < text.chars().count()).then_some(letters)
}
