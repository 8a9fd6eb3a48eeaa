//! What a history tells: each change with before and after, refused attempts in their place.

use super::{bring_up, viewed};
use crate::support::{Account, apply};
use domain::contact::ContactCommand;
use domain::{Command, Reason};
use projections::audit_chart;
use projections::audit_trail::{self, AuditQuery};
use projections::history;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_history_tells_each_change_with_before_and_after_and_what_was_refused() {
    let (_database, store) = viewed().await;
    let account = Account::open(&store, 51).await;
    let contact = account.contact_id();
    apply(&store, account.create(contact, "Ada", Some("ada@old.example"))).await;
    apply(&store, account.set_primary(contact, "ada@new.example")).await;
    apply(&store, account.invite(contact)).await;
    store.execute(account.rename(contact, "Bea")).await.expect_err("locked since it was sent");
    let mut cancel = account.staff(Command::Contact(contact, ContactCommand::CancelInvite));
    cancel.circumstances.reason = Reason::parse("wrong address").ok();
    apply(&store, cancel).await;
    let disable = account.staff(Command::Contact(contact, ContactCommand::DisableAccess));
    apply(&store, disable).await;
    bring_up(&store, &[account.ledger]).await;

    let mut told = Vec::new();
    let mut cursor = None;
    loop {
        // Pages of two, so that events and attempts meet at their edges.
        let page = history::of(store.reader(), account.ledger, contact.0, cursor.as_deref(), 2);
        let page = page.await.expect("read");
        told.extend(page.items);
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    told.reverse();
    let lines: Vec<String> = told
        .iter()
        .map(|entry| {
            let changes: Vec<String> = entry
                .changes
                .iter()
                .map(|c| format!("{} {:?}→{:?}", c.field, c.before, c.after).replace("Some", ""))
                .collect();
            let refused = entry.refused.as_ref().map_or("", |refused| &refused.code);
            let why = entry.reason.as_deref().unwrap_or("");
            format!("{} {refused}{} {why}", entry.event, changes.join(", ")).trim().to_owned()
        })
        .collect();
    insta::assert_snapshot!(lines.join("\n"), @r#"
    contact.created name None→("Ada"), primary_email None→("ada@old.example")
    contact.primary_email_changed primary_email ("ada@old.example")→("ada@new.example")
    contact.primary_email_claimed primary_email_claim None→("ada@new.example")
    contact.invite_sent invitation None→("ada@new.example"), access ("not_invited")→("pending")
    refused contact_locked_pending
    contact.invite_cancelled invitation ("pending")→("cancelled") wrong address
    contact.primary_email_released primary_email_claim ("ada@new.example")→None wrong address
    contact.owner_disabled access ("not_invited")→("disabled")
    "#);
    assert!(told.iter().all(|entry| entry.actor.label.as_deref() == Some("first")));

    // "Who changed this owner's email, and what was it before?"
    let query = AuditQuery {
        subject: Some(contact.0),
        field: Some("primary_email".to_owned()),
        limit: 10,
        ..AuditQuery::default()
    };
    let page = audit_trail::list(store.reader(), account.ledger, &query).await.expect("read");
    let newest = &page.items[0].changes[0];
    assert_eq!(newest.before.as_deref(), Some("ada@old.example"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_chart_counts_the_newest_and_says_from_when_on_where_there_is_more() {
    let (_database, store) = viewed().await;
    let account = Account::open(&store, 52).await;
    let contact = account.contact_id();
    apply(&store, account.create(contact, "Ada", Some("ada@old.example"))).await;
    apply(&store, account.set_primary(contact, "ada@new.example")).await;
    apply(&store, account.invite(contact)).await;
    store.execute(account.rename(contact, "Bea")).await.expect_err("locked since it was sent");
    bring_up(&store, &[account.ledger]).await;
    let query = AuditQuery { subject: Some(contact.0), limit: 200, ..AuditQuery::default() };
    let listed = audit_trail::list(store.reader(), account.ledger, &query).await.expect("read");
    let (refused, events): (Vec<_>, Vec<_>) =
        listed.items.iter().partition(|entry| entry.refused.is_some());
    let (refused, events) = (refused.len(), events.len());
    for (looked_at, whole) in [(2, false), (events - 1, false), (events + 1, true)] {
        let looked_at = u32::try_from(looked_at).expect("a few");
        let reader = store.reader();
        let chart = audit_chart::count_newest(reader, account.ledger, &query, looked_at).await;
        let chart = chart.expect("counted");
        let counted: u64 = chart.steps.iter().flat_map(|step| step.events.values()).sum();
        let counted = usize::try_from(counted).expect("a few");
        let expected = events.min(usize::try_from(looked_at).expect("a few"));
        assert_eq!(counted, expected, "of {events} events");
        let told: u64 = chart.steps.iter().map(|step| step.refused).sum();
        assert_eq!(usize::try_from(told), Ok(refused));
        let newest = listed.items.iter().filter(|entry| entry.refused.is_none());
        let oldest_looked_at = newest.map(|entry| entry.at).nth(expected - 1);
        assert_eq!(chart.counted_from, oldest_looked_at.filter(|_| !whole));
    }
}
