use std::ffi::OsStr;
use std::io::Write;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use crate::{Answer, segctl_path};

/// Options for runs in which the number of segments is not the point.
pub const QUICK: [&str; 4] = ["--k", "4", "--restarts", "2"];

/// A call of segctl in the making.
#[derive(Debug)]
pub struct Segctl {
    command: Command,
    stdin: Option<Vec<u8>>,
}

impl Segctl {
    /// `segctl VERB`, with colours left to segctl.
    pub fn new(verb: &str) -> Self {
        let mut command = Command::new(segctl_path());
        command.arg(verb).env_remove("NO_COLOR");
        Self { command, stdin: None }
    }

    /// `segctl run DATA --out OUT`.
    pub fn run(data: &Path, out: &Path) -> Self {
        Self::new("run").arg(data).option("--out", out)
    }

    /// `segctl assign DATA --model MODEL --out OUT`.
    pub fn assign(data: &Path, model: &Path, out: &Path) -> Self {
        Self::new("assign").arg(data).option("--model", model).option("--out", out)
    }

    /// Adds one argument.
    #[must_use]
    pub fn arg(mut self, arg: impl AsRef<OsStr>) -> Self {
        self.command.arg(arg);
        self
    }

    /// Adds arguments.
    #[must_use]
    pub fn args(mut self, args: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Self {
        self.command.args(args);
        self
    }

    /// Adds an option and its value.
    #[must_use]
    pub fn option(self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.arg(name).arg(value)
    }

    /// Sets a variable of the environment.
    #[must_use]
    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    /// Gives bytes to standard input, which is empty otherwise.
    #[must_use]
    pub fn stdin(mut self, bytes: Vec<u8>) -> Self {
        self.stdin = Some(bytes);
        self
    }

    /// Runs it to its end.
    ///
    /// # Panics
    /// When segctl cannot be started, or panics itself.
    #[track_caller]
    pub fn answer(self) -> Answer {
        let line = self.line();
        let output = self.spawn().wait_with_output().expect("a started command ends");
        Answer::new(line, &output)
    }

    /// Starts it. Standard input, if any was given, has been taken in and closed on return.
    ///
    /// # Panics
    /// When segctl cannot be started.
    pub fn spawn(mut self) -> Child {
        let stdin = if self.stdin.is_some() { Stdio::piped() } else { Stdio::null() };
        self.command.stdin(stdin).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = self.command.spawn().expect("segctl can be started");
        if let (Some(bytes), Some(mut pipe)) = (self.stdin, child.stdin.take()) {
            // A command that stops before it has read everything breaks the pipe, which its answer explains.
            let _ = pipe.write_all(&bytes);
        }
        child
    }

    fn line(&self) -> String {
        let args: Vec<_> = self.command.get_args().map(|arg| arg.to_string_lossy()).collect();
        format!("segctl {}", args.join(" "))
    }
}
