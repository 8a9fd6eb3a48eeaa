//! As of a position, a contact, a job and a lead are what the views showed there (promise 14).

use super::random::RandomHistory;
use super::{bring_up, viewed};
use crate::support::{Account, apply, rng, size};
use domain::{Command, JobName};
use domain::{Timestamp, job::JobCommand};
use event_store::EventStore;
use projections::ViewError;
use projections::as_of::{self, AsOf, Moment};
use projections::contact_directory::{self, ContactEntry};
use projections::job_list::{self, JobEntry};
use projections::job_owners::{self, JobOwners};
use projections::lead_view::{self, LeadEntry};
use rand::seq::IndexedRandom;

async fn at(store: &EventStore, account: &Account, moment: Moment) -> AsOf {
    as_of::resolve(store.reader(), account.ledger, moment).await.expect("a position")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_answer_of_a_random_history_is_the_answer_as_of_its_position() {
    let (_database, store) = viewed().await;
    let account = Account::open(&store, 71).await;
    let (reader, ledger) = (store.reader(), account.ledger);
    let mut history = RandomHistory::new(&account, 71);
    let mut rng = rng(71);
    let mut contacts: Vec<(u64, domain::ContactId, Option<ContactEntry>)> = Vec::new();
    let mut jobs: Vec<(u64, domain::JobId, Option<JobEntry>)> = Vec::new();
    let mut leads: Vec<(u64, domain::LeadId, Option<LeadEntry>)> = Vec::new();
    let mut owners: Vec<(u64, domain::JobId, Option<JobOwners>)> = Vec::new();
    for _ in 0..size(250, 5_000) {
        history.run(&store, 1).await;
        bring_up(&store, &[ledger]).await;
        let head = reader.head(ledger).await.expect("read").expect("there").position;
        if let Some(id) = history.contacts.choose(&mut rng) {
            let shown = contact_directory::get(reader, ledger, *id).await.expect("read");
            contacts.push((head, *id, shown));
        }
        if let Some(id) = history.jobs.choose(&mut rng) {
            let shown = job_list::get(reader, ledger, *id).await.expect("read");
            jobs.push((head, *id, shown));
            let shown = job_owners::get(reader, ledger, *id).await.expect("read");
            owners.push((head, *id, shown));
        }
        if let Some(id) = history.leads.choose(&mut rng) {
            let shown = lead_view::get(reader, ledger, *id).await.expect("read");
            leads.push((head, *id, shown));
        }
    }
    let owned = |(_, _, job): &(_, _, Option<JobEntry>)| {
        job.as_ref().is_some_and(|job| !job.owners.is_empty())
    };
    assert!(jobs.iter().filter(|job| owned(job)).count() > 50, "jobs with owners");
    for (head, id, shown) in contacts {
        let at = at(&store, &account, Moment::Position(head)).await;
        let then = as_of::contact(reader, ledger, id, at).await.expect("folds");
        assert_eq!(then.map(|then| then.entry), shown, "contact {id} at {head}");
    }
    for (head, id, shown) in jobs {
        let at = at(&store, &account, Moment::Position(head)).await;
        let then = as_of::job(reader, ledger, id, at).await.expect("folds");
        assert_eq!(then.map(|then| then.entry.job), shown, "job {id} at {head}");
    }
    let about = |(_, _, lead): &(_, _, Option<LeadEntry>)| {
        lead.as_ref().is_some_and(|lead| lead.contact.is_some())
    };
    assert!(leads.iter().filter(|lead| about(lead)).count() > 20, "leads with contacts");
    for (head, id, shown) in leads {
        let at = at(&store, &account, Moment::Position(head)).await;
        let then = as_of::lead(reader, ledger, id, at).await.expect("folds");
        assert_eq!(then.map(|then| then.entry), shown, "lead {id} at {head}");
    }
    for (head, id, shown) in owners {
        let at = at(&store, &account, Moment::Position(head)).await;
        let then = as_of::job_owners(reader, ledger, id, at).await.expect("folds");
        assert_eq!(then.map(|then| then.entry), shown, "owners of {id} at {head}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_time_means_the_last_event_recorded_until_then() {
    let (_database, store) = viewed().await;
    let account = Account::open(&store, 72).await;
    RandomHistory::new(&account, 72).run(&store, 120).await;
    let reader = store.reader();
    let events = reader.events_after(account.ledger, 0, 10_000).await.expect("read");
    let expected = |time: Timestamp| {
        let until = events.iter().filter(|event| event.recorded_at <= time);
        until.map(|event| event.position).max().unwrap_or(0)
    };
    let microsecond = time::Duration::microseconds(1);
    for event in &events {
        let recorded = event.recorded_at.moment();
        for moment in [recorded - microsecond, recorded, recorded + microsecond] {
            let time = Timestamp::new(moment);
            let found = at(&store, &account, Moment::Time(time)).await;
            assert_eq!(found.position, expected(time), "{time}");
            assert!(found.recorded_at <= Some(time));
        }
    }
    let long_ago = Timestamp::parse("2001-01-01T00:00:00Z").expect("a time");
    let before = AsOf { position: 0, recorded_at: None };
    assert_eq!(at(&store, &account, Moment::Time(long_ago)).await, before);
    let head = u64::try_from(events.len()).expect("small");
    let beyond = as_of::resolve(reader, account.ledger, Moment::Position(head + 1)).await;
    assert!(matches!(beyond, Err(ViewError::BeyondHead)), "{beyond:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_owner_is_shown_under_the_name_of_that_time() {
    let (_database, store) = viewed().await;
    let account = Account::open(&store, 73).await;
    let (contact, job) = (account.contact_id(), account.job_id());
    apply(&store, account.create(contact, "Ada Maiden", None)).await;
    let created = apply(&store, account.create_job(job, "Elm St", vec![contact])).await;
    apply(&store, account.rename(contact, "Ada Married")).await;
    let named = JobName::parse("Oak St").expect("a name");
    let last = apply(&store, account.staff(Command::Job(job, JobCommand::Rename(named)))).await;
    let mut told = Vec::new();
    for position in [created.position, created.position + 1, last.position] {
        let at = at(&store, &account, Moment::Position(position)).await;
        let then = as_of::job(store.reader(), account.ledger, job, at).await.expect("folds");
        let entry = then.expect("there").entry;
        told.push((entry.job.name, entry.job.owners[0].name.clone()));
    }
    let pair = |job: &str, owner: &str| (job.to_owned(), owner.to_owned());
    assert_eq!(
        told,
        [
            pair("Elm St", "Ada Maiden"),
            pair("Elm St", "Ada Married"),
            pair("Oak St", "Ada Married")
        ]
    );
}
