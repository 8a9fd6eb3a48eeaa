//! Promise 6: a mail is sent, once. Senders in processes of their own are killed again and again,
//! before a mail, within the dialogue, and after the mail server has taken it.

use crate::support::database::open_store;
use crate::support::smtp::MailServer;
use crate::support::{Account, TestDatabase, apply, audit, fresh_database, process, rng, size};
use api::mail::{Mailer, Pace, Sender, Smtp};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::Event;
use event_store::{EventStore, StoreOptions};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use rand::Rng as _;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Child;
use std::time::{Duration, Instant};

const TEST: &str = "faults::mail::no_mail_is_lost_nor_sent_twice_under_another_id";

/// Quick enough for a test; a mail of a sender that died is free again after half a second.
const PACE: Pace = Pace {
    poll: Duration::from_millis(10),
    lease: Duration::from_millis(500),
    first_wait: Duration::from_millis(50),
    wait_max: Duration::from_millis(100),
    attempts_max: 1_000,
};

#[test]
fn no_mail_is_lost_nor_sent_twice_under_another_id() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    if let Some(words) = process::role() {
        let [database, smtp] = &words[..] else { panic!("two words") };
        return runtime.block_on(send_until_killed(database, smtp));
    }
    runtime.block_on(kill_senders());
}

async fn send_until_killed(database: &str, smtp: &str) {
    api::log::start("trace");
    let store = open_store(database, StoreOptions::default()).await;
    let smtp = Smtp::new(smtp, Some("no-reply@builders.example")).expect("usable");
    let _sender = Sender::start(store, Mailer::smtp(&smtp), "https://builders.example", PACE);
    std::future::pending::<()>().await;
}

struct Scene {
    database: TestDatabase,
    store: EventStore,
    account: Account,
    mail: MailServer,
    folder: tempfile::TempDir,
    invited: usize,
    secrets: Vec<[u8; 32]>,
}

impl Scene {
    async fn invite(&mut self, some: usize) {
        for _ in 0..some {
            let contact = self.account.contact_id();
            let email = format!("canary{}@nest.example", self.invited);
            apply(&self.store, self.account.create(contact, "Canaria", Some(&email))).await;
            let invite = self.account.invite(contact);
            self.secrets.push(*invite.secret.as_ref().expect("a secret").expose());
            apply(&self.store, invite).await;
            self.invited += 1;
        }
    }

    fn sender(&self, number: usize) -> Child {
        let log = std::fs::File::create(self.folder.path().join(number.to_string()));
        let words = [self.database.url().to_owned(), self.mail.url.clone()];
        process::spawn_with_log(TEST, &words, log.expect("a file"))
    }

    async fn waiting(&self) -> u64 {
        self.store.waiting_mails().await.expect("a count")
    }
}

fn murder(mut sender: Child) {
    let id = Pid::from_raw(i32::try_from(sender.id()).expect("a process"));
    kill(id, Signal::SIGKILL).expect("it is killed");
    sender.wait().expect("it ended");
}

async fn kill_senders() {
    let database = fresh_database().await;
    let store = database.store().await;
    let account = Account::open(&store, 6).await;
    let mail = MailServer::start().await;
    let folder = tempfile::tempdir().expect("a folder");
    let mut scene =
        Scene { database, store, account, mail, folder, invited: 0, secrets: Vec::new() };
    let mut rng = rng(6);
    // The mail server has taken a mail, and nobody can record it: the head is locked.
    scene.invite(3).await;
    let mut client = scene.database.client().await;
    let lock = client.transaction().await.expect("a transaction");
    let head = "SELECT head FROM ledgers WHERE ledger_id = $1 FOR UPDATE";
    lock.query_one(head, &[&scene.account.ledger.0]).await.expect("the head");
    let sender = scene.sender(0);
    scene.mail.wait_for(1).await;
    murder(sender);
    lock.rollback().await.expect("the head is free");
    assert_eq!(scene.waiting().await, 3, "nothing could be recorded");

    let cycles = size(5, 100);
    for cycle in 1..=cycles {
        scene.invite(6).await;
        if cycle % 2 == 0 {
            // Taken, but the connection ends before the mail server says so.
            scene.mail.cut_next();
        }
        let before = scene.mail.taken().len();
        let sender = scene.sender(cycle);
        scene.mail.wait_for(before + rng.random_range(0..4)).await;
        tokio::time::sleep(Duration::from_millis(rng.random_range(0..60))).await;
        murder(sender);
    }
    let sender = scene.sender(cycles + 1);
    let began = Instant::now();
    while scene.waiting().await > 0 {
        assert!(began.elapsed() < Duration::from_secs(60), "mail waits");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    murder(sender);
    look(&scene).await;
}

async fn look(scene: &Scene) {
    let mut ids: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let taken = scene.mail.taken();
    for mail in &taken {
        let to = mail.to.concat();
        ids.entry(to).or_default().insert(mail.header("Message-ID").to_owned());
    }
    assert_eq!(ids.len(), scene.invited, "every mail came");
    assert!(ids.values().all(|ids| ids.len() == 1), "a second copy has the same Message-ID");
    assert!(taken.len() > scene.invited, "a sender died between the accept and the mark");
    let mut sent = 0;
    audit(scene.store.reader(), scene.account.ledger, |recorded| {
        sent += usize::from(matches!(recorded.event, Event::Notification(_)));
    })
    .await;
    assert_eq!(sent, scene.invited, "each mail ended once");
    eprintln!("{} mails, {} copies more, none lost", sent, taken.len() - sent);
    no_log_tells(scene.folder.path(), &scene.secrets);
}

/// Promise 23: not at the most talkative level either.
fn no_log_tells(folder: &Path, secrets: &[[u8; 32]]) {
    let mut logs = String::new();
    for file in folder.read_dir().expect("the logs") {
        let path = file.expect("a file").path();
        logs.push_str(&String::from_utf8_lossy(&std::fs::read(path).expect("a log")));
    }
    assert!(logs.contains("a mail was sent"), "the senders log: {logs}");
    for canary in ["canary", "Canaria", "nest.example"] {
        assert!(!logs.contains(canary), "{canary} is in a log");
    }
    for secret in secrets {
        assert!(!logs.contains(&URL_SAFE_NO_PAD.encode(secret)), "a link is in a log");
    }
}
