//! The packs built in are well-formed and name the columns they use.

use segctl_preprocessing::packs::{FeaturePack, PackAction, built_in, recognise};

const CREDIT_CARD: [&str; 18] = [
    "CUST_ID",
    "BALANCE",
    "BALANCE_FREQUENCY",
    "PURCHASES",
    "ONEOFF_PURCHASES",
    "INSTALLMENTS_PURCHASES",
    "CASH_ADVANCE",
    "PURCHASES_FREQUENCY",
    "ONEOFF_PURCHASES_FREQUENCY",
    "PURCHASES_INSTALLMENTS_FREQUENCY",
    "CASH_ADVANCE_FREQUENCY",
    "CASH_ADVANCE_TRX",
    "PURCHASES_TRX",
    "CREDIT_LIMIT",
    "PAYMENTS",
    "MINIMUM_PAYMENTS",
    "PRC_FULL_PAYMENT",
    "TENURE",
];

/// Upper-case words of a SQL expression that are no keywords: its columns.
fn columns_of(sql: &str) -> Vec<&str> {
    let keywords = ["NULLIF", "CASE", "WHEN", "THEN", "ELSE", "END", "BETWEEN", "AND", "LEAST", "GREATEST", "ABS"];
    let words = sql.split(|c: char| !c.is_ascii_alphabetic() && c != '_').filter(|word| !word.is_empty());
    let mut words: Vec<&str> = words.filter(|word| !keywords.contains(word)).collect();
    words.sort_unstable();
    words.dedup();
    words
}

#[test]
fn the_credit_card_pack_is_recognised_and_whole() {
    let packs = recognise(&CREDIT_CARD);
    assert_eq!(packs, built_in(), "nothing is left out when every column is there");
    let names: Vec<&str> = packs[0].features.iter().map(|feature| feature.name.as_str()).collect();
    assert_eq!(
        names,
        [
            "CREDIT_UTILIZATION",
            "TOTAL_TRX",
            "AVERAGE_PURCHASE",
            "CASH_ADVANCE_SHARE",
            "PAYMENT_TO_MINIMUM",
            "INSTALLMENT_SHARE"
        ]
    );
}

#[test]
fn every_expression_states_its_columns() {
    for pack in built_in() {
        let features = pack.features.iter().map(|feature| (&feature.name, &feature.columns, &feature.sql));
        let rules = pack.rules.iter().map(|rule| (&rule.name, &rule.columns, &rule.check));
        for (name, columns, sql) in features.chain(rules) {
            let mut stated: Vec<&str> = columns.iter().map(String::as_str).collect();
            stated.sort_unstable();
            assert_eq!(columns_of(sql), stated, "{name}");
        }
        for rule in &pack.rules {
            if let PackAction::Set(columns) = &rule.action {
                let stated = |sql: &str| columns_of(sql).iter().all(|&c| rule.columns.iter().any(|column| column == c));
                assert!(
                    columns.iter().all(|(column, sql)| stated(sql) && rule.columns.contains(column)),
                    "{}",
                    rule.name
                );
            }
        }
    }
}

#[test]
fn what_cannot_be_computed_is_not_offered() {
    let mut without: Vec<&str> = CREDIT_CARD.into_iter().filter(|&name| name != "MINIMUM_PAYMENTS").collect();
    without.push("TOTAL_TRX");
    let pack = &recognise(&without)[0];
    assert!(pack.features.iter().all(|feature| !["PAYMENT_TO_MINIMUM", "TOTAL_TRX"].contains(&feature.name.as_str())));
    assert!(pack.rules.iter().all(|rule| !rule.columns.contains(&"MINIMUM_PAYMENTS".to_owned())));
    assert!(recognise(&["BALANCE", "PURCHASES"]).is_empty());
}

#[test]
fn a_malformed_pack_says_where() {
    let error = FeaturePack::parse("name = \"x\"\ntitle = 3").unwrap_err();
    let source = std::error::Error::source(&error).unwrap().to_string();
    assert!(source.contains("line 2"), "{source}");
}
