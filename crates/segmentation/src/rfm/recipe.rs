use serde::{Deserialize, Serialize};

use crate::SegmentationError;
use crate::recipe::Expressions;

/// How customers are made of their transactions: the `[rfm]` section of the configuration.
///
/// ```
/// use segctl_segmentation::Recipe;
/// let recipe = Recipe::from_toml(r#"
///     [rfm]
///     customer = "CustomerID"
///     date = "InvoiceDate"
///     amount = "Quantity * UnitPrice"
/// "#)?;
/// assert_eq!(recipe.rfm.unwrap().customer, "CustomerID");
/// # Ok::<(), segctl_segmentation::SegmentationError>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct RfmRecipe {
    /// The column that names the customer.
    pub customer: String,
    /// The column of the day or moment; numbers are days of a spreadsheet.
    pub date: String,
    /// What a line is worth, an SQL expression. Lines of 0 or less are no purchases.
    pub amount: String,
    /// The column that tells purchases apart, such as an invoice number; the day when absent, so that all lines of a
    /// customer on one day are one purchase.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub purchase: Option<String>,
    /// The column of products, to count different ones.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub product: Option<String>,
    /// An SQL condition that is true for cancelled lines: they are no purchases, and are counted for each customer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cancelled: Option<String>,
    /// Other lines to leave out, by name, each an SQL condition.
    pub leave_out: Expressions,
    /// Columns of which each customer keeps the value of the last purchase.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub keep: Vec<String>,
    /// The first day after those observed, such as `2011-12-10`: recency counts back from its midnight. The day after the
    /// last line when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
}

impl RfmRecipe {
    pub(crate) fn validate(&self) -> Result<(), SegmentationError> {
        let needed = [("customer", &self.customer), ("date", &self.date), ("amount", &self.amount)];
        match needed.into_iter().find(|(_, value)| value.trim().is_empty()) {
            Some((name, _)) => Err(SegmentationError::RfmNeeds { name }),
            None => self.end().map(|_| ()),
        }
    }

    /// The end of the observation, in nanoseconds since 1970, where it is given.
    pub(super) fn end(&self) -> Result<Option<i64>, SegmentationError> {
        let Some(text) = &self.until else { return Ok(None) };
        let wrong =
            || SegmentationError::RfmUntil { value: text.clone(), reason: "is no day such as 2011-12-10".to_owned() };
        let day: jiff::civil::Date = text.trim().parse().map_err(|_| wrong())?;
        let since =
            day.to_datetime(jiff::civil::Time::midnight()).duration_since(jiff::civil::date(1970, 1, 1).at(0, 0, 0, 0));
        i64::try_from(since.as_nanos()).map(Some).map_err(|_| wrong())
    }
}
