//! Files that are written whole or not at all.

mod batches;

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::Path;

use crate::IoError;

pub use batches::{OutputFormat, write_batches};

/// Buffers writes of single cells into blocks the file system likes.
const BUFFER_BYTES: usize = 1 << 20;

/// Writes a file by `fill`, so that the path holds the old content or all of the new at any moment.
///
/// The bytes go to a temporary file `.segctl-...` in the same directory, which is flushed to
/// the disk and renamed; it is removed when `fill` fails, the disk is full, or a panic unwinds.
///
/// ```
/// let path = std::env::temp_dir().join("segctl-doc-write.txt");
/// segctl_io::write_atomically(&path, |file| file.write_all(b"whole"))?;
/// assert_eq!(std::fs::read(&path).unwrap(), b"whole");
/// # Ok::<(), segctl_io::IoError>(())
/// ```
///
/// # Errors
/// [`IoError::Write`] with what `fill` or the operating system said.
pub fn write_atomically(path: &Path, fill: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), IoError> {
    try_write(path, fill).map_err(|source| IoError::Write { path: path.to_owned(), source })
}

fn try_write(path: &Path, fill: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    builder.prefix(".segctl-").suffix(".tmp");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // Temporary files are private by default; what replaces a user's file is subject to the umask alone.
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    let temporary = builder.tempfile_in(directory)?;
    let mut writer = BufWriter::with_capacity(BUFFER_BYTES, temporary.as_file());
    fill(&mut writer)?;
    writer.flush()?;
    drop(writer);
    temporary.as_file().sync_all()?;
    temporary.persist(path)?;
    sync_directory(directory)
}

/// Makes the new name itself survive a power cut, where directories can be synced.
fn sync_directory(directory: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(directory)?.sync_all() } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries(directory: &Path) -> Vec<String> {
        fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }

    #[test]
    fn a_failure_leaves_the_old_file_and_nothing_else() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("out.csv");
        write_atomically(&path, |file| file.write_all(b"old")).unwrap();
        let error = write_atomically(&path, |file| {
            file.write_all(b"half of the n")?;
            Err(io::Error::from(io::ErrorKind::StorageFull))
        })
        .unwrap_err();
        assert!(matches!(error, IoError::Write { .. }));
        assert_eq!(fs::read(&path).unwrap(), b"old");
        assert_eq!(entries(directory.path()), ["out.csv"]);
    }

    #[test]
    fn a_panic_leaves_nothing() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("out.csv");
        let panicked = std::panic::catch_unwind(|| write_atomically(&path, |_| panic!("in the middle")));
        assert!(panicked.is_err());
        assert!(entries(directory.path()).is_empty());
    }

    #[test]
    fn a_missing_directory_is_an_error() {
        let error = write_atomically(Path::new("no/such/dir/x.csv"), |_| Ok(())).unwrap_err();
        assert!(error.to_string().starts_with("no/such/dir/x.csv: cannot be written: "), "{error}");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_disk_is_an_error() {
        let error = File::options().write(true).open("/dev/full").map(|mut full| full.write_all(b"x"));
        if let Ok(result) = error {
            assert_eq!(result.unwrap_err().kind(), io::ErrorKind::StorageFull);
        }
    }

    #[cfg(unix)]
    #[test]
    fn files_are_readable_by_those_whom_the_umask_allows() {
        use std::os::unix::fs::PermissionsExt;
        let directory = tempfile::tempdir().unwrap();
        let (ours, plain) = (directory.path().join("ours"), directory.path().join("plain"));
        write_atomically(&ours, |file| file.write_all(b"x")).unwrap();
        fs::write(&plain, b"x").unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode();
        assert_eq!(mode(&ours), mode(&plain));
    }
}
