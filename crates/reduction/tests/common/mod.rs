//! Mixed tables for tests.

#![expect(clippy::unwrap_used, reason = "helpers of tests may panic")]
#![allow(dead_code, reason = "each test binary uses some of it")]

use proptest::prelude::*;
use segctl_numeric::Matrix;
use segctl_reduction::CategoricalColumn;

/// Numbers (n x p) and categorical columns, owned.
#[derive(Debug, Clone)]
pub(crate) struct Table {
    pub(crate) x: Matrix,
    pub(crate) names: Vec<String>,
    pub(crate) levels: Vec<Vec<String>>,
    pub(crate) codes: Vec<Vec<u32>>,
}

impl Table {
    pub(crate) fn new(x: Matrix, n_levels: &[usize], codes: Vec<Vec<u32>>) -> Self {
        let names = (0..codes.len()).map(|k| format!("c{k}")).collect();
        let levels = n_levels.iter().map(|&count| (0..count).map(|level| format!("l{level}")).collect()).collect();
        Self { x, names, levels, codes }
    }

    pub(crate) fn columns(&self) -> Vec<CategoricalColumn<'_>> {
        let parts = self.names.iter().zip(&self.levels).zip(&self.codes);
        parts.map(|((name, levels), codes)| CategoricalColumn::new(name, levels, codes).unwrap()).collect()
    }

    pub(crate) fn n_rows(&self) -> usize {
        self.x.n_rows()
    }

    /// The rows at `indices`.
    pub(crate) fn rows(&self, indices: &[usize]) -> Self {
        let codes = self.codes.iter().map(|codes| indices.iter().map(|&i| codes[i]).collect()).collect();
        Self { x: self.x.view().select_rows(indices), codes, ..self.clone() }
    }

    /// The same table with the levels of every column in reverse order.
    pub(crate) fn levels_reversed(&self) -> Self {
        let mut turned = self.clone();
        for (levels, codes) in turned.levels.iter_mut().zip(&mut turned.codes) {
            levels.reverse();
            codes.iter_mut().for_each(|code| *code = levels.len() as u32 - 1 - *code);
        }
        turned
    }

    /// The coded table by definition: standardised numbers, (indicator - p) / sqrt(p) of each level.
    pub(crate) fn coded(&self) -> Matrix {
        let n = self.n_rows();
        let mut coded = Vec::new();
        for j in 0..self.x.n_cols() {
            let values: Vec<f64> = self.x.view().column(j).collect();
            let mean = values.iter().sum::<f64>() / n as f64;
            let scale = (values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / n as f64).sqrt();
            coded.push(values.iter().map(|v| if scale > 0.0 { (v - mean) / scale } else { 0.0 }).collect());
        }
        for (levels, codes) in self.levels.iter().zip(&self.codes) {
            for level in 0..levels.len() as u32 {
                let p = codes.iter().filter(|&&code| code == level).count() as f64 / n as f64;
                let value =
                    |code: &u32| if p > 0.0 { (f64::from(u8::from(*code == level)) - p) / p.sqrt() } else { 0.0 };
                coded.push(codes.iter().map(value).collect::<Vec<f64>>());
            }
        }
        let d = coded.len();
        Matrix::new((0..n * d).map(|at| coded[at % d][at / d]).collect(), n, d).unwrap()
    }
}

/// Tables of some rows, numbers and factors; levels may be absent, and columns constant.
pub(crate) fn tables(
    n: std::ops::Range<usize>,
    p: std::ops::Range<usize>,
    k: std::ops::Range<usize>,
) -> impl Strategy<Value = Table> {
    let levels = proptest::collection::vec(1..6_usize, k);
    (n, p, levels).prop_flat_map(|(n, p, n_levels)| {
        let x = proptest::collection::vec(-100.0..100.0_f64, n * p);
        let codes: Vec<_> = n_levels.iter().map(|&count| proptest::collection::vec(0..count as u32, n)).collect();
        (x, codes).prop_map(move |(x, codes)| Table::new(Matrix::new(x, n, p).unwrap(), &n_levels, codes))
    })
}

/// A reproducible table without a generator, of three numbers and three factors of 2, 3 and 7 levels.
pub(crate) fn wavy(n: usize) -> Table {
    let hash = |at: usize| (at * 2_654_435_761 % 1_000_003) as f64 / 1e6;
    let x = Matrix::new((0..n * 3).map(|at| hash(at) * (1 + at % 3) as f64 + hash(at / 3)).collect(), n, 3).unwrap();
    let code = |i: usize, count: usize| ((hash(i) + hash(i * 7 + count) * 0.7) * count as f64) as u32 % count as u32;
    let codes = [2, 3, 7].map(|count| (0..n).map(|i| code(i, count)).collect());
    Table::new(x, &[2, 3, 7], codes.to_vec())
}

pub(crate) fn max_difference(a: &[f64], b: &[f64]) -> f64 {
    assert_eq!(a.len(), b.len(), "lengths");
    a.iter().zip(b).fold(0.0, |top, (a, b)| (a - b).abs().max(top))
}

/// S S', which does not depend on the signs, nor on the basis of equal eigenvalues.
pub(crate) fn inner_products(scores: &Matrix) -> Vec<f64> {
    let dot = |i: usize, j: usize| scores.row(i).iter().zip(scores.row(j)).map(|(a, b)| a * b).sum();
    let n = scores.n_rows();
    (0..n * n).map(|at| dot(at / n, at % n)).collect()
}
