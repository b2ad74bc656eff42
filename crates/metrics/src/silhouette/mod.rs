//! Silhouettes (Rousseeuw, "Silhouettes: a graphical aid to the interpretation and validation of
//! cluster analysis", J. Comput. Appl. Math. 20, 1987), by Euclidean distances,
//! or in the functions `_by` any other.

mod distance;
mod exact;
mod general;
mod kernel;
mod meeting;
mod meetings;
mod partition;
mod pass;
mod reference;
mod result;
mod sampled;
mod sums;
mod symmetric;
mod value;

pub use exact::{silhouette, silhouette_against, silhouette_against_by, silhouette_many, silhouette_many_by};
pub(crate) use partition::check_magnitudes;
pub use result::{Interval, SampledSilhouette, Silhouette};
pub use sampled::{SampleParams, silhouette_sampled, silhouette_sampled_by};
