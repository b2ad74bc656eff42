//! Which columns form the segments, which describe them, which are left aside, and why.

use segctl_io::{ColumnInfo, Kind, Role};
use segctl_preprocessing::{ColumnPlan, Treatment};

use crate::outcome::Usage;
use crate::recipe::{Algorithm, Algorithms, Categories, ClusterRecipe, DataRecipe};
use crate::{SegmentationError, named};

/// Algorithms that suit the data better than those that nobody named, and why.
pub(crate) fn proposed(
    columns: &[ColumnInfo],
    data: &DataRecipe,
    cluster: &ClusterRecipe,
) -> Option<(Algorithms, String)> {
    let Forming { n_numbers, n_categories } = Forming::of(columns, data);
    let algorithm = if n_numbers == 0 { Algorithm::KModes } else { Algorithm::KPrototypes };
    let is_free = cluster.algorithm.is_auto() && cluster.categories == Categories::Auto && !data.as_is;
    let takes_all = cluster.given().iter().all(|(parameter, _)| parameter.algorithms.contains(&algorithm));
    let is_mixed = n_categories > 0 && Forming { n_numbers, n_categories }.is_short_of_numbers();
    (is_free && takes_all && is_mixed).then(|| {
        let reason = format!(
            "Of the columns that can form segments {n_categories} hold categories and {n_numbers} numbers. {} takes \
             categories as they are; k-means would need a 0/1 feature for each of their values, and its segments \
             would mostly repeat them. Name --algorithm to have another.",
            capitalised(algorithm.title())
        );
        (Algorithms::one(algorithm), reason)
    })
}

fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

/// How many columns could form segments.
#[derive(Clone, Copy)]
struct Forming {
    n_numbers: usize,
    n_categories: usize,
}

impl Forming {
    fn of(columns: &[ColumnInfo], data: &DataRecipe) -> Self {
        let may = |c: &&ColumnInfo| {
            !data.exclude.contains(&c.name) && (data.columns.is_empty() || data.columns.contains(&c.name))
        };
        let is_outcome = |c: &ColumnInfo| data.columns.is_empty() && is_outcome(&c.name);
        let n_numbers = columns.iter().filter(may).filter(|c| c.role == Role::Numeric).count();
        let categories = columns.iter().filter(may).filter(|c| is_category(c.role) && !is_outcome(c));
        Self { n_numbers, n_categories: categories.count() }
    }

    fn is_short_of_numbers(self) -> bool {
        self.n_numbers < 2 || self.n_categories > 3 * self.n_numbers
    }
}

/// What one column is used for and why.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Use {
    pub(crate) usage: Usage,
    pub(crate) reason: String,
    /// How it enters the feature matrix, if it does.
    pub(crate) treatment: Option<Treatment>,
}

impl Use {
    fn new(usage: Usage, reason: impl Into<String>) -> Self {
        Self { usage, reason: reason.into(), treatment: None }
    }
}

/// Decides for every column of the table, in order.
pub(crate) fn decide(
    columns: &[ColumnInfo],
    id: Option<&str>,
    data: &DataRecipe,
    cluster: &ClusterRecipe,
) -> Result<Vec<Use>, SegmentationError> {
    known("columns", &data.columns, columns)?;
    known("exclude", &data.exclude, columns)?;
    known("[data.encodings]", &data.encodings.keys().cloned().collect::<Vec<_>>(), columns)?;
    if data.as_is {
        return as_is(columns, id, data);
    }
    let categories = why_categories(columns, data, cluster);
    let numbers_count = cluster.algorithm.as_slice() != [Algorithm::KModes];
    let uses: Vec<Use> = columns
        .iter()
        .map(|column| match Some(column.name.as_str()) == id {
            true => Use::new(Usage::Id, "names the customer"),
            false if column.role == Role::Numeric && !numbers_count => {
                Use::new(Usage::Describes, "a number: k-modes forms segments of categories alone")
            }
            false => decide_one(column, data, categories),
        })
        .collect();
    if uses.iter().any(|used| used.usage == Usage::Clusters) {
        return Ok(uses);
    }
    let reasons = columns.iter().zip(&uses).take(5).map(|(c, used)| format!("{}: {}", c.name, used.reason)).collect();
    Err(SegmentationError::NothingToCluster { n_columns: columns.len(), reasons })
}

/// Every column but the id and those excluded forms the segments, and must hold numbers.
fn as_is(columns: &[ColumnInfo], id: Option<&str>, data: &DataRecipe) -> Result<Vec<Use>, SegmentationError> {
    let chosen = |column: &ColumnInfo| {
        (data.columns.is_empty() || data.columns.contains(&column.name)) && !data.exclude.contains(&column.name)
    };
    let one = |column: &ColumnInfo| match column.kind {
        _ if Some(column.name.as_str()) == id => Ok(Use::new(Usage::Id, "names the customer")),
        _ if !chosen(column) => Ok(Use::new(Usage::Ignored, "not chosen")),
        Kind::Integer | Kind::Float => {
            let treatment = Some(Treatment::Numeric);
            Ok(Use { usage: Usage::Clusters, reason: "taken as it is".into(), treatment })
        }
        kind => Err(SegmentationError::NotANumber { column: column.name.clone(), kind }),
    };
    columns.iter().map(one).collect()
}

/// The columns that form the segments, as preprocessing takes them.
pub(crate) fn plans(columns: &[ColumnInfo], uses: &[Use]) -> Vec<ColumnPlan> {
    let plan = |(column, used): (&ColumnInfo, &Use)| {
        used.treatment.clone().map(|treatment| ColumnPlan::new(&column.name, treatment))
    };
    columns.iter().zip(uses).filter_map(plan).collect()
}

fn decide_one(column: &ColumnInfo, data: &DataRecipe, categories: Option<&str>) -> Use {
    if data.exclude.contains(&column.name) {
        return Use::new(Usage::Ignored, "excluded on request");
    }
    match column.role {
        Role::Empty => return Use::new(Usage::Ignored, "holds no value"),
        Role::Constant => return Use::new(Usage::Ignored, "holds one value only"),
        _ => {}
    }
    if let Some(encoding) = data.encodings.get(&column.name) {
        let reason = "encoded on request".to_owned();
        return Use { usage: Usage::Clusters, reason, treatment: Some(encoding.treatment()) };
    }
    if data.columns.contains(&column.name) {
        return forming(column, "chosen on request");
    }
    if !data.columns.is_empty() {
        return match describes(column.role) {
            true => Use::new(Usage::Describes, "not among the columns chosen to form segments"),
            false => Use::new(Usage::Ignored, "not among the columns chosen to form segments"),
        };
    }
    match column.role {
        Role::Numeric => forming(column, "a number"),
        _ if is_category(column.role) && is_outcome(&column.name) => {
            Use::new(Usage::Describes, "its name says it is an outcome: segments are compared by it, not formed by it")
        }
        _ if is_category(column.role) => match categories {
            Some(reason) => forming(column, reason),
            None => Use::new(Usage::Describes, "a category: it describes the segments that the numbers form"),
        },
        Role::Id => Use::new(Usage::Ignored, "names rows but is not the id in use"),
        Role::Date => Use::new(Usage::Ignored, "a date; derive a number from it with a feature expression"),
        _ => Use::new(Usage::Ignored, "free text or too many different values"),
    }
}

fn forming(column: &ColumnInfo, reason: &str) -> Use {
    let is_number = matches!(column.kind, Kind::Integer | Kind::Float);
    let treatment = match column.role {
        Role::Numeric | Role::Boolean => Treatment::Numeric,
        Role::Coded | Role::Categorical => Treatment::OneHot,
        _ if is_number => Treatment::Numeric,
        _ => Treatment::OneHot,
    };
    Use { usage: Usage::Clusters, reason: reason.to_owned(), treatment: Some(treatment) }
}

fn is_category(role: Role) -> bool {
    matches!(role, Role::Categorical | Role::Coded | Role::Boolean)
}

fn describes(role: Role) -> bool {
    is_category(role) || role == Role::Numeric
}

/// Columns that record what happened to a customer: an analyst wants to see them by segment.
fn is_outcome(name: &str) -> bool {
    const OUTCOMES: [&str; 6] = ["churn", "churned", "default", "target", "label", "response"];
    let name = name.to_lowercase();
    name.split(|c: char| !c.is_alphanumeric()).any(|word| OUTCOMES.contains(&word))
}

/// Why categories form segments, if they do.
fn why_categories(columns: &[ColumnInfo], data: &DataRecipe, cluster: &ClusterRecipe) -> Option<&'static str> {
    match cluster.categories {
        Categories::Always => Some("a category, asked for"),
        Categories::Never => None,
        Categories::Auto if cluster.is_mixed() => Some("a category, taken as it is"),
        Categories::Auto => Forming::of(columns, data)
            .is_short_of_numbers()
            .then_some("a category; numbers are too few to form segments alone"),
    }
}

fn known(place: &'static str, names: &[String], columns: &[ColumnInfo]) -> Result<(), SegmentationError> {
    names.iter().try_for_each(|name| named::column(columns, place, name).map(|_| ()))
}
