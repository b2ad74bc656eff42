//! Internal evidence for clusterings: exact silhouettes for many labelings at once.
