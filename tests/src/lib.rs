//! Helpers shared by the end-to-end tests: the command, what it answers, and the tables it reads and writes.

mod answer;
mod binary;
mod command;
mod data;
mod outputs;
mod table;

pub use answer::Answer;
pub use binary::segctl_path;
pub use command::{QUICK, Segctl};
pub use data::{customers, project_root, public_data, sample, skip};
pub use outputs::{OUTPUTS, STABLE, bytes_of, names_in, read_json};
pub use table::Table;
