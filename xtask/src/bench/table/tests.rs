use super::super::cases;
use super::*;

fn heading() -> Heading {
    let (processor, rustc) = ("Some CPU".to_owned(), "1.94.0".to_owned());
    Heading {
        processor,
        cores: 2,
        rustc,
        algorithms: "| name | what |\n|---|---|\n| kmeans | k centres |\n".to_owned(),
    }
}

fn case(name: &str) -> Case {
    cases::all().into_iter().find(|case| case.name == name).unwrap()
}

fn record(ours: Timed, outcomes: Vec<Outcome>) -> Row {
    let rivals = outcomes.into_iter().map(|outcome| Compared { peer: "peer".to_owned(), outcome }).collect();
    let (date, segctl) = ("2026-03-01".to_owned(), "0.1.0".to_owned());
    Row::Measured(Record { date, n_samples: 1_000_000, n_features: 16, segctl, load: None, ours, rivals })
}

fn timed(seconds: f64) -> Timed {
    Timed { seconds, runs: 5, n_iter: Some(90), inertia: Some(1e6), peak_rss_bytes: None, page_bytes: None }
}

fn measured(timed: Timed, as_good: Option<usize>) -> Outcome {
    let versions = [("numpy".to_owned(), "2.4.6".to_owned())].into();
    Outcome::Measured { timed, versions, difference: 1e-13, as_good }
}

#[test]
fn the_algorithms_are_those_of_the_readme() {
    let readme = std::fs::read_to_string(crate::paths::readme()).unwrap();
    let table = algorithms(&readme);
    assert!(table.starts_with("| name |") && table.ends_with("|\n"), "{table}");
    for name in ["kmeans", "hdbscan", "gmm", "kprototypes", "kmedoids"] {
        assert!(table.contains(&format!("| `{name}` |")), "{name}");
    }
    let text = document(&heading(), &[]);
    assert!(
        text.ends_with("## What each algorithm is for\n\n| name | what |\n|---|---|\n| kmeans | k centres |\n"),
        "{text}"
    );
}

#[test]
fn a_miss_is_visible() {
    let outcomes = vec![
        measured(timed(10.5), None),
        measured(timed(4.0), None),
        Outcome::Differs("labels: 3 rows elsewhere".to_owned()),
    ];
    let text = document(&heading(), &[(case("kmeans"), record(timed(0.5), outcomes))]);
    let title = "| k-means to convergence, same start, k = 16 | 1,000,000 x 16 |";
    for line in [
        format!("{title} 500 ms | peer | 10.5 s | 21.0 | >= 10 | 90 iterations; 5 runs |"),
        format!("{title} 500 ms | peer | 4.00 s | 8.00 | >= 10 | *missed*; 90 iterations; 5 runs |"),
        format!("{title} | peer | | | >= 5 | answers differ: labels: 3 rows elsewhere |"),
        "- Processor: Some CPU, 2 cores".to_owned(),
        "- Peers: numpy 2.4.6".to_owned(),
        "- Date: 2026-03-01".to_owned(),
    ] {
        assert!(text.contains(&line), "{line}\nin\n{text}");
    }
}

#[test]
fn a_first_look_is_judged_by_time_memory_and_page() {
    let sized = |seconds, mebibytes: u64, page_bytes| Timed {
        peak_rss_bytes: Some(mebibytes << 20),
        page_bytes,
        ..timed(seconds)
    };
    let rows = |ours: Timed| {
        let peers = [sized(50.0, 2000, Some(9_000_000)), sized(19.0, 1200, None)].map(|theirs| measured(theirs, None));
        let outcomes = peers.into_iter().chain([Outcome::Differs("means: so".to_owned())]).collect();
        vec![(case("eda"), record(ours, outcomes))]
    };
    let text = document(&heading(), &rows(sized(1.0, 400, Some(600_000))));
    for end in [
        "| 50.0 s | 50.0 | >= 20 | 400 MiB, 2000 (20 %) | 0.6 MB, 9.0 | memory <= 25 %; 5 runs |",
        "| 19.0 s | 19.0 | >= 20 | 400 MiB, 1200 (33 %) | 0.6 MB, none | *missed*; memory <= 25 % *missed*; 5 runs |",
        "| peer | | |  | | | answers differ: means: so |",
    ] {
        assert!(text.contains(end), "{end}\nin\n{text}");
    }
    let text = document(&heading(), &rows(sized(1.0, 400, Some(8_000_000))));
    assert!(text.contains("memory <= 25 %; page < 8 MB *missed*; 5 runs |"), "{text}");
}

#[test]
fn optima_have_a_table_of_their_own() {
    let better = Timed { inertia: Some(0.5e6), ..timed(0.09) };
    let row = record(better, vec![measured(timed(0.1), Some(4))]);
    let text = document(&heading(), &[(case("best-a1"), row)]);
    let line = "| labelled/sipu/a1.data.gz | 20 | 5.0000000e5 | 90.0 ms | 1.0000000e6 | 100 ms | -50.0000 % | 4 of 5 | *missed* |";
    assert!(text.contains(line), "{text}");
    let slower = record(timed(0.2), vec![measured(timed(0.1), Some(5))]);
    assert!(document(&heading(), &[(case("best-a1"), slower)]).contains("| 5 of 5 | *took longer* |"));
}

#[test]
fn all_lines_of_a_table_have_as_many_cells() {
    let rows: Vec<(Case, Row)> = cases::all().into_iter().map(|case| (case, Row::NotYet)).collect();
    let text = document(&heading(), &rows);
    for table in text.split("## ").skip(1) {
        let cells: Vec<usize> =
            table.lines().filter(|line| line.starts_with('|')).map(|line| line.matches('|').count()).collect();
        assert!(cells.len() > 2 && cells.iter().all(|&n| n == cells[0]), "{cells:?}");
    }
}

#[test]
fn what_is_not_there_is_said() {
    let absent = Outcome::Absent("No module named 'bkmeans'".to_owned());
    let text = document(
        &heading(),
        &[
            (case("kmeans-cc"), record(timed(0.05), vec![measured(timed(0.3), Some(5)), absent])),
            (case("pca"), Row::NotYet),
            (case("best-cc"), Row::Skipped("skipped: no CC_GENERAL.csv".to_owned())),
        ],
    );
    assert!(text.contains("| peer | absent | | >= 5 | No module named 'bkmeans' |"), "{text}");
    assert!(text.contains("objective 1000000.00, peer's 1000000.00; no worse in 5 of 5"), "{text}");
    assert!(text.contains("| PCA, 3 components (pca) | | | | | | | not measured |"), "{text}");
    assert!(text.contains("skipped: no CC_GENERAL.csv"), "{text}");
}

#[test]
fn numbers_are_short() {
    assert_eq!([0.0123, 0.9996, 1.0, 45.67, 130.4].map(seconds), ["12.3 ms", "1000 ms", "1.00 s", "45.7 s", "130 s"]);
    assert_eq!([1, 999, 1000, 1_000_000].map(grouped), ["1", "999", "1,000", "1,000,000"]);
}
