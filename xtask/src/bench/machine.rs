//! What the figures depend on, beside the programs.

use crate::command;
use crate::error::XtaskError;

/// The date of today, in UTC.
pub(super) fn today() -> String {
    jiff::Timestamp::now().strftime("%Y-%m-%d").to_string()
}

pub(super) fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// The processor's name, as the system tells it.
pub(super) fn processor() -> String {
    let told = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    model_name(&told).unwrap_or_else(|| std::env::consts::ARCH.to_owned())
}

/// Names do not always tell generations apart: the family and the model do.
fn model_name(cpuinfo: &str) -> Option<String> {
    let value = |key: &str| {
        let mut lines = cpuinfo.lines().filter_map(|line| line.split_once(':'));
        lines.find(|(name, _)| name.trim() == key).map(|(_, value)| value.trim().to_owned())
    };
    let name = value("model name")?;
    match (value("cpu family"), value("model")) {
        (Some(family), Some(model)) => Some(format!("{name} (family {family}, model {model})")),
        _ => Some(name),
    }
}

/// How many processes wanted a core during the last minute, where the system tells it: beside
/// others' work, programs that wait for each other in busy loops look slower than they are.
pub(super) fn load() -> Option<f64> {
    let told = std::fs::read_to_string("/proc/loadavg").ok()?;
    told.split(' ').next()?.parse().ok()
}

pub(super) fn rustc() -> Result<String, XtaskError> {
    let printed = command::output(command::in_root("rustc").arg("--version"))?;
    Ok(printed.split(' ').nth(1).unwrap_or("unknown").to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn processors_are_named_with_their_generation() {
        let cpuinfo = "processor\t: 0\ncpu family\t: 25\nmodel\t\t: 17\nmodel name\t: AMD EPYC\n\nprocessor\t: 1\n";
        assert_eq!(model_name(cpuinfo).as_deref(), Some("AMD EPYC (family 25, model 17)"));
        assert_eq!(model_name("model name: X\n").as_deref(), Some("X"));
        assert_eq!(model_name(""), None);
    }

    #[test]
    fn dates_are_sortable() {
        let today = today();
        assert!(today.len() == 10 && today.as_bytes()[4] == b'-' && today.as_str() > "2026-01-01", "{today}");
    }
}
