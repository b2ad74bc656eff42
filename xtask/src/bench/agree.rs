//! Whether two answers to the same question are the same.

use super::answer::{Answer, Columns, FIGURES};
use super::case::{Rival, Task};

/// Compares all that the work is judged by: the largest relative difference of numbers, or what
/// does not agree. Nothing is compared by what only one of them tells, but something has to be.
pub(super) fn check(task: Task, ours: &Answer, theirs: &Answer, rival: &Rival) -> Result<f64, String> {
    if task.goes_own_ways() {
        // There is no common answer.
        return Ok(0.0);
    }
    let mut numbers = vec![
        number("inertia", ours.inertia, theirs.inertia),
        number("log-likelihood", ours.log_likelihood, theirs.log_likelihood),
        number("silhouette", ours.silhouette, theirs.silhouette),
        numbers_of("heights", ours.heights.as_deref(), theirs.heights.as_deref()),
        weights(ours.weights.as_deref(), theirs.weights.as_deref()),
        numbers_of("explained variance", ours.explained_variance.as_deref(), theirs.explained_variance.as_deref()),
    ];
    numbers.extend(columns(&ours.columns, &theirs.columns)?);
    numbers.retain(|found| *found != Ok(None));
    if numbers.is_empty() && (ours.labels.is_none() || theirs.labels.is_none()) {
        return Err("there is nothing to compare".to_owned());
    }
    let mut largest = 0.0_f64;
    for found in numbers {
        let (what, difference) = found?.expect("those without were left out");
        if difference.is_nan() || difference > rival.tolerance {
            return Err(format!("{what}: relative difference {difference:.1e}, limit {:.0e}", rival.tolerance));
        }
        largest = largest.max(difference);
    }
    if let (Some(ours), Some(theirs)) = (&ours.labels, &theirs.labels) {
        same_partition(ours, theirs, rival.open)?;
    }
    Ok(largest)
}

type Found = Result<Option<(&'static str, f64)>, String>;

fn number(what: &'static str, ours: Option<f64>, theirs: Option<f64>) -> Found {
    Ok(ours.zip(theirs).map(|(ours, theirs)| (what, relative(ours, theirs))))
}

fn numbers_of(what: &'static str, ours: Option<&[f64]>, theirs: Option<&[f64]>) -> Found {
    let Some((ours, theirs)) = ours.zip(theirs) else {
        return Ok(None);
    };
    if ours.len() != theirs.len() {
        return Err(format!("{what}: {} numbers, and {}", ours.len(), theirs.len()));
    }
    let differences = ours.iter().zip(theirs).map(|(ours, theirs)| relative(*ours, *theirs));
    Ok(Some((what, differences.fold(0.0, |top, next| if next > top || next.is_nan() { next } else { top }))))
}

/// Figure by figure, over all columns. Empty where either describes none.
fn columns(ours: &Columns, theirs: &Columns) -> Result<Vec<Found>, String> {
    if ours.is_empty() || theirs.is_empty() {
        return Ok(Vec::new());
    }
    if let Some(name) = ours.keys().find(|name| !theirs.contains_key(*name)) {
        return Err(format!("column {name}: described by segctl alone"));
    }
    if let Some(name) = theirs.keys().find(|name| !ours.contains_key(*name)) {
        return Err(format!("column {name}: described by the peer alone"));
    }
    let figure = |columns: &Columns, i: usize| columns.values().map(|figures| figures[i]).collect::<Vec<f64>>();
    let compare = |(i, &what)| numbers_of(what, Some(&figure(ours, i)), Some(&figure(theirs, i)));
    Ok(FIGURES.iter().enumerate().map(compare).collect())
}

/// Relative to the largest of theirs: weights may be as small as one likes.
fn weights(ours: Option<&[f64]>, theirs: Option<&[f64]>) -> Found {
    let Some((ours, theirs)) = ours.zip(theirs) else {
        return Ok(None);
    };
    if ours.len() != theirs.len() {
        return Err(format!("weights: {} numbers, and {}", ours.len(), theirs.len()));
    }
    let top = theirs.iter().fold(0.0_f64, |top, weight| top.max(weight.abs()));
    let differences = ours.iter().zip(theirs).map(|(ours, theirs)| (ours - theirs).abs() / top);
    Ok(Some(("weights", differences.fold(0.0, |top, next| if next > top || next.is_nan() { next } else { top }))))
}

/// NaN where either is NaN.
fn relative(a: f64, b: f64) -> f64 {
    if a == b { 0.0 } else { (a - b).abs() / a.abs().max(b.abs()) }
}

/// Whether labels are the same but for the names of the clusters.
fn same_partition(ours: &[i64], theirs: &[i64], open: f64) -> Result<(), String> {
    if ours.len() != theirs.len() {
        return Err(format!("labels: {} rows, and {}", ours.len(), theirs.len()));
    }
    let mut together = std::collections::BTreeMap::new();
    ours.iter().zip(theirs).for_each(|(&ours, &theirs)| *together.entry((ours, theirs)).or_insert(0_usize) += 1);
    let n_other = ours.len() - matched(together);
    match n_other as f64 <= open * ours.len() as f64 {
        true => Ok(()),
        false => Err(format!("labels: {n_other} of {} rows elsewhere", ours.len())),
    }
}

/// Rows in clusters that are each other's: pairs are made in the order of the rows they share, noise being
/// noise on both sides.
fn matched(together: std::collections::BTreeMap<(i64, i64), usize>) -> usize {
    let mut pairs: Vec<((i64, i64), usize)> = together.into_iter().collect();
    pairs.sort_by_key(|&(pair, shared)| (std::cmp::Reverse(shared), pair));
    let (mut ours, mut theirs) = (std::collections::BTreeSet::new(), std::collections::BTreeSet::new());
    let is_pair = |&((a, b), _): &((i64, i64), usize)| (a < 0) == (b < 0) && ours.insert(a) && theirs.insert(b);
    pairs.into_iter().filter(is_pair).map(|(_, shared)| shared).sum()
}

#[cfg(test)]
mod tests {
    use super::super::case::Per;
    use super::*;

    const RIVAL: Rival =
        Rival { peer: "scikit-learn", target: None, memory: None, per: Per::Run, tolerance: 1e-9, open: 0.0 };
    const KMEANS: Task = Task::KMeans { k: 3 };

    fn inertia(inertia: f64, labels: &[i64]) -> Answer {
        Answer { inertia: Some(inertia), labels: Some(labels.to_vec()), ..Answer::default() }
    }

    #[test]
    fn names_of_clusters_are_irrelevant() {
        let ours = inertia(2.0, &[0, 0, 1, 2, -1]);
        assert_eq!(check(KMEANS, &ours, &inertia(2.0 + 1e-11, &[5, 5, 0, 1, -1]), &RIVAL).map(|d| d < 1e-11), Ok(true));
        for other in [[5, 5, 5, 1, -1], [0, 1, 2, 3, -1], [5, 5, 0, 1, 3]] {
            let error = check(KMEANS, &ours, &inertia(2.0, &other), &RIVAL).unwrap_err();
            assert_eq!(error, "labels: 1 of 5 rows elsewhere");
        }
        let tolerant = Rival { open: 0.2, ..RIVAL };
        assert!(check(KMEANS, &ours, &inertia(2.0, &[5, 5, 5, 1, -1]), &tolerant).is_ok());
        assert!(check(KMEANS, &ours, &inertia(2.0, &[5, 5, 5, 1, 1]), &tolerant).is_err());
        assert!(check(KMEANS, &ours, &inertia(2.0, &[0]), &RIVAL).is_err());
    }

    #[test]
    fn numbers_beyond_the_tolerance_are_named() {
        let error = check(KMEANS, &inertia(2.0, &[0]), &inertia(2.1, &[0]), &RIVAL).unwrap_err();
        assert_eq!(error, "inertia: relative difference 4.8e-2, limit 1e-9");
        assert!(check(KMEANS, &inertia(f64::NAN, &[0]), &inertia(2.0, &[0]), &RIVAL).is_err());
    }

    #[test]
    fn lists_are_compared_one_by_one() {
        let heights = |heights: &[f64]| Answer { heights: Some(heights.to_vec()), ..Answer::default() };
        let linkage = Task::Linkage { method: "ward", k: 2 };
        assert_eq!(check(linkage, &heights(&[0.0, 1.0]), &heights(&[0.0, 1.0]), &RIVAL), Ok(0.0));
        assert!(check(linkage, &heights(&[1.0, 2.0]), &heights(&[1.0, 2.1]), &RIVAL).is_err());
        assert!(check(linkage, &heights(&[1.0]), &heights(&[1.0, 2.0]), &RIVAL).is_err());
        assert!(check(linkage, &heights(&[f64::NAN, 1.0]), &heights(&[1.0, 1.0]), &RIVAL).is_err());
    }

    #[test]
    fn columns_are_compared_by_name_and_figure() {
        let look = |columns: &[(&str, [f64; 5])]| {
            let columns = columns.iter().map(|(name, figures)| ((*name).to_owned(), *figures)).collect();
            Answer { columns, ..Answer::default() }
        };
        let ours = look(&[("a", [1.0, 2.0, 3.0, 0.0, 7.0]), ("b", [0.0; 5])]);
        assert_eq!(check(Task::Explore, &ours, &ours, &RIVAL), Ok(0.0));
        let more = look(&[("a", [1.0, 2.0, 3.0, 0.0, 8.0]), ("b", [0.0; 5])]);
        let error = check(Task::Explore, &ours, &more, &RIVAL).unwrap_err();
        assert_eq!(error, "distinct counts: relative difference 1.2e-1, limit 1e-9");
        let undefined = look(&[("a", [f64::NAN, 2.0, 3.0, 0.0, 7.0]), ("b", [0.0; 5])]);
        assert!(check(Task::Explore, &ours, &undefined, &RIVAL).is_err());
        let fewer = look(&[("a", [1.0, 2.0, 3.0, 0.0, 7.0])]);
        let error = check(Task::Explore, &ours, &fewer, &RIVAL).unwrap_err();
        assert_eq!(error, "column b: described by segctl alone");
        assert!(check(Task::Explore, &ours, &Answer::default(), &RIVAL).is_err());
    }

    #[test]
    fn silence_is_no_agreement() {
        let error = check(KMEANS, &Answer::default(), &inertia(1.0, &[0]), &RIVAL).unwrap_err();
        assert_eq!(error, "there is nothing to compare");
        let restarts = Task::Restarts { k: 2, restarts: 10 };
        assert_eq!(check(restarts, &inertia(1.0, &[0]), &inertia(2.0, &[0]), &RIVAL), Ok(0.0));
    }
}
