//! The shapes the page relies on, checked before anything is drawn: an outcome is plain data that
//! anybody may have built.

use segctl_numeric::Matrix;
use segctl_segmentation::{
    Comparison, Composition, Condensed, Distribution, Migration, Outcome, Projection, SomMap, Tree,
};

use crate::ReportError;

/// Checks that every part of the outcome agrees with the others about its size.
///
/// # Errors
/// [`ReportError::Shape`] or [`ReportError::Segment`] with the first part that does not.
pub(crate) fn outcome(outcome: &Outcome) -> Result<(), ReportError> {
    let n_segments = outcome.segments.len();
    profile(outcome, n_segments)?;
    correlation(outcome)?;
    outcome.distributions.iter().try_for_each(distribution)?;
    outcome.composition.iter().try_for_each(|part| composition(part, n_segments))?;
    outcome.tree.as_ref().map_or(Ok(()), |part| tree(part, n_segments))?;
    outcome.condensed.as_ref().map_or(Ok(()), |part| condensed(part, n_segments))?;
    outcome.map.as_ref().map_or(Ok(()), |part| map(part, n_segments))?;
    outcome.since.as_ref().map_or(Ok(()), since)?;
    projection(&outcome.projection, n_segments)
}

/// The matrix has a row and a column for each label.
fn since(since: &Comparison) -> Result<(), ReportError> {
    let Migration { from, to, counts, shares, gone, new, .. } = &since.migration;
    length("since.counts", counts.len(), from.len())?;
    length("since.shares", shares.len(), from.len())?;
    length("since.gone", gone.len(), from.len())?;
    length("since.new", new.len(), to.len())?;
    counts.iter().try_for_each(|row| length("since.counts row", row.len(), to.len()))?;
    shares.iter().try_for_each(|row| length("since.shares row", row.len(), to.len()))
}

/// Every unit has a place, a size, a segment there is, and a value in each plane.
fn map(map: &SomMap, n_segments: usize) -> Result<(), ReportError> {
    let n_units = map.n_x.saturating_mul(map.n_y);
    length("map.places", map.places.len(), n_units)?;
    length("map.sizes", map.sizes.len(), n_units)?;
    length("map.segments", map.segments.len(), n_units)?;
    length("map.distances", map.distances.len(), n_units)?;
    for plane in &map.planes {
        length("map.planes values", plane.values.len(), n_units)?;
        length("map.planes medians", plane.medians.len(), n_units)?;
    }
    match map.segments.iter().position(|segment| segment.is_some_and(|segment| segment >= n_segments)) {
        None => Ok(()),
        Some(row) => {
            let segment = map.segments[row].map_or(-1, |segment| segment as i32);
            Err(ReportError::Segment { row, segment, n_segments })
        }
    }
}

/// Merges refer to nodes before them, and leaves to segments there are.
fn tree(tree: &Tree, n_segments: usize) -> Result<(), ReportError> {
    let n_leaves = tree.leaves.len();
    length("tree.merges", tree.merges.len(), n_leaves.saturating_sub(1))?;
    for (i, merge) in tree.merges.iter().enumerate() {
        let (found, expected) = (merge.left.max(merge.right), n_leaves + i);
        if found >= expected {
            return Err(ReportError::Shape { what: "tree.merges node", found, expected });
        }
    }
    match tree.leaves.iter().position(|leaf| leaf.segment >= n_segments) {
        None => Ok(()),
        Some(row) => Err(ReportError::Segment { row, segment: tree.leaves[row].segment as i32, n_segments }),
    }
}

/// Parents come before their children, and clusters became segments there are.
fn condensed(condensed: &Condensed, n_segments: usize) -> Result<(), ReportError> {
    for (i, cluster) in condensed.clusters.iter().enumerate() {
        if let Some(found) = cluster.parent.filter(|&parent| parent >= i) {
            return Err(ReportError::Shape { what: "condensed.clusters parent", found, expected: i });
        }
        if let Some(segment) = cluster.segment.filter(|&segment| segment >= n_segments) {
            return Err(ReportError::Segment { row: i, segment: segment as i32, n_segments });
        }
    }
    Ok(())
}

fn profile(outcome: &Outcome, n_segments: usize) -> Result<(), ReportError> {
    let profile = &outcome.profile;
    let d = profile.features.len();
    shape("profile.mean rows", "profile.mean columns", &profile.mean, (n_segments, d))?;
    shape("profile.median rows", "profile.median columns", &profile.median, (n_segments, d))?;
    shape("profile.std rows", "profile.std columns", &profile.std, (n_segments, d))?;
    shape("profile.difference rows", "profile.difference columns", &profile.difference, (n_segments, d))?;
    length("profile.overall_mean", profile.overall_mean.len(), d)?;
    length("profile.overall_median", profile.overall_median.len(), d)?;
    length("profile.overall_std", profile.overall_std.len(), d)
}

fn correlation(outcome: &Outcome) -> Result<(), ReportError> {
    let correlation = &outcome.correlation;
    let d = correlation.features.len();
    shape("correlation.pearson rows", "correlation.pearson columns", &correlation.pearson, (d, d))?;
    shape("correlation.spearman rows", "correlation.spearman columns", &correlation.spearman, (d, d))
}

fn distribution(distribution: &Distribution) -> Result<(), ReportError> {
    let expected = if distribution.counts.is_empty() { 0 } else { distribution.counts.len() + 1 };
    length("distribution.edges", distribution.edges.len(), expected)
}

fn composition(composition: &Composition, n_segments: usize) -> Result<(), ReportError> {
    let n_values = composition.values.len();
    length("composition.overall", composition.overall.len(), n_values)?;
    shape("composition.shares rows", "composition.shares columns", &composition.shares, (n_segments, n_values))
}

fn projection(projection: &Projection, n_segments: usize) -> Result<(), ReportError> {
    let (m, n_components) = (projection.rows.len(), projection.scores.n_cols());
    length("projection.ids", projection.ids.len(), m)?;
    length("projection.segments", projection.segments.len(), m)?;
    length("projection.silhouettes", projection.silhouettes.len(), m)?;
    length("projection.scores rows", projection.scores.n_rows(), m)?;
    shape("projection.centers rows", "projection.centers columns", &projection.centers, (n_segments, n_components))?;
    if let Some(covariances) = &projection.covariances {
        length("projection.covariances", covariances.len(), n_segments)?;
    }
    length("projection.explained", projection.explained.len(), n_components)?;
    let loadings = (n_components, projection.features.len());
    shape("projection.loadings rows", "projection.loadings columns", &projection.loadings, loadings)?;
    known_segments(&projection.segments, n_segments)
}

fn known_segments(segments: &[i32], n_segments: usize) -> Result<(), ReportError> {
    let is_known = |segment: i32| segment == -1 || usize::try_from(segment).is_ok_and(|s| s < n_segments);
    match segments.iter().position(|&segment| !is_known(segment)) {
        None => Ok(()),
        Some(row) => Err(ReportError::Segment { row, segment: segments[row], n_segments }),
    }
}

/// Checks both dimensions. An empty matrix may have lost the other dimension on its way.
fn shape(
    rows: &'static str,
    columns: &'static str,
    matrix: &Matrix,
    expected: (usize, usize),
) -> Result<(), ReportError> {
    if expected.0 * expected.1 == 0 && matrix.as_slice().is_empty() {
        return Ok(());
    }
    length(rows, matrix.n_rows(), expected.0)?;
    length(columns, matrix.n_cols(), expected.1)
}

fn length(what: &'static str, found: usize, expected: usize) -> Result<(), ReportError> {
    if found == expected { Ok(()) } else { Err(ReportError::Shape { what, found, expected }) }
}

/// Row `i`; empty where an empty matrix has lost its rows.
pub(crate) fn row(matrix: &Matrix, i: usize) -> &[f64] {
    if i < matrix.n_rows() { matrix.row(i) } else { &[] }
}

/// Column `j`, top to bottom; empty where an empty matrix has lost its columns.
pub(crate) fn column(matrix: &Matrix, j: usize) -> Vec<f64> {
    if j < matrix.n_cols() { matrix.view().column(j).collect() } else { Vec::new() }
}
