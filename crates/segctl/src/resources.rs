//! Threads and memory of this process.

use crate::error::CliError;

/// Runs `work` in a pool of `n_threads` threads, all cores when not given.
pub(crate) fn with_threads<T: Send>(
    n_threads: Option<usize>,
    work: impl FnOnce() -> Result<T, CliError> + Send,
) -> Result<T, CliError> {
    let n_threads = n_threads.unwrap_or(0);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(n_threads).build();
    pool.map_err(|source| CliError::Threads { n_threads, source })?.install(work)
}

/// The most memory this process ever held, where the operating system tells.
pub(crate) fn peak_rss_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib * 1024)
}
