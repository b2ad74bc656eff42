//! Tables for segctl: an embedded DataFusion session, readers by content, column roles, atomic writers.
