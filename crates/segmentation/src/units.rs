//! Segments made of the units of a map.

use segctl_clustering_core::ClusteringError;
use segctl_clustering_core::model::{Assignment, CentersModel, Predict};
use segctl_numeric::{InputError, Labels, Matrix, MatrixView};
use segctl_som::grid::Grid;
use segctl_som::{SomError, SomModel, Winners};
use serde::{Deserialize, Serialize};

/// A map whose units belong to segments: a row has the segment of the unit nearest to it, missing values left
/// aside. Serialisable; checked when read back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "RawUnits")]
pub struct UnitsModel {
    map: SomModel,
    /// The segment of each unit.
    segments: Vec<u32>,
    /// The means of the customers of each segment, k x d.
    centers: Matrix,
}

#[derive(Deserialize)]
struct RawUnits {
    map: SomModel,
    segments: Vec<u32>,
    centers: Matrix,
}

impl TryFrom<RawUnits> for UnitsModel {
    type Error = ClusteringError;

    fn try_from(RawUnits { map, segments, centers }: RawUnits) -> Result<Self, ClusteringError> {
        let length = |what, found, expected| Err(InputError::Length { what, found, expected }.into());
        if segments.len() != map.n_units() {
            return length("segments of units", segments.len(), map.n_units());
        }
        if centers.n_cols() != map.n_features() {
            return length("row of centres", centers.n_cols(), map.n_features());
        }
        let model = Self { segments, centers, map };
        match (0..model.centers.n_rows()).find(|&segment| model.units_of(segment).is_empty()) {
            Some(cluster) => Err(ClusteringError::EmptyCluster { cluster }),
            None if model.segments.iter().any(|&segment| segment as usize >= model.centers.n_rows()) => {
                length("centres", model.centers.n_rows(), model.segments.iter().max().map_or(0, |&s| s as usize + 1))
            }
            None => Ok(model),
        }
    }
}

impl UnitsModel {
    /// The segments of the units; `labels` are those that the rows of `x` got by them, no segment without a row.
    pub(crate) fn new(
        map: SomModel,
        segments: &Labels,
        x: MatrixView<'_>,
        labels: &Labels,
    ) -> Result<Self, ClusteringError> {
        let centers = CentersModel::of_labels(x, labels)?.centers();
        RawUnits { map, segments: segments.as_slice().to_vec(), centers }.try_into()
    }

    /// The map.
    pub fn map(&self) -> &SomModel {
        &self.map
    }

    /// The segment of each unit, by the units' numbers.
    pub fn segments(&self) -> &[u32] {
        &self.segments
    }

    fn units_of(&self, segment: usize) -> Vec<usize> {
        (0..self.segments.len()).filter(|&unit| self.segments[unit] as usize == segment).collect()
    }

    /// The distance of each row to the nearest unit of one segment.
    fn distances(&self, x: MatrixView<'_>, segment: usize) -> Result<Vec<f64>, ClusteringError> {
        let codebook = self.map.codebook().view().select_rows(&self.units_of(segment));
        let line = Grid::rectangular(codebook.n_rows(), 1);
        let part = line.and_then(|line| SomModel::new(line, self.map.metric(), codebook)).map_err(failed)?;
        Ok(part.winners(x).map_err(failed)?.distance)
    }

    /// For each row the nearest segment but its own, and the distance to it.
    ///
    /// As a rule it is that of the second nearest unit; where both units are of one segment, all others are
    /// asked.
    fn seconds(&self, x: MatrixView<'_>, winners: &Winners) -> Result<(Vec<u32>, Vec<f64>), ClusteringError> {
        let n = winners.unit.len();
        let (mut second, mut distance) = (vec![Labels::NOISE; n], vec![f64::INFINITY; n]);
        let mut unknown = Vec::new();
        for row in 0..n {
            let own = self.segments[winners.unit[row] as usize];
            let other = self.segments.get(winners.second[row] as usize).copied().unwrap_or(own);
            match other == own {
                true => unknown.push(row),
                false => (second[row], distance[row]) = (other, winners.second_distance[row]),
            }
        }
        if unknown.is_empty() || self.n_clusters() == 1 {
            return Ok((second, distance));
        }
        let rows = x.select_rows(&unknown);
        for segment in 0..self.n_clusters() {
            let away = self.distances(rows.view(), segment)?;
            for (&row, away) in unknown.iter().zip(away) {
                let is_own = self.segments[winners.unit[row] as usize] as usize == segment;
                if !is_own && away < distance[row] {
                    (second[row], distance[row]) = (segment as u32, away);
                }
            }
        }
        Ok((second, distance))
    }
}

impl Predict for UnitsModel {
    fn rule(&self) -> &'static str {
        "the nearest unit of the map"
    }

    fn n_clusters(&self) -> usize {
        self.centers.n_rows()
    }

    fn n_features(&self) -> usize {
        self.map.n_features()
    }

    fn centers(&self) -> Matrix {
        self.centers.clone()
    }

    fn reordered(&self, order: &[usize]) -> Self {
        let mut new_id = vec![0; order.len()];
        order.iter().zip(0..).for_each(|(&segment, id)| new_id[segment] = id);
        Self {
            map: self.map.clone(),
            segments: self.segments.iter().map(|&segment| new_id[segment as usize]).collect(),
            centers: self.centers.view().select_rows(order),
        }
    }

    fn predict(&self, x: MatrixView<'_>) -> Result<Assignment, ClusteringError> {
        let winners = self.map.winners(x).map_err(failed)?;
        let ids = winners.unit.iter().map(|&unit| self.segments[unit as usize]).collect();
        let (second, second_distance) = self.seconds(x, &winners)?;
        let labels = Labels::new(ids, self.n_clusters())?;
        Ok(Assignment::by_distance(labels, winners.distance, second, second_distance))
    }

    fn distances_to(&self, x: MatrixView<'_>, labels: &Labels) -> Result<Vec<f64>, ClusteringError> {
        if labels.len() != x.n_rows() {
            return Err(InputError::Length { what: "labels", found: labels.len(), expected: x.n_rows() }.into());
        }
        let mut distances = vec![f64::NAN; x.n_rows()];
        for segment in 0..self.n_clusters() {
            let rows: Vec<usize> = (0..labels.len()).filter(|&row| labels.get(row) == Some(segment)).collect();
            if !rows.is_empty() {
                let away = self.distances(x.select_rows(&rows).view(), segment)?;
                rows.into_iter().zip(away).for_each(|(row, away)| distances[row] = away);
            }
        }
        Ok(distances)
    }
}

/// What a map finds wrong with rows.
fn failed(error: SomError) -> ClusteringError {
    match error {
        SomError::Input(error) => error.into(),
        SomError::TooLarge { what, row, column, value, limit } => {
            ClusteringError::TooLarge { what, row, column, value, limit }
        }
        SomError::NothingKnown { row } => InputError::NotFinite { what: "X", row, column: 0, value: f64::NAN }.into(),
        other => unreachable!("rows are only asked for their nearest units: {other}"),
    }
}

#[cfg(test)]
mod tests {
    use segctl_numeric::distance::Metric;

    use super::*;

    /// Units at 0, 1, 5, 9 in segments 1, 1, 0, 2.
    fn model() -> UnitsModel {
        let codebook = Matrix::from_rows(&[[0.0], [1.0], [5.0], [9.0]]).unwrap();
        let map = SomModel::new(Grid::rectangular(4, 1).unwrap(), Metric::Euclidean, codebook).unwrap();
        let x = Matrix::from_rows(&[[0.0], [1.0], [5.0], [9.0]]).unwrap();
        let segments = Labels::new(vec![1, 1, 0, 2], 3).unwrap();
        UnitsModel::new(map, &segments, x.view(), &segments).unwrap()
    }

    #[test]
    fn rows_have_the_segment_of_their_unit_and_the_next_segment_as_runner_up() {
        let x = Matrix::from_rows(&[[0.25], [4.0], [8.0]]).unwrap();
        let found = model().predict(x.view()).unwrap();
        assert_eq!(found.labels.to_signed(), [1, 0, 2]);
        assert_eq!(found.second, [0, 1, 0]);
        assert_eq!(found.distance, [0.25, 1.0, 1.0]);
        assert_eq!(found.second_distance, [4.75, 3.0, 3.0]);
    }

    #[test]
    fn distances_to_other_segments_are_those_to_their_nearest_units() {
        let x = Matrix::from_rows(&[[0.25], [4.0], [8.0]]).unwrap();
        let labels = Labels::from_signed(&[2, 1, -1]).unwrap();
        let distances = model().distances_to(x.view(), &labels).unwrap();
        assert_eq!(distances[..2], [8.75, 3.0]);
        assert!(distances[2].is_nan());
    }

    #[test]
    fn new_numbers_are_those_of_the_order() {
        let x = Matrix::from_rows(&[[0.25], [4.0], [8.0]]).unwrap();
        let reordered = model().reordered(&[1, 2, 0]);
        assert_eq!(reordered.predict(x.view()).unwrap().labels.to_signed(), [0, 2, 1]);
        assert_eq!(reordered.centers().as_slice(), [0.5, 9.0, 5.0]);
    }

    #[test]
    fn a_damaged_model_is_refused() {
        let text = serde_json::to_string(&model()).unwrap();
        assert_eq!(serde_json::from_str::<UnitsModel>(&text).unwrap(), model());
        for (from, to) in [("[1,1,0,2]", "[1,1,0]"), ("[1,1,0,2]", "[1,1,0,3]"), ("[1,1,0,2]", "[1,1,0,0]")] {
            let damaged = text.replace(from, to);
            assert_ne!(damaged, text);
            assert!(serde_json::from_str::<UnitsModel>(&damaged).is_err(), "{to}");
        }
    }
}
