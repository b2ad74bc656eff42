//! Who meets whom, and when: every pair of m blocks once, each block its partners in their order.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// The meetings of m blocks, handed out to any number of threads.
///
/// Block i meets 0, 1, ..., m - 1 in this order, itself included. As a meeting waits for nothing but
/// the last one of its two blocks, a thread that is held up holds up few others; waiting for all at
/// the end of each round would double the time on a busy machine.
pub(super) struct Meetings {
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    /// For each block, how many others it has met: the number of its next partner.
    met: Vec<usize>,
    is_busy: Vec<bool>,
    n_left: usize,
    is_stopped: bool,
}

/// A meeting that takes place: it is over when this is dropped.
pub(super) struct Meeting<'a> {
    meetings: &'a Meetings,
    /// The two blocks, the first no greater than the second; equal for a block alone.
    pub(super) blocks: (usize, usize),
}

impl Meetings {
    pub(super) fn new(n_blocks: usize) -> Self {
        let n_left = n_blocks * (n_blocks + 1) / 2;
        let state = State { met: vec![0; n_blocks], is_busy: vec![false; n_blocks], n_left, is_stopped: false };
        Self { state: Mutex::new(state), changed: Condvar::new() }
    }

    /// The next meeting, once its blocks are free. `None` when all are over or under way, or after
    /// [`Meetings::stop`].
    pub(super) fn next(&self) -> Option<Meeting<'_>> {
        let mut state = self.lock();
        loop {
            if state.is_stopped || state.n_left == 0 {
                return None;
            }
            if let Some(blocks) = state.claim() {
                return Some(Meeting { meetings: self, blocks });
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// No more meetings.
    pub(super) fn stop(&self) {
        self.lock().is_stopped = true;
        self.changed.notify_all();
    }

    /// A panic elsewhere stops everything, and is reported by its own thread.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// The first pair of blocks that are free and each other's next partner.
    fn claim(&mut self) -> Option<(usize, usize)> {
        let n_blocks = self.met.len();
        let fits = |&i: &usize| {
            let j = self.met[i];
            j >= i && j < n_blocks && !self.is_busy[i] && !self.is_busy[j] && self.met[j] == i
        };
        let i = (0..n_blocks).find(fits)?;
        let j = self.met[i];
        (self.is_busy[i], self.is_busy[j]) = (true, true);
        self.n_left -= 1;
        Some((i, j))
    }
}

impl Drop for Meeting<'_> {
    fn drop(&mut self) {
        let mut state = self.meetings.lock();
        let (i, j) = self.blocks;
        state.met[i] += 1;
        if j != i {
            state.met[j] += 1;
        }
        (state.is_busy[i], state.is_busy[j]) = (false, false);
        state.is_stopped |= std::thread::panicking();
        self.meetings.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use segctl_numeric::par;

    use super::*;

    #[test]
    fn every_block_meets_all_in_their_order() {
        for (n_blocks, n_threads) in [(0, 1), (1, 2), (2, 3), (7, 1), (7, 3), (20, 2), (33, 3)] {
            let meetings = Meetings::new(n_blocks);
            let partners: Vec<Mutex<Vec<usize>>> = (0..n_blocks).map(|_| Mutex::default()).collect();
            par::with_threads(n_threads, || {
                par::map_chunks(16, 1, |_| {
                    while let Some(meeting) = meetings.next() {
                        let (i, j) = meeting.blocks;
                        partners[i].lock().unwrap().push(j);
                        if i != j {
                            partners[j].lock().unwrap().push(i);
                        }
                    }
                });
            });
            assert!(partners.iter().all(|met| met.lock().unwrap().iter().copied().eq(0..n_blocks)));
        }
    }

    #[test]
    fn nothing_begins_after_a_stop() {
        let meetings = Meetings::new(3);
        drop(meetings.next());
        meetings.stop();
        assert!(meetings.next().is_none());
    }

    #[test]
    fn a_panic_keeps_nobody_waiting() {
        let meetings = Meetings::new(3);
        let broken = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            let _meeting = meetings.next();
            panic!("a meeting fails");
        }));
        assert!(broken.is_err());
        assert!(meetings.next().is_none());
    }
}
