//! The algorithms and their parameters. The options of the parameters are made from the table of the
//! recipe, so that none can be forgotten here or mean something else.

use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches};
use segctl_segmentation::{Categories, ClusterRecipe, KRange, Parameter, SegmentationError};

use crate::error::CliError;

/// What to cluster by.
#[derive(Debug, Args)]
pub(crate) struct ClusterArgs {
    /// Number of segments, or a range to choose from, such as 3..8 [default: 2..10]
    #[arg(long, value_name = "K")]
    pub(crate) k: Option<KRange>,
    /// Whether categories help to form the segments [default: auto]
    #[arg(long, value_name = "WHEN", value_parser = categories)]
    categories: Option<Categories>,
    #[command(flatten)]
    parameters: ParameterArgs,
}

impl ClusterArgs {
    /// Changes `recipe` by what was typed.
    pub(crate) fn change(&self, recipe: &mut ClusterRecipe) -> Result<(), CliError> {
        for (name, value) in &self.parameters.typed {
            recipe.set(name, value)?;
        }
        if let (Some(k), [algorithm, ..]) = (self.k, recipe.algorithm.as_slice()) {
            if recipe.algorithm.as_slice().iter().all(|&algorithm| recipe.finds_k(algorithm)) {
                return Err(SegmentationError::FindsK { algorithm: *algorithm, k: k.to_string() }.into());
            }
            recipe.k = k;
        }
        recipe.categories = self.categories.unwrap_or(recipe.categories);
        Ok(())
    }
}

fn categories(text: &str) -> Result<Categories, String> {
    match text {
        "auto" => Ok(Categories::Auto),
        "always" => Ok(Categories::Always),
        "never" => Ok(Categories::Never),
        _ => Err("should be auto, always or never".into()),
    }
}

/// One option per parameter of the recipe's table.
#[derive(Debug)]
struct ParameterArgs {
    typed: Vec<(&'static str, String)>,
}

impl Args for ParameterArgs {
    fn augment_args(command: Command) -> Command {
        command.next_help_heading("Parameters of the algorithms").args(ClusterRecipe::PARAMETERS.iter().map(option))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for ParameterArgs {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let value = |parameter: &Parameter| matches.get_one::<String>(parameter.name).cloned();
        let typed = ClusterRecipe::PARAMETERS.iter().filter_map(|p| Some((p.name, value(p)?))).collect();
        Ok(Self { typed })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

fn option(parameter: &'static Parameter) -> Arg {
    let algorithms: Vec<&str> = parameter.algorithms.iter().map(|algorithm| algorithm.name()).collect();
    let help = format!("{} [{}; default: {}]", parameter.about.trim(), algorithms.join(", "), parameter.default);
    let arg = Arg::new(parameter.name).long(parameter.name).help(help).action(ArgAction::Set);
    match parameter.words() {
        Some(words) if parameter.is_flag() => arg
            .value_name("BOOL")
            .num_args(0..=1)
            .require_equals(true)
            .default_missing_value("true")
            .value_parser(PossibleValuesParser::new(words)),
        Some(words) => arg.value_name("NAME").value_parser(PossibleValuesParser::new(words)),
        None if parameter.value.contains(',') => arg.value_name("NAME|FILE"),
        None => arg.value_name(parameter.value),
    }
}
