use std::fmt;

use askama::filters::{Escaper, Html, HtmlSafe};

use crate::format::shortened;

/// Characters of a name that are shown where space is short.
const NAME_LIMIT: usize = 120;

/// A name that may be broken after an underscore, where browsers would not: `CASH_ADVANCE_TRX`.
#[derive(Debug, Clone)]
pub(crate) struct Breakable(String);

impl Breakable {
    /// The name, cut where it is very long.
    pub(crate) fn new(name: &str) -> Self {
        Self::whole(&shortened(name, NAME_LIMIT))
    }

    /// The name in full.
    pub(crate) fn whole(name: &str) -> Self {
        Self(if name.trim().is_empty() { "(no name)".into() } else { name.into() })
    }
}

/// What it displays is HTML: the name escaped, with `<wbr>` where it may be broken.
impl HtmlSafe for Breakable {}

impl fmt::Display for Breakable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for part in self.0.split_inclusive('_') {
            Html.write_escaped_str(&mut *f, part)?;
            if part.ends_with('_') {
                f.write_str("<wbr>")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_break_after_underscores_and_stay_text() {
        assert_eq!(Breakable::new("CASH_ADVANCE").to_string(), "CASH_<wbr>ADVANCE");
        assert_eq!(Breakable::new("<b_>").to_string(), "&#60;b_<wbr>&#62;");
        assert_eq!(Breakable::new("").to_string(), "(no name)");
        assert_eq!(Breakable::new(&"x".repeat(500)).to_string().chars().count(), NAME_LIMIT);
    }
}
