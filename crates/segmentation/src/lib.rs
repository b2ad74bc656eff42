//! The composition: recipe in, outcome out.
