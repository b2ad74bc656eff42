//! Clustering algorithms over matrix views: k-means.
