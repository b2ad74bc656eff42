use std::ops::ControlFlow;
use std::sync::Mutex;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use segctl_numeric::observe::{Event, Observer};

use crate::interrupt;

/// Draws what the libraries tell, and passes Ctrl-C on to them.
pub(crate) struct Progress {
    shown: Option<Mutex<Shown>>,
}

/// The bar of the stage that is running.
struct Shown {
    stage: String,
    bar: ProgressBar,
}

impl Progress {
    pub(crate) fn new(visible: bool) -> Self {
        let start = || Mutex::new(Shown { stage: String::new(), bar: ProgressBar::hidden() });
        Self { shown: visible.then(start) }
    }

    fn draw(&self, event: Event<'_>) {
        let Some(Ok(mut shown)) = self.shown.as_ref().map(Mutex::lock) else { return };
        if shown.stage != event.stage {
            shown.bar.finish_and_clear();
            shown.bar = bar(event);
            shown.stage = event.stage.to_owned();
        }
        shown.bar.set_position(event.step);
    }
}

impl Observer for Progress {
    fn event(&self, event: Event<'_>) -> ControlFlow<()> {
        self.draw(event);
        if interrupt::asked() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(Ok(shown)) = self.shown.as_ref().map(Mutex::lock) {
            shown.bar.finish_and_clear();
        }
    }
}

fn bar(event: Event<'_>) -> ProgressBar {
    let (bar, template) = match event.total {
        Some(total) => (ProgressBar::new(total), "{msg:>12} [{bar:30}] {pos}/{len} {elapsed}"),
        None => (ProgressBar::new_spinner(), "{msg:>12} {spinner} {pos} {elapsed}"),
    };
    let style = ProgressStyle::with_template(template).expect("a fixed template").progress_chars("=> ");
    bar.set_style(style);
    bar.set_message(event.stage.to_owned());
    bar.enable_steady_tick(Duration::from_millis(100));
    bar
}
