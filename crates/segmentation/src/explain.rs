//! What the segments are: profiles, names, pictures.

use rayon::prelude::*;
use segctl_numeric::Labels;
use segctl_numeric::seed::Seed;

use crate::composition::composition;
use crate::distributions::{correlation, distributions};
use crate::drivers::drivers;
use crate::exemplars::{Exemplars, exemplars};
use crate::features::{Feature, describes_by_value, features};
use crate::model::{Clusterer, ModelSegment, Reference};
use crate::naming::name_segments;
use crate::outcome::{Composition, Correlation, Customers, Distribution, Drivers, Profile, Projection, Segment};
use crate::profile::{highlights, profile};
use crate::projection::project;
use crate::rules::{Rules, rules};
use crate::run::Ready;
use crate::steady::Steady;
use crate::{SegmentationError, sample};

/// Points of a silhouette curve.
const CURVE: usize = 200;

/// Everything a reader sees of the segments.
pub(crate) struct Explained {
    pub(crate) distributions: Vec<Distribution>,
    pub(crate) correlation: Correlation,
    pub(crate) segments: Vec<Segment>,
    pub(crate) profile: Profile,
    pub(crate) composition: Vec<Composition>,
    pub(crate) projection: Projection,
    pub(crate) reference: Vec<Reference>,
    pub(crate) features: Vec<Feature>,
    pub(crate) rule_fidelity: Option<f64>,
    pub(crate) drivers: Drivers,
}

pub(crate) fn explain(
    ready: &Ready,
    customers: &Customers,
    clusterer: &Clusterer,
    steady: &Steady,
    known_names: &[Option<String>],
    seed: Seed,
) -> Result<Explained, SegmentationError> {
    let x = ready.prepared.matrix.view();
    let features = features(&ready.table, &ready.uses, &ready.fitted);
    let profile = profile(&features, x, &customers.labels);
    let correlation = correlation(&features, seed);
    let rules = rules(&features, &customers.labels, seed)?;
    let exemplars = exemplars(x, customers)?;
    Ok(Explained {
        rule_fidelity: rules.fidelity,
        drivers: drivers(ready, &features, &customers.labels, clusterer.algorithm, seed)?,
        distributions: distributions(&features),
        segments: named(
            segments(customers, &features, &profile, &correlation, steady, &rules, &exemplars),
            known_names,
        ),
        composition: compositions(ready, customers),
        projection: project(x, &ready.prepared.names, clusterer, customers)?,
        reference: references(&features),
        correlation,
        profile,
        features,
    })
}

/// Segments that had a name keep it; a name of now that another one had is marked as new.
fn named(mut segments: Vec<Segment>, known: &[Option<String>]) -> Vec<Segment> {
    let taken: Vec<&String> = known.iter().flatten().collect();
    for segment in &mut segments {
        match known.get(segment.id).and_then(Option::as_ref) {
            Some(name) => segment.name.clone_from(name),
            None if taken.contains(&&segment.name) => segment.name.push_str(" (new)"),
            None => {}
        }
    }
    segments
}

/// The names and sizes of the segments, and how each feature is spread: what a model says of them.
pub(crate) fn described(ready: &Ready, labels: &Labels, seed: Seed) -> (Vec<ModelSegment>, Vec<Reference>) {
    let features = features(&ready.table, &ready.uses, &ready.fitted);
    let profile = profile(&features, ready.prepared.matrix.view(), labels);
    let told: Vec<_> = (0..labels.n_clusters()).map(|s| highlights(&profile, &features, s)).collect();
    let names = name_segments(&told, &correlation(&features, seed));
    let segment = |(name, size): (String, usize)| ModelSegment {
        name,
        size: size as u64,
        share: size as f64 / labels.len() as f64,
    };
    (names.into_iter().zip(labels.sizes()).map(segment).collect(), references(&features))
}

fn references(features: &[Feature]) -> Vec<Reference> {
    features.par_iter().filter(|feature| feature.prepared.is_some()).map(reference).collect()
}

fn compositions(ready: &Ready, customers: &Customers) -> Vec<Composition> {
    let told = ready.table.columns.iter().zip(&ready.uses).filter(|(column, used)| describes_by_value(column, used));
    let names: Vec<&str> = told.map(|(column, _)| column.name.as_str()).collect();
    names.par_iter().map(|name| composition(&ready.table, name, &customers.labels)).collect()
}

fn segments(
    customers: &Customers,
    features: &[Feature],
    profile: &Profile,
    correlation: &Correlation,
    steady: &Steady,
    rules: &Rules,
    exemplars: &Exemplars,
) -> Vec<Segment> {
    let sizes = customers.labels.sizes();
    let told: Vec<_> = (0..sizes.len()).map(|s| highlights(profile, features, s)).collect();
    let names = name_segments(&told, correlation);
    let mut members = vec![Vec::new(); sizes.len()];
    for i in 0..customers.labels.len() {
        if let Some(s) = customers.labels.get(i) {
            members[s].push(i);
        }
    }
    let parts = names.into_iter().zip(told).zip(&members).enumerate();
    parts
        .map(|(id, ((name, highlights), rows))| {
            let (size, n) = (rows.len() as f64, customers.labels.len() as f64);
            let mut silhouettes: Vec<f64> = rows.iter().map(|&i| customers.silhouette[i]).collect();
            silhouettes.sort_unstable_by(|a, b| b.total_cmp(a));
            Segment {
                id,
                name,
                size: rows.len() as u64,
                share: size / n,
                silhouette: silhouettes.iter().sum::<f64>() / size,
                share_misfit: silhouettes.iter().filter(|&&s| s < 0.0).count() as f64 / size,
                mean_distance: rows.iter().map(|&i| customers.distance[i]).sum::<f64>() / size,
                highlights,
                stability: steady.segments.get(id).cloned(),
                rules: rules.of_segments.get(id).cloned().unwrap_or_default(),
                typical: exemplars.typical[id].clone(),
                borderline: exemplars.borderline[id].clone(),
                silhouette_curve: sample::thinned(&silhouettes, CURVE),
            }
        })
        .collect()
}

fn reference(feature: &Feature) -> Reference {
    let mut present: Vec<f64> = feature.values.iter().copied().filter(|value| !value.is_nan()).collect();
    present.sort_unstable_by(f64::total_cmp);
    let decile = |tenth: u32| segctl_preprocessing::describe::quantile(&present, f64::from(tenth) / 10.0);
    Reference {
        feature: feature.name.clone(),
        missing_share: 1.0 - present.len() as f64 / feature.values.len() as f64,
        deciles: if present.is_empty() { Vec::new() } else { (0..=10).map(decile).collect() },
    }
}
