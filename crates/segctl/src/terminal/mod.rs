//! What people see: messages on standard error, progress bars, colours.

mod exploration;
mod progress;
mod summary;

use std::io::{IsTerminal, Write};

use clap::ValueEnum;

pub(crate) use exploration::exploration;
pub(crate) use progress::Progress;
pub(crate) use summary::{noise_line, plain_number, segments, summary};

use crate::args::Common;
use crate::error::CliError;

/// When to use colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum Color {
    /// On a terminal, unless NO_COLOR is set.
    #[default]
    Auto,
    /// Even into a pipe.
    Always,
    /// Not at all.
    Never,
}

/// The standard error stream as a person sees it.
pub(crate) struct Terminal {
    color: bool,
    quiet: bool,
    interactive: bool,
}

impl Terminal {
    pub(crate) fn new(common: &Common) -> Self {
        let interactive = std::io::stderr().is_terminal();
        let wanted = std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
        let color = match common.color {
            Color::Auto => interactive && wanted,
            Color::Always => true,
            Color::Never => false,
        };
        Self { color, quiet: common.quiet, interactive }
    }

    /// An error and its hint.
    pub(crate) fn error(&self, error: &CliError) {
        self.say(31, "error", &error.to_string());
        if let Some(hint) = error.hint() {
            self.say(36, "hint", &hint);
        }
    }

    /// Something the reader must know; not silenced by `--quiet`.
    pub(crate) fn warn(&self, text: &str) {
        self.say(33, "warning", text);
    }

    /// Something good to know.
    pub(crate) fn note(&self, text: &str) {
        if !self.quiet {
            self.write(&format!("{text}\n"));
        }
    }

    /// A progress display: bars on a terminal, nothing elsewhere.
    pub(crate) fn progress(&self) -> Progress {
        Progress::new(self.interactive && !self.quiet)
    }

    fn say(&self, code: u8, label: &str, text: &str) {
        let label = if self.color { format!("\u{1b}[1;{code}m{label}:\u{1b}[0m") } else { format!("{label}:") };
        self.write(&format!("{label} {}\n", printable(text)));
    }

    /// Nothing can be said about a standard error that is gone.
    fn write(&self, text: &str) {
        let _ = std::io::stderr().lock().write_all(text.as_bytes());
    }
}

/// Control characters from the data must not steer the terminal.
pub(crate) fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() && c != '\n' { '\u{fffd}' } else { c }).collect()
}

/// Sends diagnostics to standard error when `--log-level` asks for them.
pub(crate) fn install_log(common: &Common) {
    let Some(level) = common.log_level else { return };
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(level.filter())
        .with_writer(std::io::stderr)
        .with_ansi(common.color != Color::Never && std::io::stderr().is_terminal());
    subscriber.init();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_cannot_steer_the_terminal() {
        assert_eq!(printable("a\u{1b}[2Jb\nc"), "a\u{fffd}[2Jb\nc");
    }
}
