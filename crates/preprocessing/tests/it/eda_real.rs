//! What is told of real files, where they are at hand.

use crate::real::{data, read};
use segctl_preprocessing::eda::{Alert, AlertKind, ColumnFacts, EdaRole, ExploreParams, explore};

/// The alerts on a file, of which the columns named have the roles given, the first is the id, and the rest are numbers.
fn alerts(file: &str, roles: &[(&str, EdaRole)]) -> Option<Vec<Alert>> {
    let table = read(&data(file)?);
    let schema = table[0].schema();
    let id = schema.field(0).name();
    let role = |name: &String| match roles.iter().find(|role| role.0 == name) {
        Some(role) => role.1,
        None if name == id => EdaRole::Id,
        None => EdaRole::Numeric,
    };
    let facts = schema.fields().iter().map(|field| ColumnFacts::new(field.name(), role(field.name()), ""));
    let facts: Vec<ColumnFacts> = facts.collect();
    Some(explore(&table, &facts, &ExploreParams::new()).expect("a table").alerts)
}

fn kinds(alerts: &[Alert]) -> Vec<AlertKind> {
    alerts.iter().map(|alert| alert.kind).collect()
}

#[test]
fn eight_card_holders_took_cash_in_more_months_than_there_are() {
    let Some(found) = alerts("CC_GENERAL.csv", &[]) else { return };
    let expected = [
        AlertKind::ImpossibleShare,
        AlertKind::Missing,
        AlertKind::Skewed,
        AlertKind::ZeroInflated,
        AlertKind::Outliers,
    ];
    assert_eq!(kinds(&found), expected);
    let message = "CASH_ADVANCE_FREQUENCY is a share by its name and values, but has 8 values above 1 (up to 1.5)";
    assert_eq!(found[0].message, message);
    assert_eq!(
        (found[1].count, &found[1].columns[..]),
        (314, &["MINIMUM_PAYMENTS", "CREDIT_LIMIT"].map(String::from)[..])
    );
}

#[test]
fn codes_outside_of_the_code_book_are_rare() {
    let roles = [
        ("SEX", EdaRole::Coded),
        ("EDUCATION", EdaRole::Coded),
        ("MARRIAGE", EdaRole::Coded),
        ("default.payment.next.month", EdaRole::Boolean),
    ];
    let Some(found) = alerts("UCI_Credit_Card.csv", &roles) else { return };
    let rare: Vec<&str> =
        found.iter().filter(|alert| alert.kind == AlertKind::RareLevels).map(|alert| alert.message.as_str()).collect();
    let expected = ["EDUCATION: levels 0, 4, 5, 6 are rare (468 rows)", "MARRIAGE: level 0 is rare (54 rows)"];
    assert_eq!(rare, expected);
    assert!(found.len() <= 6, "{found:#?}");
}
