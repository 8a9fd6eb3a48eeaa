//! The server's process, and the thread that keeps it.
//!
//! The system tells a child of its parent's death when the *thread* that
//! started it ends, so that thread must live as long as the server: it waits
//! for it, and starts it again when it was killed.

#![expect(
    unsafe_code,
    reason = "what a child does between fork and exec can only be said in pre_exec"
)]

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::os::fd::{AsRawFd as _, BorrowedFd};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use rustix::fs::OFlags;
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions};
use tokio::sync::watch;

use super::EmbeddedError;
use super::folders::Folders;
use super::locks::open_private;
use super::user::DatabaseUser;

/// A larger log is put aside at a start.
const LOG_BYTES_MAX: u64 = 10 * 1024 * 1024;
/// How much of the log an error quotes.
const QUOTED_BYTES_MAX: u64 = 4096;
/// The pause before a killed server is started again, doubled while it goes on dying.
const RESTART_PAUSE_MIN: Duration = Duration::from_millis(200);
const RESTART_PAUSE_MAX: Duration = Duration::from_secs(10);

/// All that is needed to start the server, again if need be.
#[derive(Debug)]
pub(super) struct LaunchPlan {
    pub(super) postgres: PathBuf,
    pub(super) arguments: Vec<OsString>,
    pub(super) folders: Folders,
}

/// The handle on the keeping thread; dropping it stops the server.
#[derive(Debug)]
pub(super) struct Keeper {
    kept: Arc<Mutex<Kept>>,
    end: watch::Receiver<Option<String>>,
    log_path: PathBuf,
    log_start: u64,
}

#[derive(Debug)]
struct Kept {
    /// Not yet reaped, so the number is still its own.
    process: Option<Pid>,
    last_pid: u32,
    on_death: OnDeath,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum OnDeath {
    /// It dies while it starts, or was told to stop.
    End,
    /// It ran, and somebody killed it.
    StartAgain,
}

impl Keeper {
    /// Starts the server on a thread of its own and returns once its process
    /// exists; blocks.
    pub(super) fn launch(plan: LaunchPlan, server_lock: File) -> Result<Self, EmbeddedError> {
        let log_path = plan.folders.log_path();
        let log_start = put_large_log_aside(&log_path)
            .map_err(EmbeddedError::file("look at the log", &log_path))?;
        let kept =
            Arc::new(Mutex::new(Kept { process: None, last_pid: 0, on_death: OnDeath::End }));
        let (tell_end, end) = watch::channel(None);
        let (tell_start, start) = std::sync::mpsc::sync_channel(1);
        let spawn_failed = |source| EmbeddedError::Spawn {
            program: "the thread that keeps PostgreSQL".into(),
            source,
        };
        thread::Builder::new()
            .name("postgres-keeper".into())
            .spawn({
                let kept = Arc::clone(&kept);
                move || {
                    let started = start_process(&plan, &server_lock, &mut lock(&kept));
                    // From now on only the server and its children hold it.
                    drop(server_lock);
                    let (child, told) = match started {
                        Ok(child) => (Some(child), Ok(())),
                        Err(error) => (None, Err(error)),
                    };
                    // If nobody listens any more, the handle's drop has asked for the stop.
                    drop(tell_start.send(told));
                    if let Some(child) = child {
                        tell_end.send_replace(Some(keep(&plan, &kept, child)));
                    }
                }
            })
            .map_err(spawn_failed)?;
        let keeper = Self { kept, end, log_path, log_start };
        match start.recv() {
            Ok(told) => told.map(|()| keeper),
            Err(gone) => Err(spawn_failed(io::Error::other(gone))),
        }
    }

    /// From now on a server that dies unasked is started again.
    pub(super) fn settle(&self) {
        lock(&self.kept).on_death = OnDeath::StartAgain;
    }

    pub(super) fn stop_fast(&self) {
        self.stop_with(Signal::INT);
    }

    pub(super) fn stop_immediately(&self) {
        self.stop_with(Signal::QUIT);
    }

    fn stop_with(&self, signal: Signal) {
        let mut kept = lock(&self.kept);
        kept.on_death = OnDeath::End;
        if let Some(pid) = kept.process
            && let Err(error) = rustix::process::kill_process(pid, signal)
        {
            tracing::warn!(%error, "the private PostgreSQL could not be told to stop");
        }
    }

    /// How the server ended, once it has.
    pub(super) fn end(&self) -> Option<String> {
        self.end.borrow().clone()
    }

    pub(super) async fn ended_within(&self, patience: Duration) -> bool {
        let mut end = self.end.clone();
        // A closed channel means that the thread is gone, and the server before it.
        tokio::time::timeout(patience, end.wait_for(Option::is_some)).await.is_ok()
    }

    pub(super) fn server_pid(&self) -> u32 {
        lock(&self.kept).last_pid
    }

    pub(super) fn log_path(&self) -> &Path {
        &self.log_path
    }

    /// The last lines that this server wrote.
    pub(super) fn recent_log(&self) -> String {
        self.read_recent_log().unwrap_or_else(|error| format!("(the log cannot be read: {error})"))
    }

    fn read_recent_log(&self) -> io::Result<String> {
        let mut file = File::open(&self.log_path)?;
        let len = file.metadata()?.len();
        let from = len.saturating_sub(QUOTED_BYTES_MAX).max(self.log_start);
        file.seek(SeekFrom::Start(from))?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        if self.end().is_none() {
            self.stop_fast();
        }
    }
}

/// Prepares a command that becomes the database's user, leaves our terminal,
/// holds the server's lock for as long as it or a child of it lives, and gets
/// `death_signal` when this thread ends.
pub(super) fn prepare(
    command: &mut Command,
    user: &DatabaseUser,
    server_lock: &File,
    death_signal: Signal,
) {
    // Our environment holds secrets, and PG* variables would change settings.
    command.env_clear();
    for name in ["PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH"] {
        if let Some(value) = std::env::var_os(name) {
            command.env(name, value);
        }
    }
    // The folder we are in may be closed to the database's user.
    command.env("LC_ALL", "C").current_dir("/").stdin(Stdio::null());
    if let Some((uid, gid)) = user.switch() {
        command.uid(uid).gid(gid);
    }

    let parent = rustix::process::getpid();
    let server_lock = server_lock.as_raw_fd();
    let before_exec = move || {
        // Away from the terminal's Ctrl-C: the server is stopped by us, in order.
        rustix::process::setsid()?;
        // SAFETY: the caller's file is open while it spawns, so the forked copy is too.
        let server_lock = unsafe { BorrowedFd::borrow_raw(server_lock) };
        rustix::io::fcntl_setfd(server_lock, rustix::io::FdFlags::empty())?;
        die_with(parent, death_signal)
    };
    // SAFETY: the closure allocates nothing and takes no locks; each step is
    // one system call, as is allowed between fork and exec. The standard
    // library runs it after the change of user, which would clear the signal.
    unsafe {
        command.pre_exec(before_exec);
    }
}

#[cfg(target_os = "linux")]
fn die_with(parent: Pid, death_signal: Signal) -> io::Result<()> {
    rustix::process::set_parent_process_death_signal(Some(death_signal))?;
    // It may have died before it could be said.
    if rustix::process::getppid() != Some(parent) {
        return Err(io::ErrorKind::BrokenPipe.into());
    }
    Ok(())
}

/// Elsewhere a killed parent leaves the server running; the next start finds
/// `server.lock` held and stops it.
#[cfg(not(target_os = "linux"))]
fn die_with(_parent: Pid, _death_signal: Signal) -> io::Result<()> {
    Ok(())
}

fn start_process(
    plan: &LaunchPlan,
    server_lock: &File,
    kept: &mut Kept,
) -> Result<Child, EmbeddedError> {
    let log_path = plan.folders.log_path();
    let log = open_private(&log_path, OFlags::WRONLY | OFlags::APPEND)
        .map_err(EmbeddedError::file("open the log", &log_path))?;
    let log_twin = log.try_clone().map_err(EmbeddedError::file("open the log", &log_path))?;
    let mut command = Command::new(&plan.postgres);
    command.args(&plan.arguments).stdout(log_twin).stderr(log);
    prepare(&mut command, plan.folders.user(), server_lock, Signal::INT);
    let child = command
        .spawn()
        .map_err(|source| EmbeddedError::Spawn { program: plan.postgres.clone(), source })?;
    kept.process = Some(Pid::from_child(&child));
    kept.last_pid = child.id();
    Ok(child)
}

/// Waits for the server, starts it again as long as it should run, and tells
/// how it ended at last.
fn keep(plan: &LaunchPlan, kept: &Mutex<Kept>, mut child: Child) -> String {
    let mut pause = RESTART_PAUSE_MIN;
    loop {
        let began = Instant::now();
        let status = reap(kept, &mut child);
        if lock(kept).on_death == OnDeath::End {
            return status;
        }
        if began.elapsed() > RESTART_PAUSE_MAX * 3 {
            pause = RESTART_PAUSE_MIN;
        }
        tracing::error!(%status, "the private PostgreSQL ended unasked; it is started again");
        child = loop {
            thread::sleep(pause);
            pause = (pause * 2).min(RESTART_PAUSE_MAX);
            match start_again(plan, kept) {
                Ok(Some(child)) => break child,
                Ok(None) => return status,
                Err(error) => {
                    tracing::error!(%error, "the private PostgreSQL could not be started again");
                }
            }
        };
    }
}

/// `None` when a stop was asked for meanwhile.
fn start_again(plan: &LaunchPlan, kept: &Mutex<Kept>) -> Result<Option<Child>, EmbeddedError> {
    // Its children hold the lock until the last of them has noticed.
    let server_lock = plan.folders.lock_server()?;
    let mut kept = lock(kept);
    if kept.on_death == OnDeath::End {
        return Ok(None);
    }
    start_process(plan, &server_lock, &mut kept).map(Some)
}

/// Waits without reaping, so that the pid stays the server's own until nobody
/// can signal it any more.
fn reap(kept: &Mutex<Kept>, child: &mut Child) -> String {
    let pid = Pid::from_child(child);
    let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
    while let Err(error) = rustix::process::waitid(WaitId::Pid(pid), options) {
        if error != rustix::io::Errno::INTR {
            break;
        }
    }
    let mut kept = lock(kept);
    kept.process = None;
    match child.wait() {
        Ok(status) => status.to_string(),
        Err(error) => format!("its end could not be read: {error}"),
    }
}

/// Where in the log the next server's lines will begin.
fn put_large_log_aside(path: &Path) -> io::Result<u64> {
    match fs::metadata(path) {
        Ok(found) if found.len() > LOG_BYTES_MAX => {
            fs::rename(path, path.with_extension("log.1"))?;
            Ok(0)
        }
        Ok(found) => Ok(found.len()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(0),
        Err(error) => Err(error),
    }
}

/// A panic of the other holder leaves nothing half done here.
fn lock(kept: &Mutex<Kept>) -> MutexGuard<'_, Kept> {
    kept.lock().unwrap_or_else(PoisonError::into_inner)
}
