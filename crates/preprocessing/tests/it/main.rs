//! What the crate promises, seen from outside: one binary, so that it links once.

mod common;
mod golden;
mod hostile;
mod packs;
mod real;
mod replay;
