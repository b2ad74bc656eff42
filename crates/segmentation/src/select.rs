//! How many segments, and by which algorithm.

use segctl_io::{Session, SessionOptions, Source};
use segctl_numeric::observe::{Observer, Silent};

use crate::evidence::sweep;
use crate::outcome::Evidence;
use crate::recipe::Recipe;
use crate::run::{RunOptions, prepare, read};
use crate::{SegmentationError, Timings};

/// Weighs the evidence for every algorithm and number of segments of `recipe`, without explaining any.
///
/// ```no_run
/// use segctl_segmentation::{Recipe, Source, select};
/// let evidence = select(&Source::parse("customers.csv")?, &Recipe::default())?;
/// if let Some(recommended) = &evidence.recommended {
///     println!("{}: {}", recommended.k, recommended.reason);
/// }
/// # Ok::<(), segctl_segmentation::SegmentationError>(())
/// ```
///
/// # Errors
/// As [`crate::run`].
pub fn select(source: &Source, recipe: &Recipe) -> Result<Evidence, SegmentationError> {
    select_with(source, recipe, &RunOptions::default(), &Silent, &mut Timings::default())
}

/// [`select`] with limits, progress, cancellation and stage times.
///
/// # Errors
/// As [`select`], and cancellation when the observer breaks.
pub fn select_with(
    source: &Source,
    recipe: &Recipe,
    options: &RunOptions,
    observer: &dyn Observer,
    timings: &mut Timings,
) -> Result<Evidence, SegmentationError> {
    recipe.validate()?;
    let session = Session::new(&SessionOptions { memory_limit: options.memory_limit })?;
    let table = timings.time("read", || read(source, recipe, options, observer))?;
    let ready = timings.time("prepare", || prepare(&session, table, recipe, observer))?;
    Ok(sweep(&ready, recipe, options, observer, timings)?.evidence)
}
