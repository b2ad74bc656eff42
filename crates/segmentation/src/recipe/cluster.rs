//! The algorithms' parameters, declared once: the configuration file, the command line and the
//! manual are all made from the table at the end of this file.

use segctl_clustering_core::agglomerative::Linkage;
use segctl_clustering_core::bisecting::BisectingStrategy;
use segctl_clustering_core::gmm::Covariance;
use segctl_som::grid::Topology;
use segctl_som::neighbourhood::Neighbourhood;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::algorithms::{Algorithm, Algorithms};
use super::init::Init;
use super::k_range::KRange;
use super::map::{DecayName, GridSize, Trainer, TrainingOrder, UnitsBy};
use super::metric_name::MetricName;
use super::parameter::Parameter;
use super::{Categories, checks};
use crate::SegmentationError;

/// Reads a value as a configuration file or a command line has it.
fn read<T: DeserializeOwned>(text: &str) -> Option<T> {
    #[derive(Deserialize)]
    struct Holder<T> {
        value: T,
    }
    let holder = |value: String| toml::from_str::<Holder<T>>(&format!("value = {value}")).ok();
    let quoted = toml::Value::String(text.to_owned()).to_string();
    holder(text.to_owned()).or_else(|| holder(quoted)).map(|holder| holder.value)
}

/// What follows the starts of k-means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum KMeansSearch {
    /// Nothing: the best start counts.
    None,
    /// Breathing k-means.
    Breathing,
}

/// Which clusters of a condensed tree become segments.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SelectionMethod {
    /// Those with the largest excess of mass.
    Eom,
    /// The leaves of the tree.
    Leaf,
}

macro_rules! parameters {
    ($($(#[doc = $about:literal])+ $field:ident: $type:ty = $name:literal, $value:literal, $default:literal, [$($algorithm:ident),+];)+) => {
        /// The algorithms and their parameters. What is not given is left to each algorithm; what is
        /// given must concern one of the algorithms asked for.
        #[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
        #[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
        pub struct ClusterRecipe {
            /// The algorithms to compare, the preferred one first.
            pub algorithm: Algorithms,
            /// The numbers of segments to try: `5`, or `"2..10"` with both ends included.
            pub k: KRange,
            /// Whether categories help to form the segments.
            pub categories: Categories,
            /// Numbers of segments that leave a segment with less than this share of the customers are passed over
            /// where others remain; 0.01 unless given, 0 for none.
            #[serde(skip_serializing_if = "Option::is_none")]
            pub min_share: Option<f64>,
            $($(#[doc = $about])+ #[serde(skip_serializing_if = "Option::is_none")] pub $field: Option<$type>,)+
        }

        impl ClusterRecipe {
            /// Every parameter there is.
            pub const PARAMETERS: &'static [Parameter] = &[$(Parameter {
                name: $name,
                about: concat!($($about),+),
                value: $value,
                default: $default,
                algorithms: &[$(Algorithm::$algorithm),+],
            },)+];

            /// Sets a parameter to what was typed.
            ///
            /// ```
            /// use segctl_segmentation::ClusterRecipe;
            /// let mut recipe = ClusterRecipe::default();
            /// recipe.set("restarts", "20")?;
            /// assert_eq!(recipe.restarts, Some(20));
            /// assert!(recipe.set("restarts", "many").is_err());
            /// # Ok::<(), segctl_segmentation::SegmentationError>(())
            /// ```
            ///
            /// # Errors
            /// [`SegmentationError::ParameterValue`] when there is no such parameter, or the text is no value of it.
            pub fn set(&mut self, name: &str, text: &str) -> Result<(), SegmentationError> {
                let known = match name {
                    $($name => read(text).map(|value| self.$field = Some(value)),)+
                    _ => None,
                };
                known.ok_or_else(|| wrong(name, text))
            }

            /// The parameters that were given, with their values.
            ///
            /// ```
            /// use segctl_segmentation::ClusterRecipe;
            /// let recipe = ClusterRecipe { restarts: Some(5), ..ClusterRecipe::default() };
            /// assert_eq!((recipe.given()[0].0.name, recipe.given()[0].1.as_str()), ("restarts", "5"));
            /// ```
            pub fn given(&self) -> Vec<(&'static Parameter, String)> {
                let texts = [$(self.$field.as_ref().map(text)),+];
                Self::PARAMETERS.iter().zip(texts).filter_map(|(parameter, text)| Some((parameter, text?))).collect()
            }
        }
    };
}

/// A value as a configuration file has it, without quotes.
fn text(value: &impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(text)) => text,
        Ok(other) => other.to_string(),
        Err(_) => String::new(),
    }
}

fn wrong(name: &str, text: &str) -> SegmentationError {
    let parameter = ClusterRecipe::PARAMETERS.iter().find(|parameter| parameter.name == name);
    let expected = parameter.map_or_else(|| "the value of a parameter that there is".to_owned(), Parameter::expected);
    SegmentationError::ParameterValue { name: name.to_owned(), value: text.to_owned(), expected }
}

impl ClusterRecipe {
    /// Checks what the types cannot.
    ///
    /// # Errors
    /// [`SegmentationError::Parameter`] naming the first parameter out of range,
    /// [`SegmentationError::ForeignParameter`] for one that none of the algorithms takes,
    /// [`SegmentationError::NotTogether`] for two that exclude each other.
    pub fn validate(&self) -> Result<(), SegmentationError> {
        let asked = self.algorithm.as_slice();
        for (parameter, _) in self.given() {
            if !parameter.algorithms.iter().any(|algorithm| asked.contains(algorithm)) {
                return Err(SegmentationError::ForeignParameter { parameter, algorithms: self.algorithm.to_string() });
            }
        }
        if self.search == Some(KMeansSearch::Breathing) && (self.min_size.is_some() || self.max_size.is_some()) {
            return Err(SegmentationError::NotTogether { one: "search", other: "bounds on the sizes of segments" });
        }
        self.check_init()?;
        self.check_units()?;
        self.check_metric()?;
        checks::at_least_one("restarts", self.restarts)?;
        checks::at_least_one("max-iter", self.max_iter)?;
        checks::at_least_one("batch-size", self.batch_size)?;
        checks::at_least_one("max-no-improvement", self.max_no_improvement)?;
        checks::at_least_one("min-size", self.min_size)?;
        checks::at_least_one("max-size", self.max_size)?;
        checks::at_least_one("min-samples", self.min_samples)?;
        checks::at_least_two("min-cluster-size", self.min_cluster_size)?;
        checks::at_least_one("max-cluster-size", self.max_cluster_size)?;
        checks::not_negative("tol", self.tol)?;
        checks::not_negative("eps", self.eps)?;
        checks::not_negative("cluster-selection-epsilon", self.cluster_selection_epsilon)?;
        checks::not_negative("reg-covar", self.reg_covar)?;
        checks::not_negative("gamma", self.gamma)?;
        checks::at_least_one("epochs", self.epochs)?;
        checks::half_at_most("min-share", self.min_share)?;
        checks::positive("radius", self.radius)?;
        checks::positive("rate", self.rate)?;
        Ok(())
    }

    /// The share of the customers below which a segment is taken for a few outliers.
    pub(crate) fn smallest_share(&self) -> f64 {
        self.min_share.unwrap_or(0.01)
    }

    /// Not every algorithm begins everywhere.
    fn check_init(&self) -> Result<(), SegmentationError> {
        let Some(init) = &self.init else { return Ok(()) };
        match self.algorithm.as_slice().iter().any(|&algorithm| init.is_for(algorithm)) {
            true => Ok(()),
            false => Err(SegmentationError::ForeignInit { init: init.clone(), algorithms: self.algorithm.to_string() }),
        }
    }

    /// Only a tree has a linkage.
    fn check_units(&self) -> Result<(), SegmentationError> {
        let is_asked = !self.algorithm.as_slice().contains(&Algorithm::Agglomerative) && self.linkage.is_some();
        match self.units {
            None | Some(UnitsBy::Tree) => Ok(()),
            Some(_) if !is_asked => Ok(()),
            Some(_) => {
                Err(SegmentationError::NotTogether { one: "linkage", other: "units that make no tree of their own" })
            }
        }
    }

    /// The way to begin that was asked for, if `algorithm` can.
    pub(crate) fn init_of(&self, algorithm: Algorithm) -> Option<&Init> {
        self.init.as_ref().filter(|init| init.is_for(algorithm))
    }

    /// Whether `algorithm`, with these parameters, finds the number of segments by itself.
    ///
    /// ```
    /// use segctl_segmentation::{Algorithm, ClusterRecipe, UnitsBy};
    /// let recipe = ClusterRecipe { units: Some(UnitsBy::Each), ..ClusterRecipe::default() };
    /// assert!(recipe.finds_k(Algorithm::Som) && !ClusterRecipe::default().finds_k(Algorithm::Som));
    /// ```
    pub fn finds_k(&self, algorithm: Algorithm) -> bool {
        algorithm.finds_k() || (algorithm == Algorithm::Som && self.units == Some(UnitsBy::Each))
    }

    /// Not every algorithm measures by every metric.
    fn check_metric(&self) -> Result<(), SegmentationError> {
        let Some(metric) = self.metric else { return Ok(()) };
        let is_foreign = |algorithm: &&Algorithm| {
            matches!(
                (algorithm, metric),
                (Algorithm::Agglomerative | Algorithm::Dbscan | Algorithm::Hdbscan | Algorithm::Som, MetricName::Gower)
                    | (Algorithm::Hdbscan, MetricName::SquaredEuclidean)
            )
        };
        match self.algorithm.as_slice().iter().find(is_foreign) {
            None => Ok(()),
            Some(&algorithm) => Err(SegmentationError::ForeignMetric { metric: text(&metric), algorithm }),
        }
    }

    /// Whether some algorithm looks at categories as such.
    pub(crate) fn is_mixed(&self) -> bool {
        self.algorithm.as_slice().iter().any(|&algorithm| self.takes_categories(algorithm))
    }

    /// Whether `algorithm` looks at categories as such, with these parameters.
    pub(crate) fn takes_categories(&self, algorithm: Algorithm) -> bool {
        match algorithm {
            Algorithm::KPrototypes | Algorithm::KModes => true,
            Algorithm::KMedoids => self.metric.is_none_or(|metric| metric == MetricName::Gower),
            _ => false,
        }
    }
}

parameters! {
    /// Starts, the best of which counts
    restarts: usize = "restarts", "N", "10; with a search or bounds 4; minibatch and gmm 3; bisecting and kmedoids 5",
        [KMeans, MiniBatch, Bisecting, Gmm, KPrototypes, KModes, KMedoids];
    /// Iterations at most for each start
    max_iter: usize = "max-iter", "N", "1000; bisecting 300; with bounds, and for all others, 100",
        [KMeans, MiniBatch, Bisecting, Gmm, KPrototypes, KModes, KMedoids];
    /// Tolerance for stopping: relative, and for gmm of the log-likelihood; 0 runs until no customer changes segment
    tol: f64 = "tol", "TOL", "0; with bounds and bisecting 0.0001; gmm 0.001; som runs all epochs", [KMeans, MiniBatch, Bisecting, Gmm, Som];
    /// Where starts begin; for a map the plane of two principal components, anywhere, customers, or the units of a table
    init: Init = "init", "k-means++,k-means||,pca,random,sample,FILE", "k-means++; som pca", [KMeans, Som];
    /// Whether to leave local minima by adding and removing centres
    search: KMeansSearch = "search", "none,breathing", "none", [KMeans];
    /// Customers in every segment at least
    min_size: usize = "min-size", "N", "1", [KMeans];
    /// Customers in every segment at most
    max_size: usize = "max-size", "N", "no bound", [KMeans];
    /// Customers in a batch
    batch_size: usize = "batch-size", "N", "1024", [MiniBatch];
    /// Batches without a better inertia after which to stop
    max_no_improvement: usize = "max-no-improvement", "N", "10", [MiniBatch];
    /// Which segment is split next
    bisecting_strategy: BisectingStrategy = "bisecting-strategy", "biggest-inertia,largest-cluster", "biggest-inertia", [Bisecting];
    /// What the distance of two clusters is
    linkage: Linkage = "linkage", "ward,single,complete,average,weighted,centroid,median", "average; som ward", [Agglomerative, Som];
    /// What the distance of two customers is; gower, of numbers and categories, for kmedoids alone
    metric: MetricName = "metric", "euclidean,squared-euclidean,manhattan,chebyshev,cosine,gower", "euclidean; kmedoids gower",
        [Agglomerative, Dbscan, Hdbscan, KMedoids, Som];
    /// How near neighbours are
    eps: f64 = "eps", "DISTANCE", "where the curve of distances to the neighbours bends", [Dbscan];
    /// Customers, itself included, whom a customer must have near to be in a crowd
    min_samples: usize = "min-samples", "N", "dbscan twice the features, at least 5; hdbscan min-cluster-size, at most 100", [Dbscan, Hdbscan];
    /// Customers in every segment at least
    min_cluster_size: usize = "min-cluster-size", "N", "1 in 100 customers, at least 5", [Hdbscan];
    /// Customers in every segment at most
    max_cluster_size: usize = "max-cluster-size", "N", "no bound", [Hdbscan];
    /// Which clusters of the tree become segments: those of excess of mass, or its leaves
    cluster_selection_method: SelectionMethod = "cluster-selection-method", "eom,leaf", "eom", [Hdbscan];
    /// Clusters nearer to each other than this stay one
    cluster_selection_epsilon: f64 = "cluster-selection-epsilon", "DISTANCE", "0", [Hdbscan];
    /// Whether all customers may be one segment
    allow_single_cluster: bool = "allow-single-cluster", "true,false", "false", [Hdbscan];
    /// Which shapes the normal distributions may have
    covariance: Covariance = "covariance", "full,tied,diag,spherical", "full", [Gmm];
    /// What is added to each variance
    reg_covar: f64 = "reg-covar", "VARIANCE", "0.000001", [Gmm];
    /// What a different category counts beside squared differences of numbers
    gamma: f64 = "gamma", "WEIGHT", "half the mean standard deviation of the numbers", [KPrototypes];
    /// Units of a map from left to right and from bottom to top
    grid: GridSize = "grid", "NxM", "5 times the root of the customers, in the shape of two principal components", [Som];
    /// Whether units are hexagons or squares
    topology: Topology = "topology", "hexagonal,rectangular", "hexagonal", [Som];
    /// Whether the map has no border: left and right, top and bottom meet
    toroidal: bool = "toroidal", "true,false", "false", [Som];
    /// Whether a map learns from all customers at once or from one after the other
    trainer: Trainer = "trainer", "batch,online", "batch", [Som];
    /// In which order customers come, one after the other
    order: TrainingOrder = "order", "shuffled,sequential", "shuffled", [Som];
    /// Times that a map learns from each customer
    epochs: usize = "epochs", "N", "20", [Som];
    /// How many units away neighbours learn at first
    radius: f64 = "radius", "UNITS", "half the longer side", [Som];
    /// Which share of the way to a customer units go at first, at most 1
    rate: f64 = "rate", "SHARE", "1; online 0.5", [Som];
    /// How much neighbours learn by their distance
    neighborhood: Neighbourhood = "neighborhood", "gaussian,bubble,mexican-hat,triangle", "gaussian", [Som];
    /// How radius and rate fall
    decay: DecayName = "decay", "exponential,asymptotic,linear,inverse", "exponential; of the rate online asymptotic", [Som];
    /// How units become segments: by a tree, by Ward's tree of units that hang together, by k-means, or each by itself
    units: UnitsBy = "units", "tree,contiguous,kmeans,each", "tree", [Som];
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_come_back_as_they_were_typed() {
        let mut recipe = ClusterRecipe::default();
        for (name, text) in [("restarts", "3"), ("tol", "0.001"), ("linkage", "complete"), ("metric", "cosine")] {
            recipe.set(name, text).unwrap();
        }
        let given: Vec<(&str, String)> = recipe.given().into_iter().map(|(p, text)| (p.name, text)).collect();
        let expected = [("restarts", "3"), ("tol", "0.001"), ("linkage", "complete"), ("metric", "cosine")];
        assert_eq!(given, expected.map(|(name, text)| (name, text.to_owned())));
        let error = recipe.set("linkage", "chain").unwrap_err().to_string();
        assert!(error.starts_with("linkage \"chain\" should be one of ward, single"), "{error}");
    }

    #[test]
    fn every_word_of_a_parameter_is_a_value_of_it() {
        for parameter in ClusterRecipe::PARAMETERS {
            for word in parameter.words().into_iter().flatten() {
                ClusterRecipe::default().set(parameter.name, word).unwrap();
            }
        }
    }

    #[test]
    fn parameters_of_other_algorithms_are_refused() {
        let mut recipe = ClusterRecipe { algorithm: Algorithms::one(Algorithm::KMeans), ..ClusterRecipe::default() };
        recipe.set("linkage", "single").unwrap();
        let error = recipe.validate().unwrap_err();
        assert_eq!(error.to_string(), "linkage is a parameter of agglomerative, som, not of kmeans");
    }
}
