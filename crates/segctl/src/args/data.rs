use std::path::PathBuf;

use clap::Args;
use segctl_io::{DuplicateIds, Encoding, FeatureExpr, Source};
use segctl_segmentation::{Packs, Recipe};

use crate::error::CliError;
use crate::files;

/// Which data, and how it is read.
#[derive(Debug, Args)]
pub(crate) struct SourceArgs {
    /// File, directory or quoted pattern of files, or - for standard input
    #[arg(value_name = "DATA")]
    data: String,
    /// A segctl.toml; options given here take precedence
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Keep only the rows for which this SQL condition is true
    #[arg(long = "where", value_name = "SQL")]
    filter: Option<String>,
    /// Replace the table by the result of a query over the table `data`
    #[arg(long, value_name = "SQL")]
    sql: Option<String>,
    /// Delimiter of text files; recognised by default
    #[arg(long, value_name = "CHAR", value_parser = delimiter)]
    delimiter: Option<char>,
    /// Encoding of text files, such as windows-1252 [default: auto]
    #[arg(long, value_name = "NAME", value_parser = encoding)]
    encoding: Option<Encoding>,
    /// Cells that mean "missing", besides empty ones; replaces the usual list
    #[arg(long, value_name = "A,B,…", value_delimiter = ',')]
    missing: Option<Vec<String>>,
    /// Sheet of a workbook; the first that holds data by default
    #[arg(long, value_name = "NAME")]
    sheet: Option<String>,
    /// Memory the table may take, such as 8GiB
    #[arg(long, value_name = "SIZE")]
    memory_limit: Option<bytesize::ByteSize>,
}

/// Which data, and how it is read and changed before anything is computed.
#[derive(Debug, Args)]
pub(crate) struct DataArgs {
    #[command(flatten)]
    source: SourceArgs,
    /// The column that names the customer; recognised by default
    #[arg(long, value_name = "COLUMN")]
    id: Option<String>,
    /// Columns that form the segments; chosen by their roles by default
    #[arg(long, value_name = "A,B,…", value_delimiter = ',')]
    columns: Vec<String>,
    /// Columns to leave aside
    #[arg(long, value_name = "A,B,…", value_delimiter = ',')]
    exclude: Vec<String>,
    /// Add a feature, an SQL expression; may be given several times
    #[arg(long = "feature", value_name = "NAME=SQL", value_parser = feature)]
    features: Vec<FeatureExpr>,
    /// Feature packs: auto, none, or names and files of packs; see `segctl features` [default: auto]
    #[arg(long, value_name = "A,B,…", value_delimiter = ',')]
    packs: Vec<String>,
    /// What to do when an id occurs more than once: error, first, last or aggregate [default: error]
    #[arg(long, value_name = "POLICY", value_parser = duplicate_ids)]
    duplicate_ids: Option<DuplicateIds>,
}

impl SourceArgs {
    /// Where the data is.
    pub(crate) fn source(&self) -> Result<Source, CliError> {
        Ok(Source::parse(&self.data)?)
    }

    /// Bytes the table may take.
    pub(crate) fn memory_limit(&self) -> Option<u64> {
        self.memory_limit.map(|size| size.as_u64())
    }

    /// The recipe of the configuration file, if there is one, changed by the options typed.
    pub(crate) fn recipe(&self) -> Result<Recipe, CliError> {
        let mut recipe = match &self.config {
            None => Recipe::default(),
            Some(path) => Recipe::from_toml(&files::read_text(path)?)
                .map_err(|source| CliError::In { path: path.clone(), source: Box::new(source) })?,
        };
        self.change(&mut recipe);
        Ok(recipe)
    }

    fn change(&self, recipe: &mut Recipe) {
        let data = &mut recipe.data;
        override_with(&mut data.filter, self.filter.as_ref());
        override_with(&mut data.sql, self.sql.as_ref());
        override_with(&mut data.delimiter, self.delimiter.as_ref());
        override_with(&mut data.missing, self.missing.as_ref());
        override_with(&mut data.sheet, self.sheet.as_ref());
        data.encoding = self.encoding.unwrap_or(data.encoding);
    }
}

impl DataArgs {
    /// Where the data is.
    pub(crate) fn source(&self) -> Result<Source, CliError> {
        self.source.source()
    }

    /// What was typed for DATA.
    pub(crate) fn typed(&self) -> &str {
        &self.source.data
    }

    /// Bytes the table may take.
    pub(crate) fn memory_limit(&self) -> Option<u64> {
        self.source.memory_limit()
    }

    /// The recipe of the configuration file, if there is one, changed by the options typed.
    pub(crate) fn recipe(&self) -> Result<Recipe, CliError> {
        let mut recipe = self.source.recipe()?;
        override_with(&mut recipe.data.id, self.id.as_ref());
        if !self.columns.is_empty() {
            recipe.data.columns.clone_from(&self.columns);
        }
        recipe.data.exclude.extend(self.exclude.iter().cloned());
        recipe.duplicates.ids = self.duplicate_ids.unwrap_or(recipe.duplicates.ids);
        if !self.packs.is_empty() {
            recipe.packs = Packs::of_names(&self.packs);
        }
        for feature in &self.features {
            recipe.features.0.retain(|known| known.name != feature.name);
            recipe.features.0.push(feature.clone());
        }
        Ok(recipe)
    }
}

fn override_with<T: Clone>(slot: &mut Option<T>, typed: Option<&T>) {
    if typed.is_some() {
        *slot = typed.cloned();
    }
}

pub(super) fn feature(text: &str) -> Result<FeatureExpr, String> {
    match text.split_once('=') {
        Some((name, sql)) if !name.trim().is_empty() && !sql.trim().is_empty() => {
            Ok(FeatureExpr { name: name.trim().to_owned(), sql: sql.trim().to_owned() })
        }
        _ => Err("should look like NAME=SQL, for example UTILIZATION=\"BALANCE / CREDIT_LIMIT\"".into()),
    }
}

fn delimiter(text: &str) -> Result<char, String> {
    match text {
        "tab" | "\\t" => return Ok('\t'),
        _ => {}
    }
    let mut chars = text.chars();
    match (chars.next(), chars.next()) {
        (Some(c), None) if c.is_ascii() => Ok(c),
        _ => Err("should be one ASCII character, or tab".into()),
    }
}

fn encoding(text: &str) -> Result<Encoding, String> {
    text.parse().map_err(|error: segctl_io::IoError| error.to_string())
}

fn duplicate_ids(text: &str) -> Result<DuplicateIds, String> {
    match text {
        "error" => Ok(DuplicateIds::Error),
        "first" => Ok(DuplicateIds::First),
        "last" => Ok(DuplicateIds::Last),
        "aggregate" => Ok(DuplicateIds::Aggregate),
        _ => Err("should be error, first, last or aggregate".into()),
    }
}
