use segctl_clustering_core::ClusteringError;
use segctl_io::{IoError, Kind};
use segctl_metrics::MetricsError;
use segctl_numeric::InputError;
use segctl_preprocessing::PrepareError;
use segctl_reduction::ReductionError;
use segctl_som::SomError;
use thiserror::Error;

use crate::recipe::{Algorithm, Init, Parameter};

/// Why there are no segments.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum SegmentationError {
    /// The table could not be read, queried or written.
    #[error(transparent)]
    Io(#[from] IoError),
    /// The table could not be made into features.
    #[error(transparent)]
    Prepare(#[from] PrepareError),
    /// The features could not be clustered.
    #[error(transparent)]
    Clustering(#[from] ClusteringError),
    /// The clustering could not be judged.
    #[error(transparent)]
    Metrics(#[from] MetricsError),
    /// No map could be made of the features.
    #[error(transparent)]
    Som(#[from] SomError),
    /// The features could not be projected.
    #[error(transparent)]
    Reduction(#[from] ReductionError),
    /// A parameter of the recipe is out of range.
    #[error(transparent)]
    Parameter(#[from] InputError),
    /// A text that is no value of a parameter.
    #[error("{name} {value:?} should be {expected}")]
    ParameterValue {
        /// The parameter.
        name: String,
        /// What was typed.
        value: String,
        /// What it takes.
        expected: String,
    },
    /// A parameter that none of the algorithms asked for takes.
    #[error("{} is a parameter of {}, not of {algorithms}", parameter.name, named(parameter.algorithms))]
    ForeignParameter {
        /// The parameter.
        parameter: &'static Parameter,
        /// The algorithms asked for.
        algorithms: String,
    },
    /// A beginning that none of the algorithms asked for takes.
    #[error("{algorithms} cannot begin with init {init}")]
    ForeignInit {
        /// The beginning.
        init: Init,
        /// The algorithms asked for.
        algorithms: String,
    },
    /// A metric by which an algorithm does not measure.
    #[error("{} measures no {metric} distances", algorithm.name())]
    ForeignMetric {
        /// The metric.
        metric: String,
        /// The algorithm.
        algorithm: Algorithm,
    },
    /// A number of segments, for algorithms that find it by themselves.
    #[error("{} finds the number of segments by itself: k={k} says nothing to it", algorithm.name())]
    FindsK {
        /// The algorithm.
        algorithm: Algorithm,
        /// The number given.
        k: String,
    },
    /// No categories, for an algorithm that takes nothing else.
    #[error("{} clusters categories, and none of the columns that form segments is one", algorithm.name())]
    NoCategories {
        /// The algorithm.
        algorithm: Algorithm,
    },
    /// No radius to propose.
    #[error("the distances of {n_rows} customers to {min_samples} neighbours show no bend to take eps from")]
    NoEps {
        /// Customers left after cleaning.
        n_rows: usize,
        /// Neighbours asked for, the customer included.
        min_samples: usize,
    },
    /// No segments at all.
    #[error("{} finds no segments: all {n_rows} customers are noise", algorithm.name())]
    AllNoise {
        /// The algorithm.
        algorithm: Algorithm,
        /// Customers left after cleaning.
        n_rows: usize,
    },
    /// Several of what can only be one.
    #[error("one {what} is fitted at a time, not {given}")]
    OneOnly {
        /// `algorithm` or `k`.
        what: &'static str,
        /// What was given.
        given: String,
    },
    /// Labels that do not fit the customers.
    #[error("labels: {reason}")]
    Labels {
        /// Why.
        reason: String,
    },
    /// A cut by height, of an algorithm that makes no tree.
    #[error("{} makes no tree to cut at a height", algorithm.name())]
    NoHeights {
        /// The algorithm.
        algorithm: Algorithm,
    },
    /// Initial centres, for an algorithm that starts from none.
    #[error("{} starts from no centres", algorithm.name())]
    NoCenters {
        /// The algorithm.
        algorithm: Algorithm,
    },
    /// Units to begin with that are not those of the map.
    #[error("{n_found} units to begin with are not those of a map of {n_x} x {n_y}")]
    UnitsOfInit {
        /// Units given.
        n_found: usize,
        /// Units of the map from left to right.
        n_x: usize,
        /// From bottom to top.
        n_y: usize,
    },
    /// Two parameters that exclude each other.
    #[error("{one} and {other} exclude each other")]
    NotTogether {
        /// One of them.
        one: &'static str,
        /// The other.
        other: &'static str,
    },
    /// The configuration file is no recipe.
    #[error("configuration: {}", .0.to_string().trim_end())]
    Config(#[source] toml::de::Error),
    /// A column named in the recipe is not in the table.
    #[error("{place} names column {column:?}, which the table does not have")]
    UnknownColumn {
        /// Where it was named: `--columns`, `exclude`, ….
        place: &'static str,
        /// The name.
        column: String,
        /// The nearest name there is.
        nearest: Option<String>,
    },
    /// A column of a table taken as it is that holds no numbers.
    #[error("column {column:?} holds {kind}; a table taken as it is holds numbers only")]
    NotANumber {
        /// The column.
        column: String,
        /// What it holds.
        kind: Kind,
    },
    /// No column is left that could form segments.
    #[error("none of the {n_columns} columns can form segments: {}", .reasons.join("; "))]
    NothingToCluster {
        /// Columns of the table.
        n_columns: usize,
        /// Why not, one reason per column, the first few.
        reasons: Vec<String>,
    },
    /// Too few customers for the smallest k asked for.
    #[error("{n_rows} customers are too few for {k} segments: at least {needed} are needed")]
    TooFewCustomers {
        /// Customers left after cleaning.
        n_rows: usize,
        /// The smallest number of segments asked for.
        k: usize,
        /// Customers needed.
        needed: usize,
    },
    /// The model file is not one, or from a version that this one cannot read.
    #[error("model file: {reason}")]
    Model {
        /// What is wrong with it.
        reason: String,
        /// What serde says.
        #[source]
        source: Option<serde_json::Error>,
    },
    /// The data to assign differs from the data the model was made from.
    #[error("the data differs from what the model was made from: {}", .differences.join("; "))]
    Differs {
        /// One sentence per difference.
        differences: Vec<String>,
        /// What to do about it.
        hint: String,
    },
    /// A feature pack that there is not.
    #[error("there is no feature pack {pack:?}")]
    UnknownPack {
        /// The name.
        pack: String,
        /// The packs built in.
        known: Vec<String>,
    },
    /// A feature pack that cannot be read.
    #[error("feature pack {pack}: cannot be read: {source}")]
    PackFile {
        /// The file.
        pack: String,
        /// Why not.
        source: std::io::Error,
    },
    /// A feature pack of which nothing can be computed.
    #[error("feature pack {pack}: nothing of it can be computed without {}", .needed.join(", "))]
    PackColumns {
        /// Its name or file.
        pack: String,
        /// The columns that are not there.
        needed: Vec<String>,
    },
    /// Customers are to be made of transactions, and it is not said how.
    #[error("customers are made of transactions by their {name}, which is not given")]
    RfmNeeds {
        /// What is not given: customer, date or amount.
        name: &'static str,
    },
    /// The column of days holds something else.
    #[error("column {column:?} holds {kind} where the days of transactions should be: {reason}")]
    RfmDate {
        /// The column.
        column: String,
        /// What it holds.
        kind: Kind,
        /// What the reader says of it.
        reason: String,
    },
    /// The end of the observation is no day, or before the last transaction.
    #[error("until={value} {reason}")]
    RfmUntil {
        /// The value given.
        value: String,
        /// What is wrong with it.
        reason: String,
    },
    /// No line of a log is a purchase.
    #[error("none of the {n_lines} lines is a purchase")]
    NoPurchases {
        /// Lines read.
        n_lines: usize,
    },
    /// The observer asked to stop.
    #[error("interrupted")]
    Interrupted,
}

fn named(algorithms: &[Algorithm]) -> String {
    algorithms.iter().map(|algorithm| algorithm.name()).collect::<Vec<_>>().join(", ")
}

impl SegmentationError {
    /// What the user can do about it, where that is known.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Io(error) => error.hint(),
            Self::Prepare(error) => error.hint(),
            Self::Clustering(error) => error.hint(),
            Self::Metrics(error) => error.hint(),
            Self::Reduction(error) => error.hint(),
            Self::Som(error) => error.hint(),
            Self::UnknownColumn { nearest, .. } => nearest.as_ref().map(|name| format!("did you mean {name:?}?")),
            Self::OneOnly { what: "k", .. } => Some("give a number of segments: --k 5".into()),
            Self::OneOnly { .. } => Some("name one algorithm; `segctl run` compares several".into()),
            Self::Labels { .. } => {
                Some("give a column `segment`, and a column `id` where rows are not in the same order".into())
            }
            Self::NotANumber { column, .. } => {
                Some(format!("name it with --id, leave it aside with --exclude {column:?}, or drop --as-is"))
            }
            Self::NoCenters { .. } => Some("leave out --init-centers, or ask for kmeans, minibatch, gmm or som".into()),
            Self::UnitsOfInit { .. } => Some("give --grid with the sides of the map that the units are of".into()),
            Self::NotTogether { one, .. } => Some(format!("leave out --{one}")),
            Self::ForeignParameter { .. } => Some("leave it out, or ask for an algorithm that takes it".into()),
            Self::ForeignInit { init: Init::File(_), .. } => Some("leave it out; --init-centers gives centres".into()),
            Self::ForeignInit { .. } => {
                Some("kmeans begins with k-means++ or k-means||, som with pca, random, sample or a file".into())
            }
            Self::ForeignMetric { .. } => Some("leave out --metric, or ask for kmedoids".into()),
            Self::FindsK { algorithm: Algorithm::Dbscan, .. } => {
                Some("leave out --k; a smaller --eps finds smaller segments".into())
            }
            Self::FindsK { algorithm: Algorithm::Som, .. } => Some("leave out --k, or --units each".into()),
            Self::FindsK { .. } => Some("leave out --k; a smaller --min-cluster-size finds smaller segments".into()),
            Self::NoCategories { .. } => {
                Some("ask for kmeans, or name categories with --columns; a table taken as it is has none".into())
            }
            Self::NoEps { .. } => Some("give --eps, or another --min-samples".into()),
            Self::AllNoise { algorithm: Algorithm::Dbscan, .. } => Some("raise --eps, or lower --min-samples".into()),
            Self::AllNoise { .. } => Some("lower --min-cluster-size or --min-samples".into()),
            Self::NoHeights { .. } => {
                Some("give a number of segments with --k, or ask for ward or agglomerative".into())
            }
            Self::NothingToCluster { .. } => Some(
                "name the columns to use with --columns, or give a column another role in the configuration: \
                 [data.roles] NAME = \"numeric\""
                    .into(),
            ),
            Self::TooFewCustomers { .. } => Some("give more customers, or fewer segments with --k".into()),
            Self::Model { .. } => Some("give the model.json that `segctl run` wrote".into()),
            Self::Differs { hint, .. } => Some(hint.clone()),
            Self::UnknownPack { known, .. } => {
                Some(format!("there are {}, and files whose names end in .toml", known.join(", ")))
            }
            Self::RfmNeeds { name } => Some(format!("give --{name}, or {name} = \"…\" under [rfm]")),
            Self::RfmDate { .. } => Some("make days of it with --sql, or name another column with --date".into()),
            Self::RfmUntil { .. } => {
                Some("give the day after the last transaction as YYYY-MM-DD, or leave it out".into())
            }
            Self::NoPurchases { .. } => {
                Some("amounts should be above 0; look at --amount, --cancelled and --leave-out".into())
            }
            _ => None,
        }
    }

    /// Whether the run was interrupted rather than failed.
    pub fn is_interruption(&self) -> bool {
        match self {
            Self::Interrupted => true,
            Self::Io(error) => matches!(error, IoError::Cancelled),
            Self::Clustering(error) => matches!(error, ClusteringError::Cancelled),
            Self::Metrics(error) => matches!(error, MetricsError::Cancelled),
            Self::Som(error) => matches!(error, SomError::Cancelled),
            _ => false,
        }
    }
}
