//! How much the evidence weighs: how many segments there are, if there are any, and how sure they are.

mod clusterer;
mod resampled;
mod votes;

use segctl_metrics::internal::centroid_indices_many;
use segctl_numeric::Labels;
use segctl_numeric::observe::Observer;
use segctl_numeric::seed::Seed;

pub(crate) use self::resampled::{Steadiness, cluster_again, steadiness};
use crate::SegmentationError;
use crate::outcome::{Candidate, StructureTest, Tendency, Vote};
use crate::run::Ready;
use crate::yardstick::is_defined;

/// What the evidence says as a whole.
#[derive(Default)]
pub(crate) struct Weighed {
    pub(crate) structure: Option<StructureTest>,
    pub(crate) votes: Vec<Vote>,
    pub(crate) tendency: Option<Tendency>,
    pub(crate) notes: Vec<String>,
}

/// Adds to each candidate what it is worth by other measures; says which k each measure prefers. `labels` are those of the candidates.
pub(crate) fn weigh(
    ready: &Ready,
    labels: &[&Labels],
    candidates: &mut [Candidate],
    seed: Seed,
    observer: &dyn Observer,
) -> Result<Weighed, SegmentationError> {
    centroids(ready, labels, candidates)?;
    let found = resampled::resampled(ready, seed, observer)?;
    found.iter().for_each(|found| found.told_to(candidates));
    let votes = votes::votes(candidates, ready.smallest(), found.as_ref());
    let Some(found) = found else { return Ok(Weighed { votes, ..Weighed::default() }) };
    Ok(Weighed { structure: found.structure, tendency: found.tendency, votes, notes: found.notes })
}

/// The indices that go by the segments' means.
fn centroids(ready: &Ready, labels: &[&Labels], candidates: &mut [Candidate]) -> Result<(), SegmentationError> {
    let x = ready.prepared.matrix.view();
    let (defined, places): (Vec<&Labels>, Vec<usize>) =
        labels.iter().zip(0..).filter(|(labels, _)| is_defined(labels)).map(|(labels, at)| (*labels, at)).unzip();
    let found = centroid_indices_many(x, &defined)?;
    for (found, at) in found.iter().zip(places) {
        let finite = |value: f64| Some(value).filter(|value| value.is_finite());
        candidates[at].indices.calinski_harabasz = finite(found.calinski_harabasz);
        candidates[at].indices.davies_bouldin = finite(found.davies_bouldin);
    }
    Ok(())
}
