//! Locked files, as told at the top of the parent module.

use std::fs::{File, TryLockError};
use std::io::{self, Read as _, Write as _};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use rustix::fs::{Mode, OFlags};

use super::EmbeddedError;

/// A process that was just killed may hold its lock for a moment longer.
const LOCK_GRACE: Duration = Duration::from_millis(500);
/// Held by the one live Titleblock server of a data directory.
#[derive(Debug)]
pub(super) struct TitleblockLock {
    _file: File,
}

impl TitleblockLock {
    pub(super) fn take(data_dir: &Path) -> Result<Self, EmbeddedError> {
        let path = data_dir.join("titleblock.lock");
        let mut file = open_private(&path, OFlags::RDWR)
            .map_err(EmbeddedError::file("open the lock file", &path))?;
        if !lock_within(&file, LOCK_GRACE)
            .map_err(EmbeddedError::file("lock the lock file", &path))?
        {
            let mut pid = String::new();
            file.read_to_string(&mut pid)
                .map_err(EmbeddedError::file("read the lock file", &path))?;
            return Err(EmbeddedError::AlreadyRunning {
                pid: pid.trim().to_owned(),
                data_dir: data_dir.to_path_buf(),
            });
        }
        file.set_len(0)
            .and_then(|()| writeln!(file, "{}", std::process::id()))
            .map_err(EmbeddedError::file("write the lock file", &path))?;
        Ok(Self { _file: file })
    }
}

/// Opens or creates a file of ours, 0600, not through a symbolic link.
pub(super) fn open_private(path: &Path, flags: OFlags) -> io::Result<File> {
    let flags = flags | OFlags::CREATE | OFlags::CLOEXEC | OFlags::NOFOLLOW;
    let opened = rustix::fs::open(path, flags, Mode::RUSR | Mode::WUSR)?;
    Ok(File::from(opened))
}

/// Whether the lock was got in time.
pub(super) fn lock_within(file: &File, patience: Duration) -> io::Result<bool> {
    let began = Instant::now();
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(true),
            Err(TryLockError::WouldBlock) => {}
            Err(TryLockError::Error(error)) => return Err(error),
        }
        if began.elapsed() >= patience {
            return Ok(false);
        }
        thread::sleep(Duration::from_millis(20));
    }
}
