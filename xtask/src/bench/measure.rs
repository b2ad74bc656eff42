//! Runs segctl and its rivals in turn, and takes medians.

use std::path::Path;

use serde_json::{Value, json};

use super::answer::Answer;
use super::case::{Case, Per, RADIUS, RATE, Rival, Task};
use super::input::Prepared;
use super::record::{Compared, Outcome, Record, Timed};
use super::segctl::{MAX_ITER, Run, SEARCHED_STARTS, Segctl};
use super::worker::{Started, Worker};
use super::{agree, machine, npy, quality};
use crate::error::XtaskError;

/// Above this, a run of any side makes do with `FEW_RUNS`.
const LONG_SECONDS: f64 = 30.0;
const FEW_RUNS: usize = 3;

/// What is needed to measure any case.
pub(super) struct Bench<'a> {
    pub(super) python: &'a Path,
    /// The Python of those who look at tables: they want other versions of the same packages.
    pub(super) explorers: &'a Path,
    pub(super) segctl: &'a Segctl,
    pub(super) segctl_version: &'a str,
    pub(super) date: &'a str,
    /// Runs of each side, at most.
    pub(super) runs: usize,
}

/// A rival that is at work, or the reason why it is not.
struct Contender<'a> {
    rival: &'a Rival,
    state: State,
}

enum State {
    Running { worker: Worker, answers: Vec<Answer>, difference: f64 },
    Out(Outcome),
}

impl Bench<'_> {
    /// Measures a case on its prepared input.
    ///
    /// The first round answers: whoever disagrees is out before a time is shown. All sides run in
    /// turn, so that a busy minute of the machine hits them alike.
    pub(super) fn measure(&self, case: &Case, input: &Prepared) -> Result<Record, XtaskError> {
        let load = machine::load();
        let first = self.segctl.run(case.task, input, Run::default())?;
        self.check_ourselves(case, input, &first)?;
        let mut contenders = self.contenders(case, input, &first)?;
        contenders.iter_mut().try_for_each(|contender| contender.answer(case.task, &first))?;
        let mut restarts = None;
        if let Task::InTime { .. } = case.task {
            restarts = self.restarts_in_time(case, input, &first, &contenders)?;
        }
        let mut ours = vec![first];
        if restarts.is_some() {
            ours[0] = self.segctl.run(case.task, input, Run { seed: 0, restarts })?;
        }
        for round in 1..self.rounds(&ours, &contenders) {
            ours.push(self.segctl.run(case.task, input, Run { seed: round as u64, restarts })?);
            contenders.iter_mut().try_for_each(Contender::again)?;
        }
        let compared = contenders.into_iter().map(|contender| contender.finish(case.task, &ours));
        Ok(Record {
            date: self.date.to_owned(),
            n_samples: input.shape.n_samples,
            n_features: input.shape.n_features,
            segctl: self.segctl_version.to_owned(),
            load,
            rivals: compared.collect::<Result<_, _>>()?,
            ours: timed(&ours),
        })
    }

    /// Inertias of different starts cannot be compared, so ours must at least be true: that of the
    /// labels.
    fn check_ourselves(&self, case: &Case, input: &Prepared, first: &Answer) -> Result<(), XtaskError> {
        let (Some(inertia), Some(labels), false) = (first.inertia, &first.labels, case.task.objective().is_some())
        else {
            return Ok(());
        };
        let x = npy::read(&input.theirs)?;
        let expected = quality::inertia(x.view(), labels);
        if expected.is_some_and(|expected| (inertia - expected).abs() <= 1e-9 * expected) {
            return Ok(());
        }
        let why = format!("says an inertia of {inertia:?} for {}; its labels have {expected:?}", case.name);
        Err(XtaskError::Answer { what: "segctl".to_owned(), why })
    }

    fn contenders<'c>(
        &self,
        case: &'c Case,
        input: &Prepared,
        first: &Answer,
    ) -> Result<Vec<Contender<'c>>, XtaskError> {
        let start = |rival: &'c Rival| {
            let state = match Worker::start(self.python_for(case.task), &self.spec(case, rival, input, first))? {
                Started::Ready(worker) => State::Running { worker, answers: Vec::new(), difference: 0.0 },
                Started::Absent(reason) => State::Out(Outcome::Absent(reason)),
            };
            Ok(Contender { rival, state })
        };
        case.rivals.iter().map(start).collect()
    }

    fn python_for(&self, task: Task) -> &Path {
        if task == Task::Explore { self.explorers } else { self.python }
    }

    /// What worker.py is told.
    fn spec(&self, case: &Case, rival: &Rival, input: &Prepared, first: &Answer) -> Value {
        let extra = input.extra.as_ref().map(|extra| &extra.npy);
        let common = json!({
            "peer": rival.peer, "task": case.task.peer_task(), "data": input.theirs, "out": self.segctl.out,
            "start": extra, "labels": extra, "max_iter": MAX_ITER,
            // For a peer that has no criterion to stop by.
            "n_iter": first.n_iter,
        });
        let own = match case.task {
            Task::KMeans { k } | Task::Silhouette { k } => json!({"k": k}),
            Task::Restarts { k, restarts } | Task::InTime { k, restarts } => json!({"k": k, "restarts": restarts}),
            Task::Linkage { method, k } => json!({"method": method, "k": k}),
            Task::Pca { n_components } => json!({"n_components": n_components}),
            Task::Dbscan { eps, min_samples } => json!({"eps": eps, "min_samples": min_samples}),
            Task::Hdbscan { min_cluster_size } => json!({"min_cluster_size": min_cluster_size}),
            Task::Gmm { k } | Task::Medoids { k } => json!({"k": k}),
            Task::OnlineMap { side, epochs } | Task::BatchMap { side, epochs } => {
                json!({"side": side, "epochs": epochs, "radius": RADIUS, "rate": RATE})
            }
            Task::Explore => json!({}),
        };
        let (Value::Object(mut all), Value::Object(own)) = (common, own) else {
            unreachable!("both are written as objects");
        };
        all.extend(own);
        Value::Object(all)
    }

    /// As many starts of the search as fit the time of the first rival, found by trying.
    fn restarts_in_time(
        &self,
        case: &Case,
        input: &Prepared,
        first: &Answer,
        contenders: &[Contender<'_>],
    ) -> Result<Option<usize>, XtaskError> {
        let Some(limit) = contenders.iter().find_map(Contender::seconds) else {
            return Ok(None);
        };
        let (mut restarts, mut seconds) = (SEARCHED_STARTS, first.seconds);
        for _ in 0..3 {
            let next = quality::restarts_within(limit, restarts, seconds);
            if next == restarts {
                break;
            }
            restarts = next;
            seconds = self.segctl.run(case.task, input, Run { seed: 0, restarts: Some(restarts) })?.seconds;
        }
        Ok(Some(restarts))
    }

    fn rounds(&self, ours: &[Answer], contenders: &[Contender<'_>]) -> usize {
        let longest = contenders.iter().filter_map(Contender::seconds).fold(ours[0].seconds, f64::max);
        if longest >= LONG_SECONDS { self.runs.min(FEW_RUNS) } else { self.runs }
    }
}

impl Contender<'_> {
    /// The first run, and whether its answer is ours.
    fn answer(&mut self, task: Task, ours: &Answer) -> Result<(), XtaskError> {
        let State::Running { worker, answers, difference } = &mut self.state else {
            return Ok(());
        };
        let theirs = worker.run()?;
        match agree::check(task, ours, &theirs, self.rival) {
            Ok(found) => {
                *difference = found;
                answers.push(theirs);
            }
            Err(why) => self.state = State::Out(Outcome::Differs(why)),
        }
        Ok(())
    }

    fn again(&mut self) -> Result<(), XtaskError> {
        if let State::Running { worker, answers, .. } = &mut self.state {
            answers.push(worker.run()?);
        }
        Ok(())
    }

    /// Of the first run.
    fn seconds(&self) -> Option<f64> {
        match &self.state {
            State::Running { answers, .. } => answers.first().map(|answer| answer.seconds),
            State::Out(_) => None,
        }
    }

    fn finish(self, task: Task, ours: &[Answer]) -> Result<Compared, XtaskError> {
        let outcome = match self.state {
            State::Out(outcome) => outcome,
            State::Running { worker, answers, difference } => {
                let as_good = task.goes_own_ways().then(|| quality::as_good(ours, &answers));
                let versions = worker.versions.clone();
                worker.finish()?;
                Outcome::Measured { timed: timed_in_one_process(&answers), versions, difference, as_good }
            }
        };
        Ok(Compared { peer: self.rival.peer.to_owned(), outcome })
    }
}

/// Medians of what was measured; iterations as in the first run, the largest peak.
fn timed(answers: &[Answer]) -> Timed {
    let inertias: Vec<f64> = answers.iter().filter_map(|answer| answer.inertia).collect();
    Timed {
        seconds: median(answers.iter().map(|answer| answer.seconds).collect()).unwrap_or(f64::NAN),
        runs: answers.len(),
        n_iter: answers.first().and_then(|answer| answer.n_iter),
        inertia: median(inertias),
        peak_rss_bytes: answers.iter().filter_map(|answer| answer.peak_rss_bytes).max(),
        page_bytes: answers.first().and_then(|answer| answer.page_bytes),
    }
}

/// The same of a process that ran several times: only the first peak is that of one run, as each of ours is. A process
/// keeps some of what it has freed, so later ones are higher.
fn timed_in_one_process(answers: &[Answer]) -> Timed {
    let first = answers.first().and_then(|answer| answer.peak_rss_bytes);
    Timed { peak_rss_bytes: first, ..timed(answers) }
}

/// The middle value, or the mean of the middle two.
pub(super) fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => None,
        n if n % 2 == 1 => Some(values[middle]),
        _ => Some(f64::midpoint(values[middle - 1], values[middle])),
    }
}

/// How often the rival's time holds ours; by iteration where the rival is compared so.
pub(super) fn ratio(ours: &Timed, theirs: &Timed, per: Per) -> f64 {
    let total = theirs.seconds / ours.seconds;
    match (per, ours.n_iter, theirs.n_iter) {
        (Per::Iteration, Some(ours), Some(theirs)) => total * ours as f64 / theirs as f64,
        _ => total,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medians_of_odd_and_even_numbers_of_runs() {
        assert_eq!(median(vec![]), None);
        assert_eq!(median(vec![3.0]), Some(3.0));
        assert_eq!(median(vec![9.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(vec![4.0, 1.0, 2.0, 100.0]), Some(3.0));
    }

    #[test]
    fn a_peer_is_charged_for_the_memory_of_one_run() {
        let answers = [5, 9].map(|bytes| Answer { peak_rss_bytes: Some(bytes), ..Answer::default() });
        assert_eq!(timed(&answers).peak_rss_bytes, Some(9));
        assert_eq!(timed_in_one_process(&answers).peak_rss_bytes, Some(5));
    }

    #[test]
    fn ratios_by_run_and_by_iteration() {
        let timed = |seconds, n_iter| Timed { seconds, n_iter: Some(n_iter), ..Timed::default() };
        let (ours, theirs) = (timed(2.0, 100), timed(5.0, 50));
        assert_eq!(ratio(&ours, &theirs, Per::Run), 2.5);
        assert_eq!(ratio(&ours, &theirs, Per::Iteration), 5.0);
    }
}
