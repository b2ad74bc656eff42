use std::collections::BTreeMap;

use segctl_io::{IoError, ReadOptions, Role, Table};

use crate::support::{Files, read_bytes, read_with};

/// A table of `n` rows made by a function of the row.
fn table(header: &str, n: usize, row: impl Fn(usize) -> String) -> Table {
    let rows: String = (0..n).map(|i| row(i) + "\n").collect();
    read_bytes(format!("{header}\n{rows}")).unwrap()
}

fn role(table: &Table, name: &str) -> Role {
    table.column(name).unwrap().role
}

#[test]
fn every_role_is_inferred_with_a_reason() {
    let data = table("key,one,none,yes,code,pair,tier,text,money,day,n_kids,year", 200, |i| {
        let kind = ["gold", "silver", "iron"][i % 3];
        let answer = if i % 2 == 0 { "Yes" } else { "No" };
        format!(
            "K{i},7,,{answer},{},{},{kind},word {i},{}.5,2012-01-{:02},{},{}",
            i % 4,
            1 + i % 2,
            i * i,
            1 + i % 28,
            i % 3,
            1950 + i % 60
        )
    });
    for (name, expected) in [
        ("key", Role::Id),
        ("one", Role::Constant),
        ("none", Role::Empty),
        ("yes", Role::Boolean),
        ("code", Role::Coded),
        ("pair", Role::Coded),
        ("tier", Role::Categorical),
        ("text", Role::Text),
        ("money", Role::Numeric),
        ("day", Role::Date),
        ("n_kids", Role::Numeric),
        ("year", Role::Numeric),
    ] {
        assert_eq!(role(&data, name), expected, "{name}: {}", data.column(name).unwrap().reason);
        assert!(!data.column(name).unwrap().reason.is_empty());
    }
    assert_eq!(data.id.as_deref(), Some("key"));
}

#[test]
fn postal_codes_are_places_and_counts_are_numbers() {
    let data = table("postcode,zip,nclaims", 400, |i| format!("{},{},{}", 1000 + i, 1000 + i % 7, i % 6));
    assert_eq!((role(&data, "postcode"), role(&data, "zip")), (Role::Text, Role::Categorical));
    assert_eq!(role(&data, "nclaims"), Role::Numeric);
    assert!(data.column("zip").unwrap().reason.contains("places, not amounts"));
}

#[test]
fn the_best_of_several_ids_is_chosen() {
    let data = table("Recnum,CUST_ID,X", 50, |i| format!("{},C{i},{}", i + 1, i % 7));
    assert_eq!(data.id.as_deref(), Some("CUST_ID"));
    assert_eq!((role(&data, "Recnum"), role(&data, "CUST_ID")), (Role::Id, Role::Id));
    assert!(data.column("Recnum").unwrap().reason.contains("CUST_ID was chosen"));
}

#[test]
fn ids_may_be_repeated_a_little_but_not_a_lot() {
    let little = table("CustomerID,X", 100, |i| format!("{},{i}", 1000 + i.min(95)));
    assert_eq!(little.id.as_deref(), Some("CustomerID"));
    let a_lot = table("CustomerID,X", 100, |i| format!("{},{}", 1000 + i / 10, i % 7));
    assert_eq!(a_lot.id, None);
}

#[test]
fn numbers_without_a_name_are_no_ids_unless_they_count_the_rows() {
    assert_eq!(table("BALANCE,X", 100, |i| format!("{},{}", i * 37 % 101, i % 5)).id, None);
    assert_eq!(table("col,X", 100, |i| format!("{i},{}", i % 5)).id.as_deref(), Some("col"));
}

#[test]
fn roles_can_be_given() {
    let files = Files::new();
    let path = files.put("x.csv", "ID,A\n1,2\n2,3\n");
    let given =
        |name: &str, role| ReadOptions { roles: BTreeMap::from([(name.to_owned(), role)]), ..ReadOptions::default() };
    let table = read_with(&path, &given("A", Role::Id)).unwrap();
    assert_eq!((table.id.as_deref(), role(&table, "A")), (Some("A"), Role::Id));
    let table = read_with(&path, &given("ID", Role::Numeric)).unwrap();
    assert_eq!((table.id.as_deref(), role(&table, "ID")), (None, Role::Numeric));
    let error = read_with(&path, &given("AA", Role::Id)).unwrap_err();
    assert!(matches!(error, IoError::NoColumn { .. }), "{error:?}");
}
