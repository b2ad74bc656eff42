//! The nearest name, for a name that does not exist.

/// The candidate most like `name`, if any is like enough to be what was meant.
///
/// Letter case is ignored; the threshold 0.8 of Jaro-Winkler similarity lets two slips in eight letters pass.
pub(crate) fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let wanted = name.to_lowercase();
    let mut best: Option<(f64, &str)> = None;
    for candidate in candidates {
        let likeness = strsim::jaro_winkler(&wanted, &candidate.to_lowercase());
        if likeness >= 0.8 && best.is_none_or(|(score, _)| likeness > score) {
            best = Some((likeness, candidate));
        }
    }
    best.map(|(_, candidate)| candidate.to_owned())
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn slips_of_the_keyboard_are_understood() {
        let columns = ["BALANCE", "CREDIT_LIMIT", "TENURE"];
        assert_eq!(nearest("BALNCE", columns).as_deref(), Some("BALANCE"));
        assert_eq!(nearest("credit_limit", columns).as_deref(), Some("CREDIT_LIMIT"));
        assert_eq!(nearest("xyz", columns), None);
    }
}
