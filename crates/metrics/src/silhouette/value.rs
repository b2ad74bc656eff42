use std::ops::Range;

use super::partition::Partitions;
use super::reference::Reference;

/// s of `row` under labeling `l`, given the sum of its distances to each slot; `None` for noise.
pub(super) fn value(
    partitions: &Partitions<'_>,
    reference: &Reference,
    l: usize,
    row: usize,
    sum: impl Fn(usize) -> f64,
) -> Option<f64> {
    let own = partitions.slot(l, row)?;
    if partitions.size(own) == 1 {
        return Some(0.0);
    }
    // The distance of a row to itself is exactly 0: only the count must leave it out.
    let others = reference.count(own) - usize::from(reference.contains(l, row));
    assert!(others > 0, "the reference holds two rows of every cluster that has two");
    let a = sum(own) / others as f64;
    let b = nearest_other(reference, partitions.slots(l), own, sum);
    let larger = a.max(b);
    Some(if larger > 0.0 { (b - a) / larger } else { 0.0 })
}

/// The smallest mean distance to a slot other than `own`.
fn nearest_other(reference: &Reference, slots: Range<usize>, own: usize, sum: impl Fn(usize) -> f64) -> f64 {
    let others = slots.filter(|&slot| slot != own && reference.count(slot) > 0);
    others.map(|slot| sum(slot) / reference.count(slot) as f64).fold(f64::INFINITY, f64::min)
}
