//! An event that the views cannot take parks their ledger and nobody else's (promise 16).

use super::{bring_up, viewed};
use crate::support::{Account, apply};
use projections::rebuild::rebuild;
use projections::runner::{Runner, catch_up};
use projections::status::status;
use projections::{VIEW_NAMES, all_views};
use std::time::Duration;
use uuid::Uuid;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_poison_event_parks_its_ledgers_views_and_shows_and_others_go_on() {
    let (database, store) = viewed().await;
    let poisoned = Account::open(&store, 31).await;
    let healthy = Account::open(&store, 32).await;
    apply(&store, poisoned.create(poisoned.contact_id(), "Ada", None)).await;
    let last = apply(&store, poisoned.create(poisoned.contact_id(), "Bea", None)).await;
    let client = database.client().await;
    // As if a newer program had written it.
    let newer = "UPDATE events SET event = \
         replace(event, 'contact.created', 'contact.levitated') \
         WHERE ledger_id = $1 AND position = $2";
    let position = i64::try_from(last.position).expect("small");
    client.execute(newer, &[&poisoned.ledger.0, &position]).await.expect("poisoned");

    let runner = Runner::start(store.reader().clone(), store.hints());
    let progress = runner.progress();
    let wait = Duration::from_secs(2);
    let before = last.position - 1;
    progress.wait(poisoned.ledger, before, &VIEW_NAMES, wait).await.expect("up to the poison");
    let fine = apply(&store, healthy.create(healthy.contact_id(), "Cem", None)).await;
    progress.wait(healthy.ledger, fine.position, &VIEW_NAMES, wait).await.expect("goes on");
    assert!(progress.wait(poisoned.ledger, last.position, &VIEW_NAMES, wait / 4).await.is_err());
    let ledgers = status(store.reader()).await.expect("read");
    for ledger in ledgers {
        for view in ledger.views {
            if ledger.ledger == poisoned.ledger.0 {
                assert_eq!(view.position, before, "{} skipped something", view.view);
                let parked = view.parked.expect("parked and shown");
                assert_eq!(parked.position, last.position);
                assert!(parked.cause.contains("contact.levitated"), "{}", parked.cause);
            } else {
                assert_eq!(view.parked, None);
            }
        }
    }

    // The program is made able to take it, and a rebuild unparks the views.
    let older = "UPDATE events SET event = \
         replace(event, 'contact.levitated', 'contact.created') \
         WHERE ledger_id = $1 AND position = $2";
    client.execute(older, &[&poisoned.ledger.0, &position]).await.expect("healed");
    for view in all_views() {
        let run = Uuid::now_v7();
        rebuild(store.reader(), view, poisoned.ledger, run, &|_| {}).await.expect("rebuilt");
    }
    let next = apply(&store, poisoned.create(poisoned.contact_id(), "Dörte", None)).await;
    progress.wait(poisoned.ledger, next.position, &VIEW_NAMES, wait).await.expect("goes on");
    runner.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_that_the_database_refuses_park_that_view_alone() {
    let (database, store) = viewed().await;
    let account = Account::open(&store, 33).await;
    bring_up(&store, &[account.ledger]).await;
    let client = database.client().await;
    let refuse = "ALTER TABLE contact_directory ADD CONSTRAINT never CHECK (name <> 'Ada')";
    client.batch_execute(refuse).await.expect("a constraint");
    let ada = apply(&store, account.create(account.contact_id(), "Ada", None)).await;
    bring_up(&store, &[account.ledger]).await;
    let ledgers = status(store.reader()).await.expect("read");
    let ledger = ledgers.into_iter().find(|l| l.ledger == account.ledger.0).expect("there");
    for view in ledger.views {
        if view.view == "contact_directory" {
            let parked = view.parked.expect("parked");
            assert!(!parked.cause.contains("Ada"), "{}", parked.cause);
        } else {
            assert_eq!((view.position, view.parked), (ada.position, None), "{}", view.view);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_passes_parks_no_view() {
    // A lock held for too long, no room, a server that shuts down, a statement that took too long: the next try may go through.
    let (database, store) = viewed().await;
    let account = Account::open(&store, 34).await;
    bring_up(&store, &[account.ledger]).await;
    let client = database.client().await;
    let troubles = ["55P03", "53100", "57P01", "57014", "40001"];
    for (code, name) in troubles.into_iter().zip(["Ada", "Bea", "Cem", "Dag", "Eva"]) {
        let trouble = format!(
            "CREATE OR REPLACE FUNCTION trouble() RETURNS trigger LANGUAGE plpgsql AS \
               $$ BEGIN RAISE EXCEPTION 'later' USING ERRCODE = '{code}'; END $$; \
             CREATE TRIGGER trouble BEFORE INSERT OR UPDATE ON contact_directory \
               FOR EACH ROW EXECUTE FUNCTION trouble()"
        );
        client.batch_execute(&trouble).await.expect("trouble");
        let made = apply(&store, account.create(account.contact_id(), name, None)).await;
        let failed = catch_up(store.reader(), &[account.ledger].into()).await;
        assert!(failed.is_err(), "{code}");
        let parked = status(store.reader()).await.expect("read").into_iter();
        let mut parked = parked.flat_map(|ledger| ledger.views).filter(|v| v.parked.is_some());
        assert!(parked.next().is_none(), "{code}");
        client.batch_execute("DROP TRIGGER trouble ON contact_directory").await.expect("over");
        bring_up(&store, &[account.ledger]).await;
        let ledgers = status(store.reader()).await.expect("read");
        let ledger = ledgers.into_iter().find(|l| l.ledger == account.ledger.0).expect("there");
        assert!(ledger.views.iter().all(|view| view.position == made.position), "{code}");
    }
}
