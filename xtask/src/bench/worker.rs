//! A rival: a Python process that has read its data and waits to be told to work.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Stdio};

use serde::Deserialize;
use serde_json::Value;

use super::answer::Answer;
use crate::error::{XtaskError, io_error};
use crate::{paths, python};

/// Settings by which some machines make NumPy's linear algebra use other kernels than it would
/// choose for this processor.
const DISTORTING: [&str; 2] = ["OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"];

/// The versions of a rival's packages, by name.
pub(super) type Versions = BTreeMap<String, String>;

/// A process that is ready, or why there is none.
pub(super) enum Started {
    Ready(Worker),
    Absent(String),
}

pub(super) struct Worker {
    child: Child,
    stdin: Option<ChildStdin>,
    stdout: BufReader<ChildStdout>,
    pub(super) versions: Versions,
}

/// The worker's first line.
#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Hello {
    Versions(Versions),
    Absent(String),
}

impl Worker {
    /// Starts worker.py and waits until it has imported its peer and read its data.
    pub(super) fn start(python: &Path, spec: &Value) -> Result<Started, XtaskError> {
        let mut command = python::script(python, &paths::bench().join("worker.py"));
        DISTORTING.iter().for_each(|name| {
            command.env_remove(name);
        });
        command.arg(spec.to_string()).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child =
            command.spawn().map_err(|source| XtaskError::Start { command: "worker.py".to_owned(), source })?;
        let stdin = child.stdin.take();
        let stdout = BufReader::new(child.stdout.take().expect("stdout is piped"));
        let mut worker = Self { child, stdin, stdout, versions: Versions::new() };
        let line = worker.line()?;
        match serde_json::from_str(&line) {
            Ok(Hello::Versions(versions)) => Ok(Started::Ready(Self { versions, ..worker })),
            Ok(Hello::Absent(reason)) => Ok(Started::Absent(reason)),
            Err(_) => Ok(Started::Absent(format!("worker.py began with `{}`", line.trim_end()))),
        }
    }

    /// Works once.
    pub(super) fn run(&mut self) -> Result<Answer, XtaskError> {
        let stdin = self.stdin.as_mut().expect("stdin is open until the end");
        stdin.write_all(b"run\n").and_then(|()| stdin.flush()).map_err(io_error("write to", "worker.py"))?;
        Answer::of_worker(&self.line()?)
    }

    /// Empty when the process has ended.
    fn line(&mut self) -> Result<String, XtaskError> {
        let mut line = String::new();
        self.stdout.read_line(&mut line).map_err(io_error("read from", "worker.py"))?;
        Ok(line)
    }

    /// Lets the process end by itself.
    pub(super) fn finish(mut self) -> Result<(), XtaskError> {
        self.stdin = None;
        self.child.wait().map(drop).map_err(io_error("wait for", "worker.py"))
    }
}
