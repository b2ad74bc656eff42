//! Self-organising maps (Kohonen, *Self-Organizing Maps*, 2001): units on a grid that learn to stand
//! among the rows so that neighbours on the grid are neighbours among the rows.
//!
//! | module | what |
//! |---|---|
//! | [`grid`] | where units stand: squares or hexagons, with a border or without; a size proposed |
//! | [`neighbourhood`], [`schedule`], [`start`] | what training is made of |
//! | [`params`] | what to train, and how |
//! | [`train`] | batch training, parallel, and online training as MiniSom's |
//! | [`model`] | the map, and the two nearest units of a row |
//! | [`quality`] | errors, distortion, whether neighbours stay neighbours |
//! | [`map`] | reading the map: distances between units, planes, hits, labels |
//!
//! Rows may have missing values, as NaN. The same input, parameters and seed give the same bits at any number of
//! threads and on any processor. The crate knows nothing of files, tables, clusters or reports.
//!
//! ```
//! use segctl_numeric::MatrixView;
//! use segctl_som::grid::Grid;
//! use segctl_som::{SomParams, fit};
//!
//! let x = MatrixView::new(&[0.0, 0.1, 5.0, 5.1, 9.0, 9.1], 6, 1)?;
//! let som = fit(x, &SomParams::new(Grid::rectangular(3, 1)?))?;
//! let unit = som.model.winners(x)?.unit;
//! assert_eq!((unit[0], unit[2], unit[4]), (unit[1], unit[3], unit[5]));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod check;
mod error;
pub mod grid;
pub mod map;
pub mod model;
pub mod neighbourhood;
pub mod params;
pub mod quality;
pub mod schedule;
mod search;
pub mod start;
pub mod train;

pub use error::SomError;
pub use model::{SomModel, Winners};
pub use params::SomParams;
pub use train::{Som, fit, fit_with};
