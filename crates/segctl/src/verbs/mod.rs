//! One file per verb.

mod assign;
mod init;
mod meta;
mod run;
mod synth;

use crate::args::{Common, Verb};
use crate::error::CliError;
use crate::terminal::Terminal;

/// Runs what was typed.
pub(crate) fn run(verb: &Verb, common: &Common, terminal: &Terminal) -> Result<(), CliError> {
    match verb {
        Verb::Run(args) => run::run(args, common, terminal),
        Verb::Init(args) => init::init(args, terminal),
        Verb::Assign(args) => assign::assign(args, common, terminal),
        Verb::Synth(args) => synth::synth(args, terminal),
        Verb::Completions(args) => meta::completions(args.shell),
        Verb::Man => meta::man(),
    }
}
