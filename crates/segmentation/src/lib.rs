//! The composition: recipe in, outcome out.

mod model;
mod outcome;

pub use model::Model;
pub use outcome::{
    Candidate, Column, Composition, Correlation, Customers, Derived, Distribution, Entry, Evidence, Highlight, Ids,
    Input, InputFile, Outcome, Profile, Projection, Segment, Unit, Usage,
};
