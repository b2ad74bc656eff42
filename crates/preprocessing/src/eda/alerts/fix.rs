//! What to do about an alert, and how the configuration says it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use serde::Serialize;

/// A change of the configuration; nothing happens until the user makes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Fix {
    /// Leave columns aside: `[data] exclude`.
    Exclude {
        /// The columns.
        columns: Vec<String>,
    },
    /// Name the column that names the customer: `[data] id`.
    Id {
        /// The column.
        column: String,
    },
    /// Give a column a role: `[data.roles]`.
    Role {
        /// The column.
        column: String,
        /// The role.
        role: String,
    },
    /// Set a key of `[prepare]`.
    Prepare {
        /// The key.
        key: String,
        /// Its value.
        value: String,
    },
    /// Compute columns: `[features]`.
    Features {
        /// The SQL expression of each, by its name.
        columns: BTreeMap<String, String>,
    },
    /// Say what becomes of ids on several rows: `[duplicates] ids`.
    DuplicateIds {
        /// The policy.
        policy: String,
    },
    /// Check every row: `[[rules]]`.
    Rule {
        /// What the rule is called.
        name: String,
        /// The SQL condition that rows should meet.
        check: String,
        /// What is done with rows that do not.
        action: FixAction,
    },
}

/// What a rule does with rows that fail it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum FixAction {
    /// They are counted.
    Report,
    /// They are left out.
    Drop,
    /// These columns get these SQL expressions.
    Set(BTreeMap<String, String>),
}

/// The lines of configuration that make all these changes: each table once, columns once and in order.
///
/// Of two changes to the same key the later counts.
///
/// ```
/// use segctl_preprocessing::eda::{Fix, config_lines};
/// let exclude = |name: &str| Fix::Exclude { columns: vec![name.into()] };
/// let skew = Fix::Prepare { key: "skew".into(), value: "auto".into() };
/// let lines = config_lines(&[exclude("B"), skew, exclude("A")]);
/// assert_eq!(lines, "[data]\nexclude = [\"A\", \"B\"]\n\n[prepare]\nskew = \"auto\"\n");
/// ```
pub fn config_lines<'a>(fixes: impl IntoIterator<Item = &'a Fix>) -> String {
    let mut config = Config::default();
    fixes.into_iter().for_each(|fix| config.add(fix));
    config.written()
}

/// The tables of the configuration.
#[derive(Default)]
struct Config<'a> {
    id: Option<&'a str>,
    exclude: BTreeSet<&'a str>,
    roles: BTreeMap<&'a str, &'a str>,
    prepare: BTreeMap<&'a str, &'a str>,
    features: BTreeMap<&'a str, &'a str>,
    duplicates: BTreeMap<&'a str, &'a str>,
    rules: Vec<(&'a str, &'a str, &'a FixAction)>,
}

impl<'a> Config<'a> {
    fn add(&mut self, fix: &'a Fix) {
        match fix {
            Fix::Exclude { columns } => self.exclude.extend(columns.iter().map(String::as_str)),
            Fix::Id { column } => self.id = Some(column),
            Fix::Role { column, role } => drop(self.roles.insert(column, role)),
            Fix::Prepare { key, value } => drop(self.prepare.insert(key, value)),
            Fix::Features { columns } => {
                self.features.extend(columns.iter().map(|(name, sql)| (name.as_str(), sql.as_str())));
            }
            Fix::DuplicateIds { policy } => drop(self.duplicates.insert("ids", policy)),
            Fix::Rule { name, check, action } => {
                let rule = (name.as_str(), check.as_str(), action);
                if !self.rules.contains(&rule) {
                    self.rules.push(rule);
                }
            }
        }
    }

    fn written(&self) -> String {
        let tables = [
            self.data(),
            table("data.roles", &self.roles),
            table("duplicates", &self.duplicates),
            table("prepare", &self.prepare),
            table("features", &self.features),
        ];
        let rules = self.rules.iter().map(|&(name, check, action)| rule(name, check, action));
        let parts: Vec<String> = tables.into_iter().chain(rules).filter(|part| !part.is_empty()).collect();
        parts.join("\n")
    }

    fn data(&self) -> String {
        let mut lines = String::new();
        if let Some(id) = self.id {
            lines += &format!("id = {}\n", quoted(id));
        }
        if !self.exclude.is_empty() {
            let names: Vec<String> = self.exclude.iter().map(|name| quoted(name)).collect();
            lines += &format!("exclude = [{}]\n", names.join(", "));
        }
        if lines.is_empty() { lines } else { format!("[data]\n{lines}") }
    }
}

fn table(name: &str, entries: &BTreeMap<&str, &str>) -> String {
    let mut lines = if entries.is_empty() { String::new() } else { format!("[{name}]\n") };
    for (name, value) in entries {
        lines += &format!("{} = {}\n", key(name), quoted(value));
    }
    lines
}

fn rule(name: &str, check: &str, action: &FixAction) -> String {
    let action = match action {
        FixAction::Report => quoted("report"),
        FixAction::Drop => quoted("drop"),
        FixAction::Set(columns) => {
            let sets: Vec<String> =
                columns.iter().map(|(name, sql)| format!("{} = {}", key(name), quoted(sql))).collect();
            format!("{{ set = {{ {} }} }}", sets.join(", "))
        }
    };
    format!("[[rules]]\nname = {}\ncheck = {}\naction = {action}\n", quoted(name), quoted(check))
}

/// A key of TOML: bare where it may be.
fn key(name: &str) -> String {
    let is_bare = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte));
    if is_bare { name.to_owned() } else { quoted(name) }
}

/// A basic string of TOML, on one line whatever it holds.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for character in text.chars() {
        match character {
            '"' | '\\' => out.extend(['\\', character]),
            control if control.is_control() => drop(write!(out, "\\u{:04X}", u32::from(control))),
            other => out.push(other),
        }
    }
    out + "\""
}

/// A column in SQL: bare where it cannot be a reserved word, which has neither underscores nor digits.
pub(super) fn column(name: &str) -> String {
    let is_word = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    let starts = name.bytes().next().is_some_and(|byte| byte.is_ascii_alphabetic());
    let is_own = name.bytes().any(|byte| byte == b'_' || byte.is_ascii_digit());
    if is_word && starts && is_own { name.to_owned() } else { format!("\"{}\"", name.replace('"', "\"\"")) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn any_name_survives_the_configuration(names in prop::collection::vec("\\PC{0,6}|[\"\\\\\n\t\u{1}\u{7f}a'.=]{0,4}", 1..5)) {
            let set = |name: &String| Fix::Rule {
                name: name.clone(),
                check: column(name),
                action: FixAction::Set(BTreeMap::from([(name.clone(), "NULL".to_owned())])),
            };
            let mut fixes: Vec<Fix> = names.iter().map(set).collect();
            fixes.push(Fix::Exclude { columns: names.clone() });
            fixes.push(Fix::Role { column: names[0].clone(), role: "text".into() });
            let lines = config_lines(&fixes);
            let read: toml::Table = toml::from_str(&lines).unwrap();
            for name in &names {
                let excluded = read["data"]["exclude"].as_array().unwrap();
                prop_assert!(excluded.iter().any(|value| value.as_str() == Some(name)));
                let is_rule = |rule: &toml::Value| rule["action"]["set"].get(name).is_some() && rule["check"].as_str() == Some(&column(name));
                prop_assert!(read["rules"].as_array().unwrap().iter().any(is_rule));
            }
            prop_assert_eq!(read["data"]["roles"][&names[0]].as_str(), Some("text"));
        }
    }

    #[test]
    fn every_change_has_its_lines() {
        let fixes = [
            Fix::Id { column: "CUST_ID".into() },
            Fix::DuplicateIds { policy: "first".into() },
            Fix::Features { columns: BTreeMap::from([("X_NUMBER".into(), "TRY_CAST(X_TEXT AS DOUBLE)".into())]) },
            Fix::Rule { name: "r".into(), check: "A_1 > 0".into(), action: FixAction::Report },
            Fix::Rule { name: "s".into(), check: "A_1 > 1".into(), action: FixAction::Drop },
            Fix::Rule { name: "s".into(), check: "A_1 > 1".into(), action: FixAction::Drop },
        ];
        let expected = "[data]\nid = \"CUST_ID\"\n\n[duplicates]\nids = \"first\"\n\n[features]\nX_NUMBER = \"TRY_CAST(X_TEXT AS DOUBLE)\"\n\n\
            [[rules]]\nname = \"r\"\ncheck = \"A_1 > 0\"\naction = \"report\"\n\n\
            [[rules]]\nname = \"s\"\ncheck = \"A_1 > 1\"\naction = \"drop\"\n";
        assert_eq!(config_lines(&fixes), expected);
        assert_eq!(config_lines(&[]), "");
    }

    #[test]
    fn words_of_sql_are_quoted() {
        let names = ["CUST_ID", "Income", "order", "Annual Income (k$)", "a\"b", "1st", "x1"].map(column);
        assert_eq!(
            names,
            ["CUST_ID", "\"Income\"", "\"order\"", "\"Annual Income (k$)\"", "\"a\"\"b\"", "\"1st\"", "x1"]
        );
    }
}
