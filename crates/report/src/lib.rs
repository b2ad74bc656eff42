//! One self-contained HTML page from a segmentation's [`Outcome`].
//!
//! The page opens without a network: its style, its scripts and plotly.js are inside it, and its content
//! security policy forbids every request and every script but those. What matters is in the page's
//! own text and tables; the pictures are drawn in the browser from one block of JSON. Its size
//! follows the number of features and segments, not the number of customers.
//!
//! This crate knows no algorithm and computes no statistics: it shows what the outcome holds. The
//! same outcome and options give the same bytes.

mod check;
mod data;
mod eda;
mod error;
mod format;
mod options;
mod page;
mod palette;
mod quality;
mod script;
mod view;

pub use eda::render_eda;
pub use error::ReportError;
pub use options::ReportOptions;
pub use page::render;
#[doc(no_inline)]
pub use segctl_segmentation::Outcome;
