//! What a column's name says of its values.

const SHARES: [&str; 14] = [
    "frequency",
    "freq",
    "share",
    "ratio",
    "rate",
    "prc",
    "pct",
    "perc",
    "percent",
    "percentage",
    "proportion",
    "utilization",
    "utilisation",
    "probability",
];
const COUNTS: [&str; 20] = [
    "count",
    "counts",
    "cnt",
    "num",
    "number",
    "nb",
    "trx",
    "transactions",
    "qty",
    "quantity",
    "age",
    "tenure",
    "kidhome",
    "teenhome",
    "children",
    "visits",
    "orders",
    "items",
    "calls",
    "claims",
];
const BIRTHS: [&str; 6] = ["birth", "birthyear", "yearbirth", "yob", "born", "geburtsjahr"];
const AGES: [&str; 3] = ["age", "ages", "alter"];

const CODES: [&str; 18] = [
    "code",
    "codes",
    "type",
    "class",
    "category",
    "kind",
    "region",
    "branch",
    "channel",
    "group",
    "segment",
    "zip",
    "postcode",
    "store",
    "shop",
    "department",
    "country",
    "gender",
];

/// The words of a name, in lower case: letters and digits apart, and a capital after a small letter begins a word.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut last = ' ';
    for character in name.chars() {
        let is_capital = last.is_lowercase() && character.is_uppercase();
        let begins = is_capital || class(last) != class(character);
        if begins {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| character.is_alphanumeric()) {
            word.extend(character.to_lowercase());
        }
        last = character;
    }
    words.retain(|word| !word.is_empty());
    words
}

/// Letters, digits and all else.
fn class(character: char) -> (bool, bool) {
    (character.is_alphabetic(), character.is_numeric())
}

fn has(name: &str, known: &[&str]) -> bool {
    words(name).iter().any(|word| known.contains(&word.as_str()))
}

/// Whether the name speaks of a share.
pub(super) fn of_shares(name: &str) -> bool {
    has(name, &SHARES)
}

/// Whether the name speaks of a number of things.
pub(super) fn of_counts(name: &str) -> bool {
    has(name, &COUNTS)
}

/// Whether the name is that of codes: its last word says so, as in `REGION_CODE`, and not in `CODE_LENGTH`.
pub(super) fn of_codes(name: &str) -> bool {
    let words = words(name);
    let last = words.iter().rev().find(|word| !word.chars().all(char::is_numeric));
    last.is_some_and(|word| CODES.contains(&word.as_str())) && !of_counts(name)
}

/// Whether the name speaks of a year of birth.
pub(super) fn of_births(name: &str) -> bool {
    has(name, &BIRTHS)
}

/// Whether the name speaks of an age.
pub(super) fn of_ages(name: &str) -> bool {
    has(name, &AGES)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_fall_into_words() {
        let rows = [
            ("CASH_ADVANCE_TRX", "cash advance trx"),
            ("NumWebPurchases", "num web purchases"),
            ("Year_Birth", "year birth"),
            ("PAY_AMT1", "pay amt 1"),
            ("Spending Score (1-100)", "spending score 1 100"),
            ("", ""),
        ];
        for (name, expected) in rows {
            assert_eq!(words(name).join(" "), expected);
        }
    }

    #[test]
    fn a_word_is_known_as_a_whole() {
        assert!(of_ages("Age") && of_ages("CUST_AGE") && !of_ages("AVERAGE") && !of_ages("Page"));
        assert!(of_shares("PRC_FULL_PAYMENT") && !of_shares("CORPORATE"));
        assert!(of_counts("Kidhome") && of_counts("PURCHASES_TRX") && !of_counts("ACCOUNT"));
        assert!(of_codes("REGION_CODE") && of_codes("Channel2") && !of_codes("CODE_LENGTH") && !of_codes("NUM_STORE"));
        assert!(of_births("Year_Birth") && of_births("birthYear"));
    }
}
