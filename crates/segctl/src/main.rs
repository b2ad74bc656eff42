//! The `segctl` command.
fn main() {}
