//! Where things are in the checkout.

use std::path::{Path, PathBuf};

/// The root of the workspace.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask lies in the workspace's root")
}

/// Downloaded data sets; ignored by git.
pub(crate) fn cache() -> PathBuf {
    root().join("data/cache")
}

/// The list of data sets.
pub(crate) fn manifest() -> PathBuf {
    root().join("data/datasets.toml")
}

/// The customers that come with the repository.
pub(crate) fn sample() -> PathBuf {
    root().join("data/sample/customers.csv")
}

/// Reference numbers and the scripts that make them.
pub(crate) fn golden() -> PathBuf {
    root().join("tests/golden")
}

/// The Python side of the benchmark.
pub(crate) fn bench() -> PathBuf {
    root().join("tests/bench")
}

/// What a newcomer reads first.
pub(crate) fn readme() -> PathBuf {
    root().join("README.md")
}

/// What the benchmark writes for people.
pub(crate) fn benchmarks() -> PathBuf {
    root().join("docs/benchmarks.md")
}

/// Real data that is not in the repository: `SEGCTL_DATA_DIR`, or beside the checkout.
pub(crate) fn real_data() -> PathBuf {
    std::env::var_os("SEGCTL_DATA_DIR").map_or_else(|| root().join("../shared/data"), |dir| root().join(dir))
}

/// Cargo's directory for what is built.
pub(crate) fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |dir| root().join(dir))
}
