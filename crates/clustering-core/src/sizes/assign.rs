//! Rows to centres within bounds: exactly, or nearly.

use segctl_numeric::{InputError, Labels, Matrix, MatrixView};

use super::costs::{Costs, Priced};
use super::flow::{Flow, flow, n_misplaced};
use super::limits::Limits;
use super::repair::repair;
use super::sample::Spread;
use super::{SizeBounds, Solver};
use crate::ClusteringError;
use crate::check::check_values;

/// Rows that prices are found on where there are many more.
const SAMPLE_ROWS: usize = 1 << 14;

/// Steps of the search for paths, rows misplaced times `(k + 1)^2`, that an exact assignment may
/// take: about a second.
const EXACT_STEPS: usize = 1 << 26;

/// Rows assigned within bounds: plain data.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct BoundedAssignment {
    /// The cluster of each row; every size is within the bounds.
    pub labels: Labels,
    /// `sum_i |x_i - c_label(i)|^2`
    pub cost: f64,
    /// Whether no assignment within the bounds costs less, rounding aside.
    pub exact: bool,
    /// At most so much of `cost` could be saved, as a share of it: 0 when exact, else proved by
    /// duality from the prices.
    pub gap: f64,
}

/// Assigns the rows of `x` (n x d) to `centers` (k x d) at the least sum of squared distances that
/// keeps `bounds`: tomorrow's customers to today's segments, say, where a segment has room for so
/// many.
///
/// Time and exactness: see the [module](crate::sizes#exact-or-not).
///
/// # Errors
/// [`ClusteringError::SizeOrder`]; [`ClusteringError::Sizes`] when n rows in k clusters cannot keep the
/// bounds; [`ClusteringError::Input`] for shapes that do not fit and values that are not finite;
/// [`ClusteringError::TooLarge`] for magnitudes beyond 1e120.
///
/// ```
/// use segctl_clustering_core::sizes::{SizeBounds, Solver, assign};
/// use segctl_numeric::{Matrix, MatrixView};
/// let x = MatrixView::new(&[0.0, 1.0, 2.0, 9.0], 4, 1)?;
/// let centers = Matrix::new(vec![1.0, 9.0], 2, 1)?;
/// let found = assign(x, &centers, SizeBounds::at_most(2), Solver::Auto)?;
/// assert_eq!(found.labels.to_signed(), [0, 0, 1, 1]);
/// assert!(found.exact);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn assign(
    x: MatrixView<'_>,
    centers: &Matrix,
    bounds: SizeBounds,
    solver: Solver,
) -> Result<BoundedAssignment, ClusteringError> {
    check_values("X", x)?;
    check_values("centres", centers.view())?;
    if centers.n_cols() != x.n_cols() {
        let (what, found) = ("row of centres", centers.n_cols());
        return Err(InputError::Length { what, found, expected: x.n_cols() }.into());
    }
    let limits = Limits::new(bounds, x.n_rows(), centers.n_rows())?;
    let assigned = Assigner::new(x, centers.n_rows(), limits, solver).assign(centers);
    let Assigned { labels, cost, exact, gap } = assigned;
    Ok(BoundedAssignment { labels: Labels::new(labels, centers.n_rows())?, cost, exact, gap })
}

pub(super) struct Assigned {
    pub(super) labels: Vec<u32>,
    pub(super) cost: f64,
    pub(super) exact: bool,
    pub(super) gap: f64,
}

/// Remembers the prices of one assignment for the next, whose centres will be near.
pub(super) struct Assigner<'a> {
    x: MatrixView<'a>,
    limits: Limits,
    solver: Solver,
    prices: Vec<f64>,
}

impl<'a> Assigner<'a> {
    pub(super) fn new(x: MatrixView<'a>, n_clusters: usize, limits: Limits, solver: Solver) -> Self {
        Self { x, limits, solver, prices: vec![0.0; n_clusters] }
    }

    pub(super) fn assign(&mut self, centers: &Matrix) -> Assigned {
        let costs = Costs { x: self.x, centers };
        let mut priced = costs.by_price(&self.prices);
        let many = self.n_misplaced(&priced) > SAMPLE_ROWS && self.x.n_rows() > 4 * SAMPLE_ROWS;
        if many || self.solver == Solver::Prices {
            let Flow { labels, prices } = self.flow_of_sample(costs);
            priced = costs.by_price_and_hint(&prices, |row| Some(labels[row]));
            self.prices = prices;
        }
        let steps = self.n_misplaced(&priced).saturating_mul((self.prices.len() + 1).pow(2));
        match self.solver {
            Solver::Flow => self.exact(costs, priced),
            Solver::Auto if steps <= EXACT_STEPS => self.exact(costs, priced),
            _ => self.near(costs, priced),
        }
    }

    fn n_misplaced(&self, priced: &Priced) -> usize {
        n_misplaced(&priced.labels, &self.prices, self.limits)
    }

    fn exact(&mut self, costs: Costs<'_>, priced: Priced) -> Assigned {
        let Flow { labels, prices } = flow(costs, priced, &self.prices, self.limits);
        self.prices = prices;
        Assigned { cost: costs.total(&labels), labels, exact: true, gap: 0.0 }
    }

    fn near(&self, costs: Costs<'_>, mut priced: Priced) -> Assigned {
        let bound = priced.bound(&self.prices, self.limits);
        repair(costs, &mut priced.labels, &self.prices, self.limits);
        let cost = costs.total(&priced.labels);
        let gap = if cost > 0.0 { ((cost - bound) / cost).clamp(0.0, 1.0) } else { 0.0 };
        Assigned { labels: priced.labels, cost, exact: false, gap }
    }

    /// Prices at which a sample keeps its share of the bounds, exactly, and for each row the label of
    /// the sampled row that it is most like: prices alone cannot say how many copies go where.
    fn flow_of_sample(&self, costs: Costs<'_>) -> Flow {
        let n = self.x.n_rows();
        let size = (n / 4).clamp(1, SAMPLE_ROWS);
        let limits = self.limits.scaled(size, n);
        let start = Flow { labels: vec![], prices: self.prices.clone() };
        // The first sample is drawn where prices are not yet right, the second where they nearly are.
        (0..2).fold(start, |Flow { prices, .. }, _| {
            let spread = Spread::new(costs, &prices, size);
            let sample = self.x.select_rows(&spread.sample());
            let costs = Costs { x: sample.view(), centers: costs.centers };
            let Flow { labels, prices } = flow(costs, costs.by_price(&prices), &prices, limits);
            Flow { labels: spread.all_like(&labels), prices }
        })
    }
}
