//! Silhouettes (Rousseeuw, "Silhouettes: a graphical aid to the interpretation and validation of
//! cluster analysis", J. Comput. Appl. Math. 20, 1987), by Euclidean distances.

mod distance;
mod exact;
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

pub use exact::{silhouette, silhouette_against, silhouette_many};
pub use result::{Interval, SampledSilhouette, Silhouette};
pub use sampled::{SampleParams, silhouette_sampled};
