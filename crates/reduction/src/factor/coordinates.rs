use segctl_numeric::{Matrix, MatrixView};

use super::coding::Coding;

/// f(j, s, v_sj) of every coded column j and component s, for V k x d: d x k.
pub(super) fn by_column(components: MatrixView<'_>, f: impl Fn(usize, usize, f64) -> f64) -> Matrix {
    let (k, d) = (components.n_rows(), components.n_cols());
    let values = (0..d * k).map(|at| (at / k, at % k)).map(|(j, s)| f(j, s, components.row(s)[j]));
    Matrix::new(values.collect(), d, k).expect("a value for each column and component")
}

/// The squared cosine of each coded column with each component, d x k; 0 where the column is constant.
pub(super) fn squared_cosines(coding: &Coding<'_>, components: MatrixView<'_>, eigenvalues: &[f64]) -> Matrix {
    let inertias = coding.inertias();
    by_column(
        components,
        |j, s, v| {
            if inertias[j] > 0.0 { (v * v * eigenvalues[s] / inertias[j]).min(1.0) } else { 0.0 }
        },
    )
}

/// The share of the variance of each component that each variable explains, (p + K) x k: the squared
/// correlation of a number, the squared correlation ratio of a factor.
pub(super) fn by_variable(coding: &Coding<'_>, components: MatrixView<'_>, eigenvalues: &[f64]) -> Matrix {
    let p = coding.mean.len();
    let factors = coding.starts().into_iter().zip(coding.factors);
    let factors = factors.map(|(start, factor)| start..start + factor.levels.len());
    let columns: Vec<_> = (0..p).map(|j| j..j + 1).chain(factors).collect();
    let mut shares = Matrix::zeros(columns.len(), eigenvalues.len());
    for (variable, columns) in columns.into_iter().enumerate() {
        for (s, eigenvalue) in eigenvalues.iter().enumerate() {
            let inertia: f64 = components.row(s)[columns.clone()].iter().map(|v| v * v).sum();
            shares.row_mut(variable)[s] = inertia * eigenvalue;
        }
    }
    shares
}
