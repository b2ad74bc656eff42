//! Fits that do not depend on each other, in parallel.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use rand::Rng;
use rayon::prelude::*;
use segctl_numeric::observe::{Event, Observer};
use segctl_numeric::par::chunks;
use segctl_numeric::seed::Seed;
use segctl_numeric::{InputError, Labels};

use crate::MetricsError;

/// Room for the tables of all pieces of work at once, in bytes.
const ROOM: usize = 1 << 28;

/// Pieces of work that may be under way at once, each with a table of `n_values` numbers: one per thread,
/// or as many more as there is room for. A clusterer that is parallel itself lets threads begin the next
/// piece while they wait, and without a limit all pieces could come to be under way.
pub(crate) fn at_once(n_values: usize) -> usize {
    (ROOM / n_values.saturating_mul(8).max(1)).max(rayon::current_num_threads())
}

/// The results of `work(0)` to `work(n - 1)` in that order, or the error of the lowest number that
/// fails, whatever the number of threads and of pieces `at_once`. Work above a failure is skipped.
pub(crate) fn try_each<T, E>(
    n: usize,
    at_once: usize,
    stage: &str,
    observer: &dyn Observer,
    work: impl Fn(usize) -> Result<T, E> + Sync,
) -> Result<Vec<T>, E>
where
    T: Send,
    E: From<MetricsError> + Send,
{
    let (failed, done) = (AtomicUsize::new(usize::MAX), AtomicU64::new(0));
    let tell = || {
        let step = done.fetch_add(1, Ordering::Relaxed) + 1;
        let told = observer.event(Event::new(stage, step).with_total(n as u64));
        if told.is_break() { Err(MetricsError::Cancelled.into()) } else { Ok(()) }
    };
    let one = |i: usize| {
        if i > failed.load(Ordering::Relaxed) {
            return None;
        }
        let result = work(i).and_then(|value| tell().map(|()| value));
        if result.is_err() {
            failed.fetch_min(i, Ordering::Relaxed);
        }
        Some(result)
    };
    let mut all = Vec::with_capacity(n);
    for batch in chunks(n, at_once) {
        // Each piece of work is long: without this, rayon would hand them out in runs.
        let results: Vec<_> = batch.into_par_iter().with_max_len(1).map(one).collect();
        for result in results.into_iter().flatten() {
            all.push(result?);
        }
    }
    Ok(all)
}

/// The root of the random numbers of fit (`a`, `b`) of `stage`.
pub(crate) fn child(seed: Seed, stage: &str, a: usize, b: usize) -> Seed {
    Seed(seed.stream(stage, a as u64, b as u64).next_u64())
}

/// What a clusterer returned, unless it labels another number of rows than it was given.
pub(crate) fn checked(labels: Labels, n_rows: usize) -> Result<Labels, MetricsError> {
    if labels.len() == n_rows {
        return Ok(labels);
    }
    Err(InputError::Length { what: "labels of the clusterer", found: labels.len(), expected: n_rows }.into())
}

#[cfg(test)]
mod tests {
    use std::ops::ControlFlow;

    use segctl_numeric::observe::Silent;
    use segctl_numeric::par::with_threads;

    use super::*;

    fn empty_at(cluster: usize) -> MetricsError {
        MetricsError::EmptyCluster { cluster, n_clusters: 9 }
    }

    #[test]
    fn results_come_in_order_and_the_lowest_failure_is_reported() {
        for threads in 1..4 {
            for at_once in [1, 7, 200] {
                let run = |from: usize| {
                    let work = |i: usize| if i >= from { Err(empty_at(i)) } else { Ok(i * i) };
                    with_threads(threads, || try_each(100, at_once, "test", &Silent, work))
                };
                assert_eq!(run(100), Ok((0..100).map(|i| i * i).collect()));
                assert_eq!(run(31), Err(empty_at(31)));
            }
        }
    }

    #[test]
    fn the_observer_counts_and_cancels() {
        struct StopAt(u64);
        impl Observer for StopAt {
            fn event(&self, event: Event<'_>) -> ControlFlow<()> {
                assert_eq!((event.stage, event.total), ("test", Some(10)));
                if event.step == self.0 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            }
        }
        let run = |stop| try_each(10, 4, "test", &StopAt(stop), Ok::<_, MetricsError>);
        assert_eq!(run(4), Err(MetricsError::Cancelled));
        assert_eq!(run(11).map(|all| all.len()), Ok(10));
    }

    #[test]
    fn no_more_is_under_way_than_there_is_room_for() {
        let of = |n_values| with_threads(3, || at_once(n_values));
        assert_eq!((of(170_000), of(10_000_000), of(usize::MAX)), (197, 3, 3));
        let (under_way, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let work = |_| {
            most.fetch_max(under_way.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            (0..50_u64).into_par_iter().map(|i| (0..i * 1000).fold(i, |a, b| a ^ b.rotate_left(7))).sum::<u64>();
            under_way.fetch_sub(1, Ordering::SeqCst);
            Ok::<_, MetricsError>(())
        };
        with_threads(3, || try_each(40, 2, "test", &Silent, work)).unwrap();
        assert!(most.into_inner() <= 2);
    }

    #[test]
    fn children_differ() {
        let all = [(0, 0), (0, 1), (1, 0)].map(|(a, b)| child(Seed(1), "fit", a, b));
        assert!(all[0] != all[1] && all[0] != all[2] && all[1] != all[2]);
        assert_eq!(all[1], child(Seed(1), "fit", 0, 1));
    }
}
