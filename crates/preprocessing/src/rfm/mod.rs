//! Recency, frequency and monetary value: scores in five tiers, and the segments that marketing names by them.
//!
//! Each customer is scored from 1 to 5 by how lately, how often and for how much they buy; 5 is best. Scores are
//! relative to the customers at hand (Hughes 1994, "Strategic Database Marketing").

mod scores;
mod segments;

pub use scores::{Better, scores};
pub use segments::{RfmSegment, SEGMENTS, segment_of};
