//! Fitted, replayable, serialisable steps from Arrow columns to a feature matrix.
