//! `replay-tool tail`: every event once and in order, while it happens too.

use super::random::RandomHistory;
use super::{bring_up, viewed};
use crate::support::{Account, apply};
use replay_tool::tail::{Tail, follow};
use serde_json::Value;
use std::io::{self, ErrorKind, Write};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::oneshot;

/// What was written so far.
#[derive(Clone, Default)]
struct Page(Arc<Mutex<Vec<u8>>>);

impl Write for Page {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("unpoisoned").write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Page {
    fn lines(&self) -> Vec<String> {
        let text = self.0.lock().expect("unpoisoned").clone();
        String::from_utf8(text).expect("a text").lines().map(str::to_owned).collect()
    }
}

fn from(account: &Account, from: Option<u64>, until_head: bool) -> Tail {
    Tail { ledger: Some(account.ledger.0), from, until_head }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tail_tells_every_event_from_a_position_to_the_head() {
    let (_database, store) = viewed().await;
    let account = Account::open(&store, 81).await;
    RandomHistory::new(&account, 81).run(&store, 4_000).await;
    bring_up(&store, &[account.ledger]).await;
    let reader = store.reader();
    let events = reader.events_after(account.ledger, 0, 10_000).await.expect("read");
    assert!(events.len() > 500, "more than a page: {}", events.len());
    let mut page = Page::default();
    let never = std::future::pending();
    let tail = from(&account, Some(1), true);
    follow(reader, &tail, true, &mut page, never).await.expect("ends at the head");
    let lines = page.lines();
    assert_eq!(lines.len(), events.len());
    for (line, event) in lines.iter().zip(&events) {
        let line: Value = serde_json::from_str(line).expect("a line of JSON");
        assert_eq!(line["ledger"], account.ledger.to_string());
        assert_eq!(line["position"], event.position);
        assert_eq!(line["event"], event.event.stored_type());
        assert_eq!(line["at"], event.recorded_at.to_string());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tail_follows_what_happens_and_ends_when_it_is_told_to() {
    let (_database, store) = viewed().await;
    let account = Account::open(&store, 82).await;
    let contact = account.contact_id();
    apply(&store, account.create(contact, "Ada", None)).await;
    let page = Page::default();
    let (stop, stopped) = oneshot::channel::<()>();
    let following = {
        let (reader, mut page) = (store.reader().clone(), page.clone());
        let tail = from(&account, None, false);
        tokio::spawn(async move {
            let stop = async { drop(stopped.await) };
            follow(&reader, &tail, false, &mut page, stop).await
        })
    };
    // It begins with what happens next.
    tokio::time::sleep(Duration::from_millis(500)).await;
    for named in ["Bea", "Cem", "Dörte"] {
        apply(&store, account.rename(contact, named)).await;
    }
    let began = std::time::Instant::now();
    while page.lines().len() < 3 && began.elapsed() < Duration::from_secs(10) {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    stop.send(()).expect("it follows still");
    following.await.expect("no panic").expect("a clean end");
    let lines = page.lines();
    assert_eq!(lines.len(), 3, "{lines:?}");
    for (line, change) in lines.iter().zip(["name: Ada → Bea", "Bea → Cem", "Cem → Dörte"]) {
        assert!(line.contains(change), "{line}");
        assert!(line.contains("first (builder_staff)") && line.contains("contact.info_updated"));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tail_that_nobody_reads_any_more_ends() {
    struct Closed;
    impl Write for Closed {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(ErrorKind::BrokenPipe.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let (_database, store) = viewed().await;
    let account = Account::open(&store, 83).await;
    let never = std::future::pending();
    let tail = from(&account, Some(1), false);
    follow(store.reader(), &tail, false, &mut Closed, never).await.expect("a clean end");
    let never = std::future::pending();
    let beyond = from(&account, Some(9_999), false);
    let refused = follow(store.reader(), &beyond, false, &mut Closed, never).await;
    assert!(refused.is_err(), "nothing has happened there");
}
