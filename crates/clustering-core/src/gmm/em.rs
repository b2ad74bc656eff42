//! Expectation and maximisation in turn, from one or several starts.

use std::ops::ControlFlow;

use rand::Rng;
use segctl_numeric::distance::{TwoNearest, two_nearest};
use segctl_numeric::observe::{Event, Observer};
use segctl_numeric::par::{CHUNK_ROWS, map_chunks};
use segctl_numeric::seed::Seed;
use segctl_numeric::{Labels, Matrix, MatrixView};

use super::covariances::check_length;
use super::estimate::{Mixture, Problem};
use super::params::{GmmInit, GmmParams};
use super::pass::Source;
use crate::ClusteringError;
use crate::centring::center;
use crate::check::{check_values, out_of_range};
use crate::kmeans::{KMeansData, KMeansParams, fit_data};

type Result<T> = std::result::Result<T, ClusteringError>;

/// One start, ended.
pub(super) struct Run {
    pub(super) mixture: Mixture,
    /// The mean log-likelihood of a row before each M-step.
    pub(super) lower_bounds: Vec<f64>,
    pub(super) converged: bool,
}

impl Run {
    pub(super) fn lower_bound(&self) -> f64 {
        self.lower_bounds.last().copied().unwrap_or(f64::NEG_INFINITY)
    }
}

/// The best of all starts.
pub(super) struct Best {
    pub(super) run: Run,
    pub(super) restart: usize,
    pub(super) n_starts: usize,
    pub(super) n_failed: usize,
}

pub(super) struct Training<'a> {
    pub(super) data: &'a KMeansData<'a>,
    pub(super) sample_weight: Option<&'a [f64]>,
    pub(super) problem: Problem,
    pub(super) params: &'a GmmParams,
    pub(super) observer: &'a dyn Observer,
}

impl Training<'_> {
    /// The start with the highest lower bound, the first among equals. A start whose covariances collapse
    /// is out; the error of the first is returned when all are.
    pub(super) fn best(&self) -> Result<Best> {
        let n_starts = if self.params.init == GmmInit::KMeans { self.params.restarts } else { 1 };
        let (mut best, mut first_error, mut n_failed): (Option<(usize, Run)>, _, _) = (None, None, 0);
        for restart in 0..n_starts {
            match self.run(restart) {
                Ok(run) => {
                    let lower_bound = run.lower_bound();
                    tracing::debug!(lower_bound, n_iter = run.lower_bounds.len(), "start ended");
                    if best.as_ref().is_none_or(|(_, best)| lower_bound > best.lower_bound()) {
                        best = Some((restart, run));
                    }
                    let event = Event::new("gaussian mixture", restart as u64 + 1);
                    self.tell(event.with_total(n_starts as u64).with_objective(lower_bound))?;
                }
                Err(error @ ClusteringError::Covariance { .. }) => {
                    tracing::debug!(%error, "start failed");
                    n_failed += 1;
                    first_error.get_or_insert(error);
                }
                Err(error) => return Err(error),
            }
        }
        match (best, first_error) {
            (Some((restart, run)), _) => Ok(Best { run, restart, n_starts, n_failed }),
            (None, error) => Err(error.unwrap_or(ClusteringError::Cancelled)),
        }
    }

    fn run(&self, restart: usize) -> Result<Run> {
        let mut mixture = self.start(restart)?;
        let mut lower_bounds: Vec<f64> = vec![];
        let mut converged = false;
        while !converged && lower_bounds.len() < self.params.max_iter {
            let (next, lower_bound) = self.problem.step(Source::Mixture(&mixture.gaussians), &mixture.means)?;
            mixture = next;
            converged = lower_bounds.last().is_some_and(|before| (lower_bound - before).abs() < self.params.tol);
            lower_bounds.push(lower_bound);
            let event = Event::new("gaussian mixture iteration", lower_bounds.len() as u64);
            self.tell(event.with_objective(lower_bound))?;
        }
        Ok(Run { mixture, lower_bounds, converged })
    }

    /// The mixture that a start begins with.
    fn start(&self, restart: usize) -> Result<Mixture> {
        match &self.params.init {
            GmmInit::KMeans => self.of_labels(&self.kmeans(restart)?),
            GmmInit::Labels(labels) => {
                let (what, expected) = ("initial labels", self.data.n_rows());
                check_length(what, labels.len(), expected)?;
                check_length("clusters of initial labels", labels.n_clusters(), self.params.n_components)?;
                self.of_labels(labels)
            }
            GmmInit::Responsibilities(shares) => self.of_shares(shares),
            GmmInit::Means(means) => self.of_labels(&self.nearest(means)?),
            GmmInit::Model(model) => {
                check_length("components of the initial model", model.weights().len(), self.params.n_components)?;
                check_length("features of the initial model", model.n_cols(), self.data.n_cols())?;
                model.about(self.data.mean())
            }
        }
    }

    fn kmeans(&self, restart: usize) -> Result<Labels> {
        let seed = Seed(self.params.seed.stream("gaussian mixture", restart as u64, 0).next_u64());
        let params = KMeansParams::new(self.params.n_components).with_restarts(1).with_seed(seed);
        Ok(fit_data(self.data, self.sample_weight, &params, self.observer)?.labels)
    }

    fn nearest(&self, means: &Matrix) -> Result<Labels> {
        check_length("initial means", means.n_rows(), self.params.n_components)?;
        check_length("row of initial means", means.n_cols(), self.data.n_cols())?;
        check_values("initial means", means.view())?;
        let mut centred = Matrix::zeros(means.n_rows(), means.n_cols());
        center(means.view(), self.data.mean(), centred.view_mut().as_mut_slice());
        let of_chunk = |range: std::ops::Range<usize>| {
            let mut nearest = vec![TwoNearest::default(); range.len()];
            two_nearest(self.data.centred().rows_range(range), centred.view(), &mut nearest);
            nearest.iter().map(|row| row.index).collect::<Vec<u32>>()
        };
        let ids = map_chunks(self.data.n_rows(), CHUNK_ROWS, of_chunk).concat();
        Ok(Labels::new(ids, means.n_rows())?)
    }

    fn of_labels(&self, labels: &Labels) -> Result<Mixture> {
        self.check_weights(|row, component| f64::from(labels.get(row) == Some(component)))?;
        Ok(self.problem.step(Source::Labels(labels), &self.middle())?.0)
    }

    fn of_shares(&self, shares: &Matrix) -> Result<Mixture> {
        check_length("initial responsibilities", shares.n_rows(), self.data.n_rows())?;
        check_length("row of initial responsibilities", shares.n_cols(), self.params.n_components)?;
        let in_range = |value: &&f64| !(0.0..=1.0).contains(*value);
        if let Some(&value) = shares.as_slice().iter().find(in_range) {
            return Err(out_of_range("initial responsibilities", value, "in [0, 1]"));
        }
        self.check_weights(|row, component| shares.row(row)[component])?;
        Ok(self.problem.step(Source::Shares(shares.view()), &self.middle())?.0)
    }

    /// Where the first differences are taken to: the mean of all rows, k times.
    fn middle(&self) -> Vec<f64> {
        vec![0.0; self.params.n_components * self.data.n_cols()]
    }

    /// Checks that some weight is in each component to begin with.
    fn check_weights(&self, share: impl Fn(usize, usize) -> f64) -> Result<()> {
        let weight = |row: usize| self.sample_weight.map_or(1.0, |weights| weights[row]);
        let empty = |&component: &usize| (0..self.data.n_rows()).all(|row| share(row, component) * weight(row) == 0.0);
        match (0..self.params.n_components).find(empty) {
            None => Ok(()),
            Some(cluster) => Err(ClusteringError::EmptyCluster { cluster }),
        }
    }

    fn tell(&self, event: Event<'_>) -> Result<()> {
        match self.observer.event(event) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(ClusteringError::Cancelled),
        }
    }
}

/// The rows of `x` less `mean`.
pub(super) fn centred(x: MatrixView<'_>, mean: &[f64]) -> Matrix {
    let mut out = Matrix::zeros(x.n_rows(), x.n_cols());
    center(x, mean, out.view_mut().as_mut_slice());
    out
}
