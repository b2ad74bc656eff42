//! One file per verb.

mod assign;
mod compare;
mod eda;
mod evaluate;
mod features;
mod fit;
mod init;
mod meta;
mod reduce;
mod rfm;
mod run;
mod select;
mod synth;

use crate::args::{Common, Verb};
use crate::error::CliError;
use crate::terminal::Terminal;

/// Runs what was typed.
pub(crate) fn run(verb: &Verb, common: &Common, terminal: &Terminal) -> Result<(), CliError> {
    match verb {
        Verb::Run(args) => run::run(args, common, terminal),
        Verb::Fit(args) => fit::fit(args, common, terminal),
        Verb::Select(args) => select::select(args, common, terminal),
        Verb::Reduce(args) => reduce::reduce(args, common, terminal),
        Verb::Evaluate(args) => evaluate::evaluate(args, common, terminal),
        Verb::Compare(args) => compare::compare(args, common, terminal),
        Verb::Rfm(args) => rfm::rfm(args, common, terminal),
        Verb::Eda(args) => eda::eda(args, common, terminal),
        Verb::Features(args) => features::features(args),
        Verb::Init(args) => init::init(args, terminal),
        Verb::Assign(args) => assign::assign(args, common, terminal),
        Verb::Synth(args) => synth::synth(args, terminal),
        Verb::Completions(args) => meta::completions(args.shell),
        Verb::Man => meta::man(),
    }
}
