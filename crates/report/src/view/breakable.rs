use std::fmt;

use askama::filters::{Escaper, Html, HtmlSafe};

/// A name that may be broken after an underscore, where browsers would not: `CASH_ADVANCE_TRX`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Breakable<'a>(pub(crate) &'a str);

/// What it displays is HTML: the name escaped, with `<wbr>` where it may be broken.
impl HtmlSafe for Breakable<'_> {}

impl fmt::Display for Breakable<'_> {
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
        assert_eq!(Breakable("CASH_ADVANCE").to_string(), "CASH_<wbr>ADVANCE");
        assert_eq!(Breakable("<b_>").to_string(), "&#60;b_<wbr>&#62;");
        assert_eq!(Breakable("").to_string(), "");
    }
}
