//! Promise 1: an acknowledged command survives `kill -9` of server and database at any moment;
//! and promise 3 with it: what was retried because nobody knew, acted once.
//!
//! A second process is the server: it runs a durable database and eight writers, and says each
//! answer on a pipe. The first one kills it, or its database, again and again, and at last looks.

use crate::support::database::open_store;
use crate::support::{Account, Keyed as _, audit, process, rng, size};
use domain::ContactId;
use event_store::embedded::{EmbeddedOptions, EmbeddedPostgres};
use event_store::{Applied, EventStore, ExecuteError, StoreOptions, Submission};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use rand::Rng as _;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::Child;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};
use uuid::Uuid;

const SEED: u64 = 14;
const WRITERS: u64 = 8;

/// How long a started or restarted server may take until it answers a command.
const START_MAX: Duration = Duration::from_secs(45);

#[test]
fn what_was_acknowledged_survives_every_kill() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut rng = rng(SEED);
    let mut acknowledged = Vec::new();
    let cycles = size(3, 200);
    for cycle in 0..cycles {
        let server = Server::start(folder.path(), cycle);
        server.hear_one(&mut acknowledged);
        leave_at_work(Duration::from_millis(rng.random_range(100..size(700, 5_000))));
        // Now the database alone, now one of its processes, now nothing before the whole server.
        let hit = match cycle % 3 {
            0 => None,
            1 => Some(postmaster(folder.path())),
            _ => a_backend(folder.path()),
        };
        if let Some(process) = hit {
            kill(process, Signal::SIGKILL).expect("it is killed");
            server.hear_what_was_said(&mut acknowledged);
            server.hear_one(&mut acknowledged);
            leave_at_work(Duration::from_millis(rng.random_range(0..300)));
        }
        server.kill(&mut acknowledged);
    }
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let events = runtime.block_on(look(folder.path(), &acknowledged));
    eprintln!("{cycles} kills, {} acknowledged, {events} events, none lost", acknowledged.len());
    assert!(acknowledged.len() > 50, "too little load to say anything");
}

/// One answer: the contact, its version, the position of the command's last event.
struct Acknowledged {
    contact: Uuid,
    version: u64,
    position: u64,
}

impl Acknowledged {
    /// A line that was cut by the kill has no end mark.
    fn read(line: &str) -> Option<Self> {
        let mut words = line.strip_prefix("ack ")?.strip_suffix(" .")?.split(' ');
        Some(Self {
            contact: words.next()?.parse().ok()?,
            version: words.next()?.parse().ok()?,
            position: words.next()?.parse().ok()?,
        })
    }
}

struct Server {
    child: Child,
    said: Receiver<String>,
}

impl Server {
    fn start(data_dir: &Path, cycle: u64) -> Self {
        let words = [data_dir.display().to_string(), cycle.to_string()];
        let mut child = process::spawn("faults::kill::serves_until_it_is_killed", &words);
        let pipe = BufReader::new(child.stdout.take().expect("a pipe"));
        let (tell, said) = channel();
        std::thread::spawn(move || {
            for line in pipe.lines().map_while(Result::ok) {
                if tell.send(line).is_err() {
                    break;
                }
            }
        });
        Self { child, said }
    }

    fn note(line: &str, acknowledged: &mut Vec<Acknowledged>) -> bool {
        assert!(!line.starts_with("bad "), "{line}");
        let read = Acknowledged::read(line);
        let is_one = read.is_some();
        acknowledged.extend(read);
        is_one
    }

    fn hear_what_was_said(&self, acknowledged: &mut Vec<Acknowledged>) {
        while let Ok(line) = self.said.try_recv() {
            Self::note(&line, acknowledged);
        }
    }

    /// Waits for an answer; a server that does not come back by itself fails the test here.
    fn hear_one(&self, acknowledged: &mut Vec<Acknowledged>) {
        let began = Instant::now();
        loop {
            let left = START_MAX.saturating_sub(began.elapsed());
            let line = self.said.recv_timeout(left).expect("the server answers commands");
            if Self::note(&line, acknowledged) {
                return;
            }
        }
    }

    fn kill(mut self, acknowledged: &mut Vec<Acknowledged>) {
        self.child.kill().expect("it is killed");
        self.child.wait().expect("it is gone");
        // Whatever it had written into the pipe was acknowledged.
        for line in self.said {
            Self::note(&line, acknowledged);
        }
    }
}

fn leave_at_work(load: Duration) {
    std::thread::sleep(load);
}

fn cluster(data_dir: &Path) -> PathBuf {
    let entries = std::fs::read_dir(data_dir).expect("the data directory");
    let mut paths = entries.flatten().map(|entry| entry.path());
    paths.find(|path| path.join("postmaster.pid").exists()).expect("a running database")
}

fn postmaster(data_dir: &Path) -> Pid {
    let written = std::fs::read_to_string(cluster(data_dir).join("postmaster.pid"));
    let written = written.expect("the pid file");
    Pid::from_raw(written.lines().next().and_then(|pid| pid.parse().ok()).expect("a pid"))
}

/// Some process that the database has forked; its death makes the database recover.
fn a_backend(data_dir: &Path) -> Option<Pid> {
    let parent = postmaster(data_dir);
    let children =
        std::fs::read_to_string(format!("/proc/{parent}/task/{parent}/children")).ok()?;
    // The last one forked serves a connection.
    let last = children.split_whitespace().next_back()?;
    Some(Pid::from_raw(last.parse().ok()?))
}

/// Every acknowledged command's last event stands where the answer said, the ledger is whole, and
/// no key acted twice.
async fn look(data_dir: &Path, acknowledged: &[Acknowledged]) -> u64 {
    let server = start_database(data_dir).await;
    let store = open_store(&server.database_url(), StoreOptions::default()).await;
    let account = Account::of_seed(SEED, 0);
    let mut there: BTreeMap<u64, (Uuid, u64)> = BTreeMap::new();
    let mut keys: BTreeMap<Box<str>, (Uuid, domain::Timestamp)> = BTreeMap::new();
    let head = audit(store.reader(), account.ledger, |event| {
        there.insert(event.position, (event.aggregate.uuid(), event.sequence));
        if let Some(key) = &event.origin.idempotency {
            let commanded = (event.origin.correlation, event.recorded_at);
            let first = keys.entry(key.clone()).or_insert(commanded);
            assert_eq!(*first, commanded, "a key acted twice");
        }
    })
    .await;
    let lost: Vec<_> = acknowledged
        .iter()
        .filter(|ack| there.get(&ack.position) != Some(&(ack.contact, ack.version)))
        .map(|ack| (ack.contact, ack.version, ack.position))
        .collect();
    let first = lost.first();
    assert!(first.is_none(), "{} of {} are lost: {first:?}", lost.len(), acknowledged.len());
    let distinct: BTreeSet<u64> = acknowledged.iter().map(|ack| ack.position).collect();
    assert_eq!(distinct.len(), acknowledged.len(), "two commands were told one position");
    server.stop().await.expect("the server stops");
    head
}

async fn start_database(data_dir: &Path) -> EmbeddedPostgres {
    // All as in earnest, but for the memory.
    let extra_settings = vec![("shared_buffers".into(), "64MB".into())];
    let options =
        EmbeddedOptions { data_dir: data_dir.to_path_buf(), bin_dir: None, extra_settings };
    EmbeddedPostgres::start(options).await.expect("the database starts")
}

/// The second process of the test above; does nothing by itself.
#[tokio::test(flavor = "multi_thread")]
async fn serves_until_it_is_killed() {
    let Some(words) = process::role() else { return };
    let cycle: u64 = words[1].parse().expect("a number");
    let server = start_database(Path::new(&words[0])).await;
    let store = open_store(&server.database_url(), StoreOptions::default()).await;
    let account = Account::of_seed(SEED, 0);
    store.ensure_ledger(account.ledger, "builder_account").await.expect("a ledger");
    let opening = account.opening().keyed("open", "open").with_secret().expect("random bytes");
    store.execute(opening).await.expect("the account is open");
    let writers = (0..WRITERS).map(|writer| {
        let account = Arc::new(Account::of_seed(SEED, 1 + cycle * WRITERS + writer));
        tokio::spawn(write_on(store.clone(), account))
    });
    for writer in futures_util::future::join_all(writers).await {
        writer.expect("a writer never ends");
    }
}

/// Lives of contacts, one after the other, each command with a key and sent until it is answered.
async fn write_on(store: EventStore, account: Arc<Account>) {
    loop {
        let contact = account.contact_id();
        let ids = account.invite_ids();
        let email = format!("{contact}@example.org");
        let send = |n: u32, submission: Submission| answered(&store, contact, n, submission);
        send(0, account.create(contact, "Ada", Some(&email))).await;
        for n in 1..4 {
            send(n, account.rename(contact, &format!("Ada {n}"))).await;
        }
        send(4, account.invite_as(contact, ids)).await;
        let person = account.person_id();
        send(5, account.accept(person, contact, ids.token)).await;
        send(6, account.rename_oneself(person, contact, "Bea")).await;
    }
}

/// Sends one command until the machine does not fail any more, and says what it answered.
async fn answered(store: &EventStore, contact: ContactId, n: u32, submission: Submission) {
    let key = format!("{contact} {n}");
    loop {
        let again = Submission::new(
            submission.ledger,
            submission.command.clone(),
            submission.circumstances.clone(),
        );
        let again = again.keyed(&key, &key).with_secret().expect("random bytes");
        match store.execute(again).await {
            Ok(applied) => return acknowledge(contact, &applied),
            Err(ExecuteError::Store(error)) if error.is_transient() => {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            Err(other) => return say(&format!("bad {key}: {other:?}")),
        }
    }
}

fn acknowledge(contact: ContactId, applied: &Applied) {
    let version = applied.version(contact.into()).expect("the contact's version");
    say(&format!("ack {contact} {version} {} .", applied.position));
}

/// One line, one write, so that a kill cuts between lines.
fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    out.write_all(format!("{line}\n").as_bytes()).expect("somebody listens");
    out.flush().expect("somebody listens");
}
