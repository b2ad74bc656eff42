//! Self-organising maps, whose units become segments.

use segctl_clustering_core::ClusteringError;
use segctl_numeric::distance::Metric;
use segctl_numeric::seed::Seed;
use segctl_numeric::{Labels, MatrixView};
use segctl_reduction::{Components, Pca, PcaParams};
use segctl_som::grid::{Edges, Grid, Topology, propose_size};
use segctl_som::params::{EarlyStop, Falling, Order, SomParams, Training};
use segctl_som::quality::{Preservation, PreservationParams, Quality, preservation, quality, quality_of_winners};
use segctl_som::schedule::{Decay, Schedule};
use segctl_som::start::{Axes, Start};
use segctl_som::{SomModel, fit_with};

use super::grouping::Units;
use super::{Cluster, Context, Cut, Fit, Found, Picture};
use crate::model::Rule;
use crate::recipe::{Algorithm, DecayName, Init, MetricName, Trainer, TrainingOrder};
use crate::units::UnitsModel;
use crate::{SegmentationError, sample};

/// Customers that a map learns from at most, where it may learn from a sample.
const SAMPLE: usize = 50_000;

/// Epochs in a row without a better error after which training may stop.
const PATIENCE: usize = 2;

/// Customers around each whose neighbourhoods are compared.
const NEIGHBOURS: usize = 10;

/// A map, and what is known of it.
#[derive(Debug, Clone)]
pub(crate) struct TrainedMap {
    pub(crate) model: SomModel,
    /// The unit of each row.
    pub(crate) units: Vec<u32>,
    /// Rows of each unit.
    pub(crate) hits: Vec<usize>,
    pub(crate) quality: Quality,
    /// Whether neighbours stay neighbours, where it will be told and rows are enough.
    pub(crate) preservation: Option<Preservation>,
    /// Rows it was trained on, when they are not all.
    pub(crate) n_sampled: Option<usize>,
}

impl TrainedMap {
    /// Units without rows.
    pub(crate) fn n_dead(&self) -> usize {
        self.hits.iter().filter(|&&hits| hits == 0).count()
    }
}

pub(super) struct Som<'a>(pub(super) Context<'a>);

/// The rows to learn from: all, or a sample.
struct Lesson<'a> {
    /// Filled.
    x: MatrixView<'a>,
    /// With gaps.
    open: MatrixView<'a>,
    /// The first two principal components, where they are asked for and there are two rows.
    pca: Option<Pca>,
}

impl Som<'_> {
    fn map(&self, x: MatrixView<'_>) -> Result<(TrainedMap, usize, Vec<String>), SegmentationError> {
        let open = self.0.open.unwrap_or(x);
        let mut rng = self.0.seed.stream("rows of a map", 0, 0);
        let drawn = sample::uniform(x.n_rows(), SAMPLE, &mut rng).filter(|_| self.0.may_sample);
        let picked = drawn.as_deref().map(|rows| (x.select_rows(rows), open.select_rows(rows)));
        let (x_seen, open_seen) = picked.as_ref().map_or((x, open), |(x, open)| (x.view(), open.view()));
        let pca = (self.needs_axes() && x_seen.n_rows() > 1).then(|| principal(x_seen)).transpose()?;
        let lesson = Lesson { x: x_seen, open: open_seen, pca };
        let (grid, mut notes) = self.grid(&lesson)?;
        let params = self.params(grid, &lesson)?;
        let trained = fit_with(lesson.open, None, &params, self.0.observer)?;
        let n_sampled = drawn.map(|rows| rows.len());
        notes.extend(n_sampled.map(|n| format!("The map was trained on {n} customers drawn at random.")));
        Ok((self.judged(trained.model, &lesson, open, n_sampled)?, trained.n_epochs, notes))
    }

    /// Whether principal components say how large the map is, or where its units begin.
    fn needs_axes(&self) -> bool {
        let recipe = self.0.recipe;
        let begins_elsewhere = matches!(recipe.init_of(Algorithm::Som), Some(Init::Random | Init::Sample));
        recipe.grid.is_none() || (self.0.init_centers.is_none() && !begins_elsewhere)
    }

    /// The map is judged by the rows that it learnt from.
    fn judged(
        &self,
        model: SomModel,
        lesson: &Lesson<'_>,
        open: MatrixView<'_>,
        n_sampled: Option<usize>,
    ) -> Result<TrainedMap, SegmentationError> {
        let winners = model.winners(open)?;
        let mut hits = vec![0; model.n_units()];
        winners.unit.iter().for_each(|&unit| hits[unit as usize] += 1);
        let near = PreservationParams::new(NEIGHBOURS).with_seed(self.0.seed);
        let is_told = self.0.pictured && lesson.open.n_rows() > 2 * NEIGHBOURS;
        let preservation = is_told.then(|| preservation(&model, lesson.open, &near)).transpose()?;
        let quality = match (n_sampled, model.metric()) {
            (None, Metric::Euclidean) => quality_of_winners(&model, open, &winners, None)?,
            _ => quality(&model, lesson.open, None)?,
        };
        Ok(TrainedMap { model, units: winners.unit, hits, quality, preservation, n_sampled })
    }

    /// The grid asked for, or one proposed, with the reason.
    fn grid(&self, lesson: &Lesson<'_>) -> Result<(Grid, Vec<String>), SegmentationError> {
        let recipe = self.0.recipe;
        let topology = recipe.topology.unwrap_or(Topology::Hexagonal);
        let edges = if recipe.toroidal == Some(true) { Edges::Toroidal } else { Edges::Planar };
        if let Some(size) = recipe.grid {
            return Ok((Grid::new(size.n_x, size.n_y, topology, edges)?, Vec::new()));
        }
        let variance =
            |at: usize| lesson.pca.as_ref().and_then(|pca| pca.explained_variance.get(at)).copied().unwrap_or(0.0);
        let proposal = propose_size(lesson.x.n_rows(), [variance(0), variance(1)], topology, edges)?;
        Ok((proposal.grid, vec![format!("The map has {proposal}.")]))
    }

    fn params(&self, grid: Grid, lesson: &Lesson<'_>) -> Result<SomParams, SegmentationError> {
        let recipe = self.0.recipe;
        let usual = match recipe.trainer.unwrap_or_default() {
            Trainer::Batch => SomParams::new(grid),
            Trainer::Online => SomParams::online(grid).with_training(Training::Online {
                order: match recipe.order.unwrap_or_default() {
                    TrainingOrder::Shuffled => Order::Shuffled,
                    TrainingOrder::Sequential => Order::Sequential,
                },
                falling: Falling::EachRow,
            }),
        };
        let radius = falling(usual.radius, recipe.radius, recipe.decay.map(radius_decay));
        let rate = falling(usual.learning_rate, recipe.rate, self.rate_decay());
        let early_stop = recipe.tol.map(|tolerance| EarlyStop { patience: PATIENCE, tolerance });
        Ok(usual
            .clone()
            .with_n_epochs(recipe.epochs.unwrap_or(usual.n_epochs))
            .with_neighbourhood(recipe.neighborhood.unwrap_or_default())
            .with_radius(radius)
            .with_learning_rate(rate)
            .with_metric(recipe.metric.and_then(MetricName::metric).unwrap_or_default())
            .with_start(self.start(grid, lesson)?)
            .with_early_stop(early_stop)
            .with_seed(Seed(self.0.seed.0)))
    }

    /// How the rate falls: batch training keeps the whole way, unless a rate was asked for.
    fn rate_decay(&self) -> Option<fn(f64) -> Decay> {
        let recipe = self.0.recipe;
        let falls = recipe.trainer == Some(Trainer::Online) || recipe.rate.is_some();
        recipe.decay.filter(|_| falls).map(rate_decay)
    }

    fn start(&self, grid: Grid, lesson: &Lesson<'_>) -> Result<Start, SegmentationError> {
        if let Some(units) = self.0.init_centers {
            return match units.n_rows() == grid.n_units() {
                true => Ok(Start::Given(units.clone())),
                false => {
                    Err(SegmentationError::UnitsOfInit { n_found: units.n_rows(), n_x: grid.n_x(), n_y: grid.n_y() })
                }
            };
        }
        Ok(match (self.0.recipe.init_of(Algorithm::Som), &lesson.pca) {
            (Some(Init::Random), _) => Start::Random,
            (Some(Init::Sample), _) | (_, None) => Start::Sample,
            (_, Some(pca)) => Start::Linear(Axes {
                mean: pca.mean.clone(),
                deviations: pca.explained_variance.iter().map(|variance| variance.sqrt()).collect(),
                axes: pca.components.clone(),
            }),
        })
    }

    fn fits(
        &self,
        x: MatrixView<'_>,
        map: &TrainedMap,
        n_epochs: usize,
        cuts: &[Cut],
    ) -> Result<Vec<Fit>, SegmentationError> {
        let observer = self.0.observer;
        let by = self.0.recipe.units.unwrap_or_default();
        let linkage = self.0.recipe.linkage.unwrap_or_default();
        let units = Units::new(&map.model, &map.hits, by, linkage, self.0.seed, observer)?;
        let mut fits = Vec::with_capacity(cuts.len());
        for cut in cuts {
            let k = match *cut {
                Cut::K(k) => k,
                _ => 0,
            };
            let segments = match units.segments(k, observer) {
                Err(ClusteringError::TooFewDistinct { .. }) if !fits.is_empty() => break,
                found => found?,
            };
            let ids = map.units.iter().map(|&unit| segments.as_slice()[unit as usize]).collect();
            let labels = Labels::new(ids, segments.n_clusters())?;
            let model = UnitsModel::new(map.model.clone(), &segments, x, &labels)?;
            let fit = Fit::iterated(labels, n_epochs, true, Rule::NearestUnit(model));
            fits.push(fit.with_figures(figures(map)));
        }
        Ok(fits)
    }
}

impl Cluster for Som<'_> {
    fn fit(&self, x: MatrixView<'_>, cuts: &[Cut]) -> Result<Found, SegmentationError> {
        let (map, n_epochs, notes) = self.map(x)?;
        let fits = self.fits(x, &map, n_epochs, cuts)?;
        Ok(Found { algorithm: Algorithm::Som, fits, picture: Some(Picture::Map(Box::new(map))), notes })
    }
}

fn principal(x: MatrixView<'_>) -> Result<Pca, SegmentationError> {
    let n_components = 2.min(x.n_cols()).min(x.n_rows());
    Ok(segctl_reduction::fit(x, &PcaParams::new(Components::Count(n_components)))?)
}

/// The usual schedule, from another start or in another way where that was asked for.
fn falling(usual: Schedule, start: Option<f64>, decay: Option<impl Fn(f64) -> Decay>) -> Schedule {
    let from = start.unwrap_or(usual.start);
    let decay = match (decay, usual.decay) {
        (Some(decay), _) => decay(from),
        // A radius that starts below the usual end stays where it is.
        (None, Decay::Exponential { end }) => Decay::Exponential { end: end.min(from) },
        (None, decay) => decay,
    };
    Schedule::new(from, decay)
}

fn radius_decay(name: DecayName) -> fn(f64) -> Decay {
    match name {
        DecayName::Exponential => |start| Decay::Exponential { end: start.min(0.5) },
        DecayName::Asymptotic => |_| Decay::Asymptotic,
        DecayName::Linear => |start| Decay::Linear { end: start.min(1.0) },
        DecayName::Inverse => |start| Decay::Inverse { end: start.min(1.0) },
    }
}

fn rate_decay(name: DecayName) -> fn(f64) -> Decay {
    match name {
        DecayName::Exponential => |start| Decay::Exponential { end: start.min(0.01) },
        DecayName::Asymptotic => |_| Decay::Asymptotic,
        DecayName::Linear => |_| Decay::Linear { end: 0.0 },
        DecayName::Inverse => |_| Decay::InverseToZero,
    }
}

fn figures(map: &TrainedMap) -> Vec<(&'static str, f64)> {
    let quality = &map.quality;
    let told = [
        ("units", Some(map.hits.len() as f64)),
        ("units_without_customers", Some(map.n_dead() as f64)),
        ("quantization_error", Some(quality.quantization_error)),
        ("topographic_error", quality.topographic_error),
        ("explained_variance", quality.explained_variance),
    ];
    told.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schedules_never_rise() {
        for name in [DecayName::Exponential, DecayName::Asymptotic, DecayName::Linear, DecayName::Inverse] {
            for start in [0.2, 0.7, 6.0] {
                let radius = falling(Schedule::constant(1.0), Some(start), Some(radius_decay(name)));
                let rate = falling(Schedule::constant(1.0), Some(start / 10.0), Some(rate_decay(name)));
                for schedule in [radius, rate] {
                    let values: Vec<f64> = (0..10).map(|step| schedule.at(step, 10)).collect();
                    assert!(values.windows(2).all(|pair| pair[1] <= pair[0]), "{name:?} from {start}: {values:?}");
                }
            }
        }
    }

    #[test]
    fn a_small_radius_stays_below_the_usual_end() {
        let usual = SomParams::new(Grid::hexagonal(9, 9).unwrap()).radius;
        assert_eq!(falling(usual, None, None::<fn(f64) -> Decay>), usual);
        let small = falling(usual, Some(0.3), None::<fn(f64) -> Decay>);
        assert_eq!(small.at(9, 10), 0.3);
    }
}
