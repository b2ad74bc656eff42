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

/// The names in an SQL expression: words outside of quotes that are neither keywords nor functions.
fn names_of(sql: &str) -> Vec<&str> {
    const WORDS: [&str; 16] = [
        "NULLIF",
        "CASE",
        "WHEN",
        "THEN",
        "ELSE",
        "END",
        "BETWEEN",
        "AND",
        "LEAST",
        "GREATEST",
        "ABS",
        "CAST",
        "AS",
        "INT",
        "NOT",
        "date_part",
    ];
    let outside = sql.split('\'').step_by(2);
    let words = outside.flat_map(|text| text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_'));
    let is_name = |word: &&str| word.starts_with(|c: char| c.is_ascii_alphabetic()) && !WORDS.contains(word);
    let mut names: Vec<&str> = words.filter(is_name).collect();
    names.sort_unstable();
    names.dedup();
    names
}

#[test]
fn the_credit_card_pack_is_recognised_and_whole() {
    let packs = recognise(&CREDIT_CARD);
    assert_eq!(packs, built_in()[..1], "nothing is left out when every column is there");
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
        let mut made: Vec<&str> = Vec::new();
        for feature in &pack.features {
            let (own, others): (Vec<&str>, Vec<&str>) =
                names_of(&feature.sql).into_iter().partition(|n| made.contains(n));
            assert!(
                others.iter().all(|name| feature.columns.iter().any(|c| c == name)),
                "{}: {others:?}",
                feature.name
            );
            // What a feature made before needs is needed, too.
            let before = pack.features.iter().filter(|f| own.contains(&f.name.as_str())).flat_map(|f| &f.columns);
            assert!(before.into_iter().all(|column| feature.columns.contains(column)), "{}", feature.name);
            let of_own = |column: &String| {
                pack.features.iter().any(|f| own.contains(&f.name.as_str()) && f.columns.contains(column))
            };
            let used = |column: &String| others.contains(&column.as_str()) || of_own(column);
            assert!(feature.columns.iter().all(used), "{}", feature.name);
            made.push(&feature.name);
        }
        for rule in &pack.rules {
            let stated = |sql: &str| names_of(sql).iter().all(|&name| rule.columns.iter().any(|column| column == name));
            assert!(stated(&rule.check), "{}", rule.name);
            if let PackAction::Set(columns) = &rule.action {
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
