//! Principal component analysis of matrix views.
