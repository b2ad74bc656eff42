//! How customers are made of transactions.

use clap::Args;
use segctl_io::FeatureExpr;
use segctl_segmentation::{Recipe, RfmRecipe};

use super::data::feature;

/// How customers are made of transactions; options given here take precedence over `[rfm]` of the configuration.
#[derive(Debug, Args)]
#[command(next_help_heading = "Customers from transactions")]
pub(crate) struct TransactionArgs {
    /// The column that names the customer of a line
    #[arg(long, value_name = "COLUMN")]
    customer: Option<String>,
    /// The column of the day or moment of a line
    #[arg(long, value_name = "COLUMN")]
    date: Option<String>,
    /// What a line is worth, such as "Quantity * UnitPrice"; lines of 0 or less are no purchases
    #[arg(long, value_name = "SQL", allow_hyphen_values = true)]
    amount: Option<String>,
    /// The column that tells purchases apart, such as an invoice number [default: the day]
    #[arg(long, value_name = "COLUMN")]
    purchase: Option<String>,
    /// The column of products, to count different ones
    #[arg(long, value_name = "COLUMN")]
    product: Option<String>,
    /// Lines that are cancelled: no purchases, but counted for each customer
    #[arg(long, value_name = "SQL")]
    cancelled: Option<String>,
    /// Other lines that are no purchases; may be given several times
    #[arg(long, value_name = "NAME=SQL", value_parser = feature)]
    leave_out: Vec<FeatureExpr>,
    /// Columns of which each customer keeps the value of the last purchase
    #[arg(long, value_name = "A,B,…", value_delimiter = ',')]
    keep: Vec<String>,
    /// The first day after those observed [default: the day after the last purchase]
    #[arg(long, value_name = "YYYY-MM-DD")]
    until: Option<String>,
}

impl TransactionArgs {
    /// Changes `recipe` by what was typed.
    pub(crate) fn change(&self, recipe: &mut Recipe) {
        let rfm = recipe.rfm.get_or_insert_with(RfmRecipe::default);
        let text = |slot: &mut String, typed: &Option<String>| {
            if let Some(typed) = typed {
                slot.clone_from(typed);
            }
        };
        text(&mut rfm.customer, &self.customer);
        text(&mut rfm.date, &self.date);
        text(&mut rfm.amount, &self.amount);
        let option = |slot: &mut Option<String>, typed: &Option<String>| {
            if typed.is_some() {
                slot.clone_from(typed);
            }
        };
        option(&mut rfm.purchase, &self.purchase);
        option(&mut rfm.product, &self.product);
        option(&mut rfm.cancelled, &self.cancelled);
        option(&mut rfm.until, &self.until);
        rfm.leave_out.0.extend(self.leave_out.iter().cloned());
        rfm.keep.extend(self.keep.iter().cloned());
    }

    /// Whether anything was typed.
    pub(crate) fn is_given(&self) -> bool {
        let given =
            [&self.customer, &self.date, &self.amount, &self.purchase, &self.product, &self.cancelled, &self.until];
        given.iter().any(|given| given.is_some()) || !self.leave_out.is_empty() || !self.keep.is_empty()
    }
}
