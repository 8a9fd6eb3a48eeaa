//! Promise 6, point by point: the sender's process is killed exactly there, started again, and what came of the
//! mail is looked at. Nothing in the program is told to stop: the database's locks and a mail server that falls
//! silent hold it where it is. `mail` kills at random moments beside this.
//!
//! | point | held by | mails |
//! |---|---|---|
//! | before the lease | the mail's row in the outbox is locked | one |
//! | after the lease, before it connects | the events are locked, which the letter is written from | one |
//! | connected, before the mail is handed over | the mail server does not answer to the recipient | one |
//! | handed over, before the mail server says that it has it | the mail server is silent after the final dot | two, one Message-ID |
//! | the mail server has said so, before our mark | the head of the ledger is locked | two, one Message-ID |
//! | marked and wiped, before the mail log shows it | the mail log is locked | one |

use crate::support::database::open_store;
use crate::support::smtp::{MailServer, Silence};
use crate::support::{Account, TestDatabase, apply, audit, fresh_database, process};
use api::mail::{Mailer, Pace, Sender, Smtp};
use domain::Event;
use event_store::{EventStore, StoreOptions};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use projections::{Runner, VIEW_NAMES};
use std::process::Child;
use std::time::{Duration, Instant};
use tokio_postgres::{Client, Transaction};

const PROCESS: &str = "faults::mail_points::sends_until_it_is_killed";

/// Quick enough for a test; a mail of a sender that died is free again after half a second.
const PACE: Pace = Pace {
    poll: Duration::from_millis(10),
    lease: Duration::from_millis(500),
    first_wait: Duration::from_millis(50),
    wait_max: Duration::from_millis(100),
    attempts_max: 1_000,
};

const PATIENCE: Duration = Duration::from_secs(60);

/// What a server does with mail, in a process of its own: the sender, and the read models behind it.
#[test]
fn sends_until_it_is_killed() {
    let Some(words) = process::role() else { return };
    let [database, smtp] = &words[..] else { panic!("two words") };
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let options = StoreOptions { views: VIEW_NAMES.to_vec(), ..StoreOptions::default() };
        let store = open_store(database, options).await;
        let _runner = Runner::start(store.reader().clone(), store.hints());
        let smtp = Smtp::new(smtp, Some("no-reply@builders.example")).expect("usable");
        let _sender = Sender::start(store, Mailer::smtp(&smtp), "https://builders.example", PACE);
        std::future::pending::<()>().await;
    });
}

/// One mail that waits in the outbox.
struct Scene {
    database: TestDatabase,
    store: EventStore,
    account: Account,
    mail: MailServer,
    /// Looks past the store.
    eye: Client,
}

impl Scene {
    async fn new() -> Self {
        let database = fresh_database().await;
        let store = database.store().await;
        let account = Account::open(&store, 6).await;
        let contact = account.contact_id();
        apply(&store, account.create(contact, "Canaria", Some("canary@nest.example"))).await;
        apply(&store, account.invite(contact)).await;
        let (mail, eye) = (MailServer::start().await, database.client().await);
        Self { database, store, account, mail, eye }
    }

    fn sender(&self) -> Child {
        process::spawn(PROCESS, &[self.database.url().to_owned(), self.mail.url.clone()])
    }

    /// Waits until this question is answered with yes.
    async fn until(&self, what: &str, yes: &str) {
        let began = Instant::now();
        while !self.is(yes).await {
            assert!(began.elapsed() < PATIENCE, "{what}");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    async fn is(&self, yes: &str) -> bool {
        self.eye.query_one(yes, &[]).await.expect("an answer").get(0)
    }

    /// Waits until a statement that begins so waits for a lock.
    async fn until_waits(&self, statement: &str) {
        let waits = format!(
            "SELECT EXISTS (SELECT 1 FROM pg_stat_activity WHERE datname = current_database() \
               AND wait_event_type = 'Lock' AND query LIKE '{statement}%')"
        );
        self.until(statement, &waits).await;
    }

    /// Kills the process, and what it had asked the database for and not got: nothing of it goes on.
    async fn murder(&self, mut sender: Child) {
        let id = Pid::from_raw(i32::try_from(sender.id()).expect("a process"));
        kill(id, Signal::SIGKILL).expect("it is killed");
        sender.wait().expect("it ended");
        let ghosts = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity \
                      WHERE datname = current_database() AND wait_event_type = 'Lock'";
        self.eye.query_one(ghosts, &[]).await.expect("ended");
        let gone = "SELECT NOT EXISTS (SELECT 1 FROM pg_stat_activity \
                    WHERE datname = current_database() AND wait_event_type = 'Lock')";
        self.until("a statement of the dead goes on", gone).await;
    }

    /// Starts a sender again, and waits until the mail has ended and the mail log shows it.
    async fn again(&self) {
        let sender = self.sender();
        self.until("mail waits", ENDED).await;
        self.until("the mail log is behind", LOGGED).await;
        // Time for whoever would send it once more.
        tokio::time::sleep(PACE.lease * 2).await;
        self.murder(sender).await;
    }

    /// So many mails came, under one Message-ID, and one end was recorded.
    async fn look(&self, copies: usize) {
        let taken = self.mail.taken();
        assert_eq!(taken.len(), copies, "mails came");
        let ids: Vec<&str> = taken.iter().map(|mail| mail.header("Message-ID")).collect();
        assert!(ids.iter().all(|id| *id == ids[0]), "copies under several ids: {ids:?}");
        assert!(taken.iter().all(|mail| mail.to == ["canary@nest.example"]));
        let mut ends = 0;
        audit(self.store.reader(), self.account.ledger, |recorded| {
            ends += usize::from(matches!(recorded.event, Event::Notification(_)));
        })
        .await;
        assert_eq!(ends, 1, "each mail ends once");
        assert!(self.is(ENDED).await && self.is(LOGGED).await);
    }
}

const LEASED: &str = "SELECT bool_and(taken_until IS NOT NULL) FROM outbox";
const ENDED: &str = "SELECT bool_and(sent_at IS NOT NULL AND sealed IS NULL) FROM outbox";
const LOGGED: &str = "SELECT count(*) = 1 AND bool_and(status = 'sent') IS TRUE FROM mail_log";

async fn lock<'a>(client: &'a mut Client, lock: &str) -> Transaction<'a> {
    let holder = client.transaction().await.expect("a transaction");
    holder.batch_execute(lock).await.expect("the lock");
    holder
}

const ROW: &str = "SELECT 1 FROM outbox FOR UPDATE";
const TAKES: &str = "UPDATE outbox SET taken_until";

#[tokio::test(flavor = "multi_thread")]
async fn killed_before_the_lease_one_mail_comes() {
    let scene = Scene::new().await;
    let mut client = scene.database.client().await;
    let row = lock(&mut client, ROW).await;
    let sender = scene.sender();
    scene.until_waits(TAKES).await;
    scene.murder(sender).await;
    assert!(!scene.is(LEASED).await, "nobody has it");
    assert_eq!(scene.mail.connections(), 0);
    row.rollback().await.expect("the row is free");
    scene.again().await;
    scene.look(1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_after_the_lease_and_before_it_connects_one_mail_comes() {
    let scene = Scene::new().await;
    let (mut one, mut two) = (scene.database.client().await, scene.database.client().await);
    // It is held before the lease first, so that all it reads when it starts it has read.
    let row = lock(&mut one, ROW).await;
    let sender = scene.sender();
    scene.until_waits(TAKES).await;
    let events = lock(&mut two, "LOCK TABLE events IN ACCESS EXCLUSIVE MODE").await;
    row.rollback().await.expect("the row is free");
    scene.until("the lease", LEASED).await;
    scene.until_waits("SELECT").await;
    assert_eq!(scene.mail.connections(), 0);
    scene.murder(sender).await;
    assert!(scene.is(LEASED).await, "the dead one had it");
    events.rollback().await.expect("the events are free");
    scene.again().await;
    scene.look(1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_when_connected_and_before_the_mail_is_handed_over_one_mail_comes() {
    let scene = Scene::new().await;
    scene.mail.fall_silent(Silence::AtTheRecipient);
    let sender = scene.sender();
    scene.mail.is_silent().await;
    scene.murder(sender).await;
    assert_eq!((scene.mail.connections(), scene.mail.taken().len()), (1, 0));
    assert!(!scene.is(ENDED).await);
    scene.again().await;
    scene.look(1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_before_the_mail_server_says_that_it_has_the_mail_a_copy_has_the_same_id() {
    let scene = Scene::new().await;
    scene.mail.fall_silent(Silence::AfterTheMail);
    let sender = scene.sender();
    scene.mail.is_silent().await;
    scene.murder(sender).await;
    assert_eq!(scene.mail.taken().len(), 1);
    assert!(!scene.is(ENDED).await);
    scene.again().await;
    scene.look(2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_between_the_mail_servers_accept_and_our_mark_a_copy_has_the_same_id() {
    let scene = Scene::new().await;
    let mut client = scene.database.client().await;
    let head = lock(&mut client, "SELECT head FROM ledgers FOR UPDATE").await;
    let sender = scene.sender();
    scene.mail.wait_for(1).await;
    // It has heard of it, and is at the mark.
    scene.until_waits("").await;
    scene.murder(sender).await;
    assert!(!scene.is(ENDED).await, "nothing could be recorded");
    head.rollback().await.expect("the head is free");
    scene.again().await;
    scene.look(2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_after_the_mark_and_before_the_mail_log_shows_it_no_copy_comes() {
    let scene = Scene::new().await;
    let mut client = scene.database.client().await;
    // Who looks may; who writes waits.
    let log = lock(&mut client, "LOCK TABLE mail_log IN EXCLUSIVE MODE").await;
    let sender = scene.sender();
    scene.until("the mark", ENDED).await;
    scene.murder(sender).await;
    assert!(!scene.is(LOGGED).await, "the mail log does not show it yet");
    log.rollback().await.expect("the mail log is free");
    scene.again().await;
    scene.look(1).await;
}
