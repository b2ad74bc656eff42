//! What factor analyses of mixed data and correspondence analyses must satisfy, whatever the table.

#![expect(clippy::unwrap_used, reason = "helpers of tests may panic")]

mod common;

use common::{Table, inner_products, max_difference, tables, wavy};
use proptest::prelude::*;
use segctl_numeric::{Matrix, par};
use segctl_reduction::{
    CategoricalColumn, Components, FactorParams, Famd, InertiaCorrection, Mca, PcaParams, ReductionError, Unseen, fit,
    fit_famd, fit_mca,
};

fn famd(table: &Table) -> Result<Famd, ReductionError> {
    fit_famd(table.x.view(), &table.columns(), &FactorParams::default())
}

fn famd_scores(famd: &Famd, table: &Table) -> Matrix {
    famd.transform(table.x.view(), &table.columns()).unwrap()
}

fn mca(table: &Table) -> Result<Mca, ReductionError> {
    fit_mca(&table.columns(), &FactorParams::default())
}

/// The eigenvalues by the exact PCA of the coded table, whether few rows or many.
fn eigenvalues_by_definition(table: &Table) -> Vec<f64> {
    let n = table.n_rows() as f64;
    let pca = fit(table.coded().view(), &PcaParams::default()).unwrap();
    pca.explained_variance.iter().map(|v| v * (n - 1.0) / n).collect()
}

#[track_caller]
fn assert_spectrum(found: &[f64], expected: &[f64]) {
    assert!(max_difference(found, &expected[..found.len()]) < 1e-10, "{found:?} for {expected:?}");
    assert!(expected[found.len()..].iter().all(|&rest| rest < 1e-9), "{expected:?} beyond {}", found.len());
}

/// The covariance of two columns of centred scores.
fn covariance(scores: &Matrix, s: usize, t: usize) -> f64 {
    scores.view().column(s).zip(scores.view().column(t)).map(|(a, b)| a * b).sum::<f64>() / scores.n_rows() as f64
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn famd_is_the_pca_of_the_coded_table(table in tables(2..60, 0..5, 1..4)) {
        let expected = eigenvalues_by_definition(&table);
        let Ok(famd) = famd(&table) else {
            prop_assert!(expected[0] < 1e-12, "no variance, yet {:?}", expected);
            return Ok(());
        };
        assert_spectrum(&famd.eigenvalues, &expected);
        let scores = famd_scores(&famd, &table);
        prop_assert!(max_difference(&inner_products(&scores), &inner_products(&table.coded())) < 1e-9);
        for (s, t) in (0..famd.n_components()).flat_map(|s| (0..=s).map(move |t| (s, t))) {
            let expected = if s == t { famd.eigenvalues[s] } else { 0.0 };
            prop_assert!((covariance(&scores, s, t) - expected).abs() < 1e-9, "components {s} and {t}");
        }
        prop_assert!((famd.explained_ratio.iter().sum::<f64>() - 1.0).abs() < 1e-9);
    }

    #[test]
    fn famd_coordinates_are_correlations_and_ratios(table in tables(3..40, 1..4, 1..3)) {
        let Ok(famd) = famd(&table) else { return Ok(()) };
        let scores = famd_scores(&famd, &table);
        let (coded, coordinates, barycentres) = (table.coded(), famd.column_coordinates(), famd.barycentres());
        for s in 0..famd.n_components() {
            let score: Vec<f64> = scores.view().column(s).map(|v| v / famd.eigenvalues[s].sqrt()).collect();
            for j in 0..coded.n_cols() {
                let product: f64 = coded.view().column(j).zip(&score).map(|(a, b)| a * b).sum();
                let found = coordinates.row(j)[s];
                prop_assert!((product / table.n_rows() as f64 - found).abs() < 1e-6, "column {j}, component {s}");
            }
            let of_variables: f64 = famd.variable_coordinates().view().column(s).sum();
            prop_assert!((of_variables - famd.eigenvalues[s]).abs() < 1e-10);
        }
        for level in 0..table.levels[0].len() {
            let rows: Vec<usize> = (0..table.n_rows()).filter(|&i| table.codes[0][i] as usize == level).collect();
            for s in 0..famd.n_components() {
                let sum: f64 = rows.iter().map(|&i| scores.row(i)[s]).sum();
                prop_assert!((sum / rows.len().max(1) as f64 - barycentres.row(level)[s]).abs() < 1e-9);
            }
        }
    }

    #[test]
    fn famd_of_numbers_is_the_pca_of_standardised_columns(table in tables(6..40, 1..5, 0..1)) {
        let famd = famd(&table).unwrap();
        let pca = fit(table.coded().view(), &PcaParams::default()).unwrap();
        assert_spectrum(&famd.eigenvalues, &eigenvalues_by_definition(&table));
        let scores = famd_scores(&famd, &table);
        let expected = pca.transform(table.coded().view()).unwrap();
        prop_assert!(max_difference(&inner_products(&scores), &inner_products(&expected)) < 1e-10);
    }

    #[test]
    fn famd_of_factors_is_a_scaled_mca(table in tables(3..40, 0..1, 1..4)) {
        let (Ok(famd), Ok(mca)) = (famd(&table), mca(&table)) else { return Ok(()) };
        let k = table.codes.len() as f64;
        let scaled: Vec<f64> = mca.eigenvalues.iter().map(|value| value * k).collect();
        prop_assert!(max_difference(&famd.eigenvalues, &scaled) < 1e-12);
        prop_assert_eq!(famd.components, mca.components);
    }

    #[test]
    fn mca_inertias_add_up(table in tables(3..60, 0..1, 2..5)) {
        let Ok(mca) = mca(&table) else { return Ok(()) };
        let observed: usize = mca.factors.iter().map(|f| f.counts.iter().filter(|&&count| count > 0).count()).sum();
        let k = table.codes.len() as f64;
        prop_assert!((mca.total_inertia - (observed as f64 / k - 1.0)).abs() < 1e-12);
        prop_assert!((mca.eigenvalues.iter().sum::<f64>() - mca.total_inertia).abs() < 1e-10);
        prop_assert!(mca.eigenvalues.iter().all(|&value| value <= 1.0 + 1e-12));
        let of_rows = mca.row_squared_cosines(&table.columns()).unwrap();
        for row in of_rows.view().rows() {
            let sum = row.iter().sum::<f64>();
            prop_assert!((sum - 1.0).abs() < 1e-9 || sum == 0.0, "{sum}");
        }
        for correction in [InertiaCorrection::Benzecri, InertiaCorrection::Greenacre] {
            let corrected = mca.corrected(correction).unwrap();
            let sum: f64 = corrected.explained_ratio.iter().sum();
            prop_assert!(sum <= 1.0 + 1e-9, "{correction:?}: {sum}");
        }
    }

    #[test]
    fn the_order_of_rows_and_levels_is_irrelevant(table in tables(5..50, 0..4, 1..4)) {
        let Ok(before) = famd(&table) else { return Ok(()) };
        let order: Vec<usize> = (0..table.n_rows()).rev().collect();
        let turned = table.rows(&order).levels_reversed();
        let after = famd(&turned).unwrap();
        prop_assert!(max_difference(&before.eigenvalues, &after.eigenvalues) < 1e-10);
        // Scores of the table as it was, by the fit to the turned one, which knows levels by name.
        let (a, b) = (famd_scores(&before, &table), famd_scores(&after, &table));
        prop_assert!(max_difference(&inner_products(&a), &inner_products(&b)) < 1e-8);
    }

    #[test]
    fn every_row_twice_changes_nothing(table in tables(3..30, 0..3, 1..3)) {
        let Ok(once) = famd(&table) else { return Ok(()) };
        let twice: Vec<usize> = (0..table.n_rows()).chain(0..table.n_rows()).collect();
        let doubled = famd(&table.rows(&twice)).unwrap();
        prop_assert!(max_difference(&once.eigenvalues, &doubled.eigenvalues) < 1e-10);
    }
}

#[test]
fn the_covariances_and_the_coded_rows_give_the_same_axes() {
    // 15 coded columns: 15 rows are diagonalised as they stand, their copies through the covariances.
    let table = wavy(15);
    let direct = famd(&table).unwrap();
    let copies: Vec<usize> = (0..60).map(|i| i % 15).collect();
    let counted = famd(&table.rows(&copies)).unwrap();
    assert_eq!(direct.n_components(), counted.n_components());
    assert!(max_difference(&direct.eigenvalues, &counted.eigenvalues) < 1e-12);
    assert!(max_difference(direct.components.as_slice(), counted.components.as_slice()) < 1e-9);
}

#[test]
fn several_chunks_of_rows_have_the_covariances_of_all() {
    let table = wavy(9001);
    let found = famd(&table).unwrap();
    assert_spectrum(&found.eigenvalues, &eigenvalues_by_definition(&table));
    let pca = fit(table.coded().view(), &PcaParams::new(Components::Count(found.n_components()))).unwrap();
    assert!(max_difference(found.components.as_slice(), pca.components.as_slice()) < 1e-10);
    let scores = famd_scores(&found, &table);
    let expected = pca.transform(table.coded().view()).unwrap();
    assert!(max_difference(scores.as_slice(), expected.as_slice()) < 1e-9);
}

#[test]
fn an_offset_costs_little() {
    let table = wavy(3000);
    let moved: Vec<f64> = table.x.as_slice().iter().map(|v| ((v * 1024.0).round() / 1024.0) + 1e9).collect();
    let plain: Vec<f64> = moved.iter().map(|v| v - 1e9).collect();
    let with = |x| Table { x: Matrix::new(x, 3000, 3).unwrap(), ..table.clone() };
    let (a, b) = (famd(&with(plain)).unwrap(), famd(&with(moved)).unwrap());
    assert!(max_difference(&a.eigenvalues, &b.eigenvalues) < 1e-12);
}

#[test]
fn one_column_has_inertia_one_on_every_axis() {
    let levels = ["a", "b", "c", "d"].map(str::to_owned);
    let column = CategoricalColumn::new("letter", &levels, &[0, 1, 1, 3, 3, 3]).unwrap();
    let mca = fit_mca(&[column], &FactorParams::default()).unwrap();
    assert!(max_difference(&mca.eigenvalues, &[1.0, 1.0]) < 1e-14);
    assert_eq!(mca.total_inertia, 2.0);
    let error = mca.corrected(InertiaCorrection::Greenacre).unwrap_err();
    assert_eq!(error.to_string(), "n_columns of a corrected inertia=1 should be >= 2");
    assert_eq!(mca.column_coordinates().row(2), [0.0, 0.0]);
}

#[test]
fn independent_columns_have_no_corrected_inertia() {
    let levels = ["a", "b"].map(str::to_owned);
    let first = CategoricalColumn::new("first", &levels, &[0, 0, 1, 1]).unwrap();
    let second = CategoricalColumn::new("second", &levels, &[0, 1, 0, 1]).unwrap();
    let mca = fit_mca(&[first, second], &FactorParams::default()).unwrap();
    assert!(max_difference(&mca.eigenvalues, &[0.5, 0.5]) < 1e-15);
    for correction in [InertiaCorrection::Benzecri, InertiaCorrection::Greenacre] {
        let corrected = mca.corrected(correction).unwrap();
        assert!(corrected.eigenvalues.iter().all(|&v| v < 1e-30), "{correction:?}");
        assert!(corrected.explained_ratio.iter().all(|v| v.is_finite()), "{correction:?}");
    }
}

#[test]
fn bits_do_not_depend_on_threads() {
    let table = wavy(12_000);
    let run = || {
        let famd = famd(&table).unwrap();
        let scores = famd_scores(&famd, &table);
        (famd, scores, mca(&table).unwrap())
    };
    let one = par::with_threads(1, run);
    assert_eq!(one, par::with_threads(2, run));
    assert_eq!(one, par::with_threads(3, run));
}

#[test]
fn a_row_has_the_same_score_wherever_it_stands() {
    let table = wavy(3000);
    let famd = famd(&table).unwrap();
    let all = famd_scores(&famd, &table);
    let some: Vec<usize> = (1021..1030).collect();
    assert_eq!(all.view().rows_range(1021..1030), famd_scores(&famd, &table.rows(&some)).view());
}

#[test]
fn the_unit_of_a_number_is_irrelevant() {
    let table = wavy(5000);
    let scaled: Vec<f64> =
        table.x.as_slice().iter().enumerate().map(|(at, v)| v * [1024.0, 1.0, 0.125][at % 3]).collect();
    let scaled = Table { x: Matrix::new(scaled, 5000, 3).unwrap(), ..table.clone() };
    let (a, b) = (famd(&table).unwrap(), famd(&scaled).unwrap());
    assert_eq!((&a.components, &a.eigenvalues), (&b.components, &b.eigenvalues));
    assert_eq!(famd_scores(&a, &table), famd_scores(&b, &scaled));
}

#[test]
fn the_order_of_columns_is_irrelevant() {
    let table = wavy(500);
    let mut columns = table.columns();
    let before = fit_mca(&columns, &FactorParams::default()).unwrap();
    columns.reverse();
    let after = fit_mca(&columns, &FactorParams::default()).unwrap();
    assert!(max_difference(&before.eigenvalues, &after.eigenvalues) < 1e-14);
    let (a, b) = (before.corrected(InertiaCorrection::Greenacre), after.corrected(InertiaCorrection::Greenacre));
    assert!(max_difference(&a.unwrap().explained_ratio, &b.unwrap().explained_ratio) < 1e-12);
}

#[test]
fn no_rows_have_no_scores() {
    let table = wavy(40);
    let (none, famd, mca) = (table.rows(&[]), famd(&table).unwrap(), mca(&table).unwrap());
    assert_eq!(famd_scores(&famd, &none), Matrix::zeros(0, famd.n_components()));
    assert_eq!(mca.transform(&none.columns()).unwrap(), Matrix::zeros(0, mca.n_components()));
}

#[test]
fn unseen_levels_are_refused_or_at_the_mean() {
    let table = wavy(200);
    let mut levels = table.levels.clone();
    levels[1].push("new".to_owned());
    let strange = Table { levels, codes: vec![vec![0], vec![3], vec![2]], ..table.rows(&[0]) };
    let strict = famd(&table).unwrap();
    let error = strict.transform(strange.x.view(), &strange.columns()).unwrap_err();
    assert_eq!(error.to_string(), "column c1: level new at row 0 was in no row of the fit");
    assert!(error.hint().is_some());

    let params = FactorParams::default().with_unseen(Unseen::Mean);
    let lenient = fit_famd(table.x.view(), &table.columns(), &params).unwrap();
    let found = famd_scores(&lenient, &strange);
    // The mean over the rows of the fit of what the column adds is zero.
    let mut sum = vec![0.0; lenient.n_components()];
    for (level, count) in lenient.factors[1].counts.iter().enumerate() {
        let known = Table { codes: vec![vec![0], vec![level as u32], vec![2]], ..table.rows(&[0]) };
        let scores = famd_scores(&lenient, &known);
        sum.iter_mut().zip(scores.row(0)).for_each(|(sum, v)| *sum += v * *count as f64 / 200.0);
    }
    assert!(max_difference(found.row(0), &sum) < 1e-12);
}

#[test]
fn a_level_without_rows_is_unseen_and_weighs_nothing() {
    let levels = ["a", "never", "b"].map(str::to_owned);
    let column = CategoricalColumn::new("c", &levels, &[0, 2, 2, 0, 2]).unwrap();
    let mca = fit_mca(&[column], &FactorParams::default()).unwrap();
    assert_eq!((mca.total_inertia, mca.components.row(0)[1]), (1.0, 0.0));
    let never = CategoricalColumn::new("c", &levels, &[1]).unwrap();
    assert!(matches!(mca.transform(&[never]), Err(ReductionError::Unseen { row: 0, .. })));
}

#[test]
fn constant_columns_explain_nothing() {
    let table = wavy(50);
    let mut x = Vec::new();
    table.x.view().rows().for_each(|row| x.extend([row[0], 0.1, row[1]]));
    let constant = Table { x: Matrix::new(x, 50, 3).unwrap(), codes: vec![vec![1; 50]; 3], ..table };
    let found = famd(&constant).unwrap();
    assert_eq!((found.scale[1], found.total_inertia, found.n_components()), (0.0, 2.0, 2));
    assert!(found.components.view().rows().all(|row| row[1] == 0.0 && row[3..].iter().all(|&v| v == 0.0)));
    let none = Table { x: Matrix::new(vec![0.1; 150], 50, 3).unwrap(), ..constant };
    assert_eq!(famd(&none).unwrap_err(), ReductionError::NoVariance);
    assert_eq!(mca(&none).unwrap_err(), ReductionError::NoVariance);
}

#[test]
fn bad_tables_are_refused_with_their_place() {
    let table = wavy(10);
    let with = |at: usize, value: f64| {
        let mut x = table.x.clone();
        x.row_mut(at)[1] = value;
        famd(&Table { x, ..table.clone() }).unwrap_err().to_string()
    };
    assert_eq!(with(3, f64::NAN), "X: value NaN at row 3, column 1 is not finite");
    assert!(with(4, 1e300).starts_with("X: magnitude of value 1e300 at row 4, column 1 should be <="));
    assert_eq!(famd(&table.rows(&[0])).unwrap_err().to_string(), "FAMD: n_samples=1 should be >= 2");
    let empty = fit_mca(&[], &FactorParams::default()).unwrap_err();
    assert_eq!(empty.to_string(), "MCA: n_features=0 should be >= 1");
    let short = Table { x: Matrix::zeros(9, 3), ..table.clone() };
    assert_eq!(famd(&short).unwrap_err().to_string(), "codes has 10 entries, expected 9");
    let levels = ["a", "a"].map(str::to_owned);
    let twice = CategoricalColumn::new("c", &levels, &[0]).unwrap_err();
    assert_eq!(twice.to_string(), "column c: level a is given twice");
    let beyond = CategoricalColumn::new("c", &levels[..1], &[0, 1]).unwrap_err();
    assert_eq!(beyond.to_string(), "column c: code 1 at row 1 should be below n_levels=1");
    let many = fit_mca(&table.columns(), &FactorParams::new(Components::Count(99))).unwrap_err();
    assert!(many.to_string().starts_with("n_components=99 should be in 1..="), "{many}");
}

#[test]
fn the_columns_must_be_those_of_the_fit() {
    let table = wavy(30);
    let famd = famd(&table).unwrap();
    let columns = table.columns();
    let error = famd.transform(table.x.view(), &columns[..2]).unwrap_err();
    assert_eq!(error.to_string(), "categorical columns: n_columns=2 should be 3, as fitted");
    let swapped = [columns[1], columns[0], columns[2]];
    let error = famd.transform(table.x.view(), &swapped).unwrap_err();
    assert_eq!(error.to_string(), "column c1 should be c0, as fitted");
    assert!(famd.transform(Matrix::zeros(30, 4).view(), &columns).is_err());
    assert!(famd.transform(Matrix::zeros(29, 3).view(), &columns).is_err());
}

#[test]
fn extreme_numbers_stay_finite() {
    let x = Matrix::from_rows(&[[1e140, 5e-324], [-1e140, 0.0], [1e139, 1e-310], [0.0, 0.0]]).unwrap();
    let found = fit_famd(x.view(), &[], &FactorParams::default()).unwrap();
    assert_eq!((found.n_components(), found.scale[1]), (1, 0.0));
    assert!(found.transform(x.view(), &[]).unwrap().as_slice().iter().all(|v| v.is_finite()));
}

#[test]
fn duplicates_and_as_many_levels_as_rows() {
    let levels: Vec<String> = (0..5).map(|i| i.to_string()).collect();
    let codes: Vec<u32> = (0..5).collect();
    let ids = CategoricalColumn::new("id", &levels, &codes).unwrap();
    let mca = fit_mca(&[ids, ids], &FactorParams::default()).unwrap();
    assert!(max_difference(&mca.eigenvalues, &[1.0; 4]) < 1e-13);
    let same = Table::new(Matrix::new(vec![3.0; 8], 8, 1).unwrap(), &[2], vec![vec![1; 8]]);
    assert_eq!(famd(&same).unwrap_err(), ReductionError::NoVariance);
}

#[test]
fn a_file_gives_the_same_analysis_or_an_error() {
    let table = wavy(50);
    let (famd, mca) = (famd(&table).unwrap(), mca(&table).unwrap());
    let text = serde_json::to_string(&famd).unwrap();
    assert_eq!(serde_json::from_str::<Famd>(&text).unwrap(), famd);
    let broken = text.replacen("\"scale\":[", "\"scale\":[1.0,", 1);
    let error = serde_json::from_str::<Famd>(&broken).unwrap_err().to_string();
    assert!(error.contains("scale has 4 entries, expected 3"), "{error}");
    let text = serde_json::to_string(&mca).unwrap();
    assert_eq!(serde_json::from_str::<Mca>(&text).unwrap(), mca);
    let broken = text.replacen("\"counts\":[", "\"counts\":[1,", 1);
    assert!(serde_json::from_str::<Mca>(&broken).is_err());
}

#[test]
fn results_cross_threads() {
    fn assert_send_sync<T: Send + Sync>() {}
    assert_send_sync::<(Famd, Mca, FactorParams)>();
}

#[test]
fn columns_that_share_nothing_have_no_corrected_inertia() {
    // A constant column beside one that varies: every eigenvalue is 1/K, but for rounding.
    let (constant, levels) = (vec!["l0".to_owned()], (0..5).map(|l| format!("l{l}")).collect::<Vec<_>>());
    let (zeros, codes) = (vec![0; 42], (0..42).map(|i| i * i % 5).collect::<Vec<u32>>());
    let columns = [
        CategoricalColumn::new("c0", &constant, &zeros).unwrap(),
        CategoricalColumn::new("c1", &levels, &codes).unwrap(),
    ];
    let mca = fit_mca(&columns, &FactorParams::new(Components::All)).unwrap();
    for correction in [InertiaCorrection::Benzecri, InertiaCorrection::Greenacre] {
        assert!(mca.corrected(correction).unwrap().explained_ratio.iter().all(|&ratio| ratio == 0.0), "{correction:?}");
    }
}
