use std::path::PathBuf;

use segctl_io::{Kind, Role, Table};

use crate::support::{cells, read_file};

/// The file, or none with a word about it where it is absent.
fn find(name: &str) -> Option<PathBuf> {
    let default = || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let path = std::env::var_os("SEGCTL_DATA_DIR").map_or_else(default, PathBuf::from).join(name);
    if !path.exists() {
        println!("skipped: no {name}");
        return None;
    }
    Some(path)
}

fn check(name: &str, verify: impl Fn(&Table)) {
    let Some(path) = find(name) else { return };
    let table = read_file(&path).unwrap_or_else(|error| panic!("{name}: {error}"));
    verify(&table);
}

fn roles(table: &Table, names: &[&str], role: Role) {
    for name in names {
        let column = table.column(name).unwrap_or_else(|| panic!("no column {name}"));
        assert_eq!(column.role, role, "{name}: {}", column.reason);
    }
}

fn credit_card(table: &Table) {
    assert_eq!(table.n_rows(), 8950);
    assert_eq!(table.id.as_deref(), Some("CUST_ID"));
    assert_eq!(table.column("MINIMUM_PAYMENTS").unwrap().n_missing, 313);
    assert_eq!(table.column("CREDIT_LIMIT").unwrap().n_missing, 1);
    roles(table, &["BALANCE", "CREDIT_LIMIT", "TENURE", "CASH_ADVANCE_TRX", "PURCHASES_TRX"], Role::Numeric);
}

#[test]
fn credit_card_holders() {
    check("CC_GENERAL.csv", |table| {
        credit_card(table);
        assert_eq!(table.columns.len(), 18);
        let file = &table.report.files[0];
        assert_eq!(file.sha256, "29eea6389837c40fd760c927b5782563edeff55a37824598489716bdb3563be1");
        assert_eq!((file.n_bytes, file.delimiter, file.n_blank_lines), (902_879, Some(','), 0));
    });
}

#[test]
fn damaged_credit_card_holders() {
    check("messy/cc_empty_trailing_column.csv", |table| {
        credit_card(table);
        roles(table, &["TESTING"], Role::Empty);
    });
    check("messy/cc_excel_errors_column.csv", |table| {
        credit_card(table);
        let odd = table.column("#VALUE!").unwrap();
        assert!(odd.role == Role::Numeric && odd.missing_by_marker.iter().any(|(marker, _)| marker == "#DIV/0!"));
    });
    check("messy/cc_extra_recnum_no_final_newline.csv", |table| {
        credit_card(table);
        roles(table, &["Recnum"], Role::Id);
    });
    check("messy/cc_header_space.csv", |table| {
        assert_eq!(table.n_rows(), 8950);
        roles(table, &["ONE OFF_PURCHASES"], Role::Numeric);
    });
    check("messy/cc_blank_line_row54.csv", |table| {
        assert_eq!(table.id.as_deref(), Some("CUST_ID"));
        assert_eq!(table.report.files[0].n_blank_lines, 1);
    });
    check("messy/cc_utf8_cjk_headers.csv", |table| {
        assert_eq!(table.id.as_deref(), Some("顧客ID"));
        assert_eq!(table.names_with_role(Role::Id).count(), 1);
    });
}

#[test]
fn taiwanese_clients() {
    check("UCI_Credit_Card.csv", |table| {
        assert_eq!((table.n_rows(), table.id.as_deref()), (30_000, Some("ID")));
        roles(table, &["SEX", "EDUCATION", "MARRIAGE"], Role::Coded);
        roles(table, &["PAY_0", "BILL_AMT1", "LIMIT_BAL", "AGE"], Role::Numeric);
        roles(table, &["default.payment.next.month"], Role::Boolean);
        assert_eq!(table.column("LIMIT_BAL").unwrap().min.as_deref(), Some("10000"));
    });
}

#[test]
fn telephone_customers() {
    check("Telco-Customer-Churn.csv", |table| {
        assert_eq!((table.n_rows(), table.id.as_deref()), (7043, Some("customerID")));
        roles(table, &["TotalCharges", "MonthlyCharges", "tenure"], Role::Numeric);
        roles(table, &["SeniorCitizen", "Partner", "Churn"], Role::Boolean);
        roles(table, &["Contract", "InternetService", "gender"], Role::Categorical);
        assert_eq!(table.column("TotalCharges").unwrap().missing_by_marker, [(String::new(), 11)]);
    });
}

#[test]
fn marketing_campaign() {
    let verify = |table: &Table| {
        assert_eq!((table.n_rows(), table.id.as_deref()), (2240, Some("ID")));
        roles(table, &["Dt_Customer"], Role::Date);
        roles(table, &["Z_CostContact", "Z_Revenue"], Role::Constant);
        roles(table, &["Education", "Marital_Status"], Role::Categorical);
        roles(table, &["Income", "Year_Birth", "NumDealsPurchases"], Role::Numeric);
        assert_eq!(table.column("Income").unwrap().n_missing, 24);
        assert_eq!(cells(table, "Dt_Customer")[0], "2012-09-04");
        assert_eq!(table.column("Response").unwrap().role, Role::Boolean);
    };
    check("marketing_campaign.csv", verify);
    check("messy/marketing_campaign_comma_NA.csv", verify);
    check("messy/marketing_campaign_bom_trailing_spaces.csv", verify);
}

#[test]
fn mall_and_wholesale() {
    check("Mall_Customers.csv", |table| {
        assert_eq!((table.n_rows(), table.id.as_deref()), (200, Some("CustomerID")));
        roles(table, &["Annual Income (k$)", "Spending Score (1-100)"], Role::Numeric);
    });
    check("messy/mall_gender_header.csv", |table| roles(table, &["AnnualIncome (k$)"], Role::Numeric));
    check("Mall_Customers_Genre.csv", |table| {
        assert_eq!((table.n_rows(), table.id.as_deref()), (200, Some("CustomerID")));
        assert_eq!(cells(table, "CustomerID")[0], "0001");
    });
    for name in ["Wholesale_customers_data.csv", "messy/wholesale_bom.csv"] {
        check(name, |table| {
            assert_eq!((table.n_rows(), &table.id), (440, &None));
            roles(table, &["Channel", "Region"], Role::Coded);
            roles(table, &["Fresh", "Milk"], Role::Numeric);
        });
    }
}

#[test]
fn transactions_and_insurance() {
    check("online_retail.csv.gz", |table| {
        assert_eq!((table.n_rows(), &table.id), (541_909, &None));
        roles(table, &["InvoiceDate"], Role::Date);
        roles(table, &["Country"], Role::Categorical);
        roles(table, &["Quantity", "UnitPrice"], Role::Numeric);
        assert_eq!(table.column("CustomerID").unwrap().n_missing, 135_080);
    });
    check("online_retail_rfm.csv", |table| {
        assert_eq!((table.n_rows(), table.id.as_deref()), (4338, Some("CustomerID")));
    });
    check("beMTPL97.csv.gz", |table| {
        assert_eq!((table.n_rows(), table.id.as_deref()), (163_212, Some("id")));
        roles(table, &["coverage", "sex", "fuel", "use"], Role::Categorical);
        roles(table, &["average", "amount", "lat", "long", "expo"], Role::Numeric);
    });
}

#[test]
fn purchases_aligned_by_blanks() {
    check("CDNOW_sample.txt", |table| {
        assert_eq!((table.n_rows(), table.columns.len()), (6919, 5));
        assert_eq!(table.columns[0].name, "column_1");
        assert_eq!(table.columns[0].kind, Kind::Text, "00004 is a code");
    });
}
