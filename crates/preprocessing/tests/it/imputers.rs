//! Imputers on data nobody would wish for, and what must not matter to them.

use arrow::array::RecordBatch;
use segctl_numeric::par::with_threads;
use segctl_preprocessing::steps::{Imputer, Step};
use segctl_preprocessing::{ColumnPlan, Fitted, Missing, Preparation, Prepared, Treatment, fit_transform};

use crate::common::{batch, batch_of, numbers, plan, texts};

const BOTH: [Missing; 2] = [Missing::Knn, Missing::Iterative];

type Rows = Vec<Vec<Option<f64>>>;

fn names(n: usize) -> Vec<String> {
    (0..n).map(|j| format!("c{j}")).collect()
}

fn plans(n: usize) -> Vec<ColumnPlan> {
    names(n).iter().map(|name| ColumnPlan::new(name, Treatment::Numeric)).collect()
}

fn as_is(missing: Missing) -> Preparation {
    Preparation { missing, ..Preparation::as_is() }
}

fn fill(rows: &Rows, preparation: &Preparation) -> (Fitted, Prepared) {
    let n = rows[0].len();
    fit_transform(&[batch_of(&names(n), rows)], &plans(n), preparation).expect("columns with values")
}

/// Rows that hang together, with gaps; no two alike.
fn woven(n: usize) -> Rows {
    let row = |i: usize| {
        let x = i as f64;
        let base = libm::sin(x * 0.37) * 4.0;
        let gap = |step: usize, value: f64| (!(i * 7 + 3).is_multiple_of(step)).then_some(value);
        vec![
            gap(5, base + 0.1 * libm::cos(x * 1.3)),
            gap(9, 2.0 * base + libm::cos(x * 0.7)),
            Some(base * base + 0.01 * x),
        ]
    };
    (0..n).map(row).collect()
}

#[test]
fn what_nobody_knows_becomes_the_mean() {
    for missing in BOTH {
        let (_, prepared) = fill(&vec![vec![Some(1.0)], vec![None], vec![Some(4.0)]], &as_is(missing));
        assert_eq!(prepared.matrix.as_slice(), [1.0, 2.5, 4.0], "{missing:?}: one column");
        let rows = vec![vec![Some(1.0), Some(2.0)], vec![None, None], vec![Some(3.0), Some(6.0)]];
        let (_, prepared) = fill(&rows, &as_is(missing));
        for (&found, mean) in prepared.matrix.row(1).iter().zip([2.0, 4.0]) {
            assert!((found - mean).abs() < 1e-9, "{missing:?}: {found}");
        }
        let (fitted, _) = fill(&vec![vec![Some(1.0), Some(2.0)]], &as_is(missing));
        let prepared = fitted.transform(&[batch_of(&names(2), &[vec![None, Some(2.0)]])]).unwrap();
        assert_eq!(prepared.matrix.as_slice(), [1.0, 2.0], "{missing:?}: one row to learn from");
    }
}

#[test]
fn cells_that_only_the_mean_could_fill_are_told() {
    let rows = vec![vec![Some(1.0), Some(2.0)], vec![None, None], vec![Some(3.0), Some(6.0)]];
    let told: Vec<String> = fill(&rows, &as_is(Missing::Knn)).1.events.iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "missing: c0: filled with the mean of the 5 nearest of 3 rows that have it (1)",
            "missing: c1: filled with the mean of the 5 nearest of 3 rows that have it (1)",
            "missing: rows that share no column with a row that has what they miss: filled with the mean (1)",
        ]
    );
}

#[test]
fn extremes_constants_and_copies_are_filled_with_numbers() {
    let huge = |i: usize| [1e75, -1e75, 1e-300, f64::MIN_POSITIVE / 8.0, 0.0][i % 5];
    let row = |i: usize| {
        vec![
            (!i.is_multiple_of(3)).then(|| huge(i)),
            (!i.is_multiple_of(4)).then_some(7.0),
            Some(huge(i)),
            Some(huge(i)),
            Some(i as f64),
        ]
    };
    let rows: Rows = (0..40).map(row).collect();
    for missing in BOTH {
        for standardise_neighbours in [false, true] {
            let (fitted, prepared) = fill(&rows, &Preparation { standardise_neighbours, ..as_is(missing) });
            assert!(prepared.matrix.as_slice().iter().all(|value| value.is_finite()));
            assert!((0..40).all(|i| (prepared.matrix.row(i)[1] - 7.0).abs() < 1e-9), "{missing:?}: a constant");
            let read: Fitted = serde_json::from_str(&serde_json::to_string(&fitted).unwrap()).unwrap();
            assert_eq!(read, fitted);
        }
    }
}

#[test]
fn only_ten_thousand_rows_are_kept_and_threads_do_not_matter() {
    let rows = woven(25_000);
    for missing in BOTH {
        let run = |n_threads| {
            let (fitted, prepared) = with_threads(n_threads, || fill(&rows, &as_is(missing)));
            (serde_json::to_string(&fitted).unwrap(), prepared)
        };
        let one = run(1);
        assert!(one == run(2) && one == run(3), "{missing:?}");
        let fitted: Fitted = serde_json::from_str(&one.0).unwrap();
        let Step::Missing(step) = &fitted.steps[0] else { panic!("missing cells come first") };
        let n = match step.imputer.as_ref().unwrap() {
            Imputer::Knn(imputer) => imputer.columns[0].values.len(),
            Imputer::Iterative(imputer) => imputer.n_rows,
            other => panic!("{other:?}"),
        };
        assert_eq!(n, 10_000);
        assert!(one.1.events[0].detail.contains("10000 rows"), "{}", one.1.events[0]);
    }
}

#[test]
fn the_order_of_rows_does_not_matter() {
    let rows = woven(400);
    let order: Vec<usize> = (0..400).map(|i| (i * 171) % 400).collect();
    let shuffled: Rows = order.iter().map(|&i| rows[i].clone()).collect();
    for missing in BOTH {
        let (straight, mixed) = (fill(&rows, &as_is(missing)).1, fill(&shuffled, &as_is(missing)).1);
        for (place, &i) in order.iter().enumerate() {
            for (a, b) in straight.matrix.row(i).iter().zip(mixed.matrix.row(place)) {
                assert!((a - b).abs() < 1e-9, "{missing:?}: {a} {b}");
            }
        }
    }
}

#[test]
fn units_matter_unless_neighbours_are_standardised() {
    let rows = woven(300);
    let scaled = |j: usize| -> Rows {
        let times = |row: &Vec<Option<f64>>| {
            row.iter()
                .enumerate()
                .map(|(k, value)| value.map(|value| if k == j { 1024.0 * value } else { value }))
                .collect()
        };
        rows.iter().map(times).collect()
    };
    let first = |rows: &Rows, standardise_neighbours| {
        let found = fill(rows, &Preparation { standardise_neighbours, ..as_is(Missing::Knn) }).1.matrix;
        found.view().column(0).collect::<Vec<f64>>()
    };
    assert_eq!(first(&rows, true), first(&scaled(2), true));
    assert_ne!(first(&rows, false), first(&scaled(2), false));
}

#[test]
fn categories_keep_their_own_level_and_new_gaps_are_filled() {
    let table = |first: Option<f64>| -> [RecordBatch; 1] {
        let other = (0..30).map(|i| Some(f64::from(i * i % 17)));
        let amount = std::iter::once(first).chain((1..30).map(|i| Some(f64::from(i * i % 17) * 2.0)));
        let word = (0..30).map(|i| [Some("a"), None, Some("b")][i % 3]);
        [batch([("amount", numbers(amount)), ("other", numbers(other)), ("word", texts(word))])]
    };
    let columns =
        [plan("amount", Treatment::Numeric), plan("other", Treatment::Numeric), plan("word", Treatment::OneHot)];
    for missing in BOTH {
        let (fitted, prepared) = fit_transform(&table(Some(0.0)), &columns, &as_is(missing)).unwrap();
        assert_eq!(prepared.names, ["amount", "other", "word=a", "word=b", "word=(missing)"]);
        let filled = fitted.transform(&table(None)).unwrap();
        assert!(filled.matrix.row(0)[0].abs() < 3.0, "{missing:?}: {}", filled.matrix.row(0)[0]);
        assert_eq!(filled.gaps.n_cells(), 1);
    }
}

#[test]
fn a_forged_imputer_is_refused() {
    let (fitted, _) = fill(&woven(40), &as_is(Missing::Knn));
    let forged = serde_json::to_string(&fitted).unwrap().replacen("\"unit\":1.0", "\"unit\":0.0", 1);
    let forged: Fitted = serde_json::from_str(&forged).unwrap();
    assert!(forged.transform(&[batch_of(&names(3), &woven(5))]).is_err());
    let (fitted, _) = fill(&woven(40), &as_is(Missing::Iterative));
    let forged = serde_json::to_string(&fitted).unwrap().replacen("\"target\":0", "\"target\":9", 1);
    let forged: Fitted = serde_json::from_str(&forged).unwrap();
    assert!(forged.transform(&[batch_of(&names(3), &woven(5))]).is_err());
}
