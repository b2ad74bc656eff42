//! Segments that keep their names and numbers from one run to the next.

use arrow::array::ArrayRef;
use segctl_io::Source;
use segctl_numeric::Labels;
use segctl_numeric::observe::{Observer, Silent};

use super::given::Given;
use super::{CompareOptions, Comparison, Overlap, carried, compared};
use crate::SegmentationError;
use crate::model::Model;
use crate::values::text_at;

/// The segments of an earlier run.
#[derive(Debug, Clone)]
pub struct Previous {
    /// The table of its customers: `segments.csv` or `segments.parquet`.
    pub customers: Source,
    /// Its model, which has the names.
    pub model: Model,
}

/// How the segments of a run go on from those before.
pub(crate) struct Lineage {
    /// For each number of a segment the place of the segment that gets it.
    pub(crate) order: Vec<usize>,
    /// The name of each segment, by its number, where it goes on from one that had a name.
    pub(crate) names: Vec<Option<String>>,
}

impl Previous {
    fn given(&self, observer: &dyn Observer) -> Result<Given, SegmentationError> {
        Given::read(&self.customers, &CompareOptions::default(), observer)
    }

    /// Which numbers and names the segments of `labels` should have: those of the segments that go on in them.
    ///
    /// Numbers beyond those there are now, and segments that come from none, get what is left, in their order.
    pub(crate) fn lineage(
        &self,
        ids: &ArrayRef,
        labels: &Labels,
        observer: &dyn Observer,
    ) -> Result<Lineage, SegmentationError> {
        let given = self.given(observer)?;
        let mut before = given.segments_by_id()?;
        let mut overlap = Overlap::new(given.names.len(), labels.n_clusters());
        for row in 0..labels.len() {
            overlap.add(before.remove(&text_at(ids, row)).flatten(), labels.get(row));
        }
        before.into_values().for_each(|segment| overlap.add(segment, None));
        let number = |a: usize| given.names[a].parse::<usize>().ok();
        let from: Vec<Option<usize>> = carried(&overlap).into_iter().map(|a| a.and_then(number)).collect();
        let order = order(&from);
        let name = |&place: &usize| Some(self.model.segments.get(from[place]?)?.name.clone());
        Ok(Lineage { names: order.iter().map(name).collect(), order })
    }

    /// The whole comparison with the labels of now.
    pub(crate) fn comparison(&self, ids: &ArrayRef, labels: &Labels) -> Result<Comparison, SegmentationError> {
        let now = Given::of("this run", ids.clone(), labels.clone());
        compared(&self.given(&Silent)?, &now, &CompareOptions::default(), &Silent)
    }
}

/// For each number the place of the segment that gets it: the one that had it, else the first one left.
fn order(from: &[Option<usize>]) -> Vec<usize> {
    let k = from.len();
    let mut order: Vec<Option<usize>> = vec![None; k];
    for (place, number) in from.iter().enumerate() {
        if let Some(slot) = number.and_then(|number| order.get_mut(number)) {
            slot.get_or_insert(place);
        }
    }
    let placed: Vec<usize> = order.iter().flatten().copied().collect();
    let mut left = (0..k).filter(|place| !placed.contains(place));
    order.into_iter().filter_map(|place| place.or_else(|| left.next())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_stay_and_gaps_are_filled_in_order() {
        assert_eq!(order(&[Some(2), Some(0), Some(1)]), [1, 2, 0]);
        assert_eq!(order(&[None, Some(0), None]), [1, 0, 2]);
        assert_eq!(order(&[Some(7), Some(1)]), [0, 1], "number 7 is beyond two segments");
        assert_eq!(order(&[None, None]), [0, 1]);
    }
}
