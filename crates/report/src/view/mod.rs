//! What the templates show, as text: every number formatted, every sentence made. Escaping is the
//! templates' business.

mod breakable;
mod cards;
mod composition;
mod density;
mod distributions;
mod drivers;
mod evidence;
mod header;
mod map;
mod profile;
mod record;
mod relations;
mod since;
mod som;
mod sureness;
mod tree;

pub(crate) use breakable::Breakable;
pub(crate) use cards::Card;
pub(crate) use composition::CompositionView;
pub(crate) use density::{CondensedView, NeighboursView};
pub(crate) use distributions::DistributionView;
pub(crate) use drivers::DriversView;
pub(crate) use evidence::EvidenceView;
pub(crate) use header::{Header, css_percent, overall_silhouette};
pub(crate) use map::{MapView, shown_of};
pub(crate) use profile::ProfileView;
pub(crate) use record::Record;
pub(crate) use relations::Relations;
pub(crate) use since::SinceView;
pub(crate) use som::SomView;
pub(crate) use sureness::Sureness;
pub(crate) use tree::TreeView;
