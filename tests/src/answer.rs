use std::process::Output;

/// What a call of segctl gave back.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The command line, for messages.
    pub line: String,
    /// The exit code; none when a signal ended it.
    pub code: Option<i32>,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

impl Answer {
    /// Takes over what a process gave back.
    ///
    /// # Panics
    /// When the process panicked: no input excuses that.
    #[track_caller]
    pub fn new(line: String, output: &Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("segctl writes UTF-8");
        let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
        let answer = Self { line, code: output.status.code(), stdout, stderr };
        assert!(answer.code != Some(101) && !answer.stderr.contains("panicked at"), "it panicked: {answer}");
        answer
    }

    /// Demands exit code 0.
    #[track_caller]
    pub fn done(self) -> Self {
        assert_eq!(self.code, Some(0), "{self}");
        self
    }

    /// Demands exit code 2 and an error that names everything in `names`.
    #[track_caller]
    pub fn refused(self, names: &[&str]) -> Self {
        self.failed(2, names)
    }

    /// Demands an exit code and an error that names everything in `names`.
    #[track_caller]
    pub fn failed(self, code: i32, names: &[&str]) -> Self {
        assert_eq!(self.code, Some(code), "{self}");
        assert!(self.stderr.starts_with("error: "), "{self}");
        for name in names {
            assert!(self.stderr.contains(name), "{name:?} is not named: {self}");
        }
        self
    }

    /// Demands a hint at what to do.
    #[track_caller]
    pub fn with_hint(self) -> Self {
        assert!(self.stderr.lines().any(|line| line.starts_with("hint: ")), "no hint: {self}");
        self
    }
}

impl std::fmt::Display for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { line, code, stdout, stderr } = self;
        write!(f, "{line}\n  exit code: {code:?}\n  stdout: {stdout}\n  stderr: {stderr}")
    }
}
