//! Rows taken apart: numbers by rows, categories by columns.

use segctl_numeric::{Matrix, MatrixView};

/// Which columns are numbers and which categories.
#[derive(Debug, Clone)]
pub(super) struct Columns {
    numbers: Vec<usize>,
    categories: Vec<usize>,
}

/// n rows taken apart.
pub(super) struct Mixed {
    /// n x p, less the mean: rows, as distances want them.
    pub(super) numbers: Matrix,
    /// q columns of n codes: a comparison with one code runs along the rows.
    pub(super) categories: Vec<Vec<f64>>,
}

/// k prototypes taken apart.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Prototypes {
    /// k x p, less the mean.
    pub(super) numbers: Matrix,
    /// k x q codes.
    pub(super) codes: Matrix,
}

impl Columns {
    pub(super) fn new(categorical: &[bool]) -> Self {
        let (categories, numbers) = (0..categorical.len()).partition(|&j| categorical[j]);
        Self { numbers, categories }
    }

    pub(super) fn n_categories(&self) -> usize {
        self.categories.len()
    }

    /// Those columns of `x` that are numbers, n x p.
    pub(super) fn numbers_of(&self, x: MatrixView<'_>) -> Matrix {
        select(x, &self.numbers)
    }

    /// `x` (n x d) less `mean` (p).
    pub(super) fn split(&self, x: MatrixView<'_>, mean: &[f64]) -> Mixed {
        let categories = self.categories.iter().map(|&j| x.column(j).collect()).collect();
        Mixed { numbers: less(self.numbers_of(x), mean), categories }
    }

    /// The rows of `x` (k x d) as prototypes.
    pub(super) fn prototypes(&self, x: MatrixView<'_>, mean: &[f64]) -> Prototypes {
        Prototypes { numbers: less(self.numbers_of(x), mean), codes: select(x, &self.categories) }
    }

    /// The prototypes as rows, k x d.
    pub(super) fn join(&self, prototypes: &Prototypes, mean: &[f64]) -> Matrix {
        let d = self.numbers.len() + self.categories.len();
        let mut rows = Matrix::zeros(prototypes.codes.n_rows(), d);
        for c in 0..rows.n_rows() {
            let row = rows.row_mut(c);
            for ((&j, value), mean) in self.numbers.iter().zip(prototypes.numbers.row(c)).zip(mean) {
                row[j] = value + mean;
            }
            self.categories.iter().zip(prototypes.codes.row(c)).for_each(|(&j, &code)| row[j] = code);
        }
        rows
    }
}

impl Mixed {
    pub(super) fn n_rows(&self) -> usize {
        self.numbers.n_rows()
    }
}

fn select(x: MatrixView<'_>, columns: &[usize]) -> Matrix {
    let values = x.rows().flat_map(|row| columns.iter().map(|&j| row[j])).collect();
    Matrix::new(values, x.n_rows(), columns.len()).expect("a value for each row and column")
}

fn less(mut x: Matrix, mean: &[f64]) -> Matrix {
    for i in 0..x.n_rows() {
        x.row_mut(i).iter_mut().zip(mean).for_each(|(value, mean)| *value -= mean);
    }
    x
}
