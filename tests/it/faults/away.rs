//! Promise 7, the part of the store: with the database away, a caller hears so within two
//! seconds, and everything works again by itself once it is back.

use crate::support::database::{connect, open_store};
use crate::support::{Account, apply, audit, failure, persist};
use event_store::embedded::{EmbeddedOptions, EmbeddedPostgres};
use event_store::{EventStore, StoreOptions};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use std::path::Path;
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tokio::time::timeout;
use tokio_postgres::NoTls;

/// Two seconds are promised; the third is for a busy machine.
const ANSWER_MAX: Duration = Duration::from_secs(3);

/// How soon everything works again.
const RECOVERY_MAX: Duration = Duration::from_secs(5);

async fn start(data_dir: &Path) -> EmbeddedPostgres {
    let extra_settings = vec![("shared_buffers".into(), "32MB".into())];
    let options =
        EmbeddedOptions { data_dir: data_dir.to_path_buf(), bin_dir: None, extra_settings };
    EmbeddedPostgres::start(options).await.expect("the server starts")
}

struct Running {
    folder: TempDir,
    server: EmbeddedPostgres,
    store: EventStore,
    account: Account,
}

async fn running() -> Running {
    let folder = tempfile::tempdir().expect("a folder");
    let server = start(folder.path()).await;
    let store = open_store(&server.database_url(), StoreOptions::default()).await;
    let account = Account::open(&store, 13).await;
    let contact = account.contact_id();
    apply(&store, account.create(contact, "Ada", None)).await;
    Running { folder, server, store, account }
}

/// Commands are answered in time, and the answer is "later".
async fn a_command_is_told_soon(store: &EventStore, account: &Account, what: &str) {
    let create = account.create(account.contact_id(), "Bea", None);
    let began = Instant::now();
    let Ok(answer) = timeout(ANSWER_MAX, store.execute(create)).await else {
        panic!("{what}: a command hangs");
    };
    let error = failure(answer);
    assert!(error.is_transient(), "{what}: {error:?}");
    eprintln!("{what}: a command was told after {:?}", began.elapsed());
}

/// So are reads. On a connection that hangs a read has no end of its own: whoever asks sets one.
async fn a_read_is_told_soon(store: &EventStore, account: &Account, what: &str) {
    let Ok(read) = timeout(ANSWER_MAX, store.reader().head(account.ledger)).await else {
        panic!("{what}: a read hangs");
    };
    let error = read.expect_err("the database is away");
    assert!(error.is_transient(), "{what}: {error:?}");
}

/// Commands and reads work again, and the ledger is whole.
async fn everything_is_well_again(store: &EventStore, account: &Account, what: &str) {
    let began = Instant::now();
    let contact = account.contact_id();
    let create = || account.create(contact, "Cid", None);
    let Ok(answer) = timeout(RECOVERY_MAX, persist(store, create)).await else {
        panic!("{what}: it does not work again");
    };
    answer.expect("applied");
    loop {
        match timeout(RECOVERY_MAX, store.reader().head(account.ledger)).await {
            Ok(Ok(_)) => break,
            Ok(Err(error)) if error.is_transient() && began.elapsed() < RECOVERY_MAX => {}
            other => panic!("{what}: reads do not work again: {other:?}"),
        }
    }
    eprintln!("{what}: well again after {:?}", began.elapsed());
    audit(store.reader(), account.ledger, |_| {}).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stopped_server_is_told_soon_and_a_started_one_is_used_again() {
    let Running { folder, server, store, account } = running().await;
    server.stop().await.expect("the server stops");
    for _ in 0..3 {
        a_command_is_told_soon(&store, &account, "stopped").await;
        a_read_is_told_soon(&store, &account, "stopped").await;
    }
    let server = start(folder.path()).await;
    everything_is_well_again(&store, &account, "stopped").await;
    server.stop().await.expect("the server stops");
}

/// The connections are there and nobody answers on them: a dead machine, a hung disk.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_hangs_is_told_soon_and_used_again_when_it_goes_on() {
    let Running { folder: _folder, server, store, account } = running().await;
    let hung = Hung::stop(&server).await;
    // The first one hangs on the lane's connection, those behind it in the queue.
    for _ in 0..3 {
        a_command_is_told_soon(&store, &account, "hanging").await;
    }
    drop(hung);
    everything_is_well_again(&store, &account, "hanging").await;
    server.stop().await.expect("the server stops");
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_that_are_cut_are_made_again() {
    let Running { folder: _folder, server, store, account } = running().await;
    let admin = connect(&server.database_url()).await;
    for _ in 0..3 {
        let cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                   WHERE application_name = 'titleblock'";
        admin.query(cut, &[]).await.expect("the connections are cut");
        everything_is_well_again(&store, &account, "cut").await;
    }
    server.stop().await.expect("the server stops");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_server_comes_back_by_itself() {
    let Running { folder: _folder, server, store, account } = running().await;
    let killed = i32::try_from(server.server_pid()).expect("a pid fits");
    kill(Pid::from_raw(killed), Signal::SIGKILL).expect("it is killed");
    // How long it recovers is the disk's affair.
    let began = Instant::now();
    while tokio_postgres::connect(&server.database_url(), NoTls).await.is_err() {
        assert!(began.elapsed() < Duration::from_secs(45), "it was not started again");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    everything_is_well_again(&store, &account, "killed").await;
    server.stop().await.expect("the server stops");
}

/// All processes of a server, stopped until this is dropped.
struct Hung(Vec<Pid>);

impl Hung {
    async fn stop(server: &EmbeddedPostgres) -> Self {
        let admin = connect(&server.database_url()).await;
        let all = "SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid()";
        let mut processes: Vec<i32> = admin
            .query(all, &[])
            .await
            .expect("the processes")
            .iter()
            .map(|row| row.get(0))
            .collect();
        processes.push(i32::try_from(server.server_pid()).expect("a pid fits"));
        let hung = Self(processes.into_iter().map(Pid::from_raw).collect());
        hung.signal(Signal::SIGSTOP);
        hung
    }

    fn signal(&self, signal: Signal) {
        for process in &self.0 {
            kill(*process, signal).expect("the process is there");
        }
    }
}

impl Drop for Hung {
    fn drop(&mut self) {
        self.signal(Signal::SIGCONT);
    }
}
