//! Tables read from files: equal data from all formats, hostile files, real ones.

mod encodings;
mod formats;
mod hostile;
mod real;
mod roles;
mod round_trip;
mod support;
