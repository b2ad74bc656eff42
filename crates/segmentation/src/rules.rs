//! What defines the segments, as rules in the data's own units.

use segctl_metrics::rules::{ClusterRules, DecisionTree, JudgedRule, TreeParams, cluster_rules, held_out_fidelity};
use segctl_numeric::seed::Seed;
use segctl_numeric::{Labels, Matrix};

use crate::features::Feature;
use crate::outcome::SegmentRule;
use crate::{SegmentationError, sample};

/// Customers from whom rules are learnt at most.
const SAMPLE: usize = 50_000;

/// Customers held out to judge them.
const HELD_OUT: f64 = 0.3;

/// The rules told of a segment catch this share of what all its rules catch.
const SHARE: f64 = 0.9;

/// Rules told of one segment at most.
const RULES: usize = 3;

/// Rules for each segment, and how often such rules give a customer they have not seen the right segment.
#[derive(Default)]
pub(crate) struct Rules {
    /// One entry per segment.
    pub(crate) of_segments: Vec<Vec<SegmentRule>>,
    pub(crate) fidelity: Option<f64>,
}

/// A shallow tree of the features that form the segments; nothing where there is no second segment.
pub(crate) fn rules(features: &[Feature], labels: &Labels, seed: Seed) -> Result<Rules, SegmentationError> {
    let forming: Vec<&Feature> = features.iter().filter(|feature| feature.prepared.is_some()).collect();
    let k = labels.n_clusters();
    let in_segments: Vec<usize> = (0..labels.len()).filter(|&row| labels.get(row).is_some()).collect();
    if k < 2 || forming.is_empty() || in_segments.len() < 2 * k {
        return Ok(Rules { of_segments: vec![Vec::new(); k], fidelity: None });
    }
    let drawn = sample::uniform(in_segments.len(), SAMPLE, &mut seed.stream("rows of rules", 0, 0));
    let rows: Vec<usize> = drawn.map_or(in_segments.clone(), |at| at.into_iter().map(|at| in_segments[at]).collect());
    let flat = rows.iter().flat_map(|&row| forming.iter().map(move |feature| feature.values[row])).collect();
    let x = Matrix::new(flat, rows.len(), forming.len())?;
    let labels = labels.select(&rows);
    let params = TreeParams::new().with_round_thresholds(true);
    let tree = DecisionTree::fit(x.view(), &labels, &params)?;
    let names: Vec<&str> = forming.iter().map(|feature| feature.name.as_str()).collect();
    let found = cluster_rules(&tree, x.view(), &labels, SHARE)?;
    let of_segments = (0..k).map(|segment| told(found.iter().find(|rules| rules.cluster == Some(segment)), &names));
    Ok(Rules {
        of_segments: of_segments.collect(),
        fidelity: Some(held_out_fidelity(x.view(), &labels, &params, HELD_OUT, seed)?.fidelity),
    })
}

fn told(found: Option<&ClusterRules>, names: &[&str]) -> Vec<SegmentRule> {
    let one = |judged: &JudgedRule| SegmentRule {
        rule: judged.rule.text(names),
        recall: judged.quality.recall.unwrap_or(f64::NAN),
        precision: judged.quality.precision.unwrap_or(f64::NAN),
        coverage: judged.quality.coverage,
    };
    found.iter().flat_map(|rules| rules.rules.iter().take(RULES).map(one)).collect()
}
