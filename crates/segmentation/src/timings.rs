//! How long the stages took.

use std::time::Instant;

use serde::Serialize;

/// Seconds by stage, in the order the stages first ran.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Timings {
    /// `read`, `prepare`, `fit`, `evaluate`, `report`, `write`.
    pub stages: Vec<Stage>,
}

/// One stage and its time.
#[derive(Debug, Clone, Serialize)]
pub struct Stage {
    /// The name.
    pub name: &'static str,
    /// Wall-clock seconds, summed when a stage runs in several pieces.
    pub seconds: f64,
}

impl Timings {
    /// Runs `work` and adds its time to `stage`.
    ///
    /// ```
    /// use segctl_segmentation::Timings;
    /// let mut timings = Timings::default();
    /// assert_eq!(timings.time("read", || 2 + 2), 4);
    /// assert_eq!(timings.stages[0].name, "read");
    /// ```
    pub fn time<T>(&mut self, stage: &'static str, work: impl FnOnce() -> T) -> T {
        let start = Instant::now();
        let result = work();
        self.add(stage, start.elapsed().as_secs_f64());
        result
    }

    /// Adds seconds to a stage.
    pub fn add(&mut self, stage: &'static str, seconds: f64) {
        match self.stages.iter_mut().find(|known| known.name == stage) {
            Some(known) => known.seconds += seconds,
            None => self.stages.push(Stage { name: stage, seconds }),
        }
    }
}
