use std::io::Write;

use askama::Template;
use segctl_segmentation::{Outcome, Usage};

use crate::data::Data;
use crate::eda::{AlertView, alert};
use crate::view::{
    Breakable, Card, CompositionView, CondensedView, DistributionView, DriversView, EvidenceView, Header, MapView,
    NeighboursView, ProfileView, Record, Relations, SinceView, SomView, Sureness, TreeView, overall_silhouette,
};
use crate::{ReportError, ReportOptions, check, script};

/// The page. Values are escaped by the template; the fields marked so below are ours or made safe.
#[derive(Template)]
#[template(path = "page.html")]
struct Page<'a> {
    /// The content security policy: digests of our own scripts.
    policy: String,
    /// Our own style, unescaped.
    style: &'static str,
    /// plotly.js, unescaped.
    plotly: String,
    /// Our own script, unescaped.
    script: String,
    /// JSON that has passed [`script::json`], unescaped.
    data: String,
    header: Header,
    cards: Vec<Card>,
    profile: ProfileView,
    drivers: DriversView,
    map: MapView,
    evidence: EvidenceView,
    tree: Option<TreeView>,
    neighbours: Option<NeighboursView>,
    condensed: Option<CondensedView>,
    som: Option<SomView>,
    sureness: Sureness,
    since: Option<SinceView>,
    silhouette_height: usize,
    alerts: Vec<AlertView>,
    distributions: Vec<DistributionView>,
    relations: Relations,
    compositions: Vec<CompositionView>,
    record: Record,
    id_name: &'a str,
}

/// Writes the report as one HTML page.
///
/// The page needs no other file and no network, and holds the same bytes for the same outcome and
/// options. It takes about 5 MB, of which 4.7 MB are plotly.js; the rest grows with features and
/// segments, never with customers.
///
/// # Errors
/// [`ReportError::Shape`] and [`ReportError::Segment`] when the outcome contradicts itself; nothing
/// has been written then. [`ReportError::Write`] when `out` fails.
///
/// ```
/// use segctl_report::{Outcome, ReportError, ReportOptions, render};
///
/// fn page(outcome: &Outcome) -> Result<Vec<u8>, ReportError> {
///     let mut page = Vec::new();
///     render(outcome, &ReportOptions::new("0.1.0").with_title("Card holders"), &mut page)?;
///     Ok(page)
/// }
/// ```
pub fn render(outcome: &Outcome, options: &ReportOptions, out: &mut dyn Write) -> Result<(), ReportError> {
    check::outcome(outcome)?;
    Page::new(outcome, options)?.write_into(out)?;
    Ok(())
}

impl<'a> Page<'a> {
    fn new(outcome: &'a Outcome, options: &ReportOptions) -> Result<Self, ReportError> {
        let silhouette = overall_silhouette(&outcome.evidence, &outcome.segments);
        let n_segments = outcome.segments.len();
        let (plotly, script) = (script::plotly(), script::own());
        Ok(Self {
            policy: script::policy(&[&plotly, &script]),
            style: include_str!("../assets/report.css"),
            data: script::json(&Data::new(outcome, silhouette))?,
            plotly,
            script,
            header: Header::new(outcome, options.title.as_deref(), silhouette),
            cards: outcome.segments.iter().enumerate().map(|(s, segment)| Card::new(s, segment)).collect(),
            profile: ProfileView::new(&outcome.profile, n_segments),
            drivers: DriversView::new(&outcome.drivers),
            map: MapView::new(&outcome.projection),
            evidence: EvidenceView::new(&outcome.evidence),
            tree: outcome.tree.as_ref().map(TreeView::new),
            neighbours: outcome.neighbours.as_ref().map(NeighboursView::new),
            condensed: outcome.condensed.as_ref().map(CondensedView::new),
            som: outcome.map.as_ref().map(SomView::new),
            sureness: Sureness::new(outcome),
            since: outcome.since.as_ref().map(SinceView::new),
            silhouette_height: 120 + 60 * n_segments.clamp(2, 12),
            alerts: outcome.alerts.iter().map(alert).collect(),
            distributions: outcome.distributions.iter().map(DistributionView::new).collect(),
            relations: Relations::new(&outcome.correlation),
            compositions: outcome.composition.iter().map(|c| CompositionView::new(c, &outcome.segments)).collect(),
            record: Record::new(outcome, options),
            id_name: id_name(outcome),
        })
    }

    /// Whether there is more than one segment, so that comparing them makes sense.
    fn has_contrast(&self) -> bool {
        self.cards.len() > 1
    }

    /// A column's name, cut or broken where it is too long for its place.
    fn name(&self, name: &str) -> Breakable {
        Breakable::new(name)
    }

    /// A column's name in full, for the table that lists them.
    fn whole_name(&self, name: &str) -> Breakable {
        Breakable::whole(name)
    }
}

/// The column that names the customers.
fn id_name(outcome: &Outcome) -> &str {
    let id = outcome.columns.iter().find(|column| column.usage == Usage::Id);
    id.map_or("row", |column| &column.name)
}
