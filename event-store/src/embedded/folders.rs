//! The folders of a data directory, and its first initialisation.
//!
//! ```text
//! <data_dir>/titleblock.lock   locked by this process, its pid inside
//!            server.lock       locked by the database and all that it forks
//!            postgres-15/      the database, of the user that runs it, 0700
//!            sockets/          likewise; elsewhere when its path is too long
//!            postgres.log
//! ```

use std::env;
use std::fs::{self, DirBuilder, File, Permissions};
use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rustix::fs::OFlags;
use rustix::process::{Pid, Signal};
use sha2::{Digest as _, Sha256};

use super::binaries::PostgresBinaries;
use super::locks::{lock_within, open_private};
use super::user::DatabaseUser;
use super::{EmbeddedError, USER, keeper, settings};

/// How long a server whose parent died may take to shut down on its own.
const ORPHAN_MAX: Duration = Duration::from_secs(15);
/// How long it may take more, once told to stop at once.
const ORPHAN_QUIT_MAX: Duration = Duration::from_secs(10);
/// The longest path of a Unix socket, in bytes.
const SOCKET_PATH_MAX: usize = 107;

/// As root `/var/lib/titleblock`, else `$XDG_DATA_HOME/titleblock`, else
/// `~/.local/share/titleblock`.
pub fn default_data_dir() -> PathBuf {
    if rustix::process::geteuid().is_root() {
        return PathBuf::from("/var/lib/titleblock");
    }
    env::var_os("XDG_DATA_HOME")
        .map(PathBuf::from)
        .filter(|path| path.is_absolute())
        .or_else(|| env::home_dir().map(|home| home.join(".local/share")))
        .unwrap_or_else(|| PathBuf::from("/var/lib"))
        .join("titleblock")
}

/// Makes the data directory and the folders above it, and gives its real path.
pub(super) fn create_data_dir(wanted: &Path) -> Result<PathBuf, EmbeddedError> {
    let wanted = std::path::absolute(wanted)
        .map_err(EmbeddedError::file("find the data directory", wanted))?;
    let missing: Vec<&Path> = wanted.ancestors().take_while(|path| !path.exists()).collect();
    // As root the database runs as somebody else, who must get through.
    let mode = if rustix::process::geteuid().is_root() { 0o711 } else { 0o700 };
    for folder in missing.into_iter().rev() {
        fs::create_dir(folder)
            .and_then(|()| fs::set_permissions(folder, Permissions::from_mode(mode)))
            .map_err(EmbeddedError::file("create the folder", folder))?;
    }
    wanted.canonicalize().map_err(EmbeddedError::file("open the data directory", wanted))
}

/// The major versions whose databases are in the data directory.
pub(super) fn majors_present(data_dir: &Path) -> Result<Vec<u32>, EmbeddedError> {
    let read = EmbeddedError::file("read the folder", data_dir);
    let entries = fs::read_dir(data_dir).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let mut majors: Vec<u32> = entries
        .map_err(read)?
        .iter()
        .filter(|entry| !is_empty_folder(&entry.path()))
        .filter_map(|entry| {
            let name = entry.file_name();
            name.to_str()?.strip_prefix("postgres-")?.parse().ok()
        })
        .collect();
    majors.sort_unstable();
    Ok(majors)
}

/// The folders of one database, checked to be reachable by its user.
#[derive(Debug)]
pub(super) struct Folders {
    data_dir: PathBuf,
    cluster: PathBuf,
    socket_dir: PathBuf,
    user: DatabaseUser,
}

impl Folders {
    pub(super) fn new(
        data_dir: PathBuf,
        binaries: &PostgresBinaries,
    ) -> Result<Self, EmbeddedError> {
        let cluster = data_dir.join(format!("postgres-{}", binaries.major()));
        let user = DatabaseUser::choose(&cluster)?;
        open_own_data_dir(&data_dir, &user)?;
        user.check_reaches(&data_dir, "TITLEBLOCK_DATA_DIR")?;
        user.check_reaches(binaries.directory(), "PG_BIN_DIR")?;
        let socket_dir = create_socket_dir(&data_dir, &user)?;
        Ok(Self { data_dir, cluster, socket_dir, user })
    }

    /// `PostgreSQL`'s own data directory.
    pub(super) fn cluster(&self) -> &Path {
        &self.cluster
    }

    pub(super) fn socket_dir(&self) -> &Path {
        &self.socket_dir
    }

    pub(super) fn user(&self) -> &DatabaseUser {
        &self.user
    }

    pub(super) fn log_path(&self) -> PathBuf {
        self.data_dir.join("postgres.log")
    }

    pub(super) fn is_initialised(&self) -> bool {
        self.cluster.join("PG_VERSION").exists()
    }

    /// A folder that is there must be a database of these binaries and of our user.
    pub(super) fn refuse_unusable_cluster(
        &self,
        binaries: &PostgresBinaries,
    ) -> Result<(), EmbeddedError> {
        if !self.cluster.exists() || is_empty_folder(&self.cluster) {
            return Ok(());
        }
        let found = fs::metadata(&self.cluster)
            .map_err(EmbeddedError::file("look at the folder", &self.cluster))?;
        if found.uid() != self.user.uid() {
            return Err(self.user.does_not_own(&self.cluster, &found));
        }
        let version = fs::read_to_string(self.cluster.join("PG_VERSION")).unwrap_or_default();
        if version.trim().parse() != Ok(binaries.major()) {
            return Err(EmbeddedError::NotACluster {
                cluster: self.cluster.clone(),
                expected: binaries.major(),
                found: version.trim().to_owned(),
            });
        }
        Ok(())
    }

    /// Waits until no process of an earlier server lives, clears what a killed
    /// one left, and returns the lock for the next one to inherit.
    pub(super) fn lock_server(&self) -> Result<File, EmbeddedError> {
        let path = self.data_dir.join("server.lock");
        let locking = || EmbeddedError::file("lock the lock file", &path);
        let lock = open_private(&path, OFlags::RDWR)
            .map_err(EmbeddedError::file("open the lock file", &path))?;
        if !lock_within(&lock, Duration::ZERO).map_err(locking())? {
            tracing::info!("the last database server is still shutting down");
            // Its parent's death has told it already where the system can do
            // that; elsewhere we say it here.
            self.signal_orphan(Signal::INT);
            if !lock_within(&lock, ORPHAN_MAX).map_err(locking())? {
                self.signal_orphan(Signal::QUIT);
                if !lock_within(&lock, ORPHAN_QUIT_MAX).map_err(locking())? {
                    return Err(EmbeddedError::StillShuttingDown {
                        data_dir: self.data_dir.clone(),
                        waited_s: (ORPHAN_MAX + ORPHAN_QUIT_MAX).as_secs(),
                    });
                }
            }
        }
        self.clear_leftovers()?;
        Ok(lock)
    }

    fn signal_orphan(&self, signal: Signal) {
        if let Some(pid) = self.running_postmaster()
            && let Err(error) = rustix::process::kill_process(pid, signal)
        {
            tracing::debug!(%error, "the last database server could not be signalled");
        }
    }

    /// The process that `postmaster.pid` names, if it works in our folder: a
    /// number alone may have been given to another process since.
    fn running_postmaster(&self) -> Option<Pid> {
        let written = fs::read_to_string(self.cluster.join("postmaster.pid")).ok()?;
        let pid: i32 = written.lines().next()?.trim().parse().ok()?;
        let works_in = fs::read_link(format!("/proc/{pid}/cwd")).ok()?;
        (works_in == self.cluster).then(|| Pid::from_raw(pid)).flatten()
    }

    /// With `server.lock` held, what is left of an earlier server is litter,
    /// unless somebody started one by hand, without our lock.
    fn clear_leftovers(&self) -> Result<(), EmbeddedError> {
        if let Some(pid) = self.running_postmaster() {
            return Err(EmbeddedError::StartedByHand {
                pid: pid.as_raw_nonzero().get().unsigned_abs(),
                cluster: self.cluster.clone(),
            });
        }
        let socket = format!(".s.PGSQL.{}", settings::PORT);
        let mut litter =
            vec![self.socket_dir.join(format!("{socket}.lock")), self.socket_dir.join(socket)];
        // Without /proc a server started by hand would go unseen, so there
        // PostgreSQL judges the file itself.
        if Path::new("/proc/self/cwd").exists() {
            litter.push(self.cluster.join("postmaster.pid"));
        }
        for path in litter {
            match fs::remove_file(&path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    return Err(EmbeddedError::file("remove the leftover", path)(error));
                }
                Ok(()) | Err(_) => {}
            }
        }
        Ok(())
    }

    /// `initdb` under another name, then a rename: a folder with the final
    /// name is whole, however the first start ended.
    pub(super) fn initialise(
        &self,
        binaries: &PostgresBinaries,
        server_lock: &File,
    ) -> Result<(), EmbeddedError> {
        let unfinished = self.data_dir.join("initdb-unfinished");
        if unfinished.exists() {
            fs::remove_dir_all(&unfinished)
                .map_err(EmbeddedError::file("remove the folder", &unfinished))?;
        }
        create_private_folder(&unfinished, &self.user)?;

        let program = binaries.program("initdb");
        let mut command = Command::new(&program);
        command
            .arg("--pgdata")
            .arg(&unfinished)
            .args(["--username", USER, "--auth", "trust", "--data-checksums"])
            .args(["--encoding", "UTF8", "--locale", "C"]);
        keeper::prepare(&mut command, &self.user, server_lock, Signal::KILL);
        let output = command.output().map_err(|source| EmbeddedError::Spawn { program, source })?;
        if !output.status.success() {
            let mut said = String::from_utf8_lossy(&output.stdout).into_owned();
            said.push_str(&String::from_utf8_lossy(&output.stderr));
            return Err(EmbeddedError::Initialise {
                status: output.status.to_string(),
                output: said,
            });
        }

        fs::rename(&unfinished, &self.cluster)
            .and_then(|()| File::open(&self.data_dir)?.sync_all())
            .map_err(EmbeddedError::file("put in place", &self.cluster))
    }
}

/// A data directory that is root's own and used for nothing else may be opened
/// for passing through; its contents stay closed.
fn open_own_data_dir(data_dir: &Path, user: &DatabaseUser) -> Result<(), EmbeddedError> {
    let found =
        fs::metadata(data_dir).map_err(EmbeddedError::file("look at the folder", data_dir))?;
    if user.switch().is_none() || user.can_enter(&found) || found.uid() != 0 {
        return Ok(());
    }
    let entries =
        fs::read_dir(data_dir).map_err(EmbeddedError::file("read the folder", data_dir))?;
    let is_ours = entries.flatten().all(|entry| {
        let name = entry.file_name();
        name == "titleblock.lock" || name == "server.lock"
    });
    if is_ours {
        let mode = found.permissions().mode() | 0o011;
        fs::set_permissions(data_dir, Permissions::from_mode(mode))
            .map_err(EmbeddedError::file("open the folder", data_dir))?;
    }
    Ok(())
}

/// Within the data directory where the socket's path fits, else in a short
/// folder whose name follows from the data directory.
fn create_socket_dir(data_dir: &Path, user: &DatabaseUser) -> Result<PathBuf, EmbeddedError> {
    let inside = data_dir.join("sockets");
    let chosen = if is_fit_for_sockets(&inside) {
        inside
    } else {
        let digest = Sha256::digest(data_dir.as_os_str().as_bytes());
        let name = format!("titleblock-{}", URL_SAFE_NO_PAD.encode(&digest[..12]));
        let outside = short_parent(user).join(name);
        refuse_strangers_folder(&outside, user)?;
        outside
    };
    create_private_folder(&chosen, user)?;
    Ok(chosen)
}

/// In a folder that all may write to, somebody else may have been first.
fn refuse_strangers_folder(folder: &Path, user: &DatabaseUser) -> Result<(), EmbeddedError> {
    match fs::symlink_metadata(folder) {
        Ok(found) if found.uid() != user.uid() && found.uid() != 0 => {
            Err(user.does_not_own(folder, &found))
        }
        Ok(_) | Err(_) => Ok(()),
    }
}

/// The user's own runtime folder, or the shared temporary one, in which the
/// new folder's owner is checked.
fn short_parent(user: &DatabaseUser) -> PathBuf {
    env::var_os("XDG_RUNTIME_DIR")
        .map(PathBuf::from)
        .filter(|folder| user.switch().is_none() && folder.is_dir())
        .filter(|folder| is_fit_for_sockets(&folder.join("titleblock-0123456789abcdef")))
        .unwrap_or_else(|| PathBuf::from("/tmp"))
}

/// Short enough for the kernel, and plain enough for connection strings and
/// for the server's list of folders, in which a comma separates.
fn is_fit_for_sockets(folder: &Path) -> bool {
    let bytes = folder.as_os_str().as_bytes();
    let socket_len = "/.s.PGSQL.".len() + settings::PORT.len();
    bytes.len() + socket_len <= SOCKET_PATH_MAX
        && bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || b"/._-+@".contains(byte))
}

fn create_private_folder(folder: &Path, user: &DatabaseUser) -> Result<(), EmbeddedError> {
    match DirBuilder::new().mode(0o700).create(folder) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
            return Err(EmbeddedError::file("create the folder", folder)(error));
        }
        Ok(()) | Err(_) => {}
    }
    user.own(folder)
}

fn is_empty_folder(path: &Path) -> bool {
    fs::read_dir(path).is_ok_and(|mut entries| entries.next().is_none())
}
