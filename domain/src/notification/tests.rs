//! What becomes of a mail, and who gets one.

use super::*;
use crate::contact::{ContactEvent, OwnerImported};
use crate::ids::{ContactId, OwnerItemId, PersonId};

const MAIL: MailId = MailId(Uuid::from_u128(1));
const MESSAGE: AggregateId = AggregateId::OwnerItem(OwnerItemId(Uuid::from_u128(0x3e)));

fn report(outcome: MailOutcome) -> MailReport {
    let recipient = SubjectId(Uuid::from_u128(2));
    MailReport { kind: MailKind::Invitation, recipient, attempt: 3, outcome }
}

fn email(typed: &str) -> EmailAddress {
    EmailAddress::parse(typed).expect("a valid address")
}

#[test]
fn a_mail_ends_once_whatever_is_reported_after_it() {
    let outcomes = [MailOutcome::Sent, MailOutcome::Failed(FailureCause::Refused)];
    for (first, second) in outcomes.into_iter().zip(outcomes.into_iter().rev()) {
        let events = decide(None, &report(first));
        assert_eq!(events.len(), 1);
        let mut ended = Notification::from_first(MAIL, &events[0]).expect("ends");
        assert_eq!((ended.id, ended.outcome, ended.bounced), (MAIL, Some(first), false));
        assert_eq!(decide(Some(&ended), &report(second)), []);
        assert!(ended.apply(&events[0]).is_err(), "a second end is an impossible history");
    }
}

#[test]
fn a_mail_that_was_ordered_waits_until_its_end_and_is_ordered_once() {
    let recipient = ContactId(Uuid::from_u128(2)).into();
    let to = Personal::known(ContactId(Uuid::from_u128(2)), email("ada@example.org"));
    let kind = MailKind::NewMessage;
    let queued = NotificationQueued { kind, recipient, to, about: MESSAGE }.into();
    let mut mail = Notification::from_first(MAIL, &queued).expect("begins");
    assert_eq!((mail.id, mail.outcome), (MAIL, None));
    let status = BounceStatus::parse("5.1.1").expect("a status");
    let unknown = Rejection::Unknown(AggregateId::Notification(MAIL));
    assert_eq!(bounced(MAIL, Some(&mail), &status), Err(unknown), "it has not gone out yet");
    assert!(mail.apply(&queued).is_err(), "ordered twice");
    let sent = decide(Some(&mail), &report(MailOutcome::Sent));
    assert_eq!(mail.apply(&sent[0]), Ok(()));
    assert_eq!(decide(Some(&mail), &report(MailOutcome::Sent)), []);
    assert!(mail.apply(&queued).is_err(), "ordered after its end");
}

/// A contact with these addresses; the first is the primary one.
fn contact(id: u128, active: bool, addresses: &[&str]) -> Contact {
    let id = ContactId(Uuid::from_u128(id));
    let known = |typed: &&str| Personal::known(id, email(typed));
    let mut emails = addresses.iter().map(known);
    let created = crate::contact::ContactCreated {
        name: Personal::known(id, crate::PersonName::parse("Ada").expect("a name")),
        title: None,
        primary_email: emails.next(),
        additional_emails: emails.collect(),
        phones: None,
        address: None,
    };
    let mut contact = Contact::from_first(id, &created.into()).expect("a contact");
    let imported: ContactEvent = OwnerImported {
        reference: Personal::known(id, crate::text::Reference::parse("7").expect("valid")),
        person: active.then_some(PersonId(id.0)),
        activated_at: None,
        last_login_at: None,
    }
    .into();
    contact.apply(&imported).expect("follows");
    contact
}

fn told(contacts: &[Contact]) -> Vec<(SubjectId, String)> {
    let mails = to_owners(MailKind::NewTask, MESSAGE, 1, contacts);
    let one = |(_, mail): &(MailId, NotificationQueued)| {
        (mail.recipient, mail.to.value().expect("known").typed().to_owned())
    };
    mails.iter().map(one).collect()
}

#[test]
fn an_active_owner_is_told_at_the_primary_and_all_additional_addresses() {
    // R21
    let ada = contact(1, true, &["ada@x.org", "work@x.org", "ada@home.org"]);
    let expected = ["ada@x.org", "work@x.org", "ada@home.org"];
    assert_eq!(told(std::slice::from_ref(&ada)), expected.map(|to| (ada.id.into(), to.to_owned())));
}

#[test]
fn who_accepts_with_their_own_login_is_told_at_the_invited_address_and_at_the_logins() {
    // H16, 2.5
    use crate::contact::{PrimaryEmailClaimed, PrimaryEmailReleased};
    let invited = contact(1, false, &["invited@x.org"]);
    let known = |typed: &str| Personal::known(invited.id, email(typed));
    let released = PrimaryEmailReleased { email: known("invited@x.org") }.into();
    let claimed = PrimaryEmailClaimed { email: known("login@x.org") }.into();
    let mails = of_kept_login(&invited, 7, &[released, claimed]);
    let kinds = [MailKind::PrimaryEmailChanged; 2];
    assert_eq!(mails.iter().map(|(_, mail)| mail.kind).collect::<Vec<_>>(), kinds);
    let to: Vec<_> = mails.iter().map(|(_, mail)| mail.to.clone()).collect();
    assert_eq!(to, [known("invited@x.org"), known("login@x.org")]);
    assert!(mails.iter().all(|(_, mail)| mail.recipient == invited.id.into()));
    let later = PrimaryEmailClaimed { email: known("login@x.org") }.into();
    let later = of_kept_login(&invited, 8, &[later]);
    let ids: BTreeSet<MailId> = mails.iter().chain(&later).map(|(mail, _)| *mail).collect();
    assert_eq!(ids.len(), 4, "mails of their own");
    // It is the invited address itself.
    assert_eq!(of_kept_login(&invited, 7, &[]), []);
}

#[test]
fn who_has_no_login_now_is_told_nothing() {
    // R21: nobody without a login gets notices of the portal
    let invited = contact(1, false, &["ada@x.org"]);
    let mut disabled = contact(2, true, &["bea@x.org"]);
    disabled.apply(&crate::contact::OwnerDisabled {}.into()).expect("follows");
    let mut deleted = contact(3, true, &["cem@x.org"]);
    deleted.apply(&crate::contact::ContactDeleted {}.into()).expect("follows");
    assert_eq!(told(&[invited, disabled, deleted]), []);
}

#[test]
fn an_address_that_several_contacts_have_gets_one_mail_however_it_is_written() {
    // H15
    let ada = contact(1, true, &["ada@x.org", "both@x.org"]);
    let bea = contact(2, true, &["bea@x.org", "BOTH@X.org", "ada@x.org"]);
    let expected = [(&ada, "ada@x.org"), (&ada, "both@x.org"), (&bea, "bea@x.org")];
    let expected = expected.map(|(whose, to)| (whose.id.into(), to.to_owned()));
    assert_eq!(told(&[ada.clone(), bea.clone()]), expected);
}

#[test]
fn no_two_mails_have_one_id() {
    let ada = contact(1, true, &["ada@x.org", "work@x.org", "ada@home.org"]);
    let mut ids = BTreeSet::new();
    for about in [1, 2, 3].map(|n| AggregateId::OwnerItem(OwnerItemId(Uuid::from_u128(n)))) {
        for sequence in 1..50 {
            let mails = to_owners(MailKind::NewTodo, about, sequence, [&ada]);
            assert_eq!(mails, to_owners(MailKind::NewTodo, about, sequence, [&ada]), "stable");
            ids.extend(mails.into_iter().map(|(id, _)| id));
        }
    }
    assert_eq!(ids.len(), 3 * 49 * 3);
}

#[test]
fn a_mail_that_was_sent_comes_back_once_and_no_other_does() {
    // R68
    let status = BounceStatus::parse("5.1.1").expect("a status");
    let unknown = Rejection::Unknown(AggregateId::Notification(MAIL));
    assert_eq!(bounced(MAIL, None, &status), Err(unknown));
    let sent = decide(None, &report(MailOutcome::Sent));
    let mut mail = Notification::from_first(MAIL, &sent[0]).expect("ends");
    let back = bounced(MAIL, Some(&mail), &status).expect("known");
    let recipient = SubjectId(Uuid::from_u128(2));
    let expected = NotificationBounced { kind: MailKind::Invitation, recipient, status };
    assert_eq!(back, [expected.clone().into()]);
    assert!(Notification::from_first(MAIL, &back[0]).is_err(), "nothing was sent");
    assert_eq!(mail.apply(&back[0]), Ok(()));
    assert_eq!(bounced(MAIL, Some(&mail), &expected.status), Ok(Vec::new()));
    assert!(mail.apply(&back[0]).is_err(), "it came back already");
    let failed = decide(None, &report(MailOutcome::Failed(FailureCause::Refused)));
    let mut failed = Notification::from_first(MAIL, &failed[0]).expect("ends");
    assert_eq!(bounced(MAIL, Some(&failed), &expected.status), Ok(Vec::new()));
    assert!(failed.apply(&back[0]).is_err(), "it was never sent");
}

#[test]
fn a_bounce_has_a_status_of_failure() {
    for good in ["5.1.1", "4.4.7", "5.7.999"] {
        assert_eq!(BounceStatus::parse(good).map(String::from), Ok(good.to_owned()));
    }
    for bad in ["", "2.0.0", "5.1", "5.1.1.1", "5.1.1000", "5..1", "550", "5.1.x", "5.1.1 ada@x"] {
        assert!(BounceStatus::parse(bad).is_err(), "{bad}");
    }
}

#[test]
fn words_are_those_that_are_stored() {
    for kind in MailKind::ALL {
        assert_eq!(serde_json::to_value(kind).ok(), Some(kind.word().into()));
        assert_eq!(MailKind::from_word(kind.word()), Some(kind));
    }
    for cause in FailureCause::ALL {
        assert_eq!(serde_json::to_value(cause).ok(), Some(cause.word().into()));
    }
    assert_eq!(MailKind::from_word("sms"), None);
}
