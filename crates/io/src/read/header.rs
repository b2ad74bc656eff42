//! Names of columns.

/// Usable names from the cells of a header: blanks around them go, blank ones are numbered,
/// repeated ones get `_2`, `_3`; and notes saying so.
pub(super) fn names<'a>(cells: impl IntoIterator<Item = &'a str>) -> (Vec<String>, Vec<String>) {
    let mut names: Vec<String> = Vec::new();
    let mut notes = Vec::new();
    for (index, cell) in cells.into_iter().enumerate() {
        let trimmed = cell.trim();
        let wanted = if trimmed.is_empty() { format!("column_{}", index + 1) } else { trimmed.to_owned() };
        let name = unused(&names, &wanted);
        if trimmed.is_empty() {
            notes.push(format!("column {} has no name and is called {name}", index + 1));
        } else if name != wanted {
            notes.push(format!("column {} is a second {wanted} and is called {name}", index + 1));
        } else if trimmed.len() < cell.len() {
            notes.push(format!("blanks around the name {name} removed"));
        }
        names.push(name);
    }
    (names, notes)
}

/// Names for columns without a header.
pub(super) fn numbered(n_columns: usize) -> Vec<String> {
    (1..=n_columns).map(|number| format!("column_{number}")).collect()
}

/// Whether a first row holds data rather than names: all of its cells are numbers, or codes such as `0001`.
pub(super) fn is_data<'a>(cells: impl IntoIterator<Item = &'a str>) -> bool {
    let is_code = |cell: &str| !cell.is_empty() && cell.bytes().all(|byte| byte.is_ascii_digit());
    cells.into_iter().map(str::trim).all(|cell| is_code(cell) || crate::typing::is_number(cell))
}

fn unused(names: &[String], wanted: &str) -> String {
    let mut name = wanted.to_owned();
    let mut number = 1;
    while names.contains(&name) {
        number += 1;
        name = format!("{wanted}_{number}");
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_usable_and_changes_are_said() {
        let (found, notes) = names(["A", " B ", "", "A", "#VALUE!", "A_2", "A"]);
        assert_eq!(found, ["A", "B", "column_3", "A_2", "#VALUE!", "A_2_2", "A_3"]);
        assert_eq!(notes.len(), 5);
    }

    #[test]
    fn numbers_are_no_names() {
        assert!(is_data(["1", " 2.5", "-4.8e+000", "0001"]));
        assert!(!is_data(["1", "A"]) && !is_data(["1", ""]));
    }
}
