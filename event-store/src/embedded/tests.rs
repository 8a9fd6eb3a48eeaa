//! These tests run real servers: as root they run them as another user, as
//! everybody else as themselves.

use std::fs::{self, File, Permissions};
use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process, test_kill_process};
use tempfile::TempDir;
use tokio_postgres::Client;

use super::{DATABASE, EmbeddedError, EmbeddedOptions, EmbeddedPostgres, connect, find_binaries};

/// Set in the child that [`holds_a_database_until_killed`] is.
const CHILD_DATA_DIR: &str = "TITLEBLOCK_TEST_CHILD_DATA_DIR";
/// The line that it prints once its row is saved.
const HOLDING: &str = "a database is held";

fn options(data_dir: &Path) -> EmbeddedOptions {
    EmbeddedOptions { data_dir: data_dir.to_path_buf(), bin_dir: None, extra_settings: Vec::new() }
}

async fn start(data_dir: &Path) -> EmbeddedPostgres {
    EmbeddedPostgres::start(options(data_dir)).await.expect("the server starts")
}

async fn refusal(data_dir: &Path) -> EmbeddedError {
    EmbeddedPostgres::start(options(data_dir)).await.expect_err("the start is refused")
}

async fn client(server: &EmbeddedPostgres) -> Client {
    connect(server.socket_dir(), DATABASE).await.expect("the server answers")
}

async fn save_row(server: &EmbeddedPostgres) {
    let sql = "CREATE TABLE IF NOT EXISTS kept (n int); INSERT INTO kept VALUES (1)";
    let saved = client(server).await.batch_execute(sql).await;
    saved.expect("the row is saved");
}

async fn rows_saved(client: &Client) -> i64 {
    let row = client.query_one("SELECT count(*) FROM kept", &[]).await;
    row.expect("the rows are there").get(0)
}

async fn setting(client: &Client, name: &str) -> String {
    let row = client.query_one("SELECT current_setting($1)", &[&name]).await;
    row.expect("the setting is known").get(0)
}

fn pid(raw: u32) -> Pid {
    let raw = i32::try_from(raw).expect("a pid fits");
    Pid::from_raw(raw).expect("a pid is not zero")
}

fn lives(process: Pid) -> bool {
    test_kill_process(process).is_ok()
}

async fn await_that(what: &str, mut holds: impl FnMut() -> bool) {
    let began = Instant::now();
    while !holds() {
        assert!(began.elapsed() < Duration::from_secs(30), "{what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn folder() -> TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

/// As `mktemp -d` makes it: as root, closed to the user of the database.
fn closed_folder() -> TempDir {
    let folder = folder();
    fs::set_permissions(folder.path(), Permissions::from_mode(0o700)).expect("it closes");
    folder
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_is_made_kept_and_found_again() {
    let folder = closed_folder();
    let server = start(folder.path()).await;
    let first = client(&server).await;
    for (name, value) in [
        ("fsync", "on"),
        ("synchronous_commit", "on"),
        ("full_page_writes", "on"),
        ("data_checksums", "on"),
        ("listen_addresses", ""),
        ("server_encoding", "UTF8"),
        ("log_error_verbosity", "terse"),
    ] {
        assert_eq!(setting(&first, name).await, value, "{name}");
    }
    let collation = "SELECT datcollate FROM pg_database WHERE datname = 'titleblock'";
    let row = first.query_one(collation, &[]).await.expect("one database");
    assert_eq!(row.get::<_, String>(0), "C");
    save_row(&server).await;
    server.stop().await.expect("the server stops");

    let server = start(folder.path()).await;
    assert_eq!(rows_saved(&client(&server).await).await, 1);
    let stopped = pid(server.server_pid());
    server.stop().await.expect("the server stops");
    assert!(!lives(stopped));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_caller_sets_wins() {
    let folder = folder();
    let mut options = options(folder.path());
    options.extra_settings.push(("max_connections".into(), "7".into()));
    let server = EmbeddedPostgres::start(options).await.expect("the server starts");
    assert_eq!(setting(&client(&server).await, "max_connections").await, "7");
    let parsed: Result<tokio_postgres::Config, _> = server.database_url().parse();
    assert_eq!(parsed.expect("it parses").get_dbname(), Some("titleblock"));
    server.stop().await.expect("the server stops");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_server_on_the_same_data_is_refused_at_once() {
    let folder = folder();
    let server = start(folder.path()).await;
    let began = Instant::now();
    let error = refusal(folder.path()).await;
    assert!(began.elapsed() < Duration::from_secs(5));
    let own = format!("another Titleblock server (pid {})", std::process::id());
    assert!(error.to_string().starts_with(&own), "{error}");
    save_row(&server).await;
    server.stop().await.expect("the server stops");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dropped_server_stops_and_the_next_start_waits_for_its_end() {
    let folder = folder();
    let server = start(folder.path()).await;
    save_row(&server).await;
    drop(server);
    let server = start(folder.path()).await;
    assert_eq!(rows_saved(&client(&server).await).await, 1);
    server.stop().await.expect("the server stops");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_database_server_is_started_again_with_all_that_was_committed() {
    let folder = folder();
    let server = start(folder.path()).await;
    save_row(&server).await;
    let killed = server.server_pid();
    kill_process(pid(killed), Signal::KILL).expect("it is killed");
    await_that("it was not started again", || server.server_pid() != killed).await;

    let began = Instant::now();
    let again = loop {
        match connect(server.socket_dir(), DATABASE).await {
            Ok(client) => break client,
            Err(error) => assert!(began.elapsed() < Duration::from_secs(30), "{error}"),
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    assert_eq!(rows_saved(&again).await, 1);
    server.stop().await.expect("the server stops");
}

/// Not a test of its own: [`a_killed_parent_takes_the_database_with_it`] runs
/// it as another process.
#[tokio::test(flavor = "multi_thread")]
async fn holds_a_database_until_killed() {
    let Some(data_dir) = std::env::var_os(CHILD_DATA_DIR) else {
        return;
    };
    let server = start(Path::new(&data_dir)).await;
    save_row(&server).await;
    eprintln!("\n{HOLDING}");
    tokio::time::sleep(Duration::from_secs(60)).await;
}

fn spawn_holder(data_dir: &Path) -> Child {
    let (_crate, module) = module_path!().split_once("::").expect("a module");
    let mut child = Command::new(std::env::current_exe().expect("this program"))
        .arg(format!("{module}::holds_a_database_until_killed"))
        .args(["--exact", "--nocapture"])
        .env(CHILD_DATA_DIR, data_dir)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the child starts");
    let stderr = child.stderr.take().expect("a pipe");
    BufReader::new(stderr)
        .lines()
        .map_while(Result::ok)
        .find(|line| line == HOLDING)
        .expect("the child holds a database");
    child
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_parent_takes_the_database_with_it() {
    let folder = folder();
    for rows in 1..=2 {
        let mut child = spawn_holder(folder.path());
        child.kill().expect("the child is killed");
        child.wait().expect("the child is gone");
        // At once: the start waits for the old server's end by itself.
        let server = start(folder.path()).await;
        assert_eq!(rows_saved(&client(&server).await).await, rows);
        server.stop().await.expect("the server stops");
    }
    let mut child = spawn_holder(folder.path());
    child.kill().expect("the child is killed");
    child.wait().expect("the child is gone");
    // Every process of the database holds this lock; a dead one may remain
    // listed until somebody reaps it.
    let lock = File::open(folder.path().join("server.lock")).expect("a lock file");
    await_that("the database outlived its parent", || lock.try_lock().is_ok()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interrupted_first_start_and_stale_files_are_cleared() {
    let folder = folder();
    let unfinished = folder.path().join("initdb-unfinished");
    fs::create_dir_all(unfinished.join("base")).expect("a leftover");
    let server = start(folder.path()).await;
    assert!(!unfinished.exists());
    save_row(&server).await;
    let cluster = cluster_in(folder.path());
    server.stop().await.expect("the server stops");

    // A pid that lives, as after a restart of the machine: this very process.
    let stale = format!("{}\n{}\n", std::process::id(), cluster.display());
    fs::write(cluster.join("postmaster.pid"), stale).expect("a leftover");
    let server = start(folder.path()).await;
    assert_eq!(rows_saved(&client(&server).await).await, 1);
    server.stop().await.expect("the server stops");
}

#[tokio::test]
async fn a_database_of_another_version_is_refused_and_none_is_made_beside_it() {
    let folder = folder();
    let other = folder.path().join("postgres-14");
    fs::create_dir(&other).expect("a folder");
    fs::write(other.join("PG_VERSION"), "14\n").expect("a file");
    let error = refusal(folder.path()).await;
    assert!(matches!(error, EmbeddedError::OtherMajor { present: 14, .. }), "{error}");
    assert!(!cluster_in(folder.path()).exists());
}

#[tokio::test]
async fn a_folder_that_is_no_database_is_refused_and_left_alone() {
    let folder = folder();
    let cluster = cluster_in(folder.path());
    fs::create_dir(&cluster).expect("a folder");
    fs::write(cluster.join("notes.txt"), "mine").expect("a file");
    if rustix::process::geteuid().is_root() {
        // Root's files are not the database's; hand them over as advised.
        let error = refusal(folder.path()).await;
        assert!(matches!(error, EmbeddedError::ForeignOwner { owner: 0, .. }), "{error}");
        std::os::unix::fs::chown(&cluster, Some(65534), None).expect("a new owner");
    }
    let error = refusal(folder.path()).await;
    assert!(matches!(error, EmbeddedError::NotACluster { .. }), "{error}");
    assert!(cluster.join("notes.txt").exists());
}

#[tokio::test]
async fn named_binaries_that_are_none_are_refused() {
    let folder = folder();
    let mut options = options(folder.path());
    options.bin_dir = Some(folder.path().to_path_buf());
    let refused = EmbeddedPostgres::start(options).await;
    assert!(matches!(refused, Err(EmbeddedError::UnusableBinaries { .. })));
}

#[tokio::test(flavor = "multi_thread")]
async fn sockets_move_when_the_path_is_too_long_or_not_plain() {
    let folder = folder();
    let awkward = folder.path().join(format!("a b, 'c' {}", "x".repeat(100)));
    let server = start(&awkward).await;
    assert!(!server.socket_dir().starts_with(&awkward));
    save_row(&server).await;
    let sockets = server.socket_dir().to_path_buf();
    server.stop().await.expect("the server stops");

    let server = start(&awkward).await;
    assert_eq!(server.socket_dir(), sockets);
    assert_eq!(rows_saved(&client(&server).await).await, 1);
    server.stop().await.expect("the server stops");
    fs::remove_dir(&sockets).expect("it is left empty");
}

#[tokio::test]
async fn as_root_a_closed_folder_above_the_data_is_named() {
    if !rustix::process::geteuid().is_root() {
        return;
    }
    let closed = closed_folder();
    let error = refusal(&closed.path().join("data")).await;
    assert!(
        matches!(&error, EmbeddedError::Unreachable { folder, .. } if folder == closed.path()),
        "{error}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_holds_no_values() {
    let folder = folder();
    let server = start(folder.path()).await;
    let client = client(&server).await;
    let table = "CREATE TABLE person (email text PRIMARY KEY)";
    client.batch_execute(table).await.expect("a table");
    let insert = "INSERT INTO person VALUES ($1)";
    let first = client.execute(insert, &[&"ada@example.org"]).await;
    assert_eq!(first.expect("one row"), 1);
    let second = client.execute(insert, &[&"ada@example.org"]).await;
    second.expect_err("a duplicate is refused");
    server.stop().await.expect("the server stops");
    let log = fs::read_to_string(folder.path().join("postgres.log")).expect("a log");
    assert!(log.contains("duplicate key"), "{log}");
    assert!(!log.contains("ada"), "{log}");
}

fn cluster_in(data_dir: &Path) -> PathBuf {
    let binaries = find_binaries(None).expect("PostgreSQL is installed");
    data_dir.join(format!("postgres-{}", binaries.major()))
}
