//! The model file.

use serde::{Deserialize, Serialize};

/// What assigns tomorrow's customers.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Model {}
