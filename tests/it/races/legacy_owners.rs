//! R34 under pressure: whoever of the imported owners should keep the email keeps it, however their
//! commands meet.

use crate::support::account::details;
use crate::support::{Account, apply, audit, fresh_database, size};
use domain::contact::{Activity, ClaimChange, ContactEvent};
use domain::ledger::LegacyOwner;
use domain::text::Reference;
use domain::{AggregateId, Command, ContactId, Event, Timestamp};
use futures_util::future::join_all;

const OWNERS: i64 = 30;

fn owner(account: &Account, email: &str, hours: i64) -> LegacyOwner {
    let first = Timestamp::parse("2023-05-01T00:00:00Z").expect("a time");
    LegacyOwner {
        contact: account.contact_id(),
        reference: Reference::parse(&format!("OWN-{hours}")).expect("a reference"),
        details: details("Ada", Some(email)),
        person: Some(account.person_id()),
        activity: Activity { activated_at: None, last_login_at: Some(first.plus_hours(hours)) },
        jobs: Vec::new(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_owners_imported_at_once_through_two_processes_the_latest_login_keeps_the_email() {
    let database = fresh_database().await;
    let stores = [database.store().await, database.store().await];
    let account = Account::open(&stores[0], 5).await;
    let mut latest: Vec<ContactId> = Vec::new();
    for round in 0..size(4, 500) {
        let email = format!("round{round}@example.org");
        // Neither the first nor the last of them has signed in last.
        let owners: Vec<LegacyOwner> =
            (0..OWNERS).map(|n| owner(&account, &email, n * 7 % OWNERS)).collect();
        let login = |owner: &&LegacyOwner| owner.activity.last_login_at;
        latest.extend(owners.iter().max_by_key(login).map(|owner| owner.contact));
        let imports = owners.chunks(2).enumerate().map(|(n, pair)| {
            let import = account.staff(Command::ImportOwners(pair.to_vec()));
            apply(&stores[n % 2], import)
        });
        join_all(imports).await;
    }
    let mut holders: Vec<ContactId> = Vec::new();
    let mut deactivated = 0;
    audit(stores[0].reader(), account.ledger, |recorded| {
        let (AggregateId::Contact(contact), Event::Contact(event)) =
            (recorded.aggregate, &recorded.event)
        else {
            return;
        };
        match event.claim() {
            Some((_, ClaimChange::Taken)) => holders.push(contact),
            Some((_, ClaimChange::Released)) => holders.retain(|holder| *holder != contact),
            None => {}
        }
        deactivated += usize::from(matches!(event, ContactEvent::OwnerDeactivated(_)));
    })
    .await;
    holders.sort();
    latest.sort();
    assert_eq!(holders, latest);
    let all = latest.len() * usize::try_from(OWNERS).expect("few");
    assert_eq!(deactivated, all - latest.len(), "everybody else, once");
}
