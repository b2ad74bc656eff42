//! What a column's name says.

/// How strongly a name says that its column holds ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum IdName {
    No,
    /// `Recnum`, `account number`: ids if the values are.
    Weak,
    /// `CUST_ID`, `customer`: ids even if a few values are repeated.
    Strong,
}

const PEOPLE: [&str; 14] = [
    "customer",
    "customers",
    "cust",
    "client",
    "clients",
    "user",
    "member",
    "account",
    "kunde",
    "kunden",
    "shopper",
    "household",
    "subscriber",
    "cardholder",
];

const NUMBERED: [&str; 8] = ["id", "no", "nr", "number", "num", "code", "key", "nummer"];

const ROW_NAMES: [&str; 9] = ["recnum", "rownum", "rowid", "record", "index", "row", "uuid", "guid", "key"];

const POSTAL: [&str; 8] = ["postcode", "postcodes", "postal", "zip", "zipcode", "plz", "postleitzahl", "cep"];

const DATES: [&str; 7] = ["date", "dates", "datum", "fecha", "datetime", "birthdate", "dob"];

const COUNTS: [&str; 25] = [
    "n",
    "num",
    "number",
    "count",
    "counts",
    "cnt",
    "trx",
    "transactions",
    "qty",
    "quantity",
    "quantities",
    "times",
    "purchases",
    "visits",
    "orders",
    "total",
    "sum",
    "nb",
    "claims",
    "children",
    "items",
    "calls",
    "days",
    "months",
    "years",
];

/// Whether the name speaks of ids.
pub(super) fn id_name(name: &str) -> IdName {
    let words = words(name);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words[..] {
        [] => IdName::No,
        [only] if PEOPLE.contains(&only) || joined_id(only) => IdName::Strong,
        [.., "id" | "ids"] | ["id", ..] => IdName::Strong,
        [.., who, what] if PEOPLE.contains(&who) && NUMBERED.contains(&what) => IdName::Strong,
        [.., last] if ROW_NAMES.contains(&last) => IdName::Weak,
        _ => IdName::No,
    }
}

/// Whether the name speaks of counts or sums: `CASH_ADVANCE_TRX`, `nclaims`.
pub(super) fn speaks_of_counts(name: &str) -> bool {
    let counts = |word: &str| COUNTS.contains(&word);
    words(name).iter().any(|word| counts(word) || word.strip_prefix('n').is_some_and(counts))
}

/// Whether the name speaks of postal codes, which are places and no amounts.
pub(super) fn speaks_of_places(name: &str) -> bool {
    words(name).iter().any(|word| POSTAL.contains(&word.as_str()))
}

/// Whether the name speaks of dates: `InvoiceDate`, `Dt_Customer` not, which may be anything.
pub(crate) fn speaks_of_dates(name: &str) -> bool {
    words(name).iter().any(|word| DATES.contains(&word.as_str()))
}

/// `custid`, `userid`: people and `id` without a border between them.
fn joined_id(word: &str) -> bool {
    word == "id" || NUMBERED.iter().any(|end| word.strip_suffix(end).is_some_and(|who| PEOPLE.contains(&who)))
}

/// The words of `CUST_ID`, `customerID`, `Customer Id` and `顧客ID`, in lower case.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut previous = ' ';
    for letter in name.chars() {
        let camel = letter.is_uppercase() && previous.is_lowercase();
        let script = letter.is_alphabetic() && previous.is_alphabetic() && letter.is_ascii() != previous.is_ascii();
        if camel || script || !letter.is_alphabetic() {
            words.push(String::new());
        }
        if letter.is_alphabetic() {
            words.last_mut().expect("one word at least").extend(letter.to_lowercase());
        }
        previous = letter;
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_ids() {
        for name in [
            "CUST_ID",
            "ID",
            "customerID",
            "CustomerID",
            "顧客ID",
            "id",
            "custid",
            "Customer No.",
            "user_id",
            "Customer",
        ] {
            assert_eq!(id_name(name), IdName::Strong, "{name}");
        }
        for name in ["Recnum", "index", "record_key"] {
            assert_eq!(id_name(name), IdName::Weak, "{name}");
        }
        for name in ["Kidhome", "paid", "valid", "BALANCE", "idle", "postcode", "INVOICE_NO", ""] {
            assert_eq!(id_name(name), IdName::No, "{name}");
        }
    }

    #[test]
    fn names_of_counts() {
        for name in ["NumDealsPurchases", "CASH_ADVANCE_TRX", "n_children", "nclaims", "Quantity"] {
            assert!(speaks_of_counts(name), "{name}");
        }
        for name in ["Region", "EDUCATION", "Enumeration", "nation"] {
            assert!(!speaks_of_counts(name), "{name}");
        }
    }

    #[test]
    fn names_of_dates() {
        for name in ["InvoiceDate", "date", "ORDER_DATE", "Date of birth"] {
            assert!(speaks_of_dates(name), "{name}");
        }
        for name in ["update", "candidates", "Dt_Customer", "DAYS"] {
            assert!(!speaks_of_dates(name), "{name}");
        }
    }

    #[test]
    fn names_of_places() {
        for name in ["postcode", "ZIP_CODE", "Postal Code", "plz"] {
            assert!(speaks_of_places(name), "{name}");
        }
        for name in ["country_code", "zipper", "PURCHASES"] {
            assert!(!speaks_of_places(name), "{name}");
        }
    }
}
