//! Two processes on one ledger, here as two stores: both decide on what is, not on what was.

use crate::support::{Account, Keyed as _, apply, audit, fresh_database, refusal};
use domain::contact::{ContactRejection, InviteIds};
use domain::{ContactId, InvitationId, Outcome, PersonId, Rejection, TokenId};
use event_store::{EventStore, ExecuteError, StoreOptions};
use uuid::Uuid;

async fn rename(store: &EventStore, account: &Account, contact: ContactId, to: &str) -> u64 {
    let applied = apply(store, account.rename(contact, to)).await;
    applied.version(contact.into()).expect("the contact's version")
}

#[tokio::test(flavor = "multi_thread")]
async fn edits_through_both_build_on_each_other() {
    let database = fresh_database().await;
    let (one, two) = (database.store().await, database.store().await);
    let account = Account::open(&one, 3).await;
    let contact = account.contact_id();
    apply(&one, account.create(contact, "Ada", None)).await;
    for n in 1..=20 {
        let store = if n % 2 == 0 { &one } else { &two };
        assert_eq!(rename(store, &account, contact, &format!("Ada {n}")).await, n + 1);
    }
    let mut names = Vec::new();
    audit(one.reader(), account.ledger, |event| {
        names.extend(event.event.changes().into_iter().filter(|change| change.field == "name"));
    })
    .await;
    // The first two are the account's and the contact's; each edit's "before" is the last "after".
    for pair in names[1..].windows(2) {
        assert!(pair[1].before == pair[0].after, "an edit was decided on an old name");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_version_that_the_other_one_has_passed_is_stale() {
    let database = fresh_database().await;
    let (one, two) = (database.store().await, database.store().await);
    let account = Account::open(&one, 3).await;
    let contact = account.contact_id();
    apply(&one, account.create(contact, "Ada", None)).await;
    assert_eq!(rename(&two, &account, contact, "Ada L").await, 2);
    let stale = one.execute(account.rename(contact, "Bea").expecting(contact, 1)).await;
    assert!(matches!(stale, Err(ExecuteError::Stale { current: 2, .. })), "{stale:?}");
    apply(&one, account.rename(contact, "Bea").expecting(contact, 2)).await;
    let stale = two.execute(account.rename(contact, "Cid").expecting(contact, 2)).await;
    assert!(matches!(stale, Err(ExecuteError::Stale { current: 3, .. })), "{stale:?}");
}

/// What appends nothing is stopped by no unique index: it has to be decided on what is.
#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_and_an_unchanged_answer_are_not_of_yesterday() {
    let database = fresh_database().await;
    let (one, two) = (database.store().await, database.store().await);
    let account = Account::open(&one, 3).await;
    let contact = account.contact_id();
    apply(&one, account.create(contact, "Ada", None)).await;
    assert_eq!(rename(&two, &account, contact, "Bea").await, 2);
    assert_eq!(rename(&one, &account, contact, "Cid").await, 3);
    // It was Bea, when the second one looked last.
    assert_eq!(rename(&two, &account, contact, "Bea").await, 4);
    let refused = refusal(one.execute(account.invite(contact)).await);
    assert_eq!(refused, Rejection::Contact(ContactRejection::NoPrimaryEmail));
    apply(&two, account.set_primary(contact, "ada@example.org")).await;
    apply(&one, account.invite(contact)).await;
    apply(&two, account.cancel_invite(contact)).await;
    apply(&one, account.invite(contact)).await;
    // The job that the second one never saw.
    let job = account.job_id();
    apply(&one, account.create_job(job, "12 Elm St", Vec::new())).await;
    apply(&two, account.add_owner(job, contact)).await;
    let again = apply(&one, account.add_owner(job, contact)).await;
    assert_eq!(again.outcome, Outcome::Unchanged);
    audit(one.reader(), account.ledger, |_| {}).await;
}

/// A store decides on the head as it left it, and writes only if that is still the head: each form
/// of turn notices that another store has moved it.
#[tokio::test(flavor = "multi_thread")]
async fn a_head_that_another_store_has_moved_is_noticed_by_every_form_of_turn() {
    let database = fresh_database().await;
    let two = database.store().await;
    let account = Account::open(&two, 3).await;
    let contact = account.contact_id();
    apply(&two, account.create(contact, "Ada", Some("ada@example.org"))).await;
    for form in 0..8 {
        // A store that has not yet met anybody, and knows the ledger.
        let one = database.store().await;
        let version = rename(&one, &account, contact, &format!("Ada {form}")).await;
        assert_eq!(rename(&two, &account, contact, "Bea").await, version + 1);
        match form {
            // Events alone.
            0 => assert_eq!(rename(&one, &account, contact, "Cid").await, version + 2),
            // Nothing to write: the name is Bea by now.
            1 => {
                let same = apply(&one, account.rename(contact, "Bea")).await;
                assert_eq!(same.outcome, Outcome::Unchanged);
            }
            // A refusal, which leaves an attempt.
            2 => {
                apply(&two, account.invite(contact)).await;
                let refused = refusal(one.execute(account.rename(contact, "Cid")).await);
                assert_eq!(refused, Rejection::Contact(ContactRejection::LockedPending));
                apply(&two, account.cancel_invite(contact)).await;
            }
            // A receipt, once for both.
            3 => {
                let rename = || account.rename(contact, "Cid").keyed("cid", "rename");
                let renamed = apply(&one, rename()).await;
                let again = apply(&two, rename()).await;
                assert_eq!((renamed.replayed, again.replayed), (false, true));
                assert_eq!(again.versions, renamed.versions);
            }
            // Somebody new, with a key.
            4 => {
                let new = account.contact_id();
                let created = apply(&one, account.create(new, "Dan", None)).await;
                assert_eq!(created.version(new.into()), Some(1));
            }
            // Events with a claim, a link and a mail.
            5 => {
                let invited = apply(&one, account.invite(contact)).await;
                assert_eq!(invited.version(contact.into()), Some(version + 3));
                apply(&two, account.cancel_invite(contact)).await;
            }
            // A claim of another address.
            6 => {
                apply(&two, account.set_primary(contact, "ada@work.example")).await;
                apply(&one, account.invite(contact)).await;
                apply(&two, account.cancel_invite(contact)).await;
            }
            // A claim that would go, of somebody who has accepted by now.
            _ => {
                let ids = InviteIds {
                    invitation: InvitationId(Uuid::now_v7()),
                    token: TokenId(Uuid::now_v7()),
                };
                // One that has not yet met another at work, and knows the invitation.
                let one = database.store().await;
                apply(&one, account.invite_as(contact, ids)).await;
                let person = PersonId(Uuid::now_v7());
                apply(&two, account.accept(person, contact, ids.token)).await;
                refusal(one.execute(account.cancel_invite(contact)).await);
            }
        }
        audit(one.reader(), account.ledger, |_| {}).await;
    }
}

/// A few events behind, a store catches up; hundreds behind, it begins anew.
#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_is_behind_is_brought_up_to_date_however_far() {
    let database = fresh_database().await;
    let (one, two) = (database.store().await, database.store().await);
    let account = Account::open(&one, 3).await;
    let (ada, bea) = (account.contact_id(), account.contact_id());
    apply(&one, account.create(ada, "Ada", Some("ada@example.org"))).await;
    apply(&two, account.create(bea, "Bea", Some("ada@example.org"))).await;
    let mut version = 1;
    for behind in [1, 7, 499, 500, 501, 650] {
        for n in 0..behind {
            version = rename(&one, &account, ada, &format!("Ada {behind} {n}")).await;
        }
        version += 1;
        assert_eq!(rename(&two, &account, ada, &format!("Ada of {behind}")).await, version);
    }
    // The claim that one store takes, the other one knows, with the name that it was given last.
    apply(&one, account.invite(ada)).await;
    let refused = refusal(two.execute(account.invite(bea)).await);
    let Rejection::Contact(ContactRejection::PrimaryEmailClaimed { holder, name }) = refused else {
        panic!("{refused:?}");
    };
    assert_eq!((holder, name.expect("a name").as_str()), (ada, "Ada of 650"));
    audit(one.reader(), account.ledger, |_| {}).await;
}

/// What one ledger a turn changes is only how turns are cut.
#[tokio::test(flavor = "multi_thread")]
async fn a_distributed_store_and_an_ordinary_one_share_a_ledger() {
    let database = fresh_database().await;
    let distributed = StoreOptions { distributed: true, lanes: 3, ..StoreOptions::default() };
    let (one, two) = (database.store().await, database.store_with(distributed).await);
    let accounts = [Account::open(&one, 3).await, Account::open(&two, 4).await];
    for account in &accounts {
        let contact = account.contact_id();
        apply(&one, account.create(contact, "Ada", None)).await;
        let edits = (0..40).map(|n| {
            let store = if n % 2 == 0 { &one } else { &two };
            apply(store, account.rename(contact, &format!("Ada {n}")))
        });
        futures_util::future::join_all(edits).await;
        assert_eq!(rename(&one, account, contact, "Ada").await, 42);
        audit(two.reader(), account.ledger, |_| {}).await;
    }
}
