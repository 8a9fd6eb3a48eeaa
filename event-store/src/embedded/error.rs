//! What can keep the private database from running, each with what to do.

use std::io;
use std::path::PathBuf;

/// Why the private `PostgreSQL` did not start or stop.
#[derive(Debug, thiserror::Error)]
pub enum EmbeddedError {
    #[error(
        "no PostgreSQL server of version 15 or later was found; install one \
         (Debian and Ubuntu: apt-get install postgresql; Fedora: dnf install postgresql-server; \
         macOS: brew install postgresql@17), or run script/setup, or point PG_BIN_DIR at the \
         folder that holds `postgres` and `initdb`, or set DATABASE_URL to use a server elsewhere"
    )]
    NoBinaries,
    #[error(
        "{} holds no usable PostgreSQL server: {reason}; point PG_BIN_DIR at the folder that \
         holds `postgres` and `initdb`, or unset it to search the system", directory.display()
    )]
    UnusableBinaries { directory: PathBuf, reason: String },
    #[error(
        "{} is PostgreSQL {major}, and 15 or later is needed; install a later one and point \
         PG_BIN_DIR at it", directory.display()
    )]
    TooOld { directory: PathBuf, major: u32 },
    #[error(
        "{} holds a database of PostgreSQL {present}, but the server found is PostgreSQL {found} \
         ({}); install PostgreSQL {present} (or point PG_BIN_DIR at it), or dump the database with \
         version {present} and restore it into a new data directory", data_dir.display(),
         directory.display()
    )]
    OtherMajor { data_dir: PathBuf, present: u32, found: u32, directory: PathBuf },
    #[error(
        "{} is not the data directory of PostgreSQL {expected} that its name promises \
         (PG_VERSION says {found:?}); move it away or restore it from a backup", cluster.display()
    )]
    NotACluster { cluster: PathBuf, expected: u32, found: String },
    #[error(
        "another Titleblock server (pid {pid}) runs on the data directory {}; stop it first, or \
         give this one a data directory of its own (TITLEBLOCK_DATA_DIR)", data_dir.display()
    )]
    AlreadyRunning { pid: String, data_dir: PathBuf },
    #[error(
        "the last database server on {} is still shutting down after {waited_s} s; wait and start \
         again, or look for `postgres` processes that hold server.lock", data_dir.display()
    )]
    StillShuttingDown { data_dir: PathBuf, waited_s: u64 },
    #[error(
        "a PostgreSQL server that Titleblock did not start (pid {pid}) runs on {}; stop it with \
         `pg_ctl stop` first", cluster.display()
    )]
    StartedByHand { pid: u32, cluster: PathBuf },
    #[error(
        "PostgreSQL does not run as root, and there is neither a user `postgres` nor `nobody` to \
         run it as; add one with `useradd --system postgres`, or start Titleblock as an ordinary \
         user"
    )]
    NoOrdinaryUser,
    #[error(
        "the user id {uid} has no entry in /etc/passwd, which PostgreSQL needs; add one, or start \
         Titleblock as a user that has one"
    )]
    NoPasswdEntry { uid: u32 },
    #[error(
        "the folder {} is closed to the user `{user}` that the database runs as, so {} cannot be \
         reached; choose another place ({setting}), or open the folder with `chmod o+x {}`",
         folder.display(), wanted.display(), folder.display()
    )]
    Unreachable { folder: PathBuf, wanted: PathBuf, user: String, setting: &'static str },
    #[error(
        "{} belongs to user id {owner}, not to `{user}` (user id {uid}) that would run the \
         database; hand it over with `chown -R {user} {}`, or start Titleblock as its owner, or \
         choose another data directory (TITLEBLOCK_DATA_DIR)", path.display(), path.display()
    )]
    ForeignOwner { path: PathBuf, owner: u32, uid: u32, user: String },
    #[error("initdb could not make the private database ({status}); it said:\n{output}")]
    Initialise { status: String, output: String },
    #[error("could not start {}", program.display())]
    Spawn { program: PathBuf, source: io::Error },
    #[error("could not {action} {}", path.display())]
    File { action: &'static str, path: PathBuf, source: io::Error },
    #[error(
        "the private PostgreSQL ended while it started ({status}); the end of its log {}:\n{log}",
        log_path.display()
    )]
    ExitedEarly { status: String, log_path: PathBuf, log: String },
    #[error(
        "the private PostgreSQL did not answer within {waited_s} s; the end of its log {}:\n{log}",
        log_path.display()
    )]
    NotReady { waited_s: u64, log_path: PathBuf, log: String },
    #[error("could not create the database in the private PostgreSQL")]
    CreateDatabase { source: tokio_postgres::Error },
    #[error("the start of the private PostgreSQL was interrupted")]
    Interrupted { source: tokio::task::JoinError },
    #[error("the private PostgreSQL (pid {pid}) did not stop; it may hang on its disk")]
    DidNotStop { pid: u32 },
}

impl EmbeddedError {
    /// For `map_err`: what was tried, on which file.
    pub(super) fn file(
        action: &'static str,
        path: impl Into<PathBuf>,
    ) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { action, path, source }
    }
}
