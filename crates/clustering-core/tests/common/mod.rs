//! Data and a slow oracle for the tests of k-means and its relatives.

#![allow(dead_code, reason = "not every test needs everything")]

use segctl_numeric::{Matrix, MatrixView};

/// `n` rows of `d` features around `groups` places; the same numbers for the same arguments.
pub(crate) fn clumps(n: usize, d: usize, groups: usize) -> Matrix {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1_u64 << 53) as f64 - 0.5
    };
    let places: Vec<f64> = (0..groups * d).map(|_| 6.0 * next()).collect();
    let values = (0..n * d).map(|at| places[at / d % groups * d + at % d] + next() + next() + next()).collect();
    Matrix::new(values, n, d).unwrap()
}

/// What the oracle finds.
pub(crate) struct Found {
    pub(crate) labels: Vec<usize>,
    pub(crate) inertia: f64,
}

/// Lloyd's iteration as one would write it on a blackboard, to convergence.
pub(crate) fn oracle(x: MatrixView<'_>, centers: MatrixView<'_>) -> Found {
    let (n, k) = (x.n_rows(), centers.n_rows());
    let all: Vec<usize> = (0..n).collect();
    let mean = mean_of(x, &all);
    let centred: Vec<Vec<f64>> = x.rows().map(|row| minus(row, &mean)).collect();
    let mut centers: Vec<Vec<f64>> = centers.rows().map(|row| minus(row, &mean)).collect();
    let mut labels = vec![usize::MAX; n];
    loop {
        let mut found: Vec<usize> = centred.iter().map(|row| nearest(row, &centers)).collect();
        if found == labels {
            let inertia = (0..n).map(|i| squared(&centred[i], &centers[labels[i]])).sum();
            return Found { labels, inertia };
        }
        fill_empty(&centred, &centers, &mut found);
        labels = found;
        let centred = Matrix::from_rows(&centred).unwrap();
        centers = (0..k).map(|c| mean_of(centred.view(), &members(&labels, c))).collect();
    }
}

fn minus(row: &[f64], mean: &[f64]) -> Vec<f64> {
    row.iter().zip(mean).map(|(value, mean)| value - mean).collect()
}

pub(crate) fn mean_of(x: MatrixView<'_>, rows: &[usize]) -> Vec<f64> {
    (0..x.n_cols()).map(|j| rows.iter().map(|&i| x.row(i)[j]).sum::<f64>() / rows.len() as f64).collect()
}

pub(crate) fn members(labels: &[usize], cluster: usize) -> Vec<usize> {
    (0..labels.len()).filter(|&i| labels[i] == cluster).collect()
}

fn squared(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum()
}

fn nearest(row: &[f64], centers: &[Vec<f64>]) -> usize {
    (1..centers.len())
        .fold(0, |best, c| if squared(row, &centers[c]) < squared(row, &centers[best]) { c } else { best })
}

fn fill_empty(rows: &[Vec<f64>], centers: &[Vec<f64>], labels: &mut [usize]) {
    let before = labels.to_vec();
    let mut moved = vec![false; rows.len()];
    for cluster in 0..centers.len() {
        if before.contains(&cluster) {
            continue;
        }
        let can_leave = |i: &usize| !moved[*i] && members(labels, labels[*i]).len() > 1;
        let far = |i: usize| squared(&rows[i], &centers[before[i]]);
        let donor = (0..rows.len()).filter(can_leave).reduce(|a, b| if far(b) > far(a) { b } else { a }).unwrap();
        labels[donor] = cluster;
        moved[donor] = true;
    }
}
