//! The table of the benchmark, row by row.

use super::case::{Case, Input, Per, Rival, Task};

/// Answers that are computed in double precision agree to this.
const EXACT: f64 = 1e-9;

/// Single precision, over a hundred iterations.
const SINGLE: f64 = 1e-3;

const fn rival(peer: &'static str, target: f64) -> Rival {
    Rival { peer, target: Some(target), memory: None, per: Per::Run, tolerance: EXACT, open: 0.0 }
}

const fn informative(peer: &'static str) -> Rival {
    Rival { peer, target: None, memory: None, per: Per::Run, tolerance: EXACT, open: 0.0 }
}

/// Faster by `target`, in a quarter of its memory.
const fn frugal(peer: &'static str, target: f64) -> Rival {
    Rival { memory: Some(0.25), ..rival(peer, target) }
}

const fn by_iteration(peer: &'static str, target: f64) -> Rival {
    Rival { peer, target: Some(target), memory: None, per: Per::Iteration, tolerance: SINGLE, open: 0.0 }
}

/// Labels alone are compared; some rows may be in another cluster, where the definition leaves it open.
const fn labels_alone(peer: &'static str, target: Option<f64>, open: f64) -> Rival {
    Rival { peer, target, memory: None, per: Per::Run, tolerance: EXACT, open }
}

/// A border row belongs to any of the clusters near to it.
const BORDERS: f64 = 0.01;

/// Trees of equal edges are not unique, and single precision moves them.
const TIES: f64 = 0.02;

const KMEANS_16: &[Rival] =
    &[rival("scikit-learn", 10.0), rival("scikit-learn-intelex", 10.0), by_iteration("faiss", 5.0)];
const KMEANS_LARGE: &[Rival] = &[rival("scikit-learn", 6.0), informative("scikit-learn-intelex")];
const RESTARTS: &[Rival] = &[rival("scikit-learn", 5.0), rival("bkmeans", 5.0)];
const IN_TIME: &[Rival] = &[informative("scikit-learn")];
const WARD_20: &[Rival] =
    &[rival("scikit-learn", 20.0), rival("fastcluster.linkage_vector", 5.0), informative("fastcluster")];
const WARD_LARGE: &[Rival] = &[rival("fastcluster.linkage_vector", 6.0)];
const LINKAGE: &[Rival] = &[rival("fastcluster", 3.0)];
const SILHOUETTE: &[Rival] = &[rival("scikit-learn", 20.0)];
const PCA: &[Rival] = &[informative("scikit-learn"), rival("scikit-learn-intelex", 4.0)];

const DBSCAN: &[Rival] = &[labels_alone("scikit-learn", Some(20.0), 0.0), labels_alone("dbscan", Some(4.0), BORDERS)];
const HDBSCAN: &[Rival] = &[labels_alone("fast-hdbscan", Some(4.0), TIES), labels_alone("hdbscan", None, TIES)];
const GMM: &[Rival] = &[Rival {
    peer: "scikit-learn",
    target: Some(5.0),
    memory: None,
    per: Per::Iteration,
    tolerance: 1e-6,
    open: 1e-4,
}];
const MEDOIDS: &[Rival] = &[rival("kmedoids", 1.5)];

/// The same arithmetic in the same order.
const SOM_ONLINE: &[Rival] =
    &[Rival { peer: "minisom", target: Some(25.0), memory: None, per: Per::Run, tolerance: 1e-10, open: 0.0 }];
const SOM_CC: &[Rival] = &[rival("minisom", 100.0), rival("somoclu", 20.0)];
const SOM_WIDE: &[Rival] = &[rival("somoclu", 10.0)];
const SOM_LARGE: &[Rival] = &[informative("somoclu")];

const EXPLORE: &[Rival] =
    &[frugal("ydata-profiling minimal", 20.0), frugal("ydata-profiling", 20.0), informative("pandas")];

/// All cases, in the order of the table.
pub(super) fn all() -> Vec<Case> {
    let mut cases = vec![
        mixture("kmeans", 1_000_000, 16, Task::KMeans { k: 16 }, KMEANS_16),
        mixture("kmeans-k64", 1_000_000, 16, Task::KMeans { k: 64 }, KMEANS_LARGE),
        mixture("kmeans-d64", 1_000_000, 64, Task::KMeans { k: 16 }, KMEANS_LARGE),
        Case { name: "kmeans-cc", input: cc_general(), task: Task::Restarts { k: 8, restarts: 10 }, rivals: RESTARTS },
        mixture("ward-20k", 20_000, 16, Task::Linkage { method: "ward", k: 8 }, WARD_20),
        mixture("ward-50k", 50_000, 16, Task::Linkage { method: "ward", k: 8 }, WARD_LARGE),
        mixture("ward-100k", 100_000, 16, Task::Linkage { method: "ward", k: 8 }, WARD_LARGE),
        mixture("average", 20_000, 16, Task::Linkage { method: "average", k: 8 }, LINKAGE),
        mixture("complete", 20_000, 16, Task::Linkage { method: "complete", k: 8 }, LINKAGE),
        mixture("silhouette", 50_000, 16, Task::Silhouette { k: 8 }, SILHOUETTE),
        mixture("pca", 1_000_000, 16, Task::Pca { n_components: 3 }, PCA),
        mixture("dbscan", 200_000, 8, Task::Dbscan { eps: 0.5, min_samples: 10 }, DBSCAN),
        mixture("hdbscan", 50_000, 16, Task::Hdbscan { min_cluster_size: 50 }, HDBSCAN),
        mixture("gmm", 100_000, 16, Task::Gmm { k: 8 }, GMM),
        mixture("kmedoids", 10_000, 16, Task::Medoids { k: 10 }, MEDOIDS),
        Case {
            name: "som-online",
            input: cc_general(),
            task: Task::OnlineMap { side: 20, epochs: 10 },
            rivals: SOM_ONLINE,
        },
        Case { name: "som-cc", input: cc_general(), task: Task::BatchMap { side: 20, epochs: 10 }, rivals: SOM_CC },
        mixture("som-100k", 100_000, 16, Task::BatchMap { side: 20, epochs: 10 }, SOM_WIDE),
        mixture("som-1m", 1_000_000, 16, Task::BatchMap { side: 30, epochs: 10 }, SOM_LARGE),
        Case { name: "eda", input: Input::Customers { n_samples: 1_000_000 }, task: Task::Explore, rivals: EXPLORE },
    ];
    cases.extend(searches());
    cases
}

/// How good an optimum is found in a given time, on sets whose optima are hard to hit.
fn searches() -> impl Iterator<Item = Case> {
    let points = |name, file, k| (name, Input::Real { file, drop: &[], standardise: false }, k);
    let sets = [
        points("best-a1", "labelled/sipu/a1.data.gz", 20),
        points("best-a2", "labelled/sipu/a2.data.gz", 35),
        points("best-a3", "labelled/sipu/a3.data.gz", 50),
        points("best-birch1", "labelled/sipu/birch1.data.gz", 100),
        points("best-s1", "labelled/sipu/s1.data.gz", 15),
        points("best-s2", "labelled/sipu/s2.data.gz", 15),
        points("best-s3", "labelled/sipu/s3.data.gz", 15),
        points("best-s4", "labelled/sipu/s4.data.gz", 15),
        points("best-d31", "labelled/sipu/d31.data.gz", 31),
        ("best-cc", cc_general(), 8),
        ("best-uci", uci_credit_card(), 8),
    ];
    let case = |(name, input, k)| Case { name, input, task: Task::InTime { k, restarts: 10 }, rivals: IN_TIME };
    sets.into_iter().map(case)
}

fn mixture(name: &'static str, n_samples: usize, n_features: usize, task: Task, rivals: &'static [Rival]) -> Case {
    Case { name, input: Input::Mixture { n_samples, n_features }, task, rivals }
}

fn cc_general() -> Input {
    Input::Real { file: "CC_GENERAL.csv", drop: &["CUST_ID"], standardise: true }
}

fn uci_credit_card() -> Input {
    Input::Real { file: "UCI_Credit_Card.csv", drop: &["ID", "default.payment.next.month"], standardise: true }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn names_are_unique_and_every_case_has_a_rival() {
        let cases = all();
        let names: BTreeSet<&str> = cases.iter().map(|case| case.name).collect();
        assert_eq!(names.len(), cases.len());
        assert!(cases.iter().all(|case| !case.rivals.is_empty()));
    }

    #[test]
    fn the_rivals_are_those_that_the_worker_knows() {
        let path = crate::paths::bench().join("peers.py");
        let script = std::fs::read_to_string(path).unwrap();
        for case in all() {
            assert!(script.contains(&format!("\"{}\": (", case.task.peer_task())), "{}", case.name);
            for rival in case.rivals {
                assert!(script.contains(&format!("    \"{}\": ", rival.peer)), "{}", rival.peer);
            }
        }
    }
}
