//! Whether a table has clusters at all: the Hopkins statistic (Hopkins & Skellam, "A new method for
//! determining the type of distribution of plant individuals", Annals of Botany 18, 1954; Lawson & Jurs,
//! "New index for clustering tendency", J. Chemical Information and Computer Sciences 30, 1990).

mod draw;
mod params;
mod result;
mod run;

pub use params::HopkinsParams;
pub use result::{Hopkins, SimulatedNull};
pub use run::hopkins;
