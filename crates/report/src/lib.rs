//! One self-contained HTML report from a segmentation outcome.
