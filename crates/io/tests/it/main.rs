//! Tables read from files: equal data from all formats, hostile files, real ones.
#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "helpers of tests are tests")]

mod encodings;
mod formats;
mod hostile;
mod real;
mod roles;
mod round_trip;
mod support;
