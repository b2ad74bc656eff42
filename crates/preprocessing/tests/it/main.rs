//! What the crate promises, seen from outside: one binary, so that it links once.

mod common;
mod eda;
mod eda_alerts;
mod eda_golden;
mod eda_real;
mod golden;
mod golden_imputers;
mod golden_transforms;
mod hostile;
mod imputers;
mod packs;
mod real;
mod replay;
mod row_outliers;
