//! Two segmentations of the same customers, or of much the same ones.

mod fates;
mod given;
mod migration;
mod previous;

pub use fates::{Birth, Fate, SegmentFate};
use fates::{Overlap, carried};
pub use migration::{Migration, MovedValue};
pub use previous::Previous;
use segctl_io::Source;
use segctl_metrics::external::{Agreement, ContingencyTable, NoisePolicy};
use segctl_numeric::Labels;
use segctl_numeric::observe::{Observer, Silent};
use serde::Serialize;

use self::given::{Both, Given};
use crate::SegmentationError;

/// What is compared, apart from the labels.
#[derive(Debug, Clone, Default)]
pub struct CompareOptions {
    /// The column of labels of both tables; found by its name when absent.
    pub label_column: Option<String>,
    /// The column by which customers are known; `id` when absent.
    pub id: Option<String>,
    /// A column of numbers whose sum is followed from segment to segment.
    pub value: Option<String>,
    /// The table that holds the value, by the same ids; the labels' own tables when absent.
    pub data: Option<Source>,
}

/// How two segmentations differ.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Comparison {
    /// Customers in both tables.
    pub n_common: usize,
    /// Customers of the first table alone.
    pub n_gone: usize,
    /// Customers of the second table alone.
    pub n_new: usize,
    /// How far both agree on the customers that they share; noise is a label of its own. Absent where they share
    /// none.
    #[serde(flatten)]
    pub agreement: Option<Agreement>,
    /// What became of each segment of the first table.
    pub fates: Vec<SegmentFate>,
    /// Segments of the second table that came from none of the first.
    pub births: Vec<Birth>,
    /// Who went where.
    pub migration: Migration,
    /// What a reader should know, in sentences.
    pub notes: Vec<String>,
}

/// Compares the labels of two tables.
///
/// Customers are matched by their ids where both tables have them, else in order. Segments are followed by the
/// customers they share (MONIC: Spiliopoulou, Ntoutsi, Theodoridis & Schult 2006): see [`Fate`].
///
/// ```no_run
/// use segctl_segmentation::{CompareOptions, Source, compare};
/// let (old, new) = (Source::parse("march/segments.csv")?, Source::parse("april/segments.csv")?);
/// let found = compare(&old, &new, &CompareOptions::default())?;
/// println!("{} customers stayed where they were", found.migration.n_kept(&found.fates));
/// # Ok::<(), segctl_segmentation::SegmentationError>(())
/// ```
///
/// # Errors
/// [`SegmentationError::Labels`] for tables without labels, or whose customers cannot be matched;
/// [`SegmentationError::UnknownColumn`] for a value that is nowhere.
pub fn compare(first: &Source, second: &Source, options: &CompareOptions) -> Result<Comparison, SegmentationError> {
    compare_with(first, second, options, &Silent)
}

/// [`compare`] with progress and cancellation.
///
/// # Errors
/// As [`compare`], and cancellation when the observer breaks.
pub fn compare_with(
    first: &Source,
    second: &Source,
    options: &CompareOptions,
    observer: &dyn Observer,
) -> Result<Comparison, SegmentationError> {
    let [first, second] = [Given::read(first, options, observer)?, Given::read(second, options, observer)?];
    compared(&first, &second, options, observer)
}

fn compared(
    first: &Given,
    second: &Given,
    options: &CompareOptions,
    observer: &dyn Observer,
) -> Result<Comparison, SegmentationError> {
    let both = Both::of(first, second)?;
    let values = both.values(first, second, options, observer)?;
    let overlap = both.overlap()?;
    let mut notes = both.notes(first, second);
    notes.extend(values.as_ref().and_then(|values| values.note()));
    Ok(Comparison {
        n_common: both.n_common(),
        n_gone: both.n_gone(),
        n_new: both.n_new(),
        agreement: agreement(&both)?,
        fates: fates::fates(&overlap, &first.names, &second.names),
        births: fates::births(&overlap, &second.names),
        migration: migration::migration(&both, first, second, values.as_ref()),
        notes,
    })
}

fn agreement(both: &Both) -> Result<Option<Agreement>, SegmentationError> {
    let (first, second) = both.common();
    if first.is_empty() {
        return Ok(None);
    }
    let [first, second] = [Labels::from_signed(&first)?, Labels::from_signed(&second)?];
    Ok(Some(Agreement::of(&ContingencyTable::new(&first, &second, NoisePolicy::OwnLabel)?)))
}
