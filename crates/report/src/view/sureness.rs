use segctl_segmentation::{Contested, Outcome, Segment, Tendency, Vote};

use super::Breakable;
use crate::format::{DASH, count, percent};
use crate::palette::{Mark, mark};

/// What defines the segments, who is between them, and which measures prefer which number of them.
#[derive(Debug)]
pub(crate) struct Sureness {
    pub(crate) rules: Vec<RulesView>,
    /// How often rules hold for customers they were not learnt from.
    pub(crate) fidelity: Option<String>,
    pub(crate) votes: Vec<VoteView>,
    /// How far customers crowd together.
    pub(crate) tendency: Option<String>,
    /// What was sampled.
    pub(crate) notes: Vec<String>,
    pub(crate) contested: Vec<ContestedView>,
    /// How many customers are contested, in a sentence.
    pub(crate) n_contested: Option<String>,
}

/// The rules of one segment.
#[derive(Debug)]
pub(crate) struct RulesView {
    pub(crate) id: usize,
    pub(crate) name: String,
    pub(crate) mark: Mark,
    pub(crate) rules: Vec<RuleView>,
}

/// One rule.
#[derive(Debug)]
pub(crate) struct RuleView {
    pub(crate) rule: Breakable,
    pub(crate) recall: String,
    pub(crate) precision: String,
}

/// The number that one measure prefers.
#[derive(Debug)]
pub(crate) struct VoteView {
    pub(crate) index: String,
    pub(crate) k: usize,
    pub(crate) meaning: String,
    pub(crate) is_taken: bool,
}

/// A customer between two segments.
#[derive(Debug)]
pub(crate) struct ContestedView {
    pub(crate) id: Breakable,
    pub(crate) segment: usize,
    pub(crate) second: String,
    pub(crate) membership: String,
}

impl Sureness {
    pub(crate) fn new(outcome: &Outcome) -> Self {
        let evidence = &outcome.evidence;
        Self {
            rules: outcome.segments.iter().enumerate().filter_map(|(s, segment)| rules(s, segment)).collect(),
            fidelity: outcome.rule_fidelity.map(percent),
            votes: evidence.votes.iter().map(|found| vote(found, evidence.chosen_k)).collect(),
            tendency: evidence.tendency.as_ref().map(tendency),
            notes: evidence.notes.clone(),
            contested: outcome.contested.iter().map(contested).collect(),
            n_contested: (outcome.n_followed > 0).then(|| {
                let share = percent(outcome.n_contested as f64 / outcome.n_followed as f64);
                format!("{} of {} customers, {share}", count(outcome.n_contested), count(outcome.n_followed))
            }),
        }
    }
}

fn tendency(found: &Tendency) -> String {
    let of = |p: Option<f64>| p.map_or_else(|| DASH.into(), |p| format!("{p:.2}"));
    format!(
        "Hopkins statistic {:.2}, about 0.5 for customers scattered evenly; the chance of as much is {} where they are \
         scattered evenly and {} in one normal crowd. Long tails alone make it large: the test of structure above \
         allows for them.",
        found.hopkins,
        of(found.uniform_p_value),
        of(found.gaussian_p_value)
    )
}

fn rules(s: usize, segment: &Segment) -> Option<RulesView> {
    let rule = |rule: &segctl_segmentation::SegmentRule| RuleView {
        rule: Breakable::whole(&rule.rule),
        recall: percent(rule.recall),
        precision: percent(rule.precision),
    };
    let rules: Vec<RuleView> = segment.rules.iter().map(rule).collect();
    (!rules.is_empty()).then(|| RulesView { id: segment.id, name: segment.name.clone(), mark: mark(s), rules })
}

fn vote(vote: &Vote, taken: usize) -> VoteView {
    VoteView { index: vote.index.clone(), k: vote.k, meaning: vote.meaning.clone(), is_taken: vote.k == taken }
}

fn contested(contested: &Contested) -> ContestedView {
    ContestedView {
        id: Breakable::new(&contested.id),
        segment: contested.segment,
        second: if contested.second < 0 { "none".into() } else { contested.second.to_string() },
        membership: percent(contested.membership),
    }
}
