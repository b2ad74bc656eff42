//! Medoids of samples, where the distances of all rows do not fit.

use std::collections::BTreeSet;

use rand::Rng;
use rand::seq::index;
use segctl_numeric::MatrixView;

use super::starts::{Best, Starts};
use super::table::{OutOfMemory, Table};
use super::{Fitted, MedoidsInit, Sampled, fitted};
use crate::ClusteringError;

/// CLARA: L. Kaufman & P. J. Rousseeuw, "Finding groups in data", 1990, chapter 3, with FasterPAM on each sample
/// as in Schubert & Rousseeuw, 2021. The medoids of the sample with the least loss over all rows count; each
/// sample after the first holds the best medoids so far, or those given.
pub(super) fn fit(x: MatrixView<'_>, starts: &Starts<'_>) -> Result<Fitted, ClusteringError> {
    let params = starts.params;
    let sample_size = params.rows_of_sample(x.n_rows())?;
    let sampled = Sampled { n_samples: params.n_samples, sample_size };
    let mut best: Option<Fitted> = None;
    for sample in 0..params.n_samples {
        let mut rng = params.seed.stream("k-medoids sample", 0, sample as u64);
        let held = match (&best, &params.init) {
            (Some(best), _) => best.medoids.clone(),
            (None, MedoidsInit::Medoids(given)) => given.clone(),
            (None, _) => vec![],
        };
        let rows = draw(x.n_rows(), sample_size, &held, &mut rng);
        let found = fitted(x, of_sample(x, &rows, starts, sample)?, params, Some(sampled))?;
        if best.as_ref().is_none_or(|best| found.loss < best.loss) {
            best = Some(found);
        }
        starts.tell(sample + 1, params.n_samples, best.as_ref().map_or(f64::NAN, |best| best.loss))?;
    }
    Ok(best.expect("at least one sample"))
}

/// `amount` rows, among them those `held`; ascending.
fn draw(n_rows: usize, amount: usize, held: &[usize], rng: &mut impl Rng) -> Vec<usize> {
    let mut rows: BTreeSet<usize> = held.iter().copied().collect();
    // Of as many rows as wanted, none or few of which are held already, enough are new.
    for row in index::sample(rng, n_rows, amount) {
        if rows.len() == amount {
            break;
        }
        rows.insert(row);
    }
    rows.into_iter().collect()
}

/// The best medoids of some rows, as rows of `x`.
fn of_sample(x: MatrixView<'_>, rows: &[usize], starts: &Starts<'_>, sample: usize) -> Result<Best, ClusteringError> {
    let taken = x.select_rows(rows);
    let no_memory = |OutOfMemory| ClusteringError::TableMemory { needed: Table::bytes(rows.len()), n_rows: rows.len() };
    let table = Table::of_rows(taken.view(), &starts.params.dissimilarity).map_err(no_memory)?;
    let place = |row: &usize| rows.binary_search(row).expect("the sample holds the rows given");
    let init = match &starts.params.init {
        MedoidsInit::Medoids(given) if sample == 0 => MedoidsInit::Medoids(given.iter().map(place).collect()),
        MedoidsInit::Medoids(_) => MedoidsInit::Lab,
        other => other.clone(),
    };
    let mut best = starts.best(&table, &init, sample)?;
    best.run.medoids.iter_mut().for_each(|medoid| *medoid = rows[*medoid]);
    Ok(best)
}

#[cfg(test)]
mod tests {
    use segctl_numeric::seed::Seed;

    use super::*;

    #[test]
    fn samples_have_their_size_and_hold_what_they_must() {
        for (n, amount) in [(10, 10), (1000, 20), (50, 49)] {
            for sample in 0..20 {
                let rows = draw(n, amount, &[3, 9], &mut Seed(0).stream("test", 0, sample));
                assert_eq!(rows.len(), amount);
                assert!(rows.is_sorted() && rows.contains(&3) && rows.contains(&9));
            }
        }
    }
}
