use segctl_numeric::Labels;

/// The cluster of each row, the runner-up, and how far away both are.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Assignment {
    /// The cluster; the lowest index among equals. Noise where the model's [rule](super::Predict::rule)
    /// leaves rows out.
    pub labels: Labels,
    /// The distance to it by the rule; for noise that to the nearest cluster.
    pub distance: Vec<f64>,
    /// The next cluster; [`Labels::NOISE`] when there is but one. For noise the nearest cluster.
    pub second: Vec<u32>,
    /// The distance to it; infinite when there is none.
    pub second_distance: Vec<f64>,
    /// How sure it is that the row belongs to its cluster, in [0, 1], where the model knows probabilities:
    /// 0 for noise.
    pub probability: Option<Vec<f64>>,
    /// The same of the next cluster, where the probabilities of all clusters add up to 1.
    pub second_probability: Option<Vec<f64>>,
}

impl Assignment {
    /// Of a model that knows distances alone.
    ///
    /// ```
    /// use segctl_clustering_core::model::Assignment;
    /// use segctl_numeric::Labels;
    /// let labels = Labels::from_signed(&[0, 1])?;
    /// let found = Assignment::by_distance(labels, vec![1.0, 0.0], vec![1, 0], vec![2.0, 5.0]);
    /// assert_eq!(found.margins(), [0.5, 1.0]);
    /// # Ok::<(), segctl_numeric::InputError>(())
    /// ```
    pub fn by_distance(labels: Labels, distance: Vec<f64>, second: Vec<u32>, second_distance: Vec<f64>) -> Self {
        Self { labels, distance, second, second_distance, probability: None, second_probability: None }
    }

    /// How clearly each row belongs to its cluster rather than to the next: 0 on the border, 1 at the
    /// heart of the cluster, below 0 where the next would be the model's choice, NaN where there is no
    /// other cluster, and for noise.
    ///
    /// Where clusters share a probability of 1, the difference of the two; else that of the distances
    /// over the larger of them, as in a silhouette.
    ///
    /// ```
    /// use segctl_clustering_core::kmeans::{KMeansParams, fit};
    /// use segctl_clustering_core::model::Predict;
    /// use segctl_numeric::MatrixView;
    /// let x = MatrixView::new(&[0.0, 2.0, 8.0, 10.0], 4, 1)?;
    /// let found = fit(x, &KMeansParams::new(2))?.model.predict(MatrixView::new(&[1.0, 5.0, 3.0], 3, 1)?)?;
    /// assert_eq!(found.margins()[..2], [1.0, 0.0]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn margins(&self) -> Vec<f64> {
        (0..self.labels.len()).map(|row| self.margin(row)).collect()
    }

    fn margin(&self, row: usize) -> f64 {
        match (&self.probability, &self.second_probability) {
            _ if self.labels.get(row).is_none() || self.second[row] == Labels::NOISE => f64::NAN,
            (Some(own), Some(second)) => own[row] - second[row],
            _ => margin(self.distance[row], self.second_distance[row]),
        }
    }
}

/// Two clusters at one place are a border.
fn margin(first: f64, second: f64) -> f64 {
    match first.max(second) {
        s if s.is_infinite() => f64::NAN,
        s if s > 0.0 => (second - first) / s,
        _ => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn margins_of_distances_run_from_border_to_centre() {
        assert_eq!(margin(0.0, 2.0), 1.0);
        assert_eq!(margin(2.0, 2.0), 0.0);
        assert_eq!(margin(4.0, 2.0), -0.5);
        assert_eq!(margin(0.0, 0.0), 0.0);
        assert!(margin(1.0, f64::INFINITY).is_nan());
    }

    #[test]
    fn probabilities_and_noise_have_margins_of_their_own() {
        let labels = Labels::from_signed(&[0, 1, -1]).unwrap();
        let mut found = Assignment::by_distance(labels, vec![1.0; 3], vec![1, 0, 0], vec![2.0; 3]);
        assert_eq!(found.margins()[..2], [0.5, 0.5]);
        found.probability = Some(vec![0.75, 0.5, 0.0]);
        assert_eq!(found.margins()[..2], [0.5, 0.5], "probabilities that do not add up to 1");
        found.second_probability = Some(vec![0.25, 0.5, 0.0]);
        assert_eq!(found.margins()[..2], [0.5, 0.0]);
        assert!(found.margins()[2].is_nan());
    }
}
