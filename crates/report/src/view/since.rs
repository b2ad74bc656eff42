use segctl_segmentation::{Birth, Comparison, SegmentFate};

use crate::format::{count, percent};

/// What became of the segments of an earlier run.
#[derive(Debug)]
pub(crate) struct SinceView {
    /// Who is in both runs, and how far they agree.
    pub(crate) opening: String,
    /// What became of each segment, and which are new.
    pub(crate) fates: Vec<String>,
    /// The labels of the segments of now.
    pub(crate) to: Vec<String>,
    pub(crate) rows: Vec<MigrationRow>,
    /// Customers who were not there before, by segment of now; empty where there are none.
    pub(crate) new: Vec<String>,
}

/// Where the customers of one segment are now.
#[derive(Debug)]
pub(crate) struct MigrationRow {
    pub(crate) from: String,
    pub(crate) cells: Vec<MigrationCell>,
    pub(crate) gone: String,
}

/// Customers who went one way.
#[derive(Debug)]
pub(crate) struct MigrationCell {
    pub(crate) count: String,
    /// Of those who are still there.
    pub(crate) share: String,
    pub(crate) is_most: bool,
}

impl SinceView {
    pub(crate) fn new(since: &Comparison) -> Self {
        let migration = &since.migration;
        let rows = migration.from.iter().enumerate().map(|(i, from)| MigrationRow {
            from: label(from),
            cells: migration.counts[i].iter().zip(&migration.shares[i]).map(cell).collect(),
            gone: count(migration.gone[i]),
        });
        Self {
            opening: opening(since),
            fates: since
                .fates
                .iter()
                .map(SegmentFate::sentence)
                .chain(since.births.iter().map(Birth::sentence))
                .collect(),
            to: migration.to.iter().map(|to| label(to)).collect(),
            rows: rows.collect(),
            new: if since.n_new > 0 { migration.new.iter().map(|&n| count(n)).collect() } else { Vec::new() },
        }
    }
}

fn opening(since: &Comparison) -> String {
    let alike = since.agreement.map_or_else(String::new, |agreement| {
        format!(
            " Both runs agree to an adjusted Rand index of {:.2}; 1 would be in everything.",
            agreement.adjusted_rand_index
        )
    });
    format!(
        "{} customers are in both runs, {} were there before only, {} are new.{alike}",
        count(since.n_common as u64),
        count(since.n_gone as u64),
        count(since.n_new as u64)
    )
}

fn label(label: &str) -> String {
    if label == "-1" { "in none".to_owned() } else { label.to_owned() }
}

fn cell((&customers, &share): (&u64, &f64)) -> MigrationCell {
    MigrationCell { count: count(customers), share: percent(share), is_most: share > 0.5 }
}
