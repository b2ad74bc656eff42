//! The composition: a [`Recipe`] and a [`Source`] in, a plain [`Outcome`] out.
//!
//! [`run`] takes the whole path that `segctl run` takes: read, clean, derive features, prepare,
//! cluster for every k, judge, choose, explain. [`assign`] replays the model on new customers.
//! This crate knows no terminal and no HTML, and writes no file.

mod algorithm;
mod assign;
mod choice;
mod compare;
mod composition;
mod conclude;
mod customers;
mod distributions;
mod drivers;
mod eda;
mod error;
mod evaluate;
mod evidence;
mod exemplars;
mod explain;
mod features;
mod fit;
mod init;
mod initial;
mod join;
mod labels;
mod ledger;
mod manifest;
mod map;
mod mixed;
mod model;
mod named;
mod naming;
mod outcome;
mod pictures;
mod profile;
mod projection;
mod recipe;
mod reduce;
mod resolve;
mod rfm;
mod rules;
mod run;
mod sample;
mod select;
mod stage;
mod steady;
pub mod synth;
mod tables;
mod timings;
mod tree;
mod units;
mod usage;
mod values;
mod weigh;
mod yardstick;

pub use assign::{Assigned, assign, assign_with};
pub use compare::{
    Birth, CompareOptions, Comparison, Fate, Migration, MovedValue, Previous, SegmentFate, compare, compare_with,
};
pub use eda::{Duplicates, Eda, eda, eda_with};
pub use error::SegmentationError;
pub use evaluate::{EvaluateOptions, Evaluation, LabelCount, evaluate, evaluate_with};
pub use fit::{Clustering, FitOptions, FitOutcome, TreeCut, fit, fit_with};
pub use init::commented_recipe;
pub use join::JoinRecipe;
pub use manifest::{Manifest, SegmentSummary, TimingsReport};
pub use model::{Clusterer, Model, ModelColumn, ModelSegment, Reference, Rule, TableSteps};
pub use outcome::{
    Candidate, CandidateIndices, Column, Composition, Condensed, CondensedCluster, Contested, Correlation, Customers,
    Derived, Distribution, Driver, Drivers, Entry, Evidence, Highlight, Ids, Input, InputFile, Join, Leaf, Level,
    Neighbours, Outcome, Profile, Projection, Recommended, Segment, SegmentRule, SegmentStability, SomMap, SomPlane,
    StructureTest, Tendency, Tree, Unit, Usage, Vote,
};
pub use recipe::{
    Algorithm, AlgorithmError, Algorithms, Categories, CategoryEncoding, ClusterRecipe, DataRecipe, DecayName,
    DuplicatesRecipe, EncodingName, Expressions, GridSize, Init, KMeansSearch, KRange, KRangeError, MetricName, Packs,
    Parameter, Recipe, SelectionMethod, Trainer, TrainingOrder, UnitsBy,
};
pub use reduce::{Reduction, ReductionMethod, reduce, reduce_with};
pub use resolve::pack;
pub use rfm::{LeftOut, Rfm, RfmRecipe, RfmSegmentSize, RfmSummary, rfm, rfm_with};
pub use run::{RunOptions, run, run_with};
pub use segctl_io::Source;
pub use segctl_preprocessing::{describe, eda as exploration, packs};
pub use segctl_reduction::Components;
pub use select::{select, select_with};
pub use tables::{codebook_table, customers_table, linkage_table, profile_table};
pub use timings::{Stage, Timings};

/// The name most like `name`, if any is like it at all.
fn nearest<'a>(name: &str, names: impl Iterator<Item = &'a str>) -> Option<String> {
    let likeness = |other: &str| strsim::jaro_winkler(&name.to_lowercase(), &other.to_lowercase());
    let best = names.map(|other| (likeness(other), other)).max_by(|a, b| a.0.total_cmp(&b.0));
    best.filter(|(likeness, _)| *likeness > 0.8).map(|(_, other)| other.to_owned())
}
